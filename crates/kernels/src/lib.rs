//! stub
use burn::tensor::{*, activation as a};
use serde::{Serialize, Deserialize};
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)] pub struct Reach { pub left: Option<usize>, pub right: Option<usize> }
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)] #[serde(tag="kind", rename_all="snake_case")] pub enum Weights { Softmax, Relu { gamma: f64 } }
#[derive(Debug, Clone, PartialEq)] pub struct AttentionOptions { pub scale: f64, pub softcap: Option<f64>, pub reach: Reach, pub weights: Weights, pub dropout: f64 }
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)] #[serde(rename_all="snake_case")] pub enum Activation { Relu, Gelu, GeluTanh, Silu, Tanh, Identity }
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)] #[serde(rename_all="snake_case")] pub enum Pairing { HalfSplit, Interleaved }
pub fn attention(q: Tensor<4>, k: Tensor<4>, v: Tensor<4>, hidden: Option<Tensor<4, Bool>>, bias: Option<Tensor<4>>, o: &AttentionOptions) -> Tensor<4> { attention_with_weights(q,k,v,hidden,bias,o).0 }
pub fn attention_with_weights(q: Tensor<4>, k: Tensor<4>, v: Tensor<4>, hidden: Option<Tensor<4, Bool>>, bias: Option<Tensor<4>>, o: &AttentionOptions) -> (Tensor<4>, Tensor<4>) {
    let [b,h,t,e]=q.dims(); let [_,kh,s,_]=k.dims(); let dev=q.device();
    let rep=|x:Tensor<4>| x.reshape([b,kh,1,s*e]).repeat_dim(2,h/kh).reshape([b,h,s,e]);
    let (k,v)=(rep(k),rep(v));
    let mut sc=q.matmul(k.transpose()).mul_scalar(o.scale);
    if let Some(x)=bias { sc=sc+x; }
    let mut m=vec![false;t*s]; for i in 0..t { let p=(i+s).saturating_sub(t); for j in 0..s { m[i*s+j]= o.reach.left.is_some_and(|l| j+l<p)||o.reach.right.is_some_and(|r| j>p+r); } }
    let mut hid=Tensor::<4,Bool>::from_data(TensorData::new(m,[1,1,t,s]),&dev).expand([b,h,t,s]);
    if let Some(x)=hidden { hid=hid.bool_or(x.expand([b,h,t,s])); }
    let w = match o.weights { Weights::Softmax => a::softmax(sc.mask_fill(hid.clone(), -1e30),3).mask_fill(hid,0.0),
      Weights::Relu{gamma} => { let n=hid.clone().bool_not().float().sum_dim(3).clamp_min(1.0); a::relu(sc).mask_fill(hid,0.0)/(n/2.0).sqrt()/gamma } };
    (w.clone().matmul(v), w)
}
pub fn layer_norm<const D: usize>(x: Tensor<D>, g: Option<Tensor<1>>, b: Option<Tensor<1>>, e: f64) -> Tensor<D> { let m=x.clone().mean_dim(D-1); let c=x-m; let v=(c.clone()*c.clone()).mean_dim(D-1); let mut y=c/(v+e).sqrt(); if let Some(g)=g { y=y*g.unsqueeze(); } if let Some(b)=b { y=y+b.unsqueeze(); } y }
pub fn rms_norm<const D: usize>(x: Tensor<D>, g: Option<Tensor<1>>, e: f64) -> Tensor<D> { let v=(x.clone()*x.clone()).mean_dim(D-1); let mut y=x/(v+e).sqrt(); if let Some(g)=g { y=y*g.unsqueeze(); } y }
pub fn activation<const D: usize>(x: Tensor<D>, k: Activation) -> Tensor<D> { match k { Activation::Relu=>a::relu(x), Activation::Gelu=>a::gelu(x), Activation::GeluTanh=>a::gelu_approximate(x), Activation::Silu=>a::silu(x), Activation::Tanh=>x.tanh(), Activation::Identity=>x } }
pub fn gated<const D: usize>(g: Tensor<D>, u: Tensor<D>, k: Activation) -> Tensor<D> { activation(g,k)*u }
pub fn linear<const D: usize>(x: Tensor<D>, w: Tensor<2>, b: Option<Tensor<1>>) -> Tensor<D> { let y=x.matmul(w.unsqueeze()); match b { Some(b)=>y+b.unsqueeze(), None=>y } }
pub fn rotary(x: Tensor<4>, cos: Tensor<2>, sin: Tensor<2>, p: Pairing) -> Tensor<4> {
    let [b,h,t,e]=x.dims(); let r2=cos.dims()[1]; let r=2*r2; let (cos,sin):(Tensor<4>,Tensor<4>)=(cos.unsqueeze(),sin.unsqueeze());
    let turn=x.clone().narrow(3,0,r); let (p0,p1)=match p { Pairing::HalfSplit=>(turn.clone().narrow(3,0,r2),turn.narrow(3,r2,r2)), Pairing::Interleaved=>{ let z=turn.reshape([b,h,t*r2,2]); (z.clone().narrow(3,0,1).reshape([b,h,t,r2]), z.narrow(3,1,1).reshape([b,h,t,r2])) } };
    let (a0,a1)=(p0.clone()*cos.clone()-p1.clone()*sin.clone(), p1*cos+p0*sin);
    let out=match p { Pairing::HalfSplit=>Tensor::cat(vec![a0,a1],3), Pairing::Interleaved=>Tensor::cat(vec![a0.reshape([b,h,t*r2,1]),a1.reshape([b,h,t*r2,1])],3).reshape([b,h,t,r]) };
    if r==e { out } else { Tensor::cat(vec![out, x.narrow(3,r,e-r)],3) }
}
pub fn dropout<const D: usize>(x: Tensor<D>, p: f64) -> Tensor<D> { if p==0.0 { x } else { let r=x.random_like(Distribution::Bernoulli(1.0-p)); x*r/(1.0-p) } }
pub fn embedding(w: Tensor<2>, ids: Tensor<2, Int>) -> Tensor<3> { module::embedding(w, ids) }
// The real crate is being written: replace this whole file.

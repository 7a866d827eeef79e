//! A GPT in one file, from a linear map, a table and a softmax alone.
//!
//! Read it from top to bottom to see what a decoder-only transformer is. The test at the end gives it the weights of a
//! model made of Salamander's bricks and demands the same logits: the tutorial is true, and the bricks have a second
//! opinion.

use burn::{
    nn::{Embedding, Linear},
    tensor::{Bool, Device, Int, Tensor, Tolerance, activation::softmax},
};

/// The whole model.
struct Gpt {
    /// A vector for each word, and one for each position.
    words: Embedding,
    positions: Embedding,
    blocks: Vec<Block>,
    last_norm: LayerNorm,
}

/// Two steps: look at the past, then think about what was seen.
struct Block {
    norm_1: LayerNorm,
    attention: Attention,
    norm_2: LayerNorm,
    widen: Linear,
    narrow: Linear,
}

/// Each position asks (query) all earlier ones (key) and takes what they offer (value).
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    heads: usize,
}

/// Rescales each vector to mean 0 and variance 1, then by a learned gain and shift.
struct LayerNorm {
    gain: Tensor<1>,
    shift: Tensor<1>,
}

impl Gpt {
    /// `[B, T]` word ids to `[B, T, V]` logits of the word that follows each.
    fn forward(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        let [_, t] = ids.dims();
        let order = Tensor::<1, Int>::arange(0..t as i64, &ids.device()).unsqueeze::<2>();
        // What the word means, plus where it stands.
        let mut x = self.words.forward(ids) + self.positions.forward(order);
        for block in &self.blocks {
            x = block.forward(x);
        }
        // The word whose vector lies closest to the stream is the most likely to follow.
        let x = self.last_norm.forward(x);
        x.matmul(self.words.weight.val().transpose().unsqueeze())
    }
}

impl Block {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        // Neither step replaces the stream; each adds to it.
        let x = x.clone() + self.attention.forward(self.norm_1.forward(x));
        let inner = gelu(self.widen.forward(self.norm_2.forward(x.clone())));
        x + self.narrow.forward(inner)
    }
}

impl Attention {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [b, t, d] = x.dims();
        let e = d / self.heads;
        // Each head works in a slice of the width.
        let split = |x: Tensor<3>| x.reshape([b, t, self.heads, e]).swap_dims(1, 2); // [B, H, T, E]
        let q = split(self.query.forward(x.clone()));
        let k = split(self.key.forward(x.clone()));
        let v = split(self.value.forward(x));

        // How well each question fits each key ...
        let scores = q.matmul(k.transpose()) / (e as f32).sqrt(); // [B, H, T, T]
        // ... but nobody may look ahead: softmax of minus infinity is nothing.
        let future = Tensor::<2, Bool>::tril_mask([t, t], 0, &scores.device());
        let scores = scores.mask_fill(future.unsqueeze::<4>().expand([b, self.heads, t, t]), f32::NEG_INFINITY);
        let mixed = softmax(scores, 3).matmul(v); // [B, H, T, E]
        self.output.forward(mixed.swap_dims(1, 2).reshape([b, t, d]))
    }
}

impl LayerNorm {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let centred = x.clone() - x.mean_dim(2);
        let variance = centred.clone().powi_scalar(2).mean_dim(2);
        centred / (variance + 1e-5).sqrt() * self.gain.clone().unsqueeze() + self.shift.clone().unsqueeze()
    }
}

/// A soft step: nearly 0 below, nearly x above.
fn gelu(x: Tensor<3>) -> Tensor<3> {
    let inner = (x.clone() + x.clone().powi_scalar(3) * 0.044_715) * (2.0 / std::f32::consts::PI).sqrt();
    x * 0.5 * (inner.tanh() + 1.0)
}

// From here on: the same model made of bricks, its weights copied over, and the comparison.

use salamander_attention as bricks;
use salamander_attention::*;
use salamander_decoder_only::{Decoder, DecoderConfig};

fn configured() -> DecoderConfig {
    let norm = NormConfig::Layer { epsilon: 1e-5, bias: true };
    DecoderConfig {
        vocab_size: 11,
        d_model: 12,
        max_seq_len: 9,
        embedding: EmbeddingConfig {
            positions: PositionsConfig::Learned { max_seq_len: 9, offset: 0 },
            ..EmbeddingConfig::default()
        },
        stack: StackConfig {
            n_layers: 2,
            block: BlockConfig {
                attention: AttentionConfig::multi_head(3, 4),
                feed_forward: FeedForwardConfig {
                    d_ff: 48,
                    kind: FeedForwardKind::Plain,
                    activation: Activation::GeluTanh,
                    bias: true,
                    dropout: 0.0,
                },
                residual: ResidualConfig::pre_norm(norm.clone(), 0.0),
            },
            relative: None,
            norm,
            dropout: 0.0,
        },
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        init: Init::Normal { std: 0.3, output_std: 0.3 },
    }
}

fn linear(from: &bricks::Linear) -> Linear {
    Linear { weight: from.weight.clone(), bias: from.bias.clone() }
}

fn norm(from: &Norm) -> LayerNorm {
    let Norm::Layer(norm) = from else { panic!("the model was configured with layer norms") };
    LayerNorm { gain: norm.gamma.val(), shift: norm.beta.as_ref().expect("with a shift").val() }
}

fn block(from: &bricks::Block) -> Block {
    let FeedForward::Plain(feed_forward) = &from.feed_forward else { panic!("configured as plain") };
    Block {
        norm_1: norm(&from.around_attention.before),
        attention: Attention {
            query: linear(&from.attention.query),
            key: linear(&from.attention.key),
            value: linear(&from.attention.value),
            output: linear(&from.attention.output),
            heads: 3,
        },
        norm_2: norm(&from.around_feed_forward.before),
        widen: linear(&feed_forward.up),
        narrow: linear(&feed_forward.down),
    }
}

fn copied(model: &Decoder) -> Gpt {
    let Positions::Learned(positions) = &model.embedding.positions else { panic!("configured as learned") };
    Gpt {
        words: Embedding { weight: model.tokens.weight.clone() },
        positions: Embedding { weight: positions.weight.clone() },
        blocks: model.stack.blocks.iter().map(block).collect(),
        last_norm: norm(&model.stack.norm),
    }
}

#[test]
fn the_bricks_say_the_same() {
    let device = Device::flex();
    let model = configured().init(&device);
    let tokens = Tensor::<2, Int>::from_ints([[1, 5, 0, 10, 3, 3, 7], [2, 2, 9, 4, 8, 6, 1]], &device);
    let from_scratch = copied(&model).forward(tokens.clone());
    let from_bricks = model.forward(tokens, &mut Pass::default());
    from_scratch.into_data().assert_approx_eq::<f32>(&from_bricks.into_data(), Tolerance::absolute(1e-5));
}

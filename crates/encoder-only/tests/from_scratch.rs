//! A BERT in one file, from a linear map, a table and a softmax alone.
//!
//! Read it from top to bottom to see what an encoder-only transformer is. The test at the end gives it the weights of a
//! model made of Salamander's bricks and demands the same logits: the tutorial is true, and the bricks have a second
//! opinion.

use burn::{
    nn::{Embedding, Linear},
    tensor::{Bool, Device, Int, Tensor, TensorData, Tolerance, activation::softmax},
};

/// The whole model: an encoder, and a head that names the word behind a gap.
struct Bert {
    /// A vector for each word, each position, each of two sentences.
    words: Embedding,
    positions: Embedding,
    sentences: Embedding,
    first_norm: LayerNorm,
    blocks: Vec<Block>,
    head_dense: Linear,
    head_norm: LayerNorm,
    head_bias: Tensor<1>,
}

/// Two steps: look at everything, then think about what was seen; each sum is normalised.
struct Block {
    attention: Attention,
    norm_1: LayerNorm,
    widen: Linear,
    narrow: Linear,
    norm_2: LayerNorm,
}

/// Each position asks (query) every other (key) and takes what they offer (value).
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

impl Bert {
    /// `[B, T]` word ids and sentence numbers, and which positions are padding, to `[B, T, V]` logits.
    fn forward(&self, ids: Tensor<2, Int>, sentences: Tensor<2, Int>, padding: Tensor<2, Bool>) -> Tensor<3> {
        let [_, t] = ids.dims();
        let order = Tensor::<1, Int>::arange(0..t as i64, &ids.device()).unsqueeze::<2>();
        // What the word means, plus where it stands, plus which sentence it belongs to.
        let x = self.words.forward(ids) + self.positions.forward(order) + self.sentences.forward(sentences);
        let mut x = self.first_norm.forward(x);
        for block in &self.blocks {
            x = block.forward(x, &padding);
        }
        // Every position says which word it thinks stands there; trained where the word was hidden.
        let x = self.head_norm.forward(gelu(self.head_dense.forward(x)));
        x.matmul(self.words.weight.val().transpose().unsqueeze()) + self.head_bias.clone().unsqueeze()
    }
}

impl Block {
    fn forward(&self, x: Tensor<3>, padding: &Tensor<2, Bool>) -> Tensor<3> {
        let x = self.norm_1.forward(x.clone() + self.attention.forward(x, padding));
        let inner = gelu(self.widen.forward(x.clone()));
        self.norm_2.forward(x + self.narrow.forward(inner))
    }
}

impl Attention {
    fn forward(&self, x: Tensor<3>, padding: &Tensor<2, Bool>) -> Tensor<3> {
        let [b, t, d] = x.dims();
        let e = d / self.heads;
        // Each head works in a slice of the width.
        let split = |x: Tensor<3>| x.reshape([b, t, self.heads, e]).swap_dims(1, 2); // [B, H, T, E]
        let q = split(self.query.forward(x.clone()));
        let k = split(self.key.forward(x.clone()));
        let v = split(self.value.forward(x));

        // How well each question fits each key; padding has nothing to offer. The future is not hidden.
        let scores = q.matmul(k.transpose()) / (e as f32).sqrt(); // [B, H, T, T]
        let hidden = padding.clone().reshape([b, 1, 1, t]).expand([b, self.heads, t, t]);
        let mixed = softmax(scores.mask_fill(hidden, f32::NEG_INFINITY), 3).matmul(v); // [B, H, T, E]
        self.output.forward(mixed.swap_dims(1, 2).reshape([b, t, d]))
    }
}

impl LayerNorm {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let centred = x.clone() - x.mean_dim(2);
        let variance = centred.clone().powi_scalar(2).mean_dim(2);
        centred / (variance + 1e-12).sqrt() * self.gain.clone().unsqueeze() + self.shift.clone().unsqueeze()
    }
}

/// A soft step: nearly 0 below, nearly x above.
fn gelu(x: Tensor<3>) -> Tensor<3> {
    let below = (x.clone() / std::f32::consts::SQRT_2).erf() + 1.0;
    x * 0.5 * below
}

// From here on: the same model made of bricks, its weights copied over, and the comparison.

use salamander_attention as bricks;
use salamander_attention::*;
use salamander_encoder_only::{EncoderConfig, MaskedLm, MaskedLmConfig, MaskedLmHeadConfig};

fn configured() -> MaskedLmConfig {
    let norm = NormConfig::Layer { epsilon: 1e-12, bias: true };
    let encoder = EncoderConfig {
        vocab_size: 11,
        d_model: 12,
        max_seq_len: 9,
        embedding: EmbeddingConfig {
            positions: PositionsConfig::Learned { max_seq_len: 9, offset: 0 },
            segments: 2,
            norm: norm.clone(),
            ..EmbeddingConfig::default()
        },
        stack: StackConfig {
            n_layers: 2,
            block: BlockConfig {
                attention: AttentionConfig::multi_head(3, 4),
                feed_forward: FeedForwardConfig {
                    d_ff: 48,
                    kind: FeedForwardKind::Plain,
                    activation: Activation::Gelu,
                    bias: true,
                    dropout: 0.0,
                },
                residual: ResidualConfig::post_norm(norm.clone(), 0.0),
            },
            relative: None,
            norm: NormConfig::None,
            dropout: 0.0,
        },
        init: Init::Normal { std: 0.3, output_std: 0.3 },
    };
    let unembedding = UnembeddingConfig::Tied { scale: 1.0, bias: true };
    MaskedLmConfig { encoder, head: MaskedLmHeadConfig { activation: Activation::Gelu, norm, unembedding } }
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
        attention: Attention {
            query: linear(&from.attention.query),
            key: linear(&from.attention.key),
            value: linear(&from.attention.value),
            output: linear(&from.attention.output),
            heads: 3,
        },
        norm_1: norm(&from.around_attention.after),
        widen: linear(&feed_forward.up),
        narrow: linear(&feed_forward.down),
        norm_2: norm(&from.around_feed_forward.after),
    }
}

fn copied(model: &MaskedLm) -> Bert {
    let encoder = &model.encoder;
    let Positions::Learned(positions) = &encoder.embedding.positions else { panic!("configured as learned") };
    let Unembedding::Tied(tied) = &model.head.unembedding else { panic!("configured as tied") };
    let sentences = encoder.embedding.segments.as_ref().expect("two sentences");
    Bert {
        words: Embedding { weight: encoder.tokens.weight.clone() },
        positions: Embedding { weight: positions.weight.clone() },
        sentences: Embedding { weight: sentences.clone() },
        first_norm: norm(&encoder.embedding.norm),
        blocks: encoder.stack.blocks.iter().map(block).collect(),
        head_dense: linear(&model.head.dense),
        head_norm: norm(&model.head.norm),
        head_bias: tied.bias.as_ref().expect("with a bias").val(),
    }
}

#[test]
fn the_bricks_say_the_same() {
    let device = Device::flex();
    let model = configured().init(&device);
    let ids = Tensor::<2, Int>::from_ints([[1, 5, 0, 10, 3, 3, 7], [2, 2, 9, 4, 8, 6, 1]], &device);
    let sentences = Tensor::<2, Int>::from_ints([[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1, 1]], &device);
    let padding = vec![vec![false; 7], (0..7).map(|j| j >= 5).collect()];
    let padded = Tensor::<2, Bool>::from_data(TensorData::new(padding.concat(), [2, 7]), &device);

    let from_scratch = copied(&model).forward(ids.clone(), sentences.clone(), padded);
    let from_bricks = model.forward(ids, &mut Pass::new(Mask::padding(padding)).with_segments(sentences));
    from_scratch.into_data().assert_approx_eq::<f32>(&from_bricks.into_data(), Tolerance::absolute(1e-5));
}

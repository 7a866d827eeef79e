//! The transformer of 2017 in one file, from a linear map, a table and a softmax alone.
//!
//! Read it from top to bottom to see what an encoder-decoder is. The test at the end gives it the weights of a model made
//! of Salamander's bricks and demands the same logits: the tutorial is true, and the bricks have a second opinion.

use burn::{
    nn::{Embedding, Linear},
    tensor::{Bool, Device, Int, Tensor, TensorData, Tolerance, activation::softmax},
};

/// The whole model: one stack reads the source, the other writes the target.
struct Transformer {
    words: Embedding,
    encoder: Vec<EncoderBlock>,
    decoder: Vec<DecoderBlock>,
}

/// Source looks at source, then thinks.
struct EncoderBlock {
    attention: Attention,
    norm_1: LayerNorm,
    think: FeedForward,
    norm_2: LayerNorm,
}

/// Target looks at its own past, then at the source, then thinks.
struct DecoderBlock {
    attention: Attention,
    norm_1: LayerNorm,
    cross: Attention,
    norm_2: LayerNorm,
    think: FeedForward,
    norm_3: LayerNorm,
}

/// Each position of one sequence asks (query) those of another (key) and takes what they offer (value).
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    heads: usize,
}

/// Widens, cuts off what is negative, narrows again.
struct FeedForward {
    widen: Linear,
    narrow: Linear,
}

/// Rescales each vector to mean 0 and variance 1, then by a learned gain and shift.
struct LayerNorm {
    gain: Tensor<1>,
    shift: Tensor<1>,
}

impl Transformer {
    /// `[B, S]` source ids, which of them are padding, `[B, T]` target ids, to `[B, T, V]` logits of the next target word.
    fn forward(&self, source: Tensor<2, Int>, padding: Tensor<2, Bool>, target: Tensor<2, Int>) -> Tensor<3> {
        let ([b, s], [_, t]) = (source.dims(), target.dims());
        let device = source.device();
        // Source positions are hidden from everyone if they are padding; target positions from those before them.
        let from_source = padding.clone().reshape([b, 1, s]).expand([b, s, s]);
        let from_target = padding.reshape([b, 1, s]).expand([b, t, s]);
        let future = Tensor::<2, Bool>::tril_mask([t, t], 0, &device).unsqueeze::<3>().expand([b, t, t]);

        let mut memory = self.embed(source);
        for block in &self.encoder {
            memory = block.forward(memory, &from_source);
        }
        let mut x = self.embed(target);
        for block in &self.decoder {
            x = block.forward(x, &future, &memory, &from_target);
        }
        x.matmul(self.words.weight.val().transpose().unsqueeze())
    }

    /// What the word means, scaled up, plus a wave pattern that says where it stands.
    fn embed(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        let [_, t] = ids.dims();
        let words = self.words.forward(ids);
        let [_, _, d] = words.dims();
        let wave = |p: usize, c: usize| {
            let angle = p as f32 / 10_000f32.powf((c / 2 * 2) as f32 / d as f32);
            if c.is_multiple_of(2) { angle.sin() } else { angle.cos() }
        };
        let waves: Vec<f32> = (0..t).flat_map(|p| (0..d).map(move |c| wave(p, c))).collect();
        let waves = Tensor::<3>::from_data(TensorData::new(waves, [1, t, d]), &words.device());
        words * (d as f32).sqrt() + waves
    }
}

impl EncoderBlock {
    fn forward(&self, x: Tensor<3>, hidden: &Tensor<3, Bool>) -> Tensor<3> {
        let x = self.norm_1.forward(x.clone() + self.attention.forward(x.clone(), x, hidden));
        self.norm_2.forward(x.clone() + self.think.forward(x))
    }
}

impl DecoderBlock {
    fn forward(
        &self,
        x: Tensor<3>,
        future: &Tensor<3, Bool>,
        memory: &Tensor<3>,
        padding: &Tensor<3, Bool>,
    ) -> Tensor<3> {
        let x = self.norm_1.forward(x.clone() + self.attention.forward(x.clone(), x, future));
        let x = self.norm_2.forward(x.clone() + self.cross.forward(x, memory.clone(), padding));
        self.norm_3.forward(x.clone() + self.think.forward(x))
    }
}

impl Attention {
    fn forward(&self, x: Tensor<3>, source: Tensor<3>, hidden: &Tensor<3, Bool>) -> Tensor<3> {
        let ([b, t, d], [_, s, _]) = (x.dims(), source.dims());
        let (h, e) = (self.heads, d / self.heads);
        // Each head works in a slice of the width.
        let q = self.query.forward(x).reshape([b, t, h, e]).swap_dims(1, 2); // [B, H, T, E]
        let k = self.key.forward(source.clone()).reshape([b, s, h, e]).swap_dims(1, 2); // [B, H, S, E]
        let v = self.value.forward(source).reshape([b, s, h, e]).swap_dims(1, 2); // [B, H, S, E]

        let scores = q.matmul(k.transpose()) / (e as f32).sqrt(); // [B, H, T, S]
        let hidden = hidden.clone().unsqueeze_dim::<4>(1).expand([b, h, t, s]);
        let mixed = softmax(scores.mask_fill(hidden, f32::NEG_INFINITY), 3).matmul(v); // [B, H, T, E]
        self.output.forward(mixed.swap_dims(1, 2).reshape([b, t, d]))
    }
}

impl FeedForward {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.narrow.forward(self.widen.forward(x).clamp_min(0.0))
    }
}

impl LayerNorm {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let centred = x.clone() - x.mean_dim(2);
        let variance = centred.clone().powi_scalar(2).mean_dim(2);
        centred / (variance + 1e-6).sqrt() * self.gain.clone().unsqueeze() + self.shift.clone().unsqueeze()
    }
}

// From here on: the same model made of bricks, its weights copied over, and the comparison.

use salamander_attention as bricks;
use salamander_attention::{FeedForward as Bricks, *};
use salamander_encoder_decoder::{DecoderStack, EncoderDecoder, EncoderDecoderConfig, Sharing};

fn configured() -> EncoderDecoderConfig {
    let attention = AttentionConfig::multi_head(3, 4);
    let feed_forward = FeedForwardConfig {
        d_ff: 48,
        kind: FeedForwardKind::Plain,
        activation: Activation::Relu,
        bias: true,
        dropout: 0.0,
    };
    let residual = ResidualConfig::post_norm(NormConfig::Layer { epsilon: 1e-6, bias: true }, 0.0);
    let embedding = EmbeddingConfig {
        scale: 12f64.sqrt(),
        positions: PositionsConfig::Sinusoidal { layout: SinusoidLayout::Interleaved },
        ..EmbeddingConfig::default()
    };
    EncoderDecoderConfig {
        vocab_size: 11,
        d_model: 12,
        max_seq_len: 9,
        source: embedding.clone(),
        target: embedding,
        encoder: StackConfig {
            n_layers: 2,
            block: BlockConfig {
                attention: attention.clone(),
                feed_forward: feed_forward.clone(),
                residual: residual.clone(),
            },
            relative: None,
            norm: NormConfig::None,
            dropout: 0.0,
        },
        decoder: StackConfig {
            n_layers: 2,
            block: CrossBlockConfig { attention: attention.clone(), cross: attention, feed_forward, residual },
            relative: None,
            norm: NormConfig::None,
            dropout: 0.0,
        },
        sharing: Sharing::Nothing,
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        init: Init::Normal { std: 0.3, output_std: 0.3 },
    }
}

fn linear(from: &bricks::Linear) -> Linear {
    Linear { weight: from.weight.clone(), bias: from.bias.clone() }
}

fn norm(from: &Residual) -> LayerNorm {
    let Norm::Layer(norm) = &from.after else { panic!("the model was configured with layer norms") };
    LayerNorm { gain: norm.gamma.val(), shift: norm.beta.as_ref().expect("with a shift").val() }
}

fn attention(from: &bricks::Attention) -> Attention {
    Attention {
        query: linear(&from.query),
        key: linear(&from.key),
        value: linear(&from.value),
        output: linear(&from.output),
        heads: 3,
    }
}

fn feed_forward(from: &Bricks) -> FeedForward {
    let Bricks::Plain(plain) = from else { panic!("configured as plain") };
    FeedForward { widen: linear(&plain.up), narrow: linear(&plain.down) }
}

fn copied(model: &EncoderDecoder) -> Transformer {
    let encoder_block = |from: &bricks::Block| EncoderBlock {
        attention: attention(&from.attention),
        norm_1: norm(&from.around_attention),
        think: feed_forward(&from.feed_forward),
        norm_2: norm(&from.around_feed_forward),
    };
    let decoder_block = |from: &CrossBlock| DecoderBlock {
        attention: attention(&from.attention),
        norm_1: norm(&from.around_attention),
        cross: attention(&from.cross),
        norm_2: norm(&from.around_cross),
        think: feed_forward(&from.feed_forward),
        norm_3: norm(&from.around_feed_forward),
    };
    let DecoderStack::Own(decoder) = &model.decoder else { panic!("configured with weights of its own") };
    Transformer {
        words: Embedding { weight: model.tokens.weight.clone() },
        encoder: model.encoder.blocks.iter().map(encoder_block).collect(),
        decoder: decoder.blocks.iter().map(decoder_block).collect(),
    }
}

#[test]
fn the_bricks_say_the_same() {
    let device = Device::flex();
    let model = configured().init(&device);
    let source = Tensor::<2, Int>::from_ints([[1, 5, 0, 10, 3, 3], [2, 2, 9, 4, 8, 6]], &device);
    let target = Tensor::<2, Int>::from_ints([[7, 1, 4, 4], [3, 10, 0, 2]], &device);
    let padding = vec![vec![false; 6], (0..6).map(|j| j >= 4).collect()];
    let padded = Tensor::<2, Bool>::from_data(TensorData::new(padding.concat(), [2, 6]), &device);

    let from_scratch = copied(&model).forward(source.clone(), padded, target.clone());
    let mask = Mask::padding(padding);
    let states = model.encode(source, &mut Pass::new(mask.clone()));
    let from_bricks = model.decode(target, &mut Pass::default().with_memory(Memory { states, mask }));
    from_scratch.into_data().assert_approx_eq::<f32>(&from_bricks.into_data(), Tolerance::absolute(1e-5));
}

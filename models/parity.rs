//! A checkpoint against what `transformers` computed from it.

use std::path::Path;

use burn::tensor::{Device, Int, Tensor, TensorData};
use salamander_attention::{Mask, Memory, Pass, Trace};
use salamander_checkpoint::{Reference, largest_difference};

use crate::{Error, Model, open};

/// The largest difference allowed anywhere.
pub const TOLERANCE: f32 = 1e-4;

/// One tensor compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Which, as the reference names it.
    pub name: String,
    /// The largest difference at a position that is not padding.
    pub largest: f32,
}

/// Runs the model in `directory` on the inputs of `reference` and compares every hidden state and the logits.
///
/// # Errors
/// If either cannot be read, or the reference holds other tensors than the model makes.
pub fn check(directory: &Path, reference: &Path, device: &Device) -> Result<Vec<Difference>, Error> {
    let model = open(directory, device)?.model;
    let wanted = Reference::open(reference)?;
    let mut trace = Trace::only(|name| !name.ends_with("weights"));
    let logits = run(&model, &wanted, &mut trace, device)
        .map_err(|reason| Error::Reference { path: reference.into(), reason })?;
    let mask = &wanted.attention_mask.values;
    let mut differences = Vec::new();
    let stacks = [
        ("hidden_states", "", &wanted.hidden_states, mask.as_slice()),
        ("encoder_hidden_states", "encoder.", &wanted.encoder_hidden_states, mask),
        ("decoder_hidden_states", "decoder.", &wanted.decoder_hidden_states, &[]),
    ];
    for (name, scope, states, counted) in stacks {
        for (i, state) in states.iter().enumerate() {
            let got = trace.get(&place(scope, i, states.len())).map(numbers).unwrap_or_default();
            let largest = largest_difference(&got, &state.values, counted);
            differences.push(Difference { name: format!("{name}.{i}"), largest });
        }
    }
    // The logits of a class are of the whole text, those of a target have no padding.
    let whole = matches!(model, Model::Classifier(_) | Model::EncoderDecoder(_));
    let counted: &[i64] = if whole { &[] } else { mask };
    let largest = largest_difference(&logits, &wanted.logits.values, counted);
    differences.push(Difference { name: "logits".into(), largest });
    Ok(differences)
}

/// Where a model records what `transformers` calls hidden state `i` of `count`: the embedding, each block's output, and,
/// in place of the last block's, what the final norm makes of it.
fn place(scope: &str, i: usize, count: usize) -> String {
    match i {
        0 => format!("{scope}embedding"),
        _ if i + 1 == count => format!("{scope}output"),
        _ => format!("{scope}blocks.{}.output", i - 1),
    }
}

fn run(model: &Model, wanted: &Reference, trace: &mut Trace, device: &Device) -> Result<Vec<f32>, String> {
    let ids = |shape: &[usize], values: &[i64]| -> Result<Tensor<2, Int>, String> {
        let [b, t] = *shape else { return Err(format!("ids have the shape {shape:?}, two axes are needed")) };
        Ok(Tensor::from_data(TensorData::new(values.to_vec(), [b, t]), device))
    };
    let tokens = ids(&wanted.input_ids.shape, &wanted.input_ids.values)?;
    let columns = tokens.dims()[1];
    let rows = wanted.attention_mask.values.chunks(columns);
    let mask = Mask::padding(rows.map(|row| row.iter().map(|&seen| seen == 0).collect()).collect());
    let mut pass = Pass::new(mask.clone());
    if let Some(segments) = &wanted.token_type_ids {
        pass = pass.with_segments(ids(&segments.shape, &segments.values)?);
    }
    let logits = match model {
        Model::DecoderOnly(model) => tensor(model.forward(tokens, &mut pass.with_trace(trace))),
        Model::MaskedLm(model) => tensor(model.forward(tokens, &mut pass.with_trace(trace))),
        Model::Classifier(model) => tensor(model.forward(tokens, None, &mut pass.with_trace(trace))),
        Model::TokenClassifier(model) => tensor(model.forward(tokens, &mut pass.with_trace(trace))),
        Model::QuestionAnswerer(model) => tensor(model.forward(tokens, &mut pass.with_trace(trace))),
        Model::Discriminator(model) => tensor(model.forward(tokens, &mut pass.with_trace(trace))),
        Model::SentenceEncoder(_) => return Err("a sentence encoder has no logits to compare".into()),
        Model::Recurrent(model) => tensor(model.forward(tokens)),
        Model::RecurrentSeq2Seq(_) => return Err("no other library has a model like it".into()),
        Model::ReplacedTokens(_) => {
            return Err("no other library keeps generator and discriminator in one model".into());
        }
        Model::EncoderDecoder(model) => {
            let target = wanted.decoder_input_ids.as_ref().ok_or("it has no decoder_input_ids")?;
            let target = ids(&target.shape, &target.values)?;
            let states = model.encode(tokens, &mut pass.named("encoder").with_trace(trace));
            let memory = Memory { states, mask };
            tensor(model.decode(target, &mut Pass::default().named("decoder").with_memory(memory).with_trace(trace)))
        }
    };
    Ok(logits)
}

fn tensor<const R: usize>(tensor: Tensor<R>) -> Vec<f32> {
    numbers(&tensor.into_data())
}

fn numbers(data: &TensorData) -> Vec<f32> {
    data.iter::<f32>().collect()
}

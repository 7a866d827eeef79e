//! What a model computes.

use burn::tensor::{Device, Int, Tensor};
use salamander_attention::{Memory, Pass};
use salamander_models::Model;

pub(crate) fn device() -> Device {
    Device::flex()
}

/// Logits of some tokens, flat.
pub(crate) fn logits(model: &Model) -> Vec<f32> {
    let tokens = Tensor::<2, Int>::from_ints([[1, 5, 3, 8, 2]], &device());
    let data = match model {
        Model::DecoderOnly(model) => model.forward(tokens, &mut Pass::default()).into_data(),
        Model::MaskedLm(model) => model.forward(tokens, &mut Pass::default()).into_data(),
        Model::Classifier(model) => model.forward(tokens, None, &mut Pass::default()).into_data(),
        Model::TokenClassifier(model) => model.forward(tokens, &mut Pass::default()).into_data(),
        Model::QuestionAnswerer(model) => model.forward(tokens, &mut Pass::default()).into_data(),
        Model::SentenceEncoder(model) => model.forward(tokens, None, &mut Pass::default()).into_data(),
        Model::Discriminator(model) => model.forward(tokens, &mut Pass::default()).into_data(),
        Model::ReplacedTokens(model) => model.guess(tokens, &mut Pass::default()).into_data(),
        Model::Recurrent(model) => model.forward(tokens).into_data(),
        Model::RecurrentSeq2Seq(model) => {
            let source = model.encode(tokens.clone(), None);
            model.decode(tokens, &source).into_data()
        }
        Model::EncoderDecoder(model) => {
            let states = model.encode(tokens.clone(), &mut Pass::default());
            let memory = Memory { states, mask: Default::default() };
            model.decode(tokens, &mut Pass::default().with_memory(memory)).into_data()
        }
    };
    data.iter::<f32>().collect()
}

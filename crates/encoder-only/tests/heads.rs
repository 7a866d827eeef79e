//! What the heads make of an encoder's output, by hand and by law.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

mod encoders;

use burn::{
    module::Param,
    tensor::{Bool, Device, Int, Tensor, TensorData},
};
use encoders::*;
use proptest::prelude::*;
use salamander_attention::*;
use salamander_encoder_only::*;
use support::*;

fn tagger(choice: &Choice, device: &Device) -> TokenClassifier {
    let head = TokenClassificationHeadConfig { n_tags: 3, dropout: 0.0 };
    let config = TokenClassifierConfig { encoder: encoder(choice), head };
    config.validate().expect("every choice is legal");
    device.seed(choice.seed);
    config.init(device)
}

fn answerer(choice: &Choice, device: &Device) -> QuestionAnswerer {
    let config = QuestionAnswererConfig { encoder: encoder(choice), head: AnswerHeadConfig {} };
    config.validate().expect("every choice is legal");
    device.seed(choice.seed);
    config.init(device)
}

fn sentences(choice: &Choice, pooling: Pooling, device: &Device) -> SentenceEncoder {
    let config = SentenceEncoderConfig { encoder: encoder(choice), head: SentenceHeadConfig { pooling } };
    config.validate().expect("every choice is legal");
    device.seed(choice.seed);
    config.init(device)
}

fn classifier(choice: &Choice, pooling: Pooling, device: &Device) -> Classifier {
    let head = ClassificationHeadConfig { n_classes: 3, pooling, activation: choice.activation, dropout: 0.0 };
    let config = ClassifierConfig { encoder: encoder(choice), head };
    config.validate().expect("every choice is legal");
    device.seed(choice.seed);
    config.init(device)
}

fn replaced_config(choice: &Choice) -> ReplacedTokensConfig {
    let encoder = encoder(choice);
    let guesses = MaskedLmHeadConfig {
        activation: choice.activation,
        norm: NormConfig::Layer { epsilon: EPSILON, bias: true },
        unembedding: choice.unembedding(),
    };
    let generator = GeneratorConfig { d_model: 5, stack: encoder.stack.clone(), head: guesses };
    let head = ReplacementHeadConfig { activation: choice.activation };
    ReplacedTokensConfig { discriminator: DiscriminatorConfig { encoder, head }, generator }
}

fn replaced(choice: &Choice, device: &Device) -> ReplacedTokens {
    let config = replaced_config(choice);
    config.validate().expect("every choice is legal");
    device.seed(choice.seed);
    config.init(device)
}

fn set(linear: &mut Linear, weight: &[&[f32]], bias: &[f32]) {
    let device = linear.weight.device();
    let weight = TensorData::new(weight.concat(), [weight.len(), bias.len()]);
    linear.weight = Param::from_tensor(Tensor::from_data(weight, &device));
    linear.bias = Some(Param::from_tensor(Tensor::from_floats(bias, &device)));
}

#[test]
fn by_hand() {
    let device = Device::flex();
    let x = || Tensor::<3>::from_floats([[[1.0, 2.0], [3.0, -1.0]]], &device);

    let mut tags = TokenClassificationHeadConfig { n_tags: 3, dropout: 0.5 }.init(2, &Init::Xavier, &device);
    set(&mut tags.classifier, &[&[1.0, 0.0, 2.0], &[0.0, 1.0, -1.0]], &[0.5, 0.0, 0.0]);
    assert_eq!(values(tags.forward(x())), [1.5, 2.0, 0.0, 3.5, -1.0, 7.0]);

    // relu(1) and relu(2), of the first position or, 1 and 3, 2 and -1, of both on average; then their sum and difference.
    for (pooling, want) in [(Pooling::First, [3.0, -1.0]), (Pooling::Mean, [2.5, 1.5])] {
        let config = ClassificationHeadConfig { n_classes: 2, pooling, activation: Activation::Relu, dropout: 0.5 };
        let mut head = config.init(2, &Init::Xavier, &device);
        set(&mut head.pooler, &[&[1.0, 0.0], &[0.0, 1.0]], &[0.0, 0.0]);
        set(&mut head.classifier, &[&[1.0, 1.0], &[1.0, -1.0]], &[0.0, 0.0]);
        assert_eq!(values(head.forward(x(), None)), want);
    }

    let mut answer = AnswerHeadConfig {}.init(2, &Init::Xavier, &device);
    set(&mut answer.span, &[&[1.0, 2.0], &[3.0, -1.0]], &[0.0, 1.0]);
    assert_eq!(values(answer.forward(x())), [7.0, 1.0, 0.0, 8.0]);

    // relu(1 + 2, -1 + 0.5) = (3, 0), relu(3 - 1, -3 + 0.5) = (2, 0); 2 · 3 - 1 and 2 · 2 - 1.
    let mut judge = ReplacementHeadConfig { activation: Activation::Relu }.init(2, &Init::Xavier, &device);
    set(&mut judge.dense, &[&[1.0, -1.0], &[1.0, 0.0]], &[0.0, 0.5]);
    set(&mut judge.judge, &[&[2.0], &[5.0]], &[-1.0]);
    assert_eq!(values(judge.forward(x())), [5.0, 3.0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn padding_changes_nothing(choice in choices(), padding in 1..5usize) {
        let device = Device::flex();
        let tokens = choice.tokens(1, 5, 1, &device);
        let padded = Tensor::cat(vec![tokens.clone(), choice.tokens(1, padding, 2, &device)], 1);
        let is_padding: Vec<bool> = (0..5 + padding).map(|j| j >= 5).collect();
        let mut pass = Pass::new(Mask::padding(vec![is_padding.clone()]));
        let none = &mut Pass::default();

        let model = tagger(&choice, &device);
        let a = model.forward(padded.clone(), &mut pass).narrow(1, 0, 5);
        prop_assert!(distance(a, model.forward(tokens.clone(), none)) < 1e-5);
        let model = answerer(&choice, &device);
        let a = model.forward(padded.clone(), &mut pass).narrow(1, 0, 5);
        prop_assert!(distance(a, model.forward(tokens.clone(), none)) < 1e-5);
        let model = replaced(&choice, &device);
        let a = model.judge(padded.clone(), &mut pass).narrow(1, 0, 5);
        prop_assert!(distance(a, model.judge(tokens.clone(), none)) < 1e-5);
        let a = model.guess(padded.clone(), &mut pass).narrow(1, 0, 5);
        prop_assert!(distance(a, model.guess(tokens.clone(), none)) < 1e-5);

        // What judges or means a whole text hides by itself what it is told is padding.
        let marks = Tensor::<2, Bool>::from_data(TensorData::new(is_padding, [1, 5 + padding]), &device);
        for pooling in [Pooling::Mean, Pooling::First] {
            let model = sentences(&choice, pooling, &device);
            let a = model.forward(padded.clone(), Some(marks.clone()), &mut Pass::default());
            prop_assert!(distance(a, model.forward(tokens.clone(), None, &mut Pass::default())) < 1e-5);
            let model = classifier(&choice, pooling, &device);
            let a = model.forward(padded.clone(), Some(marks.clone()), &mut Pass::default());
            prop_assert!(distance(a, model.forward(tokens.clone(), None, &mut Pass::default())) < 1e-5);
        }
    }

    #[test]
    fn a_batch_is_its_rows(choice in choices()) {
        let device = Device::flex();
        for pooling in [Pooling::Mean, Pooling::First] {
            let model = classifier(&choice, pooling, &device);
            let tokens = choice.tokens(3, 5, 1, &device);
            let batch = model.forward(tokens.clone(), None, &mut Pass::default());
            for row in 0..3 {
                let single = model.forward(tokens.clone().narrow(0, row, 1), None, &mut Pass::default());
                prop_assert!(distance(batch.clone().narrow(0, row, 1), single) < 1e-5);
            }
        }
    }

    #[test]
    fn the_generator_guesses_at_some_positions_as_at_all(choice in choices()) {
        let device = Device::flex();
        let (tokens, some) = (choice.tokens(2, 6, 1, &device), || Tensor::<1, Int>::from_ints([1, 4, 11], &device));
        let model = replaced(&choice, &device);
        let all = model.guess(tokens.clone(), &mut Pass::default()).flatten::<2>(0, 1).select(0, some());
        prop_assert!(distance(all, model.guess_at(tokens, some(), &mut Pass::default())) < 1e-5);
    }

    #[test]
    fn a_gradient_reaches_every_parameter(choice in choices()) {
        let device = Device::flex().autodiff();
        all_are_reached(&choice, &device, |choice, tokens, pass| {
            let model = tagger(choice, &device);
            unreached(&model, &model.forward(tokens, pass).powi_scalar(2).sum().backward())
        })?;
        all_are_reached(&choice, &device, |choice, tokens, pass| {
            let model = answerer(choice, &device);
            unreached(&model, &model.forward(tokens, pass).powi_scalar(2).sum().backward())
        })?;
        for pooling in [Pooling::Mean, Pooling::First] {
            // Cubes: the sum of a normalised vector's squares depends on nothing.
            all_are_reached(&choice, &device, |choice, tokens, pass| {
                let model = sentences(choice, pooling, &device);
                unreached(&model, &model.forward(tokens, None, pass).powi_scalar(3).sum().backward())
            })?;
            all_are_reached(&choice, &device, |choice, tokens, pass| {
                let model = classifier(choice, pooling, &device);
                unreached(&model, &model.forward(tokens, None, pass).powi_scalar(2).sum().backward())
            })?;
        }
        all_are_reached(&choice, &device, |choice, tokens, pass| {
            let model = replaced(choice, &device);
            let guesses = model.guess(tokens.clone(), pass).powi_scalar(2).sum();
            let judgements = model.judge(tokens, pass).powi_scalar(2).sum();
            unreached(&model, &(guesses + judgements).backward())
        })?;
    }

    #[test]
    fn the_generator_learns_with_the_discriminators_embedding(choice in choices()) {
        let device = Device::flex().autodiff();
        let model = replaced(&choice, &device);
        let tokens = choice.tokens(2, 6, 1, &device);
        let guesses = model.guess(tokens.clone(), &mut Pass::default());
        let missed = unreached(&model, &guesses.powi_scalar(2).sum().backward());
        let shared = ["discriminator.encoder.tokens.weight", "discriminator.encoder.embedding.segments"];
        prop_assert!(!missed.iter().any(|name| shared.contains(&name.as_str())), "{:?}", missed);
        prop_assert!(missed.contains(&"discriminator.head.dense.weight".to_owned()));
        let judgements = model.judge(tokens, &mut Pass::default());
        let missed = unreached(&model, &judgements.powi_scalar(2).sum().backward());
        prop_assert!(missed.contains(&"generator.project.weight".to_owned()));
    }

    #[test]
    fn the_generator_alone_guesses_the_same(choice in choices()) {
        let device = Device::flex();
        let model = replaced(&choice, &device);
        let tokens = choice.tokens(2, 6, 1, &device);
        let together = model.guess(tokens.clone(), &mut Pass::default());
        let alone = model.generator().forward(tokens.clone(), &mut Pass::default());
        prop_assert_eq!(distance(together, alone), 0.0);
        let made = replaced_config(&choice).generator().init(&device).forward(tokens, &mut Pass::default());
        prop_assert_eq!(made.dims(), [2, 6, VOCAB]);
    }
}

#[test]
fn what_is_wrong_is_named() {
    let choice = &some_choices(1)[0];
    let head = TokenClassificationHeadConfig { n_tags: 0, dropout: 0.0 };
    let message = TokenClassifierConfig { encoder: encoder(choice), head }.validate().unwrap_err().to_string();
    assert_eq!(message, "head.n_tags: is 0; at least 1 is needed");
    let head = TokenClassificationHeadConfig { n_tags: 2, dropout: 1.0 };
    let message = TokenClassifierConfig { encoder: encoder(choice), head }.validate().unwrap_err().to_string();
    assert_eq!(message, "head.dropout: is 1; a probability of dropping lies in [0, 1)");
    let mut config = replaced_config(choice);
    config.generator.d_model = 0;
    assert_eq!(config.validate().unwrap_err().to_string(), "generator.encoder.d_model: is 0; at least 1 is needed");
    config.discriminator.encoder.vocab_size = 0;
    let message = config.validate().unwrap_err().to_string();
    assert_eq!(message, "discriminator.encoder.vocab_size: is 0; at least 1 is needed");
}

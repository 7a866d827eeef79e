//! What each objective asks, and its loss, against the definition worked out from the model's own logits in plain numbers.

mod support;

use burn::tensor::{Device, Int, Tensor, TensorData};
use salamander_attention::{Activation, Mask, NormConfig, Pass, UnembeddingConfig};
use salamander_encoder_only::{
    AnswerHeadConfig, ClassificationHeadConfig, ClassifierConfig, DiscriminatorConfig, GeneratorConfig,
    MaskedLmHeadConfig, Pooling, QuestionAnswererConfig, ReplacedTokensConfig, ReplacementHeadConfig,
    SentenceEncoderConfig, SentenceHeadConfig, TokenClassificationHeadConfig, TokenClassifierConfig,
};
use salamander_kernels::{CrossEntropyOptions, cross_entropy};
use salamander_text::{
    Batches, ClassBatch, Contrastive, ContrastiveBatch, Frame, IGNORE, LanguageBatch, Matrix, Packed, Packing,
    QuestionBatch, Rows,
};
use salamander_train::{Objective, Question};
use support::{alone, decoder, encoder};

fn device() -> Device {
    Device::flex()
}

fn numbers<const R: usize>(tensor: Tensor<R>) -> Vec<f64> {
    tensor.into_data().convert::<f64>().iter::<f64>().collect()
}

/// `-ln softmax(logits)[target]`.
fn nats(logits: &[f64], target: usize) -> f64 {
    let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + logits.iter().map(|logit| (logit - most).exp()).sum::<f64>().ln() - logits[target]
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The loss that training goes down, from what was asked.
fn loss(question: Question) -> f64 {
    let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: 0.0 };
    let asked = numbers(cross_entropy(question.logits, question.targets, &options))[0];
    question.weight * asked + question.owed.penalty.map_or(0.0, |penalty| numbers(penalty)[0])
}

#[track_caller]
fn close(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-4 * want.abs().max(1.0), "{got} and not {want}");
}

fn tokens(rows: &[Vec<i64>]) -> Tensor<2, Int> {
    let columns = rows[0].len();
    Tensor::from_data(TensorData::new(rows.concat(), [rows.len(), columns]), &device())
}

/// Of two rows, the first full and the second not.
fn padding(columns: usize, second: usize) -> Matrix<bool> {
    Matrix::padded(&[vec![false; columns], vec![false; second]], true)
}

/// Two texts in their frames, the second one shorter.
fn rows() -> (Rows, Vec<Vec<bool>>) {
    let ids = Matrix::padded(&[vec![2, 7, 8, 1], vec![2, 9, 1]], 0);
    let padding = padding(4, 3);
    let hidden = padding.to_rows();
    (Rows { segments: Matrix::padded(&[[0; 4]; 2], 0), ids, padding: Some(padding) }, hidden)
}

#[test]
fn the_class_of_a_text() {
    let _turn = alone();
    for pooling in [Pooling::First, Pooling::Mean] {
        let head = ClassificationHeadConfig { n_classes: 3, pooling, activation: Activation::Tanh, dropout: 0.0 };
        let model = ClassifierConfig { encoder: encoder(0.0), head }.init(&device());
        let batch = ClassBatch { inputs: rows().0, labels: vec![2, 0] };
        // Each by itself, so that there is no padding.
        let logits = |ids: &[i64]| numbers(model.forward(tokens(&[ids.to_vec()]), None, &mut Pass::default()));
        let want = mean(&[nats(&logits(&[2, 7, 8, 1]), 2), nats(&logits(&[2, 9, 1]), 0)]);
        close(loss(model.ask(&batch, &device())), want);
    }
}

#[test]
fn the_tags_of_words() {
    let _turn = alone();
    let head = TokenClassificationHeadConfig { n_tags: 5, dropout: 0.0 };
    let model = TokenClassifierConfig { encoder: encoder(0.0), head }.init(&device());
    let (Rows { ids, padding, .. }, hidden) = rows();
    let targets = Matrix::padded(&[vec![IGNORE, 4, 1, IGNORE], vec![IGNORE, 3, IGNORE]], IGNORE);
    let logits = numbers(model.forward(tokens(&ids.to_rows()), &mut Pass::new(Mask::padding(hidden))));
    let at = |row: usize, column: usize| &logits[5 * (4 * row + column)..][..5];
    let want = mean(&[nats(at(0, 1), 4), nats(at(0, 2), 1), nats(at(1, 1), 3)]);
    close(loss(model.ask(&LanguageBatch { inputs: ids, targets, padding }, &device())), want);
}

#[test]
fn where_an_answer_begins_and_ends() {
    let _turn = alone();
    let model = QuestionAnswererConfig { encoder: encoder(0.0), head: AnswerHeadConfig {} }.init(&device());
    let (inputs, hidden) = rows();
    let batch = QuestionBatch { inputs, starts: vec![1, 0], ends: vec![2, 0], windows: vec![0, 1] };
    let logits = numbers(model.forward(tokens(&batch.inputs.ids.to_rows()), &mut Pass::new(Mask::padding(hidden))));
    let of = |row: usize, which: usize| (0..4).map(|t| logits[8 * row + 2 * t + which]).collect::<Vec<_>>();
    let want = mean(&[nats(&of(0, 0), 1), nats(&of(0, 1), 2), nats(&of(1, 0), 0), nats(&of(1, 1), 0)]);
    close(loss(model.ask(&batch, &device())), want);
    assert_eq!(<salamander_encoder_only::QuestionAnswerer as Objective<QuestionBatch>>::targets(&batch), 4);
}

#[test]
fn which_texts_belong_together() {
    let _turn = alone();
    let model = SentenceEncoderConfig { encoder: encoder(0.0), head: SentenceHeadConfig { pooling: Pooling::Mean } }
        .init(&device());
    let frame = Frame { begin: vec![2], between: vec![1], end: vec![1] };
    // The first and the last pair have the same second text: none of the two is wrong for the other.
    let texts: [(&[u32], &[u32]); 3] = [(&[5, 6], &[7]), (&[8], &[9, 10]), (&[11, 12], &[7])];
    let pairs = texts.map(|(first, second)| (frame.one(first), frame.one(second)));
    let batch = Contrastive::new(pairs, 0, 8, 3, 0).expect("pairs").evaluation_at(0);
    let vector = |text: &[u32]| {
        let ids: Vec<_> = frame.one(text).ids.iter().map(|&id| i64::from(id)).collect();
        numbers(model.forward(tokens(&[ids]), None, &mut Pass::default()))
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let likeness = |a: &[u32], b: &[u32]| {
        let (a, b) = (vector(a), vector(b));
        dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt() / 0.05
    };
    let [x, y, z] = texts;
    let want = mean(&[
        nats(&[likeness(x.0, x.1), likeness(x.0, y.1)], 0),
        nats(&[likeness(y.0, x.1), likeness(y.0, y.1), likeness(y.0, z.1)], 1),
        nats(&[likeness(z.0, y.1), likeness(z.0, z.1)], 1),
    ]);
    close(loss(model.ask(&batch, &device())), want);
    // A smoothed target would give a share to what is hidden.
    assert_eq!(<salamander_encoder_only::SentenceEncoder as Objective<ContrastiveBatch>>::smoothing(0.1), 0.0);
}

#[test]
fn which_tokens_were_replaced() {
    let _turn = alone();
    let norm = NormConfig::Layer { epsilon: 1e-5, bias: true };
    let reads = encoder(0.0);
    let config = ReplacedTokensConfig {
        generator: GeneratorConfig {
            d_model: 16,
            stack: reads.stack.clone(),
            head: MaskedLmHeadConfig {
                activation: Activation::Gelu,
                norm,
                unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: true },
            },
        },
        discriminator: DiscriminatorConfig {
            encoder: reads,
            head: ReplacementHeadConfig { activation: Activation::Gelu },
        },
    };
    let model = config.init(&device());
    let batch = LanguageBatch {
        inputs: Matrix::padded(&[vec![2, 4, 8, 4, 1], vec![2, 9, 1]], 0),
        targets: Matrix::padded(&[vec![IGNORE, 7, IGNORE, 5, IGNORE], vec![IGNORE; 3]], IGNORE),
        padding: Some(padding(5, 3)),
    };
    let hidden = || Mask::padding(padding(5, 3).to_rows());
    let guesses = numbers(model.guess(tokens(&batch.inputs.to_rows()), &mut Pass::new(hidden())));
    let words = guesses.len() / 10;
    let generator = mean(&[nats(&guesses[words..2 * words], 7), nats(&guesses[3 * words..4 * words], 5)]);

    let Question { logits, targets, weight, owed } = model.ask(&batch, &device());
    close(owed.penalty.map_or(0.0, |penalty| numbers(penalty)[0]), generator);
    assert_eq!(weight, 50.0);
    let targets: Vec<i64> = targets.into_data().convert::<i64>().iter::<i64>().collect();
    // What was not hidden was not replaced; padding is not judged.
    assert_eq!([&targets[..1], &targets[2..3], &targets[4..]].concat(), [0, 0, 0, 0, 0, 0, IGNORE, IGNORE]);
    assert_eq!(targets.iter().filter(|&&target| target != IGNORE).count(), 8);
    assert_eq!(<salamander_encoder_only::ReplacedTokens as Objective<LanguageBatch>>::targets(&batch), 8);
    // The first of two logits is 0: their softmax is a sigmoid of the second.
    assert!(numbers(logits).chunks(2).all(|both| both[0] == 0.0));
}

#[test]
fn documents_on_one_row_do_not_see_each_other() {
    let _turn = alone();
    let model = decoder(0.0, &device());
    let documents = [vec![5, 6, 7, 1], vec![8, 9, 1], vec![10, 11, 12, 13, 14, 1]];
    let packed = Packed::new(documents.concat(), 1, Packing::Whole, 8, 2, 0).expect("documents");
    let (mut nats_in_all, mut targets) = (0.0, 0);
    for document in documents {
        let ids: Vec<i64> = document.iter().map(|&id| i64::from(id)).collect();
        let logits = numbers(model.forward(tokens(&[ids[..ids.len() - 1].to_vec()]), &mut Pass::default()));
        let words = logits.len() / (ids.len() - 1);
        let each = logits.chunks(words).zip(&ids[1..]).map(|(logits, &target)| nats(logits, target as usize));
        nats_in_all += each.sum::<f64>();
        targets += ids.len() - 1;
    }
    let mut got = (0.0, 0);
    for batch in packed.evaluation() {
        let counted = batch.counted();
        got.0 += loss(model.ask(&batch, &device())) * counted as f64;
        got.1 += counted;
    }
    assert_eq!(got.1, targets);
    close(got.0, nats_in_all);
}

//! ROUGE against `rouge-score`, and answers against SQuAD's script.

use salamander_metrics::{Answers, PrecisionRecall, Rouge, RougeScore, Stemming};
use serde::Deserialize;

use crate::{Segment, close, fixture, texts};

/// Precision, recall and F1.
type Scores = [f64; 3];

#[derive(Debug, Deserialize)]
struct RougeCase {
    corpus: String,
    stemming: bool,
    means: [Scores; 4],
    #[serde(default)]
    texts: Vec<Segment>,
    #[serde(default)]
    pairs: Vec<[Scores; 4]>,
}

fn check(got: &RougeScore, want: &[Scores; 4], what: &dyn std::fmt::Debug) {
    let kinds = [got.rouge1, got.rouge2, got.rouge_l, got.rouge_l_sum];
    for (kind, (PrecisionRecall { precision, recall, f1 }, want)) in kinds.into_iter().zip(want).enumerate() {
        [precision, recall, f1].into_iter().zip(want).for_each(|(got, &want)| close(got, want, &(kind, what)));
    }
}

#[test]
fn rouge_is_that_of_rouge_score() {
    let texts = texts();
    let cases: Vec<RougeCase> = fixture("rouge");
    assert_eq!(cases.len(), 8);
    for case in &cases {
        let corpus = texts.get(&case.corpus).unwrap_or(&case.texts);
        let mut rouge = Rouge::new(if case.stemming { Stemming::Porter } else { Stemming::None });
        for (at, (prediction, references)) in corpus.iter().enumerate() {
            let score = rouge.add(prediction, references).unwrap();
            if let Some(want) = case.pairs.get(at) {
                check(&score, want, &(&case.corpus, case.stemming, prediction, references));
            }
        }
        check(&rouge.finish().unwrap(), &case.means, &(&case.corpus, case.stemming));
    }
}

/// An answer, its references, whether it matches and its F1.
type Answer = (String, Vec<String>, u64, f64);

#[test]
fn answers_are_scored_as_squad_scores_them() {
    let recorded: Vec<Answer> = fixture("answers");
    assert!(recorded.len() > 40, "{} answers", recorded.len());
    let mut answers = Answers::default();
    for (answer, references, exact, f1) in &recorded {
        let (got_exact, got_f1) = answers.add(answer, references);
        assert_eq!(u64::from(got_exact), *exact, "{answer:?} {references:?}");
        close(got_f1, *f1, &(answer, references));
    }
    let score = answers.finish().unwrap();
    let mean = |of: &dyn Fn(&Answer) -> f64| recorded.iter().map(of).sum::<f64>() / recorded.len() as f64;
    close(score.exact_match, mean(&|(.., exact, _)| *exact as f64), &"exact match");
    close(score.f1, mean(&|(.., f1)| *f1), &"F1");
}

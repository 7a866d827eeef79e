//! BLEU and chrF against sacreBLEU and Moses' script.

use std::path::PathBuf;

use salamander_metrics::{
    Bleu, BleuOptions, BleuTokenizer, Bootstrap, Case, Chrf, ChrfOptions, Interval, Resample, Smoothing,
};
use serde::Deserialize;

use crate::{Segment, close, fixture, texts};

const TOKENIZERS: [(&str, BleuTokenizer); 5] = [
    ("13a", BleuTokenizer::V13a),
    ("intl", BleuTokenizer::International),
    ("zh", BleuTokenizer::Chinese),
    ("char", BleuTokenizer::Character),
    ("none", BleuTokenizer::None),
];

fn tokenizer(name: &str) -> BleuTokenizer {
    TOKENIZERS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no tokenizer {name}")).1
}

fn case(lowercase: bool) -> Case {
    if lowercase { Case::Lower } else { Case::Mixed }
}

/// A line with our version where it was taken out.
fn line(recorded: &str) -> String {
    recorded.replace("version:VERSION", concat!("version:salamander-", env!("CARGO_PKG_VERSION")))
}

/// sacreBLEU's arguments, as far as they were given.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BleuArguments {
    tokenizer: Option<String>,
    lowercase: bool,
    smoothing: Option<String>,
    value: Option<f64>,
    effective: bool,
}

impl BleuArguments {
    fn options(&self) -> BleuOptions {
        let smoothing = match self.smoothing.as_deref() {
            None | Some("exp") => Smoothing::Exponential,
            Some("none") => Smoothing::None,
            Some("floor") => Smoothing::Floor(self.value.unwrap_or(0.1)),
            Some("add-k") => Smoothing::Add(self.value.unwrap_or(1.0)),
            Some(other) => panic!("no smoothing {other}"),
        };
        BleuOptions {
            tokenizer: self.tokenizer.as_deref().map(tokenizer).unwrap_or_default(),
            case: case(self.lowercase),
            smoothing,
            effective_order: self.effective,
        }
    }
}

#[derive(Debug, Deserialize)]
struct BleuCase {
    corpus: String,
    options: BleuArguments,
    score: f64,
    precisions: [f64; 4],
    penalty: f64,
    line: String,
    #[serde(default)]
    sentences: Vec<f64>,
}

#[test]
fn bleu_is_that_of_sacrebleu() {
    let texts = texts();
    let cases: Vec<BleuCase> = fixture("bleu");
    assert!(cases.len() > 250, "{} cases", cases.len());
    for case in cases {
        let (corpus, options, what) = (&texts[&case.corpus], case.options.options(), (&case.corpus, &case.options));
        let mut bleu = Bleu::new(options);
        for (hypothesis, references) in corpus {
            bleu.add(hypothesis, references).unwrap();
        }
        let score = bleu.finish().unwrap();
        close(score.score, case.score, &what);
        score.precisions.iter().zip(case.precisions).for_each(|(&got, want)| close(got, want, &what));
        close(score.brevity_penalty, case.penalty, &what);
        assert_eq!(format!("{score:.2}"), line(&case.line), "{what:?}");
        for ((hypothesis, references), want) in corpus.iter().zip(&case.sentences) {
            close(options.score(hypothesis, references).unwrap().score, *want, &(&what, hypothesis));
        }
    }
}

#[test]
fn each_tokenizer_finds_the_words_that_sacrebleu_finds() {
    let lines: Vec<[String; 6]> = fixture("tokens");
    assert!(lines.len() > 400, "{} lines", lines.len());
    for recorded in lines {
        for ((name, tokenizer), want) in TOKENIZERS.iter().zip(&recorded[1..]) {
            assert_eq!(tokenizer.tokenize(&recorded[0]), *want, "{name}: {:?}", recorded[0]);
        }
    }
}

#[derive(Debug, Deserialize)]
struct MultiBleuCase {
    corpus: String,
    line: String,
}

#[test]
fn multi_bleu_is_that_of_moses() {
    let texts = texts();
    for case in fixture::<Vec<MultiBleuCase>>("multi_bleu") {
        let ascii = |(hypothesis, references): &&Segment| {
            hypothesis.is_ascii() && references.iter().all(|reference| reference.is_ascii())
        };
        let (hypotheses, references): (Vec<_>, Vec<_>) = texts[&case.corpus].iter().filter(ascii).cloned().unzip();
        let score = BleuOptions::multi_bleu().corpus(&hypotheses, &references).unwrap();
        let precisions = score.precisions.map(|precision| format!("{precision:.1}")).join("/");
        let ours = format!(
            "BLEU = {:.2}, {precisions} (BP={:.3}, ratio={:.3}, hyp_len={}, ref_len={})",
            score.score,
            score.brevity_penalty,
            score.length_ratio(),
            score.counts.hypothesis,
            score.counts.reference
        );
        assert_eq!(ours, case.line, "{}", case.corpus);
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ChrfArguments {
    char_order: Option<usize>,
    word_order: usize,
    beta: Option<u32>,
    lowercase: bool,
    whitespace: bool,
    eps_smoothing: bool,
}

impl ChrfArguments {
    fn options(&self) -> ChrfOptions {
        ChrfOptions {
            char_order: self.char_order.unwrap_or(6),
            word_order: self.word_order,
            beta: self.beta.unwrap_or(2),
            case: case(self.lowercase),
            whitespace: self.whitespace,
            epsilon: self.eps_smoothing,
        }
    }
}

#[derive(Debug, Deserialize)]
struct ChrfCase {
    corpus: String,
    options: ChrfArguments,
    score: f64,
    line: String,
    #[serde(default)]
    sentences: Vec<f64>,
}

#[test]
fn chrf_is_that_of_sacrebleu() {
    let texts = texts();
    let cases: Vec<ChrfCase> = fixture("chrf");
    assert!(cases.len() > 100, "{} cases", cases.len());
    for case in cases {
        let (corpus, options, what) = (&texts[&case.corpus], case.options.options(), (&case.corpus, &case.options));
        let mut chrf = Chrf::new(options);
        for (hypothesis, references) in corpus {
            chrf.add(hypothesis, references).unwrap();
        }
        let score = chrf.finish().unwrap();
        close(score.score, case.score, &what);
        assert_eq!(format!("{score:.2}"), line(&case.line), "{what:?}");
        for ((hypothesis, references), want) in corpus.iter().zip(&case.sentences) {
            close(options.score(hypothesis, references).unwrap().score, *want, &(&what, hypothesis));
        }
    }
}

/// An interval and a p-value, as NumPy computes them of the same draws.
#[derive(Debug, Deserialize)]
struct Summary {
    level: f64,
    low: f64,
    high: f64,
    p_value: f64,
}

impl Summary {
    #[track_caller]
    fn check(&self, got: &Interval, estimate: f64) {
        close(got.estimate, estimate, self);
        close(got.low, self.low, self);
        close(got.high, self.high, self);
        assert_eq!(got.level, self.level);
    }
}

#[derive(Debug, Deserialize)]
struct Draws {
    references: Vec<String>,
    a: Vec<String>,
    b: Vec<String>,
    cases: Vec<DrawnCase>,
}

#[derive(Debug, Deserialize)]
struct DrawnCase {
    seed: u64,
    resamples: u64,
    estimates: [f64; 2],
    a: Summary,
    difference: Summary,
}

#[test]
fn the_bootstrap_scores_each_draw_as_sacrebleu_does() {
    let options = BleuOptions::default();
    for Draws { references, a, b, cases } in fixture::<Vec<Draws>>("draws") {
        let rows = |hypotheses: &[String]| {
            let mut bleu = Bleu::new(options);
            let pairs = hypotheses.iter().zip(&references);
            pairs.map(|(hypothesis, reference)| bleu.add(hypothesis, &[reference]).unwrap()).collect::<Vec<_>>()
        };
        let (a, b) = (rows(&a), rows(&b));
        for case in cases {
            let bootstrap = Bootstrap { resamples: case.resamples, level: case.a.level, seed: case.seed };
            let score = |rows: Resample<'_, _>| options.of_counts(&rows.sum());
            case.a.check(&bootstrap.interval(&a, score).unwrap(), case.estimates[0]);
            let difference = bootstrap.difference(&a, &b, score).unwrap();
            case.difference.check(&difference.interval, case.estimates[0] - case.estimates[1]);
            close(difference.p_value, case.difference.p_value, &case);
        }
    }
}

#[derive(Debug, Deserialize)]
struct RealCase {
    language: String,
    lines: usize,
    chrf: f64,
    #[serde(rename = "chrf++")]
    chrf_plus_plus: f64,
    #[serde(flatten)]
    bleu: std::collections::BTreeMap<String, f64>,
}

/// Each line with the second half of the next: something to compare real lines with, without a model.
fn shifted(lines: &[&str]) -> Vec<String> {
    let words: Vec<Vec<_>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    let pairs = words.iter().zip(words.iter().cycle().skip(1));
    pairs.map(|(here, next)| [&here[..here.len().div_ceil(2)], &next[next.len() / 2..]].concat().join(" ")).collect()
}

#[test]
fn real_captions_are_scored_as_sacrebleu_scores_them() {
    let Some(folder) = std::env::var_os("SALAMANDER_DATA").map(PathBuf::from) else {
        return println!("skipped: no data (SALAMANDER_DATA)");
    };
    for case in fixture::<Vec<RealCase>>("real") {
        let path = folder.join("multi30k/test_2016_flickr").with_extension(&case.language);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: no data ({})", path.display());
            continue;
        };
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), case.lines, "{}: is this the test set of 2016?", path.display());
        let (hypotheses, references) = (shifted(&lines), lines.iter().map(|line| [*line]).collect::<Vec<_>>());
        assert_eq!(case.bleu.len(), TOKENIZERS.len());
        for (name, want) in &case.bleu {
            let options = BleuOptions { tokenizer: tokenizer(name), ..BleuOptions::default() };
            close(options.corpus(&hypotheses, &references).unwrap().score, *want, &(&case.language, name));
        }
        for (options, want) in [(ChrfOptions::default(), case.chrf), (ChrfOptions::plus_plus(), case.chrf_plus_plus)] {
            close(options.corpus(&hypotheses, &references).unwrap().score, want, &(&case.language, options));
        }
    }
}

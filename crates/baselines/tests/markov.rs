//! Chains on the sentences of Rohrer's "Transformers from scratch" (2021), and by hand.

use salamander_baselines::{Chain, Markov, MarkovConfig};
use salamander_text::Random;

/// Sentences as ids, and the words they stand for.
struct Sentences {
    words: Vec<String>,
    ids: Vec<Vec<u32>>,
}

impl Sentences {
    fn new(sentences: &[(&str, usize)]) -> Self {
        let mut all = Self { words: Vec::new(), ids: Vec::new() };
        for &(sentence, times) in sentences {
            let ids: Vec<_> = sentence.split_whitespace().map(|word| all.add(word)).collect();
            all.ids.extend(std::iter::repeat_n(ids, times));
        }
        all
    }

    fn add(&mut self, word: &str) -> u32 {
        let at = self.words.iter().position(|known| known == word).unwrap_or_else(|| {
            self.words.push(word.into());
            self.words.len() - 1
        });
        at as u32
    }

    fn id(&self, word: &str) -> u32 {
        self.words.iter().position(|known| known == word).unwrap_or_else(|| panic!("{word} is in no sentence")) as u32
    }

    fn context(&self, text: &str) -> Vec<u32> {
        text.split_whitespace().map(|word| self.id(word)).collect()
    }

    fn fit(&self, chain: Chain) -> Markov {
        MarkovConfig { vocab_size: self.words.len(), chain }.fit(&self.ids).expect("sentences")
    }

    /// Checks that exactly these words have votes.
    fn check(&self, got: &[f64], want: &[(&str, f64)]) {
        assert_eq!(got.len(), self.words.len());
        for (word, &got) in self.words.iter().zip(got) {
            let want = want.iter().find(|(other, _)| other == word).map_or(0.0, |(_, votes)| *votes);
            assert!((got - want).abs() < 1e-12, "{word}: {got} votes, not {want}");
        }
    }
}

#[test]
fn the_latest_word_decides() {
    let sentences = Sentences::new(&[
        ("show me my directories please", 2),
        ("show me my files please", 3),
        ("show me my photos please", 5),
    ]);
    assert_eq!(sentences.words.len(), 7);
    let chain = sentences.fit(Chain::First);
    let check = |context, want: &[_]| sentences.check(&chain.probabilities(&sentences.context(context)), want);
    check("show", &[("me", 1.0)]);
    check("show me", &[("my", 1.0)]);
    check("show me my", &[("directories", 0.2), ("files", 0.3), ("photos", 0.5)]);
    check("photos", &[("please", 1.0)]);
    assert_eq!(chain.num_rows(), 6, "nothing stands behind please");
    let uniform = chain.probabilities(&sentences.context("please"));
    assert!(uniform.iter().all(|p| (p - 1.0 / 7.0).abs() < 1e-12));
    assert_eq!(chain.votes(&[]), [0.0; 7]);
}

#[test]
fn two_words_know_what_one_does_not() {
    let sentences = Sentences::new(&[
        ("check whether the battery ran down please", 2),
        ("check whether the program ran please", 3),
    ]);
    let context = sentences.context("check whether the battery ran");
    sentences.check(&sentences.fit(Chain::First).votes(&context), &[("down", 0.4), ("please", 0.6)]);
    let second = sentences.fit(Chain::Second);
    sentences.check(&second.votes(&context), &[("down", 1.0)]);
    sentences.check(&second.votes(&sentences.context("the program ran")), &[("please", 1.0)]);
    sentences.check(&second.votes(&sentences.context("the")), &[]);
}

#[test]
fn a_word_far_back_is_outvoted_until_the_others_are_masked() {
    let sentences = Sentences::new(&[
        ("check the program log and find out whether it ran please", 1),
        ("check the battery log and find out whether it ran down please", 1),
    ]);
    assert_eq!(sentences.words.len(), 13);
    let chain = sentences.fit(Chain::SecondWithSkips { reach: 9 });
    let program = sentences.context("check the program log and find out whether it ran");
    let battery = sentences.context("check the battery log and find out whether it ran");
    sentences.check(&chain.votes(&program), &[("please", 5.0), ("down", 4.0)]);
    sentences.check(&chain.votes(&battery), &[("please", 4.0), ("down", 5.0)]);

    let telling = [("battery", "ran"), ("program", "ran")].map(|(a, b)| (sentences.id(a), sentences.id(b)));
    let heard = |earlier, latest| telling.contains(&(earlier, latest));
    sentences.check(&chain.votes_of(&program, heard), &[("please", 1.0)]);
    sentences.check(&chain.votes_of(&battery, heard), &[("down", 1.0)]);

    // One word less far, and what matters is out of reach.
    let short = sentences.fit(Chain::SecondWithSkips { reach: 6 });
    sentences.check(&short.votes(&program), &[("please", 3.0), ("down", 3.0)]);
}

#[test]
fn with_a_reach_of_one_nothing_is_skipped() {
    let sentences = [vec![0, 1, 2, 0, 1, 3, 3], vec![2, 1, 0]];
    let fit = |chain| MarkovConfig { vocab_size: 4, chain }.fit(&sentences).expect("legal");
    let (second, skips) = (fit(Chain::Second), fit(Chain::SecondWithSkips { reach: 1 }));
    for a in 0..4 {
        for b in 0..4 {
            assert_eq!(second.votes(&[a, b]), skips.votes(&[a, b]));
        }
    }
}

#[test]
fn a_word_that_is_there_twice_has_one_vote() {
    let chain = MarkovConfig { vocab_size: 3, chain: Chain::SecondWithSkips { reach: 5 } };
    let chain = chain.fit(&[[0, 0, 1, 2]]).expect("legal");
    assert_eq!(chain.votes(&[0, 0, 1]), [0.0, 0.0, 1.0]);
    assert_eq!(chain.votes_of(&[0, 0, 1], |earlier, latest| (earlier, latest) != (0, 1)), [0.0; 3]);
}

#[test]
fn words_are_drawn_as_often_as_they_are_likely() {
    let chain = MarkovConfig { vocab_size: 3, chain: Chain::First }.fit(&[[0, 1, 0, 1, 0, 1, 0, 2]]).expect("legal");
    let mut random = Random::at(0, 0);
    let ones = (0..10_000).filter(|_| chain.sample(&[0], &mut random) == 1).count();
    assert!((7300..7700).contains(&ones), "{ones} of 10000 at a chance of 3/4");
}

#[test]
fn errors_and_operations() {
    let skips = MarkovConfig { vocab_size: 13, chain: Chain::SecondWithSkips { reach: 9 } };
    let first = MarkovConfig { vocab_size: 13, chain: Chain::First };
    assert_eq!((first.flops_per_token(), skips.flops_per_token()), (0, 13 * 8));
    let none = MarkovConfig { chain: Chain::SecondWithSkips { reach: 0 }, ..skips };
    assert_eq!(none.fit(&[[1, 2]]).expect_err("no reach").to_string(), "chain.reach: is 0; at least 1 is needed");
    assert!(first.fit(&[[13]]).expect_err("unknown").to_string().contains("token 13 (position 0 of sequence 0"));
    let json = serde_json::to_string(&skips).expect("json");
    assert_eq!(serde_json::from_str::<MarkovConfig>(&json).expect("config"), skips);
}

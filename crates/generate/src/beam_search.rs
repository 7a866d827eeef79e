//! What a beam search is asked for, and what it finds.

use crate::{Error, request::check_room};

/// Looks for the likeliest text as a whole, where the likeliest token at each position may lead astray.
///
/// At each length the `width` likeliest beginnings are kept and the others forgotten (Sutskever et al. 2014,
/// arXiv:1409.3215). A text that ends leaves its place to nobody, so a width of 1 is the greedy choice; and what the greedy
/// choice would write always keeps a place, so that no width scores less than it.
///
/// ```
/// use salamander_generate::BeamSearch;
///
/// let search = BeamSearch::default();
/// assert_eq!((search.width, search.alpha), (4, 0.6));
/// assert!((search.length_penalty(20) - 2.354_362).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BeamSearch {
    /// Texts kept at each length.
    pub width: usize,
    /// How many of the best come out; fewer where there are no more. The search ends when no text that is still being
    /// written can become one of them.
    pub results: usize,
    /// `α` of the length penalty: at 0 the likeliest text wins, which is a short one, and the larger it is, the better long
    /// ones do.
    pub alpha: f64,
    /// Where texts are cut off.
    pub longest: Longest,
    /// Tokens that end a text; they are not part of it.
    pub stop: Vec<u32>,
}

/// The most tokens of a text, the one that ends it among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Longest {
    /// So many.
    Tokens(usize),
    /// So many more than the source or the prompt has, as far as there is room.
    BeyondInput(usize),
}

/// A text that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// Its tokens, without the one that ends it.
    pub ids: Vec<u32>,
    /// The token that ended it; `None` if it was cut off.
    pub end: Option<u32>,
    /// Sum of the log-probabilities of its tokens and of its end, in nats.
    pub log_probability: f64,
    /// What it is ranked by: the log-probability, divided by the length penalty.
    pub score: f64,
}

impl Default for BeamSearch {
    /// As translations are looked for by Vaswani et al. 2017 (arXiv:1706.03762): four beams, `α = 0.6`, at most 50 tokens
    /// more than the source has.
    fn default() -> Self {
        Self { width: 4, results: 1, alpha: 0.6, longest: Longest::BeyondInput(50), stop: Vec::new() }
    }
}

impl BeamSearch {
    /// The likeliest token at each position, at most `new_tokens`: a beam of width 1.
    pub fn greedy(new_tokens: usize) -> Self {
        Self { width: 1, results: 1, alpha: 0.0, longest: Longest::Tokens(new_tokens), stop: Vec::new() }
    }

    /// `((5 + n) / 6)^α`, for `n` tokens, the end among them (Wu et al. 2016, arXiv:1609.08144).
    pub fn length_penalty(&self, tokens: usize) -> f64 {
        ((5.0 + tokens as f64) / 6.0).powf(self.alpha)
    }

    /// What `tokens` tokens that have this log-probability together are ranked by.
    pub fn score(&self, log_probability: f64, tokens: usize) -> f64 {
        log_probability / self.length_penalty(tokens)
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If there is no beam, nothing or more than the beams can give is to come out, or `alpha` is not finite.
    pub fn validate(&self) -> Result<(), Error> {
        let unless = |holds: bool, setting, value, rule: &dyn Fn() -> String| {
            if holds { Ok(()) } else { Err(Error::Search { setting, value, rule: rule() }) }
        };
        unless(self.width > 0, "width", 0.0, &|| "at least 1 beam is needed".into())?;
        let results = || format!("from 1 to {}, the width, can come out", self.width);
        unless((1..=self.width).contains(&self.results), "results", self.results as f64, &results)?;
        unless(self.alpha.is_finite(), "alpha", self.alpha, &|| "a finite number is needed".into())
    }
}

impl Longest {
    /// The most new tokens behind `length` tokens of `what`, for an input of `input` tokens.
    pub(crate) fn limit(
        self,
        input: usize,
        what: &'static str,
        length: usize,
        max_seq_len: usize,
    ) -> Result<usize, Error> {
        match self {
            Self::Tokens(tokens) => check_room(what, length, tokens, max_seq_len).map(|()| tokens),
            Self::BeyondInput(tokens) => {
                // The first of them must fit; the others are asked for as far as there is room.
                check_room(what, length, 1, max_seq_len)?;
                Ok(input.saturating_add(tokens).min(max_seq_len - length))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_penalty_worked_by_hand() {
        let penalty = |alpha, tokens| BeamSearch { alpha, ..BeamSearch::default() }.length_penalty(tokens);
        for (alpha, tokens, want) in
            [(0.6, 5, 1.358_655), (0.6, 20, 2.354_362), (0.6, 1, 1.0), (0.0, 7, 1.0), (1.0, 7, 2.0), (-1.0, 7, 0.5)]
        {
            let got = penalty(alpha, tokens);
            assert!((got - want).abs() < 1e-6, "{got} instead of {want} for {tokens} tokens at {alpha}");
        }
        let search = BeamSearch { alpha: 1.0, ..BeamSearch::default() };
        assert_eq!(search.score(-3.0, 13), -1.0);
    }

    #[test]
    fn wrong_settings_are_named() {
        let check = |search: BeamSearch, want: &str| {
            assert_eq!(search.validate().expect_err("a wrong setting").to_string(), want);
        };
        let fine = BeamSearch::default;
        check(BeamSearch { width: 0, ..fine() }, "width is 0; at least 1 beam is needed");
        check(BeamSearch { results: 0, ..fine() }, "results is 0; from 1 to 4, the width, can come out");
        check(BeamSearch { results: 5, ..fine() }, "results is 5; from 1 to 4, the width, can come out");
        check(BeamSearch { alpha: f64::NAN, ..fine() }, "alpha is NaN; a finite number is needed");
        check(BeamSearch { alpha: f64::INFINITY, ..fine() }, "alpha is inf; a finite number is needed");
        assert!(BeamSearch { results: 4, alpha: -0.5, ..fine() }.validate().is_ok());
    }

    #[test]
    fn the_limit_is_as_asked_or_as_there_is_room() {
        let limit = |longest: Longest, input, length| longest.limit(input, "target", length, 100);
        assert_eq!(limit(Longest::BeyondInput(50), 10, 1).expect("room"), 60);
        assert_eq!(limit(Longest::BeyondInput(50), 70, 1).expect("room"), 99);
        assert_eq!(limit(Longest::BeyondInput(usize::MAX), 70, 70).expect("room"), 30);
        assert_eq!(limit(Longest::Tokens(99), 10, 1).expect("room"), 99);
        let error = limit(Longest::Tokens(100), 10, 1).expect_err("no room").to_string();
        assert!(error.ends_with("at most 100; ask for at most 99 new ones"), "{error}");
        let error = limit(Longest::BeyondInput(5), 100, 100).expect_err("no room").to_string();
        assert!(error.ends_with("shorten it to fewer than 100"), "{error}");
    }
}

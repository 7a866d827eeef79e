//! How a token is chosen.

use std::collections::BTreeSet;

use salamander_text::Random;

use crate::{Error, logits};

/// How a token is chosen of those the model finds possible.
///
/// The settings apply in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Above 1 what stands in the prompt or was written becomes less likely, below 1 likelier; 1 changes nothing. It holds
    /// for the greedy choice too.
    pub repetition_penalty: f64,
    /// Below 1 the likely become likelier, above 1 all become alike; 0 always takes the likeliest ("greedy").
    pub temperature: f64,
    /// Only so many of the likeliest.
    pub top_k: Option<usize>,
    /// Only the likeliest that together have this probability.
    pub top_p: Option<f64>,
    /// Only those at least so many times as likely as the likeliest; 0 rules out nothing.
    pub min_p: Option<f64>,
    /// The same seed chooses the same tokens.
    pub seed: u64,
}

impl Default for Sampling {
    /// As the model says: temperature 1, nothing ruled out.
    fn default() -> Self {
        Self { repetition_penalty: 1.0, temperature: 1.0, top_k: None, top_p: None, min_p: None, seed: 0 }
    }
}

impl Sampling {
    /// The likeliest at each position.
    pub const GREEDY: Self =
        Self { repetition_penalty: 1.0, temperature: 0.0, top_k: None, top_p: None, min_p: None, seed: 0 };

    /// Checks the numbers.
    ///
    /// # Errors
    /// If the penalty is not positive, the temperature is negative, either is infinite, `top_k` is 0, `top_p` is not in
    /// `(0, 1]`, or `min_p` is not in `[0, 1]`.
    pub fn validate(&self) -> Result<(), Error> {
        let unless = |holds: bool, setting, value, rule| {
            if holds { Ok(()) } else { Err(Error::Sampling { setting, value, rule }) }
        };
        let penalty = self.repetition_penalty;
        unless(
            penalty > 0.0 && penalty.is_finite(),
            "repetition_penalty",
            penalty,
            "a positive number is needed (1 changes nothing)",
        )?;
        let warm = self.temperature >= 0.0 && self.temperature.is_finite();
        unless(warm, "temperature", self.temperature, "0 (the likeliest token) or a positive number is needed")?;
        if let Some(k) = self.top_k {
            unless(k > 0, "top_k", k as f64, "at least 1 token must be left")?;
        }
        if let Some(p) = self.top_p {
            unless(p > 0.0 && p <= 1.0, "top_p", p, "a probability above 0 and up to 1 is needed")?;
        }
        if let Some(p) = self.min_p {
            unless((0.0..=1.0).contains(&p), "min_p", p, "a share from 0 (nothing is ruled out) to 1 is needed")?;
        }
        Ok(())
    }

    /// Begins to choose.
    ///
    /// # Errors
    /// Those of [`validate`](Self::validate).
    pub fn sampler(self) -> Result<Sampler, Error> {
        self.validate()?;
        Ok(Sampler { sampling: self, seen: BTreeSet::new(), position: 0 })
    }
}

/// A [`Sampling`] at work: it knows which tokens it has seen, and how many it has chosen.
#[derive(Debug, Clone)]
pub struct Sampler {
    sampling: Sampling,
    seen: BTreeSet<u32>,
    position: usize,
}

impl Sampler {
    /// Counts tokens as seen, as a prompt's are. Those it chooses count by themselves.
    pub fn see(&mut self, ids: &[u32]) {
        self.seen.extend(ids);
    }

    /// Chooses the next token by its logits, which are changed.
    ///
    /// # Errors
    /// If the largest logit is not finite, or any is not a number.
    pub fn choose(&mut self, logits: &mut [f32]) -> Result<u32, Error> {
        likeliest(logits, self.position)?;
        logits::repetition_penalty(logits, &self.seen, self.sampling.repetition_penalty);
        let chosen = match self.sampling.temperature {
            0.0 => logits::argmax(logits),
            _ => self.draw(logits),
        };
        self.position += 1;
        self.seen.insert(chosen as u32);
        Ok(chosen as u32)
    }

    fn draw(&self, logits: &mut [f32]) -> usize {
        logits::temperature(logits, self.sampling.temperature);
        if let Some(k) = self.sampling.top_k {
            logits::top_k(logits, k);
        }
        if let Some(p) = self.sampling.top_p {
            logits::top_p(logits, p);
        }
        if let Some(p) = self.sampling.min_p {
            logits::min_p(logits, p);
        }
        logits::softmax(logits);
        let fraction = Random::at(self.sampling.seed, self.position as u64).fraction();
        logits::draw(logits, fraction)
    }
}

/// The likeliest token after `position` others.
pub(crate) fn likeliest(logits: &[f32], position: usize) -> Result<u32, Error> {
    let best = logits::argmax(logits);
    if !logits[best].is_finite() || logits.iter().any(|logit| logit.is_nan()) {
        return Err(Error::NotFinite { position });
    }
    Ok(best as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORES: [f32; 3] = [0.3, 1.2, 0.8];

    fn chosen(sampling: Sampling, count: usize) -> Vec<u32> {
        let mut sampler = sampling.sampler().expect("a legal sampling");
        (0..count).map(|_| sampler.choose(&mut SCORES.clone()).expect("finite")).collect()
    }

    #[test]
    fn tokens_come_as_often_as_their_probability_says() {
        let sampling = Sampling { temperature: 2.0, seed: 5, ..Sampling::default() };
        let chosen = chosen(sampling, 20_000);
        for (token, probability) in [0.259_582_65, 0.407_106_63, 0.333_310_72].into_iter().enumerate() {
            let share = chosen.iter().filter(|&&c| c as usize == token).count() as f64 / 20_000.0;
            assert!((share - probability).abs() < 0.015, "token {token}: {share} instead of {probability}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let seeded = |seed| chosen(Sampling { seed, ..Sampling::default() }, 50);
        assert_eq!(seeded(1), seeded(1));
        assert_ne!(seeded(1), seeded(2));
    }

    #[test]
    fn cuts_rule_out() {
        let two = chosen(Sampling { top_k: Some(2), ..Sampling::default() }, 300);
        assert!(two.contains(&1) && two.contains(&2) && !two.contains(&0));
        let one = chosen(Sampling { top_k: Some(1), ..Sampling::default() }, 50);
        assert_eq!(one, chosen(Sampling::GREEDY, 50));
        assert_eq!(one, [1; 50]);
        let nucleus = chosen(Sampling { top_p: Some(0.8), ..Sampling::default() }, 300);
        assert!(nucleus.contains(&1) && nucleus.contains(&2) && !nucleus.contains(&0));
        let near = chosen(Sampling { min_p: Some(0.5), ..Sampling::default() }, 300);
        assert!(near.contains(&1) && near.contains(&2) && !near.contains(&0));
    }

    #[test]
    fn the_cuts_come_after_the_temperature() {
        // At 4 the least likely has e^(-.9/4) = .7985 of the likeliest's probability, at 1 only .4066.
        let warm = Sampling { temperature: 4.0, min_p: Some(0.7), ..Sampling::default() };
        assert!(chosen(warm, 300).contains(&0));
        assert!(!chosen(Sampling { temperature: 1.0, ..warm }, 300).contains(&0));
        // top-p before min-p, of what top-k left: .5987 and .4013 sum to 1, so .5 leaves one.
        let all = Sampling { top_k: Some(2), top_p: Some(0.5), min_p: Some(0.1), ..Sampling::default() };
        assert_eq!(chosen(all, 50), [1; 50]);
    }

    #[test]
    fn what_was_seen_is_penalised_once() {
        // 1.2 / 2 < .8, then .8 / 2 < .6; .3 has its turn when it is .3 against .6, .4: never.
        let sampling = Sampling { repetition_penalty: 2.0, ..Sampling::GREEDY };
        assert_eq!(chosen(sampling, 4), [1, 2, 1, 1]);
        let mut sampler = sampling.sampler().expect("a legal sampling");
        sampler.see(&[1, 1, 900]);
        assert_eq!(sampler.choose(&mut SCORES.clone()).expect("finite"), 2);
        let drawn = chosen(Sampling { repetition_penalty: 1e6, ..Sampling::default() }, 300);
        assert!((0..3).all(|token| drawn.contains(&token)), "nothing is ruled out");
    }

    #[test]
    fn wrong_settings_are_named() {
        let check = |sampling: Sampling, want: &str| {
            let error = sampling.validate().expect_err("a wrong setting").to_string();
            assert!(error.starts_with(want), "{error}");
        };
        let fine = Sampling::default();
        check(Sampling { temperature: -0.5, ..fine }, "temperature is -0.5; 0 ");
        check(Sampling { temperature: f64::NAN, ..fine }, "temperature is NaN;");
        check(Sampling { top_k: Some(0), ..fine }, "top_k is 0; at least 1");
        check(Sampling { top_p: Some(1.5), ..fine }, "top_p is 1.5;");
        check(Sampling { top_p: Some(0.0), ..fine }, "top_p is 0;");
        check(Sampling { min_p: Some(1.5), ..fine }, "min_p is 1.5; a share from 0");
        check(Sampling { min_p: Some(f64::NAN), ..fine }, "min_p is NaN;");
        check(Sampling { repetition_penalty: 0.0, ..fine }, "repetition_penalty is 0; a positive");
        check(Sampling { repetition_penalty: f64::INFINITY, ..fine }, "repetition_penalty is inf;");
        assert!(Sampling { top_p: Some(1.0), ..fine }.validate().is_ok());
    }

    #[test]
    fn what_is_no_distribution_is_refused() {
        for wrong in [f32::NAN, f32::INFINITY] {
            for sampling in [Sampling::GREEDY, Sampling::default()] {
                let mut sampler = sampling.sampler().expect("a legal sampling");
                assert!(sampler.choose(&mut [0.0, 1.0]).is_ok());
                let error = sampler.choose(&mut [0.0, wrong]).expect_err("not finite");
                assert!(matches!(error, Error::NotFinite { position: 1 }));
            }
        }
        let mut sampler = Sampling::GREEDY.sampler().expect("a legal sampling");
        assert!(sampler.choose(&mut [f32::NEG_INFINITY; 2]).is_err());
    }
}

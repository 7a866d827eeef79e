//! How a token is chosen.

use salamander_text::Random;

use crate::{Error, logits};

/// How a token is chosen of those the model finds possible.
///
/// The settings apply in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Below 1 the likely become likelier, above 1 all become alike; 0 always takes the likeliest ("greedy").
    pub temperature: f64,
    /// Only so many of the likeliest.
    pub top_k: Option<usize>,
    /// Only the likeliest that together have this probability.
    pub top_p: Option<f64>,
    /// The same seed chooses the same tokens.
    pub seed: u64,
}

impl Default for Sampling {
    /// As the model says: temperature 1, nothing ruled out.
    fn default() -> Self {
        Self { temperature: 1.0, top_k: None, top_p: None, seed: 0 }
    }
}

impl Sampling {
    /// The likeliest at each position.
    pub const GREEDY: Self = Self { temperature: 0.0, top_k: None, top_p: None, seed: 0 };

    /// Checks the numbers.
    ///
    /// # Errors
    /// If the temperature is negative or infinite, `top_k` is 0, or `top_p` is not in `(0, 1]`.
    pub fn validate(&self) -> Result<(), Error> {
        let unless = |holds: bool, setting, value, rule| {
            if holds { Ok(()) } else { Err(Error::Sampling { setting, value, rule }) }
        };
        let warm = self.temperature >= 0.0 && self.temperature.is_finite();
        unless(warm, "temperature", self.temperature, "0 (the likeliest token) or a positive number is needed")?;
        if let Some(k) = self.top_k {
            unless(k > 0, "top_k", k as f64, "at least 1 token must be left")?;
        }
        if let Some(p) = self.top_p {
            unless(p > 0.0 && p <= 1.0, "top_p", p, "a probability above 0 and up to 1 is needed")?;
        }
        Ok(())
    }

    /// Begins to choose.
    ///
    /// # Errors
    /// Those of [`validate`](Self::validate).
    pub fn sampler(self) -> Result<Sampler, Error> {
        self.validate()?;
        Ok(Sampler { sampling: self, position: 0 })
    }
}

/// A [`Sampling`] at work: it knows how many tokens it has chosen.
#[derive(Debug, Clone)]
pub struct Sampler {
    sampling: Sampling,
    position: usize,
}

impl Sampler {
    /// Chooses the next token by its logits, which are changed.
    ///
    /// # Errors
    /// If the largest logit is not finite, or any is not a number.
    pub fn choose(&mut self, logits: &mut [f32]) -> Result<u32, Error> {
        let position = self.position;
        let best = likeliest(logits, position)?;
        self.position += 1;
        if self.sampling.temperature == 0.0 {
            return Ok(best);
        }
        logits::temperature(logits, self.sampling.temperature);
        if let Some(k) = self.sampling.top_k {
            logits::top_k(logits, k);
        }
        if let Some(p) = self.sampling.top_p {
            logits::top_p(logits, p);
        }
        logits::softmax(logits);
        let fraction = Random::at(self.sampling.seed, position as u64).fraction();
        Ok(logits::draw(logits, fraction) as u32)
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

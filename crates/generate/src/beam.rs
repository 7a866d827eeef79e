//! The hypotheses of one input.

use std::mem;

use crate::{BeamSearch, Error, Hypothesis, logits, sampling::likeliest};

/// What is kept of one input's texts.
#[derive(Debug)]
pub(crate) struct Beam<'s> {
    search: &'s BeamSearch,
    limit: usize,
    /// All of one length, the likeliest first.
    running: Vec<Running>,
    ended: Vec<Hypothesis>,
}

/// A text that is still being written.
#[derive(Debug)]
struct Running {
    ids: Vec<u32>,
    log_probability: f64,
    /// Whether each of its tokens was the likeliest.
    greedy: bool,
}

/// A text and one more token.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    row: usize,
    token: u32,
    log_probability: f64,
    greedy: bool,
}

impl<'s> Beam<'s> {
    /// Nothing is written yet, and at most `limit` tokens will be.
    pub(crate) fn new(search: &'s BeamSearch, limit: usize) -> Self {
        let empty = Running { ids: Vec::new(), log_probability: 0.0, greedy: true };
        let mut beam = Self { search, limit, running: vec![empty], ended: Vec::new() };
        beam.settle();
        beam
    }

    /// Texts still being written.
    pub(crate) fn rows(&self) -> usize {
        self.running.len()
    }

    /// The last token of each of them.
    pub(crate) fn last(&self) -> impl Iterator<Item = u32> {
        self.running.iter().filter_map(|text| text.ids.last().copied())
    }

    /// Adds a token to each text by the logits of all of them, one row after the other. Says for each text that goes on
    /// which row it comes from.
    pub(crate) fn extend(&mut self, logits: &[f32]) -> Result<Vec<usize>, Error> {
        let kept = self.keep(self.candidates(logits)?);
        let before = mem::take(&mut self.running);
        let mut parents = Vec::new();
        for Candidate { row, token, log_probability, greedy } in kept {
            let mut ids = before[row].ids.clone();
            if self.search.stop.contains(&token) {
                self.end(ids, Some(token), log_probability);
            } else {
                ids.push(token);
                parents.push(row);
                self.running.push(Running { ids, log_probability, greedy });
            }
        }
        self.settle();
        parents.truncate(self.running.len());
        Ok(parents)
    }

    /// The best, best first.
    pub(crate) fn results(mut self) -> Vec<Hypothesis> {
        self.ended.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.ended.truncate(self.search.results);
        self.ended
    }

    /// Texts that may still run on: those that have ended keep their places.
    fn places(&self) -> usize {
        self.search.width - self.ended.len()
    }

    /// The continuations of each text that could get a place.
    fn candidates(&self, logits: &[f32]) -> Result<Vec<Candidate>, Error> {
        let mut all = Vec::new();
        let vocab_size = logits.len() / self.running.len();
        for (row, (text, logits)) in self.running.iter().zip(logits.chunks_exact(vocab_size)).enumerate() {
            let best = likeliest(logits, text.ids.len())?;
            let total = logits::log_sum_exp(logits);
            let possible = logits::largest(logits, self.places()).into_iter().filter(|&i| logits[i].is_finite());
            all.extend(possible.map(|i| Candidate {
                row,
                token: i as u32,
                log_probability: text.log_probability + f64::from(logits[i]) - total,
                greedy: text.greedy && i == best as usize,
            }));
        }
        Ok(all)
    }

    /// The likeliest, and the greedy one in the last place if it has fallen behind.
    fn keep(&self, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        // Stable: of equals the first, as in the greedy choice.
        candidates.sort_by(|a, b| b.log_probability.total_cmp(&a.log_probability));
        let places = self.places().min(candidates.len());
        if let Some(greedy) = candidates.iter().position(|candidate| candidate.greedy).filter(|&at| at >= places) {
            candidates.swap(places - 1, greedy);
        }
        candidates.truncate(places);
        candidates
    }

    fn end(&mut self, ids: Vec<u32>, end: Option<u32>, log_probability: f64) {
        let tokens = ids.len() + usize::from(end.is_some());
        let score = self.search.score(log_probability, tokens);
        self.ended.push(Hypothesis { ids, end, log_probability, score });
    }

    /// Ends all texts if they have reached the limit, and forgets them if none can win any more.
    fn settle(&mut self) {
        if self.running.first().is_some_and(|text| text.ids.len() >= self.limit) {
            for text in mem::take(&mut self.running) {
                self.end(text.ids, None, text.log_probability);
            }
        }
        if self.is_decided() {
            self.running.clear();
        }
    }

    /// Whether no text that goes on can become one of the results.
    fn is_decided(&self) -> bool {
        let mut scores: Vec<f64> = self.ended.iter().map(|text| text.score).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let Some(&least) = scores.get(self.search.results - 1) else { return false };
        self.running.iter().all(|text| self.best_possible(text) <= least)
    }

    /// No score that `text` can reach is higher: its log-probability only falls, and the length penalty grows or falls
    /// steadily with the length.
    fn best_possible(&self, text: &Running) -> f64 {
        let score = |tokens| self.search.score(text.log_probability, tokens);
        score(text.ids.len() + 1).max(score(self.limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: u32 = 0;

    fn search(width: usize, alpha: f64) -> BeamSearch {
        BeamSearch { width, alpha, stop: vec![END], ..BeamSearch::default() }
    }

    fn logs<const N: usize>(probabilities: [f32; N]) -> [f32; N] {
        probabilities.map(f32::ln)
    }

    #[test]
    fn a_detour_is_found() {
        // The likeliest beginning, 1, has no likely end; 2 has.
        let search = search(2, 0.0);
        let mut beam = Beam::new(&search, 2);
        assert_eq!(beam.extend(&logs([0.1, 0.5, 0.4])).expect("finite"), [0, 0]);
        assert_eq!(beam.last().collect::<Vec<_>>(), [1, 2]);
        let second = [logs([0.4, 0.3, 0.3]), logs([0.9, 0.05, 0.05])].concat();
        assert!(beam.extend(&second).expect("finite").is_empty());
        let best = &beam.results()[0];
        assert_eq!((best.ids.as_slice(), best.end), ([2].as_slice(), Some(END)));
        assert!((best.log_probability - 0.36f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn the_greedy_one_keeps_a_place() {
        let search = search(2, 0.0);
        let mut beam = Beam::new(&search, 3);
        beam.extend(&logs([0.1, 0.5, 0.4])).expect("finite");
        // Both continuations of 2 are likelier than any of 1, whose likeliest one takes the second place.
        let rows = beam.extend(&[logs([0.3, 0.36, 0.34]), logs([0.01, 0.495, 0.495])].concat()).expect("finite");
        assert_eq!(rows, [1, 0]);
        assert_eq!(beam.running[1].ids, [1, 1]);
        assert!(beam.running[1].greedy && !beam.running[0].greedy);
    }

    #[test]
    fn what_has_ended_is_not_extended_and_keeps_its_place() {
        let search = BeamSearch { results: 3, ..search(3, 0.0) };
        let mut beam = Beam::new(&search, 4);
        assert_eq!(beam.extend(&logs([0.5, 0.3, 0.2])).expect("finite"), [0, 0]);
        assert_eq!(beam.rows(), 2);
        let even = logs([0.2, 0.4, 0.4]);
        assert_eq!(beam.extend(&[even, even].concat()).expect("finite"), [0, 0]);
        assert_eq!((beam.rows(), beam.ended.len()), (2, 1));
    }

    #[test]
    fn the_search_ends_when_nothing_can_win() {
        let first = logs([0.5, 0.3, 0.2]);
        let rows_left = |alpha, limit, results| {
            let search = BeamSearch { results, ..search(3, alpha) };
            let mut beam = Beam::new(&search, limit);
            beam.extend(&first).expect("finite").len()
        };
        assert_eq!(rows_left(0.0, 9, 1), 0, "ln .3 is less than ln .5 and will not grow");
        assert_eq!(rows_left(1.0, 9, 1), 2, "ln .3 / (14/6) is more than ln .5");
        assert_eq!(rows_left(1.0, 4, 1), 0, "ln .3 / (9/6) is less");
        assert_eq!(rows_left(0.0, 9, 2), 2, "a second one is wanted");
        assert_eq!(rows_left(-1.0, 9, 1), 0);
    }

    #[test]
    fn what_the_model_rules_out_gets_no_place() {
        let search = search(3, 0.0);
        let mut beam = Beam::new(&search, 9);
        assert_eq!(beam.extend(&[f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY]).expect("finite"), [0]);
        assert_eq!(beam.running[0].log_probability, 0.0);
    }

    #[test]
    fn a_diverged_model_is_named() {
        let search = search(3, 0.0);
        let mut beam = Beam::new(&search, 9);
        beam.extend(&[-9.0, 0.0]).expect("finite");
        assert!(matches!(beam.extend(&[0.0, f32::NAN]), Err(Error::NotFinite { position: 1 })));
    }

    #[test]
    fn nothing_asked_for_is_an_empty_text() {
        let search = search(3, 0.6);
        let beam = Beam::new(&search, 0);
        assert_eq!(beam.rows(), 0);
        let nothing = Hypothesis { ids: Vec::new(), end: None, log_probability: 0.0, score: 0.0 };
        assert_eq!(beam.results(), [nothing]);
    }
}

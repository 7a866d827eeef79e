//! What is done to the logits of one position before a token is drawn: pure functions, composed in any order.
//!
//! A token that is ruled out gets the logit `-inf`, that is, probability 0.
//!
//! ```
//! use salamander_generate::logits::{softmax, temperature, top_k};
//!
//! let mut logits = [0.3, 1.2, 0.8];
//! temperature(&mut logits, 0.5);
//! top_k(&mut logits, 2);
//! softmax(&mut logits);
//! assert_eq!(logits[0], 0.0);
//! assert!((logits[1] - 0.689_974).abs() < 1e-6); // 1 / (1 + e^(-0.8))
//! ```

use std::{cmp::Ordering, collections::BTreeSet};

/// The index of the largest logit, the first of equals.
///
/// # Panics
/// If there are none.
pub fn argmax(logits: &[f32]) -> usize {
    (1..logits.len()).fold(0, |best, i| if logits[i] > logits[best] { i } else { best })
}

/// `zᵢ <- zᵢ / penalty` where `zᵢ > 0`, and `zᵢ penalty` where not, for each token that was seen: above 1 it becomes less
/// likely, below 1 likelier, however often it was seen (Keskar et al. 2019, arXiv:1909.05858; dividing what is negative, as
/// they do, would make it likelier).
///
/// Tokens beyond the logits are passed over.
pub fn repetition_penalty(logits: &mut [f32], seen: &BTreeSet<u32>, penalty: f64) {
    for &id in seen {
        let Some(logit) = logits.get_mut(id as usize).filter(|logit| logit.is_finite()) else { continue };
        let z = f64::from(*logit);
        let changed = if z > 0.0 { z / penalty } else { z * penalty };
        // What is finite stays finite: nothing is ruled out, however large the penalty.
        *logit = changed.clamp(f32::MIN.into(), f32::MAX.into()) as f32;
    }
}

/// `zᵢ <- (zᵢ - max z) / temperature`: below 1 the likely become likelier, above 1 all become alike.
///
/// At 0, the limit: everything but the [`argmax`] is ruled out. (Taking the largest away first changes no probability,
/// and no temperature, however low, makes an infinity of it.)
pub fn temperature(logits: &mut [f32], temperature: f64) {
    if logits.is_empty() {
        return;
    }
    let best = argmax(logits);
    let largest = logits[best];
    for (i, logit) in logits.iter_mut().enumerate() {
        *logit = match temperature {
            0.0 if i == best => 0.0,
            0.0 => f32::NEG_INFINITY,
            _ => (f64::from(*logit - largest) / temperature) as f32,
        };
    }
}

/// Rules out all but the `k` likeliest (Fan et al. 2018, arXiv:1805.04833), the first of equals.
pub fn top_k(logits: &mut [f32], k: usize) {
    let mut order: Vec<usize> = (0..logits.len()).collect();
    if k < order.len() {
        order.select_nth_unstable_by(k, |&a, &b| likelier(logits, a, b));
        order[k..].iter().for_each(|&i| logits[i] = f32::NEG_INFINITY);
    }
}

/// Rules out all but the nucleus: the fewest tokens, likeliest first, whose probabilities sum to at least `p` (Holtzman
/// et al. 2019, arXiv:1904.09751).
pub fn top_p(logits: &mut [f32], p: f64) {
    let mut probabilities = logits.to_vec();
    softmax(&mut probabilities);
    let mut order: Vec<usize> = (0..logits.len()).filter(|&i| probabilities[i] > 0.0).collect();
    let kept = nucleus(&probabilities, &mut order, p);
    let mut ruled_out = vec![true; logits.len()];
    order[..kept].iter().for_each(|&i| ruled_out[i] = false);
    for (logit, _) in logits.iter_mut().zip(ruled_out).filter(|(_, out)| *out) {
        *logit = f32::NEG_INFINITY;
    }
}

/// Moves the nucleus to the front of `order` and returns its size. A nucleus is small where a vocabulary is large, so
/// only as much of the order is sorted as is needed.
fn nucleus(probabilities: &[f32], order: &mut [usize], p: f64) -> usize {
    let (mut sorted, mut step, mut sum) = (0, 64, 0.0);
    while sorted < order.len() {
        let rest = &mut order[sorted..];
        if step < rest.len() {
            rest.select_nth_unstable_by(step, |&a, &b| likelier(probabilities, a, b));
        }
        let next = step.min(rest.len());
        rest[..next].sort_unstable_by(|&a, &b| likelier(probabilities, a, b));
        for (i, &token) in rest[..next].iter().enumerate() {
            sum += f64::from(probabilities[token]);
            if sum >= p {
                return sorted + i + 1;
            }
        }
        sorted += next;
        step *= 4;
    }
    order.len()
}

/// Rules out what is less likely than `p` times the likeliest (Nguyen et al. 2024, arXiv:2407.01082): few stay where the
/// model is certain, many where it is not.
pub fn min_p(logits: &mut [f32], p: f64) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let least = p.ln();
    for logit in logits.iter_mut().filter(|logit| f64::from(**logit) - f64::from(largest) < least) {
        *logit = f32::NEG_INFINITY;
    }
}

/// Turns logits into probabilities: `pᵢ = e^zᵢ / Σⱼ e^zⱼ`.
pub fn softmax(logits: &mut [f32]) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    logits.iter_mut().for_each(|logit| *logit = (*logit - largest).exp());
    let sum: f64 = logits.iter().copied().map(f64::from).sum();
    logits.iter_mut().for_each(|logit| *logit = (f64::from(*logit) / sum) as f32);
}

/// `ln Σⱼ e^zⱼ`: what is left of a logit without it is the token's log-probability.
pub fn log_sum_exp(logits: &[f32]) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|logit| f64::from((logit - largest).exp())).sum();
    f64::from(largest) + sum.ln()
}

/// The indices of the `k` largest, largest first, and of equals the first: for a `k` much smaller than the vocabulary.
pub(crate) fn largest(logits: &[f32], k: usize) -> Vec<usize> {
    let mut best: Vec<usize> = Vec::new();
    for (i, &logit) in logits.iter().enumerate() {
        if best.len() == k && best.last().is_none_or(|&least| logit <= logits[least]) {
            continue;
        }
        best.insert(best.partition_point(|&other| logits[other] >= logit), i);
        best.truncate(k);
    }
    best
}

/// The first index up to which the probabilities sum to more than `fraction`, in `[0, 1)`: with a uniform fraction,
/// each index as often as its probability says.
///
/// # Panics
/// If no probability is positive.
pub fn draw(probabilities: &[f32], fraction: f64) -> usize {
    let total: f64 = probabilities.iter().copied().map(f64::from).sum();
    let mut sum = 0.0;
    let passed = probabilities.iter().position(|&p| {
        sum += f64::from(p);
        sum > fraction * total
    });
    let last = || probabilities.iter().rposition(|&p| p > 0.0);
    passed.or_else(last).expect("some token has a positive probability")
}

fn likelier(values: &[f32], a: usize, b: usize) -> Ordering {
    values[b].total_cmp(&values[a]).then(a.cmp(&b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCORES: [f32; 3] = [0.3, 1.2, 0.8];

    fn close(got: &[f32], want: &[f32]) {
        assert_eq!(got.len(), want.len());
        assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-6), "{got:?} instead of {want:?}");
    }

    fn at_temperature(logits: &[f32], t: f64) -> Vec<f32> {
        let mut logits = logits.to_vec();
        temperature(&mut logits, t);
        softmax(&mut logits);
        logits
    }

    #[test]
    fn hand_worked_temperatures() {
        close(&at_temperature(&SCORES, 1.0), &[0.195_758_91, 0.481_489_2, 0.322_751_9]);
        close(&at_temperature(&SCORES, 0.1), &[0.000_121_175, 0.981_894_8, 0.017_984_03]);
        close(&at_temperature(&SCORES, 0.5), &[0.102_375_84, 0.619_337_76, 0.278_286_4]);
        close(&at_temperature(&SCORES, 2.0), &[0.259_582_65, 0.407_106_63, 0.333_310_72]);
        close(&at_temperature(&SCORES, 10.0), &[0.317_92, 0.347_859_9, 0.334_220_1]);
        close(&at_temperature(&[-5.0, 0.0], 1.0), &[0.006_692_85, 0.993_307_1]);
        close(&at_temperature(&SCORES, 1e9), &[1.0 / 3.0; 3]);
    }

    #[test]
    fn temperature_tends_to_the_largest() {
        for t in [1e-2, 1e-6, 1e-300, 0.0] {
            close(&at_temperature(&SCORES, t), &[0.0, 1.0, 0.0]);
        }
        close(&at_temperature(&[2.0, 5.0, 5.0], 0.0), &[0.0, 1.0, 0.0]);
        close(&at_temperature(&[2.0, 100.0], 1.0), &[0.0, 1.0]);
        temperature(&mut [], 1.0);
    }

    #[test]
    fn hand_worked_cuts() {
        let hidden = f32::NEG_INFINITY;
        let cut = |f: &dyn Fn(&mut [f32]), logits: &[f32]| {
            let mut logits = logits.to_vec();
            f(&mut logits);
            logits
        };
        assert_eq!(cut(&|l| top_k(l, 2), &SCORES), [hidden, 1.2, 0.8]);
        assert_eq!(cut(&|l| top_k(l, 3), &SCORES), SCORES);
        assert_eq!(cut(&|l| top_k(l, 9), &SCORES), SCORES);
        assert_eq!(cut(&|l| top_k(l, 2), &[1.0, 2.0, 1.0, 1.0]), [1.0, 2.0, hidden, hidden]);
        // .4815, .3228, .1958
        assert_eq!(cut(&|l| top_p(l, 0.48), &SCORES), [hidden, 1.2, hidden]);
        assert_eq!(cut(&|l| top_p(l, 0.49), &SCORES), [hidden, 1.2, 0.8]);
        assert_eq!(cut(&|l| top_p(l, 0.81), &SCORES), SCORES);
        assert_eq!(cut(&|l| top_p(l, 1.0), &SCORES), SCORES);
        assert_eq!(cut(&|l| top_p(l, 0.4), &[0.0, 0.0]), [0.0, hidden]);
        // relative to the likeliest: e^-.9 = .4066, 1, e^-.4 = .6703
        assert_eq!(cut(&|l| min_p(l, 0.0), &SCORES), SCORES);
        assert_eq!(cut(&|l| min_p(l, 0.40), &SCORES), SCORES);
        assert_eq!(cut(&|l| min_p(l, 0.41), &SCORES), [hidden, 1.2, 0.8]);
        assert_eq!(cut(&|l| min_p(l, 0.68), &SCORES), [hidden, 1.2, hidden]);
        assert_eq!(cut(&|l| min_p(l, 1.0), &[2.0, 1.0, 2.0]), [2.0, hidden, 2.0]);
        assert_eq!(cut(&|l| min_p(l, 0.0), &[hidden, 1.0]), [hidden, 1.0]);
    }

    #[test]
    fn hand_worked_penalties() {
        let penalised = |logits: &[f32], seen: &[u32], penalty| {
            let mut logits = logits.to_vec();
            repetition_penalty(&mut logits, &seen.iter().copied().collect(), penalty);
            logits
        };
        let mixed = [3.0, -2.0, 0.0, 1.0];
        assert_eq!(penalised(&mixed, &[0, 1, 2], 2.0), [1.5, -4.0, 0.0, 1.0]);
        assert_eq!(penalised(&mixed, &[0, 1, 0, 0], 0.5), [6.0, -1.0, 0.0, 1.0]);
        assert_eq!(penalised(&mixed, &[], 2.0), mixed);
        assert_eq!(penalised(&mixed, &[4, 900], 2.0), mixed);
        let extreme = [f32::MIN, f32::NEG_INFINITY];
        assert_eq!(penalised(&extreme, &[0, 1], 3.0), extreme);
    }

    #[test]
    fn log_probabilities_are_logarithms_of_probabilities() {
        // ln(e^.3 + e^1.2 + e^.8) = 1.930 872 ; 1.2 - 1.930 872 = ln .481 489
        assert!((1.2 - log_sum_exp(&SCORES) - 0.481_489_2f64.ln()).abs() < 1e-6);
        assert!((log_sum_exp(&[1000.0, 1000.0]) - (1000.0 + 2f64.ln())).abs() < 1e-9);
        assert_eq!(log_sum_exp(&[f32::NEG_INFINITY, -2.0]), -2.0);
    }

    #[test]
    fn drawing_follows_the_probabilities() {
        for (fraction, want) in [(0.0, 1), (0.24, 1), (0.25, 2), (0.99, 2)] {
            assert_eq!(draw(&[0.0, 0.25, 0.75, 0.0], fraction), want, "{fraction}");
        }
        assert_eq!(draw(&[0.5, 0.5, 0.0], 1.0), 1, "never what is ruled out");
    }

    proptest! {
        #[test]
        fn a_nucleus_is_the_smallest_that_is_enough(
            logits in prop::collection::vec(-3.0f32..3.0, 1..400),
            p in 0.01f64..0.999,
        ) {
            let mut probabilities = logits.clone();
            softmax(&mut probabilities);
            let mut cut = logits.clone();
            top_p(&mut cut, p);
            let (inside, outside): (Vec<_>, Vec<_>) = (0..cut.len()).partition(|&i| cut[i].is_finite());
            let of = |i: usize| f64::from(probabilities[i]);
            let sum: f64 = inside.iter().copied().map(of).sum();
            let least = inside.into_iter().map(of).fold(f64::INFINITY, f64::min);
            prop_assert!(sum >= p - 1e-6 && sum - least < p + 1e-6, "{} are outside of {}", outside.len(), sum);
            prop_assert!(outside.into_iter().map(of).fold(0.0, f64::max) <= least);
        }

        #[test]
        fn temperature_keeps_the_order(logits in prop::collection::vec(-9.0f32..9.0, 1..40), t in 0.05f64..20.0) {
            let mut changed = logits.clone();
            temperature(&mut changed, t);
            for (i, j) in (0..logits.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
                prop_assert!(logits[i] < logits[j] || changed[i] >= changed[j]);
                prop_assert!(logits[i] > logits[j] || changed[i] <= changed[j]);
            }
        }

        #[test]
        fn whatever_is_cut_the_rest_sums_to_one(
            logits in prop::collection::vec(-9.0f32..9.0, 1..40),
            t in 0.05f64..20.0,
            k in 1usize..50,
            (p, least) in (0.01f64..1.0, 0.0f64..=1.0),
            penalty in 0.2f64..5.0,
        ) {
            let mut cut = logits.clone();
            repetition_penalty(&mut cut, &[0, 3, 7].into(), penalty);
            temperature(&mut cut, t);
            top_k(&mut cut, k);
            top_p(&mut cut, p);
            min_p(&mut cut, least);
            softmax(&mut cut);
            let sum: f64 = cut.iter().copied().map(f64::from).sum();
            prop_assert!((sum - 1.0).abs() < 1e-5, "{}", sum);
            let mut same = logits.clone();
            repetition_penalty(&mut same, &(0..40).collect(), 1.0);
            min_p(&mut same, 0.0);
            prop_assert_eq!(same, logits);
        }

        #[test]
        fn min_p_is_relative_to_the_likeliest(logits in prop::collection::vec(-5.0f32..5.0, 1..40), p in 0.01f64..1.0) {
            let mut probabilities = logits.clone();
            softmax(&mut probabilities);
            let largest = f64::from(probabilities[argmax(&logits)]);
            let mut cut = logits;
            min_p(&mut cut, p);
            for (logit, probability) in cut.into_iter().zip(probabilities) {
                let share = f64::from(probability) / largest;
                // within rounding of the threshold either is right
                prop_assert!((share - p).abs() < 1e-5 || logit.is_finite() == (share > p));
            }
        }

        #[test]
        fn the_k_likeliest_stay(logits in prop::collection::vec(-3i8..3, 1..60), k in 1usize..70) {
            let logits: Vec<f32> = logits.into_iter().map(f32::from).collect();
            let mut cut = logits.clone();
            top_k(&mut cut, k);
            let mut sorted: Vec<usize> = (0..logits.len()).collect();
            sorted.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
            for (rank, &i) in sorted.iter().enumerate() {
                prop_assert_eq!(cut[i].is_finite(), rank < k);
            }
            sorted.truncate(k);
            prop_assert_eq!(largest(&logits, k), sorted);
        }
    }
}

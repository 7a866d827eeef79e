//! From values to places on an axis, and the round numbers that are written along it.

/// One axis: where it begins and ends, and its marks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    log: bool,
    pub(crate) ticks: Vec<Tick>,
}

/// A round number on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// Beyond this, differences would be infinite.
const LARGEST: f64 = 1e150;
/// Values nearer to each other than this share of their size are one value.
const ALIKE: f64 = 1e-9;
/// Logarithmic axes that span less than this factor are marked as linear ones are: there are too few powers in them.
const NARROW: f64 = 5.0;

impl Scale {
    /// An axis that shows `low` to `high` with at most `most` marks, or a few more on a logarithmic one. It begins and ends
    /// at a mark.
    pub(crate) fn covering((low, high): (f64, f64), log: bool, most: usize) -> Self {
        let (low, high) = apart(low, high, log);
        // Around zero there are three at least.
        let most = most.max(3);
        match log {
            true if high / low >= NARROW => Self::powers(low, high, most),
            _ => Self::even(low, high, most, log),
        }
    }

    /// Marks at multiples of 1, 2 or 5 times a power of ten.
    fn even(low: f64, high: f64, most: usize, log: bool) -> Self {
        let mut exponent = ((high - low) / most as f64).log10().floor() as i32;
        let mut steps = [1, 2, 5].iter().cycle();
        let mut factor = steps.next().copied().unwrap_or(1);
        loop {
            let step = decimal(factor, exponent);
            let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
            // A logarithmic axis has no zero.
            let fits = last - first < most as i64;
            if fits && !(log && first <= 0) {
                let values: Vec<_> = (first..=last).map(|at| decimal(at * factor, exponent)).collect();
                let labels = labels(&values, exponent);
                return Self::between(values, labels, log);
            }
            if fits {
                return Self::powers(low, high, most);
            }
            let next = steps.next().copied().unwrap_or(1);
            exponent += i32::from(next < factor);
            factor = next;
        }
    }

    /// Marks at powers of ten, with 2 and 5 times them between if there is room.
    fn powers(low: f64, high: f64, most: usize) -> Self {
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let all: Vec<_> = (first - 1..=last + 1).flat_map(|e| [1, 2, 5].map(|factor| decimal(factor, e))).collect();
        let dense = within(&all, low, high);
        let sparse = || {
            // Every so many powers, counted from the first, until there is one beyond the end.
            let every = (last - first) as usize / most + 1;
            let end = first + ((last - first) as usize).div_ceil(every).max(1) as i32 * every as i32;
            (first..=end).step_by(every).map(|e| decimal(1, e)).collect()
        };
        let values = if dense.len() <= most + 2 { dense } else { sparse() };
        let labels = values.iter().map(|value| short(*value)).collect();
        Self::between(values, labels, true)
    }

    fn between(values: Vec<f64>, labels: Vec<String>, log: bool) -> Self {
        let (low, high) = (values.first().copied().unwrap_or(0.0), values.last().copied().unwrap_or(1.0));
        let ticks = values.into_iter().zip(labels).map(|(value, label)| Tick { value, label }).collect();
        Self { low, high, log, ticks }
    }

    /// Where a value stands: 0 at the beginning, 1 at the end.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let place = |value: f64| if self.log { value.log10() } else { value };
        let (low, high) = (place(self.low), place(self.high));
        ((place(value) - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// The same two numbers, or with room around them if they are as good as one.
fn apart(low: f64, high: f64, log: bool) -> (f64, f64) {
    let least = if log { 1.0 / LARGEST } else { -LARGEST };
    let (low, high) = (low.clamp(least, LARGEST), high.clamp(least, LARGEST));
    let size = low.abs().max(high.abs());
    if high - low > size * ALIKE && size > 1.0 / LARGEST {
        (low, high)
    } else if size <= 1.0 / LARGEST {
        if log { (low / 2.0, low * 2.0) } else { (-1.0, 1.0) }
    } else {
        (low - size * 0.1, high + size * 0.1)
    }
}

/// Those of `all` from the last one not above `low` to the first one not below `high`.
fn within(all: &[f64], low: f64, high: f64) -> Vec<f64> {
    let first = all.iter().rposition(|value| *value <= low).unwrap_or(0);
    let last = all.iter().position(|value| *value >= high).unwrap_or(all.len().saturating_sub(1));
    all[first..=last.max(first)].to_vec()
}

/// The number nearest to `digits · 10^exponent`, which multiplying would miss by a bit.
fn decimal(digits: i64, exponent: i32) -> f64 {
    format!("{digits}e{exponent}").parse().unwrap_or(f64::NAN)
}

const SUFFIXES: [&str; 5] = ["", "k", "M", "G", "T"];

/// Evenly spaced numbers, all with as many digits; `exponent` is that of their last one.
fn labels(values: &[f64], exponent: i32) -> Vec<String> {
    let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    if !(1e-3..1e15).contains(&largest) {
        return values.iter().map(|value| format!("{value:e}")).collect();
    }
    let group = group(largest);
    let decimals = (3 * group as i32 - exponent).max(0) as usize;
    let label = |value: &f64| match value / 1000f64.powi(group as i32) {
        0.0 => "0".into(),
        value => format!("{value:.decimals$}{}", SUFFIXES[group]),
    };
    values.iter().map(label).collect()
}

/// One number, as short as it gets.
fn short(value: f64) -> String {
    if !(1e-3..1e15).contains(&value) {
        return format!("{value:e}");
    }
    let group = group(value);
    format!("{}{}", value / 1000f64.powi(group as i32), SUFFIXES[group])
}

/// Which suffix: none below 10,000.
fn group(value: f64) -> usize {
    if value < 1e4 { 0 } else { ((value.log10() / 3.0) as usize).min(SUFFIXES.len() - 1) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(range: (f64, f64), log: bool, most: usize, want: &[&str]) {
        let scale = Scale::covering(range, log, most);
        assert_eq!(scale.ticks.iter().map(|tick| tick.label.as_str()).collect::<Vec<_>>(), want, "{range:?}");
    }

    #[test]
    fn marks_by_hand() {
        check((10.0, 1800.0), false, 6, &["0", "500", "1000", "1500", "2000"]);
        check((1.87, 5.73), false, 6, &["1", "2", "3", "4", "5", "6"]);
        check((0.0, 1_050_000.0), false, 8, &["0", "0.2M", "0.4M", "0.6M", "0.8M", "1.0M", "1.2M"]);
        check((2e-5, 9e-5), false, 6, &["2e-5", "4e-5", "6e-5", "8e-5", "1e-4"]);
        check((-0.3, 0.2), false, 7, &["-0.3", "-0.2", "-0.1", "0", "0.1", "0.2"]);
        check((3.0, 3.0), false, 5, &["2.6", "2.8", "3.0", "3.2", "3.4"]);
        check((0.0, 0.0), false, 3, &["-1", "0", "1"]);
        check((0.3, 40.0), true, 8, &["0.2", "0.5", "1", "2", "5", "10", "20", "50"]);
        check((1e-4, 3e5), true, 6, &["1e-4", "0.01", "1", "100", "10k", "1M"]);
        check((1.8, 5.7), true, 6, &["1", "2", "3", "4", "5", "6"]);
        check((0.9, 4.0), true, 3, &["0.5", "1", "2", "5"]);
    }

    #[test]
    fn values_have_their_places() {
        let scale = Scale::covering((1.0, 100.0), true, 3);
        assert_eq!([1.0, 10.0, 100.0, 1e9].map(|value| scale.share(value)), [0.0, 0.5, 1.0, 1.0]);
        let scale = Scale::covering((0.0, 8.0), false, 5);
        assert_eq!([0.0, 2.0, 8.0].map(|value| scale.share(value)), [0.0, 0.25, 1.0]);
    }

    /// The digits of a round number: 1, 2 or 5 times a power of ten, or whole multiples of such a step.
    fn is_power(value: f64) -> bool {
        let text = format!("{value:e}");
        text.split('e').next().is_some_and(|digits| ["1", "2", "5"].contains(&digits))
    }

    fn holds(range: (f64, f64), log: bool, most: usize) -> Result<(), TestCaseError> {
        let scale = Scale::covering(range, log, most);
        let values: Vec<_> = scale.ticks.iter().map(|tick| tick.value).collect();
        prop_assert!((2..=most + 3).contains(&values.len()), "{values:?}");
        prop_assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "sorted: {values:?}");
        prop_assert!(values[0] <= range.0 && *values.last().unwrap() >= range.1, "covers {range:?}: {values:?}");
        let steps: Vec<_> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let size = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let even = steps.iter().all(|step| (step - steps[0]).abs() <= 1e-12 * size);
        // An even step is read off to few digits, as it is a difference.
        let step: f64 = format!("{:.3e}", steps[0]).parse().unwrap();
        let multiples = values.iter().all(|value| ((value / step).round() * step - value).abs() <= 1e-9 * size);
        prop_assert!(
            (even && is_power(step) && multiples) || values.iter().all(|value| is_power(*value)),
            "{values:?}"
        );
        let labels: std::collections::HashSet<_> = scale.ticks.iter().map(|tick| &tick.label).collect();
        prop_assert_eq!(labels.len(), values.len(), "labels differ");
        Ok(())
    }

    proptest! {
        #[test]
        fn marks_are_round_sorted_and_cover_the_values(
            low in -1e6..1e6f64, span in 0.0..1e6f64, size in -12..9i32, most in 3..12usize,
        ) {
            let size = 10f64.powi(size);
            holds((low * size, (low + span) * size), false, most)?;
        }

        #[test]
        fn on_logarithmic_axes_too(low in -30.0..30.0f64, span in 0.0..40.0f64, most in 3..12usize) {
            holds((10f64.powf(low), 10f64.powf(low + span)), true, most)?;
        }
    }

    #[test]
    fn no_range_is_too_much() {
        for range in [(f64::MIN, f64::MAX), (0.0, 1e-310), (1e300, 1e300), (-1e-200, 1e-200), (1.0, 1.0 + 1e-15)] {
            assert!(Scale::covering(range, false, 6).ticks.len() >= 2, "{range:?}");
        }
        for range in [(1e-310, 1e300), (1e-320, 1e-320), (1e300, 1e300), (7.0, 7.0)] {
            assert!(Scale::covering(range, true, 6).ticks.len() >= 2, "{range:?}");
        }
    }
}

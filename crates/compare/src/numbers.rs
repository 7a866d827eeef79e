//! Numbers as people read them.

use std::time::Duration;

/// `1,234,567`.
pub(crate) fn thousands(x: u64) -> String {
    let digits = x.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// `12.3 MB`.
pub(crate) fn bytes(x: u64) -> String {
    let (mut size, mut unit) = (x as f64, 0);
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    // What would be rounded to 1000 of a unit is 1 of the next.
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{x} B") } else { format!("{size:.1} {}", UNITS[unit]) }
}

/// `3 min`, `5 h`, `12 d`.
pub(crate) fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A value of any size, with about five digits: `1.8793`, `45,210`, `9.800e-4`.
pub(crate) fn value(x: f64) -> String {
    let size = x.abs();
    if !x.is_finite() {
        x.to_string()
    } else if size >= 1e15 || (size > 0.0 && size < 1e-3) {
        format!("{x:.3e}")
    } else if size >= 1000.0 {
        format!("{}{}", if x < 0.0 { "-" } else { "" }, thousands(size.round() as u64))
    } else {
        format!("{x:.4}")
    }
}

/// A text as it may be printed: what would move the cursor or ring a bell is replaced.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_read_them() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        let sizes = [0, 999, 1000, 1_250_000, 999_960_000, 2_500_000_000_000_000];
        assert_eq!(sizes.map(bytes), ["0 B", "999 B", "1.0 kB", "1.2 MB", "1.0 GB", "2500.0 TB"]);
        let ages = [59, 60, 3599, 3600, 172_799, 172_800].map(|seconds| age(Duration::from_secs(seconds)));
        assert_eq!(ages, ["59 s", "1 min", "59 min", "1 h", "47 h", "2 d"]);
        let values = [1.879_34, 45_210.4, 9.8e-4, 0.0, f64::NAN, -1234.5, -0.5].map(value);
        assert_eq!(values, ["1.8793", "45,210", "9.800e-4", "0.0000", "NaN", "-1,235", "-0.5000"]);
        assert_eq!(visible("a\u{1b}[31m\nb"), "a\u{fffd}[31m\u{fffd}b");
    }
}

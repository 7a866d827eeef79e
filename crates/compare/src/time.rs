//! When a run began, as its folder's name says it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Reads a time at the beginning of a folder's name, and what is behind it.
///
/// It is a date and a time of day in UTC, fourteen digits however they are set apart (`20261125T140600Z-name`,
/// `2026-11-25_14-06-00`), or ten digits, the seconds since 1970.
pub(crate) fn stamped(name: &str) -> Option<(SystemTime, &str)> {
    dated(name).or_else(|| counted(name))
}

fn dated(name: &str) -> Option<(SystemTime, &str)> {
    let mut digits = Vec::with_capacity(14);
    let mut end = 0;
    for (at, c) in name.char_indices() {
        match c.to_digit(10) {
            Some(digit) => digits.push(u64::from(digit)),
            None if matches!(c, '-' | '_' | ':' | '.' | 'T' | 't') => {}
            None => break,
        }
        end = at + 1;
        if digits.len() == 14 {
            break;
        }
    }
    let number =
        |from: usize, to: usize| digits.get(from..to).map(|part| part.iter().fold(0, |n, digit| 10 * n + digit));
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    let valid = year >= 1970 && (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !valid || hour > 23 || minute > 59 || second > 60 || name[end..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let seconds = ((days_before(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second;
    Some((UNIX_EPOCH + Duration::from_secs(seconds), behind(&name[end..])))
}

fn counted(name: &str) -> Option<(SystemTime, &str)> {
    let end = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
    let seconds = name[..end].parse().ok().filter(|_| end == 10)?;
    Some((UNIX_EPOCH + Duration::from_secs(seconds), behind(&name[end..])))
}

fn behind(rest: &str) -> &str {
    rest.strip_prefix(['Z', 'z']).unwrap_or(rest).trim_start_matches(['-', '_'])
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of 1970 to the first of a month.
fn days_before(year: u64, month: u64) -> u64 {
    let years: u64 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    years + (1..month).map(|month| days_of(year, month)).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Option<(u64, &str)> {
        let (time, rest) = stamped(name)?;
        Some((time.duration_since(UNIX_EPOCH).unwrap().as_secs(), rest))
    }

    #[test]
    fn dates_as_folders_have_them() {
        // What `date -u -d ... +%s` says.
        assert_eq!(read("20261125T140600Z-wide"), Some((1_795_615_560, "wide")));
        assert_eq!(read("2026-11-25T14-06-00Z-wide-2"), Some((1_795_615_560, "wide-2")));
        assert_eq!(read("2026-11-25_14:06:00"), Some((1_795_615_560, "")));
        assert_eq!(read("20240229-235959-leap"), Some((1_709_251_199, "leap")));
        assert_eq!(read("1795615560"), Some((1_795_615_560, "")));
        assert_eq!(read("1795615560-seven"), Some((1_795_615_560, "seven")));
    }

    #[test]
    fn what_is_no_date() {
        for name in [
            "",
            "run",
            "20231301-000000",
            "20230229-000000",
            "20230228-250000",
            "2023-02-28",
            "123456789",
            "202611251406001",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }
}

//! The words of a message that need more than a format string.

use crate::Size;

pub(super) fn suggestion(name: &Option<&'static str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_else(|| ".".to_owned())
}

pub(super) fn columns(wanted: &[&str]) -> String {
    match wanted.len() {
        1 => "one column".to_owned(),
        count => format!("{count} columns"),
    }
}

pub(super) fn numbered(columns: &[String]) -> String {
    let each = columns.iter().enumerate().map(|(index, column)| format!("{} `{column}`", index + 1));
    each.collect::<Vec<_>>().join(", ")
}

pub(super) fn variants(all: &[&str]) -> String {
    match all {
        [] => "there is but one".to_owned(),
        all => format!("there are: {}", all.join(", ")),
    }
}

pub(super) fn sizes(all: &[Size]) -> String {
    let each =
        all.iter().map(|Size { name, summary, least, most, .. }| format!("{name} ({summary}, {least} to {most})"));
    match all {
        [] => "it has none".to_owned(),
        _ => format!("there are: {}", each.collect::<Vec<_>>().join(", ")),
    }
}

/// How many letters to insert, remove or change to come from one word to the other (Levenshtein 1966).
pub(super) fn distance(from: &str, to: &str) -> usize {
    let to: Vec<_> = to.chars().collect();
    let mut row: Vec<_> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in to.iter().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, expected) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("text", "test", 1), ("ab", "ba", 2)]
        {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }
}

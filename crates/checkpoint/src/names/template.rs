//! Names with holes for indices.

/// What the holes of `template` must hold to give `name`; `None` if nothing does.
///
/// A hole takes all digits that follow, without leading zeros, so that filling gives back the very name.
pub(super) fn indices<'a>(template: &str, name: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = template.split("{}");
    let mut rest = name.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    for piece in pieces {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (index, behind) = rest.split_at(end);
        if index.is_empty() || (index.len() > 1 && index.starts_with('0')) {
            return None;
        }
        found.push(index);
        rest = behind.strip_prefix(piece)?;
    }
    rest.is_empty().then_some(found)
}

/// The name that `template` becomes.
pub(super) fn fill(template: &str, indices: &[impl AsRef<str>]) -> String {
    let mut pieces = template.split("{}");
    let mut name = pieces.next().unwrap_or_default().to_owned();
    for (piece, index) in pieces.zip(indices) {
        name.push_str(index.as_ref());
        name.push_str(piece);
    }
    name
}

/// How many holes.
pub(super) fn holes(template: &str) -> usize {
    template.matches("{}").count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn matching() {
        let check = |template: &str, name: &str, want: Option<&[&str]>| {
            assert_eq!(indices(template, name).as_deref(), want, "{template} and {name}");
        };
        check("h.{}.w", "h.0.w", Some(&["0"]));
        check("h.{}.w", "h.12.w", Some(&["12"]));
        check("h.{}.e.{}", "h.3.e.40", Some(&["3", "40"]));
        check("wte", "wte", Some(&[]));
        check("wte", "wte.weight", None);
        check("h.{}.w", "h..w", None);
        check("h.{}.w", "h.01.w", None);
        check("h.{}.w", "h.-1.w", None);
        check("h.{}.w", "h.1.wide", None);
        check("h.{}.w", "xh.1.w", None);
        check("h.{}", "h.1.2", None);
    }

    proptest! {
        #[test]
        fn filling_and_matching_are_inverse(a in 0..10_000_usize, b in 0..10_000_usize) {
            let (a, b) = (a.to_string(), b.to_string());
            let name = fill("x.{}.y.{}.z", &[&a, &b]);
            prop_assert_eq!(indices("x.{}.y.{}.z", &name), Some(vec![a.as_str(), b.as_str()]));
        }
    }
}

//! Named entities: whether they were found whole, and called what they are.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use crate::{
    Averages, Error, Hits,
    error::{check_enough, check_paired},
    report::Report,
};

/// Precision, recall and F1 of whole entities (Tjong Kim Sang and De Meulder 2003, arXiv:cs/0306050), as `seqeval` computes
/// them:
///
/// ```text
/// precision = found / predicted    recall = found / true    F1 = 2 P R / (P + R)
/// ```
///
/// An entity is found if its first word, its last word and its type are right. Tags are `B-PER` for the first word of a
/// person, `I-PER` for the others, `O` outside of any entity; `E-` and `S-` for the last and for an only word are
/// understood too, and so are tags without a type. A tagger that errs writes what no person would: an `I-` behind an `O` or
/// behind another type begins an entity, as in the shared task's own script.
///
/// ```
/// use salamander_metrics::Entities;
///
/// let mut entities = Entities::default();
/// entities.add(&["B-PER", "I-PER", "O", "B-LOC"], &["B-PER", "I-PER", "O", "B-ORG"])?;
/// entities.add(&["B-LOC", "I-LOC", "O"], &["B-LOC", "O", "O"])?;
/// // 3 true, 3 predicted; the person alone is right. 5 of 7 tags are.
/// let score = entities.finish()?;
/// assert_eq!(score.to_string(), "F1 0.3333, precision 0.3333, recall 0.3333 (3 entities; 0.7143 of 7 tags)");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entities {
    types: BTreeMap<String, Hits>,
    right: u64,
    tags: u64,
}

impl Entities {
    /// Adds a sentence, and gives its own counts.
    ///
    /// # Errors
    /// If there are not as many predicted tags as true ones, or if one of them is none.
    pub fn add(&mut self, truth: &[impl AsRef<str>], predicted: &[impl AsRef<str>]) -> Result<Hits, Error> {
        check_paired((truth.len(), "true tags"), (predicted.len(), "predicted tags"))?;
        let (wanted, guessed) = (entities("true", truth)?, entities("predicted", predicted)?);
        let mut types: BTreeMap<&str, Hits> = BTreeMap::new();
        wanted.iter().for_each(|entity| types.entry(entity.kind).or_default().wanted += 1);
        guessed.iter().for_each(|entity| types.entry(entity.kind).or_default().predicted += 1);
        wanted.intersection(&guessed).for_each(|entity| types.entry(entity.kind).or_default().shared += 1);
        for (&kind, &hits) in &types {
            *self.types.entry(kind.to_owned()).or_default() += hits;
        }
        let pairs = truth.iter().zip(predicted);
        self.right += pairs.filter(|(truth, predicted)| truth.as_ref() == predicted.as_ref()).count() as u64;
        self.tags += truth.len() as u64;
        Ok(types.into_values().sum())
    }

    /// Adds what `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        for (kind, &hits) in &other.types {
            *self.types.entry(kind.clone()).or_default() += hits;
        }
        self.right += other.right;
        self.tags += other.tags;
    }

    /// The score of all sentences.
    ///
    /// # Errors
    /// If there are no tags.
    pub fn finish(&self) -> Result<EntityScore, Error> {
        check_enough(self.tags, 1, "tags")?;
        Ok(EntityScore {
            averages: Averages::of(self.types.values().copied()),
            accuracy: self.right as f64 / self.tags as f64,
            tags: self.tags,
            types: self.types.clone(),
        })
    }
}

/// What was found of all entities. Printed, it is a line; with `{:#}` it is a table with a line for each type too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntityScore {
    /// One score for all types; what is published is the micro average.
    pub averages: Averages,
    /// The share of tags that are right: high where most words are in no entity.
    pub accuracy: f64,
    /// How many tags there are.
    pub tags: u64,
    /// Type by type.
    pub types: BTreeMap<String, Hits>,
}

impl fmt::Display for EntityScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, micro) = (f.precision().unwrap_or(4), self.averages.micro);
        let entities = self.types.values().map(|hits| hits.wanted).sum::<u64>();
        let (f1, precision, recall) = (micro.f1, micro.precision, micro.recall);
        write!(f, "F1 {f1:.digits$}, precision {precision:.digits$}, recall {recall:.digits$} ")?;
        write!(f, "({entities} {}; ", if entities == 1 { "entity" } else { "entities" })?;
        write!(f, "{:.digits$} of {} tags)", self.accuracy, self.tags)?;
        if f.alternate() {
            let rows = self.types.iter().map(|(kind, hits)| (kind.as_str(), *hits)).collect();
            write!(f, "\n\n{}", Report { first: "type", rows, averages: &self.averages, digits })?;
        }
        Ok(())
    }
}

/// Where an entity is, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Entity<'a> {
    kind: &'a str,
    first: usize,
    last: usize,
}

/// The entities of a sentence.
fn entities<'a>(side: &'static str, tags: &'a [impl AsRef<str>]) -> Result<HashSet<Entity<'a>>, Error> {
    let mut found = HashSet::new();
    let mut open: Option<(Entity<'a>, Place)> = None;
    for (position, tag) in tags.iter().map(AsRef::as_ref).enumerate() {
        let (place, kind) = parse(tag).ok_or_else(|| Error::Tag { side, tag: tag.to_owned(), position })?;
        match &mut open {
            Some((entity, before)) if goes_on(*before, place) && entity.kind == kind => {
                (entity.last, *before) = (position, place);
            }
            _ => {
                let next =
                    (place != Place::Outside).then_some((Entity { kind, first: position, last: position }, place));
                found.extend(std::mem::replace(&mut open, next).map(|(entity, _)| entity));
            }
        }
    }
    found.extend(open.map(|(entity, _)| entity));
    Ok(found)
}

/// Where in an entity a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    First,
    Inside,
    Last,
    Single,
}

/// Whether the entity of one word may be that of the next.
fn goes_on(before: Place, next: Place) -> bool {
    matches!(before, Place::First | Place::Inside) && matches!(next, Place::Inside | Place::Last)
}

/// A tag's place and type: `_` if it has none.
fn parse(tag: &str) -> Option<(Place, &str)> {
    let (place, kind) = match tag.split_once('-') {
        Some((place, kind)) => (place, if kind.is_empty() { "_" } else { kind }),
        None => (tag, "_"),
    };
    let place = match place {
        "O" if tag == "O" => Place::Outside,
        "B" => Place::First,
        "I" => Place::Inside,
        "E" => Place::Last,
        "S" => Place::Single,
        _ => return None,
    };
    Some((place, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tags: &str, want: &[(&str, usize, usize)]) {
        let tags: Vec<_> = tags.split(' ').collect();
        let want = want.iter().map(|&(kind, first, last)| Entity { kind, first, last });
        assert_eq!(entities("true", &tags), Ok(want.collect()), "{tags:?}");
    }

    #[test]
    fn entities_by_hand() {
        check("O O", &[]);
        check("B-A I-A O B-B", &[("A", 0, 1), ("B", 3, 3)]);
        check("B-A B-A I-A", &[("A", 0, 0), ("A", 1, 2)]);
        // What no person would write.
        check("O I-A I-A", &[("A", 1, 2)]);
        check("B-A I-B I-B", &[("A", 0, 0), ("B", 1, 2)]);
        check("B-A E-A E-A", &[("A", 0, 1), ("A", 2, 2)]);
        check("S-A I-A", &[("A", 0, 0), ("A", 1, 1)]);
        check("B-A I-A E-A S-A S-A", &[("A", 0, 2), ("A", 3, 3), ("A", 4, 4)]);
        check("B I O B- I-x-y", &[("_", 0, 1), ("_", 3, 3), ("x-y", 4, 4)]);
    }

    #[test]
    fn bad_tags_are_errors() {
        let mut entities = Entities::default();
        assert_eq!(entities.finish().unwrap_err().to_string(), "there are 0 tags: it takes at least 1");
        let message = entities.add(&["O", "PER"], &["O", "O"]).unwrap_err().to_string();
        assert_eq!(
            message,
            "the true tag \"PER\" (at position 1) is neither O nor B, I, E or S with or without a type (B-PER)"
        );
        assert!(entities.add(&["O"], &["O-PER"]).is_err() && entities.add(&["O"], &[""]).is_err());
        let message = entities.add(&["O", "O"], &["O"]).unwrap_err().to_string();
        assert_eq!(message, "2 true tags cannot be paired with 1 predicted tags: one of each is needed");
        assert_eq!(entities, Entities::default(), "what is wrong is not counted");
    }

    #[test]
    fn parts_merge_to_the_whole() {
        let sentences =
            [(["B-A", "O"], ["B-A", "B-B"]), (["O", "B-B"], ["O", "B-A"]), (["B-B", "I-B"], ["B-B", "I-B"])];
        let mut whole = Entities::default();
        let mut parts = [whole.clone(), whole.clone()];
        for (at, (truth, predicted)) in sentences.iter().enumerate() {
            let hits = whole.add(truth, predicted).unwrap();
            assert_eq!(hits, parts[at % 2].add(truth, predicted).unwrap());
        }
        let [mut merged, other] = parts;
        merged.merge(&other);
        assert_eq!(merged, whole);
        let table = format!("{:#.2}", whole.finish().unwrap());
        let want = [
            "F1 0.57, precision 0.50, recall 0.67 (3 entities; 0.67 of 6 tags)",
            "",
            "type      precision  recall    F1  count",
            "A              0.50    1.00  0.67      1",
            "B              0.50    0.50  0.50      2",
            "micro          0.50    0.67  0.57      3",
            "macro          0.50    0.75  0.58      3",
            "weighted       0.50    0.67  0.56      3",
        ];
        assert_eq!(table.lines().collect::<Vec<_>>(), want);
    }
}

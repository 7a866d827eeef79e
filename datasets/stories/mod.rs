//! Small stories whose people, places and things persist, written by a grammar.
//!
//! Somebody is introduced, goes somewhere, wants, loses or finds something; pronouns agree, and the end comes back to the
//! same person, place and thing. Sentences are short and the vocabulary is about three hundred words, so that a small
//! model learns to write them in minutes (the idea of Eldan and Li 2023, arXiv:2305.07759, taken to the extreme), and
//! because they come from a grammar, [`grammatical`] can judge what a model writes.

mod grammar;
mod shapes;
mod vocabulary;

use crate::{Corpus, DataSet, Error, Options, Origin, Shape, Splits, random::Random, split::part};
pub(crate) use grammar::{Choices, Sentence};
use grammar::{GRAMMAR, Ready};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "stories",
    summary: "small coherent stories written by a grammar",
    shape: Shape::Text,
    origin: Origin::Generated,
    variants: &[],
    sizes: &[],
    load: |options, _| load(options),
};

/// How many stories train, validate and test.
const SIZES: [usize; 3] = [20_000, 500, 500];
/// How often an optional sentence is there, in percent.
const OPTIONAL: usize = 60;

/// Stories without end, each one paragraph of five to nine sentences in plain ASCII. The same seed gives the same stories
/// for ever.
///
/// ```
/// let story = salamander_datasets::stories::stories(1).next().unwrap();
/// assert!(story.ends_with('.') || story.ends_with('!'));
/// ```
pub fn stories(seed: u64) -> impl Iterator<Item = String> {
    let mut random = Random::new(seed);
    std::iter::repeat_with(move || story(&mut random).0)
}

/// A story, and what was chosen for it.
pub(crate) fn story(random: &mut Random) -> (String, Choices) {
    let mut story = String::new();
    let mut choices = Choices::default();
    for step in random.pick(&GRAMMAR) {
        if step.optional && !random.chance(OPTIONAL) {
            continue;
        }
        if !story.is_empty() {
            story.push(' ');
        }
        random.pick(&step.sentences).write(&mut choices, random, &mut story);
    }
    (story, choices)
}

/// Whether a text is a story: every sentence is one of the grammar's, they follow one another as in a kind of story, and
/// the same person, place and thing persist to its end.
///
/// # Errors
/// The first sentence that does not fit, and why.
///
/// ```
/// use salamander_datasets::stories::grammatical;
///
/// let wrong = "Anna was a kind girl. He had a red kite.";
/// assert_eq!(grammatical(wrong).unwrap_err(), "sentence 2, `He had a red kite.`, does not agree with what came before");
/// ```
pub fn grammatical(story: &str) -> Result<(), String> {
    read(story).map(|_| ())
}

/// What was chosen for a story, or what is wrong with it.
pub(crate) fn read(story: &str) -> Result<Choices, String> {
    let mut reading = Reading { story, furthest: 0 };
    match GRAMMAR.iter().find_map(|steps| reading.follow(steps, story, Choices::default())) {
        Some(choices) => Ok(choices),
        None => Err(reading.complaint()),
    }
}

/// A story being read.
struct Reading<'a> {
    story: &'a str,
    /// Up to which offset some kind of story was followed.
    furthest: usize,
}

impl Reading<'_> {
    /// What was chosen if `text` is what is left of a story with `steps` left, after these choices.
    fn follow(&mut self, steps: &[Ready], text: &str, choices: Choices) -> Option<Choices> {
        self.furthest = self.furthest.max(self.story.len() - text.len());
        let Some((step, rest)) = steps.split_first() else { return text.is_empty().then_some(choices) };
        let read = |sentence: &Sentence| sentence.read(text, choices);
        let said = step.sentences.iter().flat_map(read).find_map(|(after, choices)| match after.strip_prefix(' ') {
            Some("") => None,
            Some(after) => self.follow(rest, after, choices),
            None => after.is_empty().then(|| self.follow(rest, after, choices))?,
        });
        said.or_else(|| step.optional.then(|| self.follow(rest, text, choices))?)
    }

    fn complaint(&self) -> String {
        let (before, after) = self.story.split_at(self.furthest);
        if after.is_empty() {
            return "the story stops before its end".to_owned();
        }
        let is_end = |c: char| matches!(c, '.' | '!' | '?');
        let sentence = after.split_inclusive(is_end).next().unwrap_or(after);
        let known = GRAMMAR.iter().flatten().flat_map(|step| &step.sentences);
        let is_known =
            |known: &Sentence| known.read(sentence, Choices::default()).iter().any(|(rest, _)| rest.is_empty());
        let problem = match known.into_iter().any(is_known) {
            true => "does not agree with what came before",
            false => "is none of the grammar's",
        };
        format!("sentence {}, `{sentence}`, {problem}", before.matches(is_end).count() + 1)
    }
}

fn load(options: &Options) -> Result<Corpus, Error> {
    Ok(Corpus::Text(Splits::fill(stories(options.seed), SIZES, |story| Some(part(story)))))
}

#[cfg(test)]
mod tests;

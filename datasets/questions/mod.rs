//! Questions about small stories, each answered by some words of the story.
//!
//! The stories are those of [`stories`]. A question asks for what one of its sentences tells; where that
//! sentence says `he`, the answer is a name from further up.

mod facts;

use std::{ops::Range, sync::LazyLock};

use crate::{
    Corpus, DataSet, Error, Options, Origin, Question, Shape, Splits,
    random::Random,
    split::part,
    stories::{self, Choices, Sentence},
};
use facts::FACTS;

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "questions",
    summary: "questions about small stories, answered by words of the story",
    shape: Shape::Questions,
    origin: Origin::Generated,
    variants: &[],
    sizes: &[],
    load: |options, _| load(options),
};

/// How many questions train, validate and test.
const SIZES: [usize; 3] = [10_000, 500, 500];

/// The facts, ready to be filled in: sentence, question and answer.
static READY: LazyLock<Vec<[Sentence; 3]>> = LazyLock::new(|| {
    FACTS.iter().map(|fact| [fact.sentence, fact.question, fact.answer].map(Sentence::parse)).collect()
});

/// Questions without end, each about a story of its own. The same seed gives the same questions for ever.
///
/// ```
/// use salamander_datasets::questions;
///
/// let question = questions::questions(1).next().unwrap();
/// assert_eq!(questions::answer(&question.question, &question.context), Some(question.answer));
/// ```
pub fn questions(seed: u64) -> impl Iterator<Item = Question> {
    let mut random = Random::new(seed);
    std::iter::repeat_with(move || {
        loop {
            let (story, choices) = stories::story(&mut random);
            let asked = about(&story, &choices);
            if !asked.is_empty() {
                let (question, answer) = random.pick(&asked).clone();
                return Question { question, context: story, answer };
            }
        }
    })
}

/// Where in `context` the answer to `question` stands, in bytes, or `None` if the context is no story or tells nothing of
/// the kind.
pub fn answer(question: &str, context: &str) -> Option<Range<usize>> {
    let choices = stories::read(context).ok()?;
    about(context, &choices).into_iter().find(|(asked, _)| asked == question).map(|(_, answer)| answer)
}

/// All that can be asked about a story, with the answers.
fn about(story: &str, choices: &Choices) -> Vec<(String, Range<usize>)> {
    let sentences: Vec<_> = story.split_inclusive(['.', '!', '?']).map(str::trim).collect();
    let told = |[sentence, question, answer]: &[Sentence; 3]| {
        let sentence = sentence.fill(choices)?;
        if !sentences.contains(&sentence.as_str()) {
            return None;
        }
        Some((question.fill(choices)?, find(story, &answer.fill(choices)?)?))
    };
    READY.iter().filter_map(told).collect()
}

/// Where some words first stand in a text, not as a part of others.
fn find(text: &str, words: &str) -> Option<Range<usize>> {
    let is_edge = |next: Option<char>| !next.is_some_and(char::is_alphanumeric);
    let places = text.match_indices(words).map(|(start, found)| start..start + found.len());
    places
        .into_iter()
        .find(|place| is_edge(text[..place.start].chars().next_back()) && is_edge(text[place.end..].chars().next()))
}

fn load(options: &Options) -> Result<Corpus, Error> {
    let splits = Splits::fill(questions(options.seed), SIZES, |question| Some(part(&question.context)));
    Ok(Corpus::Questions(splits))
}

#[cfg(test)]
mod tests;

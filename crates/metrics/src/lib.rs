//! How good an answer is: one number for what a model did, and how far that number can be trusted.
//!
//! | task | score | held to |
//! |---|---|---|
//! | translation | [`Bleu`], [`Chrf`] (chrF and chrF++) | sacreBLEU |
//! | summaries | [`Rouge`] (1, 2, L and Lsum) | rouge-score |
//! | classes of texts | [`Confusion`]: accuracy, precision, recall, F1, Matthews' correlation | scikit-learn |
//! | classes of tokens | [`Entities`]: F1 of whole entities | seqeval |
//! | answers out of a text | [`Answers`]: exact match and F1 | SQuAD |
//! | the next token | [`Likelihood`]: perplexity, bits per byte and per character | by hand |
//! | a number for a text | [`Pearson`], [`spearman`], [`Correlations`] | SciPy |
//! | finding the other of a pair | [`Retrieval`]: recall at k, mean reciprocal rank | scikit-learn |
//!
//! | question | answer |
//! |---|---|
//! | How much does the score differ between seeds? | [`Moments`], [`mean_interval`] |
//! | Is one model better than another, seed by seed? | [`paired_difference`] |
//! | And on other examples than these? | [`Bootstrap`] |
//! | And if ten of them are compared? | [`holm`] |
//! | How does it change with a size? | [`Line`], [`PowerLaw`] |
//!
//! # Why counts
//!
//! Whatever is counted is counted example by example: `add`, and at the end `finish`. Between them there are counts and
//! sums, as many for a million examples as for one, and parts that were counted apart are put together with `merge`. What
//! must see all numbers at once is a function of slices: [`spearman`] and what draws or fits.
//!
//! # Why the reference's numbers
//!
//! A score is there to be compared with one that somebody else published. So each is computed as the program computes it
//! that most people publish with, oddities and all, and is tested against what that program says. BLEU and chrF print
//! that program's signature; where it names its version, they name this crate.
//!
//! Nothing here knows a model, a tensor or a file, and nothing prints: a score's `Display` is the line to print.
//!
//! # Example
//!
//! ```
//! use salamander_metrics::{BleuCounts, BleuOptions, Bleu, Bootstrap, Resample};
//!
//! let references = ["the cat is on the mat", "there is a dog in the garden", "it rains"];
//! let one = ["the cat sat on the mat", "there is a dog in the garden", "it rains"];
//! let other = ["a cat on a mat", "there is the dog in a garden", "it rains"];
//!
//! let options = BleuOptions::default();
//! let count = |hypotheses: [&str; 3]| -> Result<(Bleu, Vec<BleuCounts>), salamander_metrics::Error> {
//!     let mut bleu = Bleu::new(options);
//!     let pairs = hypotheses.iter().zip(references);
//!     let rows = pairs.map(|(hypothesis, reference)| bleu.add(hypothesis, &[reference])).collect::<Result<_, _>>()?;
//!     Ok((bleu, rows))
//! };
//! let ((one, rows), (other, other_rows)) = (count(one)?, count(other)?);
//! assert!(one.finish()?.to_string().contains(" = 73.8 93.3/83.3/66.7/57.1 "));
//! assert!(other.finish()?.to_string().contains(" = 14.6 85.7/27.3/6.2/4.2 "));
//!
//! // Better on these three sentences. But one draw in 27 is the last of them three times, where both are alike.
//! let score = |rows: Resample<'_, BleuCounts>| options.of_counts(&rows.sum());
//! let difference = Bootstrap::default().difference(&rows, &other_rows, score)?;
//! assert!(difference.interval.covers(0.0));
//! # Ok::<(), salamander_metrics::Error>(())
//! ```

mod answers;
mod bleu;
mod chrf;
mod confusion;
mod correlation;
mod entities;
mod error;
mod hits;
mod likelihood;
mod ngrams;
mod random;
mod report;
mod retrieval;
mod rouge;
mod signature;
mod statistics;
mod whitespace;

pub use answers::{AnswerScore, Answers};
pub use bleu::{Bleu, BleuCounts, BleuOptions, BleuScore, BleuTokenizer, Smoothing};
pub use chrf::{Chrf, ChrfCounts, ChrfOptions, ChrfScore};
pub use confusion::{ClassScore, ClassificationScore, Confusion};
pub use correlation::{Correlations, Pearson, spearman};
pub use entities::{Entities, EntityScore};
pub use error::Error;
pub use hits::{Averages, Hits, PrecisionRecall};
pub use likelihood::{Likelihood, LikelihoodScore};
pub use retrieval::{Retrieval, RetrievalScore};
pub use rouge::{Rouge, RougeScore, Stemming};
pub use signature::Case;
pub use statistics::{
    Bootstrap, Difference, Interval, Line, Moments, PowerLaw, Resample, holm, mean_interval, paired_difference,
};

//! Several texts at once.

use crate::{
    Error, Request, Sampler, Writer,
    writer::{pad, step_on},
};

/// A text while it is written.
#[derive(Debug)]
struct Text {
    sampler: Sampler,
    ids: Vec<u32>,
    goes_on: bool,
}

/// Goes on from each of `starts`, of which `writer` has read nothing yet, as each alone would; the writer knows of the
/// padding. A text that has ended leaves the batch.
pub(crate) fn write<W: Writer>(writer: &mut W, starts: &[Vec<u32>], request: &Request) -> Result<Vec<Vec<u32>>, Error> {
    let mut texts = starts.iter().map(|start| Text::new(start, request)).collect::<Result<Vec<_>, _>>()?;
    let (mut rows, mut unread): (Vec<usize>, Vec<Vec<u32>>) = ((0..texts.len()).collect(), pad(starts));
    for _ in 0..request.new_tokens {
        if rows.is_empty() {
            break;
        }
        let logits = step_on(writer, &rows, &unread)?;
        (rows, unread) = extend(&mut texts, logits, rows.len(), &request.stop)?;
    }
    Ok(texts.into_iter().map(|text| text.ids).collect())
}

/// Adds a token to each of the `running` texts that go on. Says of which rows that is still true, and their last tokens.
fn extend(
    texts: &mut [Text],
    mut logits: Vec<f32>,
    running: usize,
    stop: &[u32],
) -> Result<(Vec<usize>, Vec<Vec<u32>>), Error> {
    let vocab_size = logits.len() / running;
    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    let open = texts.iter_mut().filter(|text| text.goes_on);
    for (row, (text, logits)) in open.zip(logits.chunks_exact_mut(vocab_size)).enumerate() {
        let id = text.sampler.choose(logits)?;
        text.goes_on = !stop.contains(&id);
        if text.goes_on {
            text.ids.push(id);
            rows.push(row);
            unread.push(vec![id]);
        }
    }
    Ok((rows, unread))
}

impl Text {
    fn new(start: &[u32], request: &Request) -> Result<Self, Error> {
        let mut sampler = request.sampling.sampler()?;
        sampler.see(start);
        Ok(Self { sampler, ids: Vec::new(), goes_on: true })
    }
}

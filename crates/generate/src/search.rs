//! Beams of several inputs side by side.

use crate::{
    BeamSearch, Error, Hypothesis, Writer,
    beam::Beam,
    writer::{pad, step_on},
};

/// Writes on from each of `starts`, of which `writer` has read nothing yet, at most `limits[i]` tokens behind the `i`-th;
/// it knows of the padding where they differ in length.
///
/// An input that is decided leaves the batch, so that the others do not compute its rows as well.
pub(crate) fn search<W: Writer>(
    writer: &mut W,
    starts: &[Vec<u32>],
    limits: &[usize],
    search: &BeamSearch,
) -> Result<Vec<Vec<Hypothesis>>, Error> {
    let mut beams: Vec<_> = limits.iter().map(|&limit| Beam::new(search, limit)).collect();
    let mut rows: Vec<usize> = (0..beams.len()).filter(|&i| beams[i].rows() > 0).collect();
    let starts = pad(starts);
    let mut unread: Vec<Vec<u32>> = rows.iter().map(|&i| starts[i].clone()).collect();
    while !rows.is_empty() {
        let logits = step_on(writer, &rows, &unread)?;
        rows = extend(&mut beams, &logits, logits.len() / rows.len())?;
        unread = beams.iter().flat_map(Beam::last).map(|id| vec![id]).collect();
    }
    Ok(beams.into_iter().map(Beam::results).collect())
}

/// Adds a token to all that run, whose logits stand one after the other, and says which rows go on.
fn extend(beams: &mut [Beam], logits: &[f32], vocab_size: usize) -> Result<Vec<usize>, Error> {
    let (mut rows, mut first) = (Vec::new(), 0);
    for beam in beams.iter_mut().filter(|beam| beam.rows() > 0) {
        let end = first + beam.rows();
        let parents = beam.extend(&logits[first * vocab_size..end * vocab_size])?;
        rows.extend(parents.into_iter().map(|row| first + row));
        first = end;
    }
    Ok(rows)
}

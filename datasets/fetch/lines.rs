//! The form in which collections of labelled sentences are often published: a number, a space and a text on each line.

use std::path::Path;

use crate::{Error, Labelled, text};

/// The labelled lines of a file. Empty lines are left out.
pub(crate) fn labelled_lines(path: &Path, classes: &[&str]) -> Result<Vec<Labelled>, Error> {
    let text = text::contents(path)?;
    // Not every line end of Unicode is one: some of these texts have NEL within a sentence.
    let lines = text.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| labelled_line(path, index + 1, line, classes)).collect()
}

fn labelled_line(path: &Path, number: usize, line: &str, classes: &[&str]) -> Result<Labelled, Error> {
    let (label, text) = line.split_once(' ').unwrap_or((line, ""));
    labelled(path, number, label, text, classes)
}

/// A text with the number of its class, which is written in `label`.
pub(crate) fn labelled(path: &Path, line: usize, label: &str, text: &str, classes: &[&str]) -> Result<Labelled, Error> {
    let (text, last) = (text.trim(), classes.len() - 1);
    match label.trim().parse::<usize>() {
        Ok(_) if text.is_empty() => Err(Error::line(path, line, "there is a label and no text")),
        Ok(label) if label <= last => Ok(Labelled { text: text.to_owned(), label }),
        _ => Err(Error::line(path, line, format!("`{label}` is no label; labels are numbers from 0 to {last}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_label_and_a_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.txt");
        let read = |contents: &str| {
            std::fs::write(&path, contents).unwrap();
            labelled_lines(&path, &["bad", "good"])
        };
        let lines = read("1 so good \n\n0 so\u{85}bad\r\n").unwrap();
        assert_eq!(lines[0], Labelled { text: "so good".into(), label: 1 });
        assert_eq!(lines[1], Labelled { text: "so\u{85}bad".into(), label: 0 });
        for (contents, complaint) in [
            ("1 a\n2 b\n", ":2: `2` is no label; labels are numbers from 0 to 1"),
            ("good movie\n", ":1: `good` is no label"),
            ("1 a\n\n1\n", ":3: there is a label and no text"),
        ] {
            let error = read(contents).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}

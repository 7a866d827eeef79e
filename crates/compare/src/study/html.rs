//! The results as one page that stands for itself: no script, no font, nothing from elsewhere.

use std::fmt::Write;

use super::Results;
use crate::{Error, svg::escaped};

const STYLE: &str = "\
:root { color-scheme: light dark; --page: #fff; --text: #222; --faint: #666; --line: #ddd; --shade: #f5f5f5 }
@media (prefers-color-scheme: dark) { :root { --page: #111; --text: #ddd; --faint: #999; --line: #333; --shade: #1c1c1c } }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem }
p.terms { color: var(--faint) }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child, td:first-child { text-align: left }
thead th { background: var(--shade) }
pre { background: var(--shade); padding: .6rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }
.samples { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem }
img { width: 100%; min-width: 36rem; height: auto }
";

impl Results {
    /// The report.
    ///
    /// # Errors
    /// If the runs' reports cannot be read.
    pub fn html(&self) -> Result<String, Error> {
        let mut out = String::new();
        let title = escaped(&format!("{} compared", list(self.entries.iter().map(|entry| entry.name.as_str()))));
        out += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
        out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
        // Writing to a string does not fail.
        let _ = writeln!(out, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>");
        let _ = writeln!(out, "<p class=\"terms\">{}</p>", escaped(&self.terms()));
        out += "<h2>What may be said</h2>\n<ul>\n";
        for sentence in self.sentences() {
            let _ = writeln!(out, "<li>{}</li>", escaped(&sentence));
        }
        out += "</ul>\n<h2>Quality and cost</h2>\n";
        let table = self.table()?;
        grid(&mut out, &table.headings(), table.rows());
        out += "<h2>All that was measured, on average over the seeds</h2>\n";
        let names: Vec<_> = self.entries.iter().map(|entry| entry.name.as_str()).collect();
        let headed: Vec<_> = std::iter::once("").chain(names.iter().copied()).collect();
        let counted = self.marks.iter().map(|mark| mark.yardstick.name.as_str());
        let measured: Vec<_> = headed.iter().copied().chain(counted).collect();
        grid(&mut out, &measured, &joined(self.scores()?));
        self.drawings(&mut out)?;
        out += "<h2>What sets them apart</h2>\n";
        grid(&mut out, &headed, &joined(self.differences()));
        self.samples(&mut out);
        out += "<h2>To repeat a run</h2>\n<pre>";
        for entry in &self.entries {
            for seed in &self.study.seeds {
                let config = self.study.run_folder(entry, *seed).join("config.toml");
                let command = format!("cargo xtask train --config {}", quoted(&config.to_string_lossy()));
                let _ = writeln!(out, "{}", escaped(&command));
            }
        }
        out += "</pre>\n</body>\n</html>\n";
        Ok(out)
    }

    fn samples(&self, out: &mut String) {
        if self.trials.iter().flatten().all(|trial| trial.sample.is_empty()) {
            return;
        }
        out.push_str("<h2>What they write</h2>\n<div class=\"samples\">\n");
        for (entry, trials) in self.entries.iter().zip(&self.trials) {
            let sample = trials.first().map_or("", |trial| trial.sample.as_str());
            let (name, sample) = (escaped(&entry.name), escaped_lines(sample));
            let _ = writeln!(out, "<section><h3>{name}</h3>\n<pre>{sample}</pre></section>");
        }
        out.push_str("</div>\n");
    }
}

fn joined(rows: Vec<(String, Vec<String>)>) -> Vec<Vec<String>> {
    rows.into_iter().map(|(name, cells)| std::iter::once(name).chain(cells).collect()).collect()
}

fn grid<H: AsRef<str>>(out: &mut String, headings: &[H], rows: &[Vec<String>]) {
    out.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    for heading in headings {
        let _ = write!(out, "<th>{}</th>", escaped(heading.as_ref()));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", escaped(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

/// `a, b and c`.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.split_last() {
        Some((last, [])) => (*last).into(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// As a shell reads it as one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=+,:@%".contains(c);
    if word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Line by line: a line's end is markup's to keep.
fn escaped_lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_lines() {
        assert_eq!(list(["a", "b", "c"].into_iter()), "a, b and c");
        assert_eq!(list(["a"].into_iter()), "a");
        assert_eq!(escaped_lines("a < b\nc"), "a &lt; b\nc");
        assert_eq!(["a-b/c.toml", "my runs/a", "it's"].map(quoted), ["a-b/c.toml", "'my runs/a'", r"'it'\''s'"]);
    }
}

//! The lines of a run's `metrics.jsonl`.

use std::{fs, path::Path};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Error, Metric};

/// The file's name.
pub(crate) const FILE: &str = "metrics.jsonl";

/// One line: numbers about one part at one step.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Report {
    pub(crate) split: String,
    pub(crate) step: u64,
    #[serde(flatten)]
    values: Map<String, Value>,
}

impl Report {
    /// The number of that name. What is no number to JSON (`null`) was not finite when it was written.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        match self.values.get(key)? {
            Value::Null => Some(f64::NAN),
            value => value.as_f64(),
        }
    }

    /// The numbers it has.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = Metric> {
        self.values.keys().filter(|key| self.number(key).is_some()).map(|key| Metric::new(&self.split, key))
    }
}

/// Reads all reports of the run in `run`, in their order. The last line may be damaged: then somebody is writing it, or was
/// when the run ended, and it does not count.
pub(crate) fn read(run: &Path) -> Result<Vec<Report>, Error> {
    let path = run.join(FILE);
    let bytes = fs::read(&path).map_err(Error::io(&path, "read"))?;
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines: Vec<_> = lines.filter(|(_, line)| !line.trim_ascii().is_empty()).collect();
    let mut reports = Vec::with_capacity(lines.len());
    for (index, (number, line)) in lines.iter().enumerate() {
        match serde_json::from_slice(line) {
            Ok(report) => reports.push(report),
            Err(_) if index + 1 == lines.len() => {}
            Err(error) => return Err(Error::Line { path, line: number + 1, reason: reason(&error) }),
        }
    }
    Ok(reports)
}

/// What is wrong, without the place: to the parser each line is line 1.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    format!("{what} (column {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Result<Vec<Report>, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), text).unwrap();
        read(folder.path()).map_err(|error| error.to_string())
    }

    const GOOD: &str = r#"{"split":"train","step":1,"loss":2.5}"#;

    #[test]
    fn the_last_line_may_be_half_there() {
        assert_eq!(lines(b"").unwrap().len(), 0);
        assert_eq!(lines(format!("{GOOD}\n{GOOD}\n").as_bytes()).unwrap().len(), 2);
        assert_eq!(lines(format!("{GOOD}\n{GOOD}").as_bytes()).unwrap().len(), 2);
        assert_eq!(lines(format!("{GOOD}\n\n{}", &GOOD[..20]).as_bytes()).unwrap().len(), 1);
        assert_eq!(lines(format!("{GOOD}\n{{\"split\":\"tr\n\n").as_bytes()).unwrap().len(), 1);
        assert_eq!(lines(&[GOOD.as_bytes(), b"\n{\"split\":\"\xff"].concat()).unwrap().len(), 1);
    }

    #[test]
    fn any_other_is_named() {
        let said = lines(format!("{GOOD}\n\n{}\n{GOOD}\n", &GOOD[..20]).as_bytes()).unwrap_err();
        assert!(
            said.contains("metrics.jsonl:3: is no report: EOF while parsing") && said.contains("column 20"),
            "{said}"
        );
        let said = lines(format!("{{\"split\":\"train\"}}\n{GOOD}\n").as_bytes()).unwrap_err();
        assert!(said.contains("metrics.jsonl:1:") && said.contains("missing field `step`"), "{said}");
        let said = lines(format!("{{\"split\":\"train\",\"step\":2,\"loss\":NaN}}\n{GOOD}").as_bytes()).unwrap_err();
        assert!(said.contains("metrics.jsonl:1:"), "{said}");
    }

    #[test]
    fn numbers_that_are_none() {
        let report = &lines(br#"{"split":"train","step":3,"loss":null,"note":"hm","tokens":12}"#).unwrap()[0];
        assert!(report.number("loss").unwrap().is_nan());
        assert_eq!((report.number("note"), report.number("mfu"), report.number("tokens")), (None, None, Some(12.0)));
        assert_eq!(report.metrics().map(|metric| metric.to_string()).collect::<Vec<_>>(), ["train loss", "tokens"]);
    }
}

//! Who takes part.

use std::path::Path;

use salamander_models::{Recipe, recipe};

use crate::Error;

/// A recipe with a name of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Contender {
    /// What it is called in tables.
    pub name: String,
    /// What it is.
    pub recipe: Recipe,
    /// The settings that set it apart from the recipe of its name, which nothing common overrides.
    pub(super) changes: Vec<(String, String)>,
}

impl Contender {
    /// Reads a recipe's name or file with changes behind it, and a short name before it if it has one: `gpt`,
    /// `gpt:size.n_layers=2`, `prefix=own.toml:data.task.kind=prefix:size.n_heads=1`.
    ///
    /// ```
    /// use salamander_compare::Contender;
    ///
    /// let contender = Contender::parse("gpt:size.n_layers=3")?;
    /// assert_eq!((contender.recipe.size.n_layers, contender.name.as_str()), (3, "gpt:size.n_layers=3"));
    /// # Ok::<(), salamander_compare::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such recipe, or a setting does not exist.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let Written { name, what, changes } = Written::read(text)?;
        let mut recipe = if what.ends_with(".toml") { Recipe::read(Path::new(what))? } else { recipe(what)? };
        for (key, value) in &changes {
            recipe = recipe.set(key, value)?;
        }
        Ok(Self { name: name.into(), recipe, changes })
    }

    /// One contender for each value of a setting, written `KEY=VALUE,VALUE,...`; a value may be a table in braces.
    ///
    /// # Errors
    /// If there is no such setting, or a value does not fit.
    pub fn vary(&self, setting: &str) -> Result<Vec<Self>, Error> {
        let wrong = |reason: &str| Error::Contender { text: setting.into(), reason: reason.into() };
        let (key, values) = setting.split_once('=').ok_or_else(|| wrong("it has no `=`; write KEY=VALUE,VALUE"))?;
        let values = split(values);
        if values.iter().any(|value| value.is_empty()) {
            return Err(wrong("a value is empty"));
        }
        let one = |value: &str| -> Result<Self, Error> {
            let (key, mut changes) = (key.trim(), self.changes.clone());
            changes.push((key.to_owned(), value.to_owned()));
            Ok(Self { name: format!("{}:{key}={value}", self.name), recipe: self.recipe.set(key, value)?, changes })
        };
        values.into_iter().map(one).collect()
    }
}

/// Who takes part, as it is written: `[NAME=]WHAT[:KEY=VALUE]...`.
pub(super) struct Written<'a> {
    /// What it is called: all that is written, if it is not said.
    pub(super) name: &'a str,
    /// Which recipe or baseline.
    pub(super) what: &'a str,
    /// The settings it changes.
    pub(super) changes: Vec<(String, String)>,
}

impl<'a> Written<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, Error> {
        let mut parts = text.split(':');
        let first = parts.next().unwrap_or_default();
        let (name, what) = first.split_once('=').unwrap_or((text, first));
        let change = |change: &str| {
            let (key, value) = change.split_once('=').ok_or_else(|| Error::Contender {
                text: text.into(),
                reason: format!("`{change}` has no `=`; write NAME:KEY=VALUE"),
            })?;
            Ok((key.to_owned(), value.to_owned()))
        };
        Ok(Self { name, what, changes: parts.map(change).collect::<Result<_, Error>>()? })
    }
}

/// At commas that stand in no bracket and no quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut values, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0i32, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' | '\'' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                values.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    values.push(text[start..].trim());
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_within_brackets_part_nothing() {
        assert_eq!(split("1, 2,4"), ["1", "2", "4"]);
        assert_eq!(split("{ kind = 'a', b = 1 },[1,2], x"), ["{ kind = 'a', b = 1 }", "[1,2]", "x"]);
        assert_eq!(split("'a,b',c"), ["'a,b'", "c"]);
    }

    #[test]
    fn a_sweep_is_a_contender_for_each_value() {
        let gpt = Contender::parse("gpt").unwrap();
        let swept = gpt.vary("size.n_heads=1,2").unwrap();
        let names: Vec<_> = swept.iter().map(|contender| contender.name.as_str()).collect();
        assert_eq!(names, ["gpt:size.n_heads=1", "gpt:size.n_heads=2"]);
        assert_eq!(swept.iter().map(|contender| contender.recipe.size.n_heads).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(Contender::parse(names[1]).unwrap(), swept[1], "a name says all");
        let short = Contender::parse("two=gpt:size.n_heads=2").unwrap();
        assert_eq!((short.name.as_str(), &short.recipe), ("two", &swept[1].recipe));
    }

    #[test]
    fn what_cannot_be_is_named() {
        let said = |result: Result<Contender, Error>| result.unwrap_err().to_string();
        assert!(said(Contender::parse("gtp")).contains("did you mean `gpt`"));
        assert_eq!(
            said(Contender::parse("gpt:n_layers")),
            "`gpt:n_layers`: `n_layers` has no `=`; write NAME:KEY=VALUE"
        );
        assert!(said(Contender::parse("gpt:size.layers=2")).contains("unknown field `layers`"));
        let gpt = Contender::parse("gpt").unwrap();
        assert!(gpt.vary("size.n_heads").unwrap_err().to_string().contains("has no `=`"));
        assert!(gpt.vary("size.n_heads=1,,2").unwrap_err().to_string().contains("a value is empty"));
    }
}

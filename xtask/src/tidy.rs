//! The rules that no compiler checks.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};

use crate::run::root;

/// Longer than this, a file has a concept missing.
const LONGEST_FILE: usize = 400;
/// Where no architecture may be named.
const CORE: &[&str] = &[
    "attention",
    "kernels",
    "encoder-only",
    "decoder-only",
    "encoder-decoder",
    "checkpoint",
    "text",
    "train",
    "generate",
    "metrics",
    "compare",
    "baselines",
    "experiment",
];

/// Checks them all and prints what breaks them.
pub(crate) fn tidy() -> Result<ExitCode> {
    let root = root();
    let architectures = folders(&root.join("models"))?;
    let mut problems = Vec::new();
    for file in sources(&root)? {
        let text = fs::read_to_string(&file).with_context(|| format!("{} could not be read", file.display()))?;
        let name = file.strip_prefix(&root).unwrap_or(&file);
        problems.extend(check_file(name, &text));
        if is_core(name) {
            problems.extend(check_names(name, &text, &architectures));
        }
    }
    problems.extend(check_readme(&root, &architectures)?);
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check_file(name: &Path, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if !text.starts_with("//!") {
        problems.push(format!("{} does not begin by saying what it is for (`//!`)", name.display()));
    }
    let lines = text.lines().count();
    if lines > LONGEST_FILE {
        problems.push(format!("{} has {lines} lines, more than {LONGEST_FILE}: is a concept missing?", name.display()));
    }
    // Written apart, so that this file does not find itself.
    let unfinished = ["todo", "unimplemented"].map(|word| format!("{word}!("));
    for (number, line) in text.lines().enumerate() {
        if unfinished.iter().any(|mark| line.contains(mark)) || line.contains(concat!("#[", "ignore")) {
            problems.push(format!("{}:{} is unfinished", name.display(), number + 1));
        }
    }
    problems
}

/// The architectures named in the code of a core crate, comments and tests aside.
fn check_names(name: &Path, text: &str, architectures: &[String]) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|(number, line)| {
            let words: Vec<_> = line.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
            let named = architectures.iter().filter(move |architecture| words.contains(architecture));
            named.map(move |architecture| format!("{}:{} names {architecture}", name.display(), number + 1))
        })
        .collect()
}

fn check_readme(root: &Path, architectures: &[String]) -> Result<Vec<String>> {
    let readme = fs::read_to_string(root.join("README.md")).context("README.md could not be read")?;
    let mut problems = Vec::new();
    for architecture in architectures {
        for file in ["mod.rs", "README.md"] {
            if !root.join("models").join(architecture).join(file).is_file() {
                problems.push(format!("models/{architecture} has no {file}"));
            }
        }
        if !readme.contains(&format!("models/{architecture}")) {
            problems.push(format!("README.md does not mention models/{architecture}"));
        }
    }
    for data_set in folders(&root.join("datasets"))? {
        if !readme.contains(&format!("`{data_set}`")) {
            problems.push(format!("README.md does not mention the data set `{data_set}`"));
        }
    }
    Ok(problems)
}

fn is_core(name: &Path) -> bool {
    let mut parts = name.iter().map(|part| part.to_string_lossy());
    parts.next().as_deref() == Some("crates")
        && parts.next().is_some_and(|part| CORE.contains(&part.as_ref()))
        && parts.next().as_deref() == Some("src")
}

/// The architectures or data sets in `parent`: its folders with a `mod.rs`.
fn folders(parent: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(parent).with_context(|| format!("{} could not be read", parent.display()))? {
        let path = entry?.path();
        if path.join("mod.rs").is_file() {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    // An everyday word in this field; no rule could tell.
    names.retain(|name| name != "transformer");
    names.sort();
    Ok(names)
}

/// All Rust files of the project.
fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = ["crates", "models", "datasets", "xtask"].map(|folder| root.join(folder)).into();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("{} could not be read", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_a_rule_is_named_with_its_place() {
        let named = check_names(Path::new("a.rs"), "// gpt2 may stand here\nlet x = \"gpt2\";\n", &["gpt2".into()]);
        assert_eq!(named, ["a.rs:2 names gpt2"]);
        assert!(check_file(Path::new("a.rs"), "fn f() {}").iter().any(|problem| problem.contains("`//!`")));
        assert!(check_file(Path::new("a.rs"), "//! Fine.\n").is_empty());
        let unfinished = format!("//! Not fine.\n{}!()\n", "todo");
        assert_eq!(check_file(Path::new("a.rs"), &unfinished), ["a.rs:2 is unfinished"]);
        assert_eq!(check_file(Path::new("a.rs"), &"//!\n".repeat(401)).len(), 1);
    }

    #[test]
    fn the_tree_is_tidy() {
        assert_eq!(tidy().expect("the tree can be read"), ExitCode::SUCCESS);
    }
}

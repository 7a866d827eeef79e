//! Builds the binary with the backends asked for, and runs it.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Cargo, as it was called.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Takes `--backend` out of the arguments and hands the others to the binary.
pub(crate) fn salamander(arguments: &[String]) -> Result<ExitCode> {
    let (backends, rest) = split(arguments);
    let Some(backends) = backends else {
        eprintln!("error: --backend needs a name, such as `--backend wgpu`");
        return Ok(ExitCode::from(2));
    };
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "--package", "salamander-cli", "--manifest-path"]);
    build.arg(root().join("Cargo.toml"));
    if !backends.is_empty() {
        build.arg("--features").arg(backends.join(","));
    }
    eprintln!("building salamander with {} (minutes the first time)", label(&backends));
    let status = build.status().context("cargo could not be started")?;
    if !status.success() {
        return Ok(exit_code(status.code()));
    }
    let binary = target().join("release").join(format!("salamander{}", std::env::consts::EXE_SUFFIX));
    // The terminal's Ctrl-C reaches the binary too; it saves and leaves, and we wait for it.
    let status = Command::new(&binary)
        .args(&rest)
        .status()
        .with_context(|| format!("{} could not be started", binary.display()))?;
    Ok(exit_code(status.code()))
}

/// The backends named by every `--backend`, and what remains. `None` if a name is missing.
fn split(arguments: &[String]) -> (Option<Vec<String>>, Vec<String>) {
    let (mut backends, mut rest) = (Vec::new(), Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let names = match argument.strip_prefix("--backend") {
            Some("") => arguments.next().map(String::as_str),
            Some(names) if names.starts_with('=') => Some(&names[1..]),
            _ => {
                rest.push(argument.clone());
                continue;
            }
        };
        match names.filter(|names| !names.is_empty() && !names.starts_with('-')) {
            Some(names) => backends.extend(names.split(',').map(str::to_owned)),
            None => return (None, rest),
        }
    }
    (Some(backends), rest)
}

fn label(backends: &[String]) -> String {
    if backends.is_empty() { "flex".into() } else { format!("flex, {}", backends.join(", ")) }
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The other program's exit code; 130 if a signal ended it.
pub(crate) fn exit_code(code: Option<i32>) -> ExitCode {
    ExitCode::from(code.map_or(130, |code| code.clamp(0, 255) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, backends: Option<&[&str]>, rest: &str) {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let (got, others) = split(&words(line));
        let want = backends.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(got, want, "{line}");
        if got.is_some() {
            assert_eq!(others, words(rest), "{line}");
        }
    }

    #[test]
    fn backends_are_taken_out_wherever_they_stand() {
        check("train gpt", Some(&[]), "train gpt");
        check("train gpt --backend wgpu --steps 3", Some(&["wgpu"]), "train gpt --steps 3");
        check("--backend=wgpu,cuda list", Some(&["wgpu", "cuda"]), "list");
        check("backends --backend wgpu --backend ndarray", Some(&["wgpu", "ndarray"]), "backends");
        check("train gpt --backend", None, "");
        check("train gpt --backend --steps 3", None, "");
    }
}

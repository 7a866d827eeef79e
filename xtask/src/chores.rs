//! The project's chores.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::{
    run::{cargo, exit_code, root},
    tidy,
};

/// One command of a chore, and the environment it needs.
struct Step {
    what: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const fn step(what: &'static str, arguments: &'static [&'static str]) -> Step {
    Step { what, arguments, environment: &[] }
}

/// What must pass before a change lands, the tests last.
///
/// `cuda`, `rocm` and `cpu` fetch a toolkit while they are built: they are type-checked only.
const CI: &[Step] = &[
    step("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    Step {
        what: "rustdoc",
        arguments: &["doc", "--workspace", "--no-deps"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    Step {
        what: "type-check cuda, rocm and cpu",
        arguments: &["check", "--package", "salamander-cli", "--features", "cuda,rocm,cpu"],
        environment: &[("DOCS_RS", "1")],
    },
    step("build vulkan and webgpu", &["check", "--package", "salamander-cli", "--features", "vulkan,webgpu"]),
    step(
        "agreement of flex, ndarray and wgpu",
        &["test", "--package", "salamander", "--features", "ndarray,wgpu", "--test", "backends"],
    ),
];

/// All tests.
pub(crate) fn test(arguments: &[String]) -> Result<ExitCode> {
    let mut command = cargo();
    command.arg("test").arg("--workspace").args(arguments).current_dir(root());
    let status = command.status().context("cargo could not be started")?;
    Ok(exit_code(status.code()))
}

/// Everything a change must pass.
pub(crate) fn ci() -> Result<ExitCode> {
    if tidy::tidy()? != ExitCode::SUCCESS {
        return Ok(ExitCode::FAILURE);
    }
    for step in CI {
        eprintln!("==> {}", step.what);
        let status = cargo()
            .args(step.arguments)
            .envs(step.environment.iter().copied())
            .current_dir(root())
            .status()
            .context("cargo could not be started")?;
        if !status.success() {
            eprintln!("error: {} failed", step.what);
            return Ok(exit_code(status.code()));
        }
    }
    eprintln!("==> tests");
    test(&[])
}

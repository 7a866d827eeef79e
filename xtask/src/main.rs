//! `cargo xtask`: builds the `salamander` binary with the backend asked for and runs it; and the project's chores.
//!
//! It knows no model and no tensor, so that it is built in seconds.

mod chores;
mod run;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
Salamander: transformers in Rust, trained, loaded, looked into.

Usage: cargo xtask [--backend NAME[,NAME]] <verb> [arguments]

Everything but the chores goes to the `salamander` binary, built with optimisation:
  cargo xtask train gpt              train a small GPT on generated stories
  cargo xtask generate RUN           let it write
  cargo xtask list                   models and data sets
  cargo xtask help                   all verbs; `cargo xtask <verb> --help` for one

--backend flex (default), ndarray, wgpu, vulkan, metal, webgpu, cuda, rocm, cpu: what to compile in.
Several may be given; `--device cuda:1` then picks one.

Chores of the project:
  cargo xtask test [arguments]       all tests (arguments go to cargo test)
  cargo xtask ci                     what must pass before a change lands
  cargo xtask tidy                   the rules that no compiler checks
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> anyhow::Result<ExitCode> {
    match arguments.first().map(String::as_str) {
        None | Some("-h" | "--help") => {
            print!("{HELP}");
            Ok(if arguments.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS })
        }
        Some("test") => chores::test(&arguments[1..]),
        Some("ci") => chores::ci(),
        Some("tidy") => tidy::tidy(),
        Some(_) => run::salamander(arguments),
    }
}

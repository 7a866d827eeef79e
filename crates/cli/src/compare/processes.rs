//! Trials in processes of their own.
//!
//! Who compares starts this program again, with the same arguments and the name of one trial. The other one writes how far
//! it is to its standard output, and stops when its standard input ends: it does so too when whoever started it was killed.

use std::{
    env, fs,
    io::{self, Read},
    path::PathBuf,
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use salamander::{
    burn::tensor::Device,
    compare::{Error, Heard, Makers, Planned, Study, Surroundings},
    train::{Display, Interrupter},
};

use super::Status;
use crate::{
    processor,
    progress::clean,
    train::{STOPPED, environment},
};

/// Between two looks at a process and at who wants it stopped.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts processes for trials.
pub(super) struct Processes {
    /// Stops them all.
    interrupter: Interrupter,
    /// How many threads each has.
    threads: usize,
}

impl Processes {
    /// Threads are divided among so many at once.
    pub(super) fn new(at_once: usize, interrupter: Interrupter) -> Self {
        Self { interrupter, threads: (processor::threads() / at_once).max(1) }
    }

    /// Lets another process make a trial, and shows how far it is.
    pub(super) fn make(&self, planned: &Planned) -> Result<(), Error> {
        let failed = |verb: &str, error: io::Error| Error::Process { reason: format!("no process {verb}: {error}") };
        let child = self.start(planned).map_err(|error| failed("could be started", error))?;
        let (status, said) = self.wait(child, planned).map_err(|error| failed("could be waited for", error))?;
        match status.code() {
            Some(0) => {
                // A checkpoint that was passed over.
                said.lines().for_each(|line| eprintln!("{}{planned}: {line}", clean()));
                Ok(())
            }
            Some(code) if code == i32::from(STOPPED) => Err(Error::Stopped),
            _ => Err(Error::Process { reason: reason(status, &said) }),
        }
    }

    fn start(&self, planned: &Planned) -> io::Result<Child> {
        let mut arguments = env::args_os().skip(1);
        let mut command = Command::new(program()?);
        command.args(arguments.next()).arg(format!("--trial={}", planned.name())).args(arguments);
        command.env(processor::THREADS, self.threads.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    }

    /// How it ended, and what it said of errors.
    fn wait(&self, mut child: Child, planned: &Planned) -> io::Result<(ExitStatus, String)> {
        let (mut input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        thread::scope(|scope| {
            scope.spawn(|| output.map(|mut lines| io::copy(&mut lines, &mut Status::new(planned))));
            let said = scope.spawn(|| {
                let mut said = Vec::new();
                // What can be read of it is as much as can be said.
                let _ = errors.map(|mut lines| lines.read_to_end(&mut said));
                String::from_utf8_lossy(&said).into_owned()
            });
            let status = loop {
                if self.interrupter.should_stop() {
                    input = None;
                }
                match child.try_wait()? {
                    Some(status) => break status,
                    None => thread::sleep(PAUSE),
                }
            };
            drop(input);
            Ok((status, said.join().unwrap_or_default()))
        })
    }
}

/// This one, where the system can say so also when a newer build has replaced its file meanwhile.
fn program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if fs::exists(&running)? { Ok(running) } else { env::current_exe() }
}

/// What a process that failed says of it, in one sentence.
fn reason(status: ExitStatus, said: &str) -> String {
    let error = said.lines().rev().find_map(|line| line.strip_prefix("error: "));
    match (error, said.lines().rfind(|line| !line.trim().is_empty())) {
        (Some(error), _) => error.into(),
        (None, Some(last)) => format!("its process ended with {status}: {last}"),
        (None, None) => format!("its process ended with {status}"),
    }
}

/// Makes a trial for the process that asks for it.
pub(super) fn make(study: &Study, name: &str, device: Device) -> Result<ExitCode> {
    let mut hear = |heard: Heard| {
        if let Heard::Skipped(line) = heard {
            eprintln!("skipped: {line}");
        }
    };
    let around = Surroundings {
        environment: environment::describe(&device),
        device,
        interrupter: stop_with_the_other()?,
        makers: Makers::Own,
        hear: &mut hear,
        display: &|_| Display::plain(),
    };
    match study.make(name, around) {
        Err(Error::Stopped) => Ok(ExitCode::from(STOPPED)),
        made => Ok(made.map(|()| ExitCode::SUCCESS)?),
    }
}

/// Stops when the standard input ends. A signal asks for no more than that: on a terminal both come at once.
fn stop_with_the_other() -> Result<Interrupter> {
    let interrupter = Interrupter::new();
    let (signalled, left) = (interrupter.clone(), interrupter.clone());
    ctrlc::set_handler(move || signalled.stop(Some("signal"))).context("signals cannot be caught")?;
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        left.stop(Some("the comparison ends"));
    });
    Ok(interrupter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_failed_is_one_sentence() {
        use std::os::unix::process::ExitStatusExt;
        let ended = |code: i32| ExitStatus::from_raw(code << 8);
        assert_eq!(reason(ended(1), "skipped: a checkpoint\nerror: the disk is full\n"), "the disk is full");
        assert_eq!(reason(ended(101), "panicked\nat once\n\n"), "its process ended with exit status: 101: at once");
        assert_eq!(reason(ExitStatus::from_raw(9), ""), "its process ended with signal: 9 (SIGKILL)");
    }
}

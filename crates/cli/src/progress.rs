//! How far long work is, said on the standard error output.

use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

use salamander::{experiment::Progress, text};

/// Says how far work is: over and over on one line of a terminal, a line now and then elsewhere.
pub(crate) struct Reporter {
    last: Instant,
    terminal: bool,
    shown: bool,
}

impl Reporter {
    pub(crate) fn new() -> Self {
        Self { last: Instant::now(), terminal: stderr().is_terminal(), shown: false }
    }

    /// Hears of everything and says what it is time for.
    pub(crate) fn hear(&mut self, progress: Progress<'_>) {
        let pause = if self.terminal { Duration::from_millis(200) } else { Duration::from_secs(10) };
        if self.last.elapsed() < pause {
            return;
        }
        self.last = Instant::now();
        show(&said(&progress));
        self.shown = true;
    }
}

impl Drop for Reporter {
    /// Leaves the line clean.
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(stderr(), "{}", clean());
        }
    }
}

/// Shows a line: in place of the one before on a terminal, below it elsewhere. That nobody reads it is no reason to stop.
pub(crate) fn show(line: &str) {
    let mut out = stderr();
    let _ = match out.is_terminal() {
        true => write!(out, "{}{line}", clean()).and_then(|()| out.flush()),
        false => writeln!(out, "{line}"),
    };
}

/// What takes the line away that [`show`] left, where there is one.
pub(crate) fn clean() -> &'static str {
    if stderr().is_terminal() { "\r\x1b[K" } else { "" }
}

fn said(progress: &Progress<'_>) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let share = |done: f64, of: f64| 100.0 * done / of.max(1.0);
    match progress {
        Progress::Download(file) => match file.total {
            Some(total) => {
                let percent = share(file.received as f64, total as f64);
                format!("{}: {percent:.0} % of {:.1} MB", file.file, megabytes(total))
            }
            None => format!("{}: {:.1} MB", file.file, megabytes(file.received)),
        },
        Progress::Tokenizer(text::Progress::Read { texts, bytes }) => {
            format!("tokenizer: {texts} texts, {:.0} MB read", megabytes(*bytes))
        }
        Progress::Tokenizer(text::Progress::Learn { tokens, most }) => {
            format!("tokenizer: {tokens} tokens on the way to {most}")
        }
        Progress::Tokenizer(_) => "tokenizer".into(),
        Progress::Tokens { part, done, bytes } => {
            format!("tokens of {part}: {:.0} % of {:.0} MB", share(*done as f64, *bytes as f64), megabytes(*bytes))
        }
        Progress::Judged { done, of } => format!("judging: {done} of {of}"),
    }
}

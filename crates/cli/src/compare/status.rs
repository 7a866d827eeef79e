//! How far a trial is, on one line.

use std::{
    io::{self, IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

use salamander::compare::Planned;

use crate::progress::show;

/// The last of the lines written to it, on one line of a terminal; now and then one elsewhere.
pub(super) struct Status {
    label: String,
    line: Vec<u8>,
    terminal: bool,
    last: Option<Instant>,
}

impl Status {
    /// Between two lines where each stays.
    const PAUSE: Duration = Duration::from_secs(30);

    /// Nothing yet, of a trial that begins.
    pub(super) fn new(planned: &Planned) -> Self {
        let label = format!("[{}/{}] {planned}", planned.number, planned.of);
        Self { label, line: Vec::new(), terminal: stderr().is_terminal(), last: None }
    }

    fn tell(&mut self) {
        let text = String::from_utf8_lossy(&self.line);
        // The lines' head says what the columns are; here each number has its place.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.terminal || self.last.is_none_or(|last| last.elapsed() >= Self::PAUSE) {
            self.last = Some(Instant::now());
            show(&format!("{}  {text}", self.label));
        }
    }
}

impl Write for Status {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            match byte {
                b'\n' => {
                    self.tell();
                    self.line.clear();
                }
                _ => self.line.push(byte),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        stderr().flush()
    }
}

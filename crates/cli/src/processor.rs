//! What computes.

use std::{fs, thread};

/// The processor's name, where the system says.
pub(crate) fn name() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").ok();
    let model = known.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("model name")));
    model.map_or("unknown", |name| name.trim_start_matches([' ', '\t', ':'])).to_owned()
}

/// How many threads it has for us.
pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Both in a few words.
pub(crate) fn describe() -> String {
    format!("{}, {} threads", name(), threads())
}

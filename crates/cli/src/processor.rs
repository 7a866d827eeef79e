//! What computes.

use std::{env, fs, thread};

/// The processor's name, where the system says.
pub(crate) fn name() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").ok();
    let model = known.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("model name")));
    model.map_or("unknown", |name| name.trim_start_matches([' ', '\t', ':'])).to_owned()
}

/// What sets how many threads computations share.
pub(crate) const THREADS: &str = "RAYON_NUM_THREADS";

/// How many threads computations share: as many as are asked for, or as the processor has for us.
pub(crate) fn threads() -> usize {
    let asked = env::var(THREADS).ok().and_then(|count| count.parse().ok()).filter(|&count| count > 0);
    asked.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from))
}

/// Both in a few words.
pub(crate) fn describe() -> String {
    format!("{}, {} threads", name(), threads())
}

//! A download over HTTP that goes on where it broke off.

use std::{
    fs::{self, OpenOptions},
    io::{Read, Write},
    path::Path,
    thread,
    time::Duration,
};

use ureq::{
    Agent, Body,
    http::{HeaderMap, Response, StatusCode, header},
};

use super::{OnProgress, Progress};

/// How often in a row an attempt may bring nothing new.
const TRIES: u32 = 3;
/// How long to wait after the first of them; twice as long after the second.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a connection or the beginning of an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long one answer may take to come in. What is missing then is asked for again, so that a connection that has died
/// quietly is noticed, and a slow one gets there in the end.
const ANSWER: Duration = Duration::from_secs(120);
/// How many bytes are read at a time.
const BLOCK: usize = 1 << 16;

/// Why an attempt failed.
enum Failure {
    /// Another attempt would fail too.
    Final(String),
    /// Another attempt may succeed.
    Passing(String),
}

/// Downloads `url` into `part`, after the bytes that are already there. `file` is what it is called to whoever listens.
pub(super) fn download(
    agent: &Agent,
    url: &str,
    part: &Path,
    file: &str,
    progress: &mut OnProgress<'_>,
) -> Result<(), String> {
    let (mut furthest, mut idle) = (length(part), 0);
    loop {
        let problem = match attempt(agent, url, part, file, progress) {
            Ok(()) => return Ok(()),
            Err(Failure::Final(problem)) => return Err(problem),
            Err(Failure::Passing(problem)) => problem,
        };
        idle = if length(part) > furthest { 0 } else { idle + 1 };
        furthest = furthest.max(length(part));
        if idle == TRIES {
            return Err(problem);
        }
        thread::sleep(PAUSE * idle);
    }
}

/// What asks servers. Proxies are those of the environment.
pub(super) fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_recv_body(Some(ANSWER))
        .user_agent(concat!("salamander/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

fn attempt(agent: &Agent, url: &str, part: &Path, file: &str, progress: &mut OnProgress<'_>) -> Result<(), Failure> {
    let have = length(part);
    let mut request = agent.get(url);
    if have > 0 {
        request = request.header(header::RANGE, format!("bytes={have}-"));
    }
    let response = request.call().map_err(|error| Failure::Passing(error.to_string()))?;
    let start = match response.status() {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if range_start(response.headers()) == Some(have) => have,
        // There are fewer bytes than we have, or others than we asked for: those we have are of no use.
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            fs::remove_file(part).map_err(|error| here(part, &error))?;
            return Err(Failure::Passing("the server does not have the part that is missing".to_owned()));
        }
        status if is_passing(status) => return Err(Failure::Passing(format!("the server answers {status}"))),
        status => return Err(Failure::Final(format!("the server answers {status}"))),
    };
    receive(response, start, part, file, progress)
}

/// Whether the same question may get another answer soon.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
}

/// Writes what comes after the first `start` bytes of `part`.
fn receive(
    response: Response<Body>,
    start: u64,
    part: &Path,
    file: &str,
    progress: &mut OnProgress<'_>,
) -> Result<(), Failure> {
    let total = response.body().content_length().map(|length| start + length);
    let mut into = OpenOptions::new().create(true).append(true).open(part).map_err(|error| here(part, &error))?;
    into.set_len(start).map_err(|error| here(part, &error))?;
    let mut from = response.into_body().into_reader();
    let (mut block, mut received) = (vec![0; BLOCK], start);
    progress(Progress { file, received, total });
    loop {
        match from.read(&mut block).map_err(|error| Failure::Passing(error.to_string()))? {
            0 => break,
            count => {
                into.write_all(&block[..count]).map_err(|error| here(part, &error))?;
                received += count as u64;
                progress(Progress { file, received, total });
            }
        }
    }
    match total {
        Some(total) if received < total => {
            Err(Failure::Passing(format!("the connection ended after {received} of {total} bytes")))
        }
        _ => Ok(()),
    }
}

/// The disk, unlike the network, is no better a moment later.
fn here(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Final(format!("{} could not be written: {error}", path.display()))
}

/// Where the bytes of an answer begin: `bytes 100-199/200`.
fn range_start(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

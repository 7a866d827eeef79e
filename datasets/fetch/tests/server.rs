//! A server that gives answers decided beforehand, one to each connection.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What the server does when it is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// Sends all of this, whatever part was asked for.
    Whole(&'static [u8]),
    /// Promises all of this, and breaks off after so many bytes.
    Broken(&'static [u8], usize),
    /// Sends this from where it was asked to.
    From(&'static [u8]),
    /// Sends a status and no file.
    Status(u16),
}

/// A server on this machine.
pub(super) struct Server {
    address: SocketAddr,
    ranges: Arc<Mutex<Vec<Option<String>>>>,
}

impl Server {
    /// Gives these answers in their order, then goes away.
    pub(super) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), ranges: Arc::default() };
        let ranges = server.ranges.clone();
        thread::spawn(move || {
            for answer in answers {
                let Ok((stream, _)) = listener.accept() else { return };
                // Who is asking may have gone already; the test will tell.
                let _ = give(stream, answer, &ranges);
            }
        });
        server
    }

    /// The address of a file there.
    pub(super) fn url(&self, file: &str) -> String {
        format!("http://{}/{file}", self.address)
    }

    /// Which range each request so far asked for.
    pub(super) fn asked(&self) -> Vec<Option<String>> {
        self.ranges.lock().unwrap().clone()
    }
}

fn give(mut stream: TcpStream, answer: Answer, ranges: &Mutex<Vec<Option<String>>>) -> std::io::Result<()> {
    let mut range = None;
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            range = range.or(name.eq_ignore_ascii_case("range").then(|| value.to_owned()));
        }
    }
    ranges.lock().unwrap().push(range.clone());
    let start = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()).unwrap_or(0);
    let (status, body) = match answer {
        Answer::Whole(body) => (format!("200 OK\r\nContent-Length: {}", body.len()), body),
        Answer::Broken(body, end) => (format!("200 OK\r\nContent-Length: {}", body.len()), &body[..end]),
        Answer::From(body) => {
            let (last, length) = (body.len() - 1, body.len());
            let range = format!("Content-Range: bytes {start}-{last}/{length}");
            (format!("206 Partial Content\r\n{range}\r\nContent-Length: {}", length - start), &body[start..])
        }
        Answer::Status(404) => ("404 Not Found\r\nContent-Length: 0".to_owned(), &b""[..]),
        Answer::Status(status) => (format!("{status} Trouble\r\nContent-Length: 0"), &b""[..]),
    };
    stream.write_all(format!("HTTP/1.1 {status}\r\nConnection: close\r\n\r\n").as_bytes())?;
    stream.write_all(body)
}

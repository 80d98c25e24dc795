//! The client against real servers on loopback, most of them misbehaving.

mod answers;
mod bounds;
mod codings;
mod connections;
mod proxies;
mod redirects;
mod tls;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

/// Generous on a loaded machine, and far below what a hang would take.
const SOON: Duration = Duration::from_secs(30);

/// A request as the server saw it.
struct Seen {
    line: String,
    headers: String,
    body: Vec<u8>,
}

/// Reads one request; `None` when the client has closed.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut headers = String::new();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        headers.push_str(&header.to_ascii_lowercase());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Seen { line: line.trim().to_owned(), headers, body })
}

/// A server that answers every request on every connection by `answer`, which gets the stream and the request; a
/// connection is closed when it returns false. Returns the server's URL and the number of connections made.
fn server(
    answer: impl Fn(&mut TcpStream, Seen) -> bool + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut stream = stream;
                while let Some(seen) = read_request(&mut reader) {
                    if !answer(&mut stream, seen) {
                        return;
                    }
                }
            });
        }
    });
    (url, connections)
}

/// A server that answers every request with the same bytes and closes.
fn canned(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    server(move |stream, _| {
        let _ = stream.write_all(&bytes);
        false
    })
    .0
}

fn ok(stream: &mut TcpStream, body: &str) -> bool {
    say(stream, &format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

/// In one piece: the pieces of `write!` would wait for acknowledgements in between.
fn say(stream: &mut TcpStream, text: &str) -> bool {
    stream.write_all(text.as_bytes()).is_ok()
}

fn client() -> Client {
    Client::new(ClientOptions::default()).unwrap()
}

fn get(url: &str) -> Request {
    let timeouts = Timeouts { total: Duration::from_secs(20), ..Timeouts::default() };
    Request { timeouts, ..Request::new("GET", url) }
}

fn send(request: &Request) -> Result<Response, HttpError> {
    let began = Instant::now();
    let outcome = client().send(request);
    assert!(began.elapsed() < SOON, "{outcome:?}");
    outcome
}

fn error(request: &Request) -> HttpError {
    send(request).unwrap_err()
}

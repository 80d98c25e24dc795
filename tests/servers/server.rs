//! Servers of plain sockets, which do what no library would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A server; its thread ends with the test.
pub struct Server {
    pub address: SocketAddr,
    /// How many connections were made.
    pub connections: Arc<AtomicUsize>,
}

impl Server {
    /// Each connection is handed on as it is made, in a thread of its own.
    pub fn accepting(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let (count, serve) = (connections.clone(), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let serve = serve.clone();
                thread::spawn(move || serve(stream));
            }
        });
        Self { address, connections }
    }

    /// Each request is answered by `answer`, which gets its number among all; until that says no.
    pub fn answering(answer: impl Fn(&mut TcpStream, usize) -> bool + Send + Sync + 'static) -> Self {
        let requests = AtomicUsize::new(0);
        Self::accepting(move |mut stream| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while read_request(&mut reader).is_some() {
                if !answer(&mut stream, requests.fetch_add(1, Ordering::SeqCst)) {
                    return;
                }
            }
        })
    }

    /// Each request is answered by these bytes, and its connection closed.
    pub fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::answering(move |stream, _| {
            let _ = stream.write_all(&bytes);
            false
        })
    }

    /// Each request is answered by these bytes, and its connection kept.
    pub fn keeping(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::answering(move |stream, _| stream.write_all(&bytes).is_ok())
    }

    /// Each request is answered by `first`, and then by `more` for ever.
    pub fn endless(first: impl Into<Vec<u8>>, more: impl Into<Vec<u8>>) -> Self {
        let (first, more) = (first.into(), more.into());
        Self::answering(move |stream, _| {
            let mut going = stream.write_all(&first).is_ok();
            while going {
                going = stream.write_all(&more).is_ok();
            }
            false
        })
    }

    /// Each request is answered by these bytes, one every `pause`.
    pub fn dripping(bytes: impl Into<Vec<u8>>, pause: Duration) -> Self {
        let bytes = bytes.into();
        Self::answering(move |stream, _| {
            let _ = stream.set_nodelay(true);
            for byte in &bytes {
                if stream.write_all(&[*byte]).is_err() {
                    return false;
                }
                thread::sleep(pause);
            }
            true
        })
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Reads one request to its end; its head, or `None` when the client has closed.
pub fn read_request(reader: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    Some(head)
}

/// A whole answer.
pub fn answer(body: impl AsRef<[u8]>) -> Vec<u8> {
    answer_with("content-type: application/json\r\n", body)
}

/// A whole answer with these headers, each with its line's end.
pub fn answer_with(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

//! A probe, with servers that answer what a test says.

mod answers;
mod reading;
mod requests;
mod silence;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Probe;
use crate::action::site::{Site, show, write};
use crate::action::{Action, Known};
use crate::syntax::{Reference, Tier};
use crate::system::clock::Deadline;
use crate::value::Value;

/// A server that gives these answers, the last of them for ever, and keeps what it was asked.
struct Canned {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    fn new(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (record, answers) = (asked.clone(), answers.iter().map(ToString::to_string).collect::<Vec<_>>());
        std::thread::spawn(move || {
            let mut next = 0;
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                while let Some(request) = read_request(&mut stream) {
                    record.lock().unwrap().push(request);
                    let answer = &answers[next.min(answers.len() - 1)];
                    next += 1;
                    if answer == "hang" {
                        std::thread::sleep(Duration::from_secs(30));
                    }
                    if stream.write_all(answer.as_bytes()).is_err() || answer.is_empty() {
                        break;
                    }
                }
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn site(&self) -> Site {
        Site::new().with("url", self.url.as_str())
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend(&buffer[..count]),
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn ok(body: &str) -> String {
    answer("200 OK", "content-type: application/json\r\n", body)
}

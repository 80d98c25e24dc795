//! Connections that are kept, and what is wrong with them the next time.

use std::io::{BufReader, Write};
use std::thread;
use std::time::Duration;

use super::server::{Server, answer, answer_with, read_request};
use super::verdict::{unreachable, verdict};

/// Ten samples that each must be answered by 1.
const TEN: &str = "probe: {get: URL, samples: 10}\n    expect: {json: 1, status: 200}";

#[test]
fn closes_after_each_answer_without_a_word() {
    assert_eq!(verdict(&Server::saying(answer("1")), TEN), "passed");
}

/// Every connection serves one request, and reads a second one that it does not answer.
fn closing_on_the_second() -> Server {
    Server::accepting(|mut stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        if read_request(&mut reader).is_some() {
            let _ = stream.write_all(&answer("1"));
            read_request(&mut reader);
        }
    })
}

#[test]
fn closes_a_kept_connection_on_the_next_request() {
    let server = closing_on_the_second();
    assert_eq!(verdict(&server, TEN), "passed");
    assert_eq!(server.connections(), 10);
}

#[test]
fn a_post_is_not_sent_twice() {
    let server = closing_on_the_second();
    let asked = verdict(&server, "probe: {post: URL, samples: 10}\n    expect: {json: 1}");
    let message = "sample 2 of 10: `HOST` closed the reused connection without an answer, and a POST is not sent a second time by itself";
    let help = "where sending it again does no harm, give the case a `retry`; else let the server keep idle connections open longer";
    assert_eq!(asked, unreachable(message, help));
    assert_eq!(server.connections(), 1);
}

#[test]
fn sends_a_second_answer_behind_each() {
    let server = Server::keeping([answer("1"), answer("2")].concat());
    assert_eq!(verdict(&server, TEN), "passed");
    assert_eq!(server.connections(), 10);
}

#[test]
fn sends_garbage_behind_each_answer() {
    let server = Server::keeping([answer("1"), b"garbage".to_vec()].concat());
    assert_eq!(verdict(&server, TEN), "passed");
    assert_eq!(server.connections(), 10);
}

#[test]
fn sends_a_second_answer_a_little_later() {
    // HTTP/1.1 numbers no answers: what comes after the next request was sent is that one's answer to any client.
    let server = Server::answering(|stream, _| {
        let _ = stream.write_all(&answer("1"));
        thread::sleep(Duration::from_millis(100));
        stream.write_all(&answer("2")).is_ok()
    });
    assert_eq!(verdict(&server, TEN), "failed expectation-failed: json: expected 1, got 2, off by 1.0");
}

#[test]
fn says_close_and_stays() {
    let server = Server::keeping(answer_with("connection: close\r\n", "1"));
    assert_eq!(verdict(&server, TEN), "passed");
    assert_eq!(server.connections(), 10);
}

#[test]
fn answers_too_late_for_the_one_who_asked() {
    // The answer to the warm-up comes when that has been given up; no sample may take it for its own.
    let server = Server::answering(|stream, number| {
        if number == 0 {
            thread::sleep(Duration::from_millis(500));
            let _ = stream.write_all(&answer("2"));
        }
        stream.write_all(&answer("1")).is_ok()
    });
    let step = "probe: {get: URL, warmup: 1, samples: 100, timeouts: {read: 200 ms, total: 5 s}}\n    expect: {json: 1}";
    assert_eq!(verdict(&server, step), "passed");
}

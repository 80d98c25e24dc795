//! Servers that do not hold up a connection.

use std::io::{BufReader, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::server::{Server, answer, read_request};
use super::verdict::{help, unreachable, verdict, verdict_in};

const FOREVER: Duration = Duration::from_secs(100);
const ASK: &str = "probe: {get: URL}";

/// A server that takes a connection and does nothing with it.
fn deaf() -> Server {
    Server::accepting(|stream| {
        thread::sleep(FOREVER);
        drop(stream);
    })
}

#[test]
fn refuses() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server { address, connections: Arc::default() };
    let expected = unreachable("`HOST` refuses the connection: nothing listens there", help::START);
    assert_eq!(verdict(&server, ASK), expected);
}

#[test]
fn accepts_and_is_silent() {
    let silent = verdict(&deaf(), "probe: {get: URL, timeouts: {total: 1 s}}");
    assert_eq!(silent, unreachable("`HOST` sent no answer within 1 s", help::SLOW));
    let silent = verdict(&deaf(), "probe: {get: URL, timeouts: {read: 700 ms}}");
    assert_eq!(silent, unreachable("`HOST` sent no answer within 700 ms", help::PAUSE));
}

#[test]
fn closes_at_once() {
    let expected = unreachable("`HOST` closed the connection without an answer", help::ENDED);
    assert_eq!(verdict(&Server::accepting(drop), ASK).replace(RESET, CLOSED), expected);
}

/// Closing before the request has come resets the connection, which the client may see first.
const RESET: &str =
    "the connection to `HOST` broke before its answer: Connection reset by peer (os error 104)";
const CLOSED: &str = "`HOST` closed the connection without an answer";

#[test]
fn closes_on_the_request() {
    assert_eq!(verdict(&Server::saying(""), ASK), unreachable(CLOSED, help::ENDED));
}

#[test]
fn closes_its_half_and_stays() {
    let server = Server::answering(|stream, _| {
        stream.shutdown(Shutdown::Write).unwrap();
        thread::sleep(FOREVER);
        true
    });
    assert_eq!(verdict(&server, ASK), unreachable(CLOSED, help::ENDED));
}

#[test]
fn closes_its_half_behind_a_whole_answer() {
    let server = Server::answering(|stream, _| {
        let _ = stream.write_all(&answer("1"));
        let _ = stream.shutdown(Shutdown::Write);
        thread::sleep(FOREVER);
        true
    });
    assert_eq!(verdict(&server, "probe: {get: URL, samples: 3}\n    expect: {json: 1}"), "passed");
}

#[test]
fn resets_before_its_answer() {
    // A connection closed with unread input is reset.
    let server = Server::accepting(|stream| {
        let _ = stream.peek(&mut [0]);
    });
    assert_eq!(verdict(&server, ASK), unreachable(RESET, help::ENDED));
}

fn resetting(length: &'static str) -> String {
    let server = Server::accepting(move |mut stream| {
        let _ = stream.peek(&mut [0]);
        let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{length}\r\nhalf").as_bytes());
        thread::sleep(Duration::from_millis(300));
    });
    verdict(&server, ASK)
}

#[test]
fn resets_in_the_middle_of_its_body() {
    let expected = unreachable("`HOST` closed the connection in the middle of its answer", help::ENDED);
    assert_eq!(resetting("content-length: 100\r\n"), expected);
    // The end of the connection ends such a body; its breaking does not.
    assert_eq!(resetting(""), expected);
}

/// A request larger than what the system holds for a server that does not read.
fn large(server: &Server) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("large.bin"), vec![b'x'; 20 << 20]).unwrap();
    verdict_in(folder.path(), server, "probe: {post: URL, file: large.bin, timeouts: {total: 1500 ms}}")
}

#[test]
fn reads_nothing() {
    let expected = unreachable("`HOST` had not taken the request within 1500 ms", help::SLOW);
    assert_eq!(large(&deaf()), expected);
}

#[test]
fn answers_before_it_has_read_and_closes() {
    let server = Server::accepting(|mut stream| {
        let said = "HTTP/1.1 413 Too Large\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntoo large";
        let _ = stream.write_all(said.as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    assert_eq!(
        large(&server),
        "failed expectation-failed: status: expected 200, got 413, off by 213.0\nnote: the body: too large"
    );
}

#[test]
fn answers_before_it_is_asked() {
    // The first answer cannot be told from one that was asked for; nothing more may be made of it.
    let server = Server::accepting(|mut stream| {
        let _ = stream.write_all(&answer("1"));
        let mut reader = BufReader::new(stream);
        while read_request(&mut reader).is_some() {}
    });
    let asked =
        verdict(&server, "probe: {get: URL, timeouts: {total: 1 s}, samples: 2}\n    expect: {json: 1}");
    assert_eq!(asked, unreachable("sample 2 of 2: `HOST` sent no answer within 1 s", help::SLOW));
}

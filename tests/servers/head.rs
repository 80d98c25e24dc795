//! Answers whose head is no HTTP, or too much of it.

use std::time::Duration;

use super::server::Server;
use super::verdict::{help, unreachable, verdict};

fn of(answer: impl Into<Vec<u8>>) -> String {
    verdict(&Server::saying(answer), "probe: {get: URL}\n    expect: {body: x}")
}

fn broken(why: &str) -> String {
    unreachable(&format!("`HOST` breaks the rules of HTTP: {why}"), help::FAULT)
}

fn too_much(what: &str) -> String {
    unreachable(&format!("`HOST` sent {what}"), help::FAULT)
}

#[test]
fn garbage() {
    for (said, shown) in [
        (&b"garbage"[..], "garbage"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", r"SSH-2.0-OpenSSH_9.6\r\n"),
        (b"220 mail ESMTP\r\n", r"220 mail ESMTP\r\n"),
        (b"\0\x1b[2J\xff\r\n\r\n", r"\x00\x1b[2J\xff\r\n\r\n"),
        (b"HTTP/2.0 200 OK\r\n\r\nx", r"HTTP/2.0 200 OK\r\n\r\nx"),
    ] {
        let message = format!("`HOST` does not speak HTTP/1.1: its answer begins with `{shown}`");
        assert_eq!(of(said), unreachable(&message, help::OTHER));
    }
}

#[test]
fn http_0_9() {
    // Of old a body alone was an answer; nothing tells it from garbage.
    let message = r"`HOST` does not speak HTTP/1.1: its answer begins with `<html>hello</html>\n`";
    assert_eq!(of("<html>hello</html>\n"), unreachable(message, help::OTHER));
}

#[test]
fn http_2_alone() {
    let settings = b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x80";
    assert_eq!(of(settings), unreachable("`HOST` speaks HTTP/2 alone, and no HTTP/1.1", help::OTHER));
}

#[test]
fn a_status_that_is_none() {
    for (status, why) in [
        ("", "invalid response status"),
        ("20 OK", "invalid response status"),
        ("2000 OK", "invalid response status"),
        ("abc OK", "invalid response status"),
        ("000 OK", "invalid status code: 000"),
    ] {
        assert_eq!(of(format!("HTTP/1.1 {status}\r\ncontent-length: 1\r\n\r\nx")), broken(why), "{status}");
    }
}

#[test]
fn status_999() {
    let server = Server::saying("HTTP/1.1 999 OK\r\ncontent-length: 1\r\n\r\nx");
    let got = verdict(&server, "probe: {get: URL}\n    expect: {body: x}");
    let expected = "failed bad-status: probe: `GET http://HOST` is answered with status 999\nnote: the body: x\nhelp: if this is what should happen, say so: `expect: {status: …}`";
    assert_eq!(got, expected);
}

#[test]
fn another_protocol_unasked() {
    let server =
        Server::keeping("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n");
    let got = verdict(&server, "probe: {get: URL, samples: 3}\n    expect: {status: 200}");
    assert_eq!(got, "failed expectation-failed: status: expected 200, got 101, off by 99.0");
    assert_eq!(server.connections(), 3);
}

#[test]
fn headers_that_are_none() {
    for (header, part) in [
        ("no colon", "name"),
        ("a b: c", "name"),
        (": c", "name"),
        ("a : b", "name"),
        ("a: b\r\n folded", "name"),
        ("a: b\n injected", "name"),
        ("a: b\0c", "value"),
        ("a: b\rinjected: c", "value"),
        ("a: \x1b[2J", "value"),
    ] {
        let got = of(format!("HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: 1\r\n\r\nx"));
        assert_eq!(got, broken(&format!("invalid header {part}")), "{header:?}");
    }
}

#[test]
fn a_header_that_is_no_text() {
    assert_eq!(of(b"HTTP/1.1 200 OK\r\na: \xe9\r\ncontent-length: 1\r\n\r\nx"), "passed");
    assert_eq!(
        of(b"HTTP/1.1 200 OK\r\n\xe9: a\r\ncontent-length: 1\r\n\r\nx"),
        broken("invalid header name")
    );
}

#[test]
fn a_status_line_without_end() {
    let server = Server::endless("HTTP/1.1 200 ", "O".repeat(1 << 16));
    assert_eq!(verdict(&server, "probe: {get: URL}"), too_much("headers of more than 64 KiB"));
}

#[test]
fn a_header_without_end() {
    let server = Server::endless("HTTP/1.1 200 OK\r\na: ", "x".repeat(1 << 16));
    assert_eq!(verdict(&server, "probe: {get: URL}"), too_much("headers of more than 64 KiB"));
}

#[test]
fn headers_without_end() {
    let server = Server::endless("HTTP/1.1 200 OK\r\n", "a: b\r\n".repeat(1 << 12));
    assert_eq!(verdict(&server, "probe: {get: URL}"), too_much("more than 128 headers"));
}

#[test]
fn cookies_in_floods() {
    let flood = |count| {
        let names: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        let cookies = format!("set-cookie: {}=1\r\n", names.join("=1\r\nset-cookie: "));
        of(format!("HTTP/1.1 200 OK\r\n{cookies}content-length: 1\r\n\r\nx"))
    };
    assert_eq!(flood(100), "passed");
    assert_eq!(flood(1000), too_much("more than 128 headers"));
}

#[test]
fn interim_answers_for_ever() {
    for interim in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"] {
        let server = Server::endless("", interim.repeat(1 << 12));
        assert_eq!(verdict(&server, "probe: {get: URL}"), too_much("headers of more than 64 KiB"));
    }
}

#[test]
fn interim_answers_for_ever_and_slowly() {
    let server = Server::answering(|stream, _| {
        while std::io::Write::write_all(stream, b"HTTP/1.1 102 Processing\r\n\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    });
    let got = verdict(&server, "probe: {get: URL, timeouts: {total: 1 s}}");
    assert_eq!(got, unreachable("`HOST` had not finished its answer within 1 s", help::SLOW));
}

#[test]
fn interim_answers_and_then_one() {
    let interim = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(3);
    assert_eq!(of(format!("{interim}HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx")), "passed");
}

#[test]
fn drips_its_headers() {
    let server =
        Server::dripping(format!("HTTP/1.1 200 OK\r\na: {}", "x".repeat(200)), Duration::from_millis(20));
    let got = verdict(&server, "probe: {get: URL, timeouts: {total: 1 s, read: 900 ms}}");
    assert_eq!(got, unreachable("`HOST` had not finished its answer within 1 s", help::SLOW));
}

//! Answers that contradict themselves, or others, about where they end.

use super::server::Server;
use super::verdict::{help, unreachable, verdict};

fn with_headers(headers: &str, body: &str) -> String {
    let server = Server::saying(format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}"));
    verdict(&server, "probe: {get: URL}\n    expect: {body: '1'}")
}

fn broken(why: &str) -> String {
    unreachable(&format!("`HOST` breaks the rules of HTTP: {why}"), help::FAULT)
}

fn cut() -> String {
    unreachable("`HOST` closed the connection in the middle of its answer", help::ENDED)
}

#[test]
fn closes_after_its_headers() {
    assert_eq!(with_headers("content-length: 5\r\n", ""), cut());
}

#[test]
fn closes_in_its_headers() {
    assert_eq!(verdict(&Server::saying("HTTP/1.1 200 OK\r\ncontent-le"), "probe: {get: URL}"), cut());
}

#[test]
fn content_length_too_long() {
    assert_eq!(with_headers("content-length: 100\r\n", "1"), cut());
}

#[test]
fn content_length_too_short() {
    // What stands behind the length is no part of the answer, as to any client, and of no other answer either.
    let server = Server::keeping("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1 and more");
    assert_eq!(verdict(&server, "probe: {get: URL, samples: 5}\n    expect: {body: '1'}"), "passed");
    assert_eq!(server.connections(), 5);
}

#[test]
fn content_length_that_is_no_length() {
    for length in ["-1", "+1", "one", "", "18446744073709551617", "0x1", "1.0", "1 1"] {
        let got = with_headers(&format!("content-length: {length}\r\n"), "1");
        assert_eq!(got, broken("content-length header not a number"), "{length}");
    }
}

#[test]
fn two_content_lengths() {
    let conflicting = broken("conflicting content-length headers");
    assert_eq!(with_headers("content-length: 1\r\ncontent-length: 2\r\n", "12"), conflicting);
    assert_eq!(with_headers("content-length: 1, 2\r\n", "12"), conflicting);
    assert_eq!(with_headers("content-length: 1\r\ncontent-length: 1\r\n", "1"), "passed");
}

#[test]
fn content_length_and_chunks() {
    let both = broken("its answer has a `content-length` and is `chunked` too");
    for headers in [
        "content-length: 1\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 11\r\n",
    ] {
        assert_eq!(with_headers(headers, "1\r\n1\r\n0\r\n\r\n"), both);
    }
}

#[test]
fn a_transfer_coding_nobody_asked_for() {
    for coding in ["snappy", "gzip, chunked", "chunked, chunked", "xchunked"] {
        let got = with_headers(&format!("transfer-encoding: {coding}\r\n"), "1\r\n1\r\n0\r\n\r\n");
        let why = format!("`transfer-encoding: {coding}` was not asked for, and cannot be read");
        assert_eq!(got, broken(&why));
    }
}

#[test]
fn chunks_that_are_none() {
    let number = broken("chunk length cannot be read as a number");
    let crlf = broken("chunk expected crlf as next character");
    let cut = cut();
    for (chunks, expected) in [
        ("zz\r\n1\r\n0\r\n\r\n", &*number),
        ("-1\r\n1\r\n0\r\n\r\n", &number),
        ("\r\n\r\n", &number),
        ("fffffffffffffffff\r\n1\r\n0\r\n\r\n", &number),
        ("ffffffffffffffff\r\n1\r\n0\r\n\r\n", &cut),
        ("1\r\n12\r\n0\r\n\r\n", &crlf),
        ("1\r\n1\r\n", &cut),
        ("5\r\n1", &cut),
        ("1\n1\n0\n\n", &broken("a chunk has no end")),
        ("1;name=value\r\n1\r\n0\r\n\r\n", "passed"),
        ("1\r\n1\r\n0\r\ntrailer: x\r\n\r\n", "passed"),
    ] {
        assert_eq!(with_headers("transfer-encoding: chunked\r\n", chunks), expected, "{chunks:?}");
    }
}

#[test]
fn a_chunk_size_without_end() {
    for begin in ["", "1;"] {
        let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{begin}");
        let server = Server::endless(head, "0".repeat(1 << 16));
        assert_eq!(verdict(&server, "probe: {get: URL}"), broken("a chunk has no end"));
    }
}

#[test]
fn trailers_without_end() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n";
    let server = Server::endless(head, "x: y\r\n".repeat(1 << 12));
    let got = verdict(&server, "probe: {get: URL, timeouts: {total: 1 s}}");
    assert_eq!(got, unreachable("`HOST` had not finished its answer within 1 s", help::SLOW));
}

//! Bodies that are too much, too slow, or not what they should be.

use std::time::Duration;

use super::server::{Server, answer, answer_with};
use super::verdict::{help, unreachable, verdict};

const ENDLESS: &str = "`HOST` sent a body larger than 10 MiB";

#[test]
fn a_body_without_end() {
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(1 << 16));
    for (head, more) in [
        ("HTTP/1.1 200 OK\r\n\r\n", &chunk),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n", &chunk),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", &chunk),
    ] {
        let server = Server::endless(head, more.as_bytes());
        assert_eq!(verdict(&server, "probe: {get: URL}"), unreachable(ENDLESS, help::LARGE));
    }
}

#[test]
fn an_error_body_without_end() {
    let server = Server::endless("HTTP/1.1 500 Oh\r\n\r\n", vec![b'x'; 1 << 16]);
    assert_eq!(verdict(&server, "probe: {get: URL}"), unreachable(ENDLESS, help::LARGE));
}

#[test]
fn drips_its_body() {
    let bytes = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 200]].concat();
    let server = Server::dripping(bytes, Duration::from_millis(20));
    let got = verdict(&server, "probe: {get: URL, timeouts: {total: 1 s, read: 900 ms}}");
    assert_eq!(got, unreachable("`HOST` had not finished its answer within 1 s", help::SLOW));
}

#[test]
fn stops_in_its_body() {
    let server = Server::keeping("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    let got = verdict(&server, "probe: {get: URL, timeouts: {read: 500 ms}}");
    assert_eq!(got, unreachable("`HOST` stopped in the middle of its answer for 500 ms", help::PAUSE));
}

const EMPTY: &str = "failed expectation-failed: json.a: the body is empty, and so no JSON";

#[test]
fn no_content() {
    let server = Server::keeping("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(verdict(&server, "probe: {get: URL}\n    expect: {json.a: 1}"), EMPTY);
    assert_eq!(verdict(&server, "probe: {get: URL}\n    expect: {status: 204}"), "passed");
}

#[test]
fn an_empty_body() {
    let server = Server::keeping(answer(""));
    assert_eq!(verdict(&server, "probe: {get: URL}\n    expect: {json.a: 1}"), EMPTY);
    let got = verdict(&server, "probe: {get: URL}\n    expect: {body: x}");
    assert_eq!(got, "failed expectation-failed: body: expected \"x\", got \"\"");
}

#[test]
fn content_where_there_is_none() {
    for (status, method) in [("204 No Content", "get"), ("304 Not Modified", "get"), ("200 OK", "head")] {
        let server = Server::keeping(format!("HTTP/1.1 {status}\r\ncontent-length: 7\r\n\r\ncontent"));
        let step = format!(
            "probe: {{{method}: URL, samples: 3}}\n    expect: {{status: {}, body: ''}}",
            &status[..3]
        );
        assert_eq!(verdict(&server, &step), "passed", "{status}");
        assert_eq!(server.connections(), 3);
    }
}

#[test]
fn an_error_under_status_200() {
    let server = Server::keeping(answer(r#"{"error": "model not loaded"}"#));
    let got = verdict(&server, "probe: {get: URL}\n    expect: {json.predictions: [1]}");
    assert_eq!(
        got,
        "failed expectation-failed: json.predictions: there is no `predictions` in `json`, which is a mapping (give one of `error`)"
    );
    let got = verdict(&server, "probe: {protocol: instances, base: URL, rows: [[1]]}");
    assert_eq!(
        got,
        "failed expectation-failed: probe: an error is answered with status 200: model not loaded"
    );
}

#[test]
fn a_page_under_status_200() {
    let server = Server::keeping(answer_with("content-type: text/html\r\n", "<h1>Bad gateway</h1>"));
    let got = verdict(&server, "probe: {get: URL}\n    expect: {json.predictions: [1]}");
    assert_eq!(
        got,
        "failed expectation-failed: json.predictions: the body is not JSON (`text/html`): line 1, column 1: expected value"
    );
    let got = verdict(&server, "probe: {protocol: instances, base: URL, rows: [[1]]}");
    assert_eq!(
        got,
        "failed expectation-failed: probe: the answer is not JSON: line 1, column 1: expected value (it begins with `<h1>Bad gateway</h1>`)"
    );
}

#[test]
fn what_is_no_utf8() {
    let server = Server::keeping(answer(b"{\"a\": \"\xff\"}"));
    let got = verdict(&server, "probe: {get: URL}\n    expect: {json.a: x}");
    assert_eq!(
        got,
        "failed expectation-failed: json.a: the body is not JSON (`application/json`): line 1, column 8: invalid unicode code point"
    );
    let got = verdict(&server, "probe: {get: URL}\n    expect: {body: {contains: a}}");
    assert_eq!(
        got,
        "failed not-measurable: body: `contains` cannot be asked of bytes (10 bytes): it contains nothing"
    );
}

#[test]
fn utf16() {
    let utf16: Vec<u8> = "{\"a\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let server = Server::keeping(answer_with("content-type: application/json; charset=utf-16\r\n", utf16));
    let got = verdict(&server, "probe: {get: URL}\n    expect: {json.a: 1}");
    assert_eq!(
        got,
        "failed expectation-failed: json.a: the body is not JSON (`application/json; charset=utf-16`): line 1, column 2: key must be a string"
    );
}

#[test]
fn a_body_that_would_paint_the_terminal() {
    let server = Server::keeping("HTTP/1.1 500 Oh\r\ncontent-length: 13\r\n\r\n\x1b[31mred\x1b[0m\x07");
    let got = verdict(&server, "probe: {get: URL}");
    assert_eq!(
        got,
        "failed expectation-failed: status: expected 200, got 500, off by 300.0\nnote: the body: \u{1b}[31mred\u{1b}[0m\u{7}"
    );
}

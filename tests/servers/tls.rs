//! Servers that do not get through a TLS handshake.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use super::server::Server;
use super::verdict::{help, unreachable, verdict};

fn failed(why: &str, help: &str) -> String {
    unreachable(&format!("the TLS handshake with `HOST` failed: {why}"), help)
}

#[test]
fn plain_http_where_tls_is_asked_for() {
    let server = Server::accepting(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let expected =
        failed("what it sends is not TLS", "ask it with `http://…`, or at the port where it speaks TLS");
    assert_eq!(verdict(&server, "probe: {get: SECURE}"), expected);
}

#[test]
fn records_of_garbage() {
    let server = Server::accepting(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(&[0x16, 3, 3, 0, 200]);
        let _ = stream.write_all(&[0xAA; 200]);
        let _ = stream.read(&mut [0; 4096]);
    });
    assert_eq!(
        verdict(&server, "probe: {get: SECURE}"),
        failed("what it sends is not TLS", "ask it with `http://…`, or at the port where it speaks TLS")
    );
}

#[test]
fn an_old_version_alone() {
    let server = Server::accepting(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        // A fatal alert: protocol_version (RFC 8446, section 6).
        let _ = stream.write_all(&[0x15, 3, 1, 0, 2, 2, 70]);
        let _ = stream.read(&mut [0; 4096]);
    });
    assert_eq!(
        verdict(&server, "probe: {get: SECURE}"),
        failed("it speaks neither TLS 1.2 nor 1.3", "let the server speak one of them")
    );
}

#[test]
fn stalls_in_the_handshake() {
    let server = Server::accepting(|stream| {
        thread::sleep(Duration::from_secs(100));
        drop(stream);
    });
    let got = verdict(&server, "probe: {get: SECURE, timeouts: {connect: 1 s}}");
    assert_eq!(got, unreachable("`HOST` had not finished the TLS handshake within 1 s", help::CONNECT));
}

#[test]
fn drips_its_handshake() {
    let server = Server::accepting(|mut stream| {
        // A record that is to be long, and comes a byte at a time.
        let _ = stream.write_all(&[0x16, 3, 3, 0x20, 0]);
        while stream.write_all(&[2]).is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let got = verdict(&server, "probe: {get: SECURE, timeouts: {connect: 1 s}}");
    assert_eq!(got, unreachable("`HOST` had not finished the TLS handshake within 1 s", help::CONNECT));
}

#[test]
fn closes_in_the_handshake() {
    let server = Server::accepting(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
    });
    assert_eq!(
        verdict(&server, "probe: {get: SECURE}"),
        unreachable(
            "`HOST` closed the connection in the middle of the TLS handshake",
            "the server's log may say why"
        )
    );
}

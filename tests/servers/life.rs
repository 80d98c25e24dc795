//! Servers that are there, and then are not.

use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::server::{Server, answer, read_request};
use super::verdict::{help, spec_in, unreachable, verdict};

/// A server whose one connection gives so many answers, and which then stops listening.
fn closing_after(answers: usize) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        // No one may find it listening once the last answer is there.
        let mut listener = Some(listener);
        for left in (0..answers).rev() {
            read_request(&mut reader).unwrap();
            listener = listener.filter(|_| left > 0);
            let _ = stream.write_all(&answer("1"));
        }
    });
    Server { address, connections: Arc::default() }
}

#[test]
fn stops_listening_between_two_samples() {
    let got = verdict(&closing_after(3), "probe: {get: URL, samples: 10}\n    expect: {json: 1}");
    let message = "sample 4 of 10: `HOST` refuses the connection: nothing listens there";
    assert_eq!(got, unreachable(message, help::START));
}

#[test]
fn answers_faster_and_faster_and_then_no_more() {
    let server = Server::answering(|stream, number| {
        match number {
            0..20 => thread::sleep(Duration::from_millis(20 - number as u64)),
            20..30 => {}
            _ => thread::sleep(Duration::from_secs(100)),
        }
        stream.write_all(&answer("1")).is_ok()
    });
    let step =
        "probe: {get: URL, samples: 40, timeouts: {total: 1 s}}\n    expect: {latency.p90: {max: 10 s}}";
    assert_eq!(
        verdict(&server, step),
        unreachable("sample 31 of 40: `HOST` sent no answer within 1 s", help::SLOW)
    );
}

#[test]
fn is_ready_for_ever_and_infers_never() {
    let server = Server::accepting(|mut stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some(head) = read_request(&mut reader) {
            if head.starts_with("POST") {
                thread::sleep(Duration::from_secs(100));
            }
            let _ = stream.write_all(&answer("{}"));
        }
    });
    let step = "probe: {protocol: instances, base: URL, rows: [[1]], timeouts: {total: 1 s}}";
    assert_eq!(verdict(&server, step), unreachable("`HOST` sent no answer within 1 s", help::SLOW));
}

/// A server in Python of plain sockets, which start sooner than a library; `turn` counts its requests.
const SERVICE: &str = "\
import os, socket, sys, time
turn = 0
listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))
while True:
    stream, _ = listener.accept()
    request = stream.recv(65536)
    turn += 1
    status, body = 200, '1'
    HANDLER
    stream.sendall(f'HTTP/1.1 {status} X\\r\\ncontent-length: {len(body)}\\r\\nconnection: close\\r\\n\\r\\n{body}'.encode())
    stream.close()
";

/// The verdict of an integration suite whose service does this before each of its answers.
fn service(handler: &str, ready: &str, probe: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(Path::join(folder.path(), name), text).unwrap();
    write("service.py", &SERVICE.replace("HANDLER", handler));
    let got = spec_in(
        folder.path(),
        &format!(
            "suite: s
tier: integration
services:
  api:
    command: [python3, service.py, $port]
    ready: {ready}
cases:
  - name: c
    probe: {probe}
    expect: {{json: 1}}
"
        ),
    );
    let got = regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap().replace_all(&got, "HOST").into_owned();
    regex::Regex::new(r"service\.py \d+").unwrap().replace(&got, "service.py PORT").into_owned()
}

const DIES: &str = "if turn > 3: print('out of memory', file=sys.stderr); sys.stderr.flush(); os._exit(9)";

#[test]
fn a_service_that_becomes_ready_and_dies_in_a_request() {
    let got = service(DIES, "{get: /}", "{get: $api.url, samples: 10}");
    let ended = "errored service-failed: the service `api` ended while this case ran, with exit code 9\nnote: its log ends with:\nout of memory\n unreachable: probe: sample 3 of 10: `HOST` closed the connection without an answer\nhelp: the server ended the connection: its log may say why";
    assert_eq!(got, ended);
}

#[test]
fn a_service_that_is_ready_and_then_hangs() {
    let got = service("if turn > 1: time.sleep(100)", "{get: /}", "{get: $api.url, timeouts: {total: 1 s}}");
    assert_eq!(got, unreachable("`HOST` sent no answer within 1 s", help::SLOW));
}

/// What is said of a service that did not become ready within its time.
fn unready(why: &str) -> String {
    format!(
        "errored service-failed: probe: the service `api` did not start: `python3 service.py PORT` was not ready within 3 s: {why}; it has written nothing"
    )
}

#[test]
fn services_that_are_never_ready() {
    let infer = "{infer: {post: /predict, json: {a: 1}}, within: 3 s}";
    thread::scope(|scope| {
        for (handler, ready, why) in [
            ("time.sleep(100)", "{get: /, within: 3 s}", "`GET http://HOST/` is not answered"),
            ("status = 503", "{get: /, within: 3 s}", "`GET http://HOST/` is answered with status 503"),
            (
                "if request.startswith(b'POST'): status = 500",
                infer,
                "`POST http://HOST/predict` is answered with status 500",
            ),
        ] {
            scope.spawn(move || assert_eq!(service(handler, ready, "{get: $api.url}"), unready(why)));
        }
    });
}

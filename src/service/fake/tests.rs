//! Fakes over real loopback, asked by the project's own client, and by clients that mean no good.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::service::Running;
use crate::service::tests::{read, start_here, start_in};
use crate::system::cancel::Cancel;
use crate::system::http::{Client, ClientOptions, Http, HttpErrorKind, Request, Response};

fn fake(routes: &str) -> Running {
    start_here(&format!("{{fake: {{routes: {routes}}}}}")).unwrap_or_else(|error| panic!("{error}"))
}

fn request(fake: &Running, method: &str, path: &str, body: &str) -> Request {
    let mut request = Request::new(method, &format!("{}{path}", fake.url()));
    request.body = body.into();
    request
}

fn client() -> Client {
    Client::new(ClientOptions::default()).unwrap()
}

fn ask(fake: &Running, method: &str, path: &str, body: &str) -> Response {
    client()
        .send(&request(fake, method, path, body))
        .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
}

/// Status and body.
fn said(fake: &Running, method: &str, path: &str, body: &str) -> (u16, String) {
    let response = ask(fake, method, path, body);
    (response.status, String::from_utf8(response.body).unwrap())
}

fn ok(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

#[test]
fn the_first_route_that_fits_answers() {
    let fake = fake(
        "[{get: /v1, when: {query: {stage: production, page: 2}}, text: production},
          {get: /v1, when: {headers: {X-Team: ml}}, text: team},
          {get: /v1, status: 203, headers: {X-A: 1}, text: any},
          {post: /predict, when: {json: {model: {name: a}, rows: [1, 2.5]}}, json: {p: [0.5]}},
          {delete: /v1, status: 204}, {any: /any}]",
    );
    assert_eq!(said(&fake, "GET", "/v1?stage=production&page=2&more=1", ""), ok("production"));
    let mut of_team = request(&fake, "GET", "/v1?stage=production", "");
    of_team.headers.push(("x-team".into(), "ml".into()));
    assert_eq!(client().send(&of_team).unwrap().body, b"team");
    let response = ask(&fake, "GET", "/v1", "");
    assert_eq!((response.status, response.header("x-a")), (203, Some("1")));
    assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    let response = ask(&fake, "HEAD", "/v1", "");
    assert_eq!((response.status, response.body.len(), response.header("x-a")), (203, 0, Some("1")));
    assert_eq!(said(&fake, "DELETE", "/v1", ""), (204, String::new()));
    assert_eq!(said(&fake, "OPTIONS", "/any", ""), ok(""));
    let sent = r#"{"model": {"name": "a", "version": 3}, "rows": [1, 2.5]}"#;
    assert_eq!(said(&fake, "POST", "/predict", sent), ok(r#"{"p":[0.5]}"#));
    let (status, text) = said(&fake, "POST", "/predict", r#"{"model": {"name": "a"}, "rows": [1]}"#);
    assert_eq!(status, 405);
    let routes = r#""routes":["GET /v1","GET /v1","GET /v1","POST /predict","DELETE /v1","any /any"]}"#;
    assert_eq!(
        text,
        format!(r#"{{"error":"POST /predict: no route of this path takes this request",{routes}"#)
    );
    let (status, text) = said(&fake, "GET", "/v2", "");
    assert_eq!((status, text), (404, format!(r#"{{"error":"GET /v2: no route has this path",{routes}"#)));
}

#[test]
fn answers_speak_of_the_request_and_keep_its_types() {
    let fake = fake(
        "[{post: '/models/{name}/{rest*}', status: $request.json.status, headers: {X-Name: '${request.params.name}'},
           json: {name: $request.params.name, rest: $request.params.rest, n: $request.json.n, all: $request.json,
                  q: '${request.query.q}!', agent: $request.headers.x-agent, how: '${request.method} ${request.path}',
                  here: 'http://127.0.0.1:${port}/'}},
          {post: /echo, json: $request.json}, {post: /text, text: $request.body}]",
    );
    let mut asked =
        request(&fake, "POST", "/models/a%20b/c/d?q=1", r#"{"n": [1, 2.5, null], "status": 201}"#);
    asked.headers.push(("x-agent".into(), "me".into()));
    let response = client().send(&asked).unwrap();
    assert_eq!((response.status, response.header("x-name")), (201, Some("a b")));
    assert_eq!(
        String::from_utf8(response.body).unwrap(),
        format!(
            r#"{{"name":"a b","rest":"c/d","n":[1,2.5,null],"all":{{"n":[1,2.5,null],"status":201}},"q":"1!","agent":"me","how":"POST /models/a b/c/d","here":"{}/"}}"#,
            fake.url()
        )
    );
    assert_eq!(said(&fake, "POST", "/text", "plain"), ok("plain"));
    assert_eq!(
        said(&fake, "POST", "/echo", "no json"),
        (
            500,
            r#"{"error":"the fake cannot answer `POST /echo`: `$request` is a mapping without `json`"}"#
                .into()
        )
    );
}

#[test]
fn a_sequence_goes_on_until_the_fake_begins_afresh() {
    let fake = fake(
        "[{get: /flaky, sequence: [{status: 503}, {status: 500, text: worse}, {json: {ok: true}}]}, {get: /other, text: x}]",
    );
    let statuses = || [0; 5].map(|_| said(&fake, "GET", "/flaky", "").0);
    assert_eq!(statuses(), [503, 500, 200, 200, 200]);
    assert_eq!(fake.requests().unwrap().to_string(), "[]", "nobody has asked for a record");
    fake.begin();
    ask(&fake, "GET", "/other?a=1", "");
    ask(&fake, "GET", "/nowhere", "");
    assert_eq!(statuses(), [503, 500, 200, 200, 200]);
    let record = fake.requests().unwrap().to_json();
    assert_eq!(record.as_array().unwrap().len(), 7);
    assert_eq!((&record[0]["path"], &record[0]["query"]["a"]), (&"/other".into(), &"1".into()));
    assert_eq!(record[1]["path"], "/nowhere");
    fake.begin();
    assert_eq!(fake.requests().unwrap().to_string(), "[]");
}

#[test]
fn files_are_answers_and_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    std::fs::write(folder.join("m.json"), "{\"a\": 1}").unwrap();
    let start = |text: &str| start_in(Path::new(&folder), text, &Cancel::new());
    let fake = start("{fake: [{get: /m, file: m.json}, {get: '/f/{name}', file: '${request.params.name}'}]}")
        .unwrap();
    let response = ask(&fake, "GET", "/m", "");
    assert_eq!(
        (response.header("content-type"), &*response.body),
        (Some("application/json"), &b"{\"a\": 1}"[..])
    );
    assert_eq!(said(&fake, "GET", "/f/m.json", "").0, 200);
    let (status, why) = said(&fake, "GET", "/f/absent", "");
    assert!(status == 500 && why.contains("there is no file"), "{why}");
    let (status, why) = said(&fake, "GET", "/f/..%2F..%2Fetc%2Fpasswd", "");
    assert!(status == 500 && why.contains("leaves"), "{why}");
    let error = start("{fake: [{get: /m, file: absent.json}]}").unwrap_err();
    assert!(error.message.starts_with("there is no file `"), "{error}");
    let error = start("{fake: [{store: '/b/{key*}', objects: {a: absent.json}}]}").unwrap_err();
    assert!(error.message.starts_with("there is no file `"), "{error}");
}

#[test]
fn every_fault_is_what_a_client_sees() {
    let fake = fake(
        "[{get: /close, fault: close}, {get: /reset, json: {}, fault: reset}, {get: /garbage, fault: garbage},
          {get: /truncate, text: 0123456789, fault: truncate}, {get: /slow, text: 0123456789, rate: 100 B, delay: 1 ms},
          {get: /well, text: well}]",
    );
    let port = fake.port();
    for (path, kind, message) in [
        ("/close", HttpErrorKind::Io, "closed the connection without an answer"),
        ("/truncate", HttpErrorKind::Io, "closed the connection in the middle of its answer"),
        ("/garbage", HttpErrorKind::NotHttp, "speaks TLS, and no plain HTTP"),
    ] {
        let error = client().send(&request(&fake, "GET", path, "")).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.starts_with(&format!("`127.0.0.1:{port}` {message}")), "{error}");
    }
    let error = client().send(&request(&fake, "GET", "/reset", "")).unwrap_err();
    assert!(error.kind == HttpErrorKind::Io && error.message.contains("broke before its answer"), "{error}");
    // On one connection, which is as good as new after the body that dripped.
    let client = client();
    for (path, body) in [("/slow", "0123456789"), ("/well", "well"), ("/slow", "0123456789")] {
        assert_eq!(client.send(&request(&fake, "GET", path, "")).unwrap().body, body.as_bytes());
    }
    let mut impatient = request(&fake, "GET", "/slow", "");
    impatient.timeouts.total = Duration::from_millis(40);
    let error = client.send(&impatient).unwrap_err();
    assert!(matches!(error.kind, HttpErrorKind::Timeout(_)), "{error}");
}

#[test]
fn a_store_keeps_what_is_put() {
    let fake = fake("[{store: '/bucket/{key*}'}, {get: /other, text: x}]");
    let mut put = request(&fake, "PUT", "/bucket/models/a%20b.bin", "0123456789");
    put.headers =
        vec![("content-type".into(), "application/x-model".into()), ("x-amz-meta-run".into(), "7".into())];
    let response = client().send(&put).unwrap();
    let etag = response.header("etag").unwrap().to_owned();
    assert_eq!((response.status, etag.len()), (200, 66));
    let response = ask(&fake, "GET", "/bucket/models/a%20b.bin", "");
    for (name, expected) in
        [("content-type", "application/x-model"), ("x-amz-meta-run", "7"), ("etag", &*etag)]
    {
        assert_eq!(response.header(name), Some(expected));
    }
    assert_eq!(response.body, b"0123456789");
    let response = ask(&fake, "HEAD", "/bucket/models/a%20b.bin", "");
    assert_eq!((response.header("content-length"), response.body.len()), (Some("10"), 0));
    let mut part = request(&fake, "GET", "/bucket/models/a%20b.bin", "");
    part.headers.push(("range".into(), "bytes=2-4".into()));
    let response = client().send(&part).unwrap();
    assert_eq!((response.status, &*response.body), (206, &b"234"[..]));
    assert_eq!(response.header("content-range"), Some("bytes 2-4/10"));
    for key in ["b", "models/c", "models/d&e"] {
        assert_eq!(said(&fake, "PUT", &format!("/bucket/{key}"), key).0, 200);
    }
    let (_, listing) = said(&fake, "GET", "/bucket?list-type=2&prefix=models/&max-keys=2", "");
    assert!(
        listing.contains("<Name>bucket</Name><Prefix>models/</Prefix><KeyCount>2</KeyCount>"),
        "{listing}"
    );
    assert!(listing.contains("<IsTruncated>true</IsTruncated><NextContinuationToken>models/c<"), "{listing}");
    let (_, rest) = said(&fake, "GET", "/bucket/?prefix=models/&continuation-token=models/c", "");
    assert!(rest.contains("<Key>models/d&amp;e</Key>") && rest.contains("<KeyCount>1<"), "{rest}");
    assert_eq!(said(&fake, "DELETE", "/bucket/b", "").0, 204);
    let (status, missing) = said(&fake, "GET", "/bucket/b", "");
    assert!(status == 404 && missing.contains("<Code>NoSuchKey</Code>"), "{missing}");
    assert_eq!(said(&fake, "POST", "/bucket/b", "").0, 405);
    fake.begin();
    assert_eq!(said(&fake, "GET", "/bucket/models/c", "").0, 404);
    assert!(read("{fake: [{store: '/b/{key*}'}]}").unwrap().remembers());
    assert!(!read("{fake: [{get: /b}]}").unwrap().remembers());
}

#[test]
fn hostile_clients_hang_nobody() {
    let fake = fake("[{any: /, text: well}]");
    let address = ("127.0.0.1", fake.port());
    let connect = || TcpStream::connect(address).unwrap();
    // Held open and never used; many, within the files that a process may have open.
    let idle: Vec<TcpStream> = (0..200).map(|_| connect()).collect();
    // A head, and a body, that are begun and never end.
    let mut head = connect();
    head.write_all(b"GET / HTTP/1.1\r\nx: ").unwrap();
    let mut body = connect();
    body.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\nsome").unwrap();
    assert_eq!(said(&fake, "GET", "/", ""), ok("well"));
    // A head without an end that goes on is refused or cut off.
    let mut endless = connect();
    let line = vec![b'a'; 1 << 16];
    let mut sent = 0;
    while sent < 64 << 20 && endless.write_all(&line).is_ok() {
        sent += line.len();
    }
    assert!(sent < 64 << 20, "an endless head is read for ever");
    // So is a body beyond the bound.
    let mut large = connect();
    large.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
    let chunk = [&b"100000\r\n"[..], &vec![b'a'; 1 << 20], b"\r\n"].concat();
    let mut chunks = 0;
    while chunks < 200 && large.write_all(&chunk).is_ok() {
        chunks += 1;
    }
    let mut answer = [0; 12];
    if large.read_exact(&mut answer).is_ok() {
        assert_eq!(&answer, b"HTTP/1.1 413");
    }
    assert!(chunks < 200, "an endless body is read for ever");
    for noise in [&b"\x16\x03\x01\x02\x00\x01"[..], b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"\r\n\r\n\r\n"] {
        let mut stream = connect();
        stream.write_all(noise).unwrap();
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    // Many at once are all answered.
    let many: Vec<_> = (0..8)
        .map(|_| {
            let request = request(&fake, "GET", "/", "");
            thread::spawn(move || (0..50).all(|_| client().send(&request).is_ok()))
        })
        .collect();
    assert!(many.into_iter().all(|thread| thread.join().unwrap()));
    drop(idle);
    fake.stop();
}

#[test]
fn mistakes_are_told_when_the_file_is_read() {
    for (routes, expected) in [
        ("[]", "a fake without routes answers nothing"),
        ("[{json: 1}]", "this route has no path"),
        ("[{get: /a, post: /a}]", "`get` and `post` are both given"),
        ("[{get: a}]", "expected a path, got a string `a`"),
        ("[{get: '/{a}/{a}'}]", "expected a path, got a string `/{a}/{a}`"),
        ("[{gte: /a}]", "unknown key `gte` in a route"),
        ("[{get: /a, json: 1, text: b}]", "`json` and `text` are both given"),
        ("[{get: /a, status: 99}]", "an answer has no status 99"),
        ("[{get: /a, status: 204, text: b}]", "an answer of status 204 has no body, and `text` is given"),
        (
            "[{get: /a, fault: explode}]",
            "expected one of `close`, `reset`, `truncate`, `garbage`, got a string `explode`",
        ),
        ("[{get: /a, fault: truncate}]", "`fault: truncate` is about a body, and this answer has none"),
        ("[{get: /a, rate: 1 kB}]", "`rate` is about a body, and this answer has none"),
        ("[{get: /a, text: b, rate: 0 B}]", "at this rate nothing comes"),
        ("[{get: /a, text: b, rate: 1 B, fault: close}]", "`rate` stands beside `fault: close`"),
        ("[{get: /a, sequence: []}]", "this sequence has no answers"),
        ("[{get: /a, json: 1, sequence: [{json: 2}]}]", "`json` stands beside a `sequence`"),
        ("[{get: /a, sequence: [{get: /b}]}]", "unknown key `get` in an answer"),
        ("[{get: /a, when: {}}]", "`when` says nothing"),
        ("[{get: /a, text: $request.bdy}]", "a request has no `bdy`"),
        ("[{store: /a}]", "the path of a `store` ends in a name for the key of its objects"),
        ("[{store: '/a/{k*}', text: b}]", "a `store` answers by what it holds"),
        ("[{get: /a, objects: {}}]", "`objects` belongs to a `store`"),
        ("[{any: /a}, {get: /a}]", "`GET /a` is never reached"),
    ] {
        let found = read(&format!("{{fake: {{routes: {routes}}}}}")).unwrap_err();
        assert_eq!(found[0], expected, "{routes}");
    }
}

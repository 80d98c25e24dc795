//! The client against real servers on loopback, most of them misbehaving.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

/// Generous on a loaded machine, and far below what a hang would take.
const SOON: Duration = Duration::from_secs(30);

/// A gzip stream of `hello hello hello hello`, made by Python 3's `gzip.compress(data, mtime=0)`.
const GZIP: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 87, 200, 64, 39, 1, 227, 81, 61, 141, 23, 0, 0,
    0,
];

/// A request as the server saw it.
struct Seen {
    line: String,
    headers: String,
    body: Vec<u8>,
}

/// Reads one request; `None` when the client has closed.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut headers = String::new();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        headers.push_str(&header.to_ascii_lowercase());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Seen { line: line.trim().to_owned(), headers, body })
}

/// A server that answers every request on every connection by `answer`, which gets the stream and the request; a
/// connection is closed when it returns false. Returns the server's URL and the number of connections made.
fn server(
    answer: impl Fn(&mut TcpStream, Seen) -> bool + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut stream = stream;
                while let Some(seen) = read_request(&mut reader) {
                    if !answer(&mut stream, seen) {
                        return;
                    }
                }
            });
        }
    });
    (url, connections)
}

/// A server that answers every request with the same bytes and closes.
fn canned(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    server(move |stream, _| {
        let _ = stream.write_all(&bytes);
        false
    })
    .0
}

fn ok(stream: &mut TcpStream, body: &str) -> bool {
    say(stream, &format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

/// In one piece: the pieces of `write!` would wait for acknowledgements in between.
fn say(stream: &mut TcpStream, text: &str) -> bool {
    stream.write_all(text.as_bytes()).is_ok()
}

fn client() -> Client {
    Client::new(ClientOptions::default()).unwrap()
}

fn get(url: &str) -> Request {
    let timeouts = Timeouts { total: Duration::from_secs(20), ..Timeouts::default() };
    Request { timeouts, ..Request::new("GET", url) }
}

fn send(request: &Request) -> Result<Response, HttpError> {
    let began = Instant::now();
    let outcome = client().send(request);
    assert!(began.elapsed() < SOON, "{outcome:?}");
    outcome
}

fn error(request: &Request) -> HttpError {
    send(request).unwrap_err()
}

#[test]
fn an_answer_is_read_whole_with_headers_in_order() {
    let url = canned(
        "HTTP/1.1 404 Not Found\r\nX-One: 1\r\nset-cookie: a\r\nSet-Cookie: b\r\ncontent-length: 3\r\n\r\nno!",
    );
    let got = send(&get(&format!("{url}/x?y=1"))).unwrap();
    assert_eq!((got.status, &got.body[..], got.redirects), (404, &b"no!"[..], 0));
    let names: Vec<_> = got.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(names, ["x-one=1", "set-cookie=a", "set-cookie=b", "content-length=3"]);
    assert_eq!(got.header("x-one"), Some("1"));
    assert_eq!(got.url, format!("{url}/x?y=1"));
    let timings = got.timings;
    assert!(timings.connect.unwrap() <= timings.first_byte && timings.first_byte <= timings.total);
}

#[test]
fn method_headers_and_body_arrive_as_given() {
    let (url, _) = server(|stream, seen| {
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        ok(stream, &format!("{}\n{}{body}", seen.line, seen.headers))
    });
    for (method, body) in
        [("POST", "data"), ("GET", "data"), ("DELETE", "data"), ("PURGE", "data"), ("POST", "")]
    {
        let mut request = Request { method: method.into(), body: body.into(), ..get(&format!("{url}/p")) };
        request.headers.push(("X-Tag".into(), "a b".into()));
        let text = String::from_utf8(send(&request).unwrap().body).unwrap();
        assert!(text.starts_with(&format!("{method} /p HTTP/1.1\n")), "{text}");
        assert!(text.contains("x-tag: a b\r\n") && text.ends_with(body), "{text}");
        assert!(text.contains(&format!("content-length: {}\r\n", body.len())), "{text}");
        assert!(text.contains(&format!("user-agent: mlfunnel/{}\r\n", env!("CARGO_PKG_VERSION"))), "{text}");
    }
    let text = String::from_utf8(send(&get(&url)).unwrap().body).unwrap();
    assert!(!text.contains("content-length") && !text.contains("chunked"), "{text}");
}

#[test]
fn connections_are_kept_and_reused() {
    let (url, connections) = server(|stream, _| ok(stream, "x"));
    let client = client();
    assert!(client.send(&get(&url)).unwrap().timings.connect.is_some());
    for _ in 0..20 {
        assert_eq!(client.send(&get(&url)).unwrap().timings.connect, None);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn a_pooled_connection_that_was_closed_is_made_anew() {
    // Closes each connection at its second request, without an answer, as a server does whose idle time is up.
    let (url, connections) = server({
        let first = Mutex::new(true);
        move |stream, _| {
            let mut first = first.lock().unwrap();
            let open = *first;
            *first = !open;
            open && ok(stream, "x")
        }
    });
    let client = client();
    client.send(&get(&url)).unwrap();
    client.send(&get(&url)).unwrap();
    assert_eq!(connections.load(Ordering::SeqCst), 2);
    let post = Request { method: "POST".into(), ..get(&url) };
    let error = client.send(&post).unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Io, "a POST is never sent twice: {error}");
}

#[test]
fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let got = error(&get(&format!("http://{address}/")));
    assert_eq!(got.kind, HttpErrorKind::Refused);
    assert_eq!(got.message, format!("`{address}` refuses the connection: nothing listens there"));
}

#[test]
fn no_such_host() {
    let got = error(&get("http://no-such-host.invalid/"));
    assert_eq!(got.kind, HttpErrorKind::Dns);
    assert_eq!(got.message, "the host of `no-such-host.invalid:80` has no address");
}

#[test]
fn urls_and_headers_that_cannot_be_sent() {
    for (url, why) in [
        ("/predict", "is not absolute"),
        ("127.0.0.1:80", "is not absolute"),
        ("ftp://h/", "has the scheme `ftp`"),
        ("http://h/a b", "cannot be used"),
        ("http://", "cannot be used"),
        ("", "cannot be used"),
    ] {
        let got = error(&get(url));
        assert_eq!(got.kind, HttpErrorKind::InvalidUrl, "{url}");
        assert!(got.message.contains(why), "{url}: {got}");
    }
    let method = Request { method: "G ET".into(), ..get("http://127.0.0.1:1/") };
    assert_eq!(error(&method).message, "`G ET` is no HTTP method");
    for (name, value) in [("a b", "c"), ("a", "b\r\nc: d")] {
        let mut request = get("http://127.0.0.1:1/");
        request.headers.push((name.into(), value.into()));
        assert_eq!(error(&request).kind, HttpErrorKind::InvalidRequest);
    }
}

#[test]
fn a_silent_server_runs_into_the_total_or_the_read_timeout() {
    let (url, _) = server(|_, _| {
        thread::sleep(SOON * 2);
        false
    });
    let mut request = get(&url);
    request.timeouts.total = Duration::from_millis(200);
    let got = error(&request);
    assert_eq!(got.kind, HttpErrorKind::Timeout(Phase::FirstByte));
    assert!(got.message.ends_with("sent no answer within 200 ms"), "{got}");
    request.timeouts = Timeouts { read: Some(Duration::from_millis(100)), ..Timeouts::default() };
    let got = error(&request);
    assert_eq!(got.kind, HttpErrorKind::Timeout(Phase::Pause));
    assert!(got.message.ends_with("sent no answer within 100 ms"), "{got}");
}

#[test]
fn a_drip_of_bytes_does_not_stretch_the_total() {
    let (url, _) = server(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
        false
    });
    let mut request = get(&url);
    request.timeouts.total = Duration::from_millis(300);
    let got = error(&request);
    assert_eq!(got.kind, HttpErrorKind::Timeout(Phase::Body));
    assert!(got.message.ends_with("had not finished its answer within 300 ms"), "{got}");
}

#[test]
fn a_full_backlog_runs_into_the_connect_timeout() {
    // An address of the range for documentation (RFC 5737) leads nowhere; some networks say so at once.
    let mut request = get("http://192.0.2.1:9/");
    request.timeouts.connect = Duration::from_millis(100);
    let kind = error(&request).kind;
    let expected = [HttpErrorKind::Timeout(Phase::Connect), HttpErrorKind::Refused, HttpErrorKind::Io];
    assert!(expected.contains(&kind), "{kind:?}");
}

#[test]
fn a_connection_closed_early() {
    let got = error(&get(&canned("")));
    assert_eq!(got.kind, HttpErrorKind::Io);
    assert!(got.message.ends_with("closed the connection without an answer"), "{got}");
    for cut in ["HTTP/1.1 200 OK\r\nx-y: z", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"] {
        let got = error(&get(&canned(cut)));
        assert_eq!(got.kind, HttpErrorKind::Io, "{got}");
        assert!(got.message.ends_with("closed the connection in the middle of its answer"), "{got}");
    }
    let got = error(&get(&canned("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc")));
    assert_eq!(got.kind, HttpErrorKind::Io, "{got}");
}

#[test]
fn an_answer_given_before_the_body_was_read_still_arrives() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut some = [0; 1000];
        stream.read_exact(&mut some).unwrap();
        say(&mut stream, "HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nno!");
        // Says that it sends no more, and swallows what comes, until the client has read the answer.
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap_or_default();
    });
    let request = Request { method: "POST".into(), body: vec![b'x'; 20 << 20], ..get(&url) };
    let got = send(&request).unwrap();
    assert_eq!((got.status, &got.body[..]), (413, &b"no!"[..]));
    server.join().unwrap();
}

#[test]
fn what_is_not_http() {
    for (bytes, kind) in [
        (&b"SSH-2.0-OpenSSH_9.6\r\n\r\n"[..], HttpErrorKind::NotHttp),
        (b"\0\x01\x02\x03\r\n\r\n", HttpErrorKind::NotHttp),
        (b"HTTP/1.1 abc\r\n\r\n", HttpErrorKind::Protocol),
    ] {
        let got = error(&get(&canned(bytes)));
        assert_eq!(got.kind, kind, "{got}");
    }
    let bad_chunk = canned("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n");
    assert_eq!(error(&get(&bad_chunk)).kind, HttpErrorKind::Protocol);
    let tls = get(&canned("HTTP/1.1 200 OK\r\n\r\n").replace("http:", "https:"));
    let got = error(&tls);
    assert_eq!(got.kind, HttpErrorKind::Tls, "{got}");
}

#[test]
fn endless_bodies_and_headers_are_cut_off() {
    let (url, _) = server(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
        false
    });
    let request = Request { max_body: 100_000, ..get(&url) };
    let got = error(&request);
    assert_eq!(got.kind, HttpErrorKind::TooLarge);
    assert!(got.message.ends_with("sent a body larger than 97.66 KiB"), "{got}");
    let (url, _) = server(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx-long: ");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
        false
    });
    let got = error(&get(&url));
    assert_eq!(got.kind, HttpErrorKind::HeadTooLarge, "{got}");
    let (url, _) = server(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"x-more: and more of it\r\n").is_ok() {}
        false
    });
    let got = error(&get(&url));
    assert_eq!(got.kind, HttpErrorKind::HeadTooLarge, "{got}");
}

#[test]
fn a_body_of_exactly_the_limit_is_fine() {
    let url = canned("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345");
    assert_eq!(send(&Request { max_body: 5, ..get(&url) }).unwrap().body, b"12345");
    assert_eq!(error(&Request { max_body: 4, ..get(&url) }).kind, HttpErrorKind::TooLarge);
}

fn gzipped(body: &[u8]) -> String {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
    canned([head.as_bytes(), body].concat())
}

#[test]
fn gzip_is_undone_and_a_false_one_reported() {
    let got = send(&get(&gzipped(GZIP))).unwrap();
    assert_eq!(got.body, b"hello hello hello hello");
    assert_eq!(got.header("content-encoding"), None);
    assert_eq!(error(&get(&gzipped(b"not gzip at all"))).kind, HttpErrorKind::Protocol);
}

#[test]
fn the_limit_is_on_what_gzip_unpacks_to() {
    // Stored nowhere: a stream of many members, each unpacking to 23 bytes.
    let bomb = GZIP.repeat(10_000);
    let request = Request { max_body: 50_000, ..get(&gzipped(&bomb)) };
    assert_eq!(error(&request).kind, HttpErrorKind::TooLarge);
}

#[test]
fn head_and_bodiless_statuses_do_not_wait_for_a_body() {
    let (url, _) = server(|stream, seen| {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n";
        let none = "HTTP/1.1 204 No Content\r\n\r\n";
        stream.write_all(if seen.line.starts_with("HEAD") { head } else { none }.as_bytes()).is_ok()
    });
    let head = send(&Request { method: "HEAD".into(), ..get(&url) }).unwrap();
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, Some("99")));
    assert_eq!(send(&get(&url)).unwrap().status, 204);
}

#[test]
fn redirects_are_followed_as_often_as_asked() {
    let (url, _) = server(|stream, seen| match seen.line.split(' ').nth(1).unwrap() {
        "/end" => ok(stream, &seen.line),
        path => {
            let next = if path == "/a/1" { "2?x=1" } else { "/end" };
            say(stream, &format!("HTTP/1.1 302 Found\r\nlocation: {next}\r\ncontent-length: 2\r\n\r\nno"))
        }
    });
    let request = Request { redirects: 2, ..get(&format!("{url}/a/1")) };
    let got = send(&request).unwrap();
    assert_eq!((got.status, got.redirects, got.url), (200, 2, format!("{url}/end")));
    let got = error(&Request { redirects: 1, ..request.clone() });
    assert_eq!(got.kind, HttpErrorKind::Redirects);
    assert_eq!(got.message, format!("more than 1 redirects, the last to `{url}/end`"));
    let got = send(&Request { redirects: 0, ..request }).unwrap();
    assert_eq!((got.status, got.header("location"), &got.body[..]), (302, Some("2?x=1"), &b"no"[..]));
}

#[test]
fn a_redirect_in_a_circle_or_to_nowhere_ends() {
    let circle = canned("HTTP/1.1 301 Moved\r\nlocation: /\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(error(&Request { redirects: 10, ..get(&circle) }).kind, HttpErrorKind::Redirects);
    let nowhere = canned("HTTP/1.1 301 Moved\r\nlocation: gopher://x/\r\ncontent-length: 0\r\n\r\n");
    let got = error(&Request { redirects: 10, ..get(&nowhere) });
    assert_eq!(got.kind, HttpErrorKind::Nowhere, "{got}");
    let lost = canned("HTTP/1.1 301 Moved\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(send(&Request { redirects: 10, ..get(&lost) }).unwrap().status, 301);
}

#[test]
fn redirects_keep_or_drop_method_and_body_by_their_status() {
    for (status, method, expected) in [
        (301, "POST", "GET /end 0"),
        (302, "POST", "GET /end 0"),
        (302, "PUT", "PUT /end 4"),
        (303, "PUT", "GET /end 0"),
        (307, "POST", "POST /end 4"),
        (308, "POST", "POST /end 4"),
    ] {
        let (url, _) = server(move |stream, seen| {
            if seen.line.contains(" /end ") {
                let line = seen.line.trim_end_matches(" HTTP/1.1");
                assert_eq!(seen.headers.contains("content-type"), !seen.body.is_empty());
                return ok(stream, &format!("{line} {}", seen.body.len()));
            }
            say(stream, &format!("HTTP/1.1 {status} Go\r\nlocation: /end\r\ncontent-length: 0\r\n\r\n"))
        });
        let mut request =
            Request { method: method.into(), body: b"data".to_vec(), redirects: 1, ..get(&url) };
        request.headers.push(("Content-Type".into(), "text/plain".into()));
        let got = send(&request).unwrap();
        assert_eq!(String::from_utf8_lossy(&got.body), expected, "{status} {method}");
    }
}

#[test]
fn credentials_do_not_travel_to_another_origin() {
    let (elsewhere, _) = server(|stream, seen| ok(stream, &seen.headers));
    let (url, _) = server(move |stream, seen| {
        if seen.line.contains(" /home ") {
            return ok(stream, &seen.headers);
        }
        let target = if seen.line.contains(" /out ") { &elsewhere } else { "/home" };
        say(stream, &format!("HTTP/1.1 307 Go\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n"))
    });
    for (path, carried) in [("/in", true), ("/out", false)] {
        let mut request = Request { redirects: 1, ..get(&format!("{url}{path}")) };
        for name in ["Authorization", "Cookie", "X-Api-Key"] {
            request.headers.push((name.into(), "s3cret".into()));
        }
        request.headers.push(("X-Trace".into(), "t".into()));
        let headers = String::from_utf8(send(&request).unwrap().body).unwrap();
        assert_eq!(headers.matches("s3cret").count(), if carried { 3 } else { 0 }, "{headers}");
        assert!(headers.contains("x-trace: t"), "{headers}");
    }
}

#[test]
fn an_interrupted_request_ends_and_the_next_one_works() {
    let (url, _) = server(|stream, seen| {
        if seen.line.contains("/slow") {
            thread::sleep(SOON * 2);
        }
        ok(stream, "x")
    });
    let client = Arc::new(client());
    let slow = {
        let (client, url) = (client.clone(), url.clone());
        thread::spawn(move || client.send(&get(&format!("{url}/slow"))))
    };
    let began = Instant::now();
    // The request may not have been sent yet at the first interruption.
    while !slow.is_finished() && began.elapsed() < SOON {
        thread::sleep(Duration::from_millis(20));
        client.interrupt();
    }
    assert_eq!(slow.join().unwrap().unwrap_err().kind, HttpErrorKind::Io);
    assert!(began.elapsed() < SOON);
    assert_eq!(client.send(&get(&url)).unwrap().status, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_is_started_for_a_request() {
    // The library's own resolver starts one for each request with a timeout. Thread numbers are given in order, so the
    // next one after many requests tells how many threads were started meanwhile by the whole process.
    let (url, _) = server(|stream, _| ok(stream, "x"));
    let next = || {
        let newest = || std::fs::read_link("/proc/thread-self").unwrap();
        let name = thread::spawn(newest).join().unwrap().file_name().unwrap().to_owned();
        name.to_str().unwrap().parse::<i64>().unwrap()
    };
    let client = client();
    client.send(&get(&url)).unwrap();
    // Other tests and programs start threads too: the quietest of a few rounds counts.
    let started = (0..5).map(|_| {
        let before = next();
        for _ in 0..100 {
            client.send(&get(&url)).unwrap();
        }
        next() - before
    });
    assert!(started.min().unwrap() < 100);
}

#[test]
fn root_certificates_must_be_certificates() {
    let options = ClientOptions { root_certificates: Some(b"nonsense".to_vec()), ..ClientOptions::default() };
    let error = Client::new(options).unwrap_err();
    assert_eq!(error.message, "the root certificates hold no certificate in PEM form");
}

#[test]
fn the_first_event_that_is_waited_for_is_timed() {
    let (url, _) = server(|stream, _| {
        say(stream, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: role\n\ndata: to");
        thread::sleep(Duration::from_millis(60));
        say(stream, "ken\n\n");
        thread::sleep(Duration::from_millis(60));
        say(stream, "data: [DONE]\n\n");
        false
    });
    let request = Request { events: Some(|data| data == "token"), ..get(&url) };
    let got = send(&request).unwrap();
    assert_eq!(events(&got.body), ["role", "token", "[DONE]"]);
    let Timings { first_byte, first_event, total, .. } = got.timings;
    assert!(first_byte < first_event.unwrap() && first_event.unwrap() < total, "{:?}", got.timings);
    let never = Request { events: Some(|_| false), ..request };
    assert_eq!(send(&never).unwrap().timings.first_event, None);
}

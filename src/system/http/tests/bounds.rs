//! Bounds of time and size, and what is no HTTP.

use super::*;

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

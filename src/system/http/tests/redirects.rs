//! Redirects: how far they are followed, and what goes along.

use super::*;

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
fn a_confidential_body_stays_with_its_server() {
    let (elsewhere, _) = server(|stream, seen| ok(stream, &seen.body.len().to_string()));
    let (url, _) = server(move |stream, seen| {
        if seen.line.contains(" /home ") {
            return ok(stream, &seen.body.len().to_string());
        }
        let target = if seen.line.contains(" /out ") { &elsewhere } else { "/home" };
        say(stream, &format!("HTTP/1.1 307 Go\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n"))
    });
    let asked = |path: &str, confidential| Request {
        method: "POST".into(),
        body: b"data".to_vec(),
        redirects: 1,
        confidential,
        ..get(&format!("{url}{path}"))
    };
    assert_eq!(send(&asked("/in", true)).unwrap().body, b"4");
    assert_eq!(send(&asked("/out", false)).unwrap().body, b"4");
    let error = send(&asked("/out", true)).unwrap_err();
    assert!(
        error.message.ends_with("that is another server, and the request's body holds a secret"),
        "{error}"
    );
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

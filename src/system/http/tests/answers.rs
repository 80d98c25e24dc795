//! What is sent, and what comes back.

use super::*;

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

//! What is sent, and where to.

use super::*;

#[test]
fn requests_are_sent_as_written() {
    let server = Canned::new(&[&ok("{}")]);
    let site = server.site().with("rows", Value::list(vec![Value::Int(1), Value::Float(0.5)]));
    write(&site.project(), "rows.csv", b"a,b\n1,2\n");
    for (spec, line, header, body) in [
        ("{get: '${url}/a?b=1#top', query: {q: a b, n: [1, 2]}}", "GET /a?b=1&q=a%20b&n=1&n=2 ", "", ""),
        (
            "{post: /p, base: '${url}/v1/', json: {instances: $rows}}",
            "POST /v1/p ",
            "content-type: application/json",
            r#"{"instances":[1,0.5]}"#,
        ),
        (
            "{put: '${url}/f', form: {a: x y, b: 2}}",
            "PUT /f ",
            "content-type: application/x-www-form-urlencoded",
            "a=x+y&b=2",
        ),
        (
            "{patch: $url, body: plain, headers: {content-type: text/x, x-n: 5}}",
            "PATCH / ",
            "x-n: 5",
            "plain",
        ),
        ("{post: $url, file: rows.csv}", "POST / ", "content-type: text/csv", "a,b\n1,2\n"),
        ("{delete: $url, auth: {bearer: abc}}", "DELETE / ", "authorization: Bearer abc", ""),
        // RFC 7617, section 2.
        (
            "{get: $url, auth: {basic: {user: Aladdin, password: open sesame}}}",
            "GET / ",
            "authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            "",
        ),
        ("{method: PURGE, url: $url}", "PURGE / ", "", ""),
    ] {
        site.run::<Probe>(spec).unwrap_or_else(|error| panic!("{spec}: {error:?}"));
        let asked = server.asked().pop().unwrap();
        assert!(asked.starts_with(line), "{spec}: {asked}");
        assert!(asked.contains(header) && asked.ends_with(&format!("\r\n\r\n{body}")), "{spec}: {asked}");
    }
}

#[test]
fn redirects_are_answers_unless_followed() {
    let moved = answer("302 Found", "location: /there\r\n", "");
    let server = Canned::new(&[&moved, &moved, &ok("1")]);
    let done = server.site().run::<Probe>("get: $url").unwrap();
    assert_eq!(show(&done.outputs, "status"), "302");
    let done = server.site().run::<Probe>("{get: $url, redirects: 3}").unwrap();
    assert_eq!(show(&done.outputs, "url"), format!("\"{}/there\"", server.url));
    let error = Canned::new(&[&moved]).site().run::<Probe>("{get: $url, redirects: 2}").unwrap_err();
    assert_eq!(
        (error.code.name, error.help.as_deref()),
        ("unreachable", Some("where that is right, raise `redirects`"))
    );
}

#[test]
fn what_cannot_be_sent_is_told_before_anything_is_sent() {
    let site = Site::new().with("x", "nowhere").with("nan", f64::NAN).with("url", "http://127.0.0.1:1");
    for (spec, expected) in [
        ("get: $x", "`nowhere` is no whole URL, and there is no `base`"),
        ("{get: /a, base: $x}", "the base `nowhere` is not the beginning of a URL"),
        ("{post: $url, json: {a: [1, $nan]}}", "JSON has no .nan at `a[1]`"),
        ("{get: $url, query: {a: null}}", "`a` has no value"),
        (
            "{get: $url, headers: {Authorization: x}, auth: {bearer: y}}",
            "`auth` stands beside a header `authorization`",
        ),
        (
            "{get: $url, auth: {basic: {user: 'a:b', password: c}}}",
            "a user's name cannot hold a `:` (RFC 7617)",
        ),
        ("{get: $url, headers: {'a b': x}}", "`a b` is no name for a header"),
    ] {
        assert_eq!(site.run::<Probe>(spec).unwrap_err().message, expected, "{spec}");
    }
}

#[test]
fn a_form_of_parts_is_sent_byte_for_byte() {
    let server = Canned::new(&[&ok("{}")]);
    let site =
        server.site().with("photo", Value::Bytes(b"\0\xff\r\n--mlfunnel-part-0\r\n".as_slice().into()));
    write(&site.project(), "rows.csv", b"a,b\n1,2\n");
    let spec = r#"{post: $url, multipart: {
        rows: {path: rows.csv},
        photo: $photo,
        named: {body: $photo, name: "it's \"a\".png", type: image/png},
        tags: [a, 5, true],
        meta: {json: {top: 3}},
    }}"#;
    site.run::<Probe>(spec).unwrap();
    let asked = server.asked().pop().unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: multipart/form-data; boundary=mlfunnel-part-1"), "{head}");
    let photo = "\0\u{fffd}\r\n--mlfunnel-part-0\r\n";
    let parts = [
        "name=\"rows\"; filename=\"rows.csv\"\r\ncontent-type: text/csv\r\n\r\na,b\n1,2\n".to_owned(),
        format!("name=\"photo\"\r\ncontent-type: application/octet-stream\r\n\r\n{photo}"),
        format!("name=\"named\"; filename=\"it's %22a%22.png\"\r\ncontent-type: image/png\r\n\r\n{photo}"),
        "name=\"tags\"\r\n\r\na".to_owned(),
        "name=\"tags\"\r\n\r\n5".to_owned(),
        "name=\"tags\"\r\n\r\ntrue".to_owned(),
        "name=\"meta\"\r\ncontent-type: application/json\r\n\r\n{\"top\":3}".to_owned(),
    ];
    let expected =
        parts.map(|part| format!("--mlfunnel-part-1\r\ncontent-disposition: form-data; {part}\r\n"));
    assert_eq!(body, expected.concat() + "--mlfunnel-part-1--\r\n");
    site.run::<Probe>(spec).unwrap();
    assert_eq!(server.asked().pop().unwrap(), asked, "the same from run to run");

    for (spec, expected) in [
        ("multipart: {}", "expected one field at least, got none"),
        (
            "multipart: {a: {path: x, body: y}}",
            "expected one of `path`, `body` and `json`, got more than one",
        ),
        ("multipart: {a: [x, {type: y}]}", "expected one of `path`, `body` and `json`, got none of them"),
    ] {
        let found = Site::read::<Probe>(&format!("{{post: http://a, {spec}}}")).unwrap_err();
        assert_eq!(found, [expected], "{spec}");
    }
    let error = site.run::<Probe>("{post: $url, multipart: {a: b}, headers: {content-type: x}}").unwrap_err();
    assert_eq!(error.message, "`multipart` stands beside a header `content-type`");
}

#[test]
fn a_failed_request_can_be_sent_by_hand() {
    let server = Canned::new(&[&answer("500 No", "", "")]);
    let site = server.site().with("key", "k");
    let done = site.run::<Probe>("{get: $url, auth: {header: {name: X-Api-Key, value: $key}}}").unwrap();
    let expected = format!("curl -i '{}' -H 'X-Api-Key: k' --max-time 30", server.url);
    assert_eq!(done.reproduce, Some(expected));
    let error = site.run::<Probe>("get: http://127.0.0.1:1/").unwrap_err();
    assert_eq!(error.reproduce.as_deref(), Some("curl -i 'http://127.0.0.1:1/' --max-time 30"));
    let error = site.run::<Probe>("{get: http://198.51.100.1/}").unwrap_err();
    assert_eq!(error.reproduce, None, "nothing was sent");
}

#[test]
fn a_credential_of_any_name_stays_with_its_server() {
    let there = Canned::new(&[&ok("1")]);
    let here = Canned::new(&[&answer("302 Found", &format!("location: {}/\r\n", there.url), "")]);
    let spec = "{get: $url, redirects: 1, headers: {x-b: c, x-d: a hidden one}, auth: {header: {name: X-Pass, value: open}}}";
    let mut site = here.site();
    site.secret = Some("hidden");
    site.run::<Probe>(spec).unwrap();
    let asked = &here.asked()[0];
    assert!(asked.contains("x-pass: open") && asked.contains("x-d: a hidden one"), "{asked}");
    let asked = &there.asked()[0];
    assert!(!asked.contains("open") && !asked.contains("hidden") && asked.contains("x-b: c"), "{asked}");
    let here = Canned::new(&[&answer("307 Go", &format!("location: {}/\r\n", there.url), "")]);
    let mut site = here.site();
    site.secret = Some("hidden");
    let error = site.run::<Probe>("{post: $url, redirects: 1, body: a hidden one}").unwrap_err();
    assert!(error.message.ends_with("the request's body holds a secret"), "{}", error.message);
}

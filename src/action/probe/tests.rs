use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Probe;
use crate::action::site::{Site, show, write};
use crate::action::{Action, Known};
use crate::syntax::{Reference, Tier};
use crate::system::clock::Deadline;
use crate::value::Value;

/// A server that gives these answers, the last of them for ever, and keeps what it was asked.
struct Canned {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    fn new(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (record, answers) = (asked.clone(), answers.iter().map(ToString::to_string).collect::<Vec<_>>());
        std::thread::spawn(move || {
            let mut next = 0;
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                while let Some(request) = read_request(&mut stream) {
                    record.lock().unwrap().push(request);
                    let answer = &answers[next.min(answers.len() - 1)];
                    next += 1;
                    if answer == "hang" {
                        std::thread::sleep(Duration::from_secs(30));
                    }
                    if stream.write_all(answer.as_bytes()).is_err() || answer.is_empty() {
                        break;
                    }
                }
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn site(&self) -> Site {
        Site::new().with("url", self.url.as_str())
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend(&buffer[..count]),
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn ok(body: &str) -> String {
    answer("200 OK", "content-type: application/json\r\n", body)
}

#[test]
fn an_answer_becomes_outputs() {
    let headers = "Content-Type: application/json\r\nX-A: 1\r\nx-a: 2\r\n";
    let server = Canned::new(&[&answer("200 OK", headers, r#"{"a": [1, 2.5]}"#)]);
    let done = server.site().run::<Probe>("get: ${url}/x").unwrap();
    assert!(done.unsuccessful.is_none() && done.others.is_empty());
    for (path, expected) in [
        ("status", "200"),
        ("headers.content-type", r#""application/json""#),
        ("headers.x-a", r#""1, 2""#),
        ("body", r#""{\"a\": [1, 2.5]}""#),
        ("json.a", "[1, 2.5]"),
        ("samples", "1"),
        (
            "latency.p50",
            "there is no `p50` in `latency`, which is a mapping (give one of `min`, `mean`, `max`)",
        ),
    ] {
        assert_eq!(show(&done.outputs, path), expected, "{path}");
    }
    assert_eq!(show(&done.outputs, "latency"), show(&done.outputs, "latency.max"));
    assert_eq!(show(&done.outputs, "url"), format!("\"{}/x\"", server.url));
    assert!(matches!(done.outputs.values["phases"].follow(&[]).unwrap(), Value::Map(map) if map.len() == 5));
}

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
fn every_answer_that_differs_is_there_once() {
    let dated = |second: u32, body: &str| answer("200 OK", &format!("date: {second}\r\n"), body);
    let server = Canned::new(&[
        &answer("500 No", "", "cold"),
        &dated(1, "1"),
        &dated(2, "1"),
        &answer("503 No", "", "busy"),
        &dated(3, "2"),
        &dated(4, "1"),
    ]);
    let mut site = server.site();
    site.asked = vec!["body"];
    let done = site.run::<Probe>("{get: $url, warmup: 1, samples: 20}").unwrap();
    assert_eq!(show(&done.outputs, "body"), "\"1\"");
    let others: Vec<_> =
        done.others.iter().map(|outputs| show(outputs, "status") + &show(outputs, "body")).collect();
    assert_eq!(others, [r#"503"busy""#, r#"200"2""#]);
    assert_eq!(show(&done.others[0], "latency"), show(&done.outputs, "latency.max"));
    let bad = done.unsuccessful.unwrap();
    assert_eq!(bad.message, format!("`GET {}` is answered with status 503 in 1 of 20 samples", server.url));
    assert_eq!(bad.notes, ["the body: busy"]);
    assert_eq!(server.asked().len(), 21);
}

#[test]
fn what_is_no_json_says_so() {
    for (body, expected) in [
        ("", "the body is empty, and so no JSON"),
        ("<p>", "the body is not JSON (`application/json`): line 1, column 1: expected value"),
    ] {
        let done = Canned::new(&[&ok(body)]).site().run::<Probe>("get: $url").unwrap();
        assert_eq!(show(&done.outputs, "json.a"), expected);
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
fn no_answer_is_an_error_that_names_the_sample() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let site = Site::new().with("url", format!("http://{closed}"));
    let error = site.run::<Probe>("get: $url").unwrap_err();
    assert_eq!(error.message, format!("`{closed}` refuses the connection: nothing listens there"));
    assert_eq!(
        (error.code.name, error.help.as_deref()),
        ("unreachable", Some("start the server, or correct the URL"))
    );

    let server = Canned::new(&[&ok("1"), &ok("1"), ""]);
    let error = server.site().run::<Probe>("{post: $url, samples: 5}").unwrap_err();
    assert!(error.message.starts_with("sample 3 of 5: `127.0.0.1:"), "{}", error.message);

    let error =
        Canned::new(&["hang"]).site().run::<Probe>("{get: $url, timeouts: {total: 30 ms}}").unwrap_err();
    assert_eq!(error.code.name, "unreachable");
    assert!(error.message.ends_with("sent no answer within 30 ms"), "{}", error.message);

    let error = Canned::new(&[&ok("123456")]).site().run::<Probe>("{get: $url, max_body: 5 B}").unwrap_err();
    assert_eq!(error.help.as_deref(), Some("where that is right, raise `max_body`"));
}

#[test]
fn the_steps_own_end_is_no_fault_of_the_server() {
    let mut site = Canned::new(&["hang"]).site();
    site.deadline = Deadline::after(Duration::from_millis(50));
    let began = Instant::now();
    let error = site.run::<Probe>("get: $url").unwrap_err();
    assert_eq!(error.code.name, "timed-out");
    assert!(
        error.message.starts_with("the time was over before `GET http://127.0.0.1:"),
        "{}",
        error.message
    );
    assert!(began.elapsed() < Duration::from_secs(20));

    let site = Canned::new(&[&ok("1")]).site();
    site.cancel.cancel();
    assert_eq!(site.run::<Probe>("get: $url").unwrap_err().code.name, "interrupted");
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
fn mistakes_are_told_when_the_file_is_read() {
    for (spec, expected) in [
        (
            "{}",
            "this probe asks for nothing | write `get: URL`, `method: PURGE` with `url: URL`, or `protocol: …` with `rows`",
        ),
        (
            "{get: http://a, post: http://b}",
            "`get` and `post` are both given | write one method and its URL: `get: URL`, or `method: PURGE` with `url: URL`",
        ),
        (
            "{get: http://a, url: http://b}",
            "`url` stands beside `get` | write one method and its URL: `get: URL`, or `method: PURGE` with `url: URL`",
        ),
        (
            "{get: /health}",
            "`/health` is no whole URL, and there is no `base` | write `http://…`, or give `base: …` here or in the suite's `defaults: {probe: {…}}`",
        ),
        (
            "{get: ftp://a/b}",
            "`ftp://a/b` is no URL that a probe can ask | write `http://host/path` or `https://…`",
        ),
        (
            "{post: http://a, json: 1, form: {a: 1}}",
            "`json` and `form` are both given | a request has one body: keep one of them",
        ),
        (
            "{get: http://a, auth: {}}",
            "`auth` names nobody | write `{basic: {user: …, password: …}}`, `{bearer: …}` or `{header: {name: …, value: …}}`",
        ),
        ("{get: http://a, samples: 0}", "no samples measure nothing | write 1 or more"),
        ("{get: http://a, body: 5}", "expected text, got an integer `5` | `json: …` sends any value"),
    ] {
        assert_eq!(Site::read::<Probe>(spec).unwrap_err(), [expected], "{spec}");
    }
}

fn known(reference: &Reference) -> Known {
    match &*reference.name {
        "demo" => Known::Service,
        "api" => Known::Fake,
        "staging" => Known::Text("https://staging.example.org/v1".into()),
        "local" => Known::Text("http://localhost:8000".into()),
        _ => Known::Nothing,
    }
}

#[test]
fn each_tier_reaches_only_so_far() {
    let unit = "a unit suite reaches no server but its own fakes | probe one of them, such as `$api.url` of `services: {api: {fake: …}}`, or move the case to an integration or a smoke suite";
    let beyond = |host| {
        format!(
            "`{host}` is beyond this machine, where no integration suite reaches | probe one of the suite's services, or move the case to a smoke suite"
        )
    };
    let staging = beyond("staging.example.org");
    for (spec, in_unit, in_integration) in [
        ("get: ${api.url}/health", None, None),
        ("get: $api.url", None, None),
        ("{get: /health, base: $api.url}", None, None),
        ("get: http://127.0.0.1:${api.port}/x", Some(unit), None),
        ("get: ${demo.url}/health", Some(unit), None),
        ("{get: /health, base: $demo.url}", Some(unit), None),
        ("get: http://127.0.0.1:${demo.port}/x", Some(unit), None),
        ("get: ${demo.url}.example.org/x", Some(unit), None),
        ("get: ${demo.url}@staging.example.org/x", Some(unit), Some(&*staging)),
        ("get: ${local}/x", Some(unit), None),
        ("get: http://[::1]:80/", Some(unit), None),
        ("get: ${row}/x", Some(unit), None),
        ("get: ${staging}/x", Some(unit), Some(&staging)),
        ("{get: '/${row}', base: $staging}", Some(unit), Some(&staging)),
        ("get: https://staging.example.org:${row}/", Some(unit), Some(&staging)),
    ] {
        let review = |tier| Site::review::<Probe>(spec, tier, &[], &known);
        assert_eq!(review(Tier::Unit), Vec::from_iter(in_unit), "{spec}");
        assert_eq!(review(Tier::Integration), Vec::from_iter(in_integration), "{spec}");
        assert_eq!(review(Tier::Smoke), [""; 0], "{spec}");
    }
}

#[test]
fn what_was_not_known_is_held_to_the_tier_when_it_runs() {
    let site = Site::new().with("url", "http://198.51.100.1/");
    let error = site.run::<Probe>("get: $url").unwrap_err();
    assert_eq!((error.code.name, &*error.message), ("network-in-tier", "`198.51.100.1` is not this machine"));
    let away = answer("302 Found", "location: http://198.51.100.1/\r\n", "");
    let error = Canned::new(&[&away]).site().run::<Probe>("{get: $url, redirects: 1}").unwrap_err();
    assert_eq!(error.code.name, "network-in-tier");
}

#[test]
fn percentiles_need_samples_enough() {
    let review = |samples, asked| {
        Site::review::<Probe>(
            &format!("{{get: http://127.0.0.1, samples: {samples}}}"),
            Tier::Smoke,
            &[asked],
            &known,
        )
    };
    assert_eq!(review("20", "latency.p95"), [""; 0]);
    assert_eq!(review("$n", "latency.p99"), [""; 0]);
    assert_eq!(
        review("20", "latency.p99"),
        [
            "`p99` needs 100 samples, and this probe takes 20 samples | write `samples: 100` or more, or ask for `latency.max`"
        ]
    );
    assert_eq!(review("20", "latency.p98").len(), 1);
    assert_eq!(
        review("20", "phases.first_byte.p99"),
        [
            "`p99` needs 100 samples, and this probe takes 20 samples | write `samples: 100` or more, or ask for `phases.first_byte.max`"
        ]
    );
    let probe = Site::read::<Probe>("get: http://127.0.0.1").unwrap();
    let asks = |path: &str| {
        let found = crate::source::Sources::default().add("s", "");
        probe.measures_latency(&[(path.into(), crate::source::Span { source: found, start: 0, end: 0 })])
    };
    assert!(asks("latency") && asks("latency.p95") && asks("phases.connect") && !asks("status"));
    assert!(asks("throughput") && !asks("errors.count"));
    let load = Site::read::<Probe>("{get: http://127.0.0.1, for: 1 s}").unwrap();
    assert!(load.measures_latency(&[]));
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
fn the_last_answer_is_saved_whatever_its_status() {
    let server = Canned::new(&[&ok("1"), &answer("500 No", "", "two")]);
    let site = server.site();
    let done = site.run::<Probe>("{get: $url, samples: 2, save: out/answer.json}").unwrap();
    assert!(done.unsuccessful.is_some());
    assert_eq!(std::fs::read(site.workspace().join("out/answer.json")).unwrap(), b"two");
    let error = site.run::<Probe>("{get: $url, save: ../x}").unwrap_err();
    assert!(error.message.starts_with("the path `../x` leaves"), "{}", error.message);
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
fn a_server_that_says_it_is_ready_and_completes_no_inference_is_told_of_in_time() {
    let server = Canned::new(&[&ok(""), "hang"]);
    let began = Instant::now();
    let site = server.site();
    let error =
        site.run::<Probe>("{protocol: mlflow, base: $url, rows: [[1]], ready_within: 200 ms}").unwrap_err();
    assert!(
        error.message.starts_with("no inference was completed within 200 ms: `POST http://"),
        "{}",
        error.message
    );
    assert!(error.message.ends_with(", though it says that it is ready"), "{}", error.message);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_server_that_is_ready_late_is_waited_for() {
    let bad = answer("503 Service Unavailable", "", "{\"error\": \"loading\"}");
    let good = ok("{\"predictions\": [1]}");
    let server = Canned::new(&[&bad, &bad, &ok(""), &ok("{\"error\": \"loading\"}"), &ok(""), &good]);
    let done = server
        .site()
        .run::<Probe>("{protocol: mlflow, base: $url, rows: [[1]], ready_within: 20 s}")
        .unwrap();
    assert!(done.checked.iter().all(|checked| checked.misses.is_empty()), "{:?}", done.checked);
    assert!(done.outputs.values.contains_key("ready") && done.outputs.values.contains_key("cold"));
    let paths: Vec<String> =
        server.asked().iter().filter_map(|asked| asked.split(' ').nth(1).map(str::to_owned)).collect();
    let tries = ["/ping", "/invocations"];
    assert_eq!(paths, [&tries[..], &tries, &tries, &["/invocations"]].concat());
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

//! What comes back, and what becomes of it.

use super::*;

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
fn the_last_answer_is_saved_whatever_its_status() {
    let server = Canned::new(&[&ok("1"), &answer("500 No", "", "two")]);
    let site = server.site();
    let done = site.run::<Probe>("{get: $url, samples: 2, save: out/answer.json}").unwrap();
    assert!(done.unsuccessful.is_some());
    assert_eq!(std::fs::read(site.workspace().join("out/answer.json")).unwrap(), b"two");
    let error = site.run::<Probe>("{get: $url, save: ../x}").unwrap_err();
    assert!(error.message.starts_with("the path `../x` leaves"), "{}", error.message);
}

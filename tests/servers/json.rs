//! JSON that is none, or means two things.

use super::server::{Server, answer};
use super::verdict::verdict;

fn of(body: impl AsRef<[u8]>) -> String {
    verdict(&Server::keeping(answer(body)), "probe: {get: URL}\n    expect: {json.a: 1}")
}

fn none(why: &str) -> String {
    format!("failed expectation-failed: json.a: the body is not JSON (`application/json`): line 1, {why}")
}

#[test]
fn deep() {
    assert_eq!(of("[".repeat(1 << 20)), none("column 128: recursion limit exceeded"));
    assert_eq!(of("{\"a\":".repeat(1 << 20)), none("column 636: recursion limit exceeded"));
}

#[test]
fn numbers_past_every_float() {
    assert_eq!(of(r#"{"a": 1e999}"#), none("column 11: number out of range"));
    assert_eq!(of(format!("{{\"a\": {}}}", "9".repeat(100_000))), none("column 100006: number out of range"));
}

#[test]
fn integers_past_64_bits() {
    // They are floats from there on, as in most readers: two that differ in their last digits are equal.
    let got = of(r#"{"a": 18446744073709551616}"#);
    let expected = "failed expectation-failed: json.a: expected 1, got 1.8446744073709552e19, off by 1.84467e19 (allowed 1.001e-5)\nnote: tolerance: abs 1e-8, rel 1e-5 (the default; `tolerance:` on suite, case or step sets it)";
    assert_eq!(got, expected);
    let server = Server::keeping(answer(r#"{"a": 18446744073709551617}"#));
    let step = "probe: {get: URL}\n    expect: {json.a: 18446744073709551616.0}";
    assert_eq!(verdict(&server, step), "passed");
}

#[test]
fn a_key_twice() {
    assert_eq!(of(r#"{"a": 1, "a": 1}"#), none("column 12: key `a` stands twice"));
    // Escaped it is the same key.
    assert_eq!(of(r#"{"a": 1, "\u0061": 1}"#), none("column 17: key `a` stands twice"));
}

#[test]
fn tokens_that_json_does_not_have() {
    assert_eq!(of(r#"{"a": NaN}"#), none("column 7: `NaN` is not JSON"));
    assert_eq!(of(r#"{"a": Infinity}"#), none("column 7: `Infinity` is not JSON"));
    assert_eq!(of(r#"{"a": -Infinity}"#), none("column 8: `Infinity` is not JSON"));
}

#[test]
fn half_a_pair_of_surrogates() {
    assert_eq!(of(r#"{"a": "\ud800"}"#), none("column 14: unexpected end of hex escape"));
    assert_eq!(of(r#"{"a": "\udc00"}"#), none("column 13: lone leading surrogate in hex escape"));
}

#[test]
fn a_byte_order_mark() {
    assert_eq!(of("\u{feff}{\"a\": 1}"), "passed");
}

#[test]
fn more_behind_the_document() {
    assert_eq!(of(r#"{"a": 1} garbage"#), none("column 10: trailing characters"));
    assert_eq!(of(r#"{"a": 1}{"a": 2}"#), none("column 9: trailing characters"));
    assert_eq!(of("{\"a\": 1}\0"), none("column 9: trailing characters"));
}

#[test]
fn nearly_json() {
    assert_eq!(of(r#"{"a": 1,}"#), none("column 9: trailing comma"));
    assert_eq!(of("{'a': 1}"), none("column 2: key must be a string"));
    assert_eq!(of(r#"{"a": 01}"#), none("column 8: invalid number"));
    assert_eq!(of(r#"{"a": 1"#), none("column 7: EOF while parsing an object"));
}

#[test]
fn a_document_in_a_string() {
    let got = of(r#""{\"a\": 1}""#);
    assert_eq!(got, "failed expectation-failed: json.a: there is no `a` in `json`, which is a string");
}

#[test]
fn a_name_of_megabytes() {
    let body = format!("{{\"{}\": 1}}", "k".repeat(9 << 20));
    let server = Server::keeping(answer(body));
    let got = verdict(&server, "probe: {get: URL}\n    expect: {json.predictions.of.the.model: 1}");
    assert_eq!(
        got,
        "failed expectation-failed: json.predictions.of.the.model: there is no `predictions` in `json`, which is a mapping"
    );
}

#[test]
fn a_million_names() {
    let names: Vec<String> = (0..500_000).map(|number| format!("\"k{number}\":{number}")).collect();
    let got = of(format!("{{{}}}", names.join(",")));
    assert_eq!(got, "failed expectation-failed: json.a: there is no `a` in `json`, which is a mapping");
}

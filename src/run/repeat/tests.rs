use super::prune::without;
use super::{differ, files};
use crate::value::{Path, Tolerance, Value};

fn json(text: &str) -> Value {
    Value::from_json(text.as_bytes()).unwrap()
}

#[test]
fn the_first_place_is_named_with_both_values() {
    let way = Path::parse("train.metrics").unwrap();
    let told =
        |first: &str, again: &str| differ::outputs(&way, &json(first), &json(again), &Tolerance::EXACT);
    assert_eq!(told(r#"{"a": [1, 2, 3]}"#, r#"{"a": [1, 2, 3]}"#), Ok(3));
    for (first, again, expected) in [
        ("1", "2", "train.metrics: first 1, then 2"),
        // Not the largest difference, the first.
        (
            r#"{"a": [1, 2], "b": 3}"#,
            r#"{"a": [1, 3], "b": 9}"#,
            "train.metrics.a[1]: first 2, then 3 (and 1 more)",
        ),
        (r#"{"a": 1}"#, r#"{"b": 1}"#, "train.metrics: first {a: 1}, then {b: 1} (and 1 more)"),
        (r#""a\nb\nc\n""#, r#""a\nx\nc\n""#, r#"train.metrics, line 2: first "b\n", then "x\n""#),
        (r#""a\nb""#, r#""a""#, r#"train.metrics, line 1: first "a\n", then "a""#),
        (r#""a""#, r#""b""#, r#"train.metrics: first "a", then "b""#),
        ("[1]", "null", "train.metrics: first [1], then null"),
    ] {
        assert_eq!(told(first, again), Err(expected.to_owned()));
    }
    let long = |end: &str| format!("{}{end}", "x".repeat(300));
    let told = differ::text("stdout", &long("a"), &long("b"));
    assert!(told.ends_with(r#"xa", then …"xxxxxxxxxxxxxxxxxxxxb""#) && told.chars().count() < 100, "{told}");
    let told = differ::bytes("model.bin", &[1, 2, 3], &[1, 2]);
    assert_eq!(told, "model.bin, byte 2: first 0x03, then the end (3 bytes, then 2)");
}

#[test]
fn what_may_differ_is_taken_out() {
    let value = json(
        r#"{"seconds": 1, "epochs": [{"loss": 1, "seconds": 2}, {"loss": 3, "seconds": 4}], "p": [1, "x"]}"#,
    );
    for (way, expected) in [
        ("seconds", r#"{epochs: [{loss: 1, seconds: 2}, {loss: 3, seconds: 4}], p: [1, "x"]}"#),
        ("epochs.*.seconds", r#"{seconds: 1, epochs: [{loss: 1}, {loss: 3}], p: [1, "x"]}"#),
        ("epochs[1]", r#"{seconds: 1, epochs: [{loss: 1, seconds: 2}, null], p: [1, "x"]}"#),
        ("p.0", r#"{seconds: 1, epochs: [{loss: 1, seconds: 2}, {loss: 3, seconds: 4}], p: [null, "x"]}"#),
        (
            "absent.place",
            r#"{seconds: 1, epochs: [{loss: 1, seconds: 2}, {loss: 3, seconds: 4}], p: [1, "x"]}"#,
        ),
    ] {
        assert_eq!(without(&value, &Path::parse(way).unwrap().0).to_string(), expected, "{way}");
    }
}

#[test]
fn files_are_compared_by_what_they_hold() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let close = Tolerance { abs: 0.1, ..Tolerance::EXACT };
    let told = |name: &str, contents: [&[u8]; 2], place: &str, tolerance: &Tolerance| {
        for (folder, content) in folders.iter().zip(contents) {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let way = Path::parse(place).map_or_else(|_| Vec::new(), |way| way.0);
        let ways = if way.is_empty() { Vec::new() } else { vec![&way[..]] };
        files::compare(name, [folders[0].path(), folders[1].path()], &ways, tolerance)
    };
    let exact = &Tolerance::EXACT;
    for (name, first, again, expected) in [
        ("m.json", r#"{"a": 0.9}"#, r#"{"a": 0.8}"#, "artifact m.json at a: first 0.9, then 0.8"),
        // The same document, spelt otherwise.
        (
            "m.json",
            r#"{"a": 1, "b": 2}"#,
            r#"{"b": 2, "a": 1}"#,
            r#"artifact m.json: first "{\"a\": 1, \"b\": 2}", then "{\"b\": 2, \"a\": 1}""#,
        ),
        (
            "t.csv",
            "id,x\na,1\nb,2\n",
            "id,x\na,1\nb,5\n",
            "artifact t.csv at row 2, column x: first 2, then 5",
        ),
        (
            "r.jsonl",
            "{\"x\": 1}\n{\"x\": 2}\n",
            "{\"x\": 1}\n{\"x\": 3}\n",
            "artifact r.jsonl at row 2, column x: first 2, then 3",
        ),
        ("a.txt", "one\n", "two\n", r#"artifact a.txt: first "one\n", then "two\n""#),
        ("w.bin", "\0\u{1}", "\0\u{2}", "artifact w.bin, byte 1: first 0x01, then 0x02"),
    ] {
        assert_eq!(
            told(name, [first, again].map(str::as_bytes), "", exact),
            Err(expected.to_owned()),
            "{name}"
        );
    }
    assert_eq!(told("m.json", [br#"{"a": 0.9}"#, br#"{"a": 0.85}"#], "", &close), Ok(1));
    assert_eq!(told("t.csv", [b"x,y\n1,0.5\n", b"x,y\n1,0.55\n"], "", &close), Ok(2));
    assert_eq!(told("m.json", [br#"{"a": 1, "t": 5}"#, br#"{"a": 1, "t": 6}"#], "t", exact), Ok(1));
    assert_eq!(told("t.csv", [b"t,y\n1,2\n", b"t,y\n9,2\n"], "t", exact), Ok(1));
    assert_eq!(told("w.bin", [b"\0", b"\0"], "", exact), Ok(1));
}

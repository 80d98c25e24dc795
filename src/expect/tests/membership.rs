use super::*;

#[test]
fn isin_and_not_in_ask_every_element() {
    table(&[
        ("isin: [a, b]", "[a, b, a]", "passed (3 values)"),
        ("isin: [1, 2]", "1.0", "passed (1 values)"),
        ("isin: [.nan, null]", "[.nan, null]", "passed (2 values)"),
        ("isin: [1, 2]", "3", "missed: 3 is not in [1, 2]"),
        ("isin: [1, 2]", "[1, '1', true]", "missed: 2 of 3 values are not in [1, 2] | first: [1]: \"1\""),
        ("isin: [1]", "{a: [1], b: 2}", "missed: 1 of 2 values is not in [1] | first: b: 2"),
        ("isin: [1]", "[]", "measured nothing"),
        ("{isin: [1], allow_empty: true}", "[]", "passed (0 values)"),
        ("not_in: [x]", "[a, b]", "passed (2 values)"),
        ("not_in: [0]", "[1, 0.0]", "missed: 1 of 2 values is in [0] | first: [1]: 0.0"),
        ("not_in: [.nan]", ".nan", "missed: .nan is in [.nan]"),
        ("not_in: [x]", "[]", "measured nothing"),
    ]);
    assert_eq!(check("isin: [Oslo, Rome, 1, 3, null]", cities()), "passed (6 values)");
    assert_eq!(
        check("isin: [Oslo, Rome, 1, 3]", cities()),
        "missed: 1 of 6 values is not in [\"Oslo\", \"Rome\", 1, 3] | first: id[1]: null"
    );
}

#[test]
fn a_set_may_be_a_reference() {
    let world = World::new().with("known", floats(&[1.0, 2.0])).with("none", Value::list(vec![]));
    assert_eq!(world.check("isin: $known", "[1, 2]"), "passed (2 values)");
    assert_eq!(world.check("not_in: $none", "[1, 2]"), "measured nothing");
    assert_eq!(world.check("isin: $other", "1"), "faulted[step-error]: `other` has no value");
    assert_eq!(
        world.check("isin: [1]", Value::Bytes(vec![1].into())),
        "faulted[not-measurable]: bytes has no values to look at (help: files are checked under `artifacts`)"
    );
}

#[test]
fn sets_that_make_no_sense_are_refused() {
    invalid(&[
        ("isin: 3", "invalid[wrong-type] at `3`: expected a list, got an integer `3` (help: write `[3]`)"),
        (
            "isin: []",
            "invalid[invalid-value] at `[]`: nothing is in an empty set (help: list the members, such as `[setosa, virginica]`)",
        ),
        (
            "not_in: []",
            "invalid[invalid-value] at `[]`: everything is not in an empty set (help: list the members, such as `[setosa, virginica]`)",
        ),
        (
            "isin: [1, [2]]",
            "invalid[wrong-type] at `[2]`: expected a number, a string, a boolean or null, got a list (help: the members are compared with every scalar of the output, one by one)",
        ),
        ("isn: [1]", "invalid[unknown-matcher] at `isn`: unknown matcher `isn` (help: did you mean `isin`?)"),
    ]);
}

#[test]
fn contains_is_of_text_lists_and_keys() {
    table(&[
        ("contains: ''", "text", "measured nothing"),
        ("contains: ''", "['', a]", "passed (2 values)"),
        ("contains: ['', x]", "text", "passed (2 values)"),
        ("contains: lo", "hello", "passed (1 values)"),
        ("contains: [he, lo]", "hello", "passed (2 values)"),
        ("contains: [he, x, y]", "hello", "missed: it does not contain the text \"x\", \"y\""),
        ("contains: 2", "[1, 2.0]", "passed (2 values)"),
        ("contains: [[1, 2]]", "[[1, 2], [3]]", "passed (2 values)"),
        ("contains: '2'", "[1, 2]", "missed: it does not contain the element \"2\""),
        ("contains: a", "{a: 1}", "passed (1 values)"),
        (
            "contains: [acuracy, loss]",
            "{accuracy: 1}",
            "missed: it does not contain the keys \"acuracy\", \"loss\" | did you mean `accuracy`?",
        ),
        ("contains: x", "[]", "missed: it does not contain the element \"x\""),
        ("not: {contains: error}", "''", "passed (1 values)"),
        ("not: {contains: error}", "[]", "measured nothing"),
        (
            "contains: 5",
            "5 items",
            "faulted[not-measurable]: `contains` cannot be asked of a string (\"5 items\"): it holds text, and 5 is an integer (help: write it in quotes: \"5\")",
        ),
        (
            "contains: 5",
            "5",
            "faulted[not-measurable]: `contains` cannot be asked of an integer (5): it contains nothing",
        ),
    ]);
    assert_eq!(check("contains: [id, city]", cities()), "passed (2 values)");
    assert_eq!(
        check("contains: town", cities()),
        "missed: it does not contain the column \"town\" | it has `id`, `city`"
    );
    invalid(&[(
        "contains: []",
        "invalid[invalid-value] at `[]`: everything contains an empty list of things (help: list what must be there, such as `contains: [a, b]`)",
    )]);
}

#[test]
fn matches_is_found_anywhere_in_text() {
    table(&[
        ("matches: '\\d+'", "loss 12", "passed (1 values)"),
        ("matches: '^a$'", "[a, a]", "passed (2 values)"),
        ("matches: ^a$", "[a, b, 1, null]", "missed: 3 of 4 values do not match `^a$` | first: [1]: \"b\""),
        ("matches: '1'", "1", "missed: 1 does not match `1`"),
        ("matches: a", "[]", "measured nothing"),
    ]);
    invalid(&[
        (
            "matches: '(a'",
            "invalid[wrong-type] at `'(a'`: expected a regular expression (unclosed group), got a string `(a` (help: the syntax is that of the `regex` crate: no look-around, no back-references; single quotes keep backslashes as they are)",
        ),
        (
            "matches: 5",
            "invalid[wrong-type] at `5`: expected a string, got an integer `5` (help: write it in quotes: \"5\")",
        ),
    ]);
}

#[test]
fn what_can_never_hold_of_a_kind_is_refused_when_read() {
    use crate::value::Kind;
    let refused = |text: &str, kind| {
        let mut found = Diagnostics::default();
        let checks = read(text, Checks::read).unwrap();
        checks.refuse_kind(kind, &mut Decoder::new(&mut found));
        found.into_sorted().into_iter().map(|one| one.message).collect::<Vec<_>>()
    };
    assert_eq!(refused("matches: a", Kind::Number), ["a number is no text to match"]);
    assert_eq!(refused("length: 1", Kind::Duration), ["a duration has no length"]);
    assert_eq!(refused("{shape: [1], contains: a}", Kind::Map), ["a mapping has no shape"]);
    assert!(refused("{shape: [1], contains: a, length: 1, matches: a}", Kind::Any).is_empty());
}

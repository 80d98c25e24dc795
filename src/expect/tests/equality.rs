use super::*;

#[test]
fn a_plain_value_is_equal_within_the_tolerance() {
    table(&[
        ("[0, 0.5]", "[0.0, 0.500001]", "passed (2 values)"),
        ("[]", "[]", "passed (1 values)"),
        ("each: null", "[null]", "passed (1 values)"),
        (".nan", ".nan", "passed (1 values)"),
        ("1", "true", "missed: expected 1, got true"),
        ("1", "'1'", "missed: expected 1, got \"1\""),
        (
            "[0.5, 1.0]",
            "[0.5, 3.0]",
            "missed: 1 of 2 elements differs | worst: [1]: expected 1.0, got 3.0, off by 2.0 (allowed 1.001e-5)",
        ),
        ("[1, 2]", "[1]", "missed: 1 elements, expected 2"),
        ("[]", "[1]", "missed: 1 elements, expected 0"),
    ]);
}

#[test]
fn equals_is_exact_and_close_to_is_not() {
    table(&[
        ("equals: {a: 1}", "{a: 1.0}", "passed (1 values)"),
        ("equals: {}", "{}", "passed (1 values)"),
        ("equals: 0.1", "0.10000001", "missed: expected 0.1, got 0.10000001, off by 1e-8"),
        ("close_to: {a: [0.1]}", "{a: [0.1000001]}", "passed (1 values)"),
        ("{close_to: 1, abs: 0.1}", "1.05", "passed (1 values)"),
        ("{close_to: 1, ulps: 1}", "1.0000000000000002", "passed (1 values)"),
        (
            "{close_to: 1, rel: 0}",
            "1.0000000000000002",
            "missed: expected 1, got 1.0000000000000002, off by 2.22045e-16",
        ),
        ("close_to: []", "[]", "measured nothing"),
        ("not: {close_to: 1}", "2", "passed (1 values)"),
    ]);
}

#[test]
fn references_bind_and_modifiers_need_a_matcher() {
    let world = World::new().with("made", Value::map([("x", floats(&[1.0]))]));
    assert_eq!(world.check("equals: $made.x", "[1]"), "passed (1 values)");
    assert_eq!(world.check("$made.x", "[1]"), "passed (1 values)");
    assert_eq!(
        world.check("equals: $made.y", "[1]"),
        "faulted[step-error]: `$made` is a mapping without `y` (help: give one of `x`)"
    );
    invalid(&[
        (
            "abs: 1",
            "invalid[no-checks] at `abs: 1`: this expectation has no matcher (help: write what must hold, such as `close_to: 0.5` beside `abs: 1e-6`)",
        ),
        ("{close_to: 1, abs: x}", "invalid[wrong-type] at `x`: expected a number, got a string `x`"),
        (
            "{close_to: 1, allow_empty: 1}",
            "invalid[wrong-type] at `1`: expected a boolean, got an integer `1`",
        ),
    ]);
}

#[test]
fn an_output_is_named_by_its_path() {
    let world = World::new();
    let outputs = "{metrics: {accuracy: 0.9, f1: [0.8, 0.7]}}";
    assert_eq!(
        world.expect("{metrics.accuracy: {min: 0.8}, metrics.f1.1: 0.7}", outputs),
        "metrics.accuracy: passed (1 values)\nmetrics.f1.1: passed (1 values)"
    );
    assert_eq!(
        world.expect("metrics.acuracy: 0.9", outputs),
        "metrics.acuracy: missed: there is no `acuracy` in `metrics`, which is a mapping (did you mean `accuracy`?)"
    );
    assert_eq!(
        world.expect("{}", outputs),
        "invalid[no-checks] at `{}`: an empty `expect` checks nothing (help: say what must hold, or remove it)"
    );
    assert_eq!(
        world.expect("metrics: {between: [0, 1], $.accuracy: 1}", outputs).split(':').next(),
        Some("invalid[conflicting-keys] at `{between")
    );
}

use super::*;

#[test]
fn every_element_lies_within() {
    table(&[
        ("between: [0, 1]", "[0, 1, 0.5]", "passed (3 values)"),
        ("min: 1", "1", "passed (1 values)"),
        ("max: 1", "1", "passed (1 values)"),
        ("above: 1", "1", "missed: 1 is not above 1"),
        ("below: 1", "1", "missed: 1 is not below 1"),
        ("between: [0, 1]", "[0.5, 3, -1]", "missed: 2 of 3 values are not between 0 and 1 | worst: [1]: 3"),
        ("min: 0", ".nan", "missed: .nan is not at least 0 (NaN lies in no range)"),
        (
            "max: 0",
            "[null, -1]",
            "missed: 1 of 2 values is not at most 0 | worst: [0]: null (null lies in no range)",
        ),
        ("max: 9", "'1'", "missed: \"1\" is not at most 9 (text lies in no range)"),
        ("max: 9", "true", "missed: true is not at most 9 (a boolean lies in no range)"),
        ("{above: 0, below: 9}", "[]", "measured nothing\nmeasured nothing"),
        ("{above: 0, allow_empty: true}", "[]", "passed (0 values)"),
    ]);
    let took = Value::from(std::time::Duration::from_millis(20));
    assert_eq!(check("{max: 50 ms, min: 1 ms}", took.clone()), "passed (1 values)\npassed (1 values)");
    assert_eq!(check("max: 10 ms", took.clone()), "missed: 20 ms is not at most 10 ms");
    assert_eq!(check("between: [0, 1]", took), "missed: 20 ms is not between 0 and 1");
    let world = World::new().with("high", Value::Float(0.5));
    assert_eq!(world.check("max: $high", "[0.4]"), "passed (1 values)");
    assert_eq!(world.check("max: $low", "[0.4]"), "faulted[step-error]: `low` has no value");
}

#[test]
fn bounds_that_make_no_sense_are_refused() {
    invalid(&[
        (
            "between: [1, 0]",
            "invalid[invalid-value] at `[1, 0]`: nothing lies between 1 and 0 (help: write `between: [0, 1]`)",
        ),
        (
            "between: 1",
            "invalid[wrong-type] at `1`: expected two bounds, got an integer (help: write `between: [0, 1]`; for one bound use `min` or `max`)",
        ),
        (
            "min: inf",
            "invalid[wrong-type] at `inf`: expected a number, a duration, a size or a datetime, got a string `inf` (help: write `.inf`)",
        ),
        (
            "max: .nan",
            "invalid[wrong-type] at `.nan`: expected a number, a duration, a size or a datetime, got a float `.nan`",
        ),
    ]);
}

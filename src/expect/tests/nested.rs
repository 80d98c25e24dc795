use super::*;

#[test]
fn each_asks_every_element() {
    table(&[
        ("each: {between: [0, 1]}", "[[0, 1], [0.5]]", "passed (3 values)"),
        ("each: {length: 2}", "{a: [1, 2], b: xy}", "passed (2 values)"),
        ("each: 1", "[1, 1]", "passed (2 values)"),
        (
            "each: {min: 2}",
            "[1, 3, 0]",
            "missed: 2 of 3 elements do not hold | first: [0]: 1 is not at least 2",
        ),
        (
            "each: {max: 1}",
            "{a: [0], b: [1, 2]}",
            "missed: 1 of 2 elements does not hold | first: b: 1 of 2 values is not at most 1 | worst: [1]: 2",
        ),
        ("each: {min: 0}", "[]", "measured nothing"),
        ("each: {min: 0}", "[[1], []]", "measured nothing"),
        ("{each: {min: 0}, allow_empty: true}", "[[1], []]", "passed (1 values)"),
        ("each: {min: 0, allow_empty: true}", "[[1], []]", "passed (1 values)"),
        ("each: {'$.score': {max: 1}}", "[{score: 0.5}, {score: 1}]", "passed (2 values)"),
        (
            "each: {length: 1}",
            "[[1], 2]",
            "faulted[not-measurable]: [1]: `length` cannot be asked of an integer (2): it has no length",
        ),
        (
            "each: {min: 0}",
            "1",
            "faulted[not-measurable]: `each` cannot be asked of an integer (1): it has no elements",
        ),
    ]);
    assert_eq!(check("each: {contains: [id, city]}", cities()), "passed (6 values)");
    assert_eq!(
        check("each: {sums_to: 1}", grid(&[2, 2], &[0.5, 0.5, 0.9, 0.2])),
        "missed: 1 of 2 elements does not hold | first: [1]: sum is 1.1, expected 1.0, off by 0.1 (allowed 1.001e-5)"
    );
    invalid(&[
        (
            "each: {minn: 0}",
            "invalid[unknown-matcher] at `minn`: unknown matcher `minn` (help: did you mean `min`?)",
        ),
        (
            "each: {}",
            "invalid[no-checks] at `{}`: an empty expectation checks nothing (help: give a value or a matcher, such as `{finite: true}`; for an empty mapping write `{equals: {}}`)",
        ),
    ]);
}

#[test]
fn any_needs_one() {
    table(&[
        ("any: {above: 2}", "[1, 3]", "passed (2 values)"),
        ("any: 3", "[1, 3]", "passed (2 values)"),
        ("any: {above: 5}", "[1, 3]", "missed: none of 2 elements holds | first: [0]: 1 is not above 5"),
        ("any: {above: 5}", "[]", "measured nothing"),
        ("any: {above: 5}", "[[], []]", "measured nothing"),
        ("any: {above: 5}", "[[], [9]]", "passed (1 values)"),
        ("any: {length: 2}", "[1, [1, 2]]", "passed (1 values)"),
        (
            "any: {length: 2}",
            "[1, [1]]",
            "faulted[not-measurable]: `length` cannot be asked of an integer (1): it has no length",
        ),
    ]);
}

#[test]
fn not_is_no_way_around_the_evidence() {
    table(&[
        ("not: {equals: a}", "b", "passed (1 values)"),
        ("not: b", "b", "missed: `equals` holds of \"b\", and must not"),
        (
            "not: {between: [0, 1], finite: true}",
            "[0.5]",
            "missed: `between` and `finite` holds of [0.5], and must not",
        ),
        ("not: {between: [0, 1], finite: true}", "[2.0]", "passed (2 values)"),
        ("not: {between: [0, 1]}", "[]", "measured nothing"),
        ("not: {each: {min: 0}}", "[]", "measured nothing"),
        ("not: {any: {min: 0}}", "[[], [-1]]", "measured nothing"),
        ("not: {not: {min: 0}}", "[]", "measured nothing"),
        ("not: {not: {min: 0}}", "[1]", "passed (1 values)"),
        (
            "not: {length: 1}",
            "1",
            "faulted[not-measurable]: `length` cannot be asked of an integer (1): it has no length",
        ),
        ("not: {length: 0}", "[]", "missed: `length` holds of [], and must not"),
        ("{not: {min: 0}, allow_empty: true}", "[]", "passed (0 values)"),
    ]);
}

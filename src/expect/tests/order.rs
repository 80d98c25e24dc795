use super::*;

#[test]
fn finite_is_of_numbers_alone() {
    table(&[
        ("finite: true", "[1, 2.5]", "passed (2 values)"),
        ("finite: true", ".nan", "missed: .nan is not finite"),
        ("finite: true", "[1, -.inf, null, a]", "missed: 3 of 4 values are not finite | first: [1]: -.inf"),
        ("finite: true", "{a: {b: [.nan]}}", "missed: 1 of 1 values is not finite | first: a.b[0]: .nan"),
        ("finite: true", "[]", "measured nothing"),
        ("not: {finite: true}", "[.nan]", "passed (1 values)"),
        ("not: {finite: true}", "[]", "measured nothing"),
    ]);
    assert_eq!(check("finite: true", cities()), "missed: 4 of 6 values are not finite | first: id[1]: null");
    invalid(&[
        (
            "finite: false",
            "invalid[invalid-value] at `false`: `finite: false` asks for nothing (help: write `not: {finite: true}`, or leave it out)",
        ),
        (
            "unique: false",
            "invalid[invalid-value] at `false`: `unique: false` asks for nothing (help: write `not: {unique: true}`, or leave it out)",
        ),
        (
            "finite: yes",
            "invalid[wrong-type] at `yes`: expected a boolean, got a string `yes` (help: write `true` or `false`)",
        ),
    ]);
}

#[test]
fn unique_is_of_elements() {
    table(&[
        ("unique: true", "[1, 2, '1', true]", "passed (4 values)"),
        ("unique: true", "[[1, 2], [2, 1]]", "passed (2 values)"),
        (
            "unique: true",
            "[1, 2, 1.0, 2]",
            "missed: 2 of 4 elements repeat an earlier one | first: [2] repeats [0]: 1.0",
        ),
        (
            "unique: true",
            "[.nan, .nan]",
            "missed: 1 of 2 elements repeats an earlier one | first: [1] repeats [0]: .nan",
        ),
        (
            "unique: true",
            "[{a: 1, b: 2}, {b: 2, a: 1}]",
            "missed: 1 of 2 elements repeats an earlier one | first: [1] repeats [0]: {b: 2, a: 1}",
        ),
        ("unique: true", "[9007199254740993, 9007199254740992]", "passed (2 values)"),
        ("unique: true", "['a;', 'b']", "passed (2 values)"),
        ("unique: true", "[]", "measured nothing"),
        (
            "unique: true",
            "1",
            "faulted[not-measurable]: `unique` cannot be asked of an integer (1): it has no elements",
        ),
    ]);
    assert_eq!(check("unique: true", cities()), "passed (3 values)");
    assert_eq!(
        check("unique: true", grid(&[2, 2], &[1.0, 2.0, 1.0, 2.0])),
        "missed: 1 of 2 elements repeats an earlier one | first: [1] repeats [0]: [1.0, 2.0]"
    );
}

#[test]
fn sorted_has_a_direction() {
    table(&[
        ("sorted: ascending", "[1, 1, 2.5]", "passed (3 values)"),
        ("sorted: descending", "[b, a]", "passed (2 values)"),
        ("sorted: ascending", "[7]", "passed (1 values)"),
        ("sorted: ascending", "[1, 3, 2]", "missed: it is not ascending | first: [2]: 2 comes after 3"),
        ("sorted: descending", "[1, 3]", "missed: it is not descending | first: [1]: 3 comes after 1"),
        (
            "sorted: ascending",
            "[1, .nan]",
            "missed: it is not ascending | first: [1]: .nan has no place in the order",
        ),
        (
            "sorted: ascending",
            "[null]",
            "missed: it is not ascending | first: [0]: null has no place in the order",
        ),
        (
            "sorted: ascending",
            "[1, a]",
            "missed: it is not ascending | first: [1]: \"a\" has no place in the order",
        ),
        ("sorted: ascending", "[]", "measured nothing"),
        ("each: {sorted: ascending}", "[[1, 2], [3, 4]]", "passed (4 values)"),
        (
            "sorted: ascending",
            "[[1, 2], [3, 4]]",
            "faulted[not-measurable]: `sorted` cannot be asked of a list: it has more than one axis (help: write `each: {sorted: …}` to ask it of every row)",
        ),
        (
            "sorted: ascending",
            "{a: 1}",
            "faulted[not-measurable]: `sorted` cannot be asked of a mapping: it is no list of scalars",
        ),
    ]);
    invalid(&[(
        "sorted: up",
        "invalid[wrong-type] at `up`: expected one of `ascending`, `descending`, got a string `up`",
    )]);
}

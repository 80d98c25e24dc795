use super::*;

#[test]
fn length_is_rows_axis_keys_or_characters() {
    table(&[
        ("length: 2", "[1, 2]", "passed (1 values)"),
        ("length: 0", "[]", "passed (1 values)"),
        ("length: 5", "naïve", "passed (1 values)"),
        ("length: 1", "{a: [1, 2]}", "passed (1 values)"),
        ("length: {between: [1, 3]}", "[1, 2]", "passed (1 values)"),
        ("length: 3", "[1, 2]", "missed: length is 2, expected 3"),
        ("length: {min: 3}", "[1, 2]", "missed: length: 2 is not at least 3"),
        (
            "length: 1",
            "1",
            "faulted[not-measurable]: `length` cannot be asked of an integer (1): it has no length",
        ),
        (
            "length: 1",
            "null",
            "faulted[not-measurable]: `length` cannot be asked of null (null): it has no length",
        ),
    ]);
    assert_eq!(check("length: 3", cities()), "passed (1 values)");
    assert_eq!(check("length: 2", grid(&[2, 3], &[0.0; 6])), "passed (1 values)");
    let world = World::new().with("n", Value::Int(2)).with("half", Value::Float(0.5));
    assert_eq!(world.check("length: $n", "[1, 2]"), "passed (1 values)");
    assert_eq!(
        world.check("length: $half", "[1, 2]"),
        "faulted[step-error]: expected a whole number, got a float `0.5`"
    );
    invalid(&[
        (
            "length: '3'",
            "invalid[wrong-type] at `'3'`: expected a whole number, got a string `3` (help: write the number without quotes)",
        ),
        ("length: -1", "invalid[wrong-type] at `-1`: expected a whole number, got an integer `-1`"),
        (
            "length: {mim: 1}",
            "invalid[unknown-matcher] at `mim`: unknown matcher `mim` (help: did you mean `min`?)",
        ),
    ]);
}

#[test]
fn shape_is_every_axis() {
    table(&[
        ("shape: [2]", "[1, 2]", "passed (1 values)"),
        ("shape: [null, 2]", "[[1, 2], [3, 4], [5, 6]]", "passed (1 values)"),
        ("shape: []", "7", "passed (1 values)"),
        ("shape: [0]", "[]", "passed (1 values)"),
        ("shape: [3]", "[1, 2]", "missed: shape is [2], expected [3]"),
        ("shape: [null]", "[[1], [2]]", "missed: shape is [2, 1], expected [null]"),
        (
            "shape: [null, 2]",
            "[[1, 2], [3]]",
            "missed: it is ragged: it has no one shape | first: [1] has shape [1], the elements before it [2]",
        ),
        (
            "shape: [1, 2]",
            "[[1, [2]]]",
            "missed: it is ragged: it has no one shape | first: [0][1] has shape [1], the elements before it []",
        ),
        (
            "shape: [1]",
            "{a: 1}",
            "faulted[not-measurable]: `shape` cannot be asked of a mapping: it has no shape",
        ),
    ]);
    assert_eq!(check("shape: [3, 2]", cities()), "passed (1 values)");
    assert_eq!(check("shape: [2, null]", grid(&[2, 3], &[0.0; 6])), "passed (1 values)");
    invalid(&[
        ("shape: 3", "invalid[wrong-type] at `3`: expected a list, got an integer `3` (help: write `[3]`)"),
        ("shape: [2, x]", "invalid[wrong-type] at `x`: expected a whole number, got a string `x`"),
    ]);
}

#[test]
fn same_shape_as_takes_any_value() {
    let world = World::new()
        .with("input", "[[1, 2], [3, 4]]".value())
        .with("ragged", "[[1], [2, 3]]".value())
        .with("empty", Value::list(vec![]));
    assert_eq!(world.check("same_shape_as: $input", grid(&[2, 2], &[0.0; 4])), "passed (1 values)");
    assert_eq!(world.check("same_shape_as: $empty", floats(&[])), "passed (1 values)");
    assert_eq!(world.check("same_shape_as: $input", "[1, 2]"), "missed: shape is [2], expected [2, 2]");
    assert_eq!(
        world.check("same_shape_as: $ragged", "[1, 2]"),
        "faulted[not-measurable]: what `same_shape_as` names is ragged: [1] has shape [2], the elements before it [1]"
    );
}

#[test]
fn dtype_is_a_name_or_a_family() {
    table(&[
        ("dtype: int", "[1, 2, null]", "passed (1 values)"),
        ("dtype: float64", "[1, 2.5]", "passed (1 values)"),
        ("dtype: number", "[1, 2]", "passed (1 values)"),
        ("dtype: text", "[a]", "passed (1 values)"),
        ("dtype: bool", "true", "passed (1 values)"),
        ("dtype: uint64", "[18446744073709551615, 1]", "passed (1 values)"),
        ("dtype: float", "[1, 2]", "missed: dtype is int64, expected float"),
        ("dtype: number", "[1, a]", "missed: it holds int64 and string"),
        ("dtype: number", "[true, 1]", "missed: it holds bool and int64"),
        ("dtype: int", "[null]", "measured nothing"),
        ("dtype: int", "[]", "measured nothing"),
        ("dtype: {a: int, b: text}", "{a: [1], b: [x]}", "passed (2 values)"),
        (
            "dtype: {a: int}",
            "[1]",
            "faulted[not-measurable]: `dtype` cannot be asked of a list: it has no columns",
        ),
    ]);
    assert_eq!(check("dtype: float64", floats(&[])), "passed (1 values)");
    assert_eq!(check("dtype: {id: int, city: string}", cities()), "passed (2 values)");
    assert_eq!(
        check("dtype: {id: float, town: string}", cities()),
        "missed: `id`: dtype is int64, expected float | `town`: there is no such column (give one of `id`, `city`)"
    );
    assert_eq!(check("dtype: number", cities()), "missed: `city`: dtype is string, expected number");
    let words = "one of `bool`, `int64`, `uint64`, `float32`, `float64`, `string`, `datetime`, `int`, `float`, `number`, `text`";
    assert_eq!(
        check("dtype: flaot", "1"),
        format!(
            "invalid[wrong-type] at `flaot`: expected {words}, got a string `flaot` (help: did you mean `float`?)"
        )
    );
    assert_eq!(
        check("dtype: {a: 3}", "1"),
        format!("invalid[wrong-type] at `3`: expected {words}, got an integer `3`")
    );
}

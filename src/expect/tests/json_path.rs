use super::*;

const ITEMS: &str = "{items: [{id: 1, score: 0.5}, {id: 2, score: .nan}, {id: 3}], 'a.b': {'c d': [7]}}";

#[test]
fn a_singular_path_gives_its_node() {
    table(&[
        ("$.items[0].score: 0.5", ITEMS, "out $.items[0].score: passed (1 values)"),
        ("{\"$['a.b']['c d'][0]\": 7}", ITEMS, "out $['a.b']['c d'][0]: passed (1 values)"),
        ("$.items[-1].id: 3", ITEMS, "out $.items[-1].id: passed (1 values)"),
        ("$: {contains: items}", ITEMS, "out $: passed (1 values)"),
        ("$.items[0].score: {max: 0.1}", ITEMS, "out $.items[0].score: missed: 0.5 is not at most 0.1"),
        ("$.total: 3", ITEMS, "out $.total: missed: it is not there"),
        ("$.items[9]: {length: 0}", ITEMS, "out $.items[9]: missed: it is not there"),
        ("$.items[1].score: .nan", ITEMS, "out $.items[1].score: passed (1 values)"),
    ]);
}

#[test]
fn any_other_path_gives_the_nodes_it_selects() {
    table(&[
        ("{'$.items[*].id': [1, 2, 3]}", ITEMS, "out $.items[*].id: passed (3 values)"),
        ("{'$..id': {length: 3}}", ITEMS, "out $..id: passed (1 values)"),
        ("{'$.items[0:2].id': {sums_to: 3}}", ITEMS, "out $.items[0:2].id: passed (2 values)"),
        (
            "{\"$.items[0]['id','score']\": [1, 0.5]}",
            ITEMS,
            "out $.items[0]['id','score']: passed (2 values)",
        ),
        ("{'$.items[?@.id > 1].id': [2, 3]}", ITEMS, "out $.items[?@.id > 1].id: passed (2 values)"),
        (
            "{'$.items[*].score': {finite: true}}",
            ITEMS,
            "out $.items[*].score: missed: 1 of 2 values is not finite | first: [1]: .nan",
        ),
        ("{'$.items[?@.id > 9].id': {min: 0}}", ITEMS, "out $.items[?@.id > 9].id: measured nothing"),
        ("{'$.items[?@.id > 9].id': []}", ITEMS, "out $.items[?@.id > 9].id: measured nothing"),
        (
            "{'$.items[?@.id > 9].id': {min: 0, allow_empty: true}}",
            ITEMS,
            "out $.items[?@.id > 9].id: passed (0 values)",
        ),
        (
            "{'$.items[?@.id > 9]': {length: 0, allow_empty: true}}",
            ITEMS,
            "out $.items[?@.id > 9]: passed (1 values)",
        ),
        (
            "{'$.x[*]': 1, '$.items[0].id': 1}",
            ITEMS,
            "out $.x[*]: measured nothing\nout $.items[0].id: passed (1 values)",
        ),
    ]);
    assert_eq!(
        check("{'$.scores[*]': {between: [0, 1]}}", Value::map([("scores", floats(&[0.5, f64::INFINITY]))])),
        "out $.scores[*]: missed: 1 of 2 values is not between 0 and 1 | worst: [1]: .inf"
    );
}

#[test]
fn a_broken_path_is_refused_at_its_place() {
    let found = check("{'$.items[x]': 1}", "0");
    assert!(found.starts_with("invalid[invalid-value] at `"), "{found}");
    assert!(found.contains("this is no JSONPath: "), "{found}");
    invalid(&[(
        "{$.a: 1, min: 0}",
        "invalid[conflicting-keys] at `{$.a: 1, min: 0}`: matchers and JSONPaths stand side by side (help: under an output every key is a matcher, or every key is a JSONPath; for the whole value write the path `$`)",
    )]);
}

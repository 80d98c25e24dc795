use super::*;

const PERSON: &str = "schema: {type: object, required: [name], properties: {name: {type: string}, age: {minimum: 0}, mail: {format: email}}}";

#[test]
fn the_value_satisfies_the_schema() {
    table(&[
        (PERSON, "{name: a, age: 3}", "passed (2 values)"),
        ("schema: {type: object}", "{}", "passed (1 values)"),
        ("schema: {$ref: '#/$defs/n', $defs: {n: {type: integer}}}", "3", "passed (1 values)"),
        ("schema: {const: $name}", "$name", "passed (1 values)"),
        ("schema: {type: number}", ".nan", "missed: null is not of type \"number\""),
        (PERSON, "{name: 3}", "missed: name: 3 is not of type \"string\""),
        (PERSON, "{name: a, mail: nobody}", "missed: mail: \"nobody\" is not a \"email\""),
        (
            PERSON,
            "{age: -1}",
            "missed: 2 errors against the schema | \"name\" is a required property | age: -1 is less than the minimum of 0",
        ),
        (
            "schema: {items: {type: string}}",
            "[1, 2, 3, 4, 5, 6, 7]",
            "missed: 7 errors against the schema | [0]: 1 is not of type \"string\" | [1]: 2 is not of type \"string\" | \
             [2]: 3 is not of type \"string\" | [3]: 4 is not of type \"string\" | [4]: 5 is not of type \"string\" | and 2 more",
        ),
        ("not: {schema: {type: string}}", "3", "passed (1 values)"),
    ]);
}

#[test]
fn a_schema_may_be_a_file() {
    let world = World::new().with("dir", Value::from("s"));
    world.write("s/a.json", r#"{"type": "array"}"#);
    world.write("s/b.yaml", "items: {type: integer}\n");
    world.write("s/broken.json", "{");
    world.write("s/wrong.json", r#"{"type": "arr"}"#);
    assert_eq!(world.check("schema: s/a.json", "[]"), "passed (1 values)");
    assert_eq!(
        world.check("schema: '${dir}/b.yaml'", "[1, x]"),
        "missed: [1]: \"x\" is not of type \"integer\""
    );
    assert_eq!(world.check("each: {schema: s/a.json}", "[[1], [2]]"), "passed (2 values)");
    assert_eq!(world.check("schema: s/none.json", "1"), "faulted[unreadable]: there is no file `none.json`");
    assert_eq!(world.check("schema: s", "1"), "faulted[unreadable]: `s` is a folder, not a file");
    assert_eq!(
        world.check("schema: s/broken.json", "1"),
        "faulted[invalid-value]: `s/broken.json` is no schema: line 1, column 1: EOF while parsing an object"
    );
    assert!(
        world
            .check("schema: s/wrong.json", "1")
            .starts_with("faulted[invalid-value]: `s/wrong.json` is no schema: \"arr\""),
    );
    assert_eq!(world.check("schema: /etc/passwd", "1"), "faulted[unreadable]: `/etc/passwd` leads outside");
}

#[test]
fn a_broken_schema_is_refused_when_read() {
    let found = check("schema: {properties: {a: {type: strin}}}", "0");
    assert!(
        found.starts_with("invalid[invalid-value] at `strin`: this is no JSON Schema: \"strin\" is not"),
        "{found}"
    );
    let found = check("schema: {$ref: 'https://example.com/s.json'}", "0");
    assert!(found.starts_with("invalid[invalid-value] at `"), "{found}");
    assert!(found.contains("example.com"), "{found}");
    invalid(&[(
        "schema: [1]",
        "invalid[wrong-type] at `[1]`: expected a schema or the path of one, got a list (help: write `schema: {type: object}` or `schema: schemas/reply.json`)",
    )]);
}

use proptest::prelude::*;

use super::*;

fn updating() -> World {
    let mut world = World::new();
    world.snapshots.update = true;
    world
}

#[test]
fn a_value_is_compared_with_the_stored_one() {
    let mut world = updating().with("label", Value::from("small"));
    let actual = "{loss: [0.1, .nan, -.inf], name: 'on', n: 3, none: null, big: 18446744073709551615}";
    assert_eq!(world.check("snapshot: 'run ${label}'", actual), "passed (7 values)");
    assert!(world.path("snapshots/run small.yaml").is_file());
    world.snapshots.update = false;
    assert_eq!(world.check("snapshot: 'run ${label}'", actual), "passed (7 values)");
    let near = actual.replace("0.1", "0.1000000001");
    assert_eq!(world.check("snapshot: run small", &*near), "passed (7 values)");
    assert_eq!(
        world.check("snapshot: run small", &*actual.replace("0.1", "0.2")),
        "missed: 1 of 7 elements differs | worst: loss[0]: expected 0.1, got 0.2, off by 0.1 (allowed 1.01e-6) | \
         if `run small` is to change, run with `--update-snapshots`"
    );
    assert_eq!(
        world.check("{snapshot: run small, abs: 0}", &*near).split(" | ").next(),
        Some("missed: 1 of 7 elements differs")
    );
}

#[test]
fn a_plain_run_never_writes() {
    let world = World::new();
    assert_eq!(
        world.check("snapshot: a", "1"),
        "faulted[no-snapshot]: there is no snapshot `a` (help: run with `--update-snapshots` to write it, and look at it before you commit it)"
    );
    assert!(!world.path("snapshots").exists());
    world.write("snapshots/a.yaml", "[1");
    let found = world.check("snapshot: a", "1");
    assert!(found.starts_with("faulted[unreadable]: the snapshot `a` cannot be read: "), "{found}");
}

#[test]
fn nothing_is_never_written() {
    let world = updating();
    assert_eq!(world.check("snapshot: a", "[]"), "measured nothing");
    assert_eq!(world.check("{snapshot: a, allow_empty: true}", "{}"), "passed (0 values)");
    assert!(!world.path("snapshots").exists());
    assert_eq!(world.check("snapshot: a", "[1]"), "passed (1 values)");
    assert!(world.check("snapshot: a", "[]").starts_with("missed: "));
    assert_eq!(std::fs::read_to_string(world.path("snapshots/a.yaml")).unwrap(), "- 1\n");
}

#[test]
fn an_update_rewrites_only_what_differs() {
    let world = updating();
    world.write("snapshots/a.yaml", "# by hand\n1.0\n");
    assert_eq!(world.check("snapshot: a", "1.000000001"), "passed (1 values)");
    assert_eq!(std::fs::read_to_string(world.path("snapshots/a.yaml")).unwrap(), "# by hand\n1.0\n");
    assert_eq!(world.check("snapshot: a", "2.0"), "passed (1 values)");
    assert_eq!(std::fs::read_to_string(world.path("snapshots/a.yaml")).unwrap(), "2.0\n");
    assert_eq!(std::fs::read_dir(world.path("snapshots")).unwrap().count(), 1);
}

#[test]
fn a_secret_is_never_written() {
    let mut world = updating();
    world.snapshots.redact = Some(Box::new(|text| text.replace("hunter\n2", "***").replace("s3cret", "***")));
    let refused = "faulted[step-error]: the value holds a secret: it is not written to a snapshot (help: take the snapshot of a part of the output that holds none)";
    assert_eq!(world.check("snapshot: a", "{token: s3cret}"), refused);
    assert_eq!(world.check("snapshot: a", "{s3cret: 1}"), refused);
    assert_eq!(world.check("snapshot: a", "[{t: \"a hunter\\n2 b\"}]"), refused);
    assert!(!world.path("snapshots").exists());
    assert_eq!(world.check("snapshot: a", "{token: x}"), "passed (1 values)");
    assert_eq!(world.check("snapshot: a", "{token: s3cret}"), refused);
}

#[test]
fn names_are_of_one_file() {
    let help = "help: 1 to 100 characters, no `/` and no other that a file's name cannot have, no dot or space first";
    for name in ["a/b", "..", "", "a\\b", ".hidden", " a"] {
        let text = format!("snapshot: '{name}'");
        let expected = format!(
            "invalid[wrong-type] at `'{name}'`: expected the name of a snapshot or baseline, got a string `{}` ({help})",
            Value::from(name).to_string().trim_matches('"')
        );
        assert_eq!(check(&text, "1"), expected);
    }
    let world = World::new().with("x", Value::from("../up"));
    assert_eq!(
        world.check("snapshot: a${x}", "1"),
        format!(
            "faulted[step-error]: expected the name of a snapshot or baseline, got a string `a../up` ({help})"
        )
    );
    assert_eq!(
        world.check("snapshot: a", Value::Bytes(vec![1].into())),
        "faulted[not-measurable]: bytes cannot be stored in a snapshot (help: check files under `artifacts`, by `sha256` or by what is in them)"
    );
}

#[test]
fn tables_and_durations_are_stored_as_they_are_read_back() {
    let mut world = updating();
    let table =
        Value::map([("data", cities()), ("took", Value::from(std::time::Duration::from_millis(1500)))]);
    assert_eq!(world.check("snapshot: t", table.clone()), "passed (7 values)");
    world.snapshots.update = false;
    assert_eq!(world.check("snapshot: t", table), "passed (7 values)");
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::Float),
        any::<String>().prop_map(Value::from),
        "(~|null|NaN|[.]nan|[0-9_]{1,5}|0x1F|1e5|yes|on|<<|- a|a: b|#x|[ \t]{0,3}\n{0,3}[a-z]{0,3} *\r?\n*)"
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::list),
            proptest::collection::vec((any::<String>(), inner), 0..6).prop_map(Value::map),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_stored_reads_back_bit_for_bit(value in tree()) {
        let text = serde_yaml::to_string(&value).unwrap();
        let back = Value::from_yaml(text.as_bytes()).unwrap();
        prop_assert_eq!(format!("{back:?}"), format!("{value:?}"), "{}", text);
    }
}

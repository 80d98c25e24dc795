use super::super::bench::{Bench, read};
use super::*;

#[test]
fn the_page_runs() {
    let page = crate::syntax::tidy(Keys::PAGE);
    assert_eq!(page.matches("- name:").count(), 3);
    // The first case needs `for_all`, whose input is bound here.
    let bench = Bench::new().yaml("input", "[1.5, -2.0, 4.0]");
    assert_eq!(
        bench.output::<Perturb>("{values: $input, shift: 10}", "values").to_string(),
        "[11.5, 8.0, 14.0]"
    );
}

fn values(text: &str) -> (String, String) {
    let bench = Bench { seed: 3, ..Bench::new() };
    (bench.output::<Perturb>(text, "values").to_string(), bench.output::<Perturb>(text, "order").to_string())
}

#[test]
fn values_are_changed_in_one_way() {
    for (text, expected, order) in [
        ("{values: [1, 2], shift: 10}", "[11, 12]", "[0, 1]"),
        ("{values: [1, 2], shift: 0.5}", "[1.5, 2.5]", "[0, 1]"),
        ("{values: [1.5, .nan, -.inf], scale: -2}", "[-3.0, .nan, .inf]", "[0, 1, 2]"),
        ("{values: [[1, 2], [3, 4]], scale: 3}", "[[3, 6], [9, 12]]", "[0, 1]"),
        ("{values: [[1, 2], [3, 4]], duplicate_rows: 2}", "[[1, 2], [3, 4], [1, 2], [3, 4]]", "[0, 1, 0, 1]"),
        ("{values: [a, b, c], order: [2, 0, 0]}", r#"["c", "a", "a"]"#, "[2, 0, 0]"),
        ("{values: [], permute: true}", "[]", "[]"),
        ("{values: [], shift: 1}", "[]", "[]"),
    ] {
        assert_eq!(values(text), (expected.to_owned(), order.to_owned()), "{text}");
    }
}

/// The order is that of `numpy.random.default_rng(seed).permutation(n)`.
#[test]
fn the_seed_in_force_permutes() {
    let (mixed, order) = values("{values: [10, 11, 12, 13, 14, 15], permute: true}");
    assert_eq!(mixed, order.replace('[', "[1").replace(", ", ", 1"));
    assert_ne!(order, "[0, 1, 2, 3, 4, 5]");
    assert_eq!(values("{values: [0, 1, 2, 3, 4, 5], permute: true, seed: 3}").1, order);
    assert_ne!(values("{values: [0, 1, 2, 3, 4, 5], permute: true, seed: 4}").1, order);
}

fn data(text: &str) -> String {
    let Value::Table(table) = Bench::new().output::<Perturb>(text, "data") else { panic!("no table") };
    crate::value::yaml_flow(&Value::Table(table))
}

#[test]
fn tables_keep_what_is_not_changed() {
    for (text, expected) in [
        (
            "{data: {x: [1, null], v: [.nan, 2.5], z: [a, b]}, shift: 1}",
            "{x: [2, null], v: [.nan, 3.5], z: [a, b]}",
        ),
        ("{data: {x: [1, 2], v: [1, 2]}, columns: [v], scale: 10}", "{x: [1, 2], v: [10, 20]}"),
        ("{data: {x: [1, 2], z: [a, b]}, order: [1, 0]}", "{x: [2, 1], z: [b, a]}"),
        ("{data: {x: [1, 2], z: [a, null]}, duplicate_rows: 2}", "{x: [1, 2, 1, 2], z: [a, null, a, null]}"),
        ("{data: {x: [1, 2]}, add_column: {name: one, constant: 1.0}}", "{x: [1, 2], one: [1.0, 1.0]}"),
        ("{data: {x: [1, 2]}, add_column: {name: w, values: [a, null]}}", "{x: [1, 2], w: [a, null]}"),
    ] {
        assert_eq!(data(text), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_changed_is_an_error() {
    for (text, expected) in [
        ("{values: [a], shift: 1}", "expected numbers, got string"),
        ("{values: [9223372036854775807], shift: 1}", "an integer grows beyond 64 bits"),
        ("{values: [1], order: [1]}", "there is no row 1 (from 0) in 1 rows"),
        ("{data: {x: [a]}, columns: [x], shift: 1}", "`x`: expected numbers, got string"),
        ("{data: {x: [1]}, columns: [y], shift: 1}", "the table has no column `y`"),
        ("{data: {x: [1]}, add_column: {name: x, constant: 1}}", "the table has a column `x` already"),
        ("{data: {x: [1]}, add_column: {name: y, values: [1, 2]}}", "2 values for 1 rows"),
        ("{data: {x: [1]}, add_column: {name: y}}", "a column has a `constant`, or `values`"),
        ("{values: [1], duplicate_rows: 1000000000}", "1 rows cannot stand 1000000000 times"),
    ] {
        assert_eq!(Bench::new().refused::<Perturb>(text), expected, "{text}");
    }
}

#[test]
fn mistakes_are_found_when_the_file_is_read() {
    for (text, expected) in [
        ("{shift: 1}", "`perturb` has nothing to change"),
        ("{values: [1], data: {x: [1]}, shift: 1}", "`values` and `data` are both given"),
        ("{values: [1]}", "`perturb` does not say what to change"),
        ("{values: [1], shift: 1, scale: 2}", "`shift` and `scale` are both given"),
        ("{values: [1], permute: false}", "`permute: false` changes nothing"),
        ("{values: [1], columns: [x], shift: 1}", "`columns` names columns of `data`; `values` has none"),
        (
            "{data: {x: [1]}, columns: [x], permute: true}",
            "`columns` says what to `shift` or `scale`; every other change is one of whole rows",
        ),
        ("{values: [1], duplicate_rows: 1}", "rows that stand once are as they were"),
        ("{values: [1], add_column: {name: x, constant: 1}}", "`values` have no columns to add one to"),
    ] {
        let found = read::<Perturb>(text).err().unwrap();
        assert!(found.len() == 1 && found[0].contains(expected), "{text}: {found:?}");
    }
}

use super::super::bench::{Bench, read};
use super::*;
use crate::value::Dtype;

#[test]
#[expect(clippy::unreadable_literal)] // as numpy prints them
fn columns_are_numpys() {
    // numpy 2.3: np.random.default_rng(0).normal(size=(2, 3))
    let text = "{rows: 2, columns: {a: {normal: [0, 1]}, b: {normal: [0, 1]}, c: {normal: [0, 1]}}}";
    let table = Bench::new().output::<Generate>(text, "data");
    let Value::Table(table) = table else { panic!("{table:?}") };
    let floats: Vec<Vec<f64>> = table.columns().iter().map(|column| column.floats().unwrap()).collect();
    assert_eq!(
        floats,
        [
            [0.1257302210933933, 0.10490011715303971],
            [-0.1321048632913019, -0.535669373161111],
            [0.6404226504432821, 0.36159505490948474]
        ]
    );
}

#[test]
fn each_kind_has_its_dtype() {
    let text = "{rows: 50, columns: {n: {normal: [0, 1], missing: 0.5}, u: {uniform: [2, 3]}, i: {integers: [0, 2]}, \
                c: {choice: [a, b], weights: [1, 3]}, k: {constant: 7}, f: {constant: 0.5}, t: {constant: on}, \
                l: {linear: {n: 1, u: -1}, intercept: 1, noise: 0.1}, y: {linear: {i: 1}, threshold: 0}}}";
    let Value::Table(table) = Bench::new().output::<Generate>(text, "data") else { panic!("no table") };
    let dtypes: Vec<(&str, Dtype)> =
        table.columns().iter().map(|column| (&*column.name, column.dtype())).collect();
    assert_eq!(
        dtypes,
        [
            ("n", Dtype::Float64),
            ("u", Dtype::Float64),
            ("i", Dtype::Int64),
            ("c", Dtype::String),
            ("k", Dtype::Int64),
            ("f", Dtype::Float64),
            ("t", Dtype::String),
            ("l", Dtype::Float64),
            ("y", Dtype::Int64)
        ]
    );
    assert!((10..40).contains(&table.column("n").unwrap().nulls()));
    assert_eq!(table.column("i").unwrap().data, table.column("y").unwrap().data);
}

#[test]
fn the_seed_given_wins_over_the_one_in_force() {
    let seeded = |seed, text: &str| {
        let bench = Bench { seed, ..Bench::new() };
        bench.output::<Generate>(text, "data.x").to_string()
    };
    let plain = "{rows: 5, columns: {x: {normal: [0, 1]}}}";
    let given = "{rows: 5, seed: 3, columns: {x: {normal: [0, 1]}}}";
    assert_ne!(seeded(0, plain), seeded(3, plain));
    assert_eq!(seeded(0, given), seeded(3, plain));
}

#[test]
fn every_mistake_is_found_when_the_file_is_read() {
    let kinds = "give one of `normal`, `uniform`, `integers`, `choice`, `constant` or `linear`";
    for (text, expected) in [
        ("{rows: 5}", vec!["{rows: 5}: `generate` has no columns (give `columns: {x0: {normal: [0, 1]}}`)"]),
        (
            "{rows: 0, columns: {x: {normal: [0, 1]}}}",
            vec!["0: a generated table has 1 to 10000000 rows, not 0"],
        ),
        (
            "{rows: 10000000, columns: &c {a: &k {constant: 1}, b: *k, c: *k, d: *k, e: *k, f: *k, g: *k, h: *k, \
             i: *k, j: *k, k: *k}}",
            vec!["10000000: 10000000 rows of 11 columns are more than 100000000 cells"],
        ),
        (
            "{rows: 5, columns: {x: {normal: [0]}, y: {integers: [3, 3]}, z: {linear: {w: 1}}, w1: {missing: 0.1}}}",
            vec![&*format!("{{missing: 0.1}}: this column has no kind ({kinds})")],
        ),
        (
            "{rows: 5, columns: {x: {normal: [0]}, y: {integers: [3, 3]}, z: {linear: {w: 1}}, w1: {choice: [a, 1]}}}",
            vec![
                "[0]: expected `[mean, sd]`, got 1 numbers",
                "{integers: [3, 3]}: column `y`: no integer lies between 3 (inclusive) and 3 (exclusive)",
                "w: column `z` uses `w`, which is no column of this table (did you mean `w1`?)",
                "{choice: [a, 1]}: column `w1`: the values of a choice must be of one kind: all texts, all integers or all booleans",
            ],
        ),
        (
            "{rows: 5, columns: {x: {nromal: [0, 1]}}}",
            vec!["nromal: unknown key `nromal` in a generated column (did you mean `normal`?)"],
        ),
        (
            "{rows: 5, columns: {x: {normal: [0, 1], uniform: [0, 1]}}}",
            vec![
                "uniform: this column is both `normal` and `uniform` (a column has one kind: keep one of them)",
            ],
        ),
        (
            "{rows: 5, columns: {x: {normal: [0, 1], threshold: 0}}}",
            vec!["threshold: `threshold` belongs to `linear`, this column is `normal` (remove `threshold`)"],
        ),
        (
            "{rows: 5, columns: {x: {choice: [a, b]}, y: {linear: {x: $w}}}}",
            vec!["x: column `y` uses `x`, which holds texts; a linear column takes numbers"],
        ),
    ] {
        assert_eq!(read::<Generate>(text).err().unwrap(), expected, "{text}");
    }
}

#[test]
fn what_a_reference_brings_is_checked_when_it_runs() {
    let bench = Bench::new().with("rows", 0_i64).with("high", -1_i64);
    assert_eq!(
        bench.refused::<Generate>("{rows: $rows, columns: {x: {normal: [0, 1]}}}"),
        "a generated table has 1 to 10000000 rows, not 0"
    );
    assert_eq!(
        bench.refused::<Generate>("{rows: 3, columns: {x: {uniform: [0, $high]}}}"),
        "column `x`: the bounds must be finite, the lower one first"
    );
}

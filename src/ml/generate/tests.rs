use super::*;

fn spec(name: &str, kind: ColumnKind) -> ColumnSpec {
    ColumnSpec { name: name.into(), kind, missing: 0.0 }
}

fn linear(weights: &[(&str, f64)], threshold: Option<f64>) -> ColumnKind {
    ColumnKind::Linear {
        weights: weights.iter().map(|(n, w)| ((*n).to_owned(), *w)).collect(),
        intercept: 0.0,
        noise_sd: 0.0,
        threshold,
    }
}

const STANDARD: ColumnKind = ColumnKind::Normal { mean: 0.0, sd: 1.0 };

#[test]
fn a_column_of_its_own_stream_moves_no_other() {
    let plain = generate(&[spec("a", STANDARD), spec("b", STANDARD)], 30, 3).unwrap();
    let mixed = generate(
        &[
            spec("a", STANDARD),
            spec("b", STANDARD),
            ColumnSpec {
                missing: 0.5,
                ..spec("c", ColumnKind::Choice { values: vec!["x".into(), "y".into()], weights: None })
            },
        ],
        30,
        3,
    )
    .unwrap();
    assert_eq!(plain, mixed[..2]);
    assert!(mixed[2].missing.iter().any(|m| *m) && mixed[2].missing.iter().any(|m| !*m));
}

#[test]
fn uniform_and_normal_share_the_main_stream_row_by_row() {
    let made = generate(&[spec("n", STANDARD), spec("u", ColumnKind::Uniform { low: 2.0, high: 3.0 })], 4, 9)
        .unwrap();
    let mut rng = Generator::new(9);
    for row in 0..4 {
        assert_eq!(made[0].data.number(row), rng.standard_normal());
        assert_eq!(made[1].data.number(row), rng.uniform(2.0, 3.0));
    }
}

#[test]
fn missing_bounds_are_exact() {
    let all = ColumnSpec { missing: 1.0, ..spec("a", STANDARD) };
    let none = ColumnSpec { missing: 0.0, ..spec("b", STANDARD) };
    let made = generate(&[all, none], 50, 0).unwrap();
    assert!(made[0].missing.iter().all(|m| *m));
    assert!(made[1].missing.iter().all(|m| !*m));
}

#[test]
fn no_rows_is_a_table_of_no_rows() {
    let made = generate(&[spec("a", STANDARD), spec("y", linear(&[("a", 1.0)], Some(0.0)))], 0, 0).unwrap();
    assert!(made.iter().all(|column| column.data.is_empty() && column.missing.is_empty()));
    assert!(matches!(made[1].data, ColumnData::Int(_)));
}

#[test]
fn a_threshold_is_strict_and_constants_keep_their_kind() {
    let made = generate(
        &[
            spec("one", ColumnKind::Constant(1.into())),
            spec("half", ColumnKind::ConstantFloat(0.5)),
            spec("on", ColumnKind::Constant(true.into())),
            spec("at", linear(&[("one", 1.0)], Some(1.0))),
            spec("above", linear(&[("one", 1.0), ("half", 1.0), ("on", 2.0)], Some(3.0))),
        ],
        2,
        0,
    )
    .unwrap();
    assert_eq!(made[0].data, ColumnData::Int(vec![1, 1]));
    assert_eq!(made[2].data, ColumnData::Bool(vec![true, true]));
    assert_eq!(made[3].data, ColumnData::Int(vec![0, 0]));
    assert_eq!(made[4].data, ColumnData::Int(vec![1, 1]));
}

#[test]
fn mistakes_are_named() {
    let text = spec("t", ColumnKind::Constant("x".into()));
    for (specs, message) in [
        (vec![spec("a", STANDARD), spec("a", STANDARD)], "column `a` is declared twice"),
        (
            vec![spec("y", linear(&[("b", 1.0)], None))],
            "column `y` uses `b`, which is no column of this table",
        ),
        (
            vec![text, spec("y", linear(&[("t", 1.0)], None))],
            "column `y` uses `t`, which holds texts; a linear column takes numbers",
        ),
        (
            vec![spec("y", linear(&[("y", 1.0)], None))],
            "column `y` uses `y`, which is itself linear and not declared above it",
        ),
        (
            vec![spec("i", ColumnKind::Integers { low: 2, high: 2 })],
            "column `i`: no integer lies between 2 (inclusive) and 2 (exclusive)",
        ),
        (
            vec![spec("n", ColumnKind::Normal { mean: 0.0, sd: -1.0 })],
            "column `n`: the mean must be finite, the standard deviation finite and at least 0",
        ),
        (
            vec![spec("c", ColumnKind::Choice { values: vec![1.into(), "x".into()], weights: None })],
            "column `c`: the values of a choice must be of one kind: all texts, all integers or all booleans",
        ),
        (
            vec![spec("c", ColumnKind::Choice { values: vec![1.into()], weights: Some(vec![0.0]) })],
            "column `c`: weights must be finite, at least 0, and not all 0",
        ),
        (
            vec![ColumnSpec { missing: 1.5, ..spec("a", STANDARD) }],
            "column `a`: `missing` is a fraction from 0 to 1",
        ),
    ] {
        assert_eq!(generate(&specs, 0, 0).unwrap_err().to_string(), message);
    }
}

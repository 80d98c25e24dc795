use super::super::bench::{Bench, read, run_examples};
use super::super::{predict::Predict, train::Train};
use super::*;

#[test]
fn the_page_runs() {
    assert_eq!(run_examples::<Impute>(), 2);
}

#[test]
fn columns_are_filled_in_by_their_statistic() {
    let data =
        "{a: [1, null, 2, 2], b: [.nan, 4.0, 4.0, 10.0], s: [x, null, y, y], f: [true, null, true, false]}";
    for (strategy, filled, statistics) in [
        ("mean", "1.6666666666666667 6.0 null null", "[1.6666666666666667, 6.0]"),
        ("median", "2.0 4.0 null null", "[2.0, 4.0]"),
        ("most_frequent", "2.0 4.0 \"y\" true", "[2.0, 4.0, \"y\", true]"),
        ("constant, fill: -1", "-1.0 -1.0 null null", "[-1.0, -1.0]"),
        ("constant, fill: z", "null .nan \"z\" null", "[\"z\"]"),
        ("constant, fill: false", "null .nan null false", "[false]"),
    ] {
        let text = format!("{{strategy: {strategy}, data: {data}}}");
        let done = Bench::new().run::<Impute>(&text).unwrap();
        let Value::Table(table) = &done.outputs.values["data"] else { panic!("no table") };
        let cell = |(name, row)| table.column(name).unwrap().get(row).unwrap().to_string();
        let cells = [("a", 1), ("b", 0), ("s", 1), ("f", 1)].map(cell).join(" ");
        assert_eq!(cells, filled, "{strategy}");
        assert_eq!(done.outputs.values["statistics"].to_string(), statistics, "{strategy}");
    }
}

#[test]
fn a_matrix_keeps_its_shape_and_may_learn_elsewhere() {
    let bench = Bench::new();
    let text = "{strategy: median, values: [[1, null], [null, 4]], fit_on: [[5, 6], [7, 8], [9, 10]]}";
    assert_eq!(bench.output::<Impute>(text, "values").to_string(), "[[1.0, 8.0], [7.0, 4.0]]");
    let text = "{strategy: mean, data: {x: [null, 1.0]}, fit_on: {x: [10.0, 20.0]}}";
    assert_eq!(bench.output::<Impute>(text, "data.x").to_string(), "[15.0, 1.0]");
}

#[test]
fn a_model_remembers_what_was_filled_in() {
    let mut bench = Bench::new().yaml("raw", "{x: [-2, -1, null, 2], y: [no, no, yes, yes]}");
    bench.bind(
        "filled",
        bench.output::<Impute>("{strategy: constant, fill: 5, data: $raw, columns: [x]}", "data"),
    );
    let train = "{model: logistic_regression, data: $filled, target: y, save: {model: m.json}}";
    bench.run::<Train>(train).unwrap();
    let labels = |data: &str| {
        bench.output::<Predict>(&format!("{{model: m.json, data: {data}}}"), "labels").to_string()
    };
    assert_eq!(labels("$raw"), labels("$filled"));
    assert_eq!(labels("{x: [null, -9]}"), r#"["yes", "no"]"#);
}

#[test]
fn what_cannot_be_filled_in_is_an_error() {
    for (text, expected) in [
        (
            "{strategy: mean, data: {x: [null, null]}}",
            "the column `x` has no value at all, so nothing can be learned for it",
        ),
        (
            "{strategy: most_frequent, data: {s: [a, null]}, fit_on: {s: []}}",
            "the column `s` holds float64, which `most_frequent` cannot fill in",
        ),
        (
            "{strategy: mean, data: {x: [.inf, null]}}",
            "the column `x` holds an infinite value, or values too large for their mean",
        ),
        (
            "{strategy: mean, data: {s: [a, null]}, columns: [s]}",
            "the column `s` holds string, which `mean` cannot fill in",
        ),
        (
            "{strategy: constant, fill: 1, data: {s: [a, null]}, columns: [s]}",
            "the column `s` holds string; 1 has no place in it",
        ),
        (
            "{strategy: constant, fill: a, values: [1, null]}",
            "numbers are filled in by a finite number, not \"a\"",
        ),
        ("{strategy: mean, values: []}", "there are no values to learn from"),
        ("{strategy: mean, data: {x: [1]}, columns: [z]}", "the table has no column `z`"),
    ] {
        assert_eq!(Bench::new().refused::<Impute>(text), expected, "{text}");
    }
}

#[test]
fn mistakes_are_found_when_the_file_is_read() {
    for (text, expected) in [
        (
            "{strategy: constant, values: [1]}",
            "constant: `constant` has nothing to fill in (give `fill: 0`, or whatever a missing value becomes)",
        ),
        (
            "{strategy: mean, fill: 0, values: [1]}",
            "0: `fill` means nothing to `mean` (remove `fill`, or write `strategy: constant`)",
        ),
        (
            "{strategy: mean}",
            "{strategy: mean}: `impute` has nothing to fill in (give `values: […]`, or `data: $table` with `columns: […]`)",
        ),
        (
            "{strategy: mean, values: [1], columns: [x]}",
            "[x]: `columns` names columns of `data`; `values` has none (remove `columns`, or give a table in `data`)",
        ),
    ] {
        assert_eq!(read::<Impute>(text).err().unwrap(), [expected], "{text}");
    }
}

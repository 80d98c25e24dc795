use super::super::bench::{Bench, read, run_examples};
use super::*;
use crate::value::{Path, Tolerance, compare};

fn check(text: &str, expected: &[(&str, &str)]) {
    let done = Bench::new().run::<Evaluate>(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    for (path, value) in expected {
        let actual = done.outputs.follow(&Path::parse(path).unwrap().0).unwrap();
        let bench = Bench::new().yaml("expected", value);
        let verdict =
            compare(&actual, &bench.names["expected"], &Tolerance { abs: 1e-12, rel: 0.0, ulps: None });
        assert!(verdict.mismatch.is_none(), "{text}: {path} is {actual}, not {value}");
    }
}

#[test]
fn the_page_runs() {
    assert_eq!(run_examples::<Evaluate>(), 5);
}

#[test]
fn several_classes_are_scikit_learns() {
    // scikit-learn 1.9.1: f1_score, precision_score, balanced_accuracy_score, confusion_matrix
    check(
        "{truth: [ham, spam, ham, spam, spam, ham, eggs], predictions: [ham, spam, spam, spam, ham, ham, ham]}",
        &[
            ("metrics.f1", "0.41269841269841273"),
            ("metrics.f1_macro", "0.41269841269841273"),
            ("metrics.f1_micro", "0.5714285714285714"),
            ("metrics.f1_weighted", "0.5306122448979592"),
            ("metrics.precision", "0.38888888888888884"),
            ("metrics.balanced_accuracy", "0.4444444444444444"),
            ("metrics.confusion_matrix", "[[0, 1, 0], [0, 2, 1], [0, 1, 2]]"),
            ("classes", "[eggs, ham, spam]"),
            ("zero_division", "[precision, precision_macro, precision_weighted]"),
        ],
    );
}

#[test]
fn the_positive_class_turns_everything_around() {
    let labels = "truth: [ham, spam, ham, spam, spam], predictions: [ham, spam, spam, spam, ham]";
    let confusion = ("metrics.confusion_matrix", "[[1, 1], [1, 2]]");
    // scikit-learn 1.9.1: precision_score, roc_auc_score, log_loss
    let two_thirds = "0.6666666666666666";
    let (area, loss) =
        (("metrics.roc_auc", "0.8333333333333333"), ("metrics.log_loss", "0.5108256237659907"));
    check(
        &format!("{{{labels}, probabilities: [0.1, 0.9, 0.6, 0.8, 0.3]}}"),
        &[("metrics.precision", two_thirds), ("metrics.f1", two_thirds), area, loss, confusion],
    );
    check(
        &format!("{{{labels}, positive: ham, probabilities: [0.9, 0.1, 0.4, 0.2, 0.7]}}"),
        &[("metrics.precision", "0.5"), ("metrics.recall", "0.5"), area, loss, confusion],
    );
    let rows = "[[0.9, 0.1], [0.1, 0.9], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]]";
    for positive in ["ham", "spam"] {
        check(
            &format!("{{{labels}, positive: {positive}, probabilities: {rows}}}"),
            &[area, loss, confusion, ("classes", "[ham, spam]")],
        );
    }
    check(&format!("{{{labels}, scores: [-10, 90, 0.6, 8, 0.3]}}"), &[area]);
    check(&format!("{{{labels}, average: macro}}"), &[("metrics.f1", "0.5833333333333333")]);
}

#[test]
fn one_class_has_a_defined_result() {
    // scikit-learn 1.9.1: precision_score([0, 0], [0, 0], zero_division=0) is 0
    check(
        "{truth: [0, 0], predictions: [0, 0], probabilities: [0.2, 0.3]}",
        &[
            ("metrics.accuracy", "1.0"),
            ("metrics.precision", "0.0"),
            ("metrics.confusion_matrix", "[[2, 0], [0, 0]]"),
            ("undefined", "['roc_auc: the truth has no `1`']"),
            ("zero_division", "[precision, recall, f1]"),
        ],
    );
    check("{truth: [true], predictions: [true]}", &[("metrics.f1", "1.0"), ("classes", "[false, true]")]);
    check("{truth: [a, a], predictions: [a, a]}", &[("metrics.f1", "1.0"), ("classes", "[a]")]);
}

#[test]
fn floats_are_a_regression() {
    // scikit-learn 1.9.1: r2_score, mean_absolute_error
    let expected = [("metrics.r2", "0.9147368421052632"), ("metrics.mae", "0.2333333333333334")];
    check("{truth: [1, 2, 3.5], predictions: [1.1, 1.9, 3]}", &expected);
    check(
        "{truth: [1, 2, 4], predictions: [1, 2, 3], task: regression}",
        &[("metrics.mse", "0.3333333333333333")],
    );
    check("{truth: [1, 2, 4], predictions: [1, 2, 3]}", &[("metrics.accuracy", "0.6666666666666666")]);
    check(
        "{truth: [1.5], predictions: [1.5]}",
        &[("metrics.mse", "0.0"), ("undefined", "['r2: r2 is not defined for a single row']")],
    );
}

#[test]
fn slices_are_measured_by_their_own_rows() {
    let data = "{y: [1, 0, 1, 0, 1, 0], p: [1, 0, 0, 0, 1, 1], q: [0.9, 0.2, 0.4, 0.1, 0.8, 0.7], \
                g: [b, b, b, a, null, null]}";
    check(
        &format!("{{data: {data}, truth: y, predictions: p, probabilities: q, by: g, min_support: 2}}"),
        &[
            ("slices.b.accuracy", "0.6666666666666666"),
            ("slices.b.roc_auc", "1.0"),
            ("slices.null.accuracy", "0.5"),
            ("support", "{b: 3, null: 2}"),
            ("skipped_slices", "{a: 1}"),
        ],
    );
    check(
        &format!("{{data: {data}, truth: y, predictions: p, probabilities: q, by: [1, 1, 1, 2, 2, 2]}}"),
        &[("support", "{'1': 3, '2': 3}"), ("skipped_slices", "{}"), ("undefined", "[]")],
    );
    check(
        &format!("{{data: {data}, truth: y, predictions: p, probabilities: q, by: g}}"),
        &[("undefined", "['roc_auc of slice `a`: the truth has no `1`']")],
    );
}

#[test]
fn what_cannot_be_measured_is_an_error() {
    for (text, expected) in [
        ("{truth: [], predictions: []}", "there are no rows to measure"),
        ("{truth: [1, 0], predictions: [1]}", "the truth has 2 rows, the predictions 1"),
        (
            "{truth: [1, 0], predictions: [a, b]}",
            "the truth holds int64, the predictions string: no label can be equal",
        ),
        ("{truth: y, predictions: [1]}", "`truth` names a column, `y`, and there is no `data`"),
        ("{data: {x: [1]}, truth: y, predictions: x}", "the table has no column `y`"),
        ("{truth: [[1], [0]], predictions: [1, 0]}", "`truth` has one value for each row, not shape [2, 1]"),
        ("{truth: [1.0, .nan], predictions: [1, 2]}", "the truth is NaN at row 1 (from 0)"),
        ("{truth: [1.5], predictions: [a]}", "the prediction holds string, and a regression numbers"),
        (
            "{truth: [1.5], predictions: [1], average: macro}",
            "`average` means nothing to a regression, and floats are one",
        ),
        ("{truth: [1, 0], predictions: [1, 0], positive: 2}", "the positive class 2 is none of the classes"),
        (
            "{truth: [1, 2, 3], predictions: [1, 2, 3], positive: 1}",
            "a positive class is of two classes, here are 3",
        ),
        (
            "{truth: [1, 2, 3], predictions: [1, 2, 3], average: binary}",
            "`binary` is of two classes, here are 3",
        ),
        (
            "{truth: [1, 2, 3], predictions: [1, 2, 3], scores: [1, 2, 3]}",
            "`scores` are of two classes, here are 3",
        ),
        (
            "{truth: [1, 0], predictions: [1, 0], probabilities: [0.5]}",
            "the truth has 2 rows, `probabilities` 1",
        ),
        (
            "{truth: [a, b], predictions: [a, b], probabilities: [[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]}",
            "`probabilities` has 3 columns for 2 classes",
        ),
        (
            "{truth: [a, b], predictions: [a, b], probabilities: [0.5, 1.5]}",
            "`probabilities` does not lie between 0 and 1 at row 1 (from 0)",
        ),
        (
            "{truth: [0, 1], predictions: [0, 1], scores: [0, .nan]}",
            "`scores` is not finite at row 1 (from 0)",
        ),
        ("{truth: [0, 1], predictions: [0, 1], by: [a]}", "the truth has 2 rows, `by` 1"),
        ("{truth: [0, 1], predictions: [0, 1], by: [0.5, 1.5]}", "`by` holds float64, which are no labels"),
        (
            "{truth: [0, 1], predictions: [0, 1], by: [a, b], min_support: 2}",
            "no slice has the 2 rows that `min_support` asks for",
        ),
    ] {
        assert_eq!(Bench::new().refused::<Evaluate>(text), expected, "{text}");
    }
    for (text, expected) in [
        (
            "{truth: $t, predictions: $p, probabilities: $q, scores: $s}",
            "$s: `probabilities` and `scores` are both given (keep `probabilities`: they give `roc_auc` as well)",
        ),
        (
            "{truth: $t, predictions: $p, min_support: 5}",
            "5: `min_support` is of slices, and there is no `by` (give `by: column`, or remove `min_support`)",
        ),
        (
            "{truth: $t, predictions: $p, averge: macro}",
            "averge: unknown key `averge` in `evaluate` (did you mean `average`?)",
        ),
    ] {
        assert_eq!(read::<Evaluate>(text).err().unwrap(), [expected], "{text}");
    }
}

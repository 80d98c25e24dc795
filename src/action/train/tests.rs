use super::super::bench::{Bench, read, run_examples};
use super::super::{generate::Generate, predict::Predict, scale::Scale};
use super::*;
use crate::diagnostic::codes;
use crate::ml::model::Model;
use crate::system::clock::Deadline;
use crate::value::{Outputs, Tolerance, Value, compare};

const CLASSES: &str = "{x: [-2, -1, 1, 2], y: [no, no, yes, yes]}";

fn near(actual: &Value, expected: &str, tolerance: f64) {
    let bench = Bench::new().yaml("expected", expected);
    let expected = &bench.names["expected"];
    let verdict = compare(actual, expected, &Tolerance { abs: tolerance, rel: 0.0, ulps: None });
    assert!(verdict.mismatch.is_none(), "{actual} is not {expected}");
}

fn output(outputs: &Outputs, path: &str) -> Value {
    outputs.follow(&crate::value::Path::parse(path).unwrap().0).unwrap()
}

#[test]
fn the_page_runs() {
    assert_eq!(run_examples::<Train>(), 5);
    assert_eq!(run_examples::<Predict>(), 2);
    assert_eq!(run_examples::<Generate>(), 1);
}

#[test]
fn twenty_rows_are_generated_scaled_learned_saved_and_read_back() {
    let made = "{rows: 20, columns: {x0: {normal: [0, 1]}, x1: {normal: [0, 1]}, x2: {normal: [0, 1]}, \
                y: {linear: {x0: 1.0, x1: 0.5}, threshold: 0}}}";
    let mut bench = Bench::new();
    bench.bind("made", bench.output::<Generate>(made, "data"));
    let scaled = bench.output::<Scale>("{method: standard, data: $made, columns: [x0, x1, x2]}", "data");
    bench.bind("scaled", scaled);
    let train = "{model: logistic_regression, data: $scaled, target: y, max_iter: 200, \
                 save: {model: model.json, metrics: metrics.json}}";
    let done = bench.run::<Train>(train).unwrap();
    assert!(done.unsuccessful.is_none());
    // scikit-learn 1.9.1: LogisticRegression(solver="newton-cholesky", tol=1e-12) on StandardScaler's output
    for (path, expected) in [
        ("coefficients", "[[1.9165385012124614, 0.5890440288250512, 0.09241182815322779]]"),
        ("intercept", "[0.3587439352294892]"),
        ("metrics.accuracy", "0.95"),
        ("metrics.log_loss", "0.2138875673125921"),
        ("metrics.roc_auc", "1.0"),
        ("classes", "[0, 1]"),
    ] {
        near(&output(&done.outputs, path), expected, 1e-9);
    }
    let predictions = output(&done.outputs, "predictions");
    let predict =
        |data: &str| bench.output::<Predict>(&format!("{{model: model.json, data: {data}}}"), "labels");
    assert_eq!(predict("$scaled").to_string(), predictions.to_string());
    // The raw table is made ready by the model.
    assert_eq!(predict("$made").to_string(), predictions.to_string());
    let text = std::fs::read_to_string(bench.folder.path().join("model.json")).unwrap();
    let model = Model::from_json(&text).unwrap();
    assert_eq!((model.features.join(" "), model.preprocessing.steps.len()), ("x0 x1 x2".to_owned(), 1));
    let metrics = std::fs::read_to_string(bench.folder.path().join("metrics.json")).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
    assert_eq!(metrics["accuracy"], 0.95);
    assert!(metrics.as_object().unwrap().values().all(serde_json::Value::is_number));
    let files: Vec<String> = read::<Train>(train).unwrap().saves().iter().map(ToString::to_string).collect();
    assert_eq!(files, ["model.json", "metrics.json"]);
}

#[test]
fn several_classes_are_scikit_learns() {
    let data = "{a: [0, 0, 1, 3, 4, 3, 0, 1, 0], b: [0, 1, 0, 3, 3, 4, 6, 7, 7], \
                y: [b, b, b, c, c, c, a, a, a]}";
    let done = Bench::new()
        .run::<Train>(&format!("{{model: logistic_regression, data: {data}, target: y}}"))
        .unwrap();
    // scikit-learn 1.9.1: LogisticRegression(solver="newton-cg", tol=1e-13)
    for (path, expected) in [
        ("classes", "[a, b, c]"),
        ("predictions", "[b, b, b, c, c, c, a, a, a]"),
        (
            "coefficients",
            "[[-0.40435709331666375, 0.7094486198457396], [-0.4270182438054537, -0.7064108147158983], \
             [0.8313753371221171, -0.003037805129841364]]",
        ),
        ("intercept", "[-2.1023202012122533, 2.859720557483231, -0.7574003551284075]"),
        ("probabilities[1]", "[0.026622072651442112, 0.923270257271192, 0.050107670077365773]"),
    ] {
        near(&output(&done.outputs, path), expected, 1e-6);
    }
}

#[test]
fn regressions_are_scikit_learns() {
    let data = "{a: [1, 2, 3, 4, 5], b: [2, 1, 5, 3, 8.0], y: [3.1, 2.9, 8.2, 7.1, 13.3]}";
    for (model, coefficients, intercept, r2, mse) in [
        (
            "linear_regression",
            "[0.9749999999999996, 1.0607142857142857]",
            "-0.03571428571428559",
            "0.9998534858643162",
            "0.0021428571428571473",
        ),
        (
            "ridge, alpha: 0.5",
            "[0.9159442140972481, 1.070184696569921]",
            "0.10546551074255373",
            "0.9995529394481784",
            "0.006538528806723222",
        ),
    ] {
        let bench = Bench::new();
        let save = "save: {model: m.json}";
        let done =
            bench.run::<Train>(&format!("{{model: {model}, data: {data}, target: y, {save}}}")).unwrap();
        near(&output(&done.outputs, "coefficients"), coefficients, 1e-12);
        near(&output(&done.outputs, "intercept"), intercept, 1e-12);
        near(&output(&done.outputs, "metrics.r2"), r2, 1e-12);
        near(&output(&done.outputs, "metrics.mse"), mse, 1e-12);
        let why = done.outputs.follow(&crate::value::Path::parse("classes").unwrap().0).unwrap_err();
        assert_eq!(why, "a regression has no classes");
        let values = bench.output::<Predict>(&format!("{{model: m.json, data: {data}}}"), "values");
        assert_eq!(values.to_string(), output(&done.outputs, "predictions").to_string());
    }
}

#[test]
fn labels_keep_their_dtype() {
    for (labels, positive) in
        [("[false, false, true, true]", "true"), ("[3, 3, 7, 7]", "7"), ("[a, a, b, b]", "\"b\"")]
    {
        let text =
            format!("{{model: logistic_regression, data: {{x: [-2, -1, 1, 2], y: {labels}}}, target: y}}");
        let done = Bench::new().run::<Train>(&text).unwrap();
        near(&output(&done.outputs, "predictions"), labels, 0.0);
        assert_eq!(output(&done.outputs, "classes[1]").to_string(), positive);
    }
}

#[test]
fn a_fit_that_stops_short_is_told() {
    let text = "{model: logistic_regression, data: {x: [-200, -1, 3, 900], y: [0, 1, 0, 1]}, target: y, max_iter: 1, \
                save: {model: model.json}}";
    let done = Bench::new().run::<Train>(text).unwrap();
    let unsuccessful = done.unsuccessful.unwrap();
    assert_eq!((unsuccessful.output, unsuccessful.code), ("converged", codes::NOT_CONVERGED));
    assert_eq!(unsuccessful.message, "the fit did not converge in 1 iterations");
    assert!(unsuccessful.notes[0].starts_with("grad_norm is "), "{:?}", unsuccessful.notes);
    assert_eq!(
        unsuccessful.notes[1],
        "raise `max_iter`, or scale the features first; `expect: {converged: false}` accepts it"
    );
    assert_eq!(output(&done.outputs, "converged").to_string(), "false");
}

#[test]
fn wrong_data_is_an_error() {
    let logistic = |data: &str| format!("{{model: logistic_regression, data: {data}, target: y}}");
    for (text, expected) in [
        (logistic("{x: [1, .nan], y: [0, 1]}"), "the feature `x` is NaN at row 1 (from 0)"),
        (logistic("{x: [1, null], y: [0, 1]}"), "the feature `x` is null at row 1 (from 0)"),
        (logistic("{x: [1, .inf], y: [0, 1]}"), "the feature `x` is inf at row 1 (from 0)"),
        (logistic("{x: [1, 2], y: [0, null]}"), "the target `y` is null at row 1 (from 0)"),
        (logistic("{x: [1, 2], y: [0.0, 1.0]}"), "the target `y` holds float64, which are no labels"),
        (logistic("{x: [1, 2], y: [a, a]}"), "every row of the target `y` is \"a\""),
        (logistic("{x: [a, b], y: [0, 1]}"), "there is no numeric column to learn from besides `y`"),
        (logistic("{x: [], y: []}"), "the target `y` holds float64, which are no labels"),
        (logistic("{x: [1], z: [0]}"), "the table has no column `y`"),
        (
            "{model: ridge, data: {x: [1, 2], y: [a, b]}, target: y}".into(),
            "the target `y` holds string; `ridge` predicts a number",
        ),
        (
            "{model: ridge, data: {x: [1, 2], y: [1, .nan]}, target: y}".into(),
            "the target `y` is NaN at row 1 (from 0)",
        ),
        (
            format!("{{model: logistic_regression, data: {CLASSES}, target: y, features: [x, y]}}"),
            "the target `y` is among the features",
        ),
        (
            format!("{{model: logistic_regression, data: {CLASSES}, target: y, features: [x, x]}}"),
            "the feature `x` is named twice",
        ),
        (
            format!("{{model: logistic_regression, data: {CLASSES}, target: y, features: [z]}}"),
            "the table has no column `z`",
        ),
        (
            format!("{{model: logistic_regression, data: {CLASSES}, target: y, save: {{model: ../m.json}}}}"),
            "the path `../m.json` leaves the case's workspace by `..`",
        ),
    ] {
        assert_eq!(Bench::new().refused::<Train>(&text), expected, "{text}");
    }
}

#[test]
fn odd_tables_have_a_defined_result() {
    let bench = Bench::new();
    for data in [
        "{x: [1, 1, 1], z: [2, 2, 2], y: [0, 1, 0]}",
        "{x: [1, 2, 3], z: [1, 2, 3], y: [0, 1, 0]}",
        "{x: [1, 2], y: [0, 1]}",
    ] {
        for model in ["logistic_regression", "linear_regression", "ridge"] {
            let text = format!("{{model: {model}, data: {data}, target: y}}");
            assert!(bench.run::<Train>(&text).unwrap().unsuccessful.is_none(), "{text}");
        }
    }
    let one = bench.run::<Train>("{model: ridge, data: {x: [1], y: [5]}, target: y}").unwrap();
    near(&output(&one.outputs, "predictions"), "[5.0]", 1e-12);
}

#[test]
fn mistakes_are_found_when_the_file_is_read() {
    for (text, expected) in [
        (
            "{model: ridge, data: $d, target: y, C: 2, max_iter: 5}",
            vec![
                "2: `C` means nothing to `ridge` (remove `C`)",
                "5: `max_iter` means nothing to `ridge` (remove `max_iter`)",
            ],
        ),
        (
            "{model: logistic_regression, data: $d, target: y, C: 0, tol: .nan, max_iter: 0}",
            vec![
                "0: `C` must be a finite number above 0, it is 0",
                ".nan: `tol` must be a finite number above 0, it is NaN",
                "0: `max_iter` must be at least 1, it is 0",
            ],
        ),
        (
            "{model: ridge, data: $d, target: y, alpha: -1, save: {model: m.json, metrics: m.json}}",
            vec![
                "-1: `alpha` must be a finite number, at least 0, it is -1",
                "m.json: model and metrics would be written into one file (give them names of their own)",
            ],
        ),
    ] {
        assert_eq!(read::<Train>(text).err().unwrap(), expected, "{text}");
    }
    let bench = Bench::new().with("m", "ridge");
    assert_eq!(
        bench.refused::<Train>(&format!("{{model: $m, data: {CLASSES}, target: y, C: 1}}")),
        "`C` means nothing to `ridge`"
    );
}

#[test]
fn a_deadline_ends_the_fit() {
    let bench = Bench { deadline: Deadline::after(std::time::Duration::ZERO), ..Bench::new() };
    let error = bench
        .run::<Train>(&format!("{{model: logistic_regression, data: {CLASSES}, target: y}}"))
        .unwrap_err();
    assert_eq!((error.code, &*error.message), (codes::TIMED_OUT, "training was stopped before it ended"));
}

#[test]
fn data_made_ready_in_another_way_is_refused() {
    let mut bench = Bench::new().yaml("raw", "{x: [-2.0, -1.0, 1.0, 2.0], y: [no, no, yes, yes]}");
    let scale = |method: &str| format!("{{method: {method}, data: $raw, columns: [x]}}");
    bench.bind("standard", bench.output::<Scale>(&scale("standard"), "data"));
    bench.bind("max_abs", bench.output::<Scale>(&scale("max_abs"), "data"));
    let other = "{method: standard, data: {x: [1.0, 5.0]}, columns: [x]}";
    bench.bind("other", bench.output::<Scale>(other, "data"));
    let fitted_on = "{method: standard, data: {x: [-9, 9]}, columns: [x], fit_on: $raw}";
    bench.bind("fitted_on", bench.output::<Scale>(fitted_on, "data"));
    bench
        .run::<Train>("{model: logistic_regression, data: $standard, target: y, save: {model: m.json}}")
        .unwrap();
    let predict = |data: &str| bench.run::<Predict>(&format!("{{model: m.json, data: {data}}}"));
    let labels = predict("$fitted_on").unwrap().outputs.values["labels"].to_string();
    assert_eq!(labels, bench.output::<Predict>("{model: m.json, values: [-9, 9]}", "labels").to_string());
    let error = predict("$max_abs").unwrap_err();
    assert_eq!(error.message, "the data was made ready in another way than the model's training data");
    assert_eq!(error.notes, ["the model's: standard scaling of `x`", "the data's: max_abs scaling of `x`"]);
    let error = predict("$other").unwrap_err();
    assert_eq!(error.notes, ["both by standard scaling of `x`, but with other fitted numbers"]);
}

#[test]
fn wrong_rows_and_files_are_told_by_predict() {
    let bench = Bench::new();
    bench
        .run::<Train>(&format!(
            "{{model: logistic_regression, data: {CLASSES}, target: y, save: {{model: m.json}}}}"
        ))
        .unwrap();
    std::fs::write(bench.folder.path().join("cut.json"), "{\"format\":").unwrap();
    for (text, expected) in [
        ("{model: m.json, values: [[1, 2]]}", "the model takes 1 features, the rows have 2"),
        ("{model: m.json, values: [.nan]}", "the feature `x` is NaN or null at row 0 (from 0)"),
        ("{model: m.json, data: {z: [1]}}", "the table has no column `x`"),
        ("{model: m.json, data: {x: [a]}}", "the column `x` holds string, not numbers"),
        (
            "{model: cut.json, values: [1]}",
            "`cut.json`: the model is not whole JSON: EOF while parsing a value at line 1 column 10",
        ),
    ] {
        assert_eq!(bench.refused::<Predict>(text), expected, "{text}");
    }
    assert_eq!(
        read::<Predict>("{model: m.json}").err().unwrap(),
        [
            "{model: m.json}: `predict` has nothing to predict for (give `data: $table`, or rows in `values: [[…], …]`)"
        ]
    );
}

//! Logistic regression against scikit-learn: equal loss to 1e-9, coefficients to 1e-6.

use mlfunnel::ml::label::Label;
use mlfunnel::ml::model::logistic::{LogisticParams, fit};
use mlfunnel::ml::model::{Model, ModelKind, Prediction, Training};
use mlfunnel::ml::preprocessing::Preprocessing;
use mlfunnel::ml::scaler::{Method, Scaler};
use ndarray::s;
use serde_json::Value;

use super::read::{assert_close, file, float, floats, indices, list, matrix, text};

fn check(file: &Value, case: &Value) {
    let table = &file["tables"][text(&case["table"])];
    let (mut x, y) = (matrix(&table["x"]), indices(&table["y"]));
    if case["scaled"].as_bool().unwrap() {
        x = Scaler::new(Method::STANDARD).fit(x.view()).unwrap().transform(x.view()).unwrap();
    }
    let what = format!("{} scaled {} c {}", case["table"], case["scaled"], case["c"]);
    let classes = y.iter().max().unwrap() + 1;
    let params = LogisticParams {
        c: float(&case["c"]),
        fit_intercept: case["fit_intercept"].as_bool().unwrap(),
        ..LogisticParams::default()
    };
    let fitted = fit(x.view(), &y, classes, &params, &|| true).unwrap();
    let certificate = fitted.certificate;
    assert!(certificate.converged && certificate.iterations <= params.max_iter, "{what}: {certificate:?}");
    assert!(certificate.grad_norm <= 1e-9, "{what}: {certificate:?}");
    let loss = float(&case["loss"]);
    assert!((certificate.loss - loss).abs() <= 1e-9 * loss, "{what}: {} for {loss}", certificate.loss);
    assert_close(&fitted.coefficients, &matrix(&case["coefficients"]), 1e-6, &what);
    assert_close(&fitted.intercept, &floats(&case["intercept"]), 1e-6, &what);
    let model = Model {
        kind: ModelKind::LogisticRegression(params),
        features: (0..x.ncols()).map(|i| format!("x{i}")).collect(),
        target: "y".into(),
        classes: (0..classes).map(|c| Label::Int(c as i64)).collect(),
        preprocessing: Preprocessing::default(),
        coefficients: fitted.coefficients,
        intercept: fitted.intercept,
        training: Training { rows: x.nrows(), certificate },
    };
    let labels = indices(&case["labels"]);
    let Prediction::Classes { codes, probabilities, .. } =
        model.predict(x.slice(s![..labels.len(), ..])).unwrap()
    else {
        panic!("a classifier gives classes")
    };
    assert_eq!(codes, labels, "{what}");
    assert_close(probabilities.slice(s![..5, ..]), &matrix(&case["probabilities"]), 1e-6, &what);
    assert_eq!(Model::from_json(&model.to_json().unwrap()).unwrap(), model, "{what}");
}

#[test]
fn fits_are_scikit_learns() {
    let file = file("logistic.json");
    let cases: Vec<&Value> = list(&file["cases"]).iter().filter(|c| c["table"] != "digits").collect();
    assert_eq!(cases.len(), 8);
    for case in cases {
        check(&file, case);
    }
}

/// linfa alone returns `Ok` here with a loss many times the optimum.
#[test]
fn unscaled_digits_are_carried_on_to_scikit_learns_optimum() {
    let file = file("logistic.json");
    let case = list(&file["cases"]).iter().find(|c| c["table"] == "digits").unwrap();
    check(&file, case);
}

use ndarray::{Array2, ArrayView2, array};

use super::linear::LinearParams;
use super::logistic::LogisticParams;
use super::ridge::RidgeParams;
use super::*;
use crate::ml::preprocessing::{FittedTransform, Step};
use crate::ml::random::Generator;
use crate::ml::scaler::{Method, Scaler};

const GO: KeepGoing<'static> = &|| true;

fn normal(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut rng = Generator::new(seed);
    Array2::from_shape_simple_fn((rows, columns), || rng.standard_normal())
}

fn logistic(x: ArrayView2<'_, f64>, codes: &[usize], classes: usize) -> Result<Fit, FitError> {
    logistic::fit(x, codes, classes, &LogisticParams::default(), GO)
}

fn halves(x: &Array2<f64>) -> Vec<usize> {
    x.rows().into_iter().map(|r| usize::from(r[0] > 0.0)).collect()
}

fn model() -> Model {
    let x = array![[0.0, 10.0], [1.0, 30.0], [2.0, 20.0], [3.0, 50.0]];
    let scaler = Scaler::new(Method::STANDARD).fit(x.view()).unwrap();
    let fit = logistic(scaler.transform(x.view()).unwrap().view(), &[0, 0, 1, 1], 2).unwrap();
    let features = vec!["a".to_owned(), "b".to_owned()];
    Model {
        kind: ModelKind::LogisticRegression(LogisticParams::default()),
        features: features.clone(),
        target: "y".into(),
        classes: vec!["no".into(), "yes".into()],
        preprocessing: Preprocessing {
            steps: vec![Step { columns: features, fitted: FittedTransform::Scale(scaler) }],
        },
        coefficients: fit.coefficients,
        intercept: fit.intercept,
        training: Training { rows: 4, certificate: fit.certificate },
    }
}

#[test]
fn wrong_data_is_named() {
    let x = normal(4, 2, 0);
    let of = |x: &Array2<f64>, codes: &[usize], classes| logistic(x.view(), codes, classes).unwrap_err();
    assert_eq!(of(&x, &[0, 1], 2), FitError::Lengths { rows: 4, targets: 2 });
    assert_eq!(of(&Array2::zeros((0, 2)), &[], 2), FitError::NoRows);
    assert_eq!(of(&Array2::zeros((2, 0)), &[0, 1], 2), FitError::NoColumns);
    assert_eq!(of(&x, &[0, 0, 0, 0], 1), FitError::OneClass);
    assert_eq!(of(&x, &[1, 1, 1, 1], 2), FitError::OneClass);
    assert_eq!(of(&x, &[0, 0, 2, 2], 3), FitError::EmptyClass { class: 1 });
    assert_eq!(of(&x, &[0, 1, 2, 0], 2), FitError::UnknownClass { row: 2 });
    let mut bad = x.clone();
    bad[[2, 1]] = f64::NAN;
    assert_eq!(
        of(&bad, &[0, 1, 0, 1], 2).to_string(),
        "the feature at row 2, column 1 (from 0) is NaN: impute or drop it before training"
    );
    bad[[2, 1]] = f64::INFINITY;
    let error = linear::fit(bad.view(), &[1.0; 4], &LinearParams::default(), GO).unwrap_err();
    assert_eq!(error, FitError::Feature { row: 2, column: 1, value: f64::INFINITY });
    let y = [1.0, f64::NEG_INFINITY, 0.0, 0.0];
    let error = ridge::fit(x.view(), &y, &RidgeParams::default(), GO).unwrap_err();
    assert_eq!(error, FitError::Target { row: 1, value: f64::NEG_INFINITY });
}

#[test]
fn parameters_are_checked() {
    let x = normal(4, 2, 0);
    let of = |params| logistic::fit(x.view(), &[0, 1, 0, 1], 2, &params, GO).unwrap_err().to_string();
    let default = LogisticParams::default();
    assert_eq!(of(LogisticParams { c: 0.0, ..default }), "`c` must be a finite number above 0, it is 0");
    assert_eq!(
        of(LogisticParams { tol: f64::NAN, ..default }),
        "`tol` must be a finite number above 0, it is NaN"
    );
    assert_eq!(of(LogisticParams { max_iter: 0, ..default }), "`max_iter` must be at least 1, it is 0");
    let params = RidgeParams { alpha: -1.0, fit_intercept: true };
    let error = ridge::fit(x.view(), &[0.0; 4], &params, GO).unwrap_err();
    assert_eq!(error.to_string(), "`alpha` must be a finite number, at least 0, it is -1");
}

#[test]
fn one_iteration_does_not_pass_for_convergence() {
    let x = normal(60, 5, 1) * 100.0;
    let codes = halves(&x);
    let params = LogisticParams { max_iter: 1, ..LogisticParams::default() };
    let fit = logistic::fit(x.view(), &codes, 2, &params, GO).unwrap();
    assert!(!fit.certificate.converged && fit.certificate.grad_norm > params.tol, "{fit:?}");
    assert_eq!(fit.certificate.iterations, 1);
}

#[test]
fn more_iterations_never_leave_a_worse_loss() {
    let x = normal(60, 5, 1) * 100.0;
    let codes = halves(&x);
    let mut last = f64::INFINITY;
    for max_iter in [2, 4, 8, 16, 32] {
        let params = LogisticParams { max_iter, ..LogisticParams::default() };
        let certificate = logistic::fit(x.view(), &codes, 2, &params, GO).unwrap().certificate;
        assert!(certificate.iterations <= max_iter);
        assert!(certificate.loss <= last * (1.0 + 1e-9), "{max_iter}: {certificate:?}");
        last = certificate.loss;
    }
}

#[test]
fn the_positive_class_is_the_second_however_many_rows_it_has() {
    let x = array![[-3.0], [-2.0], [-1.0], [1.0], [2.0], [3.0], [4.0], [5.0]];
    for codes in [[0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1]] {
        let fit = logistic(x.view(), &codes, 2).unwrap();
        assert!(fit.coefficients[[0, 0]] > 0.0, "{codes:?}: {fit:?}");
    }
}

#[test]
fn duplicate_and_constant_columns_share_or_get_nothing() {
    let x = normal(30, 1, 3);
    let doubled = ndarray::concatenate![ndarray::Axis(1), x, x, Array2::ones((30, 1))];
    let y: Vec<f64> = x.column(0).iter().map(|v| 4.0 * v + 1.0).collect();
    let fit = linear::fit(doubled.view(), &y, &LinearParams::default(), GO).unwrap();
    assert_eq!(fit.certificate.engine, Engine::Svd);
    assert!(fit.certificate.converged);
    for (found, expected) in fit.coefficients.iter().zip([2.0, 2.0, 0.0]) {
        assert!((found - expected).abs() < 1e-12, "{fit:?}");
    }
    assert!((fit.intercept[0] - 1.0).abs() < 1e-12);
    let fit = logistic(doubled.view(), &halves(&x), 2).unwrap();
    assert!(fit.certificate.converged);
    assert!((fit.coefficients[[0, 0]] - fit.coefficients[[0, 1]]).abs() < 1e-9, "{fit:?}");
    assert!(fit.coefficients[[0, 2]].abs() < 1e-9, "{fit:?}");
}

#[test]
fn one_row_and_constant_targets_are_defined() {
    let fit = linear::fit(array![[2.0, 3.0]].view(), &[5.0], &LinearParams::default(), GO).unwrap();
    assert_eq!((fit.coefficients, fit.intercept), (array![[0.0, 0.0]], array![5.0]));
    let fit = ridge::fit(normal(5, 2, 0).view(), &[7.0; 5], &RidgeParams::default(), GO).unwrap();
    assert!(fit.certificate.converged);
    assert_eq!((fit.coefficients, fit.intercept), (array![[0.0, 0.0]], array![7.0]));
}

#[test]
fn many_features_of_two_classes_are_fitted_the_same() {
    let x = normal(40, 520, 4);
    let codes = halves(&x);
    let fit = logistic(x.view(), &codes, 2).unwrap();
    assert!(fit.certificate.converged && fit.certificate.grad_norm < 1e-9, "{:?}", fit.certificate);
    assert_eq!(fit.coefficients.dim(), (1, 520));
    // The gradient of the binomial objective itself, at the answer.
    let z = x.dot(&fit.coefficients.row(0)) + fit.intercept[0];
    let residual: Array1<f64> =
        z.iter().zip(&codes).map(|(z, code)| 1.0 / (1.0 + (-z).exp()) - *code as f64).collect();
    let gradient = x.t().dot(&residual) + fit.coefficients.row(0);
    assert!(gradient.iter().all(|g| g.abs() < 1e-7), "{gradient}");
}

#[test]
fn a_fit_can_be_interrupted() {
    let x = normal(20, 2, 0);
    let stop: KeepGoing<'_> = &|| false;
    let params = LogisticParams::default();
    assert_eq!(logistic::fit(x.view(), &halves(&x), 2, &params, stop), Err(FitError::Interrupted));
    let linear = linear::fit(x.view(), &[0.0; 20], &LinearParams::default(), stop);
    assert_eq!(linear, Err(FitError::Interrupted));
}

#[test]
fn a_model_reads_back_bit_for_bit() {
    let model = model();
    let text = model.to_json().unwrap();
    assert!(
        text.starts_with(
            "{\n  \"format\": \"mlfunnel-model\",\n  \"version\": 1,\n  \"library\": \"mlfunnel "
        )
    );
    let back = Model::from_json(&text).unwrap();
    assert_eq!(back, model);
    assert_eq!(back.to_json().unwrap(), text);
    for cut in 0..text.len() - 1 {
        assert!(matches!(Model::from_json(&text[..cut]), Err(DocumentError::Syntax(_))), "cut at {cut}");
    }
}

#[test]
fn a_document_that_contradicts_itself_is_refused() {
    let text = model().to_json().unwrap();
    let of = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        Model::from_json(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert_eq!(
        of("mlfunnel-model", "onnx"),
        "this is no model of mlfunnel: `format` must be `mlfunnel-model` and `version` a number"
    );
    assert_eq!(
        of("\"version\": 1", "\"version\": 2"),
        "the model is of version 2, written by a newer mlfunnel; this one reads up to 1"
    );
    assert!(of("\"target\"", "\"aim\"").starts_with("the model's fields are wrong: missing field `target`"));
    assert!(of("\"a\",\n    \"b\"", "\"b\",\n    \"b\"").ends_with("the feature `b` is there twice"));
    assert!(of("\"a\",\n    \"b\"", "\"b\"").contains("1 rows of 1, one a feature"));
    assert!(of("\"target\": \"y\"", "\"target\": \"a\"").ends_with("the target `a` is among the features"));
    assert!(of("\"no\",\n", "").ends_with("a classifier has at least two classes, here 1"));
    assert!(of("\"no\"", "\"zz\"").ends_with("the classes do not ascend"));
    assert!(of("\"logistic_regression\"", "\"forest\"").contains("forest"));
}

#[test]
fn predicting_checks_its_rows() {
    let model = model();
    let error = model.predict(array![[1.0]].view()).unwrap_err();
    assert_eq!(error.to_string(), "the model takes 2 features, the rows have 1");
    let error = model.predict(array![[0.0, 0.0], [0.0, f64::NAN]].view()).unwrap_err();
    assert_eq!(error.to_string(), "the feature at row 1, column 1 (from 0) is NaN");
    let error = model.predict_raw(array![[0.0, f64::INFINITY]].view()).unwrap_err();
    assert_eq!(error.to_string(), "scaling `a`, `b`: the value at row 0, column 1 (from 0) is infinite");
    let mut big = model.clone();
    big.coefficients[[0, 0]] = 1e308;
    let error = big.predict(array![[10.0, 0.0]].view()).unwrap_err();
    assert_eq!(error, PredictError::Overflow { row: 0 });
}

#[test]
fn raw_rows_go_through_the_preprocessing() {
    let model = model();
    let Prediction::Classes { labels, probabilities, codes } =
        model.predict_raw(array![[0.0, 10.0], [3.0, 50.0]].view()).unwrap()
    else {
        panic!("a classifier gives classes")
    };
    assert_eq!(labels, ["no".into(), "yes".into()]);
    assert_eq!(codes, [0, 1]);
    for row in probabilities.rows() {
        assert!((row.sum() - 1.0).abs() < 1e-15);
    }
    let empty = model.predict_raw(Array2::zeros((0, 2)).view()).unwrap();
    assert!(matches!(empty, Prediction::Classes { labels, .. } if labels.is_empty()));
}

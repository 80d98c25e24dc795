//! Linear regression and ridge against scipy and scikit-learn.

use mlfunnel::ml::model::{linear, ridge};

use super::read::{assert_close, file, float, floats, list, matrix, text};

#[test]
fn least_squares_are_scipys_and_ridge_scikit_learns() {
    let file = file("least_squares.json");
    let cases = list(&file["cases"]);
    assert_eq!(cases.len(), 40);
    for case in cases {
        let table = &file["tables"][text(&case["table"])];
        let (x, y) = (matrix(&table["x"]), floats(&table["y"]));
        let (alpha, fit_intercept) = (float(&case["alpha"]), case["fit_intercept"].as_bool().unwrap());
        let what = format!("{} alpha {alpha} intercept {fit_intercept}", case["table"]);
        let fitted = if alpha == 0.0 {
            linear::fit(x.view(), &y, &linear::LinearParams { fit_intercept }, &|| true)
        } else {
            ridge::fit(x.view(), &y, &ridge::RidgeParams { alpha, fit_intercept }, &|| true)
        }
        .unwrap();
        assert!(fitted.certificate.converged, "{what}: {:?}", fitted.certificate);
        assert_close(&fitted.coefficients, &floats(&case["coefficients"]), 1e-9, &what);
        assert_close(&fitted.intercept, [&float(&case["intercept"])], 1e-9, &what);
        assert_close([&fitted.certificate.loss], [&float(&case["loss"])], 1e-9, &what);
    }
}

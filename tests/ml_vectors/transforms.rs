//! Scalers and imputers against scikit-learn, at 1e-12.

use mlfunnel::ml::impute::Strategy;
use mlfunnel::ml::scaler::{Method, Missing, Norm, Scaler};

use super::read::{assert_close, file, floats, list, matrix, text};

fn method(name: &str) -> Method {
    let robust =
        |low, high, with_centering, with_scaling| Method::Robust { low, high, with_centering, with_scaling };
    match name {
        "min_max" => Method::MIN_MAX,
        "min_max_wide" => Method::MinMax { low: -2.0, high: 3.0 },
        "standard" => Method::STANDARD,
        "standard_mean" => Method::Standard { with_mean: true, with_std: false },
        "standard_std" => Method::Standard { with_mean: false, with_std: true },
        "robust" => Method::ROBUST,
        "robust_wide" => robust(5.0, 90.0, true, true),
        "robust_center" => robust(25.0, 75.0, true, false),
        "robust_scale" => robust(25.0, 75.0, false, true),
        "max_abs" => Method::MaxAbs,
        "l1" => Method::Normalize(Norm::L1),
        "l2" => Method::Normalize(Norm::L2),
        "max" => Method::Normalize(Norm::Max),
        other => panic!("no method {other}"),
    }
}

#[test]
fn scalers_are_scikit_learns() {
    let file = file("scalers.json");
    let cases = list(&file["cases"]);
    assert_eq!(cases.len(), 59);
    for case in cases {
        let what = format!("{} of {}", text(&case["method"]), text(&case["table"]));
        let x = matrix(&file["tables"][text(&case["table"])]);
        let scaler = Scaler { method: method(text(&case["method"])), missing: Missing::Keep };
        let fitted = scaler.fit(x.view()).unwrap();
        let out = fitted.transform(x.view()).unwrap();
        assert_close(&out, &matrix(&case["out"]), 1e-12, &what);
        if case.get("inverse").is_some() {
            let inverse = fitted.inverse(out.view()).unwrap();
            assert_close(&inverse, &matrix(&case["inverse"]), 1e-12, &format!("inverse {what}"));
            let rows = x.nrows().min(3);
            let other = fitted.transform((x.slice(ndarray::s![..rows, ..]).to_owned() * 1.5).view()).unwrap();
            assert_close(&other, &matrix(&case["other"]), 1e-12, &format!("other rows, {what}"));
        }
    }
}

#[test]
fn imputers_are_scikit_learns() {
    let file = file("imputers.json");
    let x = matrix(&file["x"]);
    for case in list(&file["cases"]) {
        let name = text(&case["strategy"]);
        let strategy = match name {
            "mean" => Strategy::Mean,
            "median" => Strategy::Median,
            "most_frequent" => Strategy::MostFrequent,
            _ => Strategy::Constant(-9.5),
        };
        let fitted = strategy.fit(x.view()).unwrap();
        assert_close(&fitted.statistics, &floats(&case["statistics"]), 1e-12, name);
        assert_close(&fitted.transform(x.view()).unwrap(), &matrix(&case["out"]), 1e-12, name);
    }
}

use ndarray::array;
use proptest::prelude::*;

use super::*;

const NAN: f64 = f64::NAN;
const METHODS: [Method; 4] = [Method::MIN_MAX, Method::STANDARD, Method::ROBUST, Method::MaxAbs];

fn scale(scaler: Scaler, x: &Array2<f64>) -> Array2<f64> {
    scaler.fit(x.view()).unwrap().transform(x.view()).unwrap()
}

#[test]
fn min_max_is_safe_by_default() {
    let x = array![[NAN, NAN, 7.0, 0.0], [3.0, NAN, 7.0, 5.0], [3.0, NAN, 7.0, 10.0]];
    let expected = array![[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5], [0.0, 0.0, 0.0, 1.0]];
    assert_eq!(scale(Scaler::new(Method::MIN_MAX), &x), expected);
}

#[test]
fn keep_and_error_do_as_they_say() {
    let x = array![[NAN, 0.0], [3.0, 1.0]];
    let kept = scale(Scaler { missing: Missing::Keep, ..Scaler::new(Method::MIN_MAX) }, &x);
    assert!(kept[[0, 0]].is_nan() && kept[[1, 0]] == 0.0);
    let strict = Scaler { method: Method::STANDARD, missing: Missing::Error };
    assert_eq!(strict.fit(x.view()), Err(ScaleError::Missing { row: 0, column: 0 }));
    let zero = scale(Scaler { method: Method::STANDARD, missing: Missing::Zero }, &x);
    assert_eq!(zero, array![[0.0, -1.0], [0.0, 1.0]]);
}

#[test]
fn an_infinity_is_named_by_its_place() {
    for method in METHODS {
        let x = array![[0.0, 1.0], [2.0, f64::NEG_INFINITY]];
        let error = Scaler::new(method).fit(x.view()).unwrap_err();
        assert_eq!(error.to_string(), "the value at row 1, column 1 (from 0) is infinite");
    }
}

#[test]
fn the_safe_scaler_keeps_the_length_of_nothing() {
    let safe = Scaler::new(Method::MinMax { low: 0.0, high: 1.0 });
    let fitted = safe.fit(Array2::zeros((0, 2)).view()).unwrap();
    assert_eq!(fitted.transform(Array2::zeros((0, 2)).view()).unwrap().dim(), (0, 2));
    // As after a column of missing values alone, what comes later is missing too.
    assert_eq!(fitted.transform(array![[7.0, -7.0]].view()).unwrap(), array![[0.0, 0.0]]);
    assert_eq!(safe.fit(Array2::zeros((2, 0)).view()), Err(ScaleError::Empty));
}

#[test]
fn empty_input_and_wrong_columns_are_errors() {
    for method in METHODS.into_iter().chain([Method::Normalize(Norm::L1)]) {
        for shape in [(0, 2), (2, 0)] {
            let fitted = Scaler { method, missing: Missing::Keep }.fit(Array2::zeros(shape).view());
            assert_eq!(fitted, Err(ScaleError::Empty));
        }
        let fitted = Scaler::new(method).fit(array![[1.0, 2.0]].view()).unwrap();
        let error = fitted.transform(array![[1.0]].view()).unwrap_err();
        assert_eq!(error, ScaleError::Columns { expected: 2, found: 1 });
        assert_eq!(fitted.transform(Array2::zeros((0, 2)).view()).unwrap().dim(), (0, 2));
    }
}

#[test]
fn one_row_is_constant() {
    for method in [Method::MIN_MAX, Method::STANDARD, Method::ROBUST] {
        assert_eq!(scale(Scaler::new(method), &array![[4.0, -2.0]]), array![[0.0, 0.0]], "{method:?}");
    }
}

#[test]
fn a_column_without_values_stays_missing_later() {
    let fitted = Scaler::new(Method::STANDARD).fit(array![[NAN], [NAN]].view()).unwrap();
    assert!(fitted.transform(array![[1.0]].view()).unwrap()[[0, 0]].is_nan());
    assert!(fitted.inverse(array![[1.0]].view()).unwrap()[[0, 0]].is_nan());
}

#[test]
fn a_range_no_float_holds_is_an_error() {
    let x = array![[-f64::MAX], [f64::MAX]];
    for method in [Method::MIN_MAX, Method::STANDARD, Method::ROBUST] {
        assert_eq!(Scaler::new(method).fit(x.view()), Err(ScaleError::Overflow { column: 0 }), "{method:?}");
    }
}

#[test]
fn bad_ranges_are_errors() {
    let x = array![[1.0], [2.0]];
    let fit = |method| Scaler::new(method).fit(x.view()).unwrap_err().to_string();
    assert_eq!(
        fit(Method::MinMax { low: 1.0, high: 1.0 }),
        "the range [1, 1] is none: the first number must be below the second"
    );
    assert_eq!(
        fit(Method::Robust { low: 75.0, high: 25.0, with_centering: true, with_scaling: true }),
        "the percentiles [75, 25] must ascend and lie between 0 and 100"
    );
}

#[test]
fn normalising_ignores_what_is_missing_and_has_no_inverse() {
    let x = array![[3.0, NAN, 4.0], [0.0, 0.0, 0.0]];
    let fitted = Scaler::new(Method::Normalize(Norm::L2)).fit(x.view()).unwrap();
    let out = fitted.transform(x.view()).unwrap();
    assert_eq!((out[[0, 0]], out[[0, 2]]), (0.6, 0.8));
    assert!(out[[0, 1]].is_nan());
    assert_eq!(out.row(1), array![0.0, 0.0, 0.0]);
    assert_eq!(fitted.inverse(x.view()), Err(ScaleError::NoInverse));
}

#[test]
fn a_constant_column_comes_back_as_its_constant() {
    let x = array![[7.0], [7.0]];
    let fitted = Scaler::new(Method::MIN_MAX).fit(x.view()).unwrap();
    assert_eq!(fitted.inverse(array![[0.0], [0.0]].view()).unwrap(), x);
}

fn table() -> impl Strategy<Value = Array2<f64>> {
    (1_usize..12, 1_usize..4).prop_flat_map(|(rows, columns)| {
        proptest::collection::vec(-1e6_f64..1e6, rows * columns)
            .prop_map(move |values| Array2::from_shape_vec((rows, columns), values).unwrap())
    })
}

proptest! {
    #[test]
    fn inverse_undoes_transform(x in table()) {
        for method in METHODS {
            let fitted = Scaler { method, missing: Missing::Keep }.fit(x.view()).unwrap();
            let back = fitted.inverse(fitted.transform(x.view()).unwrap().view()).unwrap();
            for (a, b) in x.iter().zip(&back) {
                prop_assert!((a - b).abs() <= 1e-8, "{method:?}: {a} came back as {b}");
            }
        }
    }

    #[test]
    fn min_max_stays_in_the_unit_interval(
        mut x in table(),
        holes in proptest::collection::vec(any::<bool>(), 36),
    ) {
        for (value, hole) in x.iter_mut().zip(holes) {
            if hole { *value = f64::NAN; }
        }
        let scaled = scale(Scaler::new(Method::MIN_MAX), &x);
        prop_assert_eq!(scaled.dim(), x.dim());
        for value in &scaled {
            prop_assert!((0.0..=1.0).contains(value), "{}", value);
        }
    }

    #[test]
    fn a_fitted_scaler_reads_back_bit_for_bit(x in table()) {
        for method in METHODS.into_iter().chain([Method::Normalize(Norm::Max)]) {
            let fitted = Scaler::new(method).fit(x.view()).unwrap();
            let text = serde_json::to_string(&fitted).unwrap();
            prop_assert_eq!(serde_json::from_str::<FittedScaler>(&text).unwrap(), fitted);
        }
    }
}

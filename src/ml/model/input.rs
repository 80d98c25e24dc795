//! What every fit asks of its data.

use ndarray::ArrayView2;

use super::FitError;

pub(super) fn check_features(x: ArrayView2<'_, f64>, targets: usize) -> Result<(), FitError> {
    if x.nrows() != targets {
        return Err(FitError::Lengths { rows: x.nrows(), targets });
    }
    if x.nrows() == 0 {
        return Err(FitError::NoRows);
    }
    if x.ncols() == 0 {
        return Err(FitError::NoColumns);
    }
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, column), value)) => Err(FitError::Feature { row, column, value: *value }),
        None => Ok(()),
    }
}

pub(super) fn check_classes(codes: &[usize], n_classes: usize) -> Result<(), FitError> {
    if let Some(row) = codes.iter().position(|code| *code >= n_classes) {
        return Err(FitError::UnknownClass { row });
    }
    if n_classes < 2 {
        return Err(FitError::OneClass);
    }
    let mut seen = vec![false; n_classes];
    for code in codes {
        seen[*code] = true;
    }
    if seen.iter().filter(|seen| **seen).count() < 2 {
        return Err(FitError::OneClass);
    }
    match seen.iter().position(|seen| !seen) {
        Some(class) => Err(FitError::EmptyClass { class }),
        None => Ok(()),
    }
}

pub(super) fn check_targets(y: &[f64]) -> Result<(), FitError> {
    match y.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(FitError::Target { row, value: y[row] }),
        None => Ok(()),
    }
}

//! What was done to the columns before a model saw them: saved with the model, applied to raw rows by who serves it.

use std::fmt;

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use super::impute::{FittedImputer, ImputeError};
use super::scaler::{FittedScaler, Method, ScaleError};

/// Fitted transforms, in the order in which they were applied.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Preprocessing {
    /// The steps, first to last.
    pub steps: Vec<Step>,
}

/// One transform over some columns, which are replaced where they stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The columns by name, in the order in which the transform takes them.
    pub columns: Vec<String>,
    /// The transform.
    pub fitted: FittedTransform,
}

/// A fitted transform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FittedTransform {
    /// A scaler.
    Scale(FittedScaler),
    /// An imputer.
    Impute(FittedImputer),
}

/// Why preprocessing cannot be applied.
#[derive(Debug, Clone, PartialEq)]
pub enum PreprocessingError {
    /// A step takes a column that the data does not have.
    MissingColumn(String),
    /// As many names as columns are needed.
    Names {
        /// Names given.
        names: usize,
        /// Columns of the data.
        columns: usize,
    },
    /// A scaler refuses the data.
    Scale {
        /// The step's columns, which the error counts from 0.
        columns: Vec<String>,
        /// Why.
        error: ScaleError,
    },
    /// An imputer refuses the data.
    Impute {
        /// The step's columns, which the error counts from 0.
        columns: Vec<String>,
        /// Why.
        error: ImputeError,
    },
    /// A step read from a document that cannot be used.
    Unsound {
        /// Which step, from 0.
        step: usize,
    },
}

impl fmt::Display for PreprocessingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingColumn(name) => {
                write!(f, "the preprocessing takes a column `{name}`, which is missing")
            }
            Self::Names { names, columns } => {
                write!(f, "{names} column names are given for {columns} columns")
            }
            Self::Scale { columns, error } => write!(f, "scaling {}: {error}", listed(columns)),
            Self::Impute { columns, error } => write!(f, "imputing {}: {error}", listed(columns)),
            Self::Unsound { step } => write!(
                f,
                "preprocessing step {step} (from 0) is not sound: its lengths disagree or a number is out of range"
            ),
        }
    }
}

fn listed(columns: &[String]) -> String {
    columns.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ")
}

impl std::error::Error for PreprocessingError {}

impl Preprocessing {
    /// Applies every step to `x`, whose columns are named by `names`.
    pub fn apply(&self, names: &[String], x: &mut Array2<f64>) -> Result<(), PreprocessingError> {
        if names.len() != x.ncols() {
            return Err(PreprocessingError::Names { names: names.len(), columns: x.ncols() });
        }
        for step in &self.steps {
            step.apply(names, x)?;
        }
        Ok(())
    }

    /// Checks what was read from a document: lengths agree and numbers are finite.
    pub fn check(&self) -> Result<(), PreprocessingError> {
        match self.steps.iter().position(|step| !step.is_sound()) {
            Some(step) => Err(PreprocessingError::Unsound { step }),
            None => Ok(()),
        }
    }
}

impl Step {
    fn apply(&self, names: &[String], x: &mut Array2<f64>) -> Result<(), PreprocessingError> {
        let find = |column: &String| {
            let at = names.iter().position(|name| name == column);
            at.ok_or_else(|| PreprocessingError::MissingColumn(column.clone()))
        };
        let at: Vec<usize> = self.columns.iter().map(find).collect::<Result<_, _>>()?;
        let mut part = x.select(Axis(1), &at);
        match &self.fitted {
            FittedTransform::Scale(scaler) => scaler
                .transform_in_place(part.view_mut())
                .map_err(|error| PreprocessingError::Scale { columns: self.columns.clone(), error })?,
            FittedTransform::Impute(imputer) => imputer
                .transform_in_place(part.view_mut())
                .map_err(|error| PreprocessingError::Impute { columns: self.columns.clone(), error })?,
        }
        for (from, to) in part.columns().into_iter().zip(at) {
            x.column_mut(to).assign(&from);
        }
        Ok(())
    }

    fn is_sound(&self) -> bool {
        let columns = self.columns.len();
        match &self.fitted {
            FittedTransform::Scale(scaler) => {
                let rows = matches!(scaler.method, Method::Normalize(_));
                scaler.is_sound() && scaler.n_features == columns && (rows || scaler.columns.len() == columns)
            }
            FittedTransform::Impute(imputer) => {
                imputer.statistics.len() == columns && imputer.statistics.iter().all(|v| v.is_finite())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::ml::impute::Strategy;
    use crate::ml::scaler::Scaler;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    fn steps() -> Preprocessing {
        let impute = Strategy::Mean.fit(array![[1.0], [2.0]].view()).unwrap();
        let scale = Scaler::new(Method::STANDARD).fit(array![[0.1, 10.0], [0.7, 30.0]].view()).unwrap();
        Preprocessing {
            steps: vec![
                Step { columns: names(&["b"]), fitted: FittedTransform::Impute(impute) },
                Step { columns: names(&["c", "a"]), fitted: FittedTransform::Scale(scale) },
            ],
        }
    }

    #[test]
    fn steps_find_their_columns_by_name() {
        let mut x = array![[10.0, f64::NAN, 0.7]];
        steps().apply(&names(&["a", "b", "c"]), &mut x).unwrap();
        assert!((x[[0, 0]] + 1.0).abs() < 1e-12 && (x[[0, 2]] - 1.0).abs() < 1e-12, "{x}");
        assert_eq!(x[[0, 1]], 1.5);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let mut x = array![[1.0, 2.0]];
        let error = steps().apply(&names(&["b", "a"]), &mut x).unwrap_err();
        assert_eq!(error.to_string(), "the preprocessing takes a column `c`, which is missing");
        let error = steps().apply(&names(&["b"]), &mut x).unwrap_err();
        assert_eq!(error.to_string(), "1 column names are given for 2 columns");
        let mut x = array![[1.0, 2.0, f64::INFINITY]];
        let error = steps().apply(&names(&["a", "b", "c"]), &mut x).unwrap_err();
        assert_eq!(error.to_string(), "scaling `c`, `a`: the value at row 0, column 0 (from 0) is infinite");
    }

    #[test]
    fn json_is_readable_and_exact() {
        let text = serde_json::to_string(&steps()).unwrap();
        assert!(text.starts_with(
            r#"[{"columns":["b"],"fitted":{"impute":{"strategy":"mean","statistics":[1.5]}}},{"columns":["c","a"]"#
        ));
        assert_eq!(serde_json::from_str::<Preprocessing>(&text).unwrap(), steps());
    }

    #[test]
    fn an_unsound_step_is_found() {
        let mut broken = steps();
        broken.steps[1].columns.pop();
        assert_eq!(broken.check(), Err(PreprocessingError::Unsound { step: 1 }));
        assert_eq!(steps().check(), Ok(()));
    }
}

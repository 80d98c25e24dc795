//! Filling in what is missing, as scikit-learn's `SimpleImputer` does.

use std::collections::BTreeMap;
use std::fmt;

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

use crate::ml::label::Label;

/// What a missing number (NaN) becomes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The mean of the column.
    Mean,
    /// The median of the column.
    Median,
    /// The most frequent value of the column; the least of those on a tie.
    MostFrequent,
    /// This number.
    Constant(f64),
}

/// Rows and columns count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImputeError {
    /// No rows or no columns to learn from.
    Empty,
    /// A column without a single value.
    AllMissing {
        /// The column.
        column: usize,
    },
    /// An infinite value, or a mean beyond the range of a float.
    Infinite {
        /// The column.
        column: usize,
    },
    /// Another number of columns than the imputer was fitted on.
    Columns {
        /// As fitted.
        expected: usize,
        /// As given.
        found: usize,
    },
}

impl fmt::Display for ImputeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no values to learn from"),
            Self::AllMissing { column } => write!(
                f,
                "column {column} (from 0) has no value at all, so nothing can be learned for it \
                 (scikit-learn would drop the column): use `constant`, or leave the column out"
            ),
            Self::Infinite { column } => {
                write!(
                    f,
                    "column {column} (from 0) holds an infinite value, or values too large for their mean"
                )
            }
            Self::Columns { expected, found } => {
                write!(f, "the imputer was fitted on {expected} columns, the data has {found}")
            }
        }
    }
}

impl std::error::Error for ImputeError {}

/// What an imputer learned: one number a column, put where a value is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedImputer {
    /// How it was learned.
    pub strategy: Strategy,
    /// One a column; `statistics_` in scikit-learn.
    pub statistics: Vec<f64>,
}

impl Strategy {
    /// Learns from the values of `x` that are there.
    pub fn fit(self, x: ArrayView2<'_, f64>) -> Result<FittedImputer, ImputeError> {
        if x.nrows() == 0 || x.ncols() == 0 {
            return Err(ImputeError::Empty);
        }
        let fit = |(column, values): (usize, ArrayView1<'_, f64>)| {
            let mut present: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            if present.iter().any(|v| v.is_infinite()) {
                return Err(ImputeError::Infinite { column });
            }
            let statistic = match self {
                Self::Constant(value) => value,
                _ if present.is_empty() => return Err(ImputeError::AllMissing { column }),
                Self::Mean => present.iter().sum::<f64>() / present.len() as f64,
                Self::Median => median(&mut present),
                Self::MostFrequent => most_frequent_number(&mut present),
            };
            if statistic.is_finite() { Ok(statistic) } else { Err(ImputeError::Infinite { column }) }
        };
        let statistics = x.columns().into_iter().enumerate().map(fit).collect::<Result<_, _>>()?;
        Ok(FittedImputer { strategy: self, statistics })
    }
}

impl FittedImputer {
    /// Fills in `x` where it is. What is not NaN stays.
    pub fn transform_in_place(&self, mut x: ArrayViewMut2<'_, f64>) -> Result<(), ImputeError> {
        if x.ncols() != self.statistics.len() {
            return Err(ImputeError::Columns { expected: self.statistics.len(), found: x.ncols() });
        }
        for (statistic, mut column) in self.statistics.iter().zip(x.columns_mut()) {
            column.mapv_inplace(|v| if v.is_nan() { *statistic } else { v });
        }
        Ok(())
    }

    /// Fills in a copy of `x`.
    pub fn transform(&self, x: ArrayView2<'_, f64>) -> Result<Array2<f64>, ImputeError> {
        let mut out = x.to_owned();
        self.transform_in_place(out.view_mut())?;
        Ok(out)
    }
}

/// The most frequent of the labels that are there, the least on a tie; `None` where none is.
pub fn most_frequent<'a>(labels: impl IntoIterator<Item = Option<&'a Label>>) -> Option<&'a Label> {
    let mut counts: BTreeMap<&Label, usize> = BTreeMap::new();
    for label in labels.into_iter().flatten() {
        *counts.entry(label).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(label, _)| label)
}

/// Fills in labels.
pub fn fill(labels: &[Option<Label>], with: &Label) -> Vec<Label> {
    labels.iter().map(|label| label.as_ref().unwrap_or(with).clone()).collect()
}

fn median(present: &mut [f64]) -> f64 {
    present.sort_by(f64::total_cmp);
    let middle = present.len() / 2;
    if present.len() % 2 == 1 { present[middle] } else { f64::midpoint(present[middle - 1], present[middle]) }
}

fn most_frequent_number(present: &mut [f64]) -> f64 {
    present.sort_by(f64::total_cmp);
    let mut best = (present[0], 0);
    for run in present.chunk_by(|a, b| a == b) {
        if run.len() > best.1 {
            best = (run[0], run.len());
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn each_strategy_fills_by_its_statistic() {
        let x = array![[1.0, NAN], [NAN, 4.0], [2.0, 4.0], [2.0, 10.0]];
        for (strategy, expected) in [
            (Strategy::Mean, [5.0 / 3.0, 6.0]),
            (Strategy::Median, [2.0, 4.0]),
            (Strategy::MostFrequent, [2.0, 4.0]),
            (Strategy::Constant(-1.0), [-1.0, -1.0]),
        ] {
            let fitted = strategy.fit(x.view()).unwrap();
            assert_eq!(fitted.statistics, expected);
            let filled = fitted.transform(x.view()).unwrap();
            assert_eq!((filled[[1, 0]], filled[[0, 1]]), (expected[0], expected[1]));
            assert_eq!(filled.row(3), x.row(3));
        }
    }

    #[test]
    fn a_tie_goes_to_the_least() {
        let fitted = Strategy::MostFrequent.fit(array![[5.0], [-1.0], [5.0], [-1.0], [9.0]].view()).unwrap();
        assert_eq!(fitted.statistics, [-1.0]);
        let labels = ["b", "a", "c", "a", "b"].map(Label::from);
        assert_eq!(most_frequent(labels.iter().map(Some)), Some(&Label::from("a")));
    }

    #[test]
    fn a_column_without_values_is_an_error_unless_constant() {
        let x = array![[1.0, NAN], [2.0, NAN]];
        assert_eq!(Strategy::Mean.fit(x.view()), Err(ImputeError::AllMissing { column: 1 }));
        assert_eq!(Strategy::Constant(0.0).fit(x.view()).unwrap().statistics, [0.0, 0.0]);
        assert_eq!(most_frequent([None, None]), None);
    }

    #[test]
    fn wrong_input_is_an_error() {
        assert_eq!(Strategy::Mean.fit(Array2::zeros((0, 1)).view()), Err(ImputeError::Empty));
        let infinite = array![[f64::INFINITY]];
        assert_eq!(Strategy::Median.fit(infinite.view()), Err(ImputeError::Infinite { column: 0 }));
        let huge = array![[f64::MAX], [f64::MAX]];
        assert_eq!(Strategy::Mean.fit(huge.view()), Err(ImputeError::Infinite { column: 0 }));
        assert!(Strategy::Constant(NAN).fit(array![[1.0]].view()).is_err());
        let fitted = Strategy::Mean.fit(array![[1.0]].view()).unwrap();
        let error = fitted.transform(array![[1.0, 2.0]].view()).unwrap_err();
        assert_eq!(error.to_string(), "the imputer was fitted on 1 columns, the data has 2");
    }

    #[test]
    fn labels_are_filled() {
        let labels = [Some(Label::from("a")), None];
        assert_eq!(fill(&labels, &"b".into()), ["a", "b"].map(Label::from));
    }
}

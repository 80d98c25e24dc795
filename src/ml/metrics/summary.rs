//! All the usual metrics of a task at once.

use ndarray::{Array2, ArrayView2};

use super::{Average, Confusion, MetricError, log_loss, mae, mse, r2, rmse, roc_auc, roc_auc_one_vs_rest};

/// Metrics by name, in the order to show them.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Those that are defined on this data.
    pub scores: Vec<(&'static str, f64)>,
    /// Those that are not, and why.
    pub undefined: Vec<(&'static str, MetricError)>,
    /// Scores in which a division by zero counted as 0.
    pub zero_division: Vec<&'static str>,
    /// Rows by true and predicted class; of a classification only.
    pub confusion: Option<Array2<u64>>,
}

impl Summary {
    /// The score of this name, where it is defined.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.scores.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn push(&mut self, name: &'static str, value: Result<f64, MetricError>) {
        match value {
            Ok(value) => self.scores.push((name, value)),
            Err(error) => self.undefined.push((name, error)),
        }
    }
}

/// `accuracy`, `balanced_accuracy`, `precision`, `recall` and `f1` (of class 1 where there are two classes, else the
/// macro average), their `_macro`, `_micro` and `_weighted` averages, and with probabilities of shape (rows, classes)
/// `roc_auc` (one against the rest, macro, for several classes) and `log_loss`.
pub fn classification(
    truth: &[usize],
    predicted: &[usize],
    n_classes: usize,
    probabilities: Option<ArrayView2<'_, f64>>,
) -> Result<Summary, MetricError> {
    let confusion = Confusion::new(truth, predicted, n_classes)?;
    let mut summary = Summary {
        scores: vec![
            ("accuracy", confusion.accuracy()),
            ("balanced_accuracy", confusion.balanced_accuracy()),
        ],
        undefined: Vec::new(),
        zero_division: Vec::new(),
        confusion: None,
    };
    let plain = if n_classes == 2 { Average::Binary(1) } else { Average::Macro };
    for (average, [precision, recall, f1]) in [
        (plain, ["precision", "recall", "f1"]),
        (Average::Macro, ["precision_macro", "recall_macro", "f1_macro"]),
        (Average::Micro, ["precision_micro", "recall_micro", "f1_micro"]),
        (Average::Weighted, ["precision_weighted", "recall_weighted", "f1_weighted"]),
    ] {
        for (name, score) in [
            (precision, confusion.precision(average)?),
            (recall, confusion.recall(average)?),
            (f1, confusion.f1(average)?),
        ] {
            summary.scores.push((name, score.value));
            if score.zero_division {
                summary.zero_division.push(name);
            }
        }
    }
    if let Some(probabilities) = probabilities {
        if probabilities.ncols() != n_classes {
            return Err(MetricError::Columns { classes: n_classes, columns: probabilities.ncols() });
        }
        let area = if n_classes == 2 {
            let positive: Vec<bool> = truth.iter().map(|code| *code == 1).collect();
            roc_auc(&positive, &probabilities.column(1).to_vec())
        } else {
            roc_auc_one_vs_rest(truth, probabilities)
        };
        summary.push("roc_auc", area);
        summary.push("log_loss", log_loss(truth, probabilities));
    }
    summary.confusion = Some(confusion.counts().clone());
    Ok(summary)
}

/// `mse`, `rmse`, `mae` and `r2`.
pub fn regression(truth: &[f64], predicted: &[f64]) -> Result<Summary, MetricError> {
    let mut summary = Summary {
        scores: vec![("mse", mse(truth, predicted)?), ("rmse", rmse(truth, predicted)?)],
        undefined: Vec::new(),
        zero_division: Vec::new(),
        confusion: None,
    };
    summary.push("mae", mae(truth, predicted));
    summary.push("r2", r2(truth, predicted));
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn what_is_undefined_is_listed_with_its_reason() {
        let summary =
            classification(&[0, 0], &[0, 0], 2, Some(array![[0.9, 0.1], [0.8, 0.2]].view())).unwrap();
        assert_eq!(summary.get("accuracy"), Some(1.0));
        assert_eq!(summary.get("roc_auc"), None);
        assert_eq!(summary.undefined, [("roc_auc", MetricError::AbsentClass { class: 1 })]);
        assert_eq!(summary.zero_division, ["precision", "recall", "f1"]);
        let one = regression(&[1.0], &[2.0]).unwrap();
        assert_eq!(one.undefined, [("r2", MetricError::OneRow)]);
        assert_eq!(one.get("rmse"), Some(1.0));
    }

    #[test]
    fn probabilities_need_a_column_a_class() {
        let error = classification(&[0, 1], &[0, 1], 2, Some(array![[0.9], [0.8]].view())).unwrap_err();
        assert_eq!(error, MetricError::Columns { classes: 2, columns: 1 });
    }
}

//! The confusion matrix, and what is counted from it.

use ndarray::Array2;

use super::error::{MetricError, check_codes, check_lengths};

/// Over which classes precision, recall and F1 are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    /// The positive class alone, by code; two classes only.
    Binary(usize),
    /// The mean over classes that occur in the truth or the prediction.
    Macro,
    /// All classes counted together.
    Micro,
    /// The mean over classes weighted by their rows in the truth.
    Weighted,
}

/// A score, and whether a class had nothing to be divided by and so counted as 0 (scikit-learn's `zero_division=0`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// In [0, 1].
    pub value: f64,
    /// Whether a division by zero was replaced by 0.
    pub zero_division: bool,
}

/// Counts of rows by true class (row) and predicted class (column): `sklearn.metrics.confusion_matrix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    counts: Array2<u64>,
}

/// Rows of one class, or of several together.
#[derive(Clone, Copy, Default)]
struct Tally {
    hit: u64,
    predicted: u64,
    actual: u64,
}

type Ratio = fn(Tally) -> (u64, u64);

impl Confusion {
    /// Counts the rows; codes are below `n_classes`.
    pub fn new(truth: &[usize], predicted: &[usize], n_classes: usize) -> Result<Self, MetricError> {
        check_lengths(truth.len(), predicted.len())?;
        check_codes(truth, n_classes)?;
        check_codes(predicted, n_classes)?;
        let mut counts = Array2::zeros((n_classes, n_classes));
        for (t, p) in truth.iter().zip(predicted) {
            counts[[*t, *p]] += 1;
        }
        Ok(Self { counts })
    }

    /// The counts, of shape (classes, classes).
    pub fn counts(&self) -> &Array2<u64> {
        &self.counts
    }

    /// The share of rows predicted right.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.counts.sum() as f64
    }

    /// The mean of the recalls of the classes in the truth.
    pub fn balanced_accuracy(&self) -> f64 {
        let recalls = self.tallies().filter(|t| t.actual > 0).map(|t| t.hit as f64 / t.actual as f64);
        let (sum, count) = recalls.fold((0.0, 0_u32), |(sum, count), r| (sum + r, count + 1));
        sum / f64::from(count)
    }

    /// Of the rows predicted to be of a class, the share that is.
    pub fn precision(&self, average: Average) -> Result<Score, MetricError> {
        self.score(average, |t| (t.hit, t.predicted))
    }

    /// Of the rows of a class, the share predicted to be.
    pub fn recall(&self, average: Average) -> Result<Score, MetricError> {
        self.score(average, |t| (t.hit, t.actual))
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(&self, average: Average) -> Result<Score, MetricError> {
        self.score(average, |t| (2 * t.hit, t.predicted + t.actual))
    }

    fn tallies(&self) -> impl Iterator<Item = Tally> + '_ {
        (0..self.counts.nrows()).map(|class| Tally {
            hit: self.counts[[class, class]],
            predicted: self.counts.column(class).sum(),
            actual: self.counts.row(class).sum(),
        })
    }

    fn score(&self, average: Average, ratio: Ratio) -> Result<Score, MetricError> {
        let classes = self.counts.nrows();
        let present = self.tallies().filter(|t| t.actual + t.predicted > 0);
        Ok(match average {
            Average::Binary(positive) => {
                if classes != 2 || positive > 1 {
                    return Err(MetricError::NotBinary { classes });
                }
                divided(self.tallies().nth(positive).unwrap_or_default(), ratio)
            }
            Average::Micro => divided(self.tallies().fold(Tally::default(), add), ratio),
            Average::Macro => mean(present.map(|t| (divided(t, ratio), 1))),
            Average::Weighted => mean(present.map(|t| (divided(t, ratio), t.actual))),
        })
    }
}

fn add(a: Tally, b: Tally) -> Tally {
    Tally { hit: a.hit + b.hit, predicted: a.predicted + b.predicted, actual: a.actual + b.actual }
}

fn divided(tally: Tally, ratio: Ratio) -> Score {
    let (part, whole) = ratio(tally);
    if whole == 0 {
        Score { value: 0.0, zero_division: true }
    } else {
        Score { value: part as f64 / whole as f64, zero_division: false }
    }
}

fn mean(scores: impl Iterator<Item = (Score, u64)>) -> Score {
    let (mut sum, mut weights, mut zero_division) = (0.0, 0, false);
    for (score, weight) in scores {
        sum += score.value * weight as f64;
        weights += weight;
        zero_division |= score.zero_division;
    }
    Score { value: sum / weights as f64, zero_division }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_never_predicted_is_said_to_be() {
        let confusion = Confusion::new(&[0, 1, 0], &[0, 0, 0], 2).unwrap();
        assert_eq!(confusion.precision(Average::Binary(1)), Ok(Score { value: 0.0, zero_division: true }));
        assert_eq!(confusion.recall(Average::Binary(1)), Ok(Score { value: 0.0, zero_division: false }));
        assert!(confusion.precision(Average::Macro).unwrap().zero_division);
        assert_eq!(confusion.balanced_accuracy(), 0.5);
    }

    #[test]
    fn a_class_that_occurs_nowhere_does_not_count() {
        let confusion = Confusion::new(&[0, 0], &[0, 0], 3).unwrap();
        assert_eq!(confusion.f1(Average::Macro), Ok(Score { value: 1.0, zero_division: false }));
        assert_eq!(confusion.balanced_accuracy(), 1.0);
    }

    #[test]
    fn wrong_input_is_an_error() {
        assert_eq!(Confusion::new(&[], &[], 2), Err(MetricError::Empty));
        assert_eq!(Confusion::new(&[0], &[0, 1], 2), Err(MetricError::Lengths { truth: 1, predicted: 2 }));
        assert_eq!(Confusion::new(&[0, 2], &[0, 1], 2), Err(MetricError::UnknownClass { row: 1 }));
        let three = Confusion::new(&[0, 1, 2], &[0, 1, 2], 3).unwrap();
        let error = three.f1(Average::Binary(1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "this average is for two classes, there are 3: use `macro`, `micro` or `weighted`"
        );
    }
}

//! The area under the receiver operating characteristic.

use ndarray::ArrayView2;

use super::error::{MetricError, check_codes, check_finite, check_lengths};

/// The chance that a positive row scores above a negative one, ties counting half: `roc_auc_score` of two classes.
/// `positive` holds one entry a row, `scores` any finite numbers.
pub fn roc_auc(positive: &[bool], scores: &[f64]) -> Result<f64, MetricError> {
    check_lengths(positive.len(), scores.len())?;
    check_finite(scores)?;
    let positives = positive.iter().filter(|p| **p).count();
    let negatives = positive.len() - positives;
    if positives == 0 || negatives == 0 {
        return Err(MetricError::AbsentClass { class: usize::from(positives == 0) });
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    // Twice the number of pairs in the right order, in whole numbers, so that no rounding enters.
    let (mut below, mut pairs) = (0_u128, 0_u128);
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let up = tied.iter().filter(|row| positive[**row]).count() as u128;
        let down = tied.len() as u128 - up;
        pairs += up * (2 * below + down);
        below += down;
    }
    Ok(pairs as f64 / (2.0 * positives as f64 * negatives as f64))
}

/// The mean over classes of each one's area against all others: `roc_auc_score(multi_class="ovr", average="macro")`.
/// `scores` is of shape (rows, classes); every class must occur in `truth`.
pub fn roc_auc_one_vs_rest(truth: &[usize], scores: ArrayView2<'_, f64>) -> Result<f64, MetricError> {
    check_lengths(truth.len(), scores.nrows())?;
    check_codes(truth, scores.ncols())?;
    let mut sum = 0.0;
    for (class, column) in scores.columns().into_iter().enumerate() {
        let positive: Vec<bool> = truth.iter().map(|code| *code == class).collect();
        if !positive.contains(&true) {
            return Err(MetricError::AbsentClass { class });
        }
        sum += roc_auc(&positive, &column.to_vec())?;
    }
    Ok(sum / scores.ncols() as f64)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn ties_count_half() {
        assert_eq!(roc_auc(&[false, true], &[0.5, 0.5]), Ok(0.5));
        assert_eq!(roc_auc(&[false, true, true], &[0.0, -0.0, 1.0]), Ok(0.75));
    }

    #[test]
    fn one_class_is_an_error_not_a_number() {
        assert_eq!(roc_auc(&[true, true], &[0.1, 0.2]), Err(MetricError::AbsentClass { class: 0 }));
        assert_eq!(roc_auc(&[false], &[0.1]), Err(MetricError::AbsentClass { class: 1 }));
        assert_eq!(roc_auc(&[true, false], &[0.1, f64::NAN]), Err(MetricError::NotFinite { row: 1 }));
        let scores = array![[0.5, 0.3, 0.2], [0.2, 0.5, 0.3]];
        assert_eq!(roc_auc_one_vs_rest(&[0, 1], scores.view()), Err(MetricError::AbsentClass { class: 2 }));
    }
}

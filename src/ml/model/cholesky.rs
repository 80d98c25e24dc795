//! Cholesky factorisation of a symmetric positive definite matrix, on a flat slice.

/// Factors the row-major `n`×`n` matrix in place into its lower triangle. `false` where a pivot is not above
/// `least_pivot`.
pub(super) fn factor(a: &mut [f64], n: usize, least_pivot: f64) -> bool {
    for j in 0..n {
        let (above, rest) = a.split_at_mut(j * n);
        let row = &mut rest[..=j];
        for k in 0..j {
            let other = &above[k * n..=k * n + k];
            row[k] = (row[k] - dot(&row[..k], &other[..k])) / other[k];
        }
        let pivot = row[j] - dot(&row[..j], &row[..j]);
        if !(pivot > least_pivot && pivot.is_finite()) {
            return false;
        }
        row[j] = pivot.sqrt();
    }
    true
}

/// Solves `L·Lᵀ·x = b` in place, with the lower triangle that [`factor`] left.
pub(super) fn solve(l: &[f64], n: usize, b: &mut [f64]) {
    for i in 0..n {
        b[i] = (b[i] - dot(&l[i * n..i * n + i], &b[..i])) / l[i * n + i];
    }
    for i in (0..n).rev() {
        b[i] /= l[i * n + i];
        let scale = b[i];
        for (value, factor) in b[..i].iter_mut().zip(&l[i * n..i * n + i]) {
            *value -= scale * factor;
        }
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_a_system() {
        let mut a = [4.0, 2.0, 1.0, 2.0, 5.0, 3.0, 1.0, 3.0, 6.0];
        let mut b = [11.0, 21.0, 25.0];
        assert!(factor(&mut a, 3, 0.0));
        solve(&a, 3, &mut b);
        for (found, expected) in b.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-12, "{b:?}");
        }
    }

    #[test]
    fn refuses_what_is_not_positive_definite() {
        assert!(!factor(&mut [1.0, 1.0, 1.0, 1.0], 2, 1e-12));
        assert!(!factor(&mut [f64::NAN], 1, 0.0));
    }
}

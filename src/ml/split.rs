//! Seeded train and test rows.
//!
//! Sizes are those of scikit-learn's `train_test_split`, and of a stratified split the counts of each class, except
//! where classes tie for a remaining row. The rows themselves differ from scikit-learn's, which draws from the older
//! MT19937: here they come from [`Generator::permutation`].

use std::fmt;

use super::random::Generator;

/// How much goes to the test rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TestSize {
    /// A share of the rows, above 0 and below 1; rounded up.
    Fraction(f64),
    /// This many rows.
    Count(usize),
}

/// Row indices of the two parts, in random order (in table order where nothing is shuffled).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// To train on.
    pub train: Vec<usize>,
    /// To test on.
    pub test: Vec<usize>,
}

/// Why rows cannot be split.
#[derive(Debug, Clone, PartialEq)]
pub enum SplitError {
    /// Not above 0 and below 1.
    Fraction(f64),
    /// One part would be empty.
    EmptyPart {
        /// Rows in all.
        rows: usize,
        /// Rows to train on.
        train: usize,
        /// Rows to test on.
        test: usize,
    },
    /// A class with a single member cannot be in both parts.
    SmallClass {
        /// The class, by code.
        class: usize,
        /// Its members.
        members: usize,
    },
    /// A part smaller than the number of classes.
    SmallPart {
        /// `train` or `test`.
        part: &'static str,
        /// Its rows.
        rows: usize,
        /// The classes.
        classes: usize,
    },
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fraction(value) => {
                write!(
                    f,
                    "a test size of {value} is no share: write a number above 0 and below 1, or a count"
                )
            }
            Self::EmptyPart { rows, train, test } => write!(
                f,
                "{rows} rows would split into {train} to train and {test} to test: both parts need at least one"
            ),
            Self::SmallClass { class, members } => write!(
                f,
                "class {class} (from 0) has {members} member: a stratified split needs at least 2 of each class"
            ),
            Self::SmallPart { part, rows, classes } => write!(
                f,
                "the {part} part has {rows} rows for {classes} classes: a stratified split needs one row a class"
            ),
        }
    }
}

impl std::error::Error for SplitError {}

/// Splits rows 0 to `rows` − 1. Without `shuffle` the last rows are the test rows.
pub fn split(rows: usize, size: TestSize, shuffle: bool, seed: u64) -> Result<Split, SplitError> {
    let test = test_rows(rows, size)?;
    if !shuffle {
        return Ok(Split { train: (0..rows - test).collect(), test: (rows - test..rows).collect() });
    }
    let order = Generator::new(seed).permutation(rows);
    Ok(Split { test: order[..test].to_vec(), train: order[test..].to_vec() })
}

/// Splits so that each class keeps its share in both parts. `classes` holds one class code a row.
pub fn split_stratified(classes: &[usize], size: TestSize, seed: u64) -> Result<Split, SplitError> {
    let rows = classes.len();
    let n_test = test_rows(rows, size)?;
    let n_train = rows - n_test;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); classes.iter().max().map_or(0, |most| most + 1)];
    for (row, class) in classes.iter().enumerate() {
        members[*class].push(row);
    }
    let present = members.iter().filter(|rows| !rows.is_empty()).count();
    if let Some(class) = members.iter().position(|rows| rows.len() == 1) {
        return Err(SplitError::SmallClass { class, members: 1 });
    }
    for (part, rows) in [("train", n_train), ("test", n_test)] {
        if rows < present {
            return Err(SplitError::SmallPart { part, rows, classes: present });
        }
    }
    let mut rng = Generator::new(seed);
    let counts: Vec<usize> = members.iter().map(Vec::len).collect();
    let of_train = approximate_mode(&counts, n_train, &mut rng);
    let left: Vec<usize> = counts.iter().zip(&of_train).map(|(all, taken)| all - taken).collect();
    let of_test = approximate_mode(&left, n_test, &mut rng);
    let (mut train, mut test) = (Vec::with_capacity(n_train), Vec::with_capacity(n_test));
    for (class, mut rows) in members.into_iter().enumerate() {
        rng.shuffle(&mut rows);
        train.extend_from_slice(&rows[..of_train[class]]);
        test.extend_from_slice(&rows[of_train[class]..of_train[class] + of_test[class]]);
    }
    rng.shuffle(&mut train);
    rng.shuffle(&mut test);
    Ok(Split { train, test })
}

fn test_rows(rows: usize, size: TestSize) -> Result<usize, SplitError> {
    let test = match size {
        TestSize::Fraction(share) if share > 0.0 && share < 1.0 => (rows as f64 * share).ceil() as usize,
        TestSize::Fraction(share) => return Err(SplitError::Fraction(share)),
        TestSize::Count(count) => count,
    };
    let train = rows.saturating_sub(test);
    if test == 0 || train == 0 {
        return Err(SplitError::EmptyPart { rows, train, test });
    }
    Ok(test)
}

/// The likeliest counts of `draws` rows drawn without replacement: scikit-learn's `_approximate_mode`.
fn approximate_mode(counts: &[usize], draws: usize, rng: &mut Generator) -> Vec<usize> {
    let total = counts.iter().sum::<usize>() as f64;
    let exact: Vec<f64> = counts.iter().map(|c| *c as f64 / total * draws as f64).collect();
    let mut taken: Vec<usize> = exact.iter().map(|e| e.floor() as usize).collect();
    let mut missing = draws - taken.iter().sum::<usize>().min(draws);
    let remainder: Vec<f64> = exact.iter().map(|e| e - e.floor()).collect();
    let mut values = remainder.clone();
    values.sort_by(|a, b| b.total_cmp(a));
    values.dedup();
    for value in values {
        let mut tied: Vec<usize> = (0..counts.len()).filter(|i| remainder[*i] == value).collect();
        if tied.len() > missing {
            rng.shuffle(&mut tied);
            tied.truncate(missing);
        }
        missing -= tied.len();
        for class in tied {
            taken[class] += 1;
        }
        if missing == 0 {
            break;
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_test_part_is_rounded_up() {
        for (rows, share, test) in [(10, 0.25, 3), (20, 0.2, 4), (3, 0.5, 2), (7, 0.3, 3)] {
            let split = split(rows, TestSize::Fraction(share), true, 0).unwrap();
            assert_eq!((split.train.len(), split.test.len()), (rows - test, test));
        }
    }

    #[test]
    fn without_shuffling_the_last_rows_are_tested() {
        let split = split(5, TestSize::Count(2), false, 0).unwrap();
        assert_eq!((split.train, split.test), (vec![0, 1, 2], vec![3, 4]));
    }

    #[test]
    fn parts_that_cannot_be_made_are_errors() {
        let of = |rows, size| split(rows, size, true, 0).unwrap_err().to_string();
        assert_eq!(
            of(10, TestSize::Fraction(1.5)),
            "a test size of 1.5 is no share: write a number above 0 and below 1, or a count"
        );
        assert!(of(10, TestSize::Fraction(f64::NAN)).contains("NaN is no share"));
        assert_eq!(
            of(1, TestSize::Fraction(0.5)),
            "1 rows would split into 0 to train and 1 to test: both parts need at least one"
        );
        assert!(matches!(split(0, TestSize::Count(1), true, 0), Err(SplitError::EmptyPart { .. })));
        assert!(matches!(split(3, TestSize::Count(3), true, 0), Err(SplitError::EmptyPart { .. })));
        assert!(matches!(split(3, TestSize::Count(0), true, 0), Err(SplitError::EmptyPart { .. })));
        let stratified = |classes: &[usize], size| split_stratified(classes, size, 0).unwrap_err();
        assert_eq!(
            stratified(&[0, 0, 1], TestSize::Count(1)),
            SplitError::SmallClass { class: 1, members: 1 }
        );
        assert_eq!(
            stratified(&[0, 0, 1, 1], TestSize::Count(1)),
            SplitError::SmallPart { part: "test", rows: 1, classes: 2 }
        );
    }

    proptest! {
        #[test]
        fn every_row_lands_in_one_part(classes in proptest::collection::vec(0_usize..3, 12..60), seed: u64) {
            for split in [
                split(classes.len(), TestSize::Fraction(0.3), true, seed).ok(),
                split_stratified(&classes, TestSize::Fraction(0.3), seed).ok(),
            ].into_iter().flatten() {
                let mut rows: Vec<usize> = split.train.iter().chain(&split.test).copied().collect();
                rows.sort_unstable();
                prop_assert_eq!(rows, (0..classes.len()).collect::<Vec<_>>());
            }
        }
    }
}

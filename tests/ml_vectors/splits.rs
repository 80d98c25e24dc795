//! Sizes of splits, and of the classes in stratified ones, against scikit-learn.

use mlfunnel::ml::split::{TestSize, split, split_stratified};
use serde_json::Value;

use super::read::{file, index, indices, list};

fn size(value: &Value) -> TestSize {
    value
        .as_u64()
        .map_or_else(|| TestSize::Fraction(value.as_f64().unwrap()), |n| TestSize::Count(n as usize))
}

fn counts(rows: &[usize], codes: &[usize], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for row in rows {
        counts[codes[*row]] += 1;
    }
    counts
}

#[test]
fn parts_have_scikit_learns_sizes() {
    for case in list(&file("splits.json")["sizes"]) {
        let split = split(index(&case["rows"]), size(&case["size"]), true, 0).unwrap();
        assert_eq!(
            (split.train.len(), split.test.len()),
            (index(&case["train"]), index(&case["test"])),
            "{case}"
        );
    }
}

#[test]
fn classes_keep_scikit_learns_counts() {
    for case in list(&file("splits.json")["stratified"]) {
        let classes = indices(&case["counts"]);
        let codes: Vec<usize> =
            classes.iter().enumerate().flat_map(|(class, n)| std::iter::repeat_n(class, *n)).collect();
        let possible: Vec<(Vec<usize>, Vec<usize>)> =
            list(&case["possible"]).iter().map(|pair| (indices(&pair[0]), indices(&pair[1]))).collect();
        for seed in 0..20 {
            let split = split_stratified(&codes, size(&case["size"]), seed).unwrap();
            let found =
                (counts(&split.train, &codes, classes.len()), counts(&split.test, &codes, classes.len()));
            assert!(possible.contains(&found), "seed {seed}: {found:?} is none of {possible:?}");
        }
    }
}

use super::*;

#[test]
fn aggregates_take_a_number_or_matchers() {
    table(&[
        ("sums_to: 6", "[1, 2, 3]", "passed (3 values)"),
        ("sums_to: 0.6", "[0.1, 0.2, 0.3]", "passed (3 values)"),
        ("sums_to: 7", "[1, 2, 3]", "missed: sum is 6, expected 7.0, off by 1.0 (allowed 7.001e-5)"),
        ("{sums_to: 1, abs: 0.5}", "[0.7, 0.7]", "passed (2 values)"),
        ("sums_to: 1", "[0.5, .nan]", "missed: sum is .nan, expected 1.0"),
        ("sums_to: 1", "[0.5, null]", "missed: sum is .nan, expected 1.0"),
        ("sums_to: .inf", "[1.0, .inf]", "passed (2 values)"),
        ("sums_to: 0", "[]", "measured nothing"),
        ("{sums_to: 0, allow_empty: true}", "[]", "passed (0 values)"),
        ("each: {sums_to: 1}", "[[0.5, 0.5], [0.9, 0.1]]", "passed (4 values)"),
        ("mean: 2", "[1, 2, 3]", "passed (3 values)"),
        ("mean: {between: [0.4, 0.6]}", "[0.1, 0.3]", "missed: mean: 0.2 is not between 0.4 and 0.6"),
        ("mean: {above: 0}", "[]", "measured nothing"),
        ("median: 2.5", "[4, 1, 3, 2]", "passed (4 values)"),
        ("median: 2", "[3, .nan, 1]", "missed: median is .nan, expected 2.0"),
        ("std: 0", "[5]", "passed (1 values)"),
        ("std: {max: 1}", "[1, 5]", "missed: standard deviation: 2.0 is not at most 1"),
        ("n_unique: 2", "[a, b, a]", "passed (3 values)"),
        ("n_unique: 3", "[1, 1.0, .nan, .nan, null]", "passed (5 values)"),
        ("n_unique: {max: 1}", "[a, b]", "missed: number of distinct values: 2 is not at most 1"),
        ("n_unique: 0", "[]", "measured nothing"),
        (
            "mean: 1",
            "[1, a]",
            "faulted[not-measurable]: `mean` cannot be asked of a string (\"a\"): it is no number",
        ),
        (
            "sums_to: 1",
            "[true]",
            "faulted[not-measurable]: `sums_to` cannot be asked of a boolean (true): it is no number",
        ),
    ]);
    invalid(&[
        ("mean: a", "invalid[wrong-type] at `a`: expected a number, got a string `a`"),
        ("mean: [0, 1]", "invalid[wrong-type] at `[0, 1]`: expected a number, got a list"),
        (
            "std: nan",
            "invalid[wrong-type] at `nan`: expected a number, got a string `nan` (help: write `.nan`)",
        ),
        ("n_unique: 1.5", "invalid[wrong-type] at `1.5`: expected a whole number, got a float `1.5`"),
        (
            "mean: {}",
            "invalid[no-checks] at `{}`: an empty expectation checks nothing (help: give a value or a matcher, such as `{finite: true}`; for an empty mapping write `{equals: {}}`)",
        ),
    ]);
}

#[test]
fn integers_are_summed_exactly() {
    let large = "[9007199254740993, 1]";
    assert_eq!(check("sums_to: {equals: 9007199254740994}", large), "passed (2 values)");
    assert_eq!(
        check("sums_to: {equals: 9007199254740992}", large),
        "missed: sum: expected 9007199254740992, got 9007199254740994, off by 2.0"
    );
}

#[test]
fn sums_lose_nothing() {
    use crate::expect::aggregate::sum;
    // math.fsum([1e16, 1.0, -1e16] * 1000) == 1000.0; a plain loop gives 0.0.
    let cancelling = (0..3000).map(|at| [1e16, 1.0, -1e16][at % 3]);
    assert_eq!(sum(cancelling), 1000.0);
    // math.fsum([0.1] * 10) == 1.0; a plain loop gives 0.9999999999999999.
    assert_eq!(sum([0.1; 10]), 1.0);
    assert_eq!(sum([f64::INFINITY, 1.0]), f64::INFINITY);
    assert!(sum([f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    assert_eq!(sum([]), 0.0);
}

/// numpy 2.4.6, `x = numpy.array([0.1, 0.7, -3.25, 1e-9, 1e9, 2.5])`: `x.sum()`, `x.mean()`, `numpy.median(x)`, `x.std()`.
#[test]
fn aggregates_agree_with_numpy() {
    let x = floats(&[0.1, 0.7, -3.25, 1e-9, 1e9, 2.5]);
    for (matcher, expected) in [
        ("sums_to", 1_000_000_000.05),
        ("mean", 166_666_666.674_999_98),
        ("median", 0.399_999_999_999_999_97),
        ("std", 372_677_996.246_238_2),
    ] {
        let checks = format!("{{{matcher}: {expected:?}, rel: 1e-12}}");
        assert_eq!(check(&checks, x.clone()), "passed (6 values)", "{checks}");
        let checks = format!("{{{matcher}: {:?}, rel: 1e-12}}", expected * (1.0 + 1e-11));
        assert!(check(&checks, x.clone()).starts_with("missed: "), "{checks}");
    }
}

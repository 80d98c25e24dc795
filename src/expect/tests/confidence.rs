use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::value::Distribution;

/// A latency of one to so many milliseconds, each once.
pub(super) fn latency(count: u64) -> Outputs {
    of(Distribution::new((1..=count).map(Duration::from_millis)))
}

pub(super) fn of(measured: Distribution) -> Outputs {
    Outputs::new()
        .with("latency", measured.parts())
        .face("latency", "max")
        .with("phases", Value::map([("first_byte", Value::from(measured.parts()))]))
        .with_distribution("latency", Arc::new(measured.clone()))
        .with_distribution("phases.first_byte", Arc::new(measured))
}

/// What is expected of 200 samples, 1 to 200 ms: the interval of p95 is 184 to 197 ms.
fn expect(expect: &str) -> String {
    World::new().expect_of(expect, &latency(200))
}

#[test]
fn a_limit_within_the_interval_is_told() {
    let near =
        "within the 95 % confidence interval of p95, 184 ms to 197 ms (200 samples): more samples would tell";
    for (spec, expected) in [
        ("latency.p95: {max: 198 ms}", "latency.p95: passed (1 values)".to_owned()),
        (
            "latency.p95: {max: 195 ms}",
            format!("latency.p95: passed (1 values), LOUD the limit 195 ms lies {near}"),
        ),
        (
            "latency.p95: {below: 190 ms}",
            format!("latency.p95: missed: 190 ms is not below 190 ms | the limit 190 ms lies {near}"),
        ),
        ("latency.p95: {max: 183 ms}", "latency.p95: missed: 190 ms is not at most 183 ms".to_owned()),
        (
            "latency.p95: {min: 185 ms}",
            format!("latency.p95: passed (1 values), LOUD the limit 185 ms lies {near}"),
        ),
        (
            "latency.p95: {between: [1 ms, 191 ms]}",
            format!("latency.p95: passed (1 values), LOUD the limit 191 ms lies {near}"),
        ),
        (
            "phases.first_byte.p95: {max: 195 ms}",
            format!("phases.first_byte.p95: passed (1 values), LOUD the limit 195 ms lies {near}"),
        ),
        // The extremes and the mean have no such interval.
        ("latency.max: {max: 201 ms}", "latency.max: passed (1 values)".to_owned()),
        ("latency: {max: 201 ms}", "latency: passed (1 values)".to_owned()),
        ("latency.mean: {max: 101 ms}", "latency.mean: passed (1 values)".to_owned()),
    ] {
        assert_eq!(expect(spec), expected, "{spec}");
    }
}

#[test]
fn few_samples_leave_an_interval_open() {
    let few = |spec| World::new().expect_of(spec, &latency(20));
    assert_eq!(
        few("latency.p95: {max: 1 s}"),
        "latency.p95: passed (1 values), quiet 20 samples are too few to be 95 % sure that p95 is below 1 s: 72 would do"
    );
    assert_eq!(
        few("latency.p95: {max: 20 ms}"),
        "latency.p95: passed (1 values), LOUD the limit 20 ms lies within the 95 % confidence interval of p95, 17 ms and more (20 samples): more samples would tell"
    );
    assert_eq!(
        few("latency.p99: {max: 1 s}"),
        "latency.p99: faulted[too-few-samples]: `p99` needs 100 samples, and 20 came (help: take more `samples`, measure for longer, or ask for a lower percentile)"
    );
}

#[test]
fn a_confidence_demands_the_bound() {
    for (spec, expected) in [
        // One-sided: the 196th of 200.
        ("latency.p95: {max: 196 ms, confidence: 0.95}", "latency.p95: passed (1 values)"),
        (
            "latency.p95: {max: 195 ms, confidence: 95 %}",
            "latency.p95: missed: with 95 % confidence it is at most 196 ms, and that is not at most 195 ms | p95 of 200 samples is 190 ms; more samples bring its bound nearer to it",
        ),
        ("latency.p95: {above: 184 ms, confidence: 0.95}", "latency.p95: passed (1 values)"),
        (
            "latency.p95: {above: 186 ms, confidence: 0.95}",
            "latency.p95: missed: with 95 % confidence it is at least 185 ms, and that is not above 186 ms | p95 of 200 samples is 190 ms; more samples bring its bound nearer to it",
        ),
        (
            "latency.p95: {between: [1 ms, 196 ms], confidence: 0.95}",
            "latency.p95: missed: with 95 % confidence it is at most 197 ms, and that is not at most 196 ms | p95 of 200 samples is 190 ms; more samples bring its bound nearer to it",
        ),
        ("latency.p95: {max: 100 ms, confidence: 0.95}", "latency.p95: missed: 190 ms is not at most 100 ms"),
        (
            "latency.p99: {max: 1 s, confidence: 0.95}",
            "latency.p99: faulted[too-few-samples]: 200 samples bound p99 with no confidence of 95 %: that needs 299 (help: take more samples, or measure for longer)",
        ),
    ] {
        assert_eq!(expect(spec), expected, "{spec}");
    }
    let plain = Outputs::new().with("a", Value::map([("p95", Value::Int(1))]));
    assert_eq!(
        World::new().expect_of("a.p95: {max: 2, confidence: 0.9}", &plain),
        "a.p95: faulted[not-measurable]: this is no percentile of what was measured many times (help: ask it of one, such as `latency.p95`)"
    );
}

#[test]
fn what_no_confidence_can_be_demanded_of_is_refused() {
    let only = "only a percentile of what was measured many times has a confidence interval (help: ask it of one, such as `latency.p95`)";
    for (spec, expected) in [
        (
            "latency.max: {max: 1 s, confidence: 0.95}",
            format!("invalid[not-measurable] at `0.95`: {only}"),
        ),
        ("latency: {max: 1 s, confidence: 0.95}", format!("invalid[not-measurable] at `0.95`: {only}")),
        (
            "latency.p95: {not: {max: 1 s, confidence: 0.95}}",
            format!("invalid[not-measurable] at `0.95`: {only}"),
        ),
        (
            "latency.p95: {finite: true, confidence: 0.95}",
            "invalid[invalid-value] at `0.95`: there is no bound beside this (help: give one of `between`, `min`, `max`, `above`, `below` or `baseline`)".to_owned(),
        ),
        (
            "latency.p95: {max: 1 s, confidence: 1}",
            "invalid[invalid-value] at `1`: no bound is told with a confidence of 100 % (help: write one from 50 % to 99.99 %, such as 0.95)".to_owned(),
        ),
        (
            "latency.p95: {max: 1 s, confidence: 95}",
            "invalid[wrong-type] at `95`: expected a share such as `10 %` or 0.1, got an integer `95` (help: write `95 %`, or a number from 0 to 1)".to_owned(),
        ),
    ] {
        assert_eq!(expect(spec), expected, "{spec}");
    }
}

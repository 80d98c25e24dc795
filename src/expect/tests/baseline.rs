use std::time::Duration;

use super::confidence::{latency, of};
use super::*;
use crate::value::Distribution;

/// Stores 200 samples of 1 to 200 ms as `main`, and answers a world that reads them.
fn stored(outputs: &Outputs) -> World {
    let mut world = World::new();
    let folder = world.path("baselines");
    let saving = Baselines::new(folder.clone(), Some("main".to_owned()));
    let expect =
        read("{latency.p95: {max: 1 h}, phases.first_byte.p50: {max: 1 h}}", Expectations::read).unwrap();
    Past { baselines: &saving, case: "s.yaml::c", step: "1" }.keep(expect.measured(outputs));
    assert_eq!(saving.write().unwrap(), 2);
    world.baselines = Baselines::new(folder, None);
    world
}

/// So many samples from 1 to 200 ms, each longer by this factor.
fn slower(factor: f64, count: u64) -> Outputs {
    let one = |i: u64| Duration::from_secs_f64(0.2 * factor * (i + 1) as f64 / count as f64);
    of(Distribution::new((0..count).map(one)))
}

#[test]
fn an_increase_is_held_against_the_noise_of_both() {
    let world = stored(&latency(200));
    let runs = "baseline 190 ms (184 ms to 197 ms, 200 samples), this run";
    for (factor, limit, expected) in [
        // Intervals of 184 to 197 ms and as many: the increase is -6.6 % to 7.1 %.
        (1.0, "10 %", "latency.p95: passed (200 values)".to_owned()),
        (
            1.0,
            "0.05",
            format!(
                "latency.p95: passed (200 values), LOUD with 95 % confidence the increase of p95 is -6.6 % to 7.1 %, and the limit 5 % lies within: more samples in both runs would tell; {runs} 190 ms (184 ms to 197 ms, 200 samples)"
            ),
        ),
        (
            1.15,
            "10 %",
            format!(
                "latency.p95: passed (200 values), LOUD with 95 % confidence the increase of p95 is 7.4 % to 23.1 %, and the limit 10 % lies within: more samples in both runs would tell; {runs} 218.5 ms (211.6 ms to 226.55 ms, 200 samples)"
            ),
        ),
        (
            1.3,
            "10 %",
            format!(
                "latency.p95: missed: 30 % above the baseline `main`, and not at most 10 % | with 95 % confidence the increase of p95 is 21.4 % to 39.2 %: more than noise | {runs} 247 ms (239.2 ms to 256.1 ms, 200 samples)"
            ),
        ),
        (
            0.5,
            "10 %",
            "latency.p95: passed (200 values), quiet p95 is 50 % below the baseline `main`: `--save-baseline main` makes this run the new one".to_owned(),
        ),
    ] {
        let spec = format!("latency.p95: {{baseline: main, max_increase: {limit}}}");
        assert_eq!(world.expect_of(&spec, &slower(factor, 200)), expected, "{factor}");
    }
    assert_eq!(
        world.expect_of(
            "phases.first_byte.p50: {baseline: main, max_increase: 5 %, confidence: 0.95}",
            &latency(200)
        ),
        "phases.first_byte.p50: missed: with 95 % confidence the increase of p50 is -25.2 % to 33.7 %, and not at most 5 % for sure | more samples in both runs would tell | baseline 100 ms (86 ms to 115 ms, 200 samples), this run 100 ms (86 ms to 115 ms, 200 samples)"
    );
    assert_eq!(
        world.expect_of("latency.p95: {baseline: main, max_increase: 8 %, confidence: 0.95}", &latency(200)),
        "latency.p95: passed (200 values)"
    );
    assert_eq!(
        world.expect_of("latency.p95: {baseline: main, max_increase: 10 %}", &latency(40)),
        "latency.p95: faulted[too-few-samples]: to tell an increase of p95 from noise with 95 % confidence, 72 samples are needed in both runs: the baseline `main` has 200, this run 40 (help: take 72 samples or more)"
    );
}

#[test]
fn nothing_is_divided_by_a_time_too_short_to_be_told() {
    let none = || of(Distribution::new((0..200).map(|_| Duration::ZERO)));
    let world = stored(&none());
    let spec = "latency.p95: {baseline: main, max_increase: 10 %}";
    assert_eq!(world.expect_of(spec, &none()), "latency.p95: passed (200 values)");
    let short = of(Distribution::new((0..200).map(|_| Duration::from_nanos(900))));
    assert_eq!(world.expect_of(spec, &short), "latency.p95: passed (200 values)");
    let long = of(Distribution::new((0..200).map(|_| Duration::from_micros(3))));
    assert_eq!(
        world.expect_of(spec, &long),
        "latency.p95: missed: 200 % above the baseline `main`, and not at most 10 % | with 95 % confidence the increase of p95 is 200 % to 200 %: more than noise | baseline 0 us (0 us to 0 us, 200 samples), this run 3 us (3 us to 3 us, 200 samples)"
    );
}

#[test]
fn what_is_not_stored_is_no_pass() {
    let spec = "latency.p95: {baseline: main, max_increase: 10 %}";
    assert_eq!(
        World::new().expect_of(spec, &latency(200)),
        "latency.p95: faulted[no-baseline]: there is no baseline `main` (help: store one with `mlfunnel run --save-baseline main`)"
    );
    let world = stored(&latency(200));
    assert_eq!(
        world.expect_of("phases.first_byte.p95: {baseline: other, max_increase: 10 %}", &latency(200)),
        "phases.first_byte.p95: faulted[no-baseline]: there is no baseline `other` (help: store one with `mlfunnel run --save-baseline other`)"
    );
    let elsewhere = Past { baselines: &world.baselines, case: "s.yaml::c", step: "2" };
    assert_eq!(
        elsewhere.find("main", "latency").unwrap_err().message,
        "the baseline `main` holds no `latency` of step 2 of this case"
    );
}

#[test]
fn a_file_that_nobody_stored_is_refused() {
    let spec = "latency.p95: {baseline: main, max_increase: 10 %}";
    for (content, why) in [
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("[]", "invalid length 0, expected struct Document with 2 elements at line 1 column 2"),
        (r#"{"baseline":2,"cases":{}}"#, "it is of form 2, and this is form 1"),
        (
            r#"{"baseline":1,"cases":{"s.yaml::c":{"1":{"latency":[[5,1],[4,1]]}}}}"#,
            "measurements are not in order",
        ),
        (
            r#"{"baseline":1,"cases":{"s.yaml::c":{"1":{"latency":[[5,99999999999999999]]}}}}"#,
            "there are more measurements than can be",
        ),
    ] {
        let mut world = World::new();
        world.write("baselines/main.json", content);
        world.baselines = Baselines::new(world.path("baselines"), None);
        assert_eq!(
            world.expect_of(spec, &latency(200)),
            format!(
                "latency.p95: faulted[unreadable]: the baseline `main` cannot be read: {why} (help: store it anew with `mlfunnel run --save-baseline main`)"
            )
        );
    }
}

#[test]
fn a_run_that_becomes_the_baseline_is_compared_with_nothing() {
    let mut world = World::new();
    world.baselines = Baselines::new(world.path("baselines"), Some("main".to_owned()));
    assert_eq!(
        world.expect_of("latency.p95: {baseline: main, max_increase: 10 %}", &latency(200)),
        "latency.p95: passed (1 values), LOUD this run becomes the baseline `main`: it is compared with nothing"
    );
    // Another name is compared with all the same.
    assert!(
        world
            .expect_of("latency.p95: {baseline: other, max_increase: 10 %}", &latency(200))
            .contains("no-baseline")
    );
}

#[test]
fn storing_again_keeps_what_other_cases_stored() {
    let world = stored(&latency(200));
    let folder = world.path("baselines");
    let saving = Baselines::new(folder.clone(), Some("main".to_owned()));
    assert_eq!(saving.write().unwrap(), 0);
    let measured = Distribution::new([Duration::from_millis(5)]);
    Past { baselines: &saving, case: "s.yaml::d", step: "ask" }.keep([("latency", &measured)].into_iter());
    assert_eq!(saving.write().unwrap(), 1);
    let read = Baselines::new(folder, None);
    let count = |case, step| {
        Past { baselines: &read, case, step }.find("main", "latency").map(|all| all.count()).ok()
    };
    assert_eq!((count("s.yaml::c", "1"), count("s.yaml::d", "ask")), (Some(200), Some(1)));
}

#[test]
fn a_baseline_needs_its_limit_and_a_percentile() {
    let world = World::new();
    for (spec, expected) in [
        (
            "latency.p95: {baseline: main}",
            "invalid[missing-key] at `baseline: main`: how far it may be above the baseline is not said (help: write `max_increase: 10 %` beside it)",
        ),
        (
            "latency.p95: {max: 1 s, max_increase: 10 %}",
            "invalid[missing-key] at `10 %`: there is no baseline beside this (help: write `baseline: main` beside it, the name of a stored run)",
        ),
        (
            "latency.mean: {baseline: main, max_increase: 10 %}",
            "invalid[not-measurable] at `baseline: main`: only a percentile of what was measured many times has a confidence interval (help: ask it of one, such as `latency.p95`)",
        ),
        (
            "latency.p95: {baseline: main, max_increase: 10}",
            "invalid[wrong-type] at `10`: expected a share such as `10 %` or 0.1, got an integer `10` (help: write `10 %`, or a number from 0 to 1)",
        ),
    ] {
        assert_eq!(world.expect_of(spec, &latency(200)), expected, "{spec}");
    }
}

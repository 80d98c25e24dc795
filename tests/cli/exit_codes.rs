//! The table of exit codes.

use super::{mlfunnel, project, suite};

#[test]
fn each_ending_has_its_code() {
    let one = |wanted: &str| suite("unit", &[("one", wanted)]);
    let skipped = format!("{}    skip: not now\n", one("1"));
    let errored = one("1").replace("values: [1]}\n", "values: [.inf]}\n");
    let timed_out = "suite: a\ntier: unit\ncases:\n  - name: one\n    timeout: 50 ms\n    run: [sleep, 30]\n    expect: {exit_code: 0}\n".to_owned();
    let both = format!(
        "{errored}  - name: two\n    scale: {{method: max_abs, values: [1]}}\n    expect: {{values: [2]}}\n"
    );
    let and_skipped = format!(
        "{skipped}  - name: two\n    scale: {{method: max_abs, values: [1]}}\n    expect: {{values: [1]}}\n"
    );
    for (what, text, code) in [
        ("passed", one("1"), 0),
        ("passed and skipped", and_skipped, 0),
        ("failed", one("2"), 1),
        ("failed and errored", both, 1),
        ("invalid", one("1").replace("tier", "teir"), 2),
        ("errored", errored, 3),
        ("timed out", timed_out, 3),
        ("skipped", skipped, 4),
    ] {
        let folder = project(&[("a.yaml", &text)]);
        let ran = mlfunnel(&folder, &["run", "a.yaml"]);
        assert_eq!(ran.code, Some(code), "{what}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_tier_over_its_budget_is_a_failure() {
    let slow =
        "suite: a\ntier: unit\ncases:\n  - name: one\n    run: [sleep, 1]\n    expect: {exit_code: 0}\n";
    let folder = project(&[("a.yaml", slow), ("mlfunnel.yaml", "budgets: {unit: 100 ms}\n")]);
    let ran = mlfunnel(&folder, &["run", "a.yaml"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("over its budget of 100 ms"), "{}", ran.stdout);
}

#[test]
fn a_command_line_that_means_nothing_is_2() {
    let folder = project(&[("a.yaml", &suite("unit", &[("one", "1")]))]);
    for arguments in [
        &["rnu"][..],
        &["run", "--tier", "units"],
        &["run", "--jobs", "0"],
        &["run", "--case", "("],
        &["run", "--var", "a"],
        &["run", "a.yaml", "--var", "nowhere=1"],
        &["run", "a.yaml", "--profile", "ci"],
        &["run", "a.yaml", "--report", "pdf=x"],
        &["run", "a.yaml", "--rerun-failed"],
        &["run", "missing.yaml"],
        &["run", "*.yml"],
        &["run", "--quiet", "--verbose"],
        &["check", "missing.yaml"],
        &["list", "missing.yaml"],
        &["explain", "nothing-of-the-kind"],
        &["report", "missing.jsonl"],
        &["report", "a.yaml"],
        &["completions", "cobol"],
    ] {
        let ran = mlfunnel(&folder, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn nothing_selected_is_4() {
    let folder = project(&[("a.yaml", &suite("unit", &[("one", "1")]))]);
    for arguments in [
        &["run", "a.yaml", "--case", "two"][..],
        &["run", "a.yaml", "--tag", "slow"],
        &["run", "a.yaml", "--tier", "smoke"],
        &["list", "a.yaml", "--tag", "slow"],
        &["check", "a.yaml", "--tag", "slow"],
    ] {
        assert_eq!(mlfunnel(&folder, arguments).code, Some(4), "{arguments:?}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_5() {
    let folder = project(&[("a.yaml", &suite("unit", &[("one", "1")]))]);
    for format in ["junit", "jsonl", "markdown"] {
        // A file cannot hold a folder.
        let ran = mlfunnel(&folder, &["run", "a.yaml", "--report", &format!("{format}=a.yaml/r")]);
        assert_eq!(ran.code, Some(5), "{format}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("a.yaml/r"), "{format}: {}", ran.stderr);
    }
}

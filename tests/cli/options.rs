//! What is selected, and how it is run.

use std::fmt::Write;

use super::{mlfunnel, outcomes, project, suite};

#[test]
fn selection() {
    let unit = suite("unit", &[("fast", "1"), ("faster", "1")]);
    let tagged = format!("{unit}    tags: [quick]\n");
    let folder = project(&[("a.yaml", &tagged), ("b.yaml", &suite("smoke", &[("probe", "1")]))]);
    for (arguments, expected) in [
        (&["run", "."][..], &["fast", "faster", "probe"][..]),
        (&["run", "a.yaml", "b.yaml", "a.yaml"], &["fast", "faster", "probe"]),
        (&["run", "*.yaml"], &["fast", "faster", "probe"]),
        (&["run", ".", "--tier", "smoke"], &["probe"]),
        (&["run", ".", "--tier", "smoke", "--tier", "unit"], &["fast", "faster", "probe"]),
        (&["run", ".", "--tag", "quick"], &["faster"]),
        (&["run", ".", "--case", "^fast$"], &["fast"]),
        (&["run", ".", "--case", "b.yaml::"], &["probe"]),
    ] {
        let expected: Vec<String> = expected.iter().map(|name| format!("{name} passed")).collect();
        assert_eq!(outcomes(&folder, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn vars_and_seeds_from_the_command_line() {
    let spec = "\
suite: a
tier: unit
seed: 3
vars: {n: 1, word: {env: A_WORD, default: a b}}
cases:
  - name: var
    run: [printf, '%s %s', $n, $word]
    expect: {stdout: 1 a b}
  - name: seed
    run: [printf, $seed]
    expect: {stdout: '3'}
";
    let folder = project(&[("a.yaml", spec)]);
    assert_eq!(outcomes(&folder, &["run", "a.yaml"]), ["var passed", "seed passed"]);
    assert_eq!(outcomes(&folder, &["run", "a.yaml", "--var", "n=2"]), ["var failed", "seed passed"]);
    assert_eq!(outcomes(&folder, &["run", "a.yaml", "--var", "word=a=b"]), ["var failed", "seed passed"]);
    assert_eq!(outcomes(&folder, &["run", "a.yaml", "--seed", "4"]), ["var passed", "seed failed"]);
    let ran = mlfunnel(&folder, &["run", "a.yaml", "--var", "n=two"]);
    assert!(ran.stdout.contains("the var `n` expects an integer, got a string `two`"), "{}", ran.stdout);
    let ran = mlfunnel(&folder, &["run", "a.yaml", "--require-env"]);
    assert!(ran.code == Some(3) && ran.stdout.contains("`A_WORD` is not set"), "{}", ran.stdout);
}

#[test]
fn profiles_and_configuration() {
    let config = "\
specs: [checks]
tolerance: {abs: 0.5}
profiles:
  strict: {tolerance: {abs: 0}, jobs: 1}
  smoke: {tiers: [smoke]}
";
    let folder = project(&[
        ("mlfunnel.yaml", config),
        ("checks/a.yaml", &suite("unit", &[("near", "1.25")])),
        ("checks/b.yaml", &suite("smoke", &[("far", "1")])),
    ]);
    assert_eq!(outcomes(&folder, &["run"]), ["near passed", "far passed"]);
    assert_eq!(outcomes(&folder, &["run", "--profile", "strict"]), ["near failed", "far not_run"]);
    assert_eq!(outcomes(&folder, &["run", "--profile", "smoke"]), ["far passed"]);
    assert_eq!(outcomes(&folder, &["run", "--profile", "smoke", "--tier", "unit"]), ["near passed"]);
    let ran = mlfunnel(&folder, &["run", "--profile", "strct"]);
    assert!(ran.stderr.contains("did you mean `strict`?"), "{}", ran.stderr);
}

#[test]
fn the_tiers_below_wait_for_the_ones_above() {
    let folder = project(&[
        ("a.yaml", &suite("unit", &[("u", "2")])),
        ("b.yaml", &suite("integration", &[("i", "1")])),
        ("c.yaml", &suite("smoke", &[("s", "2")])),
    ]);
    assert_eq!(outcomes(&folder, &["run", "."]), ["u failed", "i not_run", "s not_run"]);
    assert_eq!(outcomes(&folder, &["run", ".", "--no-fail-fast"]), ["u failed", "i passed", "s failed"]);
}

#[test]
fn what_failed_runs_again() {
    let spec = suite("unit", &[("good", "1"), ("bad", "2"), ("worse", "3")]);
    let folder = project(&[("a.yaml", &spec)]);
    assert_eq!(mlfunnel(&folder, &["run", "a.yaml", "--report", "jsonl=first.jsonl"]).code, Some(1));
    assert_eq!(outcomes(&folder, &["run", "a.yaml", "--rerun-failed"]), ["bad failed", "worse failed"]);
    std::fs::write(folder.path().join("a.yaml"), spec.replace("[2]", "[1]")).unwrap();
    assert_eq!(outcomes(&folder, &["run", "a.yaml", "--rerun-failed"]), ["bad passed", "worse failed"]);
    assert_eq!(outcomes(&folder, &["run", "a.yaml", "--rerun-failed"]), ["worse failed"]);
    let recorded = ["run", "a.yaml", "--rerun-failed=first.jsonl"];
    assert_eq!(outcomes(&folder, &recorded), ["bad passed", "worse failed"]);
    let ran = mlfunnel(&folder, &["run", "a.yaml", "--rerun-failed=missing.jsonl"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("missing.jsonl"), "{}", ran.stderr);
}

#[test]
fn the_command_that_a_failure_prints_runs_it_alone() {
    let spec = "\
suite: a
tier: unit
cases:
  - name: it's (a) $name.*
    each: [{label: 'a [b]', x: 2}, {label: a b, x: 2}]
    scale: {method: max_abs, values: [$x]}
    expect: {values: [2]}
";
    let folder = project(&[("some specs/a.yaml", spec)]);
    // With one job the first case is the first to be told of.
    let ran = mlfunnel(&folder, &["run", "some specs", "--jobs", "1"]);
    let line =
        ran.stdout.lines().find_map(|line| line.trim().strip_prefix("run it again: mlfunnel ")).unwrap();
    let mut shell = process_shell(&folder, line);
    let again = super::process::finish(&mut shell, super::BOUND);
    assert!(
        again.stdout.contains("1 case (1 left out)") && again.code == Some(1),
        "{line}\n{}",
        again.stdout
    );
    assert!(again.stdout.contains("[a [b]]"), "{}", again.stdout);
}

/// The line as a user's shell would read it.
fn process_shell(folder: &tempfile::TempDir, line: &str) -> std::process::Command {
    let mut command = std::process::Command::new("sh");
    let tool = env!("CARGO_BIN_EXE_mlfunnel");
    command.current_dir(folder.path()).args(["-c", &format!("'{tool}' {line}")]);
    command
}

#[test]
fn results_do_not_depend_on_jobs_or_order() {
    let mut spec = "suite: many\ntier: unit\nseed: 5\ncases:\n".to_owned();
    for case in 0..40 {
        let wanted = if case % 7 == 3 { 0.5 } else { 1.0 };
        let _ = write!(
            spec,
            "  - name: case {case}\n    each: {{matrix: {{k: [1, 2]}}}}\n    steps:\n      - id: rows\n        generate: {{rows: 20, columns: {{x: {{normal: [0, 1]}}}}}}\n      - scale: {{method: max_abs, data: $rows}}\n        expect: {{data.x: {{between: [-{wanted}, {wanted}]}}}}\n",
        );
    }
    let folder = project(&[("a.yaml", &spec)]);
    let results = |arguments: &[&str]| {
        let arguments: Vec<&str> =
            ["run", "a.yaml", "--report", "jsonl=run.jsonl"].iter().chain(arguments).copied().collect();
        mlfunnel(&folder, &arguments);
        let events = std::fs::read_to_string(folder.path().join("run.jsonl")).unwrap();
        let mut cases: Vec<String> = events
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|event| event["event"] == "case_finished")
            .map(|mut event| {
                event.as_object_mut().unwrap().remove("duration");
                event.to_string()
            })
            .collect();
        cases.sort();
        cases
    };
    let one = results(&["--jobs", "1"]);
    assert_eq!(one.len(), 80);
    let failed = one.iter().filter(|case| case.contains("\"outcome\":\"failed\"")).count();
    assert!(failed > 0 && failed < 80, "{failed} failed");
    for arguments in
        [&["--jobs", "8"][..], &["--jobs", "1", "--shuffle", "1"], &["--jobs", "3", "--shuffle", "2"]]
    {
        assert_eq!(results(arguments), one, "{arguments:?}");
    }
}

#[test]
fn a_shuffle_changes_the_order() {
    let names: Vec<String> = (0..20).map(|at| format!("case {at}")).collect();
    let cases: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let folder = project(&[("a.yaml", &suite("unit", &cases))]);
    let order = |seed| outcomes(&folder, &["run", "a.yaml", "--shuffle", seed]);
    assert_eq!(order("1"), order("1"));
    assert_ne!(order("1"), order("2"));
}

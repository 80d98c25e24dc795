//! `for_all` as a whole: the same inputs whatever the order, what is printed can be pasted, time that runs out.
#![allow(clippy::unwrap_used, clippy::panic)] // in a test a failure is the message

mod process;

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use process::Ran;

const BOUND: Duration = Duration::from_secs(50);

fn run(folder: &Path, spec: &str, arguments: &[&str]) -> Ran {
    std::fs::write(folder.join("mlfunnel.yaml"), "").unwrap();
    std::fs::write(folder.join("spec.yaml"), spec).unwrap();
    let mut command = process::mlfunnel(folder, &["run", "spec.yaml", "--color", "never"]);
    process::finish(command.args(arguments), BOUND)
}

/// What a report says of each case, whatever the order they ended in and the time they took.
fn problems(finished: &Ran) -> Vec<String> {
    let times = regex::Regex::new(r"\d+(\.\d+)? (us|ms|s)\b").unwrap();
    let text = times.replace_all(&finished.stdout, "[time]");
    let body = text.split("\n  unit  ").next().unwrap().to_owned();
    let mut all: Vec<String> = body.split("\n\n").skip(1).map(|one| one.trim().to_owned()).collect();
    all.sort();
    all
}

#[test]
fn inputs_are_the_same_in_any_order_and_on_any_number_of_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = "suite: many\ntier: unit\ncases:\n".to_owned();
    for number in 0..12 {
        let _ = writeln!(
            spec,
            "  - name: case {number}\n    for_all: {{x: {{floats: {{length: [3, 9], range: [-9, 9]}}}}, y: {{string: 5}}, shrink: false}}\n    \
             perturb: {{values: $x, shift: 0}}\n    expect: {{values: {{max: {}.5, not: {{equals: $y}}}}}}",
            number % 7
        );
    }
    let one = run(folder.path(), &spec, &["--jobs", "1"]);
    assert_eq!(one.code, Some(1), "{}", one.stderr);
    let seen = problems(&one);
    assert!(seen.len() >= 12, "{seen:?}");
    for arguments in
        [&["--jobs", "4"][..], &["--jobs", "3", "--shuffle", "4"], &["--jobs", "1", "--shuffle", "9"]]
    {
        assert_eq!(problems(&run(folder.path(), &spec, arguments)), seen, "{arguments:?}");
    }
    assert_ne!(problems(&run(folder.path(), &spec, &["--seed", "5"])), seen);
}

/// What follows a note up to the next one, its gutter taken away.
fn pasted<'t>(report: &'t str, after: &str) -> Vec<&'t str> {
    let lines = report.lines().skip_while(|line| !line.contains(after)).skip(1);
    lines.map_while(|line| line.trim_start().strip_prefix("| ")).collect()
}

/// Each failing case is turned into the row that its report shows: that fails at the same place, with the same values.
#[test]
fn the_row_that_is_printed_fails_in_the_same_way() {
    let cases = [
        (
            "{x: {floats: {length: [0, 50], missing: 0.3, infinite: 0.1}}}",
            "scale: {method: standard, values: $x, missing: error}",
            "{values: {length: {max: 4}}}",
        ),
        (
            "{x: {floats: {length: [1, 50], missing: 0.3, range: [-1e9, 1e9]}}}",
            "scale: {method: max_abs, values: $x}",
            "{values: {finite: true}}",
        ),
        ("{x: {integers: {length: [1, 50]}}}", "perturb: {values: $x, scale: 2}", "{values: {max: 100000}}"),
        (
            "{x: {strings: {length: [1, 9], characters: [0, 6]}}, runs: 500}",
            "perturb: {values: $x, permute: true}",
            "{values: {not: {each: {matches: '[^ -~]'}}}}",
        ),
        (
            "{x: {string: {alphabet: '${}a', characters: [2, 9]}}, runs: 900}",
            "perturb: {values: [$x], permute: true}",
            "{values: {not: {each: {matches: '[$]a|[$].*[{]'}}}}",
        ),
        (
            "{x: {floats: {shape: [[0, 5], [1, 4]], range: [-1, 1]}}}",
            "perturb: {values: $x, shift: 0}",
            "{values: {each: {max: 0.5}, length: {min: 0}}}",
        ),
        (
            "{x: {choices: {of: [1, 2.5, 7], length: [0, 9]}}, y: boolean}",
            "perturb: {values: $x, shift: 1}",
            "{values: {sums_to: {max: 9}, length: {min: 0}, not: {equals: $y}}}",
        ),
        (
            "{x: {table: {columns: {a: {dtype: float, missing: [nan]}, 'b c': {dtype: string, max_length: 3}, d: datetime}, rows: [1, 9]}}}",
            "contract: {data: $x, columns: {a: {between: [-1, 1]}, 'b c': string, d: {nullable: false}}}",
            "{rows: {min: 0}}",
        ),
    ];
    for (inputs, action, expect) in cases {
        let spec = |what: &str, fixtures: &[&str]| {
            let fixtures = if fixtures.is_empty() {
                String::new()
            } else {
                format!("fixtures:\n  {}\n", fixtures.join("\n  "))
            };
            format!(
                "suite: s\ntier: unit\n{fixtures}cases:\n  - name: n\n    {what}\n    {action}\n    expect: {expect}\n"
            )
        };
        let folder = tempfile::tempdir().unwrap();
        let drawn = run(folder.path(), &spec(&format!("for_all: {inputs}"), &[]), &[]);
        let rows = pasted(&drawn.stdout, "to keep it");
        assert!(matches!(drawn.code, Some(1 | 3)) && !rows.is_empty(), "{}{}", drawn.stdout, drawn.stderr);
        let (row, fixtures) = (rows[0], rows.get(2..).unwrap_or_default());
        let kept =
            run(folder.path(), &spec(&format!("each: [{}]", row.strip_prefix("- ").unwrap()), fixtures), &[]);
        assert_eq!(kept.code, drawn.code, "{row}\n{}{}", kept.stdout, kept.stderr);
        let lines = |finished: &Ran| -> Vec<String> {
            let of_problem = |line: &&str| {
                ["errored[", "failed[", "= expected", "= actual", "= worst", "= first"]
                    .iter()
                    .any(|start| line.trim_start().starts_with(start))
            };
            let caret = |line: &&str| line.contains("^^");
            finished
                .stdout
                .lines()
                .filter(|line| of_problem(line) || caret(line))
                .map(|line| line.trim().to_owned())
                .collect()
        };
        assert_eq!(lines(&kept), lines(&drawn), "{row}");
    }
}

#[test]
fn what_runs_out_of_time_says_how_far_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let spec = "suite: slow\ntier: integration\ncases:\n  - name: sleeps\n    timeout: 1 s\n    for_all: {n: {integer: [0, 9]}}\n    \
                run: {argv: [sleep, '0.1'], env: {N: '${n}'}}\n    expect: {exit_code: 0}\n";
    let finished = run(folder.path(), spec, &[]);
    assert_eq!(finished.code, Some(3), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("timed_out[timed-out]"), "{}", finished.stdout);
    let said = regex::Regex::new(r"were over after \d+ of 100 runs|run \d+ of 100 \(seed 0\) does not pass")
        .unwrap();
    assert!(said.is_match(&finished.stdout), "{}", finished.stdout);
}

/// A step that hangs on some inputs is made small as one that fails is.
#[test]
fn an_input_that_makes_a_step_hang_is_made_small() {
    let folder = tempfile::tempdir().unwrap();
    let spec = "suite: slow\ntier: integration\ncases:\n  - name: sleeps\n    timeout: 20 s\n    for_all: {n: {integer: [0, 40]}}\n    \
                steps:\n      - timeout: 300 ms\n        run: {shell: 'test \"$N\" -lt 3 || sleep 5', env: {N: '${n}'}}\n        expect: {exit_code: 0}\n";
    let finished = run(folder.path(), spec, &[]);
    assert_eq!(finished.code, Some(3), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("- {label: shrunk, n: 3}"), "{}", finished.stdout);
}

/// Of all the runs and all that was tried, the smallest input's workspace alone is kept.
#[test]
fn one_workspace_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let spec = "suite: kept\ntier: integration\ncases:\n  - name: writes\n    for_all: {n: {integers: {length: [1, 9], range: [0, 9]}}}\n    \
                run: {shell: 'echo ${n.0} > n; test ${n.0} -lt 4', cwd: $workspace}\n    expect: {exit_code: 0}\n";
    let finished = run(folder.path(), spec, &["--keep-failed"]);
    let kept = regex::Regex::new(r"workspace[^/\n]*(/\S+)").unwrap();
    let kept: Vec<&str> =
        kept.captures_iter(&finished.stdout).map(|found| found.get(1).unwrap().as_str()).collect();
    assert_eq!(kept.len(), 1, "{}{}", finished.stdout, finished.stderr);
    assert_eq!(std::fs::read_to_string(Path::new(kept[0]).join("n")).unwrap(), "4\n");
    let beside = std::fs::read_dir(Path::new(kept[0]).parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1);
    std::fs::remove_dir_all(Path::new(kept[0]).parent().unwrap()).unwrap();
}

/// What `mlfunnel explain for_all` shows is a suite that passes.
#[test]
fn the_page_runs() {
    let folder = tempfile::tempdir().unwrap();
    let page = mlfunnel::plan::for_all::page();
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let finished = run(folder.path(), &format!("suite: page\ntier: unit\n{example}"), &[]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
}

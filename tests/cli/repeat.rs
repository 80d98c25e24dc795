//! Determinism: what hangs on a hidden input is found out, and what does not is left in peace.

use super::{mlfunnel, outcomes, project, suite};

/// Results of real programs, each of which hangs on one hidden input.
const HIDDEN: &str = r#"
suite: hidden inputs
tier: integration
cases:
  - name: order of a set
    repeat: 3
    run: [python3, -c, 'print(list({"age", "income", "city", "score", "tenure", "region"}))']
    expect: {stdout: {contains: age}}
  - name: zone
    repeat: 2
    run: [python3, -c, 'import time; print(time.strftime("%Y-%m-%d %H:%M", time.localtime(3600)))']
    expect: {stdout: {contains: '19'}}
  - name: locale
    repeat: 2
    run: {shell: "printf 'h\\303\\251' | wc -m | tr -d ' '"}
    expect: {stdout: {matches: '\d'}}
  - name: threads
    repeat: 2
    run: [python3, -c, 'import json, os; print(json.dumps({"threads": int(os.environ.get("OMP_NUM_THREADS", 64))}))']
    expect: {json.threads: {min: 1}}
  - name: depth of the workspace
    repeat: 2
    run: [python3, -c, 'import os; print(os.getcwd().count(os.sep))']
    expect: {exit_code: 0}
  - name: depth of the workspace where it runs
    repeat: 2
    run: {argv: [python3, -c, 'import os; print(os.getcwd().count(os.sep))'], cwd: $workspace}
    expect: {exit_code: 0}
  - name: path in a file
    repeat: 2
    run: {shell: pwd | tee trained_in.txt, cwd: $workspace}
    expect: {exit_code: 0}
  - name: clock
    repeat: {times: 2, vary: false}
    run: [python3, -c, 'import time; print("at", time.time_ns())']
    expect: {exit_code: 0}
"#;

#[test]
fn every_hidden_input_that_a_result_hangs_on_is_found_and_told() {
    let folder = project(&[("a.yaml", HIDDEN)]);
    let expected = [
        "order of a set failed",
        "zone failed",
        "locale failed",
        "threads failed",
        "depth of the workspace passed",
        "depth of the workspace where it runs failed",
        "path in a file failed",
        "clock failed",
    ];
    assert_eq!(outcomes(&folder, &["run", "a.yaml"]), expected);
    let ran = mlfunnel(&folder, &["run", "a.yaml", "--jobs", "1"]);
    for told in [
        "run 2 of 3 differs from the first: stdout: first \"['",
        "stdout: first \"19",
        "json: first 3, then 2",
        "json.threads: first 64, then 1\n",
        "artifact trained_in.txt: first \"/",
        "stdout: first \"at ",
        "= varied on purpose between the two: PYTHONHASHSEED (0, then 1), TZ (not set, then EST5EDT), LC_ALL (not \
         set, then C.UTF-8), OMP_NUM_THREADS and the like (not set, then 1), the workspace's path\n",
    ] {
        assert!(ran.stdout.contains(told), "{told} is not in\n{}", ran.stdout);
    }
}

#[test]
fn both_workspaces_can_be_kept() {
    let spec = r#"suite: kept
tier: integration
cases:
  - name: dated
    repeat: 2
    run: {shell: "head -c $((2 + PYTHONHASHSEED)) /dev/zero > $MLFUNNEL_WORKSPACE/model.txt"}
    expect: {exit_code: 0}
"#;
    let folder = project(&[("a.yaml", spec)]);
    let ran = mlfunnel(&folder, &["run", "a.yaml", "--keep-failed"]);
    let path =
        |lead: &str| ran.stdout.lines().find_map(|line| line.trim().strip_prefix(lead)).unwrap().to_owned();
    let kept = [path("workspace: "), path("= the workspace of run 2: ")];
    let lines =
        kept.each_ref().map(|folder| std::fs::read_to_string(format!("{folder}/model.txt")).unwrap().len());
    assert_eq!(lines, [2, 3]);
    std::fs::remove_dir_all(std::path::Path::new(&kept[0]).parent().unwrap()).unwrap();
}

#[test]
fn the_command_line_repeats_what_does_not_say_how_often() {
    let counting = r#"suite: counted
tier: integration
cases:
  - name: plain
    run: [echo, ran]
    expect: {exit_code: 0}
  - name: own
    repeat: 2
    run: [echo, ran]
    expect: {exit_code: 0}
  - name: own tolerance
    repeat: {tolerance: {abs: 10}}
    run: {shell: "echo $PYTHONHASHSEED.5"}
    expect: {json: {min: 0}}
  - name: different
    run: {shell: "echo $PYTHONHASHSEED.5"}
    expect: {json: {min: 0}}
"#;
    let folder = project(&[("a.yaml", counting), ("b.yaml", &suite("integration", &[("i", "1")]))]);
    let ran = mlfunnel(&folder, &["run", ".", "--repeat", "4", "--no-fail-fast", "--jobs", "1", "--verbose"]);
    let times = |name: &str| ran.stdout.matches(&format!("a.yaml::{name} | ")).count();
    let all = ["plain", "own", "own tolerance", "different"].map(times);
    assert_eq!(all, [4, 2, 4, 2], "{}", ran.stdout);
    for told in [
        "integration: 5 cases, budget 8 min",
        "note: each case is run 4 times, and each tier has 4 times its budget",
        "run 2 of 4 differs from the first: json: first 0.5, then 1.5",
        "run it again: mlfunnel run a.yaml --case '^different$' --repeat 4",
        "FAILED  4 passed, 1 failed",
    ] {
        assert!(ran.stdout.contains(told), "{told} is not in\n{}", ran.stdout);
    }
    let ran = mlfunnel(&folder, &["run", ".", "--repeat", "1"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("--repeat"), "{}", ran.stderr);
}

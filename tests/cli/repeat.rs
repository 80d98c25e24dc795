//! Determinism: what hangs on a hidden input is found out, and what does not is left in peace.

use super::{mlfunnel, outcomes, project, suite};

/// Results of real programs, each of which hangs on one hidden input.
const HIDDEN: &str = r#"
suite: hidden inputs
tier: unit
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
fn the_command_line_repeats_what_does_not_say_how_often() {
    let counting = r#"suite: counted
tier: unit
cases:
  - name: plain
    run: {shell: "echo x >> plain.log"}
    expect: {exit_code: 0}
  - name: own
    repeat: 2
    run: {shell: "echo x >> own.log"}
    expect: {exit_code: 0}
  - name: own tolerance
    repeat: {tolerance: {abs: 10}}
    run: {shell: "echo x >> close.log; echo $(wc -l < close.log).5"}
    expect: {json: {min: 1}}
  - name: different
    run: {shell: "echo x >> different.log; echo $(wc -l < different.log).5"}
    expect: {json: {min: 1}}
"#;
    let folder = project(&[("a.yaml", counting), ("b.yaml", &suite("integration", &[("i", "1")]))]);
    let ran = mlfunnel(&folder, &["run", ".", "--repeat", "4", "--no-fail-fast", "--jobs", "1"]);
    let lines = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap().lines().count();
    assert_eq!((lines("plain.log"), lines("own.log"), lines("close.log")), (4, 2, 4), "{}", ran.stdout);
    for told in [
        "unit: 4 cases, budget 20 s",
        "note: each case is run 4 times, and each tier has 4 times its budget",
        "run 2 of 4 differs from the first: json: first 1.5, then 2.5",
        "run it again: mlfunnel run a.yaml --case '^different$' --repeat 4",
        "FAILED  4 passed, 1 failed",
    ] {
        assert!(ran.stdout.contains(told), "{told} is not in\n{}", ran.stdout);
    }
    let ran = mlfunnel(&folder, &["run", ".", "--repeat", "1"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("--repeat"), "{}", ran.stderr);
}

//! `--verbose`: what commands print is shown while they run, and no secret with it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::{mlfunnel, project};

#[test]
fn lines_are_shown_while_their_command_runs() {
    let spec = r#"
suite: live
tier: unit
cases:
  - name: trains
    run: [python3, -c, "import os, time\nprint('epoch 1')\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('epoch 2')"]
    expect: {lines: [epoch 1, epoch 2]}
"#;
    let folder = project(&[("a.yaml", spec)]);
    let mut command = super::process::mlfunnel(
        folder.path(),
        &["run", "a.yaml", "--verbose", "--report", "jsonl=run.jsonl"],
    );
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    // It waits for the file, which is made when its first line was seen.
    let first = lines.find(|line| line.contains("epoch")).unwrap();
    assert_eq!(first, "a.yaml::trains | epoch 1");
    std::fs::write(folder.path().join("go"), "").unwrap();
    let rest: Vec<String> = lines.collect();
    assert_eq!(rest[0], "a.yaml::trains | epoch 2");
    assert!(rest[1].starts_with("passed     a.yaml::trains"), "{rest:?}");
    assert!(child.wait().unwrap().success());
    let recorded = std::fs::read_to_string(folder.path().join("run.jsonl")).unwrap();
    assert!(!recorded.contains("epoch"), "a recording leaves the lines out: {recorded}");
}

#[test]
fn no_secret_is_shown_however_it_is_printed() {
    let spec = r#"
suite: live
tier: unit
vars:
  key: {env: KEY, secret: true}
  pem: {env: PEM, secret: true}
cases:
  - name: prints
    run:
      shell: |
        printf 'key hun'; sleep 0.2; printf 'ter2-hunter2\n'
        echo "oh hunter2-hunter2" >&2
        printf '%4090s%s\n' ' ' 'hunter2-hunter2'
        echo "$PEM"
        printf '\033[31mred\033[0m ##[group]\n'
      env: {PEM: $pem, KEY: $key}
    expect: {exit_code: 0}
"#;
    let folder = project(&[("a.yaml", spec)]);
    let mut command = super::process::mlfunnel(folder.path(), &["run", "a.yaml", "--verbose"]);
    command.env("KEY", "hunter2-hunter2").env("PEM", "BEGIN\nMIIEvQIBADANBg\nEND-OF-IT");
    let ran = super::process::finish(&mut command, super::BOUND);
    let told: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("a.yaml::prints ")).collect();
    assert!(told.contains(&"a.yaml::prints | key [secret]"), "{told:?}");
    assert!(told.contains(&"a.yaml::prints ! oh [secret]"), "{told:?}");
    assert_eq!(told.iter().filter(|line| line.contains("[secret]")).count(), 6, "{told:?}");
    for part in ["hunt", "MIIE", "END-OF", "\u{1b}", " ##["] {
        assert!(!ran.stdout.contains(part), "{part:?} in {}", ran.stdout);
    }
    let ran = mlfunnel(&folder, &["run", "a.yaml", "--var", "key=k", "--var", "pem=p"]);
    assert!(!ran.stdout.contains("a.yaml::prints |"), "only where it is asked for: {}", ran.stdout);
}

use std::time::{Duration, Instant};

use super::Run;
use crate::action::site::{Site, show, write};
use crate::system::clock::Deadline;
use crate::value::Value;

#[test]
fn a_command_becomes_outputs() {
    let site = Site::new();
    let done = site.run::<Run>(r#"[sh, -c, 'echo "{\"a\": 0.5}"; echo oh >&2']"#).unwrap();
    assert!(done.unsuccessful.is_none());
    for (path, expected) in
        [("exit_code", "0"), ("signal", "null"), ("json.a", "0.5"), ("stderr", r#""oh\n""#)]
    {
        assert_eq!(show(&done.outputs, path), expected, "{path}");
    }
    assert!(matches!(done.outputs.values["duration"], Value::Duration(_)));
}

#[test]
fn it_starts_where_and_with_what_is_declared() {
    let mut site = Site::new().with("rows", Value::list(vec![Value::Int(1)]));
    let workspace = site.workspace().to_string_lossy().into_owned();
    site = site.with("workspace", workspace.as_str());
    site.children.env.push(("LANG".into(), "C".into()));
    std::fs::create_dir(site.project().join("sub")).unwrap();
    write(&site.project().join("sub"), "here.txt", b"here");
    for (spec, expected) in [
        ("{argv: [cat, here.txt], cwd: sub}", "here".to_owned()),
        ("{shell: 'echo $A$LANG', env: {A: 5, LANG: x}}", "5x\n".to_owned()),
        ("{shell: 'echo $MLFUNNEL_WORKSPACE'}", format!("{workspace}\n")),
        ("{shell: 'pwd', cwd: $workspace}", format!("{workspace}\n")),
        ("{argv: [cat], stdin: plain}", "plain".to_owned()),
        ("{argv: [cat], stdin: {instances: $rows}}", r#"{"instances":[1]}"#.to_owned()),
        ("{shell: 'echo $#', env: {}}", "0\n".to_owned()),
        ("[cat]", String::new()),
    ] {
        let done = site.run::<Run>(spec).unwrap_or_else(|error| panic!("{spec}: {error:?}"));
        assert_eq!(done.outputs.values["stdout"].as_text(), Some(&*expected), "{spec}");
    }
    let done = site.run::<Run>("{shell: env}").unwrap();
    let env = done.outputs.values["stdout"].as_text().unwrap();
    let foreign = |line: &&str| {
        !["PATH=", "LANG=", "MLFUNNEL_WORKSPACE=", "PWD=", "SHLVL=", "_=", "OLDPWD="]
            .iter()
            .any(|known| line.starts_with(known))
    };
    assert_eq!(env.lines().find(foreign), None);
}

#[test]
fn what_does_not_end_with_0_is_unsuccessful() {
    let site = Site::new();
    let bad = site.run::<Run>("[sh, -c, 'echo no data >&2; exit 3']").unwrap().unsuccessful.unwrap();
    assert_eq!((bad.output, bad.code.name), ("exit_code", "non-zero-exit"));
    assert_eq!(bad.message, "`sh -c echo no data >&2; exit 3` ended with exit code 3");
    assert_eq!(bad.notes, ["stderr ends with:\nno data"]);
    let done = site.run::<Run>("{shell: 'kill -9 $$'}").unwrap();
    assert_eq!(show(&done.outputs, "exit_code") + &show(&done.outputs, "signal"), "null9");
    assert_eq!(done.unsuccessful.unwrap().message, "`sh -c kill -9 $$` was ended by signal 9");
}

#[test]
fn what_was_printed_is_bounded_and_need_not_be_text() {
    let site = Site::new();
    let done = site.run::<Run>("{shell: 'yes | head -c 100000', capture: 1 kB}").unwrap();
    assert!(done.outputs.values["stdout"].as_text().unwrap().contains("… 99000 bytes left out …"));
    assert_eq!(
        show(&done.outputs, "json"),
        "stdout is 97.66 KiB, more than `capture` keeps, and so was not read as JSON"
    );
    let done = site.run::<Run>(r"{shell: 'printf \\377'}").unwrap();
    assert_eq!(show(&done.outputs, "stdout"), "1 bytes");
    assert_eq!(show(&done.outputs, "json"), "stdout is not JSON: line 1, column 1: expected value");
}

#[test]
fn time_and_interruption_end_it_with_its_children() {
    let mut site = Site::new();
    site.deadline = Deadline::after(Duration::from_millis(200));
    let began = Instant::now();
    let error = site.run::<Run>("{shell: 'echo epoch 1 >&2; sleep 60 & wait'}").unwrap_err();
    assert_eq!((error.code.name, &*error.notes[0]), ("timed-out", "stderr ends with:\nepoch 1"));
    site.deadline = Deadline::NEVER;
    site.cancel.cancel();
    let error = site.run::<Run>("[sleep, 60]").unwrap_err();
    assert_eq!((error.code.name, &*error.message), ("interrupted", "`sleep 60` was interrupted"));
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn what_cannot_be_run_is_an_error() {
    let site = Site::new();
    write(&site.project(), "plain", b"");
    for (spec, message, help) in [
        (
            "[./absent]",
            "there is no program `./absent`",
            "a program with a `/` is looked for from `cwd`, which is the project's root when left out",
        ),
        ("{argv: [true], cwd: absent}", "the working directory `", ""),
        ("{argv: [true], cwd: ../x}", "the path `../x` leaves the project's root by `..`", ""),
        ("[./plain]", "`", "`chmod +x` it, or name the program that reads it first"),
        (
            "{argv: [absent], env: {PATH: /nowhere}}",
            "the program `absent` is not in PATH (/nowhere)",
            "install it, give its path, or declare `env: {PATH: …}`",
        ),
        (
            "{argv: [true], env: {A: [1]}}",
            "the variable `A` is a list, not text",
            "write the text in quotes, and a reference as `\"${name}\"`",
        ),
        ("{argv: [cat], stdin: [.nan]}", "JSON has no .nan at `[0]`", "send `null` or a string instead"),
    ] {
        let error = site.run::<Run>(spec).unwrap_err();
        assert!(error.message.starts_with(message), "{spec}: {}", error.message);
        assert_eq!(error.help.unwrap_or_default(), help, "{spec}");
        assert!(error.span.is_some());
    }
    for (spec, expected) in [
        (
            "python train.py",
            "expected a list of words, got a string `python train.py` | write `[python, train.py]`: no shell splits it",
        ),
        ("{}", "there is nothing to run | give `argv: [program, argument, …]`"),
        ("{argv: [a], shell: b}", "`argv` and `shell` are both given | keep one of them"),
        ("[python, 3.10]", "expected a word, got a float `3.1` | write it in quotes"),
    ] {
        assert_eq!(Site::read::<Run>(spec).unwrap_err(), [expected], "{spec}");
    }
}

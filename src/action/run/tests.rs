use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Run;
use crate::action::World;
use crate::action::site::{Site, show, write};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::process::{Listener, Stream};
use crate::system::python::Search;
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

#[test]
fn what_was_printed_is_cut_into_lines_and_documents() {
    let site = Site::new();
    let printed = |spec: &str, path: &str| show(&site.run::<Run>(spec).unwrap().outputs, path);
    for (line, path, expected) in [
        (r"printf 'a\r\n\nb'", "lines", r#"["a", "", "b"]"#),
        ("echo oh >&2", "stderr_lines", r#"["oh"]"#),
        (":", "lines", "[]"),
        (r"printf '{\042a\042: 1}\n\n{\042a\042: 2}\n'", "json_lines.1.a", "2"),
        (r"printf '{\042a\042: 1}\nepoch\n'", "json_lines", "line 2 of stdout is not JSON: expected value"),
        (":", "json_lines", "stdout is empty, and so no JSON"),
        (r"printf 'a\377'", "lines", "stdout is not UTF-8 at byte 1, and so has no lines"),
    ] {
        assert_eq!(
            printed(&format!("{{shell: \"{}\"}}", line.replace('\\', "\\\\")), path),
            expected,
            "{line}"
        );
    }
    let flood = "{shell: 'yes | head -c 100000', capture: 1 kB}";
    let kept = "stdout is 97.66 KiB, more than `capture` keeps, and so was not";
    assert_eq!(printed(flood, "lines"), format!("{kept} cut into lines"));
    assert_eq!(printed(flood, "json_lines"), format!("{kept} read as JSON"));
}

fn with_env(name: &str, value: &str) -> World {
    World::new(Search { env: [(name.to_owned(), value.to_owned())].into(), ..Search::default() })
}

#[test]
fn variables_are_passed_on_where_they_are_named() {
    let mut site = Site::new();
    site.world = with_env("CUDA_HOME", "/cuda");
    site.children.env.push(("LC_ALL".into(), "C".into()));
    let printed = |spec: &str| site.run::<Run>(spec).map(|done| show(&done.outputs, "lines"));
    assert_eq!(printed("{shell: 'echo $CUDA_HOME'}").unwrap(), r#"[""]"#);
    assert_eq!(printed("{shell: 'echo $CUDA_HOME', inherit_env: [CUDA_HOME]}").unwrap(), r#"["/cuda"]"#);
    let both = "{shell: 'echo $CUDA_HOME', inherit_env: [CUDA_HOME], env: {CUDA_HOME: own}}";
    assert_eq!(printed(both).unwrap(), r#"["own"]"#);
    let error = printed("{shell: 'true', inherit_env: [CUDA_HOME, AWS_PROFILE]}").unwrap_err();
    assert_eq!(
        (error.code.name, &*error.message),
        ("env-unset", "the environment variable `AWS_PROFILE` is not set")
    );
    assert_eq!(
        printed("{shell: 'echo $LC_ALL', env: {LANG: C}}").unwrap(),
        r#"[""]"#,
        "a declared locale counts"
    );
    let found = Site::read::<Run>("{shell: 'true', inherit_env: [A=1]}").unwrap_err();
    assert_eq!(
        found,
        ["`A=1` is no name of a variable | give names alone; `env: {NAME: value}` gives values"]
    );
}

#[test]
fn who_listens_hears_every_line_while_it_runs() {
    let mut site = Site::new();
    let (said, heard) = std::sync::mpsc::channel();
    let said = std::sync::Mutex::new(said);
    site.children.listener = Some(Listener(Arc::new(move |stream, line: &str| {
        let _ = said.lock().unwrap().send((stream, line.to_owned()));
    })));
    // It goes on only when its first line was heard.
    let go = site.workspace().join("go");
    let waiting = std::thread::spawn(move || {
        let first = heard.recv_timeout(Duration::from_secs(20)).unwrap();
        std::fs::write(go, "").unwrap();
        (first, heard)
    });
    site = site.with("workspace", "");
    let spec = "{shell: 'echo one; until test -e $$MLFUNNEL_WORKSPACE/go; do sleep 0.01; done; echo two >&2; printf three'}";
    site.run::<Run>(&spec.replace("$$", "$")).unwrap();
    let (first, heard) = waiting.join().unwrap();
    assert_eq!(first, (Stream::Stdout, "one".to_owned()));
    let rest: Vec<_> = heard.try_iter().collect();
    assert_eq!(rest.len(), 2);
    assert!(
        rest.contains(&(Stream::Stderr, "two".to_owned()))
            && rest.contains(&(Stream::Stdout, "three".to_owned()))
    );
}

#[test]
fn its_grace_is_its_own() {
    let mut site = Site::new();
    site.deadline = Deadline::after(Duration::from_millis(200));
    let slow = "trap 'sleep 0.6; echo saved; exit 0' TERM; echo on; sleep 60 & wait";
    let end =
        |grace: &str| site.run::<Run>(&format!("{{shell: \"{slow}\", grace: {grace}}}")).unwrap_err().notes;
    assert_eq!(end("20 s"), ["stdout ends with:\non\nsaved"]);
    site.deadline = Deadline::after(Duration::from_millis(200));
    let end =
        |grace: &str| site.run::<Run>(&format!("{{shell: \"{slow}\", grace: {grace}}}")).unwrap_err().notes;
    assert_eq!(end("1 ms"), ["stdout ends with:\non"]);
}

/// A world with Python in it; none, which is said, where there is none.
fn with_python() -> Option<World> {
    let search = Search { root: std::env::temp_dir(), env: std::env::vars().collect(), ..Search::default() };
    let world = World::new(search);
    match world.python(&Cancel::new()) {
        Ok(_) => Some(world),
        Err(none) => {
            println!("skipped: {}", none.message);
            None
        }
    }
}

#[test]
fn scripts_are_run_by_python() {
    let Some(world) = with_python() else { return };
    let mut site = Site::new();
    site.world = world;
    let project = site.project();
    write(
        &project,
        "train.py",
        b"import sys, json; print(json.dumps({'args': sys.argv[1:], 'path': sys.argv[0][-8:]}))",
    );
    let show_of = |spec: &str, path: &str| show(&site.run::<Run>(spec).unwrap().outputs, path);
    let spec = "{python: train.py, args: [--epochs, 3]}";
    assert_eq!(show_of(spec, "json"), r#"{args: ["--epochs", "3"], path: "train.py"}"#);
    let error = site.run::<Run>("{python: trian.py}").unwrap_err();
    assert_eq!(error.message, "there is no file `trian.py`");
    write(&project, "fail.py", b"raise ValueError('no rows')");
    let bad = site.run::<Run>("{python: fail.py}").unwrap().unsuccessful.unwrap();
    assert_eq!(bad.message, "`python fail.py` ended with exit code 1");
    assert!(bad.notes[0].ends_with("ValueError: no rows"), "{bad:?}");
}

#[test]
fn notebooks_are_run_by_python() {
    if with_python().is_none() {
        return;
    }
    let home = Site::new();
    let project = home.project();
    let notebook = |name: &str, cells: &[&str]| {
        let cells: Vec<_> = cells
            .iter()
            .map(|source| serde_json::json!({"cell_type": "code", "source": source, "outputs": [], "metadata": {}}))
            .collect();
        let text = serde_json::json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
        write(&project, name, text.to_string().as_bytes());
    };
    // Without site packages there is no IPython.
    let plain = |name: &str| {
        let spec = format!("{{python: {name}, args: [x], env: {{PYTHONNOUSERSITE: 1, PYTHONPATH: $hide}}}}");
        let mut site = Site::new();
        site.world = with_python().unwrap();
        write(&site.project(), name, &std::fs::read(project.join(name)).unwrap());
        std::fs::create_dir(site.project().join("IPython")).unwrap();
        write(&site.project().join("IPython"), "__init__.py", b"raise ImportError('none here')");
        let hide = site.project().display().to_string();
        site = site.with("hide", hide.as_str());
        site.run::<Run>(&spec).unwrap()
    };
    notebook(
        "good.ipynb",
        &["import sys\nx = 2", "", "def f(y):\n    return x * y\nprint(sys.argv[1], __name__)", "f(21)"],
    );
    let done = plain("good.ipynb");
    assert_eq!(show(&done.outputs, "lines"), r#"["x __main__", "42"]"#, "{done:?}");
    for (name, cells, code, end) in [
        (
            "raises.ipynb",
            &["x = 1", "y = 2\nz = x / 0"][..],
            1,
            "raises.ipynb, code cell 2, line 2: z = x / 0\nZeroDivisionError: division by zero",
        ),
        (
            "syntax.ipynb",
            &["print('never')", "if x\n"],
            1,
            "syntax.ipynb, code cell 2, line 1: if x\nSyntaxError: ",
        ),
        (
            "magic.ipynb",
            &["print('never')", "import os\n%matplotlib inline"],
            1,
            "magic.ipynb, code cell 2, line 2: `%matplotlib inline` is a magic, which needs IPython: install it for ",
        ),
        ("exits.ipynb", &["import sys", "sys.exit(7)", "print('never')"], 7, ""),
    ] {
        notebook(name, cells);
        let done = plain(name);
        assert_eq!(show(&done.outputs, "exit_code"), code.to_string(), "{name}: {done:?}");
        let said = done.outputs.values["stderr"].as_text().unwrap().trim_end().to_owned();
        assert!(said.contains(end), "{name}: {said}");
        assert_eq!(show(&done.outputs, "stdout"), r#""""#, "{name}");
    }
    write(&project, "odd.ipynb", b"[]");
    assert!(
        plain("odd.ipynb").outputs.values["stderr"]
            .as_text()
            .unwrap()
            .starts_with("odd.ipynb is no notebook: ")
    );
}

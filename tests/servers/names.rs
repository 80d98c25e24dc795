//! Name servers that misbehave, on a loopback of their own: `resolv.conf` is put over in a namespace, where that may be.

use std::path::Path;
use std::process::{Command, Stdio};

use super::process;
use super::verdict::{ARGUMENTS, BOUND, read, unreachable};

/// Asks `http://model.test/` of a name server that behaves so; `None` where there are no namespaces.
fn of(behaviour: &str) -> Option<String> {
    let allowed = Command::new("unshare")
        .args(["-rmn", "mount", "--bind", "/etc/hostname", "/etc/resolv.conf"])
        .stderr(Stdio::null())
        .status();
    if !allowed.is_ok_and(|status| status.success()) {
        eprintln!("skipped: this machine gives no namespaces");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let spec = "suite: s\ntier: smoke\ncases:\n  - name: c\n    probe: {get: 'http://model.test/', timeouts: {connect: 1 s}}\n    expect: {json: 1}\n";
    std::fs::write(folder.path().join("s.yaml"), spec).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/names.py");
    let mut command = process::mlfunnel(folder.path(), &[]);
    let tool = command.get_program().to_owned();
    command = Command::new("unshare");
    command.current_dir(folder.path()).args(["-rmn", "python3"]).arg(script).arg(behaviour).arg(tool);
    command.args(ARGUMENTS);
    let ran = process::finish(&mut command, BOUND);
    Some(read(folder.path(), &ran))
}

#[test]
fn a_name_that_nobody_has() {
    for behaviour in ["unknown", "nowhere"] {
        let Some(got) = of(behaviour) else { return };
        assert_eq!(got, unreachable("the host of `model.test:80` has no address", "correct the host's name"));
    }
}

#[test]
fn a_name_server_that_fails() {
    let Some(got) = of("failing") else { return };
    let expected = unreachable(
        "no name server could say where `model.test:80` is",
        "is this machine online, and does its name server work?",
    );
    assert_eq!(got, expected);
}

#[test]
fn a_name_server_that_is_silent() {
    for behaviour in ["silent", "garbage"] {
        let Some(got) = of(behaviour) else { return };
        assert_eq!(
            got,
            unreachable(
                "no name server said within 1 s where `model.test:80` is",
                "is the name right, and does this machine's name server work?"
            )
        );
    }
}

#[test]
fn a_name_server_that_is_slow() {
    let Some(got) = of("slow") else { return };
    assert_eq!(got, "passed");
}

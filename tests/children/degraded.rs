//! A machine where children cannot be sandboxed: here, one where mlfunnel is in a sandbox of the same kind itself.

use mlfunnel::system::process::{Command, Exit, Finished, Network, Sandbox, support};

use super::{SOON, sh, within};

const SPECS: [(&str, &str); 2] = [
    (
        "unit.yaml",
        "suite: unit\ntier: unit\ncases:\n  - name: a child\n    run: ['true']\n    expect: {exit_code: 0}\n  - name: none\n    scale: {method: max_abs, values: [1]}\n    expect: {values: [1]}\n",
    ),
    (
        "smoke.yaml",
        "suite: smoke\ntier: smoke\ncases:\n  - name: a child\n    run: ['true']\n    expect: {exit_code: 0}\n",
    ),
];

/// Runs mlfunnel where no child can be kept from the network; `None` where that is so anyway, or cannot be arranged.
fn mlfunnel(arguments: &[&str]) -> Option<Finished> {
    if support().unwrap().network.is_err() {
        println!("skipped: no sandbox can be put on mlfunnel here");
        return None;
    }
    let project = tempfile::tempdir().unwrap();
    for (name, spec) in SPECS {
        std::fs::write(project.path().join(name), spec).unwrap();
    }
    let mut argv = vec![env!("CARGO_BIN_EXE_mlfunnel").to_owned(), "run".to_owned()];
    argv.extend(arguments.iter().map(ToString::to_string));
    let sandbox = Sandbox { network: Network::Loopback, writable: None };
    Some(within(&Command { argv, sandbox, cwd: project.path().into(), ..sh("degraded", "") }, SOON))
}

const MISSING: &str =
    "nothing keeps them from the network (this process is itself in a sandbox of this kind)";

#[test]
fn is_told_once_and_the_run_goes_on() {
    let Some(ran) = mlfunnel(&["unit.yaml", "smoke.yaml"]) else { return };
    let told = format!("note: the children of this run are not sandboxed: {MISSING}\n");
    assert_eq!(ran.stdout.text().matches(&told).count(), 1, "{}", ran.stdout.text());
    assert_eq!(ran.exit, Exit::Code(0), "{}", ran.stdout.text());
}

#[test]
fn is_an_error_of_the_steps_that_need_it_when_asked_for() {
    let Some(ran) = mlfunnel(&["unit.yaml", "smoke.yaml", "--require-sandbox", "--no-fail-fast"]) else {
        return;
    };
    let text = ran.stdout.text();
    assert_eq!(ran.exit, Exit::Code(3), "{text}");
    assert!(
        text.contains(&format!(
            "errored[no-sandbox]: run: its children cannot be sandboxed here: {MISSING}\n"
        )),
        "{text}"
    );
    assert!(text.contains("1 errored") && text.contains("2 passed"), "{text}");
    assert!(!text.contains("note:"), "{text}");
}

#[test]
fn is_none_of_a_smoke_suites_business() {
    let Some(ran) = mlfunnel(&["smoke.yaml", "--require-sandbox"]) else { return };
    assert_eq!(
        (ran.exit, ran.stdout.text().contains("note:")),
        (Exit::Code(0), false),
        "{}",
        ran.stdout.text()
    );
}

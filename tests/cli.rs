//! The command line: exit codes, options, and results that do not depend on jobs or order.
#![allow(clippy::unwrap_used, clippy::panic)] // in a test a failure is the message

mod process;

#[path = "cli/exit_codes.rs"]
mod exit_codes;
#[cfg(unix)]
#[path = "cli/interrupt.rs"]
mod interrupt;
#[path = "cli/listings.rs"]
mod listings;
#[path = "cli/live.rs"]
mod live;
#[path = "cli/options.rs"]
mod options;
#[path = "cli/repeat.rs"]
mod repeat;
#[path = "cli/reports.rs"]
mod reports;
#[cfg(unix)]
#[path = "cli/serve.rs"]
mod serve;

use std::time::Duration;

use process::Ran;
use tempfile::TempDir;

const BOUND: Duration = Duration::from_secs(50);

/// A project with these files.
fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// A suite of this tier whose cases are `name: the number that 1 is compared with`.
fn suite(tier: &str, cases: &[(&str, &str)]) -> String {
    use std::fmt::Write;
    let mut text = format!("suite: the {tier} suite\ntier: {tier}\ncases:\n");
    for (name, wanted) in cases {
        let _ = writeln!(
            text,
            "  - name: {name}\n    scale: {{method: max_abs, values: [1]}}\n    expect: {{values: [{wanted}]}}"
        );
    }
    text
}

fn mlfunnel(folder: &TempDir, arguments: &[&str]) -> Ran {
    process::finish(&mut process::mlfunnel(folder.path(), arguments), BOUND)
}

/// The names of the cases that finished, with their outcomes, in order; one at a time.
fn outcomes(folder: &TempDir, arguments: &[&str]) -> Vec<String> {
    let arguments: Vec<&str> =
        arguments.iter().copied().chain(["--jobs", "1", "--report", "jsonl=run.jsonl"]).collect();
    mlfunnel(folder, &arguments);
    let events = std::fs::read_to_string(folder.path().join("run.jsonl")).unwrap();
    let of_case = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        (event["event"] == "case_finished").then(|| format!("{} {}", text("name"), text("outcome")))
    };
    events.lines().filter_map(of_case).collect()
}

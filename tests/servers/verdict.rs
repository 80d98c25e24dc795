//! What the tool says of a server.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;

use super::process::{self, Ran};
use super::server::Server;

/// A hang, not slowness, is what this bound is for: no spec here waits longer than a few seconds.
pub const BOUND: Duration = Duration::from_secs(50);
/// What a run may hold, whatever a server sends.
const MEMORY_KIB: u64 = 100 << 10;

/// The verdict of a smoke suite with one case, whose step this is; `URL` and `SECURE` in it are the server's.
#[track_caller]
pub fn verdict(server: &Server, step: &str) -> String {
    verdict_in(tempfile::tempdir().unwrap().path(), server, step)
}

/// The same in a folder that is there already.
#[track_caller]
pub fn verdict_in(folder: &Path, server: &Server, step: &str) -> String {
    let address = server.address.to_string();
    let checks = if step.contains("expect:") || step.contains("protocol:") {
        ""
    } else {
        "    expect: {status: 200}\n"
    };
    let step =
        step.replace("URL", &format!("http://{address}")).replace("SECURE", &format!("https://{address}"));
    let spec = format!(
        "suite: s\ntier: smoke\ndefaults: {{probe: {{timeouts: {{total: 10 s}}}}}}\ncases:\n  - name: c\n    {step}\n{checks}"
    );
    spec_in(folder, &spec).replace(&address, "HOST")
}

/// The verdict of a suite with one case: its outcome, and each problem with its notes and its help, a line each.
#[track_caller]
pub fn spec_in(folder: &Path, spec: &str) -> String {
    std::fs::write(folder.join("s.yaml"), spec).unwrap();
    let ran = process::finish(&mut process::mlfunnel(folder, &ARGUMENTS), BOUND);
    read(folder, &ran)
}

/// The verdict on a server that gave no answer to use.
pub fn unreachable(message: &str, help: &str) -> String {
    format!("errored unreachable: probe: {message}\nhelp: {help}")
}

/// What there is to do about a server.
pub mod help {
    pub const START: &str = "start the server, or correct the URL";
    pub const SLOW: &str = "where that is slow but right, raise `timeouts: {total: …}`";
    pub const PAUSE: &str = "where that is slow but right, raise `timeouts: {read: …}`";
    pub const CONNECT: &str = "where that is slow but right, raise `timeouts: {connect: …}`";
    pub const LARGE: &str = "where that is right, raise `max_body`";
    pub const ENDED: &str = "the server ended the connection: its log may say why";
    pub const FAULT: &str = "the server is at fault: most clients refuse such an answer";
    pub const OTHER: &str = "is that the right port, and the right one of `http://` and `https://`?";
    pub const NOWHERE: &str = "the server is at fault: leave out `redirects` to look at its answer";
    pub const MORE: &str = "where that is right, raise `redirects`";
}

/// What the tool is given to run `s.yaml` and to record what came of it.
pub const ARGUMENTS: [&str; 6] = ["run", "s.yaml", "--report", "jsonl=run.jsonl", "--color", "never"];

/// The verdict of a run that has ended.
#[track_caller]
pub fn read(folder: &Path, ran: &Ran) -> String {
    assert!(ran.code.is_some(), "no end within {BOUND:?}");
    let peak = ran.peak_kib.unwrap_or(0);
    assert!(peak < MEMORY_KIB, "{peak} KiB were held");
    assert!(!ran.stdout.contains(|c: char| c.is_control() && c != '\n'), "{:?}", ran.stdout);
    let said = ran.stdout.len() + ran.stderr.len();
    assert!(said < 64 << 10, "{said} bytes were said");
    let recorded = std::fs::read_to_string(folder.join("run.jsonl")).unwrap_or_default();
    let mut events = recorded.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let finished = events.rfind(|event| event["event"] == "case_finished");
    let finished = finished.unwrap_or_else(|| panic!("no case ended\n{}{}", ran.stdout, ran.stderr));
    let outcome = finished["outcome"].as_str().unwrap();
    let code = match outcome {
        "passed" => 0,
        "failed" => 1,
        _ => 3,
    };
    assert_eq!(ran.code, Some(code), "{outcome}\n{}{}", ran.stdout, ran.stderr);
    told(outcome, &finished)
}

/// The note with the command that does the same by hand, which other tests hold.
const BY_HAND: &str = "the same by hand: curl ";

fn told(outcome: &str, finished: &Json) -> String {
    let mut text = outcome.to_owned();
    for problem in finished["problems"].as_array().into_iter().flatten() {
        let _ =
            write!(text, " {}: {}", problem["code"].as_str().unwrap(), problem["message"].as_str().unwrap());
        let notes = problem["notes"].as_array().into_iter().flatten().map(|note| note.as_str().unwrap());
        for note in notes.filter(|note| !note.starts_with(BY_HAND)) {
            let _ = write!(text, "\nnote: {note}");
        }
        if let Some(help) = problem["help"].as_str() {
            let _ = write!(text, "\nhelp: {help}");
        }
        text.push('\n');
    }
    text.trim_end_matches('\n').to_owned()
}

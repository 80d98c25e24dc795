//! Secrets are planted wherever a value can travel, and every output of the tool is searched for every form of them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // in a test a failure is the message

#[path = "secrets/echo.rs"]
mod echo;
#[path = "secrets/forms.rs"]
mod forms;
mod process;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use echo::Echo;

const BOUND: Duration = Duration::from_mins(2);

/// One of letters and digits, as most are; one of all that must be escaped somewhere; one of several lines.
const PLAIN: &str = "Kx7vQ9-hunter2hunter2-Zt4Wm8";
const ODD: &str = "Xq7ZkV\"w9Lm2R &é'\\Tn8sB%/<+>{}$Hd5Gj";
const LINES: &str =
    "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----\n";
/// Inside a document that is a secret as a whole.
const INNER: &str = "Pw3Rt6Yu1Io9";

/// What no output may hold: pieces of the secrets that nothing else would hold, and every whole form.
fn forbidden() -> Vec<String> {
    let pieces =
        ["Kx7vQ9", "hunter2", "Zt4Wm8", "Xq7ZkV", "w9Lm2R", "Tn8sB", "Hd5Gj", "MIIEvQ", "AQEFAAS", INNER];
    let mut all: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
    for secret in [PLAIN, ODD, LINES.trim(), INNER] {
        all.extend(forms::all(secret).into_iter().map(|(_, form)| form));
        all.extend(forms::middles(secret));
    }
    all
}

struct Output {
    name: String,
    text: String,
}

fn run(folder: &Path, arguments: &[&str], outputs: &mut Vec<Output>) -> String {
    let mut command = process::mlfunnel(folder, arguments);
    let secret = serde_json::json!({"user": "someone", "password": INNER, "port": 1}).to_string();
    command
        .env("PLAIN", PLAIN)
        .env("ODD", ODD)
        .env("LINES", LINES)
        .env("DOCUMENT", secret)
        .env("NUMBER", PLAIN);
    let ran = process::finish(&mut command, BOUND);
    assert!(ran.code.is_some(), "no end within {BOUND:?}: {}", ran.stdout);
    let shown = ran.stdout.clone();
    for (stream, text) in [("stdout", ran.stdout), ("stderr", ran.stderr)] {
        outputs.push(Output { name: format!("{stream} of {arguments:?}"), text });
    }
    shown
}

fn files(folder: &Path, outputs: &mut Vec<Output>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, outputs);
        } else if !path.ends_with("planted.yaml") {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            outputs.push(Output { name: path.display().to_string(), text });
        }
    }
}

fn search(outputs: &[Output]) {
    let forbidden = forbidden();
    let mut leaks = Vec::new();
    for Output { name, text } in outputs {
        for form in forbidden.iter().filter(|form| text.contains(form.as_str())) {
            let line = text.lines().find(|line| line.contains(form.as_str())).unwrap_or("(over lines)");
            let at = line.find(form.as_str()).unwrap_or(0);
            let from = line.floor_char_boundary(at.saturating_sub(120));
            let to = line.floor_char_boundary((at + 200).min(line.len()));
            leaks.push(format!("{form:?} in {name}: {}", &line[from..to]));
        }
    }
    assert!(leaks.is_empty(), "{} leaks\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn no_output_holds_a_secret_in_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let server = Echo::start(&[PLAIN, ODD, LINES]);
    fs::write(folder.path().join("planted.yaml"), spec(&server)).unwrap();
    fs::write(folder.path().join("team.py"), include_str!("secrets/team.py")).unwrap();
    let mut outputs = Vec::new();
    let reports = [
        "--report",
        "jsonl=out/run.jsonl",
        "--report",
        "junit=out/run.xml",
        "--report",
        "markdown=out/run.md",
    ];
    let base = ["run", "planted.yaml", "--color", "never", "--jobs", "4"];
    let shown =
        run(folder.path(), &[&base[..], &reports, &["--verbose", "--keep-failed"]].concat(), &mut outputs);
    let cases = shown.matches("run it again").count();
    assert!(shown.contains("[secret]"), "{shown}{}", outputs[1].text);
    assert!(cases > 60, "only {cases} cases told anything: {shown}");
    assert!(shown.contains("\"$PLAIN\""), "a command names the variable: {shown}");
    run(folder.path(), &[&base[..], &["--report", "github", "--update-snapshots"]].concat(), &mut outputs);
    run(folder.path(), &[&base[..], &["--quiet"]].concat(), &mut outputs);
    run(folder.path(), &["report", "out/run.jsonl", "--report", "markdown=out/again.md"], &mut outputs);
    run(folder.path(), &["report", "out/run.jsonl"], &mut outputs);
    files(folder.path(), &mut outputs);
    assert!(outputs.iter().any(|output| output.name.ends_with("last-run.json")));
    search(&outputs);
}

/// The suite: what is in the environment under these names, sent everywhere and coming back from everywhere.
fn spec(server: &Echo) -> String {
    let mut text = include_str!("secrets/planted.yaml").replace("SERVER", &server.url);
    for secret in ["plain", "odd", "lines"] {
        for (index, (form, _)) in forms::all("x").iter().enumerate() {
            let probe = format!("{{get: \"{}/form/{secret}/{index}\"}}", server.url);
            let name = format!("the server says {secret} in {form}");
            writeln!(text, "  - name: {name}\n    probe: {probe}\n    expect: {{status: 200}}").unwrap();
        }
    }
    text.replace("PLAIN-ITSELF", PLAIN)
}

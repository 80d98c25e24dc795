//! The language, spec by spec: `tests/spec/{pass,fail,error,invalid}/NAME.yaml` beside its exact output `NAME.txt`.
//!
//! Each is run from a copy of its folder. The output holds both streams and the exit code; times, the version and the
//! folder's own path are redacted. A folder of specs in place of a file is run as one. Lines `# args:` and `# env:` at
//! the top of a spec add arguments and variables. `UPDATE_SPECS=1` rewrites the outputs, to be reviewed as code is.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // in a test a failure is the message

mod process;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use regex::Regex;

const BOUND: Duration = Duration::from_secs(50);

#[test]
fn specs_that_pass() {
    walk("pass", 0);
}

#[test]
fn specs_that_fail() {
    walk("fail", 1);
}

#[test]
fn specs_that_cannot_be_measured() {
    walk("error", 3);
}

#[test]
fn specs_that_are_invalid() {
    walk("invalid", 2);
}

#[test]
fn as_many_fail_as_pass() {
    let count = |folder| specs(&home().join(folder)).len();
    let (pass, others) = (count("pass"), count("fail") + count("error") + count("invalid"));
    assert!(others >= pass && pass >= 20, "{pass} specs pass and {others} do not");
}

#[test]
fn every_output_has_its_spec() {
    for folder in ["pass", "fail", "error", "invalid"] {
        let folder = home().join(folder);
        let specs: Vec<PathBuf> = specs(&folder).iter().map(|spec| spec.with_extension("txt")).collect();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let stray = path.extension().is_some_and(|ending| ending == "txt") && !specs.contains(&path);
            assert!(!stray, "{} stands alone", path.display());
        }
    }
}

/// Every action and every matcher is seen to pass, and seen not to.
#[test]
fn nothing_is_only_ever_seen_to_pass() {
    let text = |folders: &[&str]| {
        let files = folders.iter().flat_map(|folder| specs(&home().join(folder)));
        files
            .filter(|file| file.is_file())
            .map(|file| std::fs::read_to_string(file).unwrap())
            .collect::<String>()
    };
    let (passing, others) = (text(&["pass"]), text(&["fail", "error"]));
    let matchers = mlfunnel::expect::MATCHERS.iter().chain(mlfunnel::expect::ARTIFACT_MATCHERS);
    let names =
        mlfunnel::action::ACTIONS.iter().map(|entry| entry.name).chain(matchers.map(|entry| entry.name));
    let mut missing = Vec::new();
    for name in names {
        let key = Regex::new(&format!(r"(^|[\s{{]){name}:")).unwrap();
        if !key.is_match(&passing) {
            missing.push(format!("no spec in pass/ uses `{name}`"));
        }
        if !key.is_match(&others) {
            missing.push(format!("no spec in fail/ or error/ uses `{name}`"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec")
}

/// The specs of a folder: files, and folders of them; `fixtures` and `snapshots` are none.
fn specs(folder: &Path) -> Vec<PathBuf> {
    let kept = |path: &PathBuf| match path.file_name().and_then(|name| name.to_str()) {
        Some("fixtures" | "snapshots") => false,
        _ => path.is_dir() || path.extension().is_some_and(|ending| ending == "yaml"),
    };
    let mut specs: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(kept).collect();
    specs.sort();
    specs
}

/// Runs every spec of a folder and tells of all differences at once.
fn walk(folder: &str, code: i32) {
    let folder = home().join(folder);
    let copy = tempfile::tempdir().unwrap();
    copy_tree(&folder, copy.path());
    copy_tree(&home().join("fixtures"), &copy.path().join("fixtures"));
    // What outlives a try or a repetition has a folder of its own.
    std::fs::create_dir(copy.path().join("lasting")).unwrap();
    std::fs::write(copy.path().join("mlfunnel.yaml"), "writable: lasting").unwrap();
    let specs = specs(&folder);
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(spec) = specs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(difference) = check(spec, copy.path(), code) {
                        found.lock().unwrap().push((spec.clone(), difference));
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    let mut report = String::new();
    for (spec, difference) in &found {
        let _ = writeln!(report, "\n== {}\n{difference}", spec.display());
    }
    assert!(
        found.is_empty(),
        "{} of {} specs differ (`-` expected, `+` came); UPDATE_SPECS=1 rewrites them\n{report}",
        found.len(),
        specs.len()
    );
}

/// Runs one spec and compares what came with what stands beside it.
fn check(spec: &Path, copy: &Path, code: i32) -> Result<(), String> {
    let name = spec.file_name().unwrap().to_str().unwrap();
    let text = std::fs::read(spec).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut command = process::mlfunnel(copy, &["run", name, "--color", "never", "--jobs", "1"]);
    for line in text.lines().take_while(|line| line.starts_with('#')) {
        if line == "# needs: sandbox" && !sandboxed() {
            println!("skipped: {name} needs a sandbox, which this machine cannot put on");
            return Ok(());
        }
        if let Some(arguments) = line.strip_prefix("# args: ") {
            command.args(arguments.split(' '));
        }
        if let Some((name, value)) = line.strip_prefix("# env: ").and_then(|line| line.split_once('=')) {
            command.env(name, value);
        }
    }
    let (output, ended) = process::finish_merged(&mut command, BOUND);
    let ended = ended.map_or_else(|| format!("no exit code within {BOUND:?}"), |code| code.to_string());
    let came = format!("{}exit {ended}\n", redact(&output, copy));
    let beside = spec.with_extension("txt");
    if std::env::var_os("UPDATE_SPECS").is_some() {
        std::fs::write(&beside, &came).unwrap();
    }
    let expected = std::fs::read_to_string(&beside).unwrap_or_default();
    if expected != came {
        return Err(difference(&expected, &came));
    }
    if ended == code.to_string() {
        Ok(())
    } else {
        Err(format!("exit {ended}, but everything here ends with {code}"))
    }
}

/// Whether children can be kept from the network and from writing here.
fn sandboxed() -> bool {
    let support = mlfunnel::system::process::support().unwrap();
    support.network.is_ok() && support.writes.is_ok()
}

/// What differs from run to run, or from place to place, made the same.
fn redact(output: &str, copy: &Path) -> String {
    const TIME: &str = r"(?:< )?[\d.]+ (?:ms|s|min)(?: \d+ s)?";
    let mut text = output.replace(copy.to_str().unwrap(), "[path]");
    for (pattern, with) in [
        (r"(?m)^(mlfunnel) \d+\.\d+\.\d+".to_owned(), "$1 [version]"),
        // At the end of the line of a case, in the funnel, in the verdict.
        (format!(r"(?m)^([A-Za-z_]+ +\S.*::.*  ){TIME}(,|$)"), "$1[time]$2"),
        (format!(r"(?m)(  ){TIME}( of [\d.]+ (?:ms|s|min))"), "$1[time]$2"),
        // Which cases are slow enough to be listed depends on the machine.
        (r"\nslowest\n(?:  .*\n)+".to_owned(), ""),
        (
            format!(r"(?m)^((?:PASSED|FAILED|ERRORED|TIMED_OUT|NOTHING|INTERRUPTED|[A-Z_]+)  .* in ){TIME}"),
            "$1[time]",
        ),
        (r"(?m)^(  workspace: ).*$".to_owned(), "$1[path]"),
        // A machine where children cannot be sandboxed says so.
        (r"(?m)^note: the children of this run are not sandboxed: .*\n\n".to_owned(), ""),
        // Services: their ports, and how long they took.
        (r"127\.0\.0\.1:\d{4,5}\b".to_owned(), "127.0.0.1:[port]"),
        (format!(r"(?m)^(service .* after ){TIME}$"), "$1[time]"),
        (format!(r"(?m)^(service .* after ){TIME}(; its first inference took ){TIME}$"), "$1[time]$2[time]"),
        // Workers of Python: which one, and how long they took.
        (format!(r"(?m)^(\d+ workers? of )\S+( ready after ){TIME}$"), "$1[python]$2[time]"),
        (format!(r"(python \(\d+ workers?\) ){TIME}"), "$1[time]"),
        // How long a probe was measured to take.
        (r"(latency\.p\d+: )[\d.]+ (?:us|ms|s)( is not )".to_owned(), "$1[time]$2"),
        (r"(?m)(is not at most 10 us\n(?:.*\n)+?  = actual:   )[\d.]+ (?:us|ms|s)$".to_owned(), "$1[time]"),
    ] {
        text = Regex::new(&pattern).unwrap().replace_all(&text, with).into_owned();
    }
    let ready = Regex::new(&format!(r"(?m)^(  services ready: (?:[^,]+ \[time\], )*\w+ ){TIME}")).unwrap();
    while ready.is_match(&text) {
        text = ready.replace_all(&text, "$1[time]").into_owned();
    }
    text
}

/// Both texts line by line: what stayed, what went, what came.
fn difference(expected: &str, came: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), came.lines().collect());
    // The longest common subsequence of what is left of each.
    let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut text = String::new();
    while i < old.len() || j < new.len() {
        let (mark, line) = if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            (' ', old[i - 1])
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', old[i - 1])
        } else {
            j += 1;
            ('+', new[j - 1])
        };
        let _ = writeln!(text, "{mark} {line}");
    }
    text
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_tree(&path, &target);
        } else if path.extension().is_none_or(|ending| ending != "txt") {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

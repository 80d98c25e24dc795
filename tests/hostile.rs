//! Specs that mean harm, or look as if they did: each ends soon, in little memory, with a mistake that has its place.
#![allow(clippy::unwrap_used, clippy::panic)] // in a test a failure is the message

mod process;

#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/kinds.rs"]
mod kinds;
#[path = "hostile/mutants.rs"]
mod mutants;
#[path = "hostile/text.rs"]
mod text;

use std::path::Path;
use std::time::Duration;

use process::Ran;

/// A hang, not slowness, is what this bound is for: it leaves room for a loaded machine.
const BOUND: Duration = Duration::from_secs(50);
/// The bar of the project for any spec.
const MEMORY_KIB: u64 = 200 << 10;

/// Checks a spec in the folder and holds how that may end at all.
fn check(folder: &Path, spec: &str) -> Ran {
    let mut command = process::mlfunnel(folder, &["check", spec, "--color", "never"]);
    let ran = process::finish(&mut command, BOUND);
    assert!(ran.code.is_some(), "{spec}: no end within {BOUND:?}\n{}", ran.stderr);
    let peak = ran.peak_kib.unwrap_or(0);
    assert!(peak < MEMORY_KIB, "{spec}: {peak} KiB were held");
    assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("internal"), "{spec}: {}", ran.stderr);
    assert!(ran.stderr.len() < 1 << 20, "{spec}: {} bytes were said", ran.stderr.len());
    ran
}

/// Holds that a spec is refused with this code, at a place inside the file.
fn refused(folder: &Path, spec: &str, code: &str) {
    assert_eq!(refusal(folder, spec, code), Ok(()));
}

fn refusal(folder: &Path, spec: &str, code: &str) -> Result<(), String> {
    let ran = check(folder, spec);
    let coded = ran.stderr.contains(&format!("error[{code}]"));
    let placed = ran.stderr.lines().any(|line| line.trim_start().starts_with("--> "));
    if ran.code == Some(2) && coded && placed {
        return Ok(());
    }
    let start: String = ran.stderr.chars().take(400).collect();
    Err(format!("{spec}: exit {:?}, wanted `{code}` and a place, got\n{start}", ran.code))
}

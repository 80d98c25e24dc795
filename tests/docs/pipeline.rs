//! Holds `examples/python-pipeline` to its README: what the page shows stands in the files, and a scaler that is broken
//! fails as it says.
//!
//! Running the example needs its packages: those of an active environment, or of `python3`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::examples::{arguments, steady};
use super::page::{blocks, copy, root, run_in, said, update};

const EXAMPLE: &str = "examples/python-pipeline";
/// What the README takes out of the scaler.
const NAN_RULE: &str = "        scaled[np.isnan(x)] = 0.0\n";

/// Whether the Python that mlfunnel would take has the packages of the example.
pub(super) fn has_packages() -> bool {
    let environment = std::env::var("VIRTUAL_ENV").map(|folder| format!("{folder}/bin/python3"));
    let python = environment.unwrap_or_else(|_| "python3".to_owned());
    let imports = "import fastapi, pandas, requests, sklearn, uvicorn";
    let tried = Command::new(&python).args(["-c", imports]).stdin(Stdio::null()).output();
    let has = tried.is_ok_and(|output| output.status.success());
    if !has {
        println!("skipped: `{python}` cannot `{imports}`, which {EXAMPLE} needs");
    }
    has
}

fn readme() -> PathBuf {
    root().join(EXAMPLE).join("README.md")
}

/// The text of every file with this ending below a folder.
fn texts(folder: &Path, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts(&path, extension));
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
    found
}

/// Whether a piece of a page stands in one of the files, whatever it is indented by there.
fn stands(piece: &str, files: &[String]) -> bool {
    [0, 2, 4].into_iter().any(|width| {
        let indented: String = piece
            .trim_matches('\n')
            .lines()
            .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{:width$}{line}\n", "") })
            .collect();
        files.iter().any(|file| file.contains(&indented))
    })
}

#[test]
fn what_the_page_shows_stands_in_the_files() {
    let page = fs::read_to_string(readme()).unwrap();
    let python = texts(&root().join(EXAMPLE).join("tests_pytest"), "py");
    let specs = texts(&root().join(EXAMPLE).join("specs"), "yaml");
    let mut count = 0;
    for block in blocks(&page) {
        let files = match block.info.as_str() {
            "python" => &python,
            "yaml excerpt" => &specs,
            _ => continue,
        };
        for piece in block.text.split("# …\n") {
            count += 1;
            assert!(stands(piece, files), "README.md:{}: this stands in no file:\n{piece}", block.line);
        }
    }
    assert!(count > 20, "only {count} pieces were found");
}

#[test]
fn a_scaler_without_its_rule_for_nan_fails_as_the_page_shows() {
    if !has_packages() {
        return;
    }
    let project = tempfile::tempdir().unwrap();
    for folder in ["data", "features", "specs"] {
        copy(&root().join(EXAMPLE).join(folder), &project.path().join(folder));
    }
    for file in ["mlfunnel.yaml", "publish.py"] {
        fs::copy(root().join(EXAMPLE).join(file), project.path().join(file)).unwrap();
    }
    let scaler = project.path().join("features/scaler.py");
    let text = fs::read_to_string(&scaler).unwrap();
    assert!(text.contains(NAN_RULE), "the rule reads otherwise now");
    fs::write(&scaler, text.replace(NAN_RULE, "")).unwrap();

    let mut page = fs::read_to_string(readme()).unwrap();
    let shown = blocks(&page).into_iter().find(|block| block.info == "console broken").unwrap().text;
    let line = shown.lines().next().unwrap();
    let typed = arguments(line.strip_prefix("$ mlfunnel ").unwrap());
    let output = run_in(project.path(), &typed.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let now = format!("{line}\n{}\n", said(&output).trim_end());
    if update() {
        page = page.replace(&shown, &now);
        fs::write(readme(), page).unwrap();
    } else {
        assert_eq!(steady(&shown), steady(&now), "the page shows something else");
    }
}

//! Pages of Markdown, their fenced blocks, and the project that their examples run in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub(super) fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// Whether pages are to be written anew.
pub(super) fn update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// The Markdown files of the project, as paths from its root.
pub(super) fn pages() -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(root())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "md"))
        .collect();
    for folder in ["docs", "examples"] {
        let mut folders = vec![root().join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "md") {
                    found.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
    }
    found.sort();
    found
}

/// A fenced block.
pub(super) struct Block {
    /// What stands behind the fence: `yaml`, `yaml fails`, `console`.
    pub info: String,
    pub text: String,
    /// The line of its fence.
    pub line: usize,
}

/// The fenced blocks of a page, in order.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block { info: info.trim().to_owned(), text: String::new(), line: number + 1 });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => block.text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is never closed");
    found
}

/// A project of its own, with the fixtures of this one.
pub(super) struct Project(tempfile::TempDir);

impl Project {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("specs")).unwrap();
        fs::write(folder.path().join("mlfunnel.yaml"), "specs: [specs]\n").unwrap();
        copy(&root().join("fixtures"), &folder.path().join("fixtures"));
        Self(folder)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs mlfunnel there.
    pub fn run(&self, args: &[&str]) -> Output {
        run_in(self.0.path(), args)
    }
}

/// Runs mlfunnel in a folder, with nothing of this environment that changes what it says.
pub(super) fn run_in(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlfunnel"));
    for name in ["COLUMNS", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "STAGING_URL"] {
        command.env_remove(name);
    }
    command.args(args).current_dir(folder).env("CI", "true").stdin(Stdio::null()).output().unwrap()
}

/// Both streams, errors first: reading comes before running.
pub(super) fn said(output: &Output) -> String {
    [&output.stderr, &output.stdout].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

pub(super) fn copy(from: &Path, to: &Path) {
    let Ok(entries) = fs::read_dir(from) else { return };
    fs::create_dir_all(to).unwrap();
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

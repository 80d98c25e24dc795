//! A copy of the project's specs and fixtures, so that a run writes nothing into the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{Ran, finish, mlfunnel};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of a folder and those below it, by its path from the root, in order.
pub fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

pub struct Project {
    folder: TempDir,
    scratch: TempDir,
}

impl Project {
    pub fn new() -> Self {
        let project = Self { folder: TempDir::new().unwrap(), scratch: TempDir::new().unwrap() };
        for file in files("specs").iter().chain(&files("fixtures")) {
            let copy = project.path(file);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(root().join(file), copy).unwrap();
        }
        project
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Runs `mlfunnel` here, with a temporary folder of its own and no variable of the environment besides.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = mlfunnel(self.folder.path(), arguments);
        finish(command.env("TMPDIR", self.scratch.path()), Duration::from_mins(1))
    }

    /// What runs left behind in the temporary folder.
    pub fn left_behind(&self) -> Vec<String> {
        let entries = fs::read_dir(self.scratch.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

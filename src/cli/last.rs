//! What the last run left to do again.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::plan::find_project;
use crate::report::Recording;
use crate::system::files::{Parent, read_bounded, write_atomic};

/// Where it is kept, under the project's root.
const FOLDER: &str = ".mlfunnel";
const FILE: &str = "last-run.json";

/// The cases that did not pass, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    failed: Vec<String>,
    /// A case was run at all.
    #[serde(skip)]
    ran: bool,
}

impl Record {
    pub(super) fn event(&mut self, event: &Event) {
        if let Event::CaseFinished(case) = event {
            self.ran = true;
            if case.outcome.is_failure() {
                self.failed.push(case.id.clone());
            }
        }
    }

    /// Keeps it for the next run. Where the project is read-only there is simply no last run.
    pub(super) fn write(&self, root: &Path) {
        let path = folder(root).join(FILE);
        // A run without failures in a project that never had one leaves nothing behind.
        if !self.ran || (self.failed.is_empty() && !path.exists()) {
            return;
        }
        if make_folder(root).is_ok() {
            let text = serde_json::to_vec(self).unwrap_or_default();
            let _ = write_atomic(&path, &text, Parent::MustExist);
        }
    }
}

/// The folder of what runs leave behind for later ones.
pub(super) fn folder(root: &Path) -> PathBuf {
    root.join(FOLDER)
}

/// Makes it: nothing in it is to be committed.
pub(super) fn make_folder(root: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder(root))?;
    let _ = write_atomic(&folder(root).join(".gitignore"), b"*\n", Parent::MustExist);
    Ok(())
}

/// The ids of the cases that did not pass in the last run, or in a recorded one.
pub(super) fn failed(root: &Path, recording: Option<&Path>) -> Result<Vec<String>, String> {
    let Some(recording) = recording else {
        let path = root.join(FOLDER).join(FILE);
        let bytes = read_bounded(&path, 64 << 20).map_err(|_| {
            format!("no failed run is recorded in `{}`; run once without `--rerun-failed`", path.display())
        })?;
        let record: Record = serde_json::from_slice(&bytes)
            .map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
        return Ok(record.failed);
    };
    let file = File::open(recording)
        .map_err(|error| format!("`{}` cannot be read: {error}", recording.display()))?;
    let mut record = Record::default();
    for event in Recording::new(BufReader::new(file)) {
        record.event(&event.map_err(|error| format!("`{}`: {error}", recording.display()))?);
    }
    Ok(record.failed)
}

/// The root of the project that the command line speaks of.
pub(super) fn project(paths: &[String]) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    find_project(&paths.first().map_or_else(|| here.clone(), |path| here.join(path)), &here)
}

//! Temporary directories: one for a run, and inside it one for each case.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

/// The name of the folder that is no workspace.
const TEMPORARY: &str = "tmp";

/// A run's own folder in the system's temporary directory. Everything under it goes when it is dropped, except the
/// workspaces that were kept. Clones are the same folder, which goes with the last of them.
#[derive(Debug, Clone)]
pub struct RunFolder {
    inner: Arc<Folder>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    keep: AtomicBool,
}

impl RunFolder {
    /// Creates `mlfunnel-XXXXXX` in the system's temporary directory, readable by this user alone.
    pub fn create() -> io::Result<RunFolder> {
        RunFolder::create_in(&std::env::temp_dir())
    }

    /// As [`RunFolder::create`], elsewhere.
    pub fn create_in(parent: &Path) -> io::Result<RunFolder> {
        let path = tempfile::Builder::new().prefix("mlfunnel-").tempdir_in(parent)?.keep();
        // Tools print the real path, and a workspace's path is compared with what they print.
        let path = path.canonicalize().unwrap_or(path);
        Ok(RunFolder { inner: Arc::new(Folder { path, keep: AtomicBool::new(false) }) })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// A folder in it for what has no better place, made when first asked for.
    pub fn temporary(&self) -> io::Result<PathBuf> {
        let path = self.inner.path.join(TEMPORARY);
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Removes the folder now, for an exit that runs no destructors. What was kept stays, and then so does the rest.
    pub fn remove(&self) {
        self.inner.remove();
    }

    /// A fresh, empty directory for one try of a case. `name` only makes the path easier to recognise.
    pub fn workspace(&self, name: &str) -> io::Result<Workspace> {
        let prefix = format!("{}-", slug(name));
        let dir = tempfile::Builder::new().prefix(&prefix).tempdir_in(&self.inner.path)?;
        Ok(Workspace { path: dir.path().to_owned(), dir, kept: false, run: self.clone() })
    }
}

impl Folder {
    fn remove(&self) {
        // It may never have been made.
        let _ = fs::remove_dir_all(self.path.join(TEMPORARY));
        // When something was kept, the others were removed by their own guards, and only an empty folder may go.
        let _ = if self.keep.load(Ordering::Acquire) {
            fs::remove_dir(&self.path)
        } else {
            fs::remove_dir_all(&self.path)
        };
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.remove();
    }
}

/// A case's temporary directory, removed when dropped.
#[derive(Debug)]
pub struct Workspace {
    path: PathBuf,
    dir: TempDir,
    kept: bool,
    run: RunFolder,
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Most are left empty, and to remove an empty folder costs a fifth of looking for what is in it.
        if self.kept || fs::remove_dir(self.dir.path()).is_ok() {
            self.dir.disable_cleanup(true);
        }
    }
}

impl Workspace {
    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same, somewhat deeper.
    pub fn below(mut self, folders: &str) -> io::Result<Workspace> {
        self.path.push(folders);
        fs::create_dir_all(&self.path)?;
        Ok(self)
    }

    /// Leaves the directory where it is, and tells where.
    pub fn keep(mut self) -> PathBuf {
        self.run.inner.keep.store(true, Ordering::Release);
        self.kept = true;
        self.path.clone()
    }
}

/// At most 40 characters of `name` that are safe in every file system.
fn slug(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.chars().take(40).map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspaces_are_apart_and_go_when_dropped() {
        let run = RunFolder::create().unwrap();
        let (one, two) = (run.workspace("Fits / 20 rows").unwrap(), run.workspace("Fits / 20 rows").unwrap());
        assert_ne!(one.path(), two.path());
        assert!(one.path().starts_with(run.path()));
        assert!(one.path().file_name().unwrap().to_str().unwrap().starts_with("fits---20-rows-"));
        fs::write(one.path().join("model.json"), "{}").unwrap();
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && two.path().exists());
    }

    #[test]
    fn the_run_folder_takes_everything_with_it_but_what_was_kept() {
        let parent = tempfile::tempdir().unwrap();
        let run = RunFolder::create_in(parent.path()).unwrap();
        let lost = run.workspace("lost").unwrap();
        let kept = run.workspace("kept").unwrap();
        fs::write(kept.path().join("f"), "x").unwrap();
        let kept = kept.keep();
        drop(lost);
        drop(run);
        assert_eq!(fs::read(kept.join("f")).unwrap(), b"x");
        assert_eq!(fs::read_dir(kept.parent().unwrap()).unwrap().count(), 1);

        let run = RunFolder::create_in(parent.path()).unwrap();
        let (path, stray) = (run.path().to_owned(), run.path().join("stray"));
        fs::create_dir(&stray).unwrap();
        drop(run.workspace("x").unwrap());
        drop(run);
        assert!(!path.exists());
    }
}

//! Writes that are either there whole or not at all.

use std::fmt;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What to do when the folder of a file to write does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// Fail.
    MustExist,
    /// Create it and the folders above it.
    Create,
}

/// A file that was not written. What stood there before is unharmed.
#[derive(Debug)]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.source.kind() {
            io::ErrorKind::NotFound => write!(f, "`{path}` cannot be written: its folder does not exist"),
            io::ErrorKind::IsADirectory => write!(f, "`{path}` cannot be written: it is a folder"),
            _ => write!(f, "`{path}` cannot be written: {}", self.source),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Writes `bytes` under a temporary name in the same folder and renames it, so that a reader sees the old file or the
/// new one and never a part.
pub fn write_atomic(path: &Path, bytes: &[u8], parent: Parent) -> Result<(), WriteError> {
    replace(path, bytes, parent).map_err(|source| WriteError { path: path.to_owned(), source })
}

fn replace(path: &Path, bytes: &[u8], parent: Parent) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if parent == Parent::Create {
        fs::create_dir_all(folder)?;
    }
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // A temporary file is private by default; one that becomes a report is as readable as any other file.
    let mut file = tempfile::Builder::new()
        .prefix(".mlfunnel-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.xml");
        write_atomic(&path, b"one", Parent::MustExist).unwrap();
        write_atomic(&path, b"two", Parent::MustExist).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let plain = dir.path().join("plain");
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&plain));
    }

    #[test]
    fn a_folder_is_created_only_when_asked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/report.xml");
        let error = write_atomic(&path, b"x", Parent::MustExist).unwrap_err();
        assert!(error.to_string().ends_with("its folder does not exist"), "{error}");
        write_atomic(&path, b"x", Parent::Create).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"x");
        let error = write_atomic(&dir.path().join("a"), b"x", Parent::Create).unwrap_err();
        assert!(error.to_string().ends_with("it is a folder"), "{error}");
    }
}

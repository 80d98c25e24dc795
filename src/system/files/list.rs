//! What lies under a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The regular files under `root`, relative to it and in order of their names. Symlinks are neither followed nor listed.
/// At most `max` files are returned; the flag says whether there were more.
///
/// # Errors
/// When `root` or a folder under it cannot be read.
pub fn list_files(root: &Path, max: usize) -> io::Result<(Vec<PathBuf>, bool)> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let mut entries = fs::read_dir(root.join(&folder))?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let kind = entry.file_type()?;
            let path = folder.join(entry.file_name());
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                if files.len() == max {
                    files.sort();
                    return Ok((files, true));
                }
                files.push(path);
            }
        }
    }
    files.sort();
    Ok((files, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_all_depths_in_order_without_symlinks() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("b/c")).unwrap();
        for name in ["z", "a", "b/c/y", "b/x"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        std::os::unix::fs::symlink("/", dir.path().join("b/loop")).unwrap();
        let (files, more) = list_files(dir.path(), 10).unwrap();
        assert_eq!(files, ["a", "b/c/y", "b/x", "z"].map(PathBuf::from));
        assert!(!more);
        let (files, more) = list_files(dir.path(), 2).unwrap();
        assert_eq!((files.len(), more), (2, true));
        assert!(list_files(&dir.path().join("absent"), 1).is_err());
    }
}

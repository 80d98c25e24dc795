//! What is at a path, without opening it.

use std::io;
use std::path::Path;

/// What a path names, symlinks followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A regular file of this many bytes.
    File {
        size: u64,
    },
    Folder,
    /// A pipe, a device, a socket, or a link that leads nowhere.
    Other(&'static str),
    Missing,
}

/// Looks at a path. Opening nothing, it never waits.
pub fn look(path: &Path) -> io::Result<Look> {
    match path.metadata() {
        Ok(facts) if facts.is_file() => Ok(Look::File { size: facts.len() }),
        Ok(facts) if facts.is_dir() => Ok(Look::Folder),
        Ok(_) => Ok(Look::Other("a pipe or a device")),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(if path.is_symlink() { Look::Other("a link that leads nowhere") } else { Look::Missing })
        }
        Err(error) => Err(error),
    }
}

/// The names in a folder, sorted; at most `max`. `None` where it cannot be read.
pub fn names_in(folder: &Path, max: usize) -> Option<Vec<String>> {
    let entries = folder.read_dir().ok()?.filter_map(Result::ok);
    let mut names: Vec<String> =
        entries.take(max).filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_folders_links_and_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a"), "123").unwrap();
        std::os::unix::fs::symlink("nowhere", at("b")).unwrap();
        assert_eq!(look(&at("a")).unwrap(), Look::File { size: 3 });
        assert_eq!(look(folder.path()).unwrap(), Look::Folder);
        assert_eq!(look(&at("b")).unwrap(), Look::Other("a link that leads nowhere"));
        assert_eq!(look(&at("c")).unwrap(), Look::Missing);
        assert_eq!(look(&at("a/b")).unwrap(), Look::Missing);
        assert_eq!(names_in(folder.path(), 10).unwrap(), ["a", "b"]);
    }
}

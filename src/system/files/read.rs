//! Reads that end: only regular files, only so many bytes.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// A file that was not read.
#[derive(Debug)]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// Why it was not read.
    pub kind: ReadErrorKind,
}

/// Why a file was not read.
#[derive(Debug)]
pub enum ReadErrorKind {
    /// Nothing of that name exists.
    Missing,
    /// It is a folder.
    IsDirectory,
    /// It is neither file nor folder but this: a pipe, a device, a socket.
    NotRegular(&'static str),
    /// Reading it is not permitted.
    Permission,
    /// It is larger than the `max` bytes allowed; `size` is what the file system says, when it says.
    TooLarge {
        /// The most bytes allowed.
        max: u64,
        /// The file's size.
        size: Option<u64>,
    },
    /// The bytes from this offset on are not UTF-8.
    NotUtf8 {
        /// Offset of the first bad byte.
        offset: usize,
    },
    /// The system refused in another way.
    Io(io::Error),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            ReadErrorKind::Missing => write!(f, "there is no file `{path}`"),
            ReadErrorKind::IsDirectory => write!(f, "`{path}` is a folder, not a file"),
            ReadErrorKind::NotRegular(what) => write!(f, "`{path}` is {what}, not a file"),
            ReadErrorKind::Permission => write!(f, "`{path}` may not be read: permission denied"),
            ReadErrorKind::TooLarge { max, size: Some(size) } => {
                write!(f, "`{path}` is too large: {size} bytes, at most {max} are read")
            }
            ReadErrorKind::TooLarge { max, size: None } => {
                write!(f, "`{path}` is too large: more than the {max} bytes that are read")
            }
            ReadErrorKind::NotUtf8 { offset } => {
                write!(f, "`{path}` is not UTF-8: the byte at offset {offset} is wrong")
            }
            ReadErrorKind::Io(error) => write!(f, "`{path}` cannot be read: {error}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// The whole of a regular file of at most `max_bytes`. A pipe or a device is an error at once; reading never waits.
pub fn read_bounded(path: &Path, max_bytes: u64) -> Result<Vec<u8>, ReadError> {
    let fail = |kind| ReadError { path: path.to_owned(), kind };
    let (file, size) = open_regular(path)?;
    if size > max_bytes {
        return Err(fail(ReadErrorKind::TooLarge { max: max_bytes, size: Some(size) }));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    // The size is only a promise: files grow while read, and those of /proc say 0.
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| fail(kind_of(error)))?;
    if bytes.len() as u64 > max_bytes {
        return Err(fail(ReadErrorKind::TooLarge { max: max_bytes, size: None }));
    }
    Ok(bytes)
}

/// As [`read_bounded`], for text in UTF-8.
pub fn read_text(path: &Path, max_bytes: u64) -> Result<String, ReadError> {
    String::from_utf8(read_bounded(path, max_bytes)?).map_err(|error| ReadError {
        path: path.to_owned(),
        kind: ReadErrorKind::NotUtf8 { offset: error.utf8_error().valid_up_to() },
    })
}

/// Opens a regular file without ever waiting, and tells its size in bytes.
pub(super) fn open_regular(path: &Path) -> Result<(File, u64), ReadError> {
    let fail = |kind| ReadError { path: path.to_owned(), kind };
    // Looked at before it is opened because opening a device can do something, and again afterwards because what the
    // name stands for can change in between.
    regular(&path.metadata().map_err(|error| fail(kind_of(error)))?).map_err(fail)?;
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file =
        OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| fail(kind_of(error)))?;
    let metadata = file.metadata().map_err(|error| fail(kind_of(error)))?;
    regular(&metadata).map_err(fail)?;
    Ok((file, metadata.len()))
}

fn regular(metadata: &Metadata) -> Result<(), ReadErrorKind> {
    let kind = metadata.file_type();
    if kind.is_file() {
        Ok(())
    } else if kind.is_dir() {
        Err(ReadErrorKind::IsDirectory)
    } else if kind.is_fifo() {
        Err(ReadErrorKind::NotRegular("a named pipe"))
    } else if kind.is_socket() {
        Err(ReadErrorKind::NotRegular("a socket"))
    } else {
        Err(ReadErrorKind::NotRegular("a device"))
    }
}

fn kind_of(error: io::Error) -> ReadErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadErrorKind::Missing,
        io::ErrorKind::PermissionDenied => ReadErrorKind::Permission,
        io::ErrorKind::IsADirectory => ReadErrorKind::IsDirectory,
        _ => ReadErrorKind::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, Mode};

    #[test]
    fn a_file_within_the_bound_is_read_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read_bounded(&path, 5).unwrap(), b"12345");
        assert_eq!(read_text(&path, 5).unwrap(), "12345");
        let error = read_bounded(&path, 4).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::TooLarge { max: 4, size: Some(5) }), "{error}");
    }

    #[test]
    fn a_lying_size_does_not_help() {
        let error = read_bounded(Path::new("/proc/self/status"), 10).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::TooLarge { max: 10, size: None }), "{error}");
    }

    #[test]
    fn what_is_no_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let error = read_bounded(dir.path(), 10).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::IsDirectory), "{error}");
        let pipe = dir.path().join("pipe");
        rustix::fs::mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
        let error = read_bounded(&pipe, 10).unwrap_err();
        assert!(error.to_string().ends_with("is a named pipe, not a file"), "{error}");
        let error = read_bounded(Path::new("/dev/zero"), 10).unwrap_err();
        assert!(error.to_string().ends_with("is a device, not a file"), "{error}");
        let error = read_bounded(&dir.path().join("absent"), 10).unwrap_err();
        assert!(error.to_string().starts_with("there is no file `"), "{error}");
        let error = read_bounded(&pipe.join("below"), 10).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::Missing), "{error}");
    }

    #[test]
    fn bytes_that_are_no_text_are_placed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, b"ab\xffc").unwrap();
        let error = read_text(&path, 10).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::NotUtf8 { offset: 2 }), "{error}");
    }
}

//! Files that expectations look into: read within bounds, written whole or not at all.

use std::path::Path;

use super::Fault;
use crate::diagnostic::codes;
use crate::system::files::{Parent, ReadError, ReadErrorKind, read_bounded, write_atomic};
use crate::value::show_size;

/// The largest file whose content is looked into.
pub(super) const LIMIT: u64 = 64 << 20;

pub(super) fn unreadable(error: &ReadError) -> Fault {
    let name = error.path.file_name().unwrap_or(error.path.as_os_str()).to_string_lossy();
    match error.kind {
        ReadErrorKind::TooLarge { .. } => {
            let message =
                format!("`{name}` is larger than {}: its content is not looked into", show_size(LIMIT));
            Fault::new(codes::TOO_LARGE, message).help("check it by `max_size` or `sha256`")
        }
        // The name says enough; the path of a temporary folder says nothing.
        _ => Fault::new(codes::UNREADABLE, error.to_string().replace(&*error.path.to_string_lossy(), &name)),
    }
}

/// The whole content; a file beyond [`LIMIT`] is refused, whatever size it says it has.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Fault> {
    read_bounded(path, LIMIT).map_err(|error| unreadable(&error))
}

/// Writes beside the file and renames, so that no reader ever sees half of it.
pub(super) fn write_file(path: &Path, content: &[u8]) -> Result<(), Fault> {
    write_atomic(path, content, Parent::Create)
        .map_err(|error| Fault::new(codes::UNREADABLE, error.to_string()))
}

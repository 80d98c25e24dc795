//! Files: confined paths, bounded reads, digests, atomic writes, listings.

mod bounds;
mod digest;
mod list;
mod look;
mod read;
mod write;

pub use bounds::{Base, Bounds, PathError, PathErrorKind};
pub use digest::sha256_hex;
pub use list::list_files;
pub use look::{Look, look, names_in};
pub use read::{ReadError, ReadErrorKind, read_bounded, read_text};
pub use write::{Parent, WriteError, write_atomic};

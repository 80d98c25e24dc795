//! Values as Python's `marshal` writes them (version 2, the same from Python 2.5 on), arrays as raw bytes behind it.
//!
//! `marshal` keeps every float, every string and every byte as it is and is written in C, so that a small list costs a
//! microsecond on the other side and nothing has to be imported there. A message is a mark and its two lengths (eight bytes
//! each, little-endian), the marshalled head, and the body: the elements of arrays one after another, each padded to eight
//! bytes. In the head a tuple is a tag (see `values.py`): arrays, tables and durations.

mod read;
mod write;

pub(super) use read::{Reader, Unread};
pub(super) use write::Message;

/// What a message starts with, so that other bytes are known at once for what they are.
pub(super) const MARK: &[u8; 8] = b"mlfunnel";
/// The mark and the two lengths.
pub(super) const PREFIX: usize = 24;

/// Up to the next multiple of eight.
fn padding(length: usize) -> usize {
    length.wrapping_neg() % 8
}

#[cfg(test)]
pub(super) mod tests;

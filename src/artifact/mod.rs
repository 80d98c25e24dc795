//! Facts of files, from their bytes alone: what kind they are, how long, their digest, and what they hold when they
//! are text. Nothing in them is executed.

mod data;
mod digest;
mod kind;
mod text;

pub use data::read_data;
pub use digest::{digest_reader, hex, sha256};
pub use kind::{FileKind, sniff};
pub use text::{TextError, as_csv, as_json, as_jsonl, as_text, as_yaml, count_lines};

/// What can be said of any file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub kind: FileKind,
    /// Bytes.
    pub size: u64,
    /// In lower-case hexadecimal.
    pub sha256: String,
    /// Of a file that is text.
    pub lines: Option<usize>,
}

/// The facts of a file. Its name decides only where the content could be several things.
pub fn facts(bytes: &[u8], name: &str) -> Facts {
    let kind = sniff(bytes, name);
    Facts {
        kind,
        size: bytes.len() as u64,
        sha256: sha256(bytes),
        lines: kind.is_text().then(|| count_lines(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_facts() {
        let found = facts(b"{\"accuracy\": 0.9}\n", "metrics.json");
        assert_eq!((found.kind, found.size, found.lines), (FileKind::Json, 18, Some(1)));
        assert_eq!(facts(b"PK\x03\x04...", "model.json").kind, FileKind::Zip);
        assert_eq!(facts(b"", "empty.json").kind, FileKind::Empty);
    }

    #[test]
    fn no_prefix_panics() {
        let files: [(&[u8], &str); 5] = [
            (b"\x80\x04\x95\x05\0\0\0\0\0\0\0}\x94.", "model.pkl"),
            (b"\x93NUMPY\x01\0v\0{'descr': '<f8'}", "a.npy"),
            ("{\"é\": [1, 2]}\n{\"é\": 1}\n".as_bytes(), "a.jsonl"),
            ("a: &x [1, é]\nb: *x\n".as_bytes(), "a.yaml"),
            (b"\x10\0\0\0\0\0\0\0{\"__metadata__\":", "a.safetensors"),
        ];
        for (bytes, name) in files {
            for end in 0..=bytes.len() {
                let _ = facts(&bytes[..end], name);
                let _ = (as_json(&bytes[..end]), as_yaml(&bytes[..end]), as_jsonl(&bytes[..end]));
                let _ = as_csv(&bytes[..end], name);
            }
        }
    }
}

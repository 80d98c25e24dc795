//! What kind of file some bytes are.

use std::fmt;

use crate::value::Value;

/// How many lines of what may be JSON Lines are looked at.
const LINES_TRIED: usize = 20;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    Empty,
    Json,
    Jsonl,
    Csv,
    Yaml,
    /// UTF-8 that is none of these.
    Text,
    Pickle,
    /// Also `.npz` files, and the models that Keras and `torch.save` write.
    Zip,
    Gzip,
    Npy,
    Parquet,
    Hdf5,
    Onnx,
    Safetensors,
    Unknown,
}

impl FileKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Yaml => "yaml",
            Self::Text => "text",
            Self::Pickle => "pickle",
            Self::Zip => "zip",
            Self::Gzip => "gzip",
            Self::Npy => "npy",
            Self::Parquet => "parquet",
            Self::Hdf5 => "hdf5",
            Self::Onnx => "onnx",
            Self::Safetensors => "safetensors",
            Self::Unknown => "unknown",
        }
    }

    pub fn is_text(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Csv | Self::Yaml | Self::Text)
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kind of a file by what it holds. Its name decides where content alone does not: between the kinds of text,
/// and for ONNX and the oldest pickles, which have no mark. A name never overrules a mark.
pub fn sniff(bytes: &[u8], name: &str) -> FileKind {
    if bytes.is_empty() {
        return FileKind::Empty;
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    by_mark(bytes).or_else(|| markless(bytes, extension)).unwrap_or_else(|| {
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => text_kind(text, extension),
            _ => FileKind::Unknown,
        }
    })
}

fn by_mark(bytes: &[u8]) -> Option<FileKind> {
    Some(match bytes {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => FileKind::Zip,
        [0x1f, 0x8b, ..] => FileKind::Gzip,
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => FileKind::Npy,
        [b'P', b'A', b'R', b'1', .., b'P', b'A', b'R', b'1'] => FileKind::Parquet,
        [0x89, b'H', b'D', b'F', b'\r', b'\n', 0x1a, b'\n', ..] => FileKind::Hdf5,
        // The opcode PROTO with one of the protocols that have it. The closing STOP is not asked for: a file
        // that joblib wrote, or one cut short, is a pickle all the same.
        [0x80, 2..=5, _, ..] => FileKind::Pickle,
        [_, _, _, _, _, 0, 0, 0, b'{', b'"', ..] => FileKind::Safetensors,
        _ => return None,
    })
}

/// Formats without a mark: believed when both the name and the first bytes say so.
fn markless(bytes: &[u8], extension: &str) -> Option<FileKind> {
    match (extension, bytes) {
        // Field 1 of the model, its IR version, as protobuf writes it.
        ("onnx", [8, 1..=127, ..]) => Some(FileKind::Onnx),
        // Protocols 0 and 1 begin with an opcode that builds something and end with STOP.
        (
            "pkl" | "pickle" | "p",
            [b'(' | b'c' | b'}' | b']' | b')' | b'I' | b'F' | b'V' | b'S' | b'N', .., b'.'],
        ) => Some(FileKind::Pickle),
        _ => None,
    }
}

fn text_kind(text: &str, extension: &str) -> FileKind {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    match extension {
        "json" => return FileKind::Json,
        "jsonl" | "ndjson" => return FileKind::Jsonl,
        "csv" | "tsv" => return FileKind::Csv,
        "yaml" | "yml" => return FileKind::Yaml,
        "txt" | "md" | "log" => return FileKind::Text,
        _ => {}
    }
    if !start.starts_with(['{', '[']) {
        return if start.starts_with("%YAML") || start.starts_with("---\n") {
            FileKind::Yaml
        } else {
            FileKind::Text
        };
    }
    if lines().nth(1).is_some()
        && lines()
            .take(LINES_TRIED)
            .all(|line| line.starts_with('{') && Value::from_json(line.as_bytes()).is_ok())
    {
        return FileKind::Jsonl;
    }
    if Value::from_json(text.as_bytes()).is_ok() { FileKind::Json } else { FileKind::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let files: [(&[u8], &str, FileKind); 17] = [
            (b"\x80\x04\x95\x05\0\0\0\0\0\0\0}\x94.", "model.joblib", FileKind::Pickle),
            (b"(dp0\n.", "model.pkl", FileKind::Pickle),
            (b"(see below).", "notes", FileKind::Text),
            (b"\x1f\x8b\x08", "data.csv", FileKind::Gzip),
            (b"PK\x03\x04", "weights.npz", FileKind::Zip),
            (b"PAR1....PAR1", "x", FileKind::Parquet),
            (b"PAR1....", "x.parquet", FileKind::Text),
            (b"\x93NUMPY\x01\0", "x", FileKind::Npy),
            (b"\x08\x0a\x12\x07pytorch", "m.onnx", FileKind::Onnx),
            (b"\x10\0\0\0\0\0\0\0{\"a\": 1}", "x", FileKind::Safetensors),
            (b"[1, 2]", "metrics", FileKind::Json),
            (b"{\"a\": 1}\n", "metrics", FileKind::Json),
            (b"{\"a\": 1}\n{\"a\": 2}\n", "rows", FileKind::Jsonl),
            (b"{\n\"a\": 1\n}\n", "rows", FileKind::Json),
            (b"[tool.x]\n", "conf", FileKind::Text),
            (b"a,b\n", "t.CSV", FileKind::Csv),
            (b"\xff\xfe\0\x01", "t.csv", FileKind::Unknown),
        ];
        for (bytes, name, kind) in files {
            assert_eq!(sniff(bytes, name), kind, "{name}");
        }
    }
}

//! Files that are text, read as what they hold.

use std::fmt;

use crate::table::{CsvOptions, TableError, read_csv, read_jsonl};
use crate::value::{DocumentError, Table, Value};

/// The largest YAML document that is read, in bytes: the reader keeps many times that in memory.
const YAML_LIMIT: usize = 16 << 20;

/// Bytes that are no UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextError {
    /// Of the first byte that is not, from 0.
    pub offset: usize,
    pub byte: u8,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not UTF-8: byte 0x{:02x} at offset {}", self.byte, self.offset)
    }
}

impl std::error::Error for TextError {}

/// The text, without a byte order mark.
pub fn as_text(bytes: &[u8]) -> Result<&str, TextError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let offset = error.valid_up_to();
            Err(TextError { offset, byte: bytes.get(offset).copied().unwrap_or_default() })
        }
    }
}

/// One JSON document: see [`Value::from_json`].
pub fn as_json(bytes: &[u8]) -> Result<Value, DocumentError> {
    Value::from_json(bytes)
}

/// One JSON document a line, as a table.
pub fn as_jsonl(bytes: &[u8]) -> Result<Table, TableError> {
    read_jsonl(bytes)
}

/// A CSV with a header; with tabs between the fields where the name ends in `.tsv`.
pub fn as_csv(bytes: &[u8], name: &str) -> Result<Table, TableError> {
    let tabs = name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("tsv"));
    let options = CsvOptions { delimiter: if tabs { b'\t' } else { b',' }, ..CsvOptions::default() };
    read_csv(bytes, &options)
}

/// One YAML document of at most 16 MiB: see [`Value::from_yaml`].
pub fn as_yaml(bytes: &[u8]) -> Result<Value, DocumentError> {
    if bytes.len() > YAML_LIMIT {
        let message =
            format!("{} bytes are more than the {YAML_LIMIT} that are read of a YAML document", bytes.len());
        return Err(DocumentError { line: 0, column: 0, message, help: None });
    }
    Value::from_yaml(bytes)
}

/// Lines as an editor shows them: a last one needs no newline.
pub fn count_lines(bytes: &[u8]) -> usize {
    let pieces = bytes.split(|&byte| byte == b'\n').count();
    pieces - usize::from(matches!(bytes, [] | [.., b'\n']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_says_where_it_is_none() {
        assert_eq!(as_text("\u{feff}é".as_bytes()), Ok("é"));
        let error = as_text(b"ab\xc3\x28").unwrap_err();
        assert_eq!(error.to_string(), "not UTF-8: byte 0xc3 at offset 2");
    }

    #[test]
    fn lines_are_counted_as_they_are_seen() {
        for (text, lines) in [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n\n", 2)] {
            assert_eq!(count_lines(text.as_bytes()), lines, "{text:?}");
        }
    }

    #[test]
    fn documents_are_bounded() {
        let large = vec![b' '; YAML_LIMIT + 1];
        assert!(as_yaml(&large).unwrap_err().message.contains("more than"));
        assert_eq!(as_yaml(b"a: [1, 2]").unwrap().to_string(), "{a: [1, 2]}");
        assert_eq!(as_csv(b"a\tb\n1\t2\n", "t.TSV").unwrap().columns().len(), 2);
    }
}

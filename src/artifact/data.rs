//! Data files, read by their ending.

use std::path::Path;

use super::text::as_yaml;
use crate::table::{CsvOptions, read_csv, read_json, read_jsonl};
use crate::value::{Table, Value};

/// What a data file holds: a table, a document, or text.
pub fn read_data(path: &str, bytes: &[u8], options: &CsvOptions) -> Result<Value, String> {
    let table = |table: Table| Value::from(table);
    match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some("csv" | "tsv") => {
            let tab = path.ends_with("tsv").then_some(b'\t');
            let options = CsvOptions { delimiter: tab.unwrap_or(options.delimiter), ..options.clone() };
            read_csv(bytes, &options).map(table).map_err(|error| error.to_string())
        }
        Some("jsonl" | "ndjson") => read_jsonl(bytes).map(table).map_err(|error| error.to_string()),
        Some("json") => match read_json(bytes) {
            Ok(read) => Ok(table(read)),
            // A document that is no table is a tree.
            Err(_) => Value::from_json(bytes).map_err(|error| error.to_string()),
        },
        Some("yaml" | "yml") => as_yaml(bytes).map_err(|error| error.to_string()),
        Some("txt" | "md") => {
            String::from_utf8(bytes.to_vec()).map(Value::from).map_err(|error| error.to_string())
        }
        _ => Err("a fixture file ends in `.csv`, `.tsv`, `.json`, `.jsonl`, `.yaml` or `.txt`".to_owned()),
    }
}

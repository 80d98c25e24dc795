//! Tabular data: read from CSV and JSON, written as CSV, and held to a contract.
//!
//! Whatever the format, a column gets its dtype by one rule: only integers make int64 (uint64 where one is too
//! large for it), integers and floats float64, only booleans bool, nothing but nulls float64, and anything else
//! string. So the same rows give the same table.

pub mod contract;
mod csv;
mod error;
mod infer;
mod json;
mod number;

pub use self::csv::{CsvOptions, read_csv};
pub use error::TableError;
pub use json::{read_json, read_jsonl};

//! JSON and JSON Lines as a table.

use std::sync::Arc;

use indexmap::IndexMap;

use super::TableError;
use super::error::table;
use super::infer::{Cell, column};
use crate::value::{Map, Table, Value, without_bom};

/// Reads an array of rows (`[{"a": 1}, ..]`; a key that a row leaves out is null there) or an object of columns
/// (`{"a": [1, ..]}`).
///
/// Integers stay integers; a column of both integers and floats is of floats, one of text and anything else of
/// text. A nested value, a key that stands twice and a `NaN` are errors.
pub fn read_json(bytes: &[u8]) -> Result<Table, TableError> {
    let document = Value::from_json(bytes).map_err(|error| TableError::Document { line: None, error })?;
    match &document {
        Value::List(rows) => from_rows(rows),
        Value::Map(columns) => from_columns(columns),
        other => Err(TableError::NotRows { place: "the document".to_owned(), got: other.kind() }),
    }
}

/// Reads one JSON object from each line that is not blank; otherwise as [`read_json`] reads rows.
pub fn read_jsonl(bytes: &[u8]) -> Result<Table, TableError> {
    let bytes = without_bom(bytes);
    let mut rows = Vec::new();
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let row =
            Value::from_json(line).map_err(|error| TableError::Document { line: Some(number + 1), error })?;
        if !matches!(row, Value::Map(_)) {
            return Err(TableError::NotRows { place: format!("line {}", number + 1), got: row.kind() });
        }
        rows.push(row);
    }
    from_rows(&rows)
}

fn from_rows(rows: &[Value]) -> Result<Table, TableError> {
    let mut columns: IndexMap<&Arc<str>, Vec<Cell<'_>>> = IndexMap::new();
    for (at, row) in rows.iter().enumerate() {
        let Value::Map(entries) = row else {
            return Err(TableError::NotRows { place: format!("row {}", at + 1), got: row.kind() });
        };
        for (name, value) in entries.iter() {
            let cells = columns.entry(name).or_default();
            cells.resize(at, Cell::Null);
            cells.push(cell(value).ok_or_else(|| nested(at, name, value))?);
        }
    }
    if columns.is_empty() && !rows.is_empty() {
        return Err(TableError::NotRows { place: "every row".to_owned(), got: "empty" });
    }
    columns.values_mut().for_each(|cells| cells.resize(rows.len(), Cell::Null));
    made(columns)
}

fn from_columns(entries: &Map) -> Result<Table, TableError> {
    let mut columns = IndexMap::new();
    for (name, values) in entries {
        let Value::List(values) = values else {
            return Err(TableError::NotRows { place: format!("column `{name}`"), got: values.kind() });
        };
        let cells: Result<Vec<Cell<'_>>, TableError> = values
            .iter()
            .enumerate()
            .map(|(row, value)| cell(value).ok_or_else(|| nested(row, name, value)))
            .collect();
        columns.insert(name, cells?);
    }
    made(columns)
}

fn made(columns: IndexMap<&Arc<str>, Vec<Cell<'_>>>) -> Result<Table, TableError> {
    let columns =
        columns.into_iter().map(|(name, cells)| column(name.clone(), &cells, |row| text(cells[row])));
    table(columns.collect())
}

fn cell(value: &Value) -> Option<Cell<'_>> {
    Some(match value {
        Value::Null => Cell::Null,
        Value::Bool(flag) => Cell::Bool(*flag),
        Value::Int(int) => Cell::Int(*int),
        Value::UInt(int) => Cell::UInt(*int),
        Value::Float(float) => Cell::Float(*float),
        Value::Text(text) => Cell::Text(text),
        _ => return None,
    })
}

/// A cell in a column of text, as JSON writes it.
fn text(cell: Cell<'_>) -> Arc<str> {
    match cell {
        Cell::Null => "".into(),
        Cell::Bool(flag) => flag.to_string().into(),
        Cell::Int(int) => int.to_string().into(),
        Cell::UInt(int) => int.to_string().into(),
        Cell::Float(float) => format!("{float:?}").into(),
        Cell::Text(text) => text.into(),
    }
}

fn nested(row: usize, name: &str, value: &Value) -> TableError {
    TableError::Nested { row: row + 1, column: name.to_owned(), got: value.kind() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{CsvOptions, read_csv};
    use crate::value::{Tolerance, compare};

    fn shown(table: &Table, name: &str) -> String {
        let column = table.column(name).unwrap();
        format!("{} {}", column.dtype(), column.to_value())
    }

    #[test]
    fn rows_columns_and_lines_are_one_table() {
        let rows = br#"[{"a": 1, "b": "x"}, {"b": null}, {"c": 2.5, "a": 3}]"#;
        let columns = br#"{"a": [1, null, 3], "b": ["x", null, null], "c": [null, null, 2.5]}"#;
        let lines = b"\xEF\xBB\xBF{\"a\": 1, \"b\": \"x\"}\r\n\n{\"b\": null}\n{\"c\": 2.5, \"a\": 3}";
        for table in [read_json(rows), read_json(columns), read_jsonl(lines)].map(Result::unwrap) {
            assert_eq!(table.rows(), 3);
            assert_eq!(shown(&table, "a"), "int64 [1, null, 3]");
            assert_eq!(shown(&table, "b"), r#"string ["x", null, null]"#);
            assert_eq!(shown(&table, "c"), "float64 [null, null, 2.5]");
        }
    }

    #[test]
    fn json_lines_and_csv_of_the_same_rows_are_one_table() {
        let csv = "i,f,m,b,t,u,n,x,z\n1,1.0,1,true,é,18446744073709551615,,a,-0\n-2,2.0,2.5,,\"q\"\"\n\",3,,1,1e3\n,,,false,NA,,,true,99999999999999999999\n";
        let jsonl = concat!(
            r#"{"i":1,"f":1.0,"m":1,"b":true,"t":"é","u":18446744073709551615,"n":null,"x":"a","z":-0}"#,
            "\n",
            r#"{"i":-2,"f":2.0,"m":2.5,"t":"q\"\n","u":3,"x":1,"z":1e3}"#,
            "\n",
            r#"{"b":false,"t":"NA","x":true,"z":99999999999999999999}"#,
        );
        let csv = read_csv(csv.as_bytes(), &CsvOptions::default()).unwrap();
        let jsonl = read_jsonl(jsonl.as_bytes()).unwrap();
        for (left, right) in csv.columns().iter().zip(jsonl.columns()) {
            assert_eq!((&left.name, left.dtype()), (&right.name, right.dtype()));
        }
        let comparison = compare(&Value::from(csv), &Value::from(jsonl), &Tolerance::EXACT);
        assert!(comparison.mismatch.is_none(), "{:?}", comparison.mismatch);
    }

    #[test]
    fn what_is_no_table_is_said() {
        for (text, message) in [
            ("3", "the document is an integer, which is no table"),
            ("[1]", "row 1 is an integer, which is no table"),
            (r#"{"a": {"0": 1}}"#, "column `a` is a mapping, which is no table"),
            ("[{}]", "every row is empty, which is no table"),
            (r#"{"a": [1], "b": []}"#, "column `b` is not as long as the first one"),
            (r#"[{"a": 1}, {"a": [2]}]"#, "row 2, column `a` holds a list: a cell of a table is a scalar"),
            ("[{\"a\": NaN}]", "line 1, column 8: `NaN` is not JSON"),
            (r#"[{"a": 1, "a": 2}]"#, "line 1, column 13: key `a` stands twice"),
            ("", "line 1, column 1: EOF while parsing a value"),
        ] {
            assert_eq!(read_json(text.as_bytes()).unwrap_err().to_string(), message, "{text}");
        }
        for (text, message) in [
            ("{\"a\": 1}\n\n{\"a\": }\n", "line 3: expected value"),
            ("{\"a\": 1}\n[2]\n", "line 2 is a list, which is no table"),
            ("{\"a\": 1} {\"a\": 2}\n", "line 1: trailing characters"),
        ] {
            assert_eq!(read_jsonl(text.as_bytes()).unwrap_err().to_string(), message, "{text}");
        }
        assert_eq!(read_json(b"[]").unwrap().rows(), 0);
        assert_eq!(read_jsonl(b"\n").unwrap().rows(), 0);
    }

    #[test]
    fn no_prefix_panics() {
        let text =
            "[{\"a\": 1, \"é\": \"\\ud83d\\ude00\", \"b\": -1.5e3}, {\"a\": null, \"b\": true}]".as_bytes();
        for end in 0..text.len() {
            assert!(read_json(&text[..end]).is_err());
            let _ = read_jsonl(&text[1..end.max(1)]);
        }
    }
}

//! The rows that a server is asked about.

use std::sync::Arc;

use serde_json::json;

use crate::action::StepError;
use crate::value::{FromValue, Kind, Map, Segment, Value, WrongKind};

/// Rows of the same columns, in the order in which answers are wanted.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The columns' names, where they have any.
    pub names: Option<Arc<[Arc<str>]>>,
    pub cells: Vec<Vec<Value>>,
    /// Each was given as one value, such as a text, and not as a list of one.
    pub scalars: bool,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether every cell is a number.
    pub fn is_numeric(&self) -> bool {
        let number = |cell: &Value| matches!(cell, Value::Int(_) | Value::UInt(_) | Value::Float(_));
        self.cells.iter().flatten().all(number)
    }

    /// These rows alone, in this order.
    pub fn select(&self, indices: impl IntoIterator<Item = usize>) -> Self {
        let cells = indices.into_iter().filter_map(|index| self.cells.get(index).cloned()).collect();
        Self { cells, ..self.like() }
    }

    /// The same rows, at most `size` at a time.
    pub fn batches(&self, size: usize) -> Vec<Self> {
        let part = |rows: &[Vec<Value>]| Self { cells: rows.to_vec(), ..self.like() };
        self.cells.chunks(size.max(1)).map(part).collect()
    }

    /// A row as a mapping from its columns, where they have names.
    pub fn record(&self, index: usize) -> Option<Map> {
        let names = self.names.as_ref()?;
        Some(names.iter().cloned().zip(self.cells.get(index)?.iter().cloned()).collect())
    }

    /// Every row as a mapping from its columns.
    pub fn records(&self) -> Result<Vec<Value>, StepError> {
        let records: Option<Vec<Value>> =
            (0..self.len()).map(|row| self.record(row).map(Value::from)).collect();
        records.ok_or_else(|| {
            StepError::new("the rows have no names for their columns")
                .help("give each as a mapping, `{age: 31, income: 5.2}`, or take a table")
        })
    }

    /// Every row as a list of its cells, or as what it was given as.
    pub fn lists(&self) -> Vec<Value> {
        let list = |row: &Vec<Value>| match &row[..] {
            [one] if self.scalars => one.clone(),
            cells => Value::list(cells.to_vec()),
        };
        self.cells.iter().map(list).collect()
    }

    /// As the word says, `lists` or `records`; without one, records where the columns have names.
    pub fn formed(&self, form: Option<&str>) -> Result<Vec<Value>, StepError> {
        let records = match form {
            Some("lists") => false,
            Some("records") => true,
            _ => self.names.is_some(),
        };
        if records { self.records() } else { Ok(self.lists()) }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.cells.first().map_or(0, Vec::len)
    }

    /// The cells of a column.
    pub fn column(&self, index: usize) -> Vec<Value> {
        self.cells.iter().filter_map(|row| row.get(index).cloned()).collect()
    }

    /// The same without its rows.
    fn like(&self) -> Self {
        Self { names: self.names.clone(), cells: Vec::new(), scalars: self.scalars }
    }

    fn of_items(items: &[Value]) -> Result<Self, WrongKind> {
        let mut whole = Self::default();
        for (index, item) in items.iter().enumerate() {
            let (names, row): (Option<Arc<[_]>>, Vec<Value>) = match item {
                Value::Map(map) => (Some(map.keys().cloned().collect()), map.values().cloned().collect()),
                Value::List(cells) => (None, cells.to_vec()),
                Value::Array(array) => (None, (0..array.len()).filter_map(|at| array.at(at)).collect()),
                one => (None, vec![one.clone()]),
            };
            let scalar = !matches!(item, Value::Map(_) | Value::List(_) | Value::Array(_));
            if index == 0 {
                (whole.names, whole.scalars) = (names, scalar);
            } else if names != whole.names || scalar != whole.scalars || row.len() != whole.cells[0].len() {
                let wrong = WrongKind::new("a row like the first one", item)
                    .help("all rows have the same columns, in the same order");
                return Err(wrong.under(Segment::Index(index)));
            }
            whole.cells.push(row);
        }
        Ok(whole)
    }
}

impl FromValue for Rows {
    const KINDS: &'static [Kind] = &[Kind::Table, Kind::List, Kind::Array];

    fn schema() -> serde_json::Value {
        json!({"type": "array"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Table(table) => {
                let rows: Vec<Value> = (0..table.rows()).map(|row| table.row(row)).collect();
                let names = table.names().cloned().collect();
                Ok(Self { names: Some(names), ..Self::of_items(&rows)? })
            }
            Value::List(items) => Self::of_items(items),
            Value::Array(array) if !array.shape().is_empty() => {
                Self::of_items(&(0..array.len()).filter_map(|at| array.at(at)).collect::<Vec<_>>())
            }
            other => Err(WrongKind::new("rows", other)
                .help("write `[[5.1, 3.5], [6.2, 2.9]]`, a list of mappings, or a table such as `$sample`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Rows, String> {
        Rows::from_value(&Value::from_yaml(text.as_bytes()).unwrap()).map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn rows_are_lists_mappings_or_scalars() {
        let named = rows("[{a: 1, b: x}, {a: 2, b: y}]").unwrap();
        assert_eq!(named.record(1).unwrap()["b"].to_string(), "\"y\"");
        assert_eq!(rows("[[1, 2], [3, 4]]").unwrap().names, None);
        assert_eq!(rows("[hello, there]").unwrap().cells.len(), 2);
        assert!(rows("[[1, 2], [3]]").is_err() && rows("[{a: 1}, {b: 1}]").is_err() && rows("7").is_err());
        let five = rows("[1, 2, 3, 4, 5]").unwrap();
        assert_eq!(five.batches(2).iter().map(Rows::len).collect::<Vec<_>>(), [2, 2, 1]);
        assert_eq!(
            five.select([4, 0]).cells.concat().iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["5", "1"]
        );
    }
}

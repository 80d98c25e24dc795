//! Tables: named, typed columns of one length, in which null and NaN are told apart.

use std::sync::Arc;

use super::{Array, Data, Dtype, Map, Segment, Value, WrongKind};

/// One column. Where `valid` is given, a `false` marks a null; what the data holds there has no meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: Arc<str>,
    pub data: Data,
    pub valid: Option<Vec<bool>>,
}

impl Column {
    pub fn new(name: impl Into<Arc<str>>, data: Data) -> Self {
        Self { name: name.into(), data, valid: None }
    }

    /// The same column with nulls where `valid` is false; all true is the same as none given.
    #[must_use]
    pub fn with_valid(mut self, valid: Vec<bool>) -> Self {
        self.valid = valid.contains(&false).then_some(valid);
        self
    }

    pub fn len(&self) -> usize {
        self.data.len()
    }

    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    pub fn dtype(&self) -> Dtype {
        self.data.dtype()
    }

    pub fn is_null(&self, row: usize) -> bool {
        self.valid.as_ref().is_some_and(|valid| !valid[row])
    }

    pub fn nulls(&self) -> usize {
        self.valid.as_ref().map_or(0, |valid| valid.iter().filter(|&&valid| !valid).count())
    }

    /// One cell; null where it is null, `None` past the end.
    pub fn get(&self, row: usize) -> Option<Value> {
        if row < self.len() && self.is_null(row) { Some(Value::Null) } else { self.data.get(row) }
    }

    /// One cell as a float: a null is NaN; `None` where the column is no number.
    pub fn float(&self, row: usize) -> Option<f64> {
        if row < self.len() && self.is_null(row) { Some(f64::NAN) } else { self.data.float(row) }
    }

    /// The whole column as floats, nulls as NaN; `None` where the column is no number.
    pub fn floats(&self) -> Option<Vec<f64>> {
        (0..self.len()).map(|row| self.float(row)).collect()
    }

    /// An array, or a list with nulls where there are any.
    pub fn to_value(&self) -> Value {
        if self.valid.is_none() {
            return Value::from(Array::vector(self.data.clone()));
        }
        Value::list((0..self.len()).filter_map(|row| self.get(row)).collect())
    }

    #[must_use]
    fn take(&self, rows: &[usize]) -> Self {
        Self {
            name: self.name.clone(),
            data: self.data.take(rows),
            valid: self.valid.as_ref().map(|valid| rows.iter().map(|&row| valid[row]).collect()),
        }
    }
}

/// Columns of one length, and how they were made ready.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
    /// The fitted transforms that made this table, oldest first, as JSON documents: a model trained on it
    /// states them, and data made ready in another way is refused.
    pub history: Vec<Arc<str>>,
}

impl Table {
    /// A table of these columns; `Err` names the first column whose length differs from the first one's.
    pub fn new(columns: Vec<Column>) -> Result<Self, Arc<str>> {
        let rows = columns.first().map_or(0, Column::len);
        match columns.iter().find(|column| column.len() != rows) {
            Some(odd) => Err(odd.name.clone()),
            None => Ok(Self { columns, rows, history: Vec::new() }),
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> + Clone {
        self.columns.iter().map(|column| &column.name)
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }

    /// Puts a column in place of the one of its name, or last. Its length must be the table's.
    pub fn set(&mut self, column: Column) {
        debug_assert!(self.columns.is_empty() || column.len() == self.rows);
        self.rows = column.len();
        match self.columns.iter_mut().find(|old| old.name == column.name) {
            Some(old) => *old = column,
            None => self.columns.push(column),
        }
    }

    /// The rows at these positions, in this order.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            columns: self.columns.iter().map(|column| column.take(rows)).collect(),
            rows: rows.len(),
            history: self.history.clone(),
        }
    }

    /// One row as a mapping.
    pub fn row(&self, row: usize) -> Value {
        Value::map(self.columns.iter().filter_map(|column| Some((column.name.clone(), column.get(row)?))))
    }
}

/// From what a spec or a JSON document writes.
impl Table {
    /// `{column: [..], ..}`; nulls are nulls.
    pub fn from_columns(columns: &Map) -> Result<Self, WrongKind> {
        let mut made = Vec::with_capacity(columns.len());
        for (name, cells) in columns {
            let column = Column::from_cells(name.clone(), cells);
            made.push(column.map_err(|wrong| wrong.under(Segment::Key(name.clone())))?);
        }
        let rows = made.first().map_or(0, Column::len);
        Self::new(made).map_err(|odd| WrongKind {
            path: vec![Segment::Key(odd.clone())],
            expected: format!("{rows} elements as in the column before"),
            got: columns.get(&odd).map_or(0, super::count_leaves).to_string(),
            help: None,
        })
    }

    /// `[{column: value, ..}, ..]`; a key that a row leaves out is null there.
    pub fn from_rows(rows: &[Value]) -> Result<Self, WrongKind> {
        let mut columns: indexmap::IndexMap<Arc<str>, Vec<Value>> = indexmap::IndexMap::new();
        for (number, row) in rows.iter().enumerate() {
            let Value::Map(cells) = row else {
                return Err(
                    WrongKind::new("a mapping from column to value", row).under(Segment::Index(number))
                );
            };
            for (name, cell) in cells.iter() {
                let column = columns.entry(name.clone()).or_default();
                column.resize(number, Value::Null);
                column.push(cell.clone());
            }
        }
        let mut made = Vec::with_capacity(columns.len());
        for (name, mut cells) in columns {
            cells.resize(rows.len(), Value::Null);
            let column = Column::from_cells(name.clone(), &Value::list(cells));
            made.push(column.map_err(|mut wrong| {
                wrong.path.push(Segment::Key(name));
                wrong
            })?);
        }
        Ok(Self { columns: made, rows: rows.len(), history: Vec::new() })
    }
}

impl Column {
    /// A column of one dtype from a list of scalars, nulls kept as nulls.
    fn from_cells(name: Arc<str>, cells: &Value) -> Result<Self, WrongKind> {
        let Value::List(items) = cells else {
            let array = cells.to_array()?;
            return Ok(Self::new(name, array.data().clone()));
        };
        let valid: Vec<bool> = items.iter().map(|item| !matches!(item, Value::Null)).collect();
        if valid.iter().all(|&valid| valid) {
            let array = cells.to_array()?;
            return match array.shape() {
                [_] => Ok(Self::new(name, array.data().clone())),
                _ => Err(WrongKind::new("one value a row", cells)),
            };
        }
        // A null takes the place of its nearest neighbour while the dtype is found.
        let Some(stand_in) = items.iter().find(|item| !matches!(item, Value::Null)) else {
            return Ok(Self::new(name, Data::Float(vec![f64::NAN; items.len()])).with_valid(valid));
        };
        let filled =
            items.iter().map(|item| if matches!(item, Value::Null) { stand_in } else { item }.clone());
        let array = Value::list(filled.collect()).to_array()?;
        Ok(Self::new(name, array.data().clone()).with_valid(valid))
    }
}

//! `perturb`: the same data, changed in a way of which it is known what must follow.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::input::Input;
use super::{Action, Context, Done, Named, Output, StepError, matrix};
use crate::diagnostic::{Diagnostic, codes};
use crate::ml::random::Generator;
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Array, Column, Data, Kind, Outputs, Table, Value};

params! {
    /// Changes data in a way of which it is known what must follow: a metamorphic test needs no right answers.
    ///
    /// Of a list or a matrix of `values`, or a table in `data`, exactly one change is made:
    ///
    /// - `shift: x` adds x to every number, `scale: x` multiplies by it; in a table to `columns`, or every numeric one.
    ///   Whole numbers stay whole where x is; NaN and null stay what they are.
    /// - `permute: true` puts the rows in a random order that follows from `seed`; `order: [2, 0, 1]` in this one. The
    ///   output `order` has the row (from 0) that each row was before, so that what was made of the original can be put
    ///   in the same order and compared.
    /// - `duplicate_rows: 2` has all rows once more after the last one; 3, twice more.
    /// - `add_column: {name: noise, constant: 0}` puts a column last, or `values: [...]` in it.
    ///
    /// The pattern is: perturb, do the same to both, compare. What a min-max scaler makes of a list does not depend on
    /// where the list starts; what it makes of a permuted one is what it made of the list, permuted:
    ///
    /// ```yaml
    /// cases:
    ///   - name: does not depend on the origin
    ///     for_all: {input: {floats: {length: [2, 30], range: [-100, 100]}}}
    ///     steps:
    ///       - id: straight
    ///         scale: {method: min_max, values: $input}
    ///       - id: moved
    ///         perturb: {values: $input, shift: 10}
    ///       - scale: {method: min_max, values: $moved.values}
    ///         expect: {values: {close_to: $straight.values, abs: 1e-9}}
    ///   - name: does not depend on the order
    ///     steps:
    ///       - id: straight
    ///         scale: {method: min_max, values: [3, 1, 2]}
    ///       - id: mixed
    ///         perturb: {values: [3, 1, 2], permute: true}
    ///       - id: expected
    ///         perturb: {values: $straight.values, order: $mixed.order}
    ///       - scale: {method: min_max, values: $mixed.values}
    ///         expect: {values: {close_to: $expected.values}}
    ///   - name: rows twice over
    ///     perturb: {data: {x: [1, 2]}, duplicate_rows: 2}
    ///     expect: {data.x: [1, 2, 1, 2], order: [0, 1, 0, 1]}
    /// ```
    pub struct Keys = "`perturb`" {
        /// A list, or a list of rows.
        values: Option<Arg<Arc<Array>>>,
        /// A table.
        data: Option<Arg<Arc<Table>>>,
        /// The columns of `data` to shift or scale; every numeric one when left out.
        columns: Option<Arg<Vec<Arc<str>>>>,
        /// What is added to every number.
        shift: Option<Arg<f64>>,
        /// What every number is multiplied by.
        scale: Option<Arg<f64>>,
        /// `true`: the rows in a random order.
        permute: Option<Spanned<bool>>,
        /// The rows, from 0, in this order; one may be left out, or stand twice.
        order: Option<Arg<Vec<usize>>>,
        /// How often the rows stand, one copy after the other.
        duplicate_rows: Option<Arg<usize>>,
        /// A column put last.
        add_column: Option<AddColumn>,
        /// The seed of `permute`; the suite's when left out.
        seed: Option<Arg<u64>>,
    }
}

params! {
    /// A column to add.
    pub struct AddColumn = "`add_column`" {
        /// Its name; the table has none of it.
        name: Arg<Arc<str>>,
        /// The value in every row.
        constant: Option<Arg<Value>>,
        /// A value a row.
        values: Option<Arg<Vec<Value>>>,
    }
}

/// More elements than this are no perturbed input.
const MOST: usize = 100_000_000;

/// The action, its input and its change known to be one of each.
#[derive(Debug)]
pub(super) struct Perturb {
    input: Input,
    columns: Option<Arg<Vec<Arc<str>>>>,
    change: Change,
    seed: Option<Arg<u64>>,
    span: Span,
}

#[derive(Debug)]
enum Change {
    Shift(Arg<f64>),
    Scale(Arg<f64>),
    Permute,
    Order(Arg<Vec<usize>>),
    Duplicate(Arg<usize>),
    AddColumn(AddColumn),
}

impl Decode for Perturb {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut keys = Keys::decode(node, decoder)?;
        let neither = || {
            Diagnostic::new(codes::MISSING_KEY, node.span, "`perturb` has nothing to change")
                .help("give `values: […]`, or `data: $table`")
        };
        let input = Input::one_of(keys.values.take(), keys.data.take(), neither, decoder)?;
        input.takes_columns(keys.columns.as_ref(), decoder)?;
        if let Some(permute) = keys.permute.as_ref().filter(|permute| !permute.value) {
            return decoder.refuse(
                Diagnostic::new(codes::INVALID_VALUE, permute.span, "`permute: false` changes nothing")
                    .help("write `permute: true`, or another change"),
            );
        }
        let (columns, seed) = (keys.columns.take(), keys.seed.take());
        let change = one_change(keys, node, decoder)?;
        let numeric = matches!(change, Change::Shift(_) | Change::Scale(_));
        if let Some(columns) = columns.as_ref().filter(|_| !numeric) {
            let message =
                "`columns` says what to `shift` or `scale`; every other change is one of whole rows";
            return decoder.refuse(
                Diagnostic::new(codes::CONFLICTING_KEYS, columns.span, message).help("remove `columns`"),
            );
        }
        match (&change, &input) {
            (Change::Duplicate(times), _) if times.known().is_some_and(|times| *times < 2) => decoder.refuse(
                Diagnostic::new(codes::INVALID_VALUE, times.span, "rows that stand once are as they were")
                    .help("write 2 or more"),
            ),
            (Change::AddColumn(_), Input::Values(values)) => decoder.refuse(
                Diagnostic::new(
                    codes::CONFLICTING_KEYS,
                    values.span,
                    "`values` have no columns to add one to",
                )
                .help("give a table in `data`"),
            ),
            _ => Some(Self { input, columns, change, seed, span: node.span }),
        }
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

/// The one change that is asked for.
fn one_change(keys: Keys, node: &Node, decoder: &mut Decoder<'_>) -> Option<Change> {
    let changes = [
        ("shift", keys.shift.map(Change::Shift)),
        ("scale", keys.scale.map(Change::Scale)),
        ("permute", keys.permute.map(|_| Change::Permute)),
        ("order", keys.order.map(Change::Order)),
        ("duplicate_rows", keys.duplicate_rows.map(Change::Duplicate)),
        ("add_column", keys.add_column.map(Change::AddColumn)),
    ];
    let mut given: Vec<(&str, Change)> =
        changes.into_iter().filter_map(|(name, change)| Some((name, change?))).collect();
    match &given[..] {
        [_] => given.pop().map(|(_, change)| change),
        [] => decoder.refuse(
            Diagnostic::new(codes::MISSING_KEY, node.span, "`perturb` does not say what to change")
                .help("give one of `shift`, `scale`, `permute`, `order`, `duplicate_rows`, `add_column`"),
        ),
        [(first, _), (second, _), ..] => {
            let span = node.entry(second).map_or(node.span, |(key, _)| key.span);
            let message = format!("`{first}` and `{second}` are both given");
            decoder.refuse(
                Diagnostic::new(codes::CONFLICTING_KEYS, span, message)
                    .help("a step makes one change; make two steps of them"),
            )
        }
    }
}

impl Named for Perturb {
    const NAME: &'static str = "perturb";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("values", Kind::Array, "`values`, changed"),
        Output::new("data", Kind::Table, "the table, changed"),
        Output::new("order", Kind::Array, "for each row, the row (from 0) that it was before"),
    ];
}

impl Action for Perturb {
    fn first_output(&self) -> Option<&'static str> {
        Some(self.input.output())
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        self.perturb(context).map_err(|error| error.at(self.span)).map(Done::from)
    }
}

impl Perturb {
    fn perturb(&self, context: &Context<'_>) -> Result<Outputs, StepError> {
        match &self.input {
            Input::Values(values) => {
                let array = context.get(values)?;
                let rows = if array.shape().is_empty() { 0 } else { array.len() };
                let order = self.order(rows, context)?;
                let made = match (&order, self.arithmetic(context)?) {
                    (_, Some(change)) => {
                        let data = change(array.data())?;
                        Array::new(array.shape().to_vec(), data)
                    }
                    (Some(order), None) => taken(&array, order),
                    (None, None) => None,
                };
                let made = made.ok_or_else(|| StepError::new("these values cannot be changed so"))?;
                Ok(Outputs::new().with("values", made).with("order", positions(order, rows)))
            }
            Input::Data(data) => {
                let table = context.get(data)?;
                let order = self.order(table.rows(), context)?;
                let made = match (&self.change, &order) {
                    (Change::AddColumn(column), _) => added(&table, column, context)?,
                    (_, Some(order)) => table.take(order),
                    (_, None) => self.of_columns(&table, context)?,
                };
                Ok(Outputs::new().with("data", made).with("order", positions(order, table.rows())))
            }
        }
    }

    /// Where the rows of the outcome come from, when it is not each from its own place.
    fn order(&self, rows: usize, context: &Context<'_>) -> Result<Option<Vec<usize>>, StepError> {
        Ok(match &self.change {
            Change::Permute => {
                let seed = context.maybe(self.seed.as_ref())?.unwrap_or(context.seed);
                Some(Generator::new(seed).permutation(rows))
            }
            Change::Order(arg) => {
                let order = context.get(arg)?;
                if let Some(beyond) = order.iter().find(|at| **at >= rows) {
                    let message = format!("there is no row {beyond} (from 0) in {rows} rows");
                    return Err(StepError::new(message).at(arg.span));
                }
                Some(order)
            }
            Change::Duplicate(arg) => {
                let times = context.get(arg)?;
                if times < 2 || rows.saturating_mul(times) > MOST {
                    let message = format!("{rows} rows cannot stand {times} times");
                    let help = format!("2 or more, and at most {MOST} rows in all");
                    return Err(StepError::new(message).at(arg.span).help(help));
                }
                Some((0..times).flat_map(|_| 0..rows).collect())
            }
            Change::Shift(_) | Change::Scale(_) | Change::AddColumn(_) => None,
        })
    }

    /// What is done to numbers.
    #[allow(clippy::type_complexity)] // a function from data to data
    fn arithmetic(
        &self,
        context: &Context<'_>,
    ) -> Result<Option<Box<dyn Fn(&Data) -> Result<Data, StepError>>>, StepError> {
        Ok(match &self.change {
            Change::Shift(by) => {
                let by = context.get(by)?;
                Some(Box::new(move |data| changed(data, by, i64::checked_add, |float, by| float + by)))
            }
            Change::Scale(by) => {
                let by = context.get(by)?;
                Some(Box::new(move |data| changed(data, by, i64::checked_mul, |float, by| float * by)))
            }
            _ => None,
        })
    }

    fn of_columns(&self, table: &Table, context: &Context<'_>) -> Result<Table, StepError> {
        let names = context.maybe(self.columns.as_ref())?.unwrap_or_else(|| matrix::numeric_names(table));
        let mut made = table.clone();
        if let Some(change) = self.arithmetic(context)? {
            for name in &names {
                let column = matrix::column(table, name)?;
                let data = change(&column.data).map_err(|error| StepError {
                    message: format!("`{name}`: {}", error.message),
                    ..error
                })?;
                made.set(Column { name: name.clone(), data, valid: column.valid.clone() });
            }
        }
        Ok(made)
    }
}

/// Numbers with the same done to each; whole ones stay whole where what is done is.
fn changed(
    data: &Data,
    by: f64,
    whole: fn(i64, i64) -> Option<i64>,
    float: fn(f64, f64) -> f64,
) -> Result<Data, StepError> {
    let exact = by.fract() == 0.0 && by.abs() < 9e15;
    match data {
        Data::Int(items) if exact => {
            let made: Option<Vec<i64>> = items.iter().map(|item| whole(*item, by as i64)).collect();
            made.map(Data::Int).ok_or_else(|| StepError::new("an integer grows beyond 64 bits"))
        }
        Data::Float32(items) => {
            Ok(Data::Float32(items.iter().map(|item| float(f64::from(*item), by) as f32).collect()))
        }
        Data::Int(_) | Data::UInt(_) | Data::Float(_) => {
            let floats = (0..data.len()).filter_map(|at| data.float(at));
            Ok(Data::Float(floats.map(|item| float(item, by)).collect()))
        }
        Data::Bool(_) | Data::Text(_) | Data::Datetime(_) => {
            Err(StepError::new(format!("expected numbers, got {}", data.dtype())))
        }
    }
}

/// Rows of an array, along its first axis.
fn taken(array: &Array, order: &[usize]) -> Option<Array> {
    let (_, rest) = array.shape().split_first()?;
    let size: usize = rest.iter().product();
    let places: Vec<usize> = order.iter().flat_map(|row| row * size..(row + 1) * size).collect();
    let shape = [&[order.len()], rest].concat();
    Array::new(shape, array.data().take(&places))
}

fn added(table: &Table, column: &AddColumn, context: &Context<'_>) -> Result<Table, StepError> {
    let name = context.get(&column.name)?;
    if table.column(&name).is_some() {
        let message = format!("the table has a column `{name}` already");
        return Err(StepError::new(message).at(column.name.span));
    }
    let (cells, span) = match (&column.constant, &column.values) {
        (Some(constant), None) => (vec![context.get(constant)?; table.rows()], constant.span),
        (None, Some(values)) => (context.get(values)?, values.span),
        _ => {
            let error = StepError::new("a column has a `constant`, or `values`").at(column.name.span);
            return Err(error.help("give one of the two"));
        }
    };
    if cells.len() != table.rows() {
        let message = format!("{} values for {} rows", cells.len(), table.rows());
        return Err(StepError::new(message).at(span));
    }
    let one = [(name.clone(), Value::list(cells))].into_iter().collect();
    let read = Table::from_columns(&one).map_err(|wrong| StepError::new(wrong.to_string()).at(span))?;
    let mut made = table.clone();
    read.columns().iter().for_each(|column| made.set(column.clone()));
    Ok(made)
}

fn positions(order: Option<Vec<usize>>, rows: usize) -> Array {
    let order = order.unwrap_or_else(|| (0..rows).collect());
    Array::vector(Data::Int(order.into_iter().map(|row| row as i64).collect()))
}

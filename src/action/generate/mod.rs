//! `generate`: seeded synthetic tables.

mod spec;

use std::sync::Arc;

use super::{Action, Context, Done, Named, Output, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::ml::generate::{Column as Drawn, ColumnData, generate};
use crate::params;
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Named as Mapping, Node};
use crate::value::{Column, Data, Kind, Outputs, Table, Value};

params! {
    /// Makes a table of random columns, the same for the same seed on every machine.
    ///
    /// Each column has one kind. The streams are numpy's: normal and uniform columns are drawn row after row from
    /// `numpy.random.default_rng(seed)`, so that three normal columns are `rng.normal(size=(rows, 3))` bit for bit.
    /// Every other kind, and what is missing, draws from a stream of its own: adding such a column moves no other.
    ///
    /// - `normal: [mean, sd]`
    /// - `uniform: [low, high]`: from `low` up to, not including, `high`
    /// - `integers: [low, high]`: whole numbers from `low` up to, not including, `high`, as in numpy
    /// - `choice: [a, b]`: one of these, equally likely or by `weights`
    /// - `constant: value`
    /// - `linear: {x0: 1.0, x1: 0.5}`: the weighted sum of other columns, plus `intercept`, plus normal noise of standard
    ///   deviation `noise`; with a `threshold` it is 1 where the sum is above that and else 0
    ///
    /// `missing: 0.1` makes each cell null with that chance; a `linear` column sees what stood there before. There
    /// are 1 to 10 million rows, and at most 100 million cells.
    ///
    /// ```yaml
    /// cases:
    ///   - name: makes the same labels every time
    ///     generate:
    ///       rows: 4
    ///       seed: 0
    ///       columns:
    ///         x0: {normal: [0, 1]}
    ///         x1: {normal: [0, 1]}
    ///         y: {linear: {x0: 1.0, x1: 0.5}, threshold: 0}
    ///     expect:
    ///       data: {shape: [4, 3]}
    ///       data.y: [1, 1, 0, 1]
    /// ```
    pub struct Keys = "`generate`" {
        /// How many rows: 1 to 10 million.
        rows: Arg<usize>,
        /// What each column holds, in their order.
        columns: Mapping<ColumnKeys>,
        /// The seed; the one in force when left out.
        seed: Option<Arg<u64>>,
    }
}

params! {
    /// One column: one kind, and how much of it is missing.
    pub struct ColumnFields = "a generated column" {
        /// `[mean, sd]`.
        normal: Option<Arg<Vec<f64>>>,
        /// `[low, high]`; `high` is left out.
        uniform: Option<Arg<Vec<f64>>>,
        /// `[low, high]`; `high` is left out.
        integers: Option<Arg<Vec<i64>>>,
        /// Strings, integers or booleans to choose from.
        choice: Option<Arg<Vec<Value>>>,
        /// The same value in every row.
        constant: Option<Arg<Value>>,
        /// Other columns and their weights.
        linear: Option<Mapping<Arg<f64>>>,
        /// One weight for each value of `choice`; they need not sum to 1.
        weights: Option<Arg<Vec<f64>>>,
        /// Turns a `linear` column into 1 (above it) and 0.
        threshold: Option<Arg<f64>>,
        /// Added to a `linear` column; 0 when left out.
        intercept: Option<Arg<f64>>,
        /// The standard deviation of the noise of a `linear` column; 0 when left out.
        noise: Option<Arg<f64>>,
        /// The share of cells that are null, from 0 to 1.
        missing: Option<Arg<f64>>,
    }
}

const KINDS: &str = "`normal`, `uniform`, `integers`, `choice`, `constant` or `linear`";
const MOST_ROWS: usize = 10_000_000;
const MOST_CELLS: usize = 100_000_000;

/// A column's keys, one kind among them.
#[derive(Clone, Debug)]
pub struct ColumnKeys {
    fields: ColumnFields,
    span: Span,
}

impl Decode for ColumnKeys {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let fields = ColumnFields::decode(node, decoder)?;
        let kind =
            |key: &str| ["normal", "uniform", "integers", "choice", "constant", "linear"].contains(&key);
        let entries = node.as_map()?;
        let mut kinds = entries.iter().map(|(key, _)| key).filter(|key| kind(&key.text));
        let Some(first) = kinds.next() else {
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, node.span, "this column has no kind");
            return decoder.refuse(diagnostic.help(format!("give one of {KINDS}")));
        };
        if let Some(second) = kinds.next() {
            let message = format!("this column is both `{}` and `{}`", first.text, second.text);
            return decoder.refuse(
                Diagnostic::new(codes::CONFLICTING_KEYS, second.span, message)
                    .also(first.span, "its first kind")
                    .help("a column has one kind: keep one of them"),
            );
        }
        let owner = |key: &str| match key {
            "weights" => Some("choice"),
            "threshold" | "intercept" | "noise" => Some("linear"),
            _ => None,
        };
        for (key, _) in entries {
            if let Some(owner) = owner(&key.text).filter(|owner| **owner != *first.text) {
                let message = format!("`{}` belongs to `{owner}`, this column is `{}`", key.text, first.text);
                return decoder.refuse(
                    Diagnostic::new(codes::CONFLICTING_KEYS, key.span, message)
                        .help(format!("remove `{}`", key.text)),
                );
            }
        }
        Some(Self { fields, span: node.span })
    }

    fn schema() -> serde_json::Value {
        let mut schema = ColumnFields::schema();
        let kinds = ["normal", "uniform", "integers", "choice", "constant", "linear"];
        schema["oneOf"] = kinds.iter().map(|kind| serde_json::json!({"required": [kind]})).collect();
        schema
    }
}

/// The action, its columns checked as far as they are known.
#[derive(Debug)]
pub(super) struct Generate {
    keys: Keys,
}

impl Decode for Generate {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        if keys.columns.0.is_empty() {
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, node.span, "`generate` has no columns");
            return decoder.refuse(diagnostic.help("give `columns: {x0: {normal: [0, 1]}}`"));
        }
        let mut sound = Some(());
        if let Some(&rows) = keys.rows.known()
            && let Err(message) = check_size(rows, keys.columns.0.len())
        {
            sound = decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, keys.rows.span, message));
        }
        for diagnostic in spec::review(&keys.columns.0) {
            sound = decoder.refuse(diagnostic);
        }
        sound.map(|()| Self { keys })
    }

    fn schema() -> serde_json::Value {
        let mut schema = Keys::schema();
        schema["required"] = serde_json::json!(["rows", "columns"]);
        schema
    }
}

impl Named for Generate {
    const NAME: &'static str = "generate";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[Output::new("data", Kind::Table, "the table")];
}

impl Action for Generate {
    fn first_output(&self) -> Option<&'static str> {
        Some("data")
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let rows = context.get(&self.keys.rows)?;
        check_size(rows, self.keys.columns.0.len())
            .map_err(|message| StepError::new(message).at(self.keys.rows.span))?;
        let seed = context.maybe(self.keys.seed.as_ref())?.unwrap_or(context.seed);
        let specs = self.keys.columns.0.iter().map(|(name, column)| spec::bound(name, column, context));
        let specs = specs.collect::<Result<Vec<_>, _>>()?;
        let drawn = generate(&specs, rows, seed).map_err(|error| {
            let span = spec::place(&self.keys.columns.0, &error);
            StepError::new(error.to_string()).at(span.unwrap_or(self.keys.rows.span))
        })?;
        let columns = drawn.into_iter().map(column).collect();
        let table =
            Table::new(columns).map_err(|odd| StepError::new(format!("`{odd}` is of another length")))?;
        Ok(Outputs::new().with("data", table).into())
    }
}

fn check_size(rows: usize, columns: usize) -> Result<(), String> {
    if rows == 0 || rows > MOST_ROWS {
        return Err(format!("a generated table has 1 to {MOST_ROWS} rows, not {rows}"));
    }
    match rows.checked_mul(columns) {
        Some(cells) if cells <= MOST_CELLS => Ok(()),
        _ => Err(format!("{rows} rows of {columns} columns are more than {MOST_CELLS} cells")),
    }
}

fn column(drawn: Drawn) -> Column {
    let data = match drawn.data {
        ColumnData::Float(items) => Data::Float(items),
        ColumnData::Int(items) => Data::Int(items),
        ColumnData::Bool(items) => Data::Bool(items),
        ColumnData::Text(items) => Data::Text(items.into_iter().map(Arc::from).collect()),
    };
    Column::new(drawn.name, data).with_valid(drawn.missing.iter().map(|missing| !missing).collect())
}

#[cfg(test)]
mod tests;

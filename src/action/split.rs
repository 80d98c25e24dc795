//! `split`: seeded train and test rows.

use std::sync::Arc;

use super::{Action, Context, Done, Named, Output, StepError, labels, matrix};
use crate::diagnostic::{Diagnostic, codes};
use crate::ml::label::{Encoded, encode};
use crate::ml::split::{Split as Parts, SplitError, TestSize, split, split_stratified};
use crate::params;
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Array, Data, FromValue, Kind, Outputs, Table, Value, WrongKind};

params! {
    /// Splits a table into rows to train on and rows to test on.
    ///
    /// Sizes are those of scikit-learn's `train_test_split`: a share of the rows is rounded up. The rows are drawn from
    /// the seed, and differ from scikit-learn's, which draws from an older generator. With `stratify` each class of
    /// that column keeps its share in both parts, and needs at least two rows. With `shuffle: false` the last rows are
    /// the test rows. A part without rows is an error.
    ///
    /// Fit scalers on `train` alone: `scale: {data: $parts.test, fit_on: $parts.train, …}`.
    ///
    /// ```yaml
    /// cases:
    ///   - name: keeps a quarter to test on
    ///     split: {data: {x: [1, 2, 3, 4, 5, 6, 7, 8]}, test_size: 0.25, shuffle: false}
    ///     expect:
    ///       train.x: [1, 2, 3, 4, 5, 6]
    ///       test.x: [7, 8]
    ///       test_rows: [6, 7]
    /// ```
    pub struct Keys = "`split`" {
        /// The table.
        data: Arg<Arc<Table>>,
        /// A share such as `0.25` (when left out), or a whole number of rows.
        test_size: Option<Arg<Size>>,
        /// The column whose classes keep their shares.
        stratify: Option<Arg<Arc<str>>>,
        /// Whether rows are drawn at random; `true` when left out.
        shuffle: Option<Arg<bool>>,
        /// The seed; the one in force when left out.
        seed: Option<Arg<u64>>,
    }
}

/// A share of the rows, or a number of rows.
#[derive(Clone, Copy, Debug)]
pub struct Size(TestSize);

impl FromValue for Size {
    const KINDS: &'static [Kind] = &[Kind::Number];
    fn schema() -> serde_json::Value {
        serde_json::json!({"anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        ]})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let size = match *value {
            Value::Int(rows) => usize::try_from(rows).ok().filter(|&rows| rows > 0).map(TestSize::Count),
            Value::Float(share) => (share > 0.0 && share < 1.0).then_some(TestSize::Fraction(share)),
            _ => None,
        };
        let expected = "a share above 0 and below 1, or a whole number of rows";
        size.map(Self).ok_or_else(|| WrongKind::new(expected, value))
    }
}

/// The action.
#[derive(Debug)]
pub(super) struct Split {
    keys: Keys,
    span: Span,
}

impl Decode for Split {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        if let (Some(_), Some(shuffle)) = (&keys.stratify, &keys.shuffle)
            && shuffle.known() == Some(&false)
        {
            return decoder.refuse(
                Diagnostic::new(codes::CONFLICTING_KEYS, shuffle.span, STRATIFIED)
                    .help("remove `shuffle: false`, or `stratify`"),
            );
        }
        Some(Self { keys, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

const STRATIFIED: &str = "a stratified split draws its rows at random";

impl Named for Split {
    const NAME: &'static str = "split";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("train", Kind::Table, "the rows to train on"),
        Output::new("test", Kind::Table, "the rows to test on"),
        Output::new("train_rows", Kind::Array, "where they stood in `data`, from 0"),
        Output::new("test_rows", Kind::Array, "where they stood in `data`, from 0"),
    ];
}

impl Action for Split {
    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let table = context.get(&self.keys.data)?;
        let size =
            context.maybe(self.keys.test_size.as_ref())?.map_or(TestSize::Fraction(0.25), |size| size.0);
        let shuffle = context.maybe(self.keys.shuffle.as_ref())?.unwrap_or(true);
        let seed = context.maybe(self.keys.seed.as_ref())?.unwrap_or(context.seed);
        let parts = match &self.keys.stratify {
            None => split(table.rows(), size, shuffle, seed)
                .map_err(|error| StepError::new(error.to_string()).at(self.span))?,
            Some(_) if !shuffle => return Err(StepError::new(STRATIFIED).at(self.span)),
            Some(arg) => {
                let name = context.get(arg)?;
                stratified(&table, &name, size, seed).map_err(|error| error.at(arg.span))?
            }
        };
        let rows = |rows: &[usize]| Array::vector(Data::Int(rows.iter().map(|&row| row as i64).collect()));
        Ok(Outputs::new()
            .with("train", table.take(&parts.train))
            .with("test", table.take(&parts.test))
            .with("train_rows", rows(&parts.train))
            .with("test_rows", rows(&parts.test))
            .into())
    }
}

fn stratified(table: &Table, name: &str, size: TestSize, seed: u64) -> Result<Parts, StepError> {
    let column = matrix::column(table, name)?;
    let Encoded { classes, codes } = encode(&labels::of_column(column, &format!("the column `{name}`"))?);
    split_stratified(&codes, size, seed).map_err(|error| match error {
        SplitError::SmallClass { class, .. } => {
            let message = format!("`{}` of `{name}` stands in a single row", classes[class]);
            StepError::new(message).help("a stratified split needs at least 2 rows of each class")
        }
        other => StepError::new(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, read, run_examples};
    use super::*;

    #[test]
    fn the_page_runs() {
        assert_eq!(run_examples::<Split>(), 3);
    }

    #[test]
    fn each_row_lands_in_one_part_with_its_cells() {
        let bench = Bench::new();
        let text = "{data: {x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], y: [a, a, a, a, a, a, b, b, b, b]}, test_size: 5, \
                    stratify: y, seed: 1}";
        let done = bench.run::<Split>(text).unwrap();
        let part = |name: &str| match &done.outputs.values[name] {
            Value::Table(table) => table.clone(),
            other => panic!("{other:?}"),
        };
        let (train, test) = (part("train"), part("test"));
        let mut rows: Vec<String> = [&train, &test]
            .iter()
            .flat_map(|part| (0..part.rows()).map(|row| part.row(row).to_string()))
            .collect();
        rows.sort();
        assert_eq!(rows.len(), 10);
        assert_eq!(rows[6], r#"{x: 6, y: "b"}"#);
        let in_test = test.column("y").unwrap().to_value().to_string();
        assert_eq!((in_test.matches('a').count(), in_test.matches('b').count()), (3, 2));
        assert_eq!(
            done.outputs.values["test_rows"].to_string(),
            test.column("x").unwrap().to_value().to_string()
        );
        assert_eq!(
            bench.output::<Split>(text, "test.x").to_string(),
            done.outputs.values["test_rows"].to_string()
        );
    }

    #[test]
    fn the_seed_in_force_is_used() {
        let rows = |seed| {
            let bench = Bench { seed, ..Bench::new() };
            bench.output::<Split>("{data: {x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}}", "test_rows").to_string()
        };
        assert_eq!(rows(0), rows(0));
        assert_ne!(rows(0), rows(1));
    }

    #[test]
    fn what_cannot_be_split_is_an_error() {
        for (text, expected) in [
            (
                "{data: {x: [1]}}",
                "1 rows would split into 0 to train and 1 to test: both parts need at least one",
            ),
            (
                "{data: {x: [1, 2, 3], y: [a, a, b]}, stratify: y, test_size: 1}",
                "`b` of `y` stands in a single row",
            ),
            (
                "{data: {x: [1, 2, 3, 4], y: [a, a, b, b]}, stratify: y, test_size: 1}",
                "the test part has 1 rows for 2 classes: a stratified split needs one row a class",
            ),
            ("{data: {x: [1.5, 2.5]}, stratify: x}", "the column `x` holds float64, which are no labels"),
            ("{data: {x: [1, null]}, stratify: x}", "the column `x` is null at row 1 (from 0)"),
            ("{data: {x: [1, 2]}, stratify: y}", "the table has no column `y`"),
        ] {
            assert_eq!(Bench::new().refused::<Split>(text), expected, "{text}");
        }
        for (text, expected) in [
            (
                "{data: $d, test_size: 1.5}",
                "1.5: expected a share above 0 and below 1, or a whole number of rows, got a float `1.5`",
            ),
            (
                "{data: $d, stratify: y, shuffle: false}",
                "false: a stratified split draws its rows at random (remove `shuffle: false`, or `stratify`)",
            ),
        ] {
            assert_eq!(read::<Split>(text).err().unwrap(), [expected], "{text}");
        }
    }
}

//! `impute`: filling in what is missing.

mod table;

use std::sync::Arc;

use super::input::{Input, matrix_to_fit_on, table_to_fit_on};
use super::{Action, Context, Done, Named, Output, StepError, matrix};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Array, Data, Kind, Outputs, Table, Value};
use crate::{params, words};

params! {
    /// Fills in missing values (null and NaN): in a list or a matrix of `values`, or in `columns` of a table in `data`.
    ///
    /// Each column is filled in by a number learned from its own values that are there, as in scikit-learn's
    /// `SimpleImputer`:
    ///
    /// - `mean`, `median`: of numbers.
    /// - `most_frequent`: of numbers, strings or booleans; the least of those on a tie.
    /// - `constant`: always `fill`.
    ///
    /// Numbers become floats. A column without a single value is an error, except under `constant`; so is an infinity.
    ///
    /// ```yaml
    /// cases:
    ///   - name: fills in the mean
    ///     impute: {strategy: mean, values: [1, null, 3, .nan]}
    ///     expect:
    ///       values: [1.0, 2.0, 3.0, 2.0]
    ///       statistics: [2.0]
    /// ```
    pub struct Keys = "`impute`" {
        /// `mean`, `median`, `most_frequent` or `constant`.
        strategy: Arg<StrategyName>,
        /// A list of numbers (one column), or a list of rows.
        values: Option<Arg<Arc<Array>>>,
        /// A table.
        data: Option<Arg<Arc<Table>>>,
        /// The columns of `data` to fill in; every one that the strategy can fill when left out.
        columns: Option<Arg<Vec<Arc<str>>>>,
        /// What to put in under `constant`: a number, a string or a boolean.
        fill: Option<Arg<Value>>,
        /// What to learn from instead: a table beside `data`, a list beside `values`.
        fit_on: Option<Arg<Value>>,
    }
}

words! {
    /// What a missing value becomes.
    pub enum StrategyName {
        /// the mean of the column
        Mean = "mean",
        /// the median of the column
        Median = "median",
        /// the most frequent value of the column
        MostFrequent = "most_frequent",
        /// the value in `fill`
        Constant = "constant",
    }
}

/// The action, its input known to be one of two.
#[derive(Debug)]
pub(super) struct Impute {
    keys: Keys,
    input: Input,
    span: Span,
}

const NO_FILL: &str = "`constant` has nothing to fill in";
const FILL_HELP: &str = "give `fill: 0`, or whatever a missing value becomes";

impl Decode for Impute {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut keys = Keys::decode(node, decoder)?;
        let neither = || {
            Diagnostic::new(codes::MISSING_KEY, node.span, "`impute` has nothing to fill in")
                .help("give `values: […]`, or `data: $table` with `columns: […]`")
        };
        let input = Input::one_of(keys.values.take(), keys.data.take(), neither, decoder)?;
        input.takes_columns(keys.columns.as_ref(), decoder)?;
        match (keys.strategy.known(), &keys.fill) {
            (Some(StrategyName::Constant), None) => {
                let diagnostic = Diagnostic::new(codes::MISSING_KEY, keys.strategy.span, NO_FILL);
                return decoder.refuse(diagnostic.help(FILL_HELP));
            }
            (Some(StrategyName::Constant) | None, _) | (_, None) => {}
            (Some(other), Some(fill)) => {
                let message = format!("`fill` means nothing to `{}`", other.word());
                return decoder.refuse(
                    Diagnostic::new(codes::CONFLICTING_KEYS, fill.span, message)
                        .help("remove `fill`, or write `strategy: constant`"),
                );
            }
        }
        Some(Self { keys, input, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Impute {
    const NAME: &'static str = "impute";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("values", Kind::Array, "the numbers with nothing missing, in the shape of `values`"),
        Output::new("data", Kind::Table, "the table with its columns filled in"),
        Output::new("statistics", Kind::Any, "what was put in, one for each column"),
    ];
}

impl Action for Impute {
    fn first_output(&self) -> Option<&'static str> {
        Some(self.input.output())
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        self.impute(context).map_err(|error| error.at(self.span)).map(Done::from)
    }
}

impl Impute {
    fn impute(&self, context: &Context<'_>) -> Result<Outputs, StepError> {
        let strategy = context.get(&self.keys.strategy)?;
        let fill = context.maybe(self.keys.fill.as_ref())?;
        if strategy == StrategyName::Constant && fill.is_none() {
            return Err(StepError::new(NO_FILL).help(FILL_HELP));
        }
        let fit_on = context.maybe(self.keys.fit_on.as_ref())?;
        match &self.input {
            Input::Values(arg) => {
                let values = context.get(arg)?;
                let x = matrix::of_array(&values)?;
                let learned = fit_on.as_ref().map(matrix_to_fit_on).transpose()?;
                let fitted = table::number_strategy(strategy, fill.as_ref())?
                    .fit(learned.as_ref().unwrap_or(&x).view())
                    .map_err(|error| StepError::new(error.to_string()))?;
                let filled = fitted.transform(x.view()).map_err(|error| StepError::new(error.to_string()))?;
                Ok(Outputs::new()
                    .with("values", matrix::to_array(filled, &values))
                    .with("statistics", Array::vector(Data::Float(fitted.statistics))))
            }
            Input::Data(arg) => {
                let table = context.get(arg)?;
                let names = match context.maybe(self.keys.columns.as_ref())? {
                    Some(names) => names,
                    None => table::fillable(&table, strategy, fill.as_ref()),
                };
                let learned = fit_on.as_ref().map(table_to_fit_on).transpose()?;
                table::fill(&table, learned.as_ref().unwrap_or(&table), &names, strategy, fill.as_ref())
            }
        }
    }
}

#[cfg(test)]
mod tests;

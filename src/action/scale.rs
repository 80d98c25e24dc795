//! `scale`: feature scalers.

use std::sync::Arc;

use ndarray::Array2;

use super::input::{Input, matrix_to_fit_on, table_to_fit_on};
use super::{Action, Context, Done, Named, Output, StepError, matrix};
use crate::diagnostic::{Diagnostic, codes};
use crate::ml::preprocessing::{FittedTransform, Step};
use crate::ml::scaler::{ColumnScale, FittedScaler, Method, Missing, Norm, Scaler};
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Array, Data, Kind, Outputs, Table, Value};
use crate::{params, words};

params! {
    /// Scales numbers: a list or a matrix of `values`, or `columns` of a table in `data`.
    ///
    /// Each column is scaled by itself, but for `normalize`, which divides each row by its norm. The definitions are
    /// scikit-learn's (`sklearn.preprocessing`); NaN counts as missing and is left out of what is fitted. An infinity
    /// is an error. Length and order are kept.
    ///
    /// - `min_max`: `(x − min) / (max − min)`, stretched to `range`. The safe one: a missing value becomes 0 and a
    ///   constant column becomes 0, unless `missing` says otherwise; no values at all stay none.
    /// - `standard`: `(x − mean) / std`, with the population's standard deviation.
    /// - `robust`: `(x − median) / (q75 − q25)`.
    /// - `max_abs`: `x / max |x|`.
    /// - `normalize`: each row divided by its `norm`.
    ///
    /// A constant column is divided by 1, as in scikit-learn.
    ///
    /// ```yaml
    /// cases:
    ///   - name: scales onto the unit interval
    ///     scale: {method: min_max, values: [0, 5, 10]}
    ///     expect: {values: [0.0, 0.5, 1.0]}
    /// ```
    pub struct Keys = "`scale`" {
        /// `min_max`, `standard`, `robust`, `max_abs` or `normalize`.
        method: Arg<MethodName>,
        /// A list of numbers (one column), or a list of rows.
        values: Option<Arg<Arc<Array>>>,
        /// A table.
        data: Option<Arg<Arc<Table>>>,
        /// The columns of `data` to scale; every numeric one when left out.
        columns: Option<Arg<Vec<Arc<str>>>>,
        /// What to learn from instead: a table beside `data`, a list beside `values`.
        fit_on: Option<Arg<Value>>,
        /// What becomes of missing values: `zero`, `keep` or `error`; `zero` under `min_max`, else `keep`.
        missing: Option<Arg<MissingName>>,
        /// `true` undoes the scaling that was learned from `fit_on`.
        inverse: Option<Arg<bool>>,
        /// What the least and the greatest value become under `min_max`; `[0, 1]` when left out.
        range: Option<Arg<Vec<f64>>>,
        /// Whether `standard` and `robust` subtract the centre.
        centre: Option<Arg<bool>>,
        /// Whether `standard` and `robust` divide by the spread.
        spread: Option<Arg<bool>>,
        /// The percentiles of `robust`; `[25, 75]` when left out.
        quantiles: Option<Arg<Vec<f64>>>,
        /// The norm of `normalize`: `l1`, `l2` (when left out) or `max`.
        norm: Option<Arg<NormName>>,
    }
}

words! {
    /// A scaler.
    pub enum MethodName {
        /// onto an interval
        MinMax = "min_max",
        /// to mean 0 and variance 1
        Standard = "standard",
        /// by median and interquartile range
        Robust = "robust",
        /// by the greatest absolute value
        MaxAbs = "max_abs",
        /// each row to length 1
        Normalize = "normalize",
    }
}

words! {
    /// What becomes of missing values.
    pub enum MissingName {
        /// they become 0
        Zero = "zero",
        /// they stay
        Keep = "keep",
        /// they are an error
        Error = "error",
    }
}

words! {
    /// A norm of a row.
    pub enum NormName {
        /// the sum of absolute values
        L1 = "l1",
        /// the Euclidean length
        L2 = "l2",
        /// the greatest absolute value
        Max = "max",
    }
}

/// The action, its input known to be one of two.
#[derive(Debug)]
pub(super) struct Scale {
    keys: Keys,
    input: Input,
    span: Span,
}

impl Decode for Scale {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut keys = Keys::decode(node, decoder)?;
        let neither = || {
            Diagnostic::new(codes::MISSING_KEY, node.span, "`scale` has nothing to scale")
                .help("give `values: […]`, or `data: $table` with `columns: […]`")
        };
        let input = Input::one_of(keys.values.take(), keys.data.take(), neither, decoder)?;
        input.takes_columns(keys.columns.as_ref(), decoder)?;
        Some(Self { keys, input, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Scale {
    const NAME: &'static str = "scale";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("values", Kind::Array, "the scaled numbers, in the shape of `values`"),
        Output::new("data", Kind::Table, "the table with its columns scaled"),
        Output::new("min", Kind::Array, "`min_max`: the least value of each column"),
        Output::new("max", Kind::Array, "`min_max`: the greatest value of each column"),
        Output::new("mean", Kind::Array, "`standard`: the mean of each column"),
        Output::new(
            "std",
            Kind::Array,
            "`standard`: the standard deviation of each column; 1 where it is constant",
        ),
        Output::new("median", Kind::Array, "`robust`: the median of each column"),
        Output::new("range", Kind::Array, "`robust`: the range between the percentiles; 1 where it is 0"),
        Output::new(
            "max_abs",
            Kind::Array,
            "`max_abs`: the greatest absolute value of each column; 1 where it is 0",
        ),
    ];
}

impl Action for Scale {
    fn first_output(&self) -> Option<&'static str> {
        Some(self.input.output())
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        self.scale(context).map_err(|error| error.at(self.span)).map(Done::from)
    }
}

impl Scale {
    fn scale(&self, context: &Context<'_>) -> Result<Outputs, StepError> {
        let scaler = self.scaler(context)?;
        let inverse = context.maybe(self.keys.inverse.as_ref())?.unwrap_or(false);
        match &self.input {
            Input::Values(values) => {
                let values = context.get(values)?;
                let matrix = matrix::of_array(&values)?;
                let fit_on = context.maybe(self.keys.fit_on.as_ref())?;
                let learned = fit_on.as_ref().map(matrix_to_fit_on).transpose()?;
                let (fitted, scaled) = apply(&scaler, &matrix, learned.as_ref(), inverse)?;
                Ok(parameters(&fitted, Outputs::new().with("values", matrix::to_array(scaled, &values))))
            }
            Input::Data(data) => {
                let table = context.get(data)?;
                let names = context
                    .maybe(self.keys.columns.as_ref())?
                    .unwrap_or_else(|| matrix::numeric_names(&table));
                let matrix = matrix::of_columns(&table, &names)?;
                let fit_on = context.maybe(self.keys.fit_on.as_ref())?;
                let learned =
                    fit_on.map(|value| matrix::of_columns(&*table_to_fit_on(&value)?, &names)).transpose()?;
                let (fitted, scaled) = apply(&scaler, &matrix, learned.as_ref(), inverse)?;
                let mut made = matrix::with_columns(&table, &names, &scaled);
                if !inverse {
                    let columns = names.iter().map(ToString::to_string).collect();
                    made.history.push(matrix::remember(&Step {
                        columns,
                        fitted: FittedTransform::Scale(fitted.clone()),
                    }));
                }
                Ok(parameters(&fitted, Outputs::new().with("data", made)))
            }
        }
    }

    fn scaler(&self, context: &Context<'_>) -> Result<Scaler, StepError> {
        let flag = |arg: &Option<Arg<bool>>| Ok::<_, StepError>(context.maybe(arg.as_ref())?.unwrap_or(true));
        let pair =
            |arg: &Option<Arg<Vec<f64>>>, default: [f64; 2]| match context.maybe(arg.as_ref())?.as_deref() {
                None => Ok(default),
                Some(&[low, high]) => Ok([low, high]),
                Some(other) => Err(StepError::new(format!("expected two numbers, got {}", other.len()))),
            };
        let method = match context.get(&self.keys.method)? {
            MethodName::MinMax => {
                let [low, high] = pair(&self.keys.range, [0.0, 1.0])?;
                Method::MinMax { low, high }
            }
            MethodName::Standard => {
                Method::Standard { with_mean: flag(&self.keys.centre)?, with_std: flag(&self.keys.spread)? }
            }
            MethodName::Robust => {
                let [low, high] = pair(&self.keys.quantiles, [25.0, 75.0])?;
                let (with_centering, with_scaling) = (flag(&self.keys.centre)?, flag(&self.keys.spread)?);
                Method::Robust { low, high, with_centering, with_scaling }
            }
            MethodName::MaxAbs => Method::MaxAbs,
            MethodName::Normalize => Method::Normalize(match context.maybe(self.keys.norm.as_ref())? {
                Some(NormName::L1) => Norm::L1,
                Some(NormName::Max) => Norm::Max,
                Some(NormName::L2) | None => Norm::L2,
            }),
        };
        let missing = match context.maybe(self.keys.missing.as_ref())? {
            Some(MissingName::Zero) => Missing::Zero,
            Some(MissingName::Keep) => Missing::Keep,
            Some(MissingName::Error) => Missing::Error,
            None => method.default_missing(),
        };
        Ok(Scaler { method, missing })
    }
}

fn apply(
    scaler: &Scaler,
    x: &Array2<f64>,
    learned: Option<&Array2<f64>>,
    inverse: bool,
) -> Result<(FittedScaler, Array2<f64>), StepError> {
    let refused = |error: crate::ml::scaler::ScaleError| StepError::new(error.to_string());
    let fitted = scaler.fit(learned.unwrap_or(x).view()).map_err(refused)?;
    let scaled = if inverse { fitted.inverse(x.view()) } else { fitted.transform(x.view()) };
    Ok((fitted, scaled.map_err(refused)?))
}

/// What was learned, a number a column.
fn parameters(fitted: &FittedScaler, outputs: Outputs) -> Outputs {
    let of =
        |part: fn(&ColumnScale) -> f64| Array::vector(Data::Float(fitted.columns.iter().map(part).collect()));
    match fitted.method {
        Method::MinMax { .. } => outputs.with("min", of(least)).with("max", of(greatest)),
        Method::Standard { .. } => outputs.with("mean", of(centre)).with("std", of(spread)),
        Method::Robust { .. } => outputs.with("median", of(centre)).with("range", of(spread)),
        Method::MaxAbs => outputs.with("max_abs", of(spread)),
        Method::Normalize(_) => outputs,
    }
}

fn least(column: &ColumnScale) -> f64 {
    match *column {
        ColumnScale::Multiply { min, .. } => min,
        _ => centre(column),
    }
}

fn greatest(column: &ColumnScale) -> f64 {
    match *column {
        ColumnScale::Multiply { max, .. } => max,
        _ => centre(column),
    }
}

fn centre(column: &ColumnScale) -> f64 {
    match *column {
        ColumnScale::Divide { center, .. } => center,
        ColumnScale::Constant { value } => value,
        ColumnScale::Multiply { .. } | ColumnScale::Empty => f64::NAN,
    }
}

fn spread(column: &ColumnScale) -> f64 {
    match *column {
        ColumnScale::Divide { scale, .. } => scale,
        _ => f64::NAN,
    }
}

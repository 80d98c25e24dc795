//! `matches_model`: the endpoint held to a saved model, or to answers that are known.

use ndarray::Array2;

use super::Finding;
use super::apart::Apart;
use super::good::Good;
use super::keys::{MatchKeys, Served};
use crate::action::probe::conversation::Rows;
use crate::action::{Context, StepError, labels, predict};
use crate::artifact::read_data;
use crate::diagnostic::{Diagnostic, codes};
use crate::ml::model::{Model, Prediction, Score};
use crate::source::Span;
use crate::syntax::{Arg, Decoder, SetTolerance};
use crate::table::CsvOptions;
use crate::value::{Tolerance, Value};

const NAME: &str = "matches_model";
/// One model gives other last digits from one runtime to the next, where one of them has floats of 32 bits.
const RUNTIMES: Tolerance = Tolerance { abs: 1e-8, rel: 1e-6, ulps: None };

/// What the answers are held to.
#[derive(Clone, Debug)]
pub(super) struct Matches {
    source: Source,
    tolerance: Option<SetTolerance>,
    span: Span,
}

#[derive(Clone, Debug)]
enum Source {
    Model { file: Arg<std::sync::Arc<str>>, output: Option<Arg<Served>> },
    Expected(Arg<Value>),
}

impl Matches {
    pub(super) fn of(keys: MatchKeys, span: Span, decoder: &mut Decoder<'_>) -> Option<Self> {
        let conflict = |first: &str, second: &str, span| {
            Diagnostic::new(codes::CONFLICTING_KEYS, span, format!("`{second}` stands beside `{first}`"))
        };
        let source = match (keys.model, keys.expected) {
            (Some(file), None) => Source::Model { file, output: keys.output },
            (None, Some(expected)) => {
                if let Some(output) = keys.output {
                    let help = "`output` is for a `model`: remove it";
                    return decoder.refuse(conflict("expected", "output", output.span).help(help));
                }
                Source::Expected(expected)
            }
            (Some(_), Some(expected)) => {
                let diagnostic = conflict("model", "expected", expected.span);
                return decoder.refuse(diagnostic.help("keep one of them"));
            }
            (None, None) => {
                let message = "there is nothing that the answers should match";
                let diagnostic = Diagnostic::new(codes::MISSING_KEY, span, message);
                return decoder.refuse(diagnostic.help("give `model: model.json`, or `expected: $answers`"));
            }
        };
        Some(Self { source, tolerance: keys.tolerance.map(SetTolerance::from), span })
    }

    pub(super) fn check(&self, whole: &[Value], good: &Good<'_>) -> Result<Finding, StepError> {
        let context = good.context;
        let (expected, from) = match &self.source {
            Source::Model { file, output } => {
                let model = predict::read(file, context)?;
                let output = context.maybe(output.as_ref())?.unwrap_or(Served::Probability);
                let rows = good.rows().cloned().unwrap_or_default();
                (answers(&model, &rows, output).map_err(|error| error.at(self.span))?, "the model says")
            }
            Source::Expected(arg) => {
                (expected(arg, context).map_err(|error| error.at(arg.span))?, "expected")
            }
        };
        let usual = || match context.tolerance.span {
            Some(_) => context.tolerance,
            None => SetTolerance { value: RUNTIMES, span: None },
        };
        let mut apart = Apart::new(self.tolerance.unwrap_or_else(usual));
        if expected.len() != whole.len() {
            let why = format!("{} rows are expected, {} are answered", expected.len(), whole.len());
            return Ok(Finding::missed(NAME, why));
        }
        apart.rows(("answered", whole), (from, &expected));
        let mut finding = apart.finding(NAME, "not answered as expected");
        if let (true, Some(Value::Map(outputs)), false) =
            (finding.failed(), whole.first(), matches!(expected.first(), Some(Value::Map(_))))
        {
            let names: Vec<_> = outputs.keys().map(|name| format!("`{name}`")).collect();
            finding.misses.push(format!(
                "each answer holds {}, and one value is expected: if these are outputs of the model, ask for the one \
                 that is meant, as in `outputs: [{}]`",
                names.join(", "),
                outputs.keys().last().map_or("", |name| name),
            ));
        }
        Ok(finding)
    }
}

/// What a model says of the rows, in the form in which it is served.
fn answers(model: &Model, rows: &Rows, output: Served) -> Result<Vec<Value>, StepError> {
    let x = matrix(model, rows)?;
    let prediction = model.predict_raw(x.view()).map_err(|error| predict::wrong(model, error))?;
    let list = |row: Vec<f64>| Value::list(row.into_iter().map(Value::Float).collect());
    Ok(match (prediction, output) {
        (prediction, Served::Probability) => {
            let value = |score| match score {
                Score::Number(number) => Value::Float(number),
                Score::List(row) => list(row),
            };
            prediction.scores().into_iter().map(value).collect()
        }
        (Prediction::Values(_), _) => {
            let message = format!("the model is a regression: it gives no {}", output.word());
            return Err(StepError::new(message).help("remove `output`"));
        }
        (Prediction::Classes { labels: likeliest, .. }, Served::Labels) => {
            likeliest.iter().map(labels::to_value).collect()
        }
        (Prediction::Classes { probabilities, .. }, Served::Probabilities) => {
            probabilities.rows().into_iter().map(|row| list(row.to_vec())).collect()
        }
    })
}

/// The model's features out of the rows: by their names, or in their order where they have none.
fn matrix(model: &Model, rows: &Rows) -> Result<Array2<f64>, StepError> {
    let mut places: Vec<usize> = (0..rows.cells.first().map_or(0, Vec::len)).collect();
    if let Some(names) = &rows.names {
        let place = |feature: &String| {
            names.iter().position(|name| **name == **feature).ok_or_else(|| {
                StepError::new(format!("the model's feature `{feature}` is no column of `rows`"))
            })
        };
        places = model.features.iter().map(place).collect::<Result<_, _>>()?;
    }
    let mut cells = Vec::with_capacity(rows.len() * places.len());
    for (number, row) in rows.cells.iter().enumerate() {
        for &place in &places {
            let cell = row.get(place).unwrap_or(&Value::Null);
            cells.push(match cell {
                Value::Null => f64::NAN,
                cell => crate::value::FromValue::from_value(cell).map_err(|_| {
                    let message =
                        format!("row {} holds {}, and the model takes numbers", number + 1, cell.kind());
                    StepError::new(message)
                })?,
            });
        }
    }
    Array2::from_shape_vec((rows.len(), places.len()), cells)
        .map_err(|error| StepError::new(error.to_string()))
}

/// Answers that are known: a list of them, a table, or the file that holds one.
fn expected(arg: &Arg<Value>, context: &Context<'_>) -> Result<Vec<Value>, StepError> {
    let value = match context.get(arg)? {
        Value::Text(path) => {
            let file = Arg { form: crate::syntax::Form::Literal(path.clone()), span: arg.span };
            let bytes = context.read(&file)?;
            read_data(&path, &bytes, &CsvOptions::default())
                .map_err(|why| StepError::new(format!("`{path}`: {why}")))?
        }
        value => value,
    };
    match &value {
        Value::List(items) => Ok(items.to_vec()),
        Value::Array(array) if !array.shape().is_empty() => {
            Ok((0..array.len()).filter_map(|index| array.at(index)).collect())
        }
        Value::Table(table) => {
            let cells = |row: usize| match table.row(row) {
                Value::Map(cells) if cells.len() == 1 => cells[0].clone(),
                Value::Map(cells) => Value::list(cells.values().cloned().collect()),
                other => other,
            };
            Ok((0..table.rows()).map(cells).collect())
        }
        other => Err(StepError::new(format!("expected an answer for each row, got {}", other.kind()))
            .help("write a list with an answer for each of `rows`, or a table: of one column, or with the numbers of an answer side by side")),
    }
}

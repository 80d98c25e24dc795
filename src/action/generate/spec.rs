//! From a column's keys to what is drawn, when the file is read as far as it is known, and when the step runs.

use super::super::{Context, StepError, labels};
use super::ColumnKeys;
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::ml::generate::{ColumnKind, ColumnSpec, GenerateError, generate};
use crate::source::Span;
use crate::syntax::{Arg, Key};
use crate::value::{FromValue, Value};

/// What stands in for a column that is not known yet, or was found wrong: nothing is wrong with it.
const SOUND: ColumnKind = ColumnKind::Normal { mean: 0.0, sd: 1.0 };

/// Whether parameters are only looked at, or bound.
enum Moment<'a, 'c> {
    Read,
    Run(&'a Context<'c>),
}

enum Stop {
    /// It holds a reference, and nothing runs yet.
    Unknown,
    Wrong(StepError),
}

impl From<StepError> for Stop {
    fn from(error: StepError) -> Self {
        Self::Wrong(error)
    }
}

impl Moment<'_, '_> {
    fn get<T: FromValue + Clone>(&self, arg: &Arg<T>) -> Result<T, Stop> {
        match self {
            Self::Read => arg.known().cloned().ok_or(Stop::Unknown),
            Self::Run(context) => Ok(context.get(arg)?),
        }
    }

    fn or<T: FromValue + Clone>(&self, arg: Option<&Arg<T>>, default: T) -> Result<T, Stop> {
        arg.map_or(Ok(default), |arg| self.get(arg))
    }

    fn pair<T: FromValue + Clone>(&self, arg: &Arg<Vec<T>>, form: &str) -> Result<(T, T), Stop> {
        match self.get(arg)?.as_slice() {
            [first, second] => Ok((first.clone(), second.clone())),
            other => Err(StepError::new(format!("expected `{form}`, got {} numbers", other.len()))
                .at(arg.span)
                .into()),
        }
    }

    fn kind(&self, column: &ColumnKeys) -> Result<ColumnKind, Stop> {
        let fields = &column.fields;
        if let Some(arg) = &fields.normal {
            return self.pair(arg, "[mean, sd]").map(|(mean, sd)| ColumnKind::Normal { mean, sd });
        }
        if let Some(arg) = &fields.uniform {
            return self.pair(arg, "[low, high]").map(|(low, high)| ColumnKind::Uniform { low, high });
        }
        if let Some(arg) = &fields.integers {
            return self.pair(arg, "[low, high]").map(|(low, high)| ColumnKind::Integers { low, high });
        }
        if let Some(arg) = &fields.choice {
            let label = |value: &Value| {
                labels::of_value(value).ok_or_else(|| {
                    let message =
                        format!("a choice is of strings, integers or booleans, not {}", value.kind());
                    StepError::new(message).at(arg.span)
                })
            };
            let values = self.get(arg)?.iter().map(label).collect::<Result<Vec<_>, _>>()?;
            let weights = fields.weights.as_ref().map(|weights| self.get(weights)).transpose()?;
            return Ok(ColumnKind::Choice { values, weights });
        }
        if let Some(arg) = &fields.constant {
            let value = self.get(arg)?;
            return match (labels::of_value(&value), value) {
                (Some(label), _) => Ok(ColumnKind::Constant(label)),
                (None, Value::Float(float)) => Ok(ColumnKind::ConstantFloat(float)),
                (None, other) => {
                    let message =
                        format!("a constant is a number, a string or a boolean, not {}", other.kind());
                    Err(StepError::new(message).at(arg.span).into())
                }
            };
        }
        let mut weights = Vec::new();
        for (source, weight) in fields.linear.iter().flat_map(|linear| &linear.0) {
            // A source can be looked up before its weight is known.
            let known = match (self, self.get(weight)) {
                (Self::Read, Err(Stop::Unknown)) => 0.0,
                (_, known) => known?,
            };
            weights.push((source.text.to_string(), known));
        }
        Ok(ColumnKind::Linear {
            weights,
            intercept: self.or(fields.intercept.as_ref(), 0.0)?,
            noise_sd: self.or(fields.noise.as_ref(), 0.0)?,
            threshold: fields.threshold.as_ref().map(|edge| self.get(edge)).transpose()?,
        })
    }

    fn spec(&self, name: &Key, column: &ColumnKeys) -> Result<ColumnSpec, Stop> {
        let missing = match (self, self.or(column.fields.missing.as_ref(), 0.0)) {
            (Self::Read, Err(Stop::Unknown)) => 0.0,
            (_, known) => known?,
        };
        Ok(ColumnSpec { name: name.text.to_string(), kind: self.kind(column)?, missing })
    }
}

/// The column as it is drawn.
pub(super) fn bound(name: &Key, column: &ColumnKeys, context: &Context<'_>) -> Result<ColumnSpec, StepError> {
    Moment::Run(context).spec(name, column).map_err(|stop| match stop {
        Stop::Wrong(error) => error.at(column.span),
        Stop::Unknown => StepError::new(format!("the column `{}` has no value", name.text)).at(column.span),
    })
}

/// Everything that is wrong with the columns as far as they are known.
pub(super) fn review(columns: &[(Key, ColumnKeys)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut specs: Vec<ColumnSpec> = Vec::with_capacity(columns.len());
    for (name, column) in columns {
        let sound = ColumnSpec { name: name.text.to_string(), kind: SOUND, missing: 0.0 };
        specs.push(match Moment::Read.spec(name, column) {
            Ok(spec) => spec,
            Err(Stop::Unknown) => sound,
            Err(Stop::Wrong(error)) => {
                let span = error.span.unwrap_or(column.span);
                found.push(Diagnostic::new(codes::INVALID_VALUE, span, error.message).maybe_help(error.help));
                sound
            }
        });
    }
    // No row is drawn: it is the check before that is wanted, once more after each column found wrong.
    while let Err(error) = generate(&specs, 0, 0) {
        let help = match &error {
            GenerateError::UnknownColumn { column, named } => {
                did_you_mean(named, columns.iter().map(|(key, _)| &*key.text).filter(|name| name != column))
            }
            _ => None,
        };
        let Some(span) = place(columns, &error) else { break };
        found.push(Diagnostic::new(codes::INVALID_VALUE, span, error.to_string()).maybe_help(help));
        let Some(wrong) = specs.iter_mut().find(|spec| spec.name == *owner(&error)) else { break };
        (wrong.kind, wrong.missing) = (SOUND, 0.0);
    }
    found
}

fn owner(error: &GenerateError) -> &String {
    match error {
        GenerateError::DuplicateColumn(column)
        | GenerateError::Parameter { column, .. }
        | GenerateError::UnknownColumn { column, .. }
        | GenerateError::NotUsable { column, .. }
        | GenerateError::Draw { column, .. } => column,
    }
}

/// Where the mistake is written: the name of a source, else the column.
pub(super) fn place(columns: &[(Key, ColumnKeys)], error: &GenerateError) -> Option<Span> {
    let (_, column) = columns.iter().find(|(key, _)| *key.text == **owner(error))?;
    let (GenerateError::UnknownColumn { named, .. } | GenerateError::NotUsable { named, .. }) = error else {
        return Some(column.span);
    };
    let mut sources = column.fields.linear.iter().flat_map(|linear| &linear.0);
    Some(sources.find(|(source, _)| *source.text == **named).map_or(column.span, |(source, _)| source.span))
}

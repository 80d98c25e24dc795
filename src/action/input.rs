//! What a numeric action works on: `values`, a list or a matrix, or `data`, a table.

use std::sync::Arc;

use ndarray::Array2;

use super::{StepError, matrix};
use crate::diagnostic::{Diagnostic, codes};
use crate::syntax::{Arg, Decoder};
use crate::value::{Array, FromValue, Table, Value, WrongKind};

/// One of the two.
#[derive(Debug)]
pub(super) enum Input {
    Values(Arg<Arc<Array>>),
    Data(Arg<Arc<Table>>),
}

impl Input {
    /// The one that is given; both are a mistake, and `neither` says what none is.
    pub(super) fn one_of(
        values: Option<Arg<Arc<Array>>>,
        data: Option<Arg<Arc<Table>>>,
        neither: impl FnOnce() -> Diagnostic,
        decoder: &mut Decoder<'_>,
    ) -> Option<Self> {
        match (values, data) {
            (Some(values), None) => Some(Self::Values(values)),
            (None, Some(data)) => Some(Self::Data(data)),
            (Some(_), Some(data)) => {
                let message = "`values` and `data` are both given";
                decoder.refuse(
                    Diagnostic::new(codes::CONFLICTING_KEYS, data.span, message).help("keep one of them"),
                )
            }
            (None, None) => decoder.refuse(neither()),
        }
    }

    /// Notes `columns` beside `values`, which have none.
    pub(super) fn takes_columns<T>(&self, columns: Option<&Arg<T>>, decoder: &mut Decoder<'_>) -> Option<()> {
        match (self, columns) {
            (Self::Values(_), Some(columns)) => {
                let message = "`columns` names columns of `data`; `values` has none";
                decoder.refuse(
                    Diagnostic::new(codes::CONFLICTING_KEYS, columns.span, message)
                        .help("remove `columns`, or give a table in `data`"),
                )
            }
            _ => Some(()),
        }
    }

    /// The output of the same form.
    pub(super) fn output(&self) -> &'static str {
        match self {
            Self::Values(_) => "values",
            Self::Data(_) => "data",
        }
    }
}

/// `fit_on` beside `values`: rows by columns.
pub(super) fn matrix_to_fit_on(value: &Value) -> Result<Array2<f64>, StepError> {
    matrix::of_array(&*value.to_array().map_err(|why| wrong(&why))?)
}

/// `fit_on` beside `data`: a table.
pub(super) fn table_to_fit_on(value: &Value) -> Result<Arc<Table>, StepError> {
    FromValue::from_value(value).map_err(|why| wrong(&why))
}

fn wrong(why: &WrongKind) -> StepError {
    StepError::new(format!("`fit_on`: {why}"))
}

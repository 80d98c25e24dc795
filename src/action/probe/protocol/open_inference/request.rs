//! Rows as tensors: one of all columns, or one for each.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::super::Inference;
use super::datatype::{Datatype, inferred};
use super::metadata::Described;
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::value::{Map, Value};

pub(super) fn of(rows: &Rows, spoken: &Spoken, path: String) -> Result<Inference, StepError> {
    let described = Described::of(spoken.metadata.as_ref(), "inputs");
    let inputs = if by_column(rows, spoken, &described) {
        columns(rows, &described)?
    } else {
        vec![tensor(rows, described.first())?]
    };
    let mut document = Map::new();
    document.insert("inputs".into(), Value::list(inputs));
    if !spoken.outputs.is_empty() {
        let output = |name: &Arc<str>| Value::map([("name", Value::Text(name.clone()))]);
        document.insert("outputs".into(), Value::list(spoken.outputs.iter().map(output).collect()));
    }
    let id = id(&document);
    document.insert("id".into(), Value::text(id.as_str()));
    let inference = Inference::post(path, &Value::from(document), rows)?;
    Ok(Inference { id: Some(id), ..inference })
}

/// The same for the same rows, so that the same request is the same bytes.
fn id(document: &Map) -> String {
    let mut hasher = DefaultHasher::new();
    Value::from(document.clone()).to_json().to_string().hash(&mut hasher);
    format!("mlfunnel-{:08x}", hasher.finish() as u32)
}

/// Whether each column is an input of its own.
fn by_column(rows: &Rows, spoken: &Spoken, described: &[Described]) -> bool {
    match (spoken.form, described) {
        (Some(form), _) => form == "columns",
        // A model that tells nothing of its inputs takes a matrix more often than not; numbers and text make none.
        (None, []) => rows.names.is_some() && !rows.is_numeric(),
        (None, [only]) => matches!(rows.names.as_deref(), Some([name]) if *name == only.name),
        (None, _) => true,
    }
}

fn tensor(rows: &Rows, described: Option<&Described>) -> Result<Value, StepError> {
    let name = described.map_or("input-0", |described| &described.name);
    let items: Vec<Value> = rows.cells.iter().map(|row| Value::list(row.clone())).collect();
    input(name, &items, described)
}

fn columns(rows: &Rows, described: &[Described]) -> Result<Vec<Value>, StepError> {
    if described.is_empty() {
        let name = |at: usize| match &rows.names {
            Some(names) => names[at].to_string(),
            None => format!("input-{at}"),
        };
        return (0..rows.width()).map(|at| input(&name(at), &cells(rows, at), None)).collect();
    }
    let names = || described.iter().map(|input| format!("`{}`", input.name)).collect::<Vec<_>>().join(", ");
    if rows.names.is_none() && described.len() != rows.width() {
        let message = format!(
            "the model has {} inputs, {}, and a row has the width {}",
            described.len(),
            names(),
            rows.width()
        );
        return Err(StepError::new(message).help("give rows with as many columns, or with names"));
    }
    let column = |(position, input_of): (usize, &Described)| {
        let at = match &rows.names {
            Some(columns) => columns.iter().position(|name| *name == input_of.name).ok_or_else(|| {
                let message = format!(
                    "the rows have no column `{}`; the model's inputs are {}",
                    input_of.name,
                    names()
                );
                StepError::new(message).help("name the columns as the model does, or take `form: tensor`")
            })?,
            None => position,
        };
        input(&input_of.name, &cells(rows, at), Some(input_of))
    };
    described.iter().enumerate().map(column).collect()
}

/// The cells of a column, each in a list of its own.
fn cells(rows: &Rows, at: usize) -> Vec<Value> {
    rows.column(at)
        .into_iter()
        .map(|cell| match cell {
            Value::List(_) | Value::Array(_) => cell,
            scalar => Value::list(vec![scalar]),
        })
        .collect()
}

/// A tensor of these items, each a row of it.
fn input(name: &str, items: &[Value], described: Option<&Described>) -> Result<Value, StepError> {
    let mut inner = Vec::new();
    let mut elements = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let shape = flatten(item, &mut elements)
            .ok_or_else(|| StepError::new(format!("row {} has no rectangular shape", index + 1)))?;
        if index > 0 && shape != inner {
            let message = format!("row {} has the shape {shape:?}, and row 1 {inner:?}", index + 1);
            return Err(StepError::new(message).help("a tensor has rows of one shape"));
        }
        inner = shape;
    }
    // An input of one dimension takes one element a row.
    if inner == [1] && described.is_some_and(|described| described.shape.len() == 1) {
        inner.clear();
    }
    let datatype = match described {
        Some(described) => &*described.datatype,
        None => inferred(&elements).ok_or_else(|| {
            StepError::new(format!("no datatype holds all values of `{name}`"))
                .help("give each column an input of its own with `form: columns`")
        })?,
    };
    let element = |element: &Value| match Datatype::of(datatype) {
        Some(known) => known.element(element).ok_or_else(|| {
            StepError::new(format!("the model's input `{name}` takes {datatype}, and {element} is none"))
                .help("give rows of the model's own type")
        }),
        None => Ok(element.clone()),
    };
    let data = elements.iter().map(element).collect::<Result<Vec<_>, _>>()?;
    let shape = std::iter::once(items.len()).chain(inner).map(Value::from).collect();
    Ok(Value::map([
        ("name", Value::text(name)),
        ("shape", Value::list(shape)),
        ("datatype", Value::text(datatype)),
        ("data", Value::list(data)),
    ]))
}

/// Appends all elements, row-major, and tells the shape; `None` where lists of one level differ in length.
fn flatten(value: &Value, elements: &mut Vec<Value>) -> Option<Vec<usize>> {
    let items = match value {
        Value::List(items) => items.to_vec(),
        Value::Array(array) => (0..array.len()).filter_map(|at| array.at(at)).collect(),
        scalar => {
            elements.push(scalar.clone());
            return Some(Vec::new());
        }
    };
    let mut inner: Option<Vec<usize>> = None;
    for item in &items {
        let shape = flatten(item, elements)?;
        if inner.as_ref().is_some_and(|inner| *inner != shape) {
            return None;
        }
        inner = Some(shape);
    }
    Some(std::iter::once(items.len()).chain(inner.unwrap_or_default()).collect())
}

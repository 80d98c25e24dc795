//! `shape` and `same_shape_as`.

use serde_json::Value as Json;

use super::elements::not_measurable;
use super::{Bench, Fault, Judged, Matcher, Miss, Named};
use crate::diagnostic::codes;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Kind, Path, Segment, Value};

/// Lists of one level with different lengths or depths: where the first odd one is.
struct Ragged {
    path: Vec<Segment>,
    why: String,
}

fn shape_of(value: &Value) -> Result<Vec<usize>, Ragged> {
    let items = match value {
        Value::Array(array) => return Ok(array.shape().to_vec()),
        Value::Table(table) => return Ok(vec![table.rows(), table.columns().len()]),
        Value::List(items) => items,
        _ => return Ok(Vec::new()),
    };
    let mut inner: Option<Vec<usize>> = None;
    for (index, item) in items.iter().enumerate() {
        let mut shape = shape_of(item).map_err(|mut ragged| {
            ragged.path.insert(0, Segment::Index(index));
            ragged
        })?;
        match &inner {
            None => inner = Some(shape),
            Some(first) if *first == shape => {}
            Some(first) => {
                let why = format!("has shape {shape:?}, the elements before it {first:?}");
                shape.clear();
                return Err(Ragged { path: vec![Segment::Index(index)], why });
            }
        }
    }
    let mut shape = vec![items.len()];
    shape.extend(inner.unwrap_or_default());
    Ok(shape)
}

fn measured(actual: &Value, matcher: &str) -> Result<Result<Vec<usize>, Ragged>, Fault> {
    match actual {
        Value::Map(_) | Value::Bytes(_) | Value::File(_) => {
            Err(not_measurable(actual, matcher, "has no shape"))
        }
        _ => Ok(shape_of(actual)),
    }
}

fn judge(
    actual: &Value,
    matcher: &str,
    wanted: &str,
    holds: impl FnOnce(&[usize]) -> bool,
) -> Result<Judged, Fault> {
    let expected = format!("shape {wanted}");
    let miss = match measured(actual, matcher)? {
        Err(Ragged { path, why }) => Some(
            Miss::new("it is ragged: it has no one shape", expected, actual)
                .note(format!("first: {} {why}", Path(path))),
        ),
        Ok(shape) if holds(&shape) => None,
        Ok(shape) => Some(Miss::new(format!("shape is {shape:?}, expected {wanted}"), expected, actual)),
    };
    Ok(Judged::one(miss))
}

fn refuses(kind: Kind) -> Option<String> {
    matches!(kind, Kind::Map | Kind::Bytes | Kind::File).then(|| format!("{} has no shape", kind.name()))
}

/// The length of every axis.
#[derive(Debug)]
pub(super) struct Shape(Arg<Vec<Option<usize>>>);

impl Matcher for Shape {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let wanted = self.0.bind(bench.scope)?;
        let axes = |axis: &Option<usize>| axis.map_or("null".to_owned(), |axis| axis.to_string());
        let shown = format!("[{}]", wanted.iter().map(axes).collect::<Vec<_>>().join(", "));
        judge(actual, Self::NAME, &shown, |shape| {
            shape.len() == wanted.len()
                && shape.iter().zip(&wanted).all(|(axis, wanted)| wanted.is_none_or(|wanted| wanted == *axis))
        })
    }
    fn refuses(&self, kind: Kind) -> Option<String> {
        refuses(kind)
    }
}

impl Named for Shape {
    const NAME: &'static str = "shape";
    const PAGE: &'static str = "The length of every axis; `null` is any length. A table's shape is `[rows, columns]`, a single number's `[]`. Lists \
        inside a list must be of one shape.\n\n\
        `probabilities: {shape: [null, 3]}`";
    const OF_FORM: bool = true;
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Vec<Option<usize>>>::schema()
    }
}

/// The shape of another value.
#[derive(Debug)]
pub(super) struct SameShapeAs(Arg<Value>);

impl Matcher for SameShapeAs {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let other = self.0.bind(bench.scope)?;
        let wanted = measured(&other, Self::NAME)?.map_err(|Ragged { path, why }| {
            let message = format!("what `same_shape_as` names is ragged: {} {why}", Path(path));
            Fault { span: Some(self.0.span), ..Fault::new(codes::NOT_MEASURABLE, message) }
        })?;
        judge(actual, Self::NAME, &format!("{wanted:?}"), |shape| *shape == *wanted)
    }
    fn refuses(&self, kind: Kind) -> Option<String> {
        refuses(kind)
    }
}

impl Named for SameShapeAs {
    const NAME: &'static str = "same_shape_as";
    const PAGE: &'static str =
        "The shape of another value: as many axes, and each as long.\n\n`values: {same_shape_as: $input}`";
    const OF_FORM: bool = true;
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        serde_json::json!(true)
    }
}

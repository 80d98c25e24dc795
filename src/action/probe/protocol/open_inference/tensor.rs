//! A tensor of an answer: its shape and its elements, which must be as many.

use std::sync::Arc;

use super::super::Reading;
use super::datatype::Datatype;
use crate::value::{Map, Value};

/// Elements that are named one by one.
const NAMED: usize = 3;

#[derive(Debug)]
pub(super) struct Tensor {
    pub name: Arc<str>,
    pub datatype: Arc<str>,
    pub shape: Vec<usize>,
    /// Row-major.
    elements: Vec<Value>,
}

impl Tensor {
    /// Reads one, and notes what is wrong with it.
    pub(super) fn read(index: usize, output: &Value, reading: &mut Reading) -> Option<Self> {
        let Value::Map(map) = output else {
            reading.check(Err(format!("`outputs[{index}]` is {}, not a mapping", output.kind())));
            return None;
        };
        let name = text(map, "name", index, reading)?;
        let datatype = text(map, "datatype", index, reading)?;
        let shape = shape(map, &name, reading)?;
        let data = match map.get("data") {
            Some(data @ Value::List(_)) => data,
            Some(other) => {
                reading.check(Err(format!("`data` of output `{name}` is {}, not a list", other.kind())));
                return None;
            }
            None => {
                reading.check(Err(format!("output `{name}` has no `data`")));
                return None;
            }
        };
        let mut elements = Vec::new();
        flatten(data, &mut elements);
        let tensor = Self { name, datatype, shape, elements };
        reading.measured += 1 + tensor.elements.len() as u64;
        let product = tensor.shape.iter().try_fold(1usize, |product, dim| product.checked_mul(*dim));
        if product != Some(tensor.elements.len()) {
            reading.misses.push(format!(
                "output `{}` has shape {}, which is {} elements, and its `data` has {}",
                tensor.name,
                tensor.shown_shape(),
                product.map_or("too many".to_owned(), |product| product.to_string()),
                tensor.elements.len()
            ));
            return None;
        }
        if nested(data) && !fits(data, &tensor.shape) {
            let shape = tensor.shown_shape();
            reading.misses.push(format!(
                "`data` of output `{}` is nested in another way than its shape {shape}",
                tensor.name
            ));
            return None;
        }
        tensor.check_elements(reading);
        Some(tensor)
    }

    fn check_elements(&self, reading: &mut Reading) {
        let Some(datatype) = Datatype::of(&self.datatype) else {
            reading.misses.push(format!(
                "output `{}` has the datatype `{}`, which there is not",
                self.name, self.datatype
            ));
            return;
        };
        let mut odd = self
            .elements
            .iter()
            .enumerate()
            .filter_map(|(index, element)| Some((index, element, datatype.refuses(element)?)));
        for (index, element, why) in odd.by_ref().take(NAMED) {
            let (name, datatype) = (&self.name, &self.datatype);
            reading.misses.push(format!(
                "element {} of output `{name}` is {element}: {why}, and no {datatype}",
                index + 1
            ));
        }
        let more = odd.count();
        if more > 0 {
            reading
                .misses
                .push(format!("{more} more elements of output `{}` are no {}", self.name, self.datatype));
        }
    }

    /// One value for each of so many rows; `None` where it has other ones.
    pub(super) fn by_row(&self, rows: usize) -> Option<Vec<Value>> {
        let (first, inner) = match self.shape.split_first() {
            Some((first, inner)) => (*first, inner),
            None => (1, &[][..]),
        };
        if first != rows {
            return None;
        }
        let width: usize = inner.iter().product();
        if width == 0 {
            return Some(vec![Value::list(Vec::new()); rows]);
        }
        Some(self.elements.chunks(width).map(|row| nest(row, inner)).collect())
    }

    pub(super) fn shown_shape(&self) -> String {
        format!("{:?}", self.shape)
    }
}

/// The elements of a row in its shape; one alone stands for itself.
fn nest(elements: &[Value], shape: &[usize]) -> Value {
    match shape {
        _ if elements.len() == 1 => elements[0].clone(),
        [] | [_] => Value::list(elements.to_vec()),
        [first, inner @ ..] => {
            let width = elements.len() / (*first).max(1);
            Value::list(elements.chunks(width.max(1)).map(|part| nest(part, inner)).collect())
        }
    }
}

fn text(map: &Map, key: &str, index: usize, reading: &mut Reading) -> Option<Arc<str>> {
    match map.get(key) {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(other) => {
            reading.check(Err(format!("`{key}` of `outputs[{index}]` is {}, not a string", other.kind())));
            None
        }
        None => {
            reading.check(Err(format!("`outputs[{index}]` has no `{key}`")));
            None
        }
    }
}

fn shape(map: &Map, name: &str, reading: &mut Reading) -> Option<Vec<usize>> {
    let dims = match map.get("shape") {
        Some(Value::List(dims)) => dims.iter().map(dimension).collect::<Option<Vec<usize>>>(),
        Some(_) => None,
        None => {
            reading.check(Err(format!("output `{name}` has no `shape`")));
            return None;
        }
    };
    if dims.is_none() {
        let shown = map.get("shape").map(ToString::to_string).unwrap_or_default();
        reading.check(Err(format!("`shape` of output `{name}` is {shown}, not a list of sizes")));
    }
    dims
}

fn dimension(value: &Value) -> Option<usize> {
    match *value {
        Value::Int(int) => usize::try_from(int).ok(),
        _ => None,
    }
}

fn flatten(data: &Value, elements: &mut Vec<Value>) {
    match data {
        Value::List(items) => items.iter().for_each(|item| flatten(item, elements)),
        element => elements.push(element.clone()),
    }
}

fn nested(data: &Value) -> bool {
    matches!(data, Value::List(items) if items.iter().any(|item| matches!(item, Value::List(_))))
}

/// Whether the lists are nested as the shape says.
fn fits(data: &Value, shape: &[usize]) -> bool {
    match (data, shape) {
        (Value::List(items), [first, inner @ ..]) => {
            items.len() == *first && items.iter().all(|item| fits(item, inner))
        }
        (Value::List(_), []) => false,
        (_, inner) => inner.is_empty(),
    }
}

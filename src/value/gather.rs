//! From lists to arrays: a rectangular shape, one dtype.

use std::sync::Arc;

use super::{Array, Data, Leaf, Segment, Value, WrongKind, visit_leaves};

impl Value {
    /// A rectangular list of numbers (nulls among them become NaN), booleans or strings as an array.
    pub fn to_array(&self) -> Result<Arc<Array>, WrongKind> {
        if let Self::Array(array) = self {
            return Ok(array.clone());
        }
        let mut shape = Vec::new();
        let mut first = self;
        while let Self::List(items) = first {
            shape.push(items.len());
            match items.first() {
                Some(item) => first = item,
                None => break,
            }
        }
        if shape.is_empty() {
            return Err(WrongKind::new("a list", self));
        }
        rectangular(self, &shape)?;
        let data = gather(self)?;
        Array::new(shape, data).map(Arc::new).ok_or_else(|| WrongKind::new("a rectangular list", self))
    }
}

fn rectangular(value: &Value, shape: &[usize]) -> Result<(), WrongKind> {
    match (value, shape.split_first()) {
        (Value::List(items), Some((&length, rest))) if items.len() == length => {
            items.iter().enumerate().try_for_each(|(index, item)| {
                rectangular(item, rest).map_err(|wrong| wrong.under(Segment::Index(index)))
            })
        }
        (Value::List(items), Some((&length, _))) => Err(WrongKind {
            got: items.len().to_string(),
            ..WrongKind::new(format!("{length} elements as in the rows before"), value)
        }),
        (Value::Map(_) | Value::Table(_) | Value::Array(_), _) => {
            Err(WrongKind::new("a number, a string or a boolean", value))
        }
        (_, None) if !matches!(value, Value::List(_)) => Ok(()),
        (_, None) => Err(WrongKind::new("a number, as the element before", value)),
        _ => Err(WrongKind::new("a list, as the element before", value)),
    }
}

/// The scalars of a list as data of one dtype: integers and floats make floats, nulls among numbers NaN.
fn gather(value: &Value) -> Result<Data, WrongKind> {
    let (mut bools, mut ints, mut floats, mut texts, mut nulls, mut total) = (0, 0, 0, 0, 0, 0_usize);
    let mut odd = None;
    visit_leaves(value, &mut |leaf| {
        total += 1;
        match leaf {
            Leaf::Bool(_) => bools += 1,
            Leaf::Int(_) => ints += 1,
            Leaf::UInt(_) | Leaf::Float(_) => floats += 1,
            Leaf::Text(_) => texts += 1,
            Leaf::Null => nulls += 1,
            _ => odd = Some(leaf.to_value()),
        }
        odd.is_none()
    });
    if let Some(odd) = odd {
        return Err(WrongKind::new("a number, a string or a boolean", &odd));
    }
    let mut data = match total {
        _ if ints == total && total > 0 => Data::Int(Vec::with_capacity(total)),
        _ if bools == total && total > 0 => Data::Bool(Vec::with_capacity(total)),
        _ if texts == total && total > 0 => Data::Text(Vec::with_capacity(total)),
        _ => Data::Float(Vec::with_capacity(total)),
    };
    let mut wrong = None;
    let mut number = 0;
    visit_leaves(value, &mut |leaf| {
        match (&mut data, leaf) {
            (Data::Int(items), Leaf::Int(int)) => items.push(int),
            (Data::Bool(items), Leaf::Bool(flag)) => items.push(flag),
            (Data::Text(items), Leaf::Text(text)) => items.push(text.into()),
            (Data::Float(items), Leaf::Null) => items.push(f64::NAN),
            (Data::Float(items), leaf) => match leaf.as_f64() {
                Some(float) => items.push(float),
                None => wrong = Some((number, leaf.to_value())),
            },
            _ => {}
        }
        number += 1;
        wrong.is_none()
    });
    match wrong {
        Some((number, odd)) => {
            let path = super::leaf_path(value, number).0;
            Err(WrongKind { path, ..super::convert::not_a_number("a number, as its neighbours", &odd) })
        }
        None => Ok(data),
    }
}

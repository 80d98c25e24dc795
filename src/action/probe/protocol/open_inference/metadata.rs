//! What a server says of a model's inputs and outputs.

use std::sync::Arc;

use super::super::Reading;
use super::datatype::Datatype;
use super::tensor::Tensor;
use crate::action::probe::conversation::Spoken;
use crate::value::{Segment, Value};

/// An input or output as the metadata tells of it.
#[derive(Debug)]
pub(super) struct Described {
    pub name: Arc<str>,
    pub datatype: Arc<str>,
    /// -1 is any size.
    pub shape: Vec<i64>,
}

impl Described {
    /// All that are under this key and well-formed.
    pub(super) fn of(metadata: Option<&Value>, key: &str) -> Vec<Self> {
        match metadata.and_then(|metadata| metadata.child(&Segment::Key(key.into()))) {
            Some(Value::List(tensors)) => tensors.iter().filter_map(Self::read).collect(),
            _ => Vec::new(),
        }
    }

    fn read(tensor: &Value) -> Option<Self> {
        let key = |name: &str| tensor.child(&Segment::Key(name.into()));
        let text = |name: &str| match key(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        let Some(Value::List(dims)) = key("shape") else { return None };
        let dimension = |dim: &Value| match *dim {
            Value::Int(int) if int >= -1 => Some(int),
            _ => None,
        };
        let shape = dims.iter().map(dimension).collect::<Option<_>>()?;
        Some(Self { name: text("name")?, datatype: text("datatype")?, shape })
    }

    /// Whether a tensor is what was told.
    pub(super) fn agrees(&self, tensor: &Tensor) -> Result<(), String> {
        if self.datatype != tensor.datatype {
            let Self { name, datatype, .. } = self;
            return Err(format!("output `{name}` is {}, and the metadata says {datatype}", tensor.datatype));
        }
        if same_shape(&self.shape, &tensor.shape) {
            return Ok(());
        }
        let (shape, told) = (tensor.shown_shape(), &self.shape);
        Err(format!("output `{}` has shape {shape}, and the metadata says {told:?}", self.name))
    }
}

/// Sizes must be the same where both are known. Servers tell of a label as `[-1]` and as `[-1, 1]`: sizes of one at the
/// end are no difference.
fn same_shape(told: &[i64], found: &[usize]) -> bool {
    let longest = told.len().max(found.len());
    (0..longest).all(|at| match (told.get(at), found.get(at)) {
        (Some(-1), _) | (Some(1), None) | (None, Some(1)) => true,
        (Some(told), Some(found)) => u64::try_from(*told) == Ok(*found as u64),
        _ => false,
    })
}

/// What is wrong with the metadata itself.
pub(super) fn check(metadata: &Value, spoken: &Spoken) -> Reading {
    let Value::Map(map) = metadata else {
        return Reading::miss(format!("the metadata is {}, not a mapping", metadata.kind()));
    };
    let mut reading = Reading::default();
    let model = spoken.model.as_deref().unwrap_or_default();
    reading.check(match map.get("name") {
        Some(Value::Text(name)) if **name == *model => Ok(()),
        Some(other) => Err(format!("the metadata is that of {other}, and `{model}` was asked")),
        None => Err("the metadata has no `name`".to_owned()),
    });
    for key in ["inputs", "outputs"] {
        match map.get(key) {
            Some(Value::List(tensors)) => {
                for (index, tensor) in tensors.iter().enumerate() {
                    reading.check(well_formed(tensor, &format!("{key}[{index}]")));
                }
            }
            // A model without a signature is served all the same.
            None | Some(Value::Null) => reading.remarks.push(format!("the metadata has no `{key}`")),
            Some(other) => {
                reading.check(Err(format!("`{key}` of the metadata is {}, not a list", other.kind())));
            }
        }
    }
    reading
}

fn well_formed(tensor: &Value, place: &str) -> Result<(), String> {
    let Some(described) = Described::read(tensor) else {
        return Err(format!(
            "`{place}` of the metadata has not all of `name`, `datatype` and `shape`: {tensor}"
        ));
    };
    match Datatype::of(&described.datatype) {
        Some(_) => Ok(()),
        None => Err(format!(
            "`{place}` of the metadata has the datatype `{}`, which there is not",
            described.datatype
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::same_shape;

    #[test]
    fn shapes_agree_where_both_are_known() {
        for (told, found) in [
            (&[-1, 3][..], &[2, 3][..]),
            (&[-1, 1], &[2]),
            (&[-1], &[2, 1]),
            (&[1], &[1, 1]),
            (&[-1, -1], &[2]),
            (&[1, 1], &[1]),
        ] {
            assert!(same_shape(told, found), "{told:?} {found:?}");
        }
        for (told, found) in [(&[-1, 3][..], &[2, 2][..]), (&[-1], &[2, 3]), (&[-1, 3], &[2]), (&[4], &[5])] {
            assert!(!same_shape(told, found), "{told:?} {found:?}");
        }
    }
}

//! Tensors as rows: their datatype, the product of their shape, and what each stands for.

use ndarray::Array2;
use serde_json::Value;

use crate::service::server::rows::{kind, order, shaped};

/// What an input looks like.
pub(super) const EXAMPLE: &str =
    "`{\"inputs\": [{\"name\": \"x\", \"shape\": [2, 4], \"datatype\": \"FP64\", \"data\": [[…], […]]}]}`";

/// The datatypes of numbers, each with the least and the greatest that it holds.
const DATATYPES: &[(&str, f64, f64)] = &[
    ("FP64", f64::MIN, f64::MAX),
    ("FP32", f32::MIN as f64, f32::MAX as f64),
    ("INT8", i8::MIN as f64, i8::MAX as f64),
    ("INT16", i16::MIN as f64, i16::MAX as f64),
    ("INT32", i32::MIN as f64, i32::MAX as f64),
    ("INT64", i64::MIN as f64, i64::MAX as f64),
    ("UINT8", 0.0, u8::MAX as f64),
    ("UINT16", 0.0, u16::MAX as f64),
    ("UINT32", 0.0, u32::MAX as f64),
    ("UINT64", 0.0, u64::MAX as f64),
];

/// One input as it was sent, its data in the order of rows.
struct Tensor<'a> {
    name: &'a str,
    datatype: &'a (&'static str, f64, f64),
    shape: Vec<usize>,
    data: Vec<&'a Value>,
}

/// The rows that these inputs are: one tensor of all features, or one input a feature.
pub(super) fn rows(inputs: &[Value], features: &[String]) -> Result<Array2<f64>, String> {
    let tensors: Vec<Tensor<'_>> = inputs
        .iter()
        .enumerate()
        .map(|(index, input)| Tensor::read(index, input))
        .collect::<Result<_, _>>()?;
    match &tensors[..] {
        [] => Err(format!("`inputs` is empty; send {EXAMPLE}")),
        [matrix] if !features.iter().any(|feature| feature == matrix.name) => of_matrix(matrix, features),
        columns => of_columns(columns, features),
    }
}

fn of_matrix(tensor: &Tensor<'_>, features: &[String]) -> Result<Array2<f64>, String> {
    let (name, wanted) = (tensor.name, features.len());
    if tensor.shape.len() != 2 || tensor.shape[1] != wanted {
        return Err(format!(
            "input `{name}` has the shape {:?}; send one of shape [rows, {wanted}], or one input a feature: {}",
            tensor.shape,
            features.join(", ")
        ));
    }
    let place = |index: usize| (features[index % wanted].as_str(), index / wanted);
    let numbers = tensor.data.iter().enumerate().map(|(index, value)| {
        let (feature, row) = place(index);
        tensor.number(value, feature, row)
    });
    shaped(numbers.collect::<Result<_, _>>()?, features)
}

fn of_columns(tensors: &[Tensor<'_>], features: &[String]) -> Result<Array2<f64>, String> {
    let names: Vec<&str> = tensors.iter().map(|tensor| tensor.name).collect();
    let order = order(&names, features, "input")?;
    let rows = tensors[0].shape.first().copied().unwrap_or(0);
    for Tensor { name, shape, .. } in tensors {
        if !matches!(shape[..], [_] | [_, 1]) {
            return Err(format!(
                "input `{name}` has the shape {shape:?}; that of one feature is [rows] or [rows, 1]"
            ));
        }
        if shape[0] != rows {
            let (first, count) = (tensors[0].name, shape[0]);
            return Err(format!(
                "input `{first}` has {rows} rows, input `{name}` has {count}; send as many of each"
            ));
        }
    }
    let mut numbers = Vec::with_capacity(rows * features.len());
    for row in 0..rows {
        for at in &order {
            let tensor = &tensors[*at];
            numbers.push(tensor.number(tensor.data[row], tensor.name, row)?);
        }
    }
    shaped(numbers, features)
}

impl<'a> Tensor<'a> {
    fn read(index: usize, input: &'a Value) -> Result<Self, String> {
        let Value::Object(fields) = input else {
            return Err(format!("input {index} must be an object; got {}; send {EXAMPLE}", kind(input)));
        };
        let known = ["name", "shape", "datatype", "parameters", "data"];
        if let Some(unknown) = fields.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(format!(
                "input {index} has the unknown key `{unknown}`; it has name, shape, datatype and data"
            ));
        }
        let missing = |key: &str| format!("input {index} has no `{key}`; send {EXAMPLE}");
        let wrong = |key: &str, wanted: &str, value: &Value| {
            format!("`{key}` of input {index} must be {wanted}; got {}", kind(value))
        };
        let get = |key: &str| fields.get(key).ok_or_else(|| missing(key));
        let text = |key: &str| {
            let value = get(key)?;
            value.as_str().ok_or_else(|| wrong(key, "a string", value))
        };
        let (name, datatype) = (text("name")?, text("datatype")?);
        let datatype = DATATYPES.iter().find(|(known, ..)| *known == datatype).ok_or_else(|| {
            let names: Vec<&str> = DATATYPES.iter().map(|(name, ..)| *name).collect();
            format!(
                "input `{name}` is of the datatype `{datatype}`; the model takes numbers: {}",
                names.join(", ")
            )
        })?;
        let shape = get("shape")?;
        let size = |size: &Value| size.as_u64().and_then(|size| usize::try_from(size).ok());
        let shape = shape.as_array().and_then(|sizes| sizes.iter().map(size).collect::<Option<Vec<_>>>());
        let shape = shape
            .ok_or_else(|| format!("`shape` of input `{name}` must be a list of whole numbers from 0"))?;
        let data = get("data")?;
        let data = data.as_array().ok_or_else(|| wrong("data", "a list", data))?;
        let mut flat = Vec::new();
        flatten(data, &shape, name, &mut flat)?;
        Ok(Self { name, datatype, shape, data: flat })
    }

    /// One element as the number it is.
    fn number(&self, value: &Value, feature: &str, row: usize) -> Result<f64, String> {
        let (datatype, least, greatest) = *self.datatype;
        let Some(number) = value.as_f64().filter(|number| number.is_finite()) else {
            return Err(format!("`{feature}` of row {row} must be a number; got {}", kind(value)));
        };
        let whole = datatype.starts_with("FP") || number.fract() == 0.0;
        if !whole || number < least || number > greatest {
            return Err(format!("`{feature}` of row {row} is {value}, which is no {datatype}"));
        }
        // A client that says so has rounded its numbers, or means them to be.
        Ok(if datatype == "FP32" { f64::from(number as f32) } else { number })
    }
}

/// Puts the elements of a flat or a nested list in one row; they are to be as many as the shape says.
fn flatten<'a>(
    data: &'a [Value],
    shape: &[usize],
    name: &str,
    flat: &mut Vec<&'a Value>,
) -> Result<(), String> {
    let elements = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
    let Some(elements) = elements else {
        return Err(format!("`shape` of input `{name}` is too large"));
    };
    if !data.iter().any(Value::is_array) {
        if data.len() != elements {
            let given = data.len();
            return Err(format!(
                "input `{name}` has {given} elements; its shape {shape:?} is one of {elements}"
            ));
        }
        flat.extend(data);
        return Ok(());
    }
    let [size, inner @ ..] = shape else { return Ok(()) };
    if data.len() != *size || inner.is_empty() {
        return Err(format!("input `{name}` has {} rows of lists; its shape is {shape:?}", data.len()));
    }
    for (row, values) in data.iter().enumerate() {
        let Value::Array(values) = values else {
            return Err(format!("row {row} of input `{name}` is {}, others are lists", kind(values)));
        };
        if values.len() != inner[0] {
            let (given, wanted) = (values.len(), inner[0]);
            return Err(format!("row {row} of input `{name}` has {given} elements; its shape has {wanted}"));
        }
        flatten(values, inner, name, flat)?;
    }
    Ok(())
}

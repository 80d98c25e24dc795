//! Labels of classes: from columns, and back into arrays of their own dtype.

use super::StepError;
use crate::ml::label::Label;
use crate::value::{Array, Column, Data, Value};

/// The labels of a column: booleans, integers or strings, none of them null. `what` names it in errors.
pub(super) fn of_column(column: &Column, what: &str) -> Result<Vec<Label>, StepError> {
    if let Some(row) = (0..column.len()).find(|&row| column.is_null(row)) {
        return Err(StepError::new(format!("{what} is null at row {row} (from 0)"))
            .help("drop the row, or fill it in with `impute`"));
    }
    let whole = |int: u64| {
        i64::try_from(int).map(Label::Int).map_err(|_| {
            StepError::new(format!("{what} holds {int}, which is too large for a label"))
                .help("write labels that large as strings")
        })
    };
    match &column.data {
        Data::Bool(items) => Ok(items.iter().map(|&flag| Label::Bool(flag)).collect()),
        Data::Int(items) => Ok(items.iter().map(|&int| Label::Int(int)).collect()),
        Data::UInt(items) => items.iter().map(|&int| whole(int)).collect(),
        Data::Text(items) => Ok(items.iter().map(|text| Label::Text(text.to_string())).collect()),
        Data::Float32(_) | Data::Float(_) | Data::Datetime(_) => {
            Err(StepError::new(format!("{what} holds {}, which are no labels", column.dtype()))
                .help("labels are booleans, integers or strings"))
        }
    }
}

/// One label as a value of a spec.
pub(super) fn to_value(label: &Label) -> Value {
    match label {
        Label::Bool(flag) => Value::Bool(*flag),
        Label::Int(int) => Value::Int(*int),
        Label::Text(text) => Value::text(text.as_str()),
    }
}

/// A value of a spec as a label; `None` where it is none.
pub(super) fn of_value(value: &Value) -> Option<Label> {
    match value {
        Value::Bool(flag) => Some(Label::Bool(*flag)),
        Value::Int(int) => Some(Label::Int(*int)),
        Value::Text(text) => Some(Label::Text(text.to_string())),
        _ => None,
    }
}

/// The labels as an array of their dtype: booleans, integers, else strings.
pub(super) fn to_data<'a>(labels: impl Iterator<Item = &'a Label> + Clone) -> Data {
    let flags = labels.clone().map(|label| if let Label::Bool(flag) = label { Some(*flag) } else { None });
    if let Some(flags) = flags.collect::<Option<Vec<_>>>().filter(|flags| !flags.is_empty()) {
        return Data::Bool(flags);
    }
    let ints = labels.clone().map(|label| if let Label::Int(int) = label { Some(*int) } else { None });
    if let Some(ints) = ints.collect::<Option<Vec<_>>>().filter(|ints| !ints.is_empty()) {
        return Data::Int(ints);
    }
    Data::Text(labels.map(|label| label.to_string().into()).collect())
}

/// [`to_data`] as an array of one axis.
pub(super) fn to_array<'a>(labels: impl Iterator<Item = &'a Label> + Clone) -> Array {
    Array::vector(to_data(labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_dtype() {
        for data in
            [Data::Bool(vec![true, false]), Data::Int(vec![3, -1]), Data::Text(vec!["b".into(), "a".into()])]
        {
            let labels = of_column(&Column::new("y", data.clone()), "the target `y`").unwrap();
            assert_eq!(to_data(labels.iter()), data);
            assert!(labels.iter().all(|label| of_value(&to_value(label)).as_ref() == Some(label)));
        }
        let labels = of_column(&Column::new("y", Data::UInt(vec![7])), "y").unwrap();
        assert_eq!(to_data(labels.iter()), Data::Int(vec![7]));
    }

    #[test]
    fn what_is_no_label_is_an_error() {
        let message = |column: Column| of_column(&column, "the target `y`").unwrap_err().message;
        assert_eq!(
            message(Column::new("y", Data::Float(vec![1.0]))),
            "the target `y` holds float64, which are no labels"
        );
        assert_eq!(
            message(Column::new("y", Data::Int(vec![1, 0])).with_valid(vec![true, false])),
            "the target `y` is null at row 1 (from 0)"
        );
        assert_eq!(
            message(Column::new("y", Data::UInt(vec![u64::MAX]))),
            "the target `y` holds 18446744073709551615, which is too large for a label"
        );
    }
}

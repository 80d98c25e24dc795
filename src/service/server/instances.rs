//! `{"instances": […]}` as rows of numbers in the model's order, with an error that names row and feature.

use serde_json::{Map, Value};

/// The rows of a request, one finite number for each feature. A row is a list in the order of `features`, or an object
/// by their names.
pub(super) fn rows(document: &Value, features: &[String]) -> Result<Vec<Vec<f64>>, String> {
    let Value::Object(fields) = document else {
        return Err(format!("the body must be an object `{{\"instances\": […]}}`; got {}", kind(document)));
    };
    if let Some(unknown) = fields.keys().find(|key| *key != "instances") {
        return Err(format!("unknown key `{unknown}`; the body has one key, `instances`"));
    }
    let instances =
        fields.get("instances").ok_or("the body has no `instances`; send `{\"instances\": [[…], …]}`")?;
    let Value::Array(instances) = instances else {
        return Err(format!("`instances` must be a list of rows; got {}", kind(instances)));
    };
    instances.iter().enumerate().map(|(index, instance)| row(index, instance, features)).collect()
}

fn row(index: usize, instance: &Value, features: &[String]) -> Result<Vec<f64>, String> {
    match instance {
        Value::Array(values) => {
            if values.len() != features.len() {
                let (given, wanted) = (values.len(), features.len());
                return Err(format!(
                    "instance {index} has {given} values; the model has {wanted} features: {}",
                    features.join(", ")
                ));
            }
            values.iter().zip(features).map(|(value, feature)| number(index, feature, value)).collect()
        }
        Value::Object(fields) => named_row(index, fields, features),
        other => Err(format!(
            "instance {index} must be a list of numbers or an object by feature; got {}",
            kind(other)
        )),
    }
}

fn named_row(index: usize, fields: &Map<String, Value>, features: &[String]) -> Result<Vec<f64>, String> {
    if let Some(unknown) = fields.keys().find(|name| !features.contains(name)) {
        return Err(format!(
            "instance {index} has the unknown feature `{unknown}`; the model has: {}",
            features.join(", ")
        ));
    }
    features
        .iter()
        .map(|feature| match fields.get(feature) {
            Some(value) => number(index, feature, value),
            None => {
                Err(format!("instance {index} has no `{feature}`; the model has: {}", features.join(", ")))
            }
        })
        .collect()
}

fn number(index: usize, feature: &str, value: &Value) -> Result<f64, String> {
    value
        .as_f64()
        .filter(|number| number.is_finite())
        .ok_or_else(|| format!("`{feature}` of instance {index} must be a number; got {}", kind(value)))
}

/// What a JSON value is, in a reader's words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(document: &Value) -> Result<Vec<Vec<f64>>, String> {
        rows(document, &["age".to_owned(), "dose".to_owned()])
    }

    #[test]
    fn rows_come_as_lists_or_by_name_in_any_order() {
        let document = json!({"instances": [[1, 2.5], {"dose": -3e2, "age": 4}]});
        assert_eq!(read(&document).unwrap(), [[1.0, 2.5], [4.0, -300.0]]);
        assert_eq!(read(&json!({"instances": []})).unwrap(), Vec::<Vec<f64>>::new());
    }

    #[test]
    fn every_wrong_shape_is_named_with_its_place() {
        for (document, expected) in [
            (json!([[1, 2]]), "the body must be an object `{\"instances\": […]}`; got a list"),
            (json!({}), "the body has no `instances`; send `{\"instances\": [[…], …]}`"),
            (json!({"instances": [], "x": 1}), "unknown key `x`; the body has one key, `instances`"),
            (json!({"instances": "abc"}), "`instances` must be a list of rows; got a string"),
            (
                json!({"instances": [[1, 2], 3]}),
                "instance 1 must be a list of numbers or an object by feature; got a number",
            ),
            (json!({"instances": [[1]]}), "instance 0 has 1 values; the model has 2 features: age, dose"),
            (json!({"instances": [[1, null]]}), "`dose` of instance 0 must be a number; got null"),
            (json!({"instances": [[true, 1]]}), "`age` of instance 0 must be a number; got a boolean"),
            (
                json!({"instances": [{"age": 1, "dose": "2"}]}),
                "`dose` of instance 0 must be a number; got a string",
            ),
            (json!({"instances": [{"age": 1}]}), "instance 0 has no `dose`; the model has: age, dose"),
            (
                json!({"instances": [{"age": 1, "does": 2}]}),
                "instance 0 has the unknown feature `does`; the model has: age, dose",
            ),
        ] {
            assert_eq!(read(&document).unwrap_err(), expected);
        }
    }
}

//! Rows of numbers in the model's order, from the shapes in which clients send them, with errors that name row and
//! feature.

use std::collections::HashMap;
use std::fmt::Display;

use ndarray::Array2;
use serde_json::{Map, Value};

/// Rows in the making: finite numbers, features in the model's order.
pub(super) struct Rows<'a> {
    features: &'a [String],
    /// What a request calls a row.
    noun: &'static str,
    numbers: Vec<f64>,
}

impl<'a> Rows<'a> {
    /// The rows of a list, each a list in the order of `features`, or an object by their names.
    pub(super) fn of_list(
        rows: &[Value],
        features: &'a [String],
        noun: &'static str,
    ) -> Result<Array2<f64>, String> {
        let mut made = Self { features, noun, numbers: Vec::with_capacity(rows.len() * features.len()) };
        for (index, row) in rows.iter().enumerate() {
            match row {
                Value::Array(values) => made.add_listed(index, values)?,
                Value::Object(fields) => made.add_named(index, fields)?,
                other => {
                    return Err(format!(
                        "{noun} {index} must be a list of numbers or an object by feature; got {}",
                        kind(other)
                    ));
                }
            }
        }
        made.finish()
    }

    /// Rows whose values stand in the order of these columns.
    pub(super) fn of_columns(
        columns: &[&str],
        rows: &[Value],
        features: &'a [String],
    ) -> Result<Array2<f64>, String> {
        let order = order(columns, features, "column")?;
        let mut made = Self { features, noun: "row", numbers: Vec::with_capacity(rows.len() * order.len()) };
        for (index, row) in rows.iter().enumerate() {
            let Value::Array(values) = row else {
                return Err(format!("row {index} must be a list of numbers; got {}", kind(row)));
            };
            if values.len() != columns.len() {
                let (given, wanted) = (values.len(), columns.len());
                return Err(format!("row {index} has {given} values; there are {wanted} columns"));
            }
            made.add(index, order.iter().map(|at| &values[*at]))?;
        }
        made.finish()
    }

    /// The rows whose features are the lists of an object: `{"age": [31, 48], "dose": [0.5, 2]}`.
    pub(super) fn of_lists(
        lists: &Map<String, Value>,
        features: &'a [String],
    ) -> Result<Array2<f64>, String> {
        let names: Vec<&str> = lists.keys().map(String::as_str).collect();
        order(&names, features, "feature")?;
        let lists = features.iter().map(|feature| match &lists[feature] {
            Value::Array(values) => Ok(values.iter().map(alone).collect::<Vec<_>>()),
            other => Err(format!("`{feature}` must be a list, one value a row; got {}", kind(other))),
        });
        let lists = lists.collect::<Result<Vec<_>, _>>()?;
        let count = lists.first().map_or(0, Vec::len);
        if let Some(at) = lists.iter().position(|list| list.len() != count) {
            let (first, other, given) = (&features[0], &features[at], lists[at].len());
            return Err(format!(
                "`{first}` has {count} values, `{other}` has {given}; each is to have one a row"
            ));
        }
        let mut made = Self { features, noun: "row", numbers: Vec::with_capacity(count * features.len()) };
        for index in 0..count {
            made.add(index, lists.iter().map(|list| list[index]))?;
        }
        made.finish()
    }

    fn add_listed(&mut self, index: usize, values: &[Value]) -> Result<(), String> {
        if values.len() != self.features.len() {
            let (noun, given, wanted) = (self.noun, values.len(), self.features.len());
            let features = self.features.join(", ");
            return Err(format!(
                "{noun} {index} has {given} values; the model has {wanted} features: {features}"
            ));
        }
        self.add(index, values.iter())
    }

    fn add_named(&mut self, index: usize, fields: &Map<String, Value>) -> Result<(), String> {
        let (noun, features) = (self.noun, self.features);
        let wrong =
            |what: String| Err(format!("{noun} {index} {what}; the model has: {}", features.join(", ")));
        let values: Vec<&Value> = features.iter().map_while(|feature| fields.get(feature)).collect();
        if fields.len() != values.len()
            && let Some(unknown) = fields.keys().find(|name| !features.contains(name))
        {
            return wrong(format!("has the unknown feature `{unknown}`"));
        }
        match features.get(values.len()) {
            Some(missing) => wrong(format!("has no `{missing}`")),
            None => self.add(index, values.into_iter()),
        }
    }

    fn add<'v>(&mut self, index: usize, values: impl Iterator<Item = &'v Value>) -> Result<(), String> {
        for (value, feature) in values.zip(self.features) {
            let number = value.as_f64().filter(|number| number.is_finite());
            let (noun, got) = (self.noun, kind(value));
            self.numbers.push(
                number.ok_or_else(|| format!("`{feature}` of {noun} {index} must be a number; got {got}"))?,
            );
        }
        Ok(())
    }

    fn finish(self) -> Result<Array2<f64>, String> {
        shaped(self.numbers, self.features)
    }
}

/// Numbers row by row as rows of all features.
pub(super) fn shaped(numbers: Vec<f64>, features: &[String]) -> Result<Array2<f64>, String> {
    let rows = numbers.len() / features.len().max(1);
    Array2::from_shape_vec((rows, features.len()), numbers).map_err(|error| error.to_string())
}

/// Where each feature stands among these names, each of which is to be one, once.
pub(super) fn order(names: &[&str], features: &[String], what: &str) -> Result<Vec<usize>, String> {
    let wrong = |wrong: &dyn Display| Err(format!("{wrong}; the model has: {}", features.join(", ")));
    let mut places = HashMap::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        if places.insert(*name, at).is_some() {
            return wrong(&format_args!("the {what} `{name}` is there twice"));
        }
    }
    let found: Vec<usize> =
        features.iter().map_while(|feature| places.get(feature.as_str()).copied()).collect();
    if let Some(unknown) = names.iter().find(|name| !features.iter().any(|feature| feature == *name)) {
        return wrong(&format_args!("the {what} `{unknown}` is none of the model's features"));
    }
    match features.get(found.len()) {
        Some(missing) => wrong(&format_args!("there is no `{missing}`")),
        None => Ok(found),
    }
}

/// The one value of a list of one: a column may come as `[[1], [2]]`.
fn alone(value: &Value) -> &Value {
    match value {
        Value::Array(values) if values.len() == 1 => &values[0],
        other => other,
    }
}

/// What a JSON value is, in a reader's words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

//! What a step gave.

use super::{Map, Path, Segment, Value};

/// Outputs by name, in the order the action declares them, and why some are not there.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    pub values: Map,
    absent: Vec<(&'static str, String)>,
    faces: Vec<(&'static str, &'static str)>,
}

impl Outputs {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// What a mapping among the outputs is when it is spoken of alone: the latency of several samples is their
    /// maximum, and its parts are still there.
    #[must_use]
    pub fn face(mut self, name: &'static str, part: &'static str) -> Self {
        self.faces.push((name, part));
        self
    }

    /// An output that is not there this time, and why: a body that is not JSON.
    #[must_use]
    pub fn without(mut self, name: &'static str, why: impl Into<String>) -> Self {
        self.absent.push((name, why.into()));
        self
    }

    /// Whether what this path speaks of begins at an output that is not there this time.
    pub fn lacks(&self, path: &str) -> bool {
        let name = path.split(['.', '[']).next().unwrap_or_default();
        self.absent.iter().any(|(absent, _)| *absent == name)
    }

    /// What a path leads to; `Err` says in words where it ends.
    pub fn follow(&self, path: &[Segment]) -> Result<Value, String> {
        let Some((Segment::Key(name), rest)) = path.split_first() else {
            return Err("a path starts with the name of an output".to_owned());
        };
        let Some(value) = self.values.get(name) else {
            let why = self.absent.iter().find(|(absent, _)| **absent == **name).map(|(_, why)| why.clone());
            return Err(why.unwrap_or_else(|| format!("there is no output `{name}`")));
        };
        if let (true, Some((_, part))) =
            (rest.is_empty(), self.faces.iter().find(|(faced, _)| **faced == **name))
        {
            return value
                .follow(&[Segment::Key((*part).into())])
                .map_err(|_| format!("`{name}` has no `{part}`"));
        }
        value.follow(rest).map_err(|depth| {
            let missing = Path(rest[depth..=depth].to_vec());
            let held = value.follow(&rest[..depth]).unwrap_or(Value::Null);
            let keys: Vec<&str> = match &held {
                Value::Map(map) => map.keys().map(|key| &**key).collect(),
                Value::Table(table) => table.names().map(|name| &**name).collect(),
                _ => Vec::new(),
            };
            let near = match &missing.0[0] {
                Segment::Key(key) => crate::diagnostic::did_you_mean(key, keys),
                Segment::Index(_) => None,
            };
            let near = near.map_or(String::new(), |near| format!(" ({near})"));
            format!(
                "there is no `{missing}` in `{}`, which is {}{near}",
                Path(path[..=depth].to_vec()),
                held.kind()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Path, Table};

    #[test]
    fn a_mapping_with_a_face_is_that_part_of_itself() {
        let outputs = Outputs::new()
            .with("latency", Value::map([("min", Value::Int(1)), ("max", Value::Int(9))]))
            .face("latency", "max")
            .without("json", "the body is empty");
        let follow =
            |path: &str| outputs.follow(&Path::parse(path).unwrap().0).map(|value| value.to_string());
        assert_eq!(follow("latency").as_deref(), Ok("9"));
        assert_eq!(follow("latency.min").as_deref(), Ok("1"));
        assert_eq!(follow("json.x"), Err("the body is empty".to_owned()));
        assert_eq!(
            follow("latency.p9"),
            Err("there is no `p9` in `latency`, which is a mapping (give one of `min`, `max`)".to_owned())
        );
    }

    #[test]
    fn a_misspelt_column_is_told_what_is_near() {
        let columns = [("species".into(), Value::list(vec![1.5.into()]))].into_iter().collect();
        let outputs = Outputs::new().with("test", Table::from_columns(&columns).unwrap());
        let missing = outputs.follow(&Path::parse("test.specie").unwrap().0);
        let expected = "there is no `specie` in `test`, which is a table (did you mean `species`?)";
        assert_eq!(missing.unwrap_err(), expected);
    }
}

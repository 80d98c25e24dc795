//! What a step gave.

use std::sync::Arc;

use super::{Distribution, Map, Part, Path, Percentile, Segment, Value};

/// Outputs by name, in the order the action declares them, and why some are not there.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    pub values: Map,
    absent: Vec<(&'static str, String)>,
    faces: Vec<(&'static str, &'static str)>,
    distributions: Vec<(&'static str, Arc<Distribution>)>,
}

/// A part of something that was measured many times, and the whole of it.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// What was measured: `latency`, `phases.first_byte`.
    pub output: &'static str,
    pub distribution: &'a Distribution,
    pub part: Part,
}

impl Measured<'_> {
    /// The percentile that is spoken of, where it is one.
    pub fn percentile(&self) -> Option<Percentile> {
        match self.part {
            Part::Percentile(percentile) => Some(percentile),
            _ => None,
        }
    }
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
    /// maximum, and its parts are still there. A mapping inside an output is named by its path.
    #[must_use]
    pub fn face(mut self, name: &'static str, part: &'static str) -> Self {
        self.faces.push((name, part));
        self
    }

    /// All measurements behind what is at a path, such as `latency` or `phases.first_byte`, whose parts are then
    /// `latency.p95` and so on.
    #[must_use]
    pub fn with_distribution(mut self, path: &'static str, measured: Arc<Distribution>) -> Self {
        self.distributions.push((path, measured));
        self
    }

    /// The measurements that a path speaks of: itself, or a part of it.
    pub fn distribution(&self, path: &[Segment]) -> Option<(&'static str, &Arc<Distribution>)> {
        let path = Path(path.to_vec()).to_string();
        let spoken_of = |output: &str| {
            path.strip_prefix(output).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.distributions.iter().find(|(output, _)| spoken_of(output)).map(|(output, all)| (*output, all))
    }

    /// The part of a distribution that a path leads to, whether there are measurements enough for it or not.
    pub fn measured(&self, path: &[Segment]) -> Option<Measured<'_>> {
        let (Segment::Key(part), whole) = path.split_last()? else { return None };
        let whole_text = Path(whole.to_vec()).to_string();
        let (output, distribution) = self.distribution(whole).filter(|(output, _)| *output == whole_text)?;
        Some(Measured { output, distribution, part: Part::find(part)? })
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
        let alone =
            |faced: &str| faced.split('.').map(|key| Segment::Key(key.into())).eq(path.iter().cloned());
        if let Some((faced, part)) =
            self.faces.iter().find(|(faced, _)| faced.starts_with(&**name) && alone(faced))
        {
            let held = value.follow(rest).unwrap_or(Value::Null);
            return match held {
                Value::Null => Ok(held),
                held => held
                    .follow(&[Segment::Key((*part).into())])
                    .map_err(|_| format!("`{faced}` has no `{part}`")),
            };
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

//! TensorFlow Serving's REST API: rows as `instances`, or columns as `inputs`.

use super::answers::under_predictions;
use super::document::{Document, lacks_error_text};
use super::kserve_v1::model_path;
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;
use crate::value::{Map, Path, Segment, Value};

#[derive(Debug)]
pub(super) struct TensorflowServing;

impl Protocol for TensorflowServing {
    fn name(&self) -> &'static str {
        "tensorflow-serving"
    }

    fn doc(&self) -> &'static str {
        "TensorFlow Serving's REST API. `GET /v1/models/MODEL` must name a version that is `AVAILABLE`;\n\
         `…/metadata` tells the names of the inputs. `form: row` (when left out) posts `instances` and must be\n\
         answered by `predictions`; `form: column` posts `inputs` and must be answered by `outputs`. Rows with named\n\
         columns are sent by name where the model has several inputs, and as plain lists where it has one.\n\
         `signature_name` asks for another signature than the default. The bare `NaN` tokens that the server writes\n\
         are read, and failed by name."
    }

    fn example(&self) -> &'static str {
        "{protocol: tensorflow-serving, base: \"http://localhost:8501\", model: half_plus_three, rows: [1.0, 2.0, 5.0]}"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["model", "version", "form", "signature_name"]
    }

    fn needs_model(&self) -> bool {
        true
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        &["row", "column"]
    }

    fn ready(&self, spoken: &Spoken) -> Vec<String> {
        vec![model_path(spoken)]
    }

    fn unready(&self, document: &Value) -> Option<String> {
        let Value::List(versions) = field(document, &["model_version_status"])? else { return None };
        let states: Vec<String> = versions
            .iter()
            .filter_map(|version| {
                let state = field(version, &["state"])?;
                Some(state.as_text()?.to_owned())
            })
            .collect();
        let available = states.iter().any(|state| state == "AVAILABLE");
        (!available).then(|| format!("no version is AVAILABLE, but {}", states.join(", ")))
    }

    fn metadata(&self, spoken: &Spoken) -> Option<String> {
        Some(format!("{}/metadata", model_path(spoken)))
    }

    /// The metadata is a help to lay out the rows.
    fn may_lack(&self, path: &str) -> bool {
        path.ends_with("/metadata")
    }

    fn described(&self, metadata: &Value, spoken: &Spoken) -> Reading {
        let Some(name) = &spoken.signature_name else { return Reading::default() };
        let mut reading = Reading::default();
        if let Some(Value::Map(signatures)) = signatures(metadata) {
            let known: Vec<&str> = signatures.keys().map(|key| &**key).collect();
            let held = signatures.contains_key(name);
            let lacking = || format!("the model has no signature `{name}`: it has {}", known.join(", "));
            reading.check(if held { Ok(()) } else { Err(lacking()) });
        }
        reading
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        let inputs = inputs(spoken);
        // A model of one input takes it without its name.
        let named = match (&rows.names, &inputs[..]) {
            (None, _) => false,
            (Some(names), [only]) => names.len() == 1 && names[0] == only.name,
            (Some(_), _) => true,
        };
        let (key, value) = match (spoken.form, named) {
            (Some("column"), true) => ("inputs", Value::from(columns(rows, &inputs))),
            (Some("column"), false) => ("inputs", Value::list(rows.lists())),
            (_, true) => ("instances", Value::list(rows.records()?)),
            (_, false) => ("instances", Value::list(rows.lists())),
        };
        let mut document = Map::new();
        if let Some(name) = &spoken.signature_name {
            document.insert("signature_name".into(), Value::Text(name.clone()));
        }
        document.insert(key.into(), value);
        Inference::post(format!("{}:predict", model_path(spoken)), &Value::from(document), rows)
    }

    fn read(&self, response: &Response, asked: &Inference, spoken: &Spoken) -> Reading {
        if spoken.form != Some("column") {
            return under_predictions(response, asked.rows);
        }
        outputs(response, asked).unwrap_or_else(|reading| reading)
    }

    fn refusal(&self, response: &Response) -> Option<String> {
        lacks_error_text(response)
    }
}

/// The answer to columns: `outputs`, a list or one list for each name.
fn outputs(response: &Response, asked: &Inference) -> Result<Reading, Reading> {
    let document = Document::of(response)?;
    let outputs = document.map()?.get("outputs");
    let mut reading = Reading::default();
    match outputs {
        Some(Value::List(items)) => reading.predictions(items, asked.rows),
        Some(Value::Map(named)) => {
            for (name, items) in named.iter() {
                reading.check(match items {
                    Value::List(items) if items.len() == asked.rows => Ok(()),
                    Value::List(items) => {
                        Err(format!("output `{name}` has {} rows, and {} were sent", items.len(), asked.rows))
                    }
                    other => Err(format!("output `{name}` is {}, not a list", other.kind())),
                });
            }
            if reading.misses.is_empty() {
                let row = |index| {
                    let cell = |items: &Value| items.child(&Segment::Index(index)).unwrap_or(Value::Null);
                    Value::from(
                        named.iter().map(|(name, items)| (name.clone(), cell(items))).collect::<Map>(),
                    )
                };
                reading.predictions = Some((0..asked.rows).map(row).collect());
            }
        }
        Some(other) => return Err(Reading::miss(format!("`outputs` is {}, not a list", other.kind()))),
        None => return Err(Reading::miss("columns are answered by `outputs`, and the answer has none")),
    }
    document.name_bare(&[Segment::Key("outputs".into())], &mut reading);
    Ok(reading)
}

/// An input of a signature.
struct Input {
    name: std::sync::Arc<str>,
    /// How many dimensions a batch of it has, where that is known.
    rank: Option<usize>,
}

fn signatures(metadata: &Value) -> Option<Value> {
    field(metadata, &["metadata", "signature_def", "signature_def"])
}

/// The inputs that the metadata names.
fn inputs(spoken: &Spoken) -> Vec<Input> {
    let name = spoken.signature_name.as_deref().unwrap_or("serving_default");
    let found = spoken.metadata.as_ref().and_then(signatures);
    let Some(Value::Map(inputs)) = found.and_then(|all| field(&all, &[name, "inputs"])) else {
        return Vec::new();
    };
    let rank = |input: &Value| match field(input, &["tensor_shape", "dim"])? {
        Value::List(dims) => Some(dims.len()),
        _ => None,
    };
    inputs.iter().map(|(name, input)| Input { name: name.clone(), rank: rank(input) }).collect()
}

/// One list for each column; where an input has two dimensions, each of its cells is a list of one.
fn columns(rows: &Rows, inputs: &[Input]) -> Map {
    let names = rows.names.iter().flat_map(|names| names.iter().enumerate());
    names
        .map(|(index, name)| {
            let wide = inputs.iter().any(|input| input.name == *name && input.rank == Some(2));
            let wrap = |cell: Value| match cell {
                Value::List(_) | Value::Array(_) => cell,
                scalar if wide => Value::list(vec![scalar]),
                scalar => scalar,
            };
            (name.clone(), Value::list(rows.column(index).into_iter().map(wrap).collect()))
        })
        .collect()
}

fn field(value: &Value, keys: &[&str]) -> Option<Value> {
    let path: Path = Path(keys.iter().map(|key| Segment::Key((*key).into())).collect());
    value.follow(&path.0).ok()
}

//! The Open Inference Protocol, version 2, over REST.

mod datatype;
mod metadata;
mod request;
mod tensor;

use super::document::{Document, lacks_error_text};
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;
use crate::value::{Map, Value};

use metadata::Described;
use tensor::Tensor;

#[derive(Debug)]
pub(super) struct OpenInference;

impl Protocol for OpenInference {
    fn name(&self) -> &'static str {
        "open-inference"
    }

    fn doc(&self) -> &'static str {
        "The Open Inference Protocol v2 over REST: KServe, Triton, MLServer, OpenVINO, Seldon.\n\
         `GET /v2/health/ready` and `GET /v2/models/MODEL/ready` are judged by their status, by a body only where there\n\
         is one; `GET /v2/models/MODEL` tells names, datatypes and shapes.\n\n\
         Rows go to `POST /v2/models/MODEL/infer` as one tensor `[rows, columns]`, or as one input for each column: where\n\
         the model has several inputs, or tells of none and the columns have names and are not all numbers. `form: tensor`\n\
         or `form: columns` says which. Datatypes are the model's, else `INT64`, `FP64`, `BOOL` or `BYTES` by the values.\n\
         `outputs: [label]` asks for some outputs alone; `matches_model` compares with one of them.\n\n\
         Of an answer: `model_name` and `version` are those that were asked, `id` is echoed where it is given, each\n\
         output has the product of its `shape` as the number of its `data` (flat or nested, row-major), every element\n\
         is one of its datatype and in its range, names, datatypes and shapes are those of the metadata, and there is\n\
         one prediction a row: the output, or a mapping where there are several. A refusal is `{\"error\": text}`."
    }

    fn example(&self) -> &'static str {
        "{protocol: open-inference, base: \"http://localhost:8080\", model: iris, rows: [[5.1, 3.5, 1.4, 0.2]]}"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["model", "version", "form", "outputs"]
    }

    fn needs_model(&self) -> bool {
        true
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        &["tensor", "columns"]
    }

    fn ready(&self, spoken: &Spoken) -> Vec<String> {
        vec!["/v2/health/ready".to_owned(), format!("{}/ready", model_path(spoken))]
    }

    fn metadata(&self, spoken: &Spoken) -> Option<String> {
        Some(model_path(spoken))
    }

    fn described(&self, metadata: &Value, spoken: &Spoken) -> Reading {
        metadata::check(metadata, spoken)
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        request::of(rows, spoken, format!("{}/infer", model_path(spoken)))
    }

    fn read(&self, response: &Response, asked: &Inference, spoken: &Spoken) -> Reading {
        read(response, asked, spoken).unwrap_or_else(|reading| reading)
    }

    fn refusal(&self, response: &Response) -> Option<String> {
        lacks_error_text(response)
    }
}

fn model_path(spoken: &Spoken) -> String {
    let model = spoken.model.as_deref().unwrap_or_default();
    match &spoken.version {
        Some(version) => format!("/v2/models/{model}/versions/{version}"),
        None => format!("/v2/models/{model}"),
    }
}

fn read(response: &Response, asked: &Inference, spoken: &Spoken) -> Result<Reading, Reading> {
    let document = Document::of(response)?;
    let map = document.map()?;
    let mut reading = Reading::default();
    identity(map, asked, spoken, &mut reading);
    let outputs = match map.get("outputs") {
        Some(Value::List(outputs)) if !outputs.is_empty() => outputs,
        Some(Value::List(_)) => return Err(Reading::miss("`outputs` is empty")),
        Some(other) => return Err(Reading::miss(format!("`outputs` is {}, not a list", other.kind()))),
        None => return Err(Reading::miss("the answer has no `outputs`")),
    };
    let tensors: Vec<Option<Tensor>> =
        outputs.iter().enumerate().map(|(index, output)| Tensor::read(index, output, &mut reading)).collect();
    document.name_bare(&[], &mut reading);
    if let Some(tensors) = tensors.into_iter().collect::<Option<Vec<_>>>() {
        agree(&tensors, spoken, &mut reading);
        reading.predictions = predictions(&tensors, asked.rows, &mut reading);
    }
    Ok(reading)
}

/// Who answered, and what.
fn identity(map: &Map, asked: &Inference, spoken: &Spoken, reading: &mut Reading) {
    match (map.get("model_name"), &spoken.model) {
        (Some(Value::Text(name)), Some(model)) if name == model => reading.check(Ok(())),
        (Some(other), Some(model)) => {
            reading.check(Err(format!("`model_name` is {other}, and `{model}` was asked")));
        }
        // The specification's own example leaves it out.
        _ => reading.remarks.push("the answer has no `model_name`".to_owned()),
    }
    if let (Some(Value::Text(version)), Some(wanted)) = (map.get("model_version"), &spoken.version) {
        let other = || format!("`model_version` is \"{version}\", and `{wanted}` was asked");
        reading.check(if version == wanted { Ok(()) } else { Err(other()) });
    }
    match (map.get("id"), &asked.id) {
        (Some(Value::Text(id)), Some(sent)) if **id == **sent => reading.check(Ok(())),
        (None | Some(Value::Null), Some(_)) => reading.remarks.push("the answer has no `id`".to_owned()),
        (Some(other), Some(sent)) => reading.check(Err(format!("`id` is {other}, and \"{sent}\" was sent"))),
        (_, None) => {}
    }
}

/// Whether the outputs are those that were asked for and that the metadata tells of.
fn agree(tensors: &[Tensor], spoken: &Spoken, reading: &mut Reading) {
    for (index, tensor) in tensors.iter().enumerate() {
        let twice = tensors[..index].iter().any(|other| other.name == tensor.name);
        reading.check(if twice { Err(format!("two outputs are called `{}`", tensor.name)) } else { Ok(()) });
        if !spoken.outputs.is_empty() {
            let wanted = spoken.outputs.contains(&tensor.name);
            let extra = || format!("output `{}` was not asked for", tensor.name);
            reading.check(if wanted { Ok(()) } else { Err(extra()) });
        }
    }
    let held = |name: &str| tensors.iter().any(|tensor| *tensor.name == *name);
    for wanted in &spoken.outputs {
        let missing = || format!("output `{wanted}` was asked for and is missing");
        reading.check(if held(wanted) { Ok(()) } else { Err(missing()) });
    }
    let described = Described::of(spoken.metadata.as_ref(), "outputs");
    if described.is_empty() {
        return;
    }
    for tensor in tensors {
        let names = || described.iter().map(|described| &*described.name).collect::<Vec<_>>().join(", ");
        let unknown = || format!("output `{}` is not in the metadata, which has {}", tensor.name, names());
        let told = described.iter().find(|described| described.name == tensor.name);
        reading.check(told.ok_or_else(unknown).and_then(|described| described.agrees(tensor)));
    }
    if spoken.outputs.is_empty() {
        for described in described.iter().filter(|described| !held(&described.name)) {
            reading.check(Err(format!("output `{}` of the metadata is missing", described.name)));
        }
    }
}

/// One a row: the output, or a mapping where there are several.
fn predictions(tensors: &[Tensor], rows: usize, reading: &mut Reading) -> Option<Vec<Value>> {
    let mut columns = Vec::new();
    for tensor in tensors {
        let column = tensor.by_row(rows);
        reading.measured += rows as u64;
        if column.is_none() {
            let sent = if rows == 1 { "1 row was sent".to_owned() } else { format!("{rows} rows were sent") };
            reading.misses.push(format!(
                "output `{}` has shape {}, and {sent}",
                tensor.name,
                tensor.shown_shape()
            ));
        }
        columns.push((tensor.name.clone(), column));
    }
    let columns: Vec<_> =
        columns.into_iter().map(|(name, column)| Some((name, column?))).collect::<Option<_>>()?;
    if let [(_, only)] = &columns[..] {
        return Some(only.clone());
    }
    let row = |index: usize| {
        columns.iter().map(|(name, column)| (name.clone(), column[index].clone())).collect::<Map>()
    };
    Some((0..rows).map(|index| Value::from(row(index))).collect())
}

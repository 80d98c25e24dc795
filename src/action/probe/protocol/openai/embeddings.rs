//! Embeddings: one a text, finite, all of one length.

use super::super::Reading;
use super::super::document::Document;
use super::choices::usage;
use crate::action::probe::conversation::Spoken;
use crate::value::{Segment, Value};

pub(super) fn read(document: &Document, rows: usize) -> Result<Reading, Reading> {
    let map = document.map()?;
    let data = match map.get("data") {
        Some(Value::List(data)) => data,
        Some(other) => return Err(Reading::miss(format!("`data` is {}, not a list", other.kind()))),
        None => return Err(Reading::miss("the answer has no `data`")),
    };
    let mut reading = Reading::default();
    let mut found: Vec<(usize, Value)> = Vec::new();
    for (position, item) in data.iter().enumerate() {
        let key = |name: &str| item.child(&Segment::Key(name.into()));
        let index = match key("index") {
            Some(Value::Int(index)) => usize::try_from(index).unwrap_or(position),
            _ => position,
        };
        match key("embedding") {
            Some(vector @ Value::List(_)) => found.push((index, vector)),
            Some(other) => {
                reading.check(Err(format!("`data[{position}].embedding` is {}, not a list", other.kind())));
            }
            None => reading.check(Err(format!("`data[{position}]` has no `embedding`"))),
        }
    }
    // They are in the order of the texts by their `index`, and need not be in that of the list.
    found.sort_by_key(|(index, _)| *index);
    if let Some(pair) = found.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        reading.misses.push(format!("two embeddings have the `index` {}", pair[0].0));
    }
    let vectors: Vec<Value> = found.into_iter().map(|(_, vector)| vector).collect();
    let mut dimension = None;
    for (index, vector) in vectors.iter().enumerate() {
        let Value::List(elements) = vector else { continue };
        let first = *dimension.get_or_insert(elements.len());
        reading.measured += elements.len() as u64;
        let number = index + 1;
        if elements.is_empty() {
            reading.misses.push(format!("embedding {number} is empty"));
        } else if elements.len() != first {
            let why =
                format!("embedding {number} has the length {}, and the first has {first}", elements.len());
            reading.misses.push(why);
        }
        if let Some(at) = elements.iter().position(|element| element.as_f64().is_none()) {
            reading.misses.push(format!("embedding {number} has {} at element {}", elements[at], at + 1));
        }
    }
    reading.predictions(&vectors, rows);
    usage(map, &Spoken { task: Some("embeddings"), ..Spoken::default() }, &mut reading);
    document.name_bare(&[], &mut reading);
    Ok(reading)
}

/// Embeddings of different lengths in answers that each have one length.
pub(super) fn apart(answers: &[&[Value]]) -> Option<String> {
    let length = |answer: &&[Value]| match answer.first()? {
        Value::List(elements) => Some(elements.len()),
        _ => None,
    };
    let mut lengths = answers.iter().filter_map(length);
    let first = lengths.next()?;
    let other = lengths.find(|length| *length != first)?;
    Some(format!("embeddings of one answer have the length {first}, and those of another {other}"))
}

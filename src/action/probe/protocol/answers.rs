//! Answers that hold a list, one prediction a row.

use super::Reading;
use super::document::Document;
use crate::system::http::Response;
use crate::value::{Segment, Value};

/// `{"predictions": […]}`.
pub(super) fn under_predictions(response: &Response, rows: usize) -> Reading {
    either(Document::of(response).and_then(|document| {
        let found = match document.map()?.get("predictions") {
            Some(Value::List(items)) => items,
            Some(other) => {
                return Err(Reading::miss(format!("`predictions` is {}, not a list", other.kind())));
            }
            None => return Err(Reading::miss("the answer has no `predictions`")),
        };
        Ok(list(found, &[Segment::Key("predictions".into())], &document, rows))
    }))
}

/// A list, or a mapping that holds it: under `predictions`, or as its only list. The answer to one row may be anything.
pub(super) fn listed(response: &Response, rows: usize) -> Reading {
    either(Document::of(response).and_then(|document| {
        let lists: Vec<_> = match &document.value {
            Value::List(items) => vec![(None, items)],
            Value::Map(map) => map
                .iter()
                .filter_map(|(key, value)| match value {
                    Value::List(items) => Some((Some(key), items)),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let named = lists.iter().find(|(key, _)| key.is_some_and(|key| **key == *"predictions"));
        match (named, &lists[..]) {
            (Some((key, items)), _) | (None, [(key, items)]) => {
                let path: Vec<Segment> = key.iter().map(|key| Segment::Key((*key).clone())).collect();
                Ok(list(items, &path, &document, rows))
            }
            _ if rows == 1 => Ok(whole(&document)),
            _ => Err(Reading::miss(format!(
                "the answer is {} that holds no list of predictions",
                document.value.kind()
            ))),
        }
    }))
}

/// The answer to one row, whatever it is.
pub(super) fn alone(response: &Response) -> Reading {
    either(Document::of(response).map(|document| whole(&document)))
}

fn list(found: &[Value], path: &[Segment], document: &Document, rows: usize) -> Reading {
    let mut reading = Reading::default();
    reading.predictions(found, rows);
    document.name_bare(path, &mut reading);
    for (index, one) in found.iter().enumerate().filter(|(_, one)| matches!(one, Value::List(_))) {
        let path = null(one).map(|path| format!("prediction {} is null at `{path}`", index + 1));
        reading.misses.extend(path);
    }
    if let Some(error) = document.error_beside() {
        reading.misses.push(format!("an error stands beside the predictions: {error}"));
    }
    reading
}

/// Where nothing stands in a list of numbers. A mapping may hold what is not there.
fn null(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::List(items) => {
            items.iter().enumerate().find_map(|(index, one)| Some(format!("[{index}]{}", null(one)?)))
        }
        _ => None,
    }
}

fn whole(document: &Document) -> Reading {
    let mut reading = Reading::default();
    reading.predictions(std::slice::from_ref(&document.value), 1);
    document.name_bare(&[], &mut reading);
    reading
}

fn either(reading: Result<Reading, Reading>) -> Reading {
    reading.unwrap_or_else(|reading| reading)
}

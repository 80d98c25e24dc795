//! An answer in pieces (server-sent events), put together.

use super::super::Reading;
use super::super::document::{error_of, read as read_json};
use super::choices::usage;
use crate::action::probe::conversation::Spoken;
use crate::system::http::{Response, events};
use crate::value::{Map, Segment, Value};

pub(super) fn read(response: &Response, spoken: &Spoken) -> Result<Reading, Reading> {
    let events = events(&response.body);
    if events.is_empty() {
        return Err(whole(response));
    }
    let mut reading = Reading::default();
    let mut said = String::new();
    let (mut finish, mut count) = (None, None);
    for (index, event) in events.iter().enumerate() {
        if event == "[DONE]" {
            break;
        }
        let number = index + 1;
        let piece =
            read_json(event.as_bytes(), &format!("event {number} of the stream")).map_err(Reading::miss)?;
        if let Some(error) = error_of(&piece.value) {
            let why = format!("event {number} of the stream is an error: {error}");
            return Err(Reading { refused: true, ..Reading::miss(why) });
        }
        reading.measured += 1;
        let child = |keys: &[Segment]| piece.value.follow(keys).ok();
        let choice = |rest: &[&str]| {
            let first = [Segment::Key("choices".into()), Segment::Index(0)];
            let rest = rest.iter().map(|key| Segment::Key((*key).into()));
            child(&first.into_iter().chain(rest).collect::<Vec<_>>())
        };
        let part = if spoken.task == Some("completions") {
            choice(&["text"])
        } else {
            choice(&["delta", "content"])
        };
        said.push_str(part.as_ref().and_then(Value::as_text).unwrap_or_default());
        finish = choice(&["finish_reason"]).filter(|reason| !matches!(reason, Value::Null)).or(finish);
        let used = child(&[Segment::Key("usage".into())]);
        count = used.filter(|used| !matches!(used, Value::Null)).or(count);
    }
    reading.check(match &finish {
        Some(_) => Ok(()),
        None => Err("the stream ends without a `finish_reason`".to_owned()),
    });
    if let Some(count) = count {
        usage(&Map::from_iter([("usage".into(), count)]), spoken, &mut reading);
    }
    reading.predictions = Some(vec![Value::text(said)]);
    Ok(reading)
}

/// Whether an event holds a part of the text, or of what the model thinks before it.
pub(super) fn holds_text(event: &str) -> bool {
    let Ok(piece) = Value::from_json(event.as_bytes()) else { return false };
    let held = |keys: &[&str]| {
        let first = [Segment::Key("choices".into()), Segment::Index(0)];
        let path: Vec<Segment> =
            first.into_iter().chain(keys.iter().map(|key| Segment::Key((*key).into()))).collect();
        piece.follow(&path).ok().and_then(|text| text.as_text().map(|text| !text.is_empty())).unwrap_or(false)
    };
    held(&["delta", "content"]) || held(&["delta", "reasoning_content"]) || held(&["text"])
}

/// What is said of an answer that is no stream.
fn whole(response: &Response) -> Reading {
    match super::Document::of(response) {
        Err(reading) if reading.refused => reading,
        _ => {
            let media = response.header("content-type").unwrap_or("no content type");
            Reading::miss(format!("the answer is no stream of events, but one body ({media})"))
        }
    }
}

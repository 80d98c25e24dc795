//! Choices, of which there is at least one, and the tokens that they took.

use super::super::Reading;
use super::super::document::Document;
use crate::action::probe::conversation::Spoken;
use crate::value::{Map, Segment, Value};

pub(super) fn read(document: &Document, spoken: &Spoken) -> Result<Reading, Reading> {
    let map = document.map()?;
    let choices = match map.get("choices") {
        Some(Value::List(choices)) if !choices.is_empty() => choices,
        Some(Value::List(_)) => return Err(Reading::miss("`choices` is empty")),
        Some(other) => return Err(Reading::miss(format!("`choices` is {}, not a list", other.kind()))),
        None => return Err(Reading::miss("the answer has no `choices`")),
    };
    let mut reading = Reading::default();
    for (index, choice) in choices.iter().enumerate() {
        let place = format!("`choices[{index}]`");
        reading.check(finished(choice, &place));
        match content(choice, spoken) {
            Ok(text) if index == 0 => {
                reading.measured += 1;
                reading.predictions = Some(vec![text]);
            }
            Ok(_) => reading.measured += 1,
            Err(why) => reading.check(Err(format!("{place} {why}"))),
        }
    }
    usage(map, spoken, &mut reading);
    document.name_bare(&[], &mut reading);
    Ok(reading)
}

fn child(value: &Value, key: &str) -> Option<Value> {
    value.child(&Segment::Key(key.into())).filter(|child| !matches!(child, Value::Null))
}

fn finished(choice: &Value, place: &str) -> Result<(), String> {
    match child(choice, "finish_reason") {
        Some(Value::Text(reason)) if !reason.is_empty() => Ok(()),
        Some(other) => Err(format!("{place} has the `finish_reason` {other}")),
        None => Err(format!("{place} has no `finish_reason`")),
    }
}

/// What was said. A model that thinks or calls a tool may have said nothing yet.
fn content(choice: &Value, spoken: &Spoken) -> Result<Value, String> {
    if spoken.task == Some("completions") {
        return match child(choice, "text") {
            Some(text @ Value::Text(_)) => Ok(text),
            _ => Err("has no `text`".to_owned()),
        };
    }
    let message = child(choice, "message").ok_or("has no `message`")?;
    match child(&message, "content") {
        Some(text @ Value::Text(_)) => Ok(text),
        Some(other) => Err(format!("has {} as `message.content`, not a string", other.kind())),
        None if ["tool_calls", "reasoning_content", "reasoning", "refusal"]
            .iter()
            .any(|key| child(&message, key).is_some()) =>
        {
            Ok(Value::text(""))
        }
        None => Err("has no `message.content`".to_owned()),
    }
}

/// Tokens are counted right, and are no more than were asked for.
pub(super) fn usage(map: &Map, spoken: &Spoken, reading: &mut Reading) {
    let Some(usage) = map.get("usage").filter(|usage| !matches!(usage, Value::Null)) else {
        reading.remarks.push("the answer has no `usage`".to_owned());
        return;
    };
    let count = |key: &str| match child(usage, key) {
        Some(Value::Int(count)) => Some(count),
        _ => None,
    };
    let (prompt, total) = (count("prompt_tokens"), count("total_tokens"));
    // Embeddings complete nothing.
    let completion = count("completion_tokens").or((spoken.task == Some("embeddings")).then_some(0));
    let (Some(prompt), Some(completion), Some(total)) = (prompt, completion, total) else {
        reading.check(Err(format!(
            "`usage` has not all of `prompt_tokens`, `completion_tokens` and `total_tokens`: {usage}"
        )));
        return;
    };
    reading.check(if prompt + completion == total {
        Ok(())
    } else {
        Err(format!(
            "`usage.total_tokens` is {total}, and prompt and completion are {prompt} and {completion}"
        ))
    });
    if let Some(most) = spoken.max_tokens {
        let over = || format!("{completion} tokens came, and `max_tokens` is {most}");
        reading.check(if completion <= i64::from(most) { Ok(()) } else { Err(over()) });
    }
}

//! The body of an answer as a document: lenient with what JSON does not have, which it names.

use super::Reading;
use crate::system::http::Response;
use crate::value::{Bare, Lenient, Map, Path, Segment, Value, clip};

/// Characters of a server's words that a message shows.
const SHOWN: usize = 200;

/// A document, and what in it is no JSON.
pub(super) struct Document {
    pub value: Value,
    bare: Vec<Bare>,
}

impl Document {
    /// Reads it; `Err` is what is to be said of an answer that holds none, or an error.
    pub(super) fn of(response: &Response) -> Result<Self, Reading> {
        let Lenient { value, bare } = read(&response.body, "the answer").map_err(Reading::miss)?;
        match error_of(&value) {
            Some(error) => {
                let why = format!("an error is answered with status {}: {error}", response.status);
                Err(Reading { refused: true, ..Reading::miss(why) })
            }
            None => Ok(Self { value, bare }),
        }
    }

    /// The mapping that most protocols answer with.
    pub(super) fn map(&self) -> Result<&Map, Reading> {
        match &self.value {
            Value::Map(map) => Ok(map),
            other => Err(Reading::miss(format!("the answer is {}, not a mapping", other.kind()))),
        }
    }

    /// The server's words, where it answers and tells of an error at once.
    pub(super) fn error_beside(&self) -> Option<String> {
        match self.map().ok()?.get("error")? {
            Value::Text(text) if !text.trim().is_empty() => Some(text.chars().take(SHOWN).collect()),
            _ => None,
        }
    }

    /// Names every number that is none: the predictions stand in a list at `list`.
    pub(super) fn name_bare(&self, list: &[Segment], reading: &mut Reading) {
        for bare in &self.bare {
            let Bare { token, byte, path } = bare;
            let place = match prediction(path, list) {
                Some(place) => place,
                None if path.0.is_empty() => "the answer".to_owned(),
                None => format!("`{path}`"),
            };
            reading
                .misses
                .push(format!("{place} is {token} (a bare {token} token at byte {byte}: it is no JSON)"));
        }
    }
}

/// Reads a body, or says why it cannot be.
pub(super) fn read(body: &[u8], called: &str) -> Result<Lenient, String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(format!("{called} is empty"));
    }
    Lenient::from_json(body).map_err(|error| {
        let text = String::from_utf8_lossy(body);
        let start: String = text.trim().chars().take(40).collect();
        format!("{called} is not JSON: {error} (it begins with `{start}`)")
    })
}

/// `prediction 2`, or a place in it.
fn prediction(path: &Path, list: &[Segment]) -> Option<String> {
    let rest = path.0.strip_prefix(list)?;
    let (Segment::Index(index), inner) = rest.split_first()? else { return None };
    let inner = Path(inner.to_vec());
    let at = if inner.0.is_empty() { String::new() } else { format!(" at `{inner}`") };
    Some(format!("prediction {}{at}", index + 1))
}

/// The server's words, where the document is an error and no answer.
pub(in crate::action::probe) fn error_of(document: &Value) -> Option<String> {
    let Value::Map(map) = document else { return None };
    let answers = ["predictions", "outputs", "choices", "data", "results", "result"];
    if answers.iter().any(|key| map.contains_key(*key)) {
        return None;
    }
    let error = map.get("error").or_else(|| map.get("detail")).or_else(|| map.get("error_code"))?;
    match error {
        Value::Null | Value::Bool(false) => None,
        Value::Text(text) if text.trim().is_empty() => None,
        Value::Text(text) => Some(text.chars().take(SHOWN).collect()),
        other => Some(clip(other, SHOWN)),
    }
}

/// A refusal whose body must be `{"error": text}`.
pub(super) fn lacks_error_text(response: &Response) -> Option<String> {
    let wanted = "and the protocol says `{\"error\": text}`";
    match read(&response.body, "the body of the refusal") {
        Err(why) => Some(format!("{why}, {wanted}")),
        Ok(Lenient { value: Value::Map(map), .. }) if matches!(map.get("error"), Some(Value::Text(_))) => {
            None
        }
        Ok(Lenient { value, .. }) => {
            Some(format!("the body of the refusal is {}, {wanted}", clip(&value, SHOWN)))
        }
    }
}

/// `ready`, `live` or `status` of a health answer that says no.
pub(super) fn says_no(document: &Value) -> Option<String> {
    let Value::Map(map) = document else { return None };
    ["ready", "live"].into_iter().find_map(|key| match map.get(key)? {
        Value::Bool(false) => Some(format!("`{key}: false`")),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(format!("`{key}: \"{text}\"`")),
        _ => None,
    })
}

//! Whether a malformed request was refused, and how.

use super::good::told;
use crate::action::probe::protocol::{Reading, error_of};
use crate::system::http::Response;
use crate::value::{Lenient, Value};

/// Where servers say what is wrong.
const SAYS: [&str; 5] = ["error", "errors", "detail", "message", "title"];

/// What came of a malformed request.
pub(super) enum Came {
    Answer(Response),
    /// Nothing, for this reason.
    Nothing(String),
}

impl Came {
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(response) => Some(response.status),
            Self::Nothing(_) => None,
        }
    }

    /// Why this is no refusal; nothing where it is one.
    ///
    /// `reading` is what the protocol says of the answer, where there is one.
    pub(super) fn miss(&self, strict: bool, reading: Option<&Reading>) -> Option<String> {
        let response = match self {
            Self::Answer(response) => response,
            Self::Nothing(why) => return strict.then(|| format!("is not answered: {why}")),
        };
        let document = Lenient::from_json(&response.body).map_or(Value::Null, |document| document.value);
        let says = |key| matches!(&document, Value::Map(map) if map.get(key).is_some_and(|said| !void(said)));
        let status = response.status;
        match status {
            // Some servers answer 200 to everything, and tell of errors in the body.
            200..=299
                if !strict
                    && reading.map_or_else(|| error_of(&document).is_some(), |reading| reading.refused) =>
            {
                None
            }
            200..=299 => Some(format!("is accepted with {}", told(response))),
            // It says how many requests came, and nothing of this one.
            429 => Some(
                "is turned away with status 429, as one too many: whether it is refused is not known"
                    .to_owned(),
            ),
            _ if !strict => None,
            400..=499 if SAYS.into_iter().any(says) => {
                let form = reading?.misses.first()?;
                Some(format!("is refused with {}: {form}", told(response)))
            }
            400..=499 => {
                Some(format!("is refused with {}, where JSON should say what is wrong", told(response)))
            }
            _ => Some(format!("is answered with {}, where a 4xx should refuse it", told(response))),
        }
    }
}

fn void(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Text(text) => text.trim().is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::http::Timings;

    fn miss(status: u16, body: &str, strict: bool) -> Option<String> {
        let timings = Timings::default();
        Came::Answer(Response {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            url: String::new(),
            timings,
            redirects: 0,
            downgraded: false,
        })
        .miss(strict, None)
    }

    #[test]
    fn a_refusal_is_no_2xx_and_a_strict_one_a_4xx_that_says_why() {
        for (status, body, lenient, strict) in [
            (400, r#"{"error": "no rows"}"#, true, true),
            (422, r#"{"detail": [{"loc": ["body"]}]}"#, true, true),
            (400, r#"{"error": ""}"#, true, false),
            (400, "<h1>Bad Request</h1>", true, false),
            (415, "", true, false),
            (500, r#"{"error": "boom"}"#, true, false),
            (302, "", true, false),
            (429, r#"{"error": "slow down"}"#, false, false),
            (200, r#"{"error": "no rows"}"#, true, false),
            (200, r#"{"detail": "no rows"}"#, true, false),
            (200, r#"{"predictions": [0.5], "error": null}"#, false, false),
            (204, "", false, false),
        ] {
            assert_eq!(miss(status, body, false).is_none(), lenient, "{status} {body}");
            assert_eq!(miss(status, body, true).is_none(), strict, "{status} {body} strictly");
        }
        assert_eq!(miss(200, "ok", false).unwrap(), "is accepted with status 200: ok");
        assert_eq!(
            miss(500, "", true).unwrap(),
            "is answered with status 500 and no body, where a 4xx should refuse it"
        );
        let silent = Came::Nothing("`h:1` closed the connection without an answer".into());
        assert!(silent.miss(false, None).is_none());
        assert!(silent.miss(true, None).unwrap().starts_with("is not answered: "));
    }
}

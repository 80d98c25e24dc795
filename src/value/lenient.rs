//! JSON as servers write it: with bare `NaN`, `Infinity` and `-Infinity`, which JSON does not have.

use super::document::{DocumentError, without_bom};
use super::{Map, Path, Segment, Value};

/// What stands where JSON has no word for it.
const TOKENS: [(&str, f64); 3] =
    [("-Infinity", f64::NEG_INFINITY), ("Infinity", f64::INFINITY), ("NaN", f64::NAN)];

/// A document, and what in it is no JSON.
#[derive(Clone, Debug)]
pub struct Lenient {
    pub value: Value,
    pub bare: Vec<Bare>,
}

/// A bare token: which one, where in the text, and where in the document.
#[derive(Clone, Debug)]
pub struct Bare {
    pub token: &'static str,
    /// From 0, in bytes.
    pub byte: usize,
    pub path: Path,
}

impl Lenient {
    /// Reads one JSON document, in which bare `NaN`, `Infinity` and `-Infinity` are numbers and noted. Whatever else
    /// is wrong is an error, as it is where documents are read strictly.
    pub fn from_json(bytes: &[u8]) -> Result<Self, DocumentError> {
        let strict = match Value::from_json(bytes) {
            Ok(value) => return Ok(Self { value, bare: Vec::new() }),
            Err(error) => error,
        };
        let offset = bytes.len() - without_bom(bytes).len();
        let (text, tokens) = quoted(without_bom(bytes));
        if tokens.is_empty() {
            return Err(strict);
        }
        let Ok(value) = Value::from_json(&text) else { return Err(strict) };
        let mut bare = Vec::new();
        let value = restore(&value, &tokens, &mut Vec::new(), &mut bare);
        // One that stands where a key should is no number.
        if bare.len() < tokens.len() {
            return Err(strict);
        }
        for found in &mut bare {
            found.byte += offset;
        }
        Ok(Self { value, bare })
    }
}

type Token = (usize, &'static str, f64);

/// The text with every bare token made a string that says where it stood, and the tokens.
fn quoted(bytes: &[u8]) -> (Vec<u8>, Vec<Token>) {
    let mut text = Vec::with_capacity(bytes.len() + 64);
    let mut tokens = Vec::new();
    let (mut at, mut inside) = (0, false);
    while at < bytes.len() {
        let found =
            TOKENS.into_iter().find(|(token, _)| !inside && bytes[at..].starts_with(token.as_bytes()));
        if let Some((token, number)) = found {
            text.extend(format!("\"{}\"", mark(at).replace('\0', "\\u0000")).bytes());
            tokens.push((at, token, number));
            at += token.len();
            continue;
        }
        let escaped = inside && bytes[at] == b'\\';
        inside ^= bytes[at] == b'"';
        let end = (at + 1 + usize::from(escaped)).min(bytes.len());
        text.extend_from_slice(&bytes[at..end]);
        at = end;
    }
    (text, tokens)
}

/// What stands for the token at this byte; no honest text begins like this.
fn mark(byte: usize) -> String {
    format!("\0bare {byte}")
}

fn restore(value: &Value, tokens: &[Token], path: &mut Vec<Segment>, bare: &mut Vec<Bare>) -> Value {
    let mut within = |segment, item: &Value, bare: &mut Vec<Bare>| {
        path.push(segment);
        let restored = restore(item, tokens, path, bare);
        path.pop();
        restored
    };
    match value {
        Value::List(items) => {
            let items = items.iter().enumerate();
            Value::list(items.map(|(index, item)| within(Segment::Index(index), item, bare)).collect())
        }
        Value::Map(map) => {
            let entries =
                map.iter().map(|(key, item)| (key.clone(), within(Segment::Key(key.clone()), item, bare)));
            Value::from(entries.collect::<Map>())
        }
        Value::Text(text) if text.starts_with('\0') => {
            match tokens.iter().find(|(byte, ..)| *mark(*byte) == **text) {
                Some(&(byte, token, number)) => {
                    bare.push(Bare { token, byte, path: Path(path.clone()) });
                    Value::Float(number)
                }
                None => value.clone(),
            }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_tokens_are_numbers_and_are_noted() {
        let read =
            Lenient::from_json(br#"{"predictions": [NaN, "NaN \" NaN", {"a": -Infinity}, 1]}"#).unwrap();
        assert_eq!(read.value.to_string(), r#"{predictions: [.nan, "NaN \" NaN", {a: -.inf}, 1]}"#);
        let told: Vec<String> =
            read.bare.iter().map(|bare| format!("{} {} {}", bare.token, bare.byte, bare.path)).collect();
        assert_eq!(told, ["NaN 17 predictions[0]", "-Infinity 42 predictions[2].a"]);
        let read = Lenient::from_json(b"\xEF\xBB\xBF[Infinity]").unwrap();
        assert_eq!((read.bare[0].byte, read.bare[0].path.to_string().as_str()), (4, "[0]"));
    }

    #[test]
    fn everything_else_is_as_strict_as_ever() {
        for (text, message) in [
            ("[NaN", "`NaN` is not JSON"),
            ("{NaN: 1}", "`NaN` is not JSON"),
            ("[1, nan]", "`nan` is not JSON"),
            ("[NaNs]", "`NaN` is not JSON"),
            (r#"{"a": 1, "a": 2}"#, "key `a` stands twice"),
        ] {
            assert_eq!(Lenient::from_json(text.as_bytes()).unwrap_err().message, message, "{text}");
        }
        assert!(Lenient::from_json(b"[1, 2]").unwrap().bare.is_empty());
    }
}

//! JSON and YAML documents read strictly: one meaning for each key, bounded depth and size.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use super::{Map, Value};

/// Nodes a YAML document may have beyond one for each of its bytes: room for honest aliases, not for a bomb.
const ALIAS_ROOM: usize = 100_000;

/// A document that cannot be read, and where reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// From 1; 0 where no place is known.
    pub line: usize,
    /// From 1, in bytes; 0 where no place is known.
    pub column: usize,
    pub message: String,
    pub help: Option<&'static str>,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for DocumentError {}

impl Value {
    /// Reads one JSON document (RFC 8259). Integers stay integers up to `u64::MAX`; a key that stands twice, a
    /// `NaN`, and nesting beyond 128 levels are errors.
    pub fn from_json(bytes: &[u8]) -> Result<Self, DocumentError> {
        let bytes = without_bom(bytes);
        let room = Cell::new(usize::MAX);
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        Strict { room: &room }
            .deserialize(&mut deserializer)
            .and_then(|value| deserializer.end().map(|()| value))
            .map_err(|error| of_json(bytes, &error))
    }

    /// Reads one YAML 1.2 document. A key that stands twice, a tag of its own kind, nesting beyond 128 levels and
    /// aliases that expand without measure are errors; keys that are no strings are read as written.
    pub fn from_yaml(bytes: &[u8]) -> Result<Self, DocumentError> {
        let bytes = without_bom(bytes);
        let room = Cell::new(bytes.len().saturating_add(ALIAS_ROOM));
        Strict { room: &room }.deserialize(serde_yaml::Deserializer::from_slice(bytes)).map_err(|error| {
            let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
            let text = error.to_string();
            let message = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]).to_owned();
            DocumentError { line, column, message, help: None }
        })
    }
}

/// A byte order mark says nothing in UTF-8, and some editors write one all the same.
pub fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

fn of_json(bytes: &[u8], error: &serde_json::Error) -> DocumentError {
    let (line, column) = (error.line(), error.column().max(1));
    let text = error.to_string();
    let plain = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
    let around = bytes.split(|&byte| byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let from = column.saturating_sub(2).min(around.len());
    let token = [&b"NaN"[..], b"Infinity", b"nan", b"inf"]
        .into_iter()
        .find(|token| (from..=column.min(around.len())).any(|at| around[at..].starts_with(token)));
    match token {
        Some(token) if !error.is_data() => DocumentError {
            line,
            column,
            message: format!("`{}` is not JSON", String::from_utf8_lossy(token)),
            help: Some("JSON has no NaN and no infinity: write `null`, or keep the data as CSV"),
        },
        _ => DocumentError { line, column, message: plain.to_owned(), help: None },
    }
}

struct Strict<'a> {
    room: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.room.get().checked_sub(1) {
            Some(left) => self.room.set(left),
            None => return Err(Error::custom("aliases expand further than any honest document needs")),
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }
    fn visit_i64<E>(self, int: i64) -> Result<Value, E> {
        Ok(Value::Int(int))
    }
    fn visit_u64<E>(self, int: u64) -> Result<Value, E> {
        Ok(Value::from(int))
    }
    fn visit_i128<E>(self, int: i128) -> Result<Value, E> {
        Ok(Value::Float(int as f64))
    }
    fn visit_u128<E>(self, int: u128) -> Result<Value, E> {
        Ok(Value::Float(int as f64))
    }
    fn visit_f64<E>(self, float: f64) -> Result<Value, E> {
        Ok(Value::Float(float))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }
    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(Error::custom("tags of one's own (`!name`) are not read"))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Strict { room: self.room })? {
            items.push(item);
        }
        Ok(Value::list(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(key.as_str()) {
                return Err(Error::custom(format_args!("key `{key}` stands twice")));
            }
            let item = entries.next_value_seed(Strict { room: self.room })?;
            map.insert(Arc::from(key), item);
        }
        Ok(Value::from(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Result<Value, DocumentError> {
        Value::from_json(text.as_bytes())
    }

    #[test]
    fn numbers_keep_their_kind() {
        let value = json("\u{feff}[1, -0.5, 1.0, 18446744073709551615, 1e2]").unwrap();
        assert_eq!(value.to_string(), "[1, -0.5, 1.0, 18446744073709551615, 100.0]");
    }

    #[test]
    fn what_json_does_not_have_is_named() {
        for (text, token) in [
            ("{\"a\":\n NaN}", "NaN"),
            ("[1, -Infinity]", "Infinity"),
            ("[Infinity]", "Infinity"),
            ("nan", "nan"),
        ] {
            let error = json(text).unwrap_err();
            assert_eq!(error.message, format!("`{token}` is not JSON"), "{text}");
            assert!(error.help.is_some());
        }
        assert_eq!(json("[nulL]").unwrap_err().message, "expected ident");
    }

    #[test]
    fn a_key_has_one_meaning() {
        let error = json("{\"a\": 1,\n \"a\": 2}").unwrap_err();
        assert_eq!((error.line, error.message.as_str()), (2, "key `a` stands twice"));
        let error = Value::from_yaml(b"b: {a: 1, a: 2}").unwrap_err();
        assert!(error.message.contains("key `a` stands twice"), "{error}");
    }

    #[test]
    fn hostile_documents_are_refused_soon() {
        let deep = "[".repeat(200_000);
        assert!(json(&deep).unwrap_err().message.contains("recursion limit"));
        assert!(Value::from_yaml(&deep.as_bytes()[..10_000]).is_err());
        let mut bomb = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned()];
        for level in 1..12 {
            let again = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push(format!("a{level}: &a{level} [{again}]"));
        }
        assert!(Value::from_yaml(bomb.join("\n").as_bytes()).is_err());
        // Few aliases, each of something large: within yaml's own limit, and still refused.
        let wide =
            format!("a: &a [{}]\nb: [{}]\n", vec!["x"; 20_000].join(", "), vec!["*a"; 2_000].join(", "));
        assert!(Value::from_yaml(wide.as_bytes()).unwrap_err().message.contains("aliases expand"));
        assert!(Value::from_yaml(b"a: !run {x: 1}").unwrap_err().message.contains("tags"));
    }

    #[test]
    fn yaml_scalars_follow_the_core_schema() {
        let value = Value::from_yaml(
            b"{a: 1, b: 1.0, c: no, d: .nan, e: ~, f: 007, g: 0.5, 1: x, h: 99999999999999999999}",
        )
        .unwrap();
        assert_eq!(
            value.to_string(),
            r#"{a: 1, b: 1.0, c: "no", d: .nan, e: null, f: "007", g: 0.5, 1: "x", h: 1e20}"#
        );
    }
}

//! A request as a fake was sent it: what its answers, and `$api.requests`, speak of.

use std::sync::Arc;

use axum::http::request::Parts;

use super::pattern::decoded;
use crate::value::{Map, Value};

/// What `$request` has, and each of `$api.requests`.
pub(super) const PARTS: [&str; 7] = ["method", "path", "params", "query", "headers", "body", "json"];

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    /// As it was sent, without the query.
    pub(super) path: String,
    pub(super) query: Map,
    pub(super) headers: Map,
    pub(super) body: Arc<[u8]>,
}

impl Asked {
    pub(super) fn new(parts: &Parts, body: Vec<u8>) -> Self {
        let mut headers = Map::new();
        for (name, value) in &parts.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            match headers.get_mut(name.as_str()) {
                Some(Value::Text(held)) => *held = format!("{held}, {value}").into(),
                _ => {
                    headers.insert(name.as_str().into(), Value::text(value));
                }
            }
        }
        Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: query(parts.uri.query().unwrap_or_default()),
            headers,
            body: body.into(),
        }
    }

    /// The value of a header, by its lower-case name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.as_text()
    }

    /// One value of the query.
    pub(super) fn queried(&self, name: &str) -> Option<&str> {
        self.query.get(name)?.as_text()
    }

    /// The body as a document, where it is one.
    pub(super) fn json(&self) -> Option<Value> {
        Value::from_json(&self.body).ok()
    }

    /// The request as specs see it; `json` is there when the body is JSON.
    pub(super) fn to_value(&self, params: Map) -> Value {
        let body = match std::str::from_utf8(&self.body) {
            Ok(text) => Value::text(text),
            Err(_) => Value::Bytes(self.body.clone()),
        };
        let [method, path, of_path, query, headers, whole, json] = PARTS;
        let entries = [
            (method, Value::from(self.method.as_str())),
            (path, Value::text(decoded(&self.path, false))),
            (of_path, Value::from(params)),
            (query, Value::from(self.query.clone())),
            (headers, Value::from(self.headers.clone())),
            (whole, body),
        ];
        let json = self.json().map(|document| (json, document));
        Value::map(entries.into_iter().chain(json))
    }
}

/// The parameters of a query; one that is repeated is a list.
fn query(text: &str) -> Map {
    let mut map = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = Value::text(decoded(value, true));
        match map.entry(decoded(name, true).into()) {
            indexmap::map::Entry::Vacant(free) => {
                free.insert(value);
            }
            indexmap::map::Entry::Occupied(mut held) => {
                let mut all = match held.get() {
                    Value::List(all) => all.to_vec(),
                    one => vec![one.clone()],
                };
                all.push(value);
                held.insert(Value::list(all));
            }
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_whole() {
        let request = axum::http::Request::builder()
            .method("POST")
            .uri("/a%20b?q=1&tag=x&tag=y&empty&plus=a+b")
            .header("X-Id", "1")
            .header("x-id", "2")
            .body(())
            .unwrap();
        let parts = request.into_parts().0;
        let asked = Asked::new(&parts, br#"{"x": [1, 2.5]}"#.to_vec());
        assert_eq!(
            asked.to_value(Map::new()).to_string(),
            r#"{method: "POST", path: "/a b", params: {}, query: {q: "1", tag: ["x", "y"], empty: "", plus: "a b"}, headers: {x-id: "1, 2"}, body: "{\"x\": [1, 2.5]}", json: {x: [1, 2.5]}}"#
        );
        let bytes = Asked::new(&parts, vec![0xff]).to_value(Map::new());
        assert!(matches!(&bytes, Value::Map(map) if map.get("json").is_none()
            && matches!(map.get("body"), Some(Value::Bytes(_)))));
    }
}

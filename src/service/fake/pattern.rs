//! Paths with names in them: `/models/{name}/{rest*}`.

use std::sync::Arc;

use serde_json::json;

use crate::syntax::is_name;
use crate::value::{FromValue, Kind, Map, Value, WrongKind};

/// A path that a route takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    text: Arc<str>,
    parts: Vec<Part>,
    /// What takes all that follows, nothing included.
    rest: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Plain(Arc<str>),
    Named(Arc<str>),
}

impl Pattern {
    fn parse(text: &Arc<str>) -> Result<Self, String> {
        let Some(path) = text.strip_prefix('/') else { return Err("a path starts with `/`".to_owned()) };
        if path.contains(['?', '#']) {
            return Err(
                "a path has no `?` and no `#`: what follows belongs under `when: {query: …}`".to_owned()
            );
        }
        let mut pattern = Self { text: text.clone(), parts: Vec::new(), rest: None };
        let mut names: Vec<&str> = Vec::new();
        for part in path.split('/') {
            if pattern.rest.is_some() {
                return Err("nothing follows the part that takes all the rest".to_owned());
            }
            let Some(inner) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
                if part.contains(['{', '}']) {
                    return Err(format!("`{part}` is not a whole `{{name}}`"));
                }
                pattern.parts.push(Part::Plain(part.into()));
                continue;
            };
            let name = inner.strip_suffix('*').unwrap_or(inner);
            if !is_name(name) {
                return Err(format!("`{name}` cannot be a name"));
            }
            if names.contains(&name) {
                return Err(format!("the name `{name}` stands in it twice"));
            }
            names.push(name);
            if name == inner {
                pattern.parts.push(Part::Named(name.into()));
            } else {
                pattern.rest = Some(name.into());
            }
        }
        Ok(pattern)
    }

    /// The path as it is written.
    pub(super) fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The name of the part that takes all the rest.
    pub(super) fn rest(&self) -> Option<&Arc<str>> {
        self.rest.as_ref()
    }

    /// What the names stand for in this path, as it was sent; `None` when it is another.
    pub(super) fn matches(&self, path: &str) -> Option<Map> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let mut params = Map::new();
        for (index, part) in self.parts.iter().enumerate() {
            let sent = decoded(segments.get(index)?, false);
            match part {
                Part::Plain(plain) if **plain == *sent => {}
                Part::Named(name) if !sent.is_empty() => {
                    params.insert(name.clone(), Value::text(sent));
                }
                Part::Plain(_) | Part::Named(_) => return None,
            }
        }
        let left = &segments[self.parts.len()..];
        match &self.rest {
            Some(name) => {
                params.insert(name.clone(), Value::text(decoded(&left.join("/"), false)));
            }
            None if !left.is_empty() => return None,
            None => {}
        }
        Some(params)
    }
}

impl FromValue for Pattern {
    const KINDS: &'static [Kind] = &[Kind::Text];

    fn schema() -> serde_json::Value {
        json!({"type": "string", "pattern": "^/"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let text = Arc::<str>::from_value(value)?;
        Self::parse(&text).map_err(|why| {
            WrongKind::new("a path", value)
                .help(format!("{why}; write `/models/{{name}}` or `/files/{{rest*}}`"))
        })
    }
}

/// Percent-encoded text as it is meant; what is no such code stays as it stands. `+` is a space in a query alone.
pub(in crate::service) fn decoded(text: &str, query: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(|hex| {
            let hex =
                std::str::from_utf8(hex).ok().filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
            u8::from_str_radix(hex, 16).ok()
        });
        match (code, byte) {
            (Some(code), _) => out.push(code),
            (None, b'+') if query => out.push(b' '),
            (None, byte) => out.push(byte),
        }
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Pattern, String> {
        Pattern::parse(&text.into())
    }

    #[test]
    fn names_stand_for_one_part_and_a_star_for_the_rest() {
        for (pattern, path, expected) in [
            ("/", "/", Some("{}")),
            ("/", "/a", None),
            ("/models", "/models", Some("{}")),
            ("/models", "/models/", None),
            ("/models/{name}", "/models/churn", Some("{name: \"churn\"}")),
            ("/models/{name}", "/models/a%20b%2Fc", Some("{name: \"a b/c\"}")),
            ("/models/{name}", "/models/", None),
            ("/models/{name}", "/models/a/b", None),
            ("/{a}/x/{b}", "/1/x/2", Some("{a: \"1\", b: \"2\"}")),
            ("/{a}/x/{b}", "/1/y/2", None),
            ("/f/{rest*}", "/f/a/b.c", Some("{rest: \"a/b.c\"}")),
            ("/f/{rest*}", "/f/", Some("{rest: \"\"}")),
            ("/f/{rest*}", "/f", Some("{rest: \"\"}")),
            ("/f/{rest*}", "/g/a", None),
            ("/caf%C3%A9", "/café", None),
            ("/café", "/caf%C3%A9", Some("{}")),
        ] {
            let matched = parse(pattern).unwrap().matches(path);
            let shown = matched.map(|params| Value::from(params).to_string());
            assert_eq!(shown.as_deref(), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for (text, expected) in [
            ("models", "a path starts with `/`"),
            ("/a?x=1", "a path has no `?` and no `#`: what follows belongs under `when: {query: …}`"),
            ("/{rest*}/x", "nothing follows the part that takes all the rest"),
            ("/v{n}", "`v{n}` is not a whole `{name}`"),
            ("/{}", "`` cannot be a name"),
            ("/{a}/{a}", "the name `a` stands in it twice"),
        ] {
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn codes_are_decoded_and_what_is_none_stays() {
        for (text, query, expected) in [
            ("a+b%21", false, "a+b!"),
            ("a+b%21", true, "a b!"),
            ("100%", true, "100%"),
            ("%zz%4", true, "%zz%4"),
        ] {
            assert_eq!(decoded(text, query), expected);
        }
        assert_eq!(decoded("%ff", false), "\u{fffd}");
    }
}

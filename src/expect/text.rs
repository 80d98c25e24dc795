//! `matches`: a regular expression found in text.

use serde_json::{Value as Json, json};

use super::elements::{Phrase, every};
use super::{Bench, Fault, Judged, Matcher, Named};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{FromValue, Kind, Value, WrongKind, matches_pattern};

/// A regular expression, compiled.
#[derive(Clone, Debug)]
pub(super) struct Pattern(regex::Regex);

impl FromValue for Pattern {
    const KINDS: &'static [Kind] = &[Kind::Text];

    fn schema() -> Json {
        json!({"type": "string", "format": "regex"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let text = <std::sync::Arc<str>>::from_value(value)?;
        regex::Regex::new(&text).map(Self).map_err(|error| {
            let why = match error {
                regex::Error::Syntax(drawn) => {
                    // The crate draws the pattern with a caret; its last line says what is wrong.
                    drawn.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
                }
                other => other.to_string(),
            };
            let help = "the syntax is that of the `regex` crate: no look-around, no back-references; \
                        single quotes keep backslashes as they are";
            WrongKind::new(format!("a regular expression ({why})"), value).help(help)
        })
    }
}

/// Every text matches.
#[derive(Debug)]
pub(super) struct Matches(Arg<Pattern>);

impl Matcher for Matches {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let pattern = self.0.bind(bench.scope)?.0;
        let phrase = Phrase {
            one: "does not match",
            many: "do not match",
            rest: &format!("`{pattern}`"),
            expected: &format!("text that matches `{pattern}`"),
        };
        every(actual, &phrase, &mut |leaf| matches_pattern(leaf, &pattern))
    }

    fn refuses(&self, kind: Kind) -> Option<String> {
        matches!(kind, Kind::Number | Kind::Bool | Kind::Duration | Kind::Size)
            .then(|| format!("{} is no text to match", kind.name()))
    }
}

impl Named for Matches {
    const NAME: &'static str = "matches";
    const PAGE: &'static str = "A regular expression found anywhere in the string; `^` and `$` ask for the whole of it. Of a list or array, every \
        element. What is no string does not match.\n\n\
        `stdout: {matches: 'epoch \\d+: loss [0-9.]+'}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Pattern>::schema()
    }
}

//! `JSONPath`s (RFC 9535) into a value, and what must hold of what they select.

use std::sync::Arc;

use serde_json_path::JsonPath;

use super::checks::Checks;
use super::judge::Finding;
use super::{Bench, Fault, Judged, Miss, Verdict};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Decoder, Key, Node};
use crate::value::{Evidence, Segment, Unit, Value};

/// What must hold of the nodes that a `JSONPath` selects.
#[derive(Debug)]
pub struct JsonChecks {
    pub text: Arc<str>,
    pub path: JsonPath,
    /// It can match one node at most.
    pub singular: bool,
    pub span: Span,
    pub checks: Checks,
}

impl JsonChecks {
    pub(super) fn read(key: &Key, node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let path = match JsonPath::parse(&key.text) {
            Ok(path) => path,
            Err(error) => {
                let at = key.span.part(error.position(), 1);
                let message = format!("this is no JSONPath: {}", error.message());
                return decoder.refuse(
                    Diagnostic::new(codes::INVALID_VALUE, at, message)
                        .help("RFC 9535 has the form: `$.items[*].score`, `$['a key']`"),
                );
            }
        };
        let singular = is_singular(&key.text);
        let checks = Checks::read(node, decoder)?;
        Some(Self { text: key.text.clone(), path, singular, span: key.span, checks })
    }

    pub(super) fn judge(
        &self,
        actual: &Value,
        document: &serde_json::Value,
        subject: &str,
        bench: &Bench<'_>,
    ) -> Vec<Verdict> {
        let subject = format!("{subject} {}", self.text);
        match self.select(actual, document) {
            Ok(selected) => self.checks.judge(&selected, &subject, bench),
            Err(finding) => {
                let evidence = Evidence::new(0, Unit::Nodes);
                vec![Verdict {
                    span: self.span,
                    subject,
                    evidence,
                    tolerance: None,
                    remarks: Vec::new(),
                    finding: Some(finding),
                }]
            }
        }
    }

    pub(super) fn judge_inside(
        &self,
        actual: &Value,
        document: &serde_json::Value,
        bench: &Bench<'_>,
    ) -> Result<Judged, Fault> {
        let nothing = Judged::new(Evidence::new(0, Unit::Nodes), None);
        match self.select(actual, document) {
            Ok(selected) => self.checks.judge_inside(&selected, bench),
            Err(Finding::Missed(miss)) => Ok(Judged { miss: Some(miss), ..nothing }),
            Err(Finding::MeasuredNothing) => Ok(Judged { hollow: true, ..nothing }),
            Err(Finding::Faulted(fault)) => Err(fault),
        }
    }

    /// The node of a singular path, or the list of those that any other path selects.
    fn select(&self, actual: &Value, document: &serde_json::Value) -> Result<Value, Finding> {
        let located = self.path.query_located(document);
        let mut nodes =
            located.locations().filter_map(|way| follow(actual, &way.to_json_pointer())).peekable();
        if self.singular {
            return nodes.next().ok_or_else(|| {
                Finding::Missed(Miss::new("it is not there", format!("a value at `{}`", self.text), actual))
            });
        }
        if nodes.peek().is_none() && !self.checks.allows_empty() {
            return Err(Finding::MeasuredNothing);
        }
        Ok(Value::list(nodes.collect()))
    }
}

/// The value itself at a place found in its JSON image: what JSON cannot hold, such as NaN, is kept.
fn follow(value: &Value, pointer: &str) -> Option<Value> {
    pointer.split('/').skip(1).try_fold(value.clone(), |value, part| {
        let part = part.replace("~1", "/").replace("~0", "~");
        let by_index = || value.child(&Segment::Index(part.parse().ok()?));
        match value {
            Value::Map(_) | Value::Table(_) => value.child(&Segment::Key(part.as_str().into())),
            _ => by_index(),
        }
    })
}

/// RFC 9535's singular query: names and indices alone, so that it matches one node at most.
fn is_singular(path: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    let plain: String = path
        .chars()
        .filter(|&c| {
            let inside = quote.is_some();
            match quote {
                Some(_) if escaped => escaped = false,
                Some(_) if c == '\\' => escaped = true,
                Some(open) if c == open => quote = None,
                None if c == '\'' || c == '"' => quote = Some(c),
                _ => {}
            }
            !inside
        })
        .collect();
    !plain.contains("..") && !plain.contains(['*', '?', ':', ','])
}

//! `requests`: what a fake was asked.

use std::sync::Arc;

use super::{Action, Context, Done, Known, Named, Output, Review, StepError};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::params;
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Expr, Form, Node};
use crate::value::{Kind, Outputs, Segment, Value};

params! {
    /// Tells what a `fake` service was asked so far: how often, for what, and what was sent.
    ///
    /// `$api.requests` is the record of the fake `api`: a list, in the order in which the requests came whole. Each has its
    /// `method`, its `path`, the `params` that the route's path names, its `query` and `headers` (by lower-case names),
    /// its `body` as text, or as bytes where it is not UTF-8, and where that is JSON the document as `json`. Requests
    /// that no route takes are in it too.
    ///
    /// - The record holds the requests of this attempt at this case alone: a fake forgets before each, and the cases that
    ///   share one run one at a time. What a service asked while it started is not in it.
    /// - A client that goes on in the background may not be done yet: `poll: {within: 5 s}` waits until what is expected
    ///   holds.
    /// - At most 100,000 requests are kept, and 256 MiB of their bodies; beyond that the step is an error.
    ///
    /// ```yaml
    /// services:
    ///   registry:
    ///     fake:
    ///       routes:
    ///         - get: /models/{name}
    ///           json: {name: $request.params.name, version: 3}
    /// cases:
    ///   - name: is asked once
    ///     steps:
    ///       - probe: {get: "${registry.url}/models/churn", query: {stage: production}}
    ///         expect: {json.name: churn, json.version: 3}
    ///       - requests: $registry.requests
    ///         expect: {count: 1, last.path: /models/churn, last.query.stage: production}
    ///       - requests: {of: $registry.requests, method: POST}
    ///         expect: {count: 0}
    /// ```
    pub struct Keys = "`requests`" short "of" {
        /// The record of a fake: `$api.requests`.
        of: Arg<Value>,
        /// Only the requests of this method.
        method: Option<Arg<Arc<str>>>,
        /// Only the requests of this path.
        path: Option<Arg<Arc<str>>>,
    }
}

/// The action.
#[derive(Debug)]
pub(super) struct Requests(Keys);

const FORM: &str = "write `requests: $api.requests`, where `api` is a `fake` of `services`";

fn no_record(span: Span) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TYPE, span, "this is no record of a fake").help(FORM)
}

impl Decode for Requests {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        if keys.of.known().is_some() {
            return decoder.refuse(no_record(keys.of.span));
        }
        Some(Self(keys))
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Requests {
    const NAME: &'static str = "requests";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("requests", Kind::List, "the requests, the first one first").volatile(),
        Output::new("count", Kind::Number, "how many there are"),
        Output::new("last", Kind::Map, "the last of them").volatile(),
    ];
}

impl Action for Requests {
    fn first_output(&self) -> Option<&'static str> {
        Some("requests")
    }

    fn review(&self, review: &Review<'_>, found: &mut Diagnostics) {
        let Form::Expr(expr) = &self.0.of.form else { return };
        let Expr::Reference(reference) = &**expr else { return };
        // What a fake has no such part for is said where names are looked up.
        let another = match &reference.path[..] {
            [Segment::Key(key)] => ["url", "port", "host"].contains(&&**key),
            path => path.len() > 1,
        };
        if another && (review.known)(reference) == Known::Fake {
            found.push(no_record(reference.span));
        }
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let Keys { of, method, path } = &self.0;
        let record = context.get(of)?;
        let Value::List(all) = &record else {
            let message = format!("expected what a fake was asked, got {}", record.kind());
            return Err(StepError::new(message).at(of.span).help(FORM));
        };
        let wanted = [("method", context.maybe(method.as_ref())?), ("path", context.maybe(path.as_ref())?)];
        let meets = |request: &Value| {
            let Value::Map(request) = request else { return false };
            let held = |part: &str| request.get(part).and_then(Value::as_text);
            wanted
                .iter()
                .all(|(part, wanted)| wanted.as_deref().is_none_or(|wanted| held(part) == Some(wanted)))
        };
        let requests: Vec<Value> = all.iter().filter(|request| meets(request)).cloned().collect();
        let (count, last) = (requests.len(), requests.last().cloned());
        let outputs = Outputs::new().with("requests", Value::list(requests)).with("count", count);
        Ok(match last {
            Some(last) => outputs.with("last", last),
            None => outputs.without("last", "there was no such request"),
        }
        .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::site::{Site, show};

    #[test]
    fn requests_are_counted_and_chosen() {
        let request = |method: &str, path: &str| {
            Value::map([("method", Value::from(method)), ("path", Value::from(path))])
        };
        let all = vec![request("GET", "/a"), request("POST", "/a"), request("GET", "/b")];
        let site = Site::new().with("record", Value::list(all)).with("wrong", 3_i64);
        for (text, path, expected) in [
            ("$record", "count", "3"),
            ("$record", "last.path", "\"/b\""),
            ("{of: $record, method: GET}", "count", "2"),
            ("{of: $record, method: GET, path: /a}", "requests", "[{method: \"GET\", path: \"/a\"}]"),
            ("{of: $record, path: /c}", "count", "0"),
            ("{of: $record, path: /c}", "last.path", "there was no such request"),
        ] {
            let done = site.run::<Requests>(text).unwrap();
            assert_eq!(show(&done.outputs, path), expected, "{text} {path}");
        }
        let error = site.run::<Requests>("$wrong").unwrap_err();
        assert_eq!(error.message, "expected what a fake was asked, got an integer");
        let refused = Site::read::<Requests>("[]").unwrap_err();
        assert_eq!(refused, [format!("this is no record of a fake | {FORM}")]);
    }
}

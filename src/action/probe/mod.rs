//! `probe`: HTTP requests, their answers and how long they took.

mod answer;
mod behaviour;
mod capture;
mod converse;
mod curl;
mod dialect;
mod encode;
mod keys;
mod latency;
mod meeting;
mod multipart;
mod protocol;
mod reach;
mod remedy;
mod request;
mod rows;
mod samples;
mod speaker;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Action, Context, Done, Named, Output, Review, StepError};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::Kind;

use behaviour::{Good, Question};
use keys::{Auth, Keys};
use request::Payload;
pub(crate) use request::media_of;
use target::Target;

/// The action, what it asks known to be one thing.
#[derive(Debug)]
pub(super) struct Probe {
    target: Target,
    auth: Option<Auth>,
    keys: Keys,
    span: Span,
}

/// Headers that tell of the single answer, and differ from one to the next.
const VARYING: &[&str] = &[
    "age",
    "cf-ray",
    "date",
    "expires",
    "server-timing",
    "set-cookie",
    "traceparent",
    "x-amzn-trace-id",
    "x-correlation-id",
    "x-process-time",
    "x-request-id",
    "x-response-time",
    "x-runtime",
];

impl Named for Probe {
    const NAME: &'static str = "probe";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("status", Kind::Number, "the status code, such as 200"),
        Output::new(
            "headers",
            Kind::Map,
            "the headers by their lower-case names; one that is repeated is joined with `, `",
        )
        .varying(VARYING),
        Output::new("body", Kind::Any, "the body as text, or as bytes where it is not UTF-8"),
        Output::new("json", Kind::Any, "the body as a JSON document").read_from("body"),
        Output::new(
            "latency",
            Kind::Duration,
            "from the start of a request to the last byte of its answer; alone it is the maximum, and its parts are `.min`, `.mean`, `.p50`, `.p90`, `.p95`, `.p99`, `.max`",
        )
        .volatile(),
        Output::new(
            "phases",
            Kind::Map,
            "the longest time over all samples to `connect` (null where every connection was reused) and to the `first_byte`",
        )
        .volatile(),
        Output::new(
            "predictions",
            Kind::List,
            "with `protocol`: what was answered, one a row, in the rows' order",
        ),
        Output::new("text", Kind::Text, "with `protocol`: the one prediction, where it is a text"),
        Output::new(
            "protocol",
            Kind::Map,
            "with `protocol`: what was `checked` by its rules, how many `violations` there were, and the `misses` in words",
        )
        .varying(&["checked"]),
        Output::new("metadata", Kind::Any, "with `protocol`: what the server says of the model"),
        Output::new(
            "ready",
            Kind::Duration,
            "with `protocol`: from the start of the step to the end of the first completed inference",
        )
        .volatile(),
        Output::new("cold", Kind::Duration, "with `protocol`: the latency of the first inference, apart from `latency`")
            .volatile(),
        Output::new(
            "batch_invariant",
            Kind::Number,
            "with that `behaviour`: the largest difference between answers to rows together and apart",
        ),
        Output::new(
            "permutation_equivariant",
            Kind::Number,
            "with that `behaviour`: the largest difference between answers to rows in one order and another",
        ),
        Output::new(
            "deterministic",
            Kind::Number,
            "with that `behaviour`: the largest difference between answers to the same request",
        ),
        Output::new(
            "matches_model",
            Kind::Number,
            "with that `behaviour`: the largest difference between answers and what is expected",
        ),
        Output::new(
            "rejects",
            Kind::Map,
            "with that `behaviour`: the status of each malformed request, by its name; null where there was no answer",
        ),
        Output::new("samples", Kind::Number, "how many answers were counted"),
        Output::new("url", Kind::Text, "the URL that answered, after redirects"),
    ];
}

impl Decode for Probe {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut keys = Keys::decode(node, decoder)?;
        let target = Target::of(&mut keys, node.span, decoder);
        let auth = keys.auth.take().map(|spec| Auth::of(spec, decoder));
        let counted = keys.samples.as_ref().is_none_or(|samples| at_least_one(samples, decoder));
        let target = target?;
        if let Some(behaviour) = &keys.behaviour {
            behaviour.fits(&target, decoder)?;
        }
        reach::check_form(&target, keys.base.as_ref(), decoder)?;
        let auth = match auth {
            Some(auth) => Some(auth?),
            None => None,
        };
        counted.then_some(Self { target, auth, keys, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

fn at_least_one(samples: &Arg<u32>, decoder: &mut Decoder<'_>) -> bool {
    let none = samples.known() == Some(&0);
    if none {
        let diagnostic = Diagnostic::new(codes::INVALID_VALUE, samples.span, "no samples measure nothing");
        decoder.found.push(diagnostic.help("write 1 or more"));
    }
    !none
}

impl Action for Probe {
    fn is_check(&self) -> bool {
        matches!(self.target, Target::Protocol(_)) || self.keys.behaviour.is_some()
    }

    fn first_output(&self) -> Option<&'static str> {
        matches!(self.target, Target::Protocol(_)).then_some("predictions")
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        self.ask(context).map_err(|error| error.at(self.span))
    }

    fn saves(&self) -> Vec<Arc<str>> {
        self.keys.save.iter().filter_map(|save| save.known().cloned()).collect()
    }

    fn measures_latency(&self, asked: &[(Arc<str>, Span)]) -> bool {
        asked
            .iter()
            .any(|(path, _)| matches!(path.split('.').next(), Some("latency" | "phases" | "ready" | "cold")))
    }

    fn review(&self, review: &Review<'_>, found: &mut Diagnostics) {
        reach::review(self, review, found);
        latency::review(self.samples(), review, found);
    }
}

impl Probe {
    fn ask(&self, context: &Context<'_>) -> Result<Done, StepError> {
        match &self.target {
            Target::Url(asked) => {
                let warmup = context.maybe(self.keys.warmup.as_ref())?.unwrap_or(0);
                let samples = context.maybe(self.keys.samples.as_ref())?.unwrap_or(1);
                let (request, carried) = request::of_url(self, asked, context)?;
                let requests = std::slice::from_ref(&request);
                let gathered = samples::gather(requests, warmup, samples, context);
                let done = capture::done(gathered, requests, &carried, self, context)?;
                self.behave(done, Question::Request(&request), context)
            }
            Target::Protocol(spec) => converse::ask(self, spec, context),
        }
    }

    /// The result, and what the server's behaviour comes to where that is asked for.
    fn behave(&self, done: Done, question: Question<'_>, context: &Context<'_>) -> Result<Done, StepError> {
        match &self.keys.behaviour {
            None => Ok(done),
            Some(behaviour) => behaviour.look(done, &Good { question, http: context.world.http()?, context }),
        }
    }

    /// How many samples there will be, where that is known.
    fn samples(&self) -> Option<u32> {
        self.keys.samples.as_ref().map_or(Some(1), |samples| samples.known().copied())
    }
}

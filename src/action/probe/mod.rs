//! `probe`: HTTP requests, their answers and how long they took.

mod answer;
mod behaviour;
mod conversation;
mod keys;
mod latency;
mod load;
mod protocol;
mod reach;
mod request;
mod settings;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use super::{Action, Context, Done, Named, Output, Review, StepError};
use crate::diagnostic::Diagnostics;
use crate::source::{Span, Spanned};
use crate::syntax::{Decode, Decoder, Node};
use crate::value::{Kind, Remark};

use behaviour::{Good, Question};
pub(crate) use conversation::{Dialect, Rows, Speaker, Written};
use keys::{Auth, Keys};
use load::Plan;
pub use protocol::{markdown as protocols_markdown, page as protocols_page};
use request::connection;
pub(crate) use request::media_of;
use settings::Settings;
use target::Target;

/// The action, what it asks known to be one thing.
#[derive(Debug)]
pub(super) struct Probe {
    target: Target,
    auth: Option<Auth>,
    settings: Settings,
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
            "from the start of a request to the last byte of its answer; alone it is the maximum, and its parts are `.min`, `.mean`, `.std`, `.p50`, `.p75`, `.p90`, `.p95`, `.p99`, `.p99_9` (99.9 %), `.max`",
        )
        .volatile(),
        Output::new(
            "phases",
            Kind::Map,
            "the parts of the time, each a distribution as `latency` is, and alone its maximum: to `resolve` the name, to `connect` and for `tls` (of new connections alone, and null where there were none), to the `first_byte`, and the `whole` since a request was sent",
        )
        .volatile(),
        Output::new(
            "first_token",
            Kind::Duration,
            "where an answer comes piece by piece: from the start of a request to the first piece with a token in it, with the parts of `latency`",
        )
        .volatile(),
        Output::new(
            "predictions",
            Kind::List,
            "with `protocol`: what was answered, one a row, in the rows' order",
        ),
        Output::new("samples", Kind::Number, "how many answers were measured").volatile(),
        Output::new(
            "errors",
            Kind::Map,
            "requests without an answer, and answers with a status of 400 and above: their `count`, their `rate` among all requests, and by `kinds`: `unreachable`, `timeout`, `closed`, `malformed`, `status_4xx`, `status_5xx`, and those statuses that came, such as `status_503`",
        )
        .volatile(),
        Output::new("throughput", Kind::Number, "answers that were measured, a second").volatile(),
        Output::new("duration", Kind::Duration, "from the first request that was counted to the last byte of an answer")
            .volatile(),
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
        Output::new("url", Kind::Text, "the URL that answered, after redirects"),
    ];
}

impl Decode for Probe {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut keys = Keys::decode(node, decoder)?;
        let target = Target::of(&mut keys, node.span, decoder);
        let auth = keys.auth.take().map(|spec| Auth::of(spec, decoder));
        let settings = Settings::from(keys);
        let ends = !matches!(target, Some(Target::Url(_)));
        let measured = load::check(&settings, ends, decoder);
        let target = target?;
        if let Some(behaviour) = &settings.behaviour {
            behaviour.fits(&target, decoder)?;
        }
        reach::check_form(&target, settings.base.as_ref(), decoder)?;
        connection::check(&settings, decoder)?;
        let auth = match auth {
            Some(auth) => Some(auth?),
            None => None,
        };
        measured.then_some(Self { target, auth, settings, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Action for Probe {
    fn is_check(&self) -> bool {
        matches!(self.target, Target::Protocol(_)) || self.settings.behaviour.is_some()
    }

    fn first_output(&self) -> Option<&'static str> {
        matches!(self.target, Target::Protocol(_)).then_some("predictions")
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let asked = self.ask(context);
        let mut done = asked.map_err(|error| error.at(self.span))?;
        done.remarks.extend(latency::remarks(&done.outputs));
        Ok(done)
    }

    fn caveats(&self, context: &Context<'_>) -> Vec<Remark> {
        connection::caveats(&self.settings, context)
    }

    fn saves(&self) -> Vec<Arc<str>> {
        self.settings.save.iter().filter_map(|save| save.known().cloned()).collect()
    }

    fn measures_latency(&self, asked: &[(Arc<str>, Span)]) -> bool {
        let measured = ["latency", "phases", "throughput", "duration", "ready", "cold", "first_token"];
        load::takes_all(&self.settings)
            || asked
                .iter()
                .any(|(path, _)| path.split('.').next().is_some_and(|first| measured.contains(&first)))
    }

    fn lasts(&self) -> Option<Spanned<Duration>> {
        load::lasts(&self.settings)
    }

    fn review(&self, review: &Review<'_>, found: &mut Diagnostics) {
        reach::review(self, review, found);
        latency::review(self.samples(), review, found);
        behaviour::review(self.settings.behaviour.as_deref(), review, found);
    }
}

impl Probe {
    fn ask(&self, context: &Context<'_>) -> Result<Done, StepError> {
        match &self.target {
            Target::Url(asked) => {
                let plan = Plan::bind(&self.settings, context)?;
                let (request, carried) = request::of_url(self, asked, context)?;
                let requests = std::slice::from_ref(&request);
                let gathered = load::gather(requests, &plan, context);
                let done = answer::done(gathered, requests, &carried, self, context)?;
                self.behave(done, Question::Request(&request), context)
            }
            Target::Protocol(spec) => conversation::ask(self, spec, context),
        }
    }

    /// The result, and what the server's behaviour comes to where that is asked for.
    fn behave(&self, done: Done, question: Question<'_>, context: &Context<'_>) -> Result<Done, StepError> {
        match &self.settings.behaviour {
            None => Ok(done),
            Some(behaviour) => behaviour.look(done, &Good { question, http: context.world.http()?, context }),
        }
    }

    /// How many samples there will be at most, where that is known.
    fn samples(&self) -> Option<u32> {
        let asked = load::samples(&self.settings)?;
        match &self.target {
            Target::Protocol(spec) => Some(asked.max(spec.requests()?)),
            Target::Url(_) => Some(asked),
        }
    }
}

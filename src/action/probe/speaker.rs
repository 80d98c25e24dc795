//! One server, spoken to in the words of its protocol.

use super::Probe;
use super::protocol::{Inference, Protocol, Spoken};
use super::request::{join, query, template, with_query};
use super::rows::Rows;
use super::samples::Gathered;
use super::target::Spec;
use crate::action::{Checked, Context, Done, StepError};
use crate::diagnostic::codes;
use crate::source::Span;
use crate::system::http::Request;
use crate::value::{Evidence, Unit, Value};

/// Makes a protocol's requests, and reads their answers.
pub(super) struct Speaker {
    protocol: &'static dyn Protocol,
    spoken: Spoken,
    base: String,
    query: Option<String>,
    /// What all requests have in common.
    template: Request,
}

impl Speaker {
    pub(super) fn new(probe: &Probe, spec: &Spec, context: &Context<'_>) -> Result<Self, StepError> {
        let base = context.get(&spec.base)?.to_string();
        let spoken = Spoken {
            model: context.maybe(probe.keys.model.as_ref())?,
            version: context.maybe(probe.keys.version.as_ref())?,
            path: context.maybe(probe.keys.path.as_ref())?,
            metadata: None,
        };
        let query = query(probe, context)?;
        let template = template(probe, &base, context)?;
        Ok(Self { protocol: spec.protocol, spoken, base, query, template })
    }

    /// The question about these rows.
    pub(super) fn inference(&self, rows: &Rows) -> Result<Inference, StepError> {
        self.protocol.request(rows, &self.spoken)
    }

    /// The request that asks it.
    pub(super) fn request(&self, inference: &Inference) -> Result<Request, StepError> {
        let mut request = self.template.clone();
        request.url = with_query(&join(Some(&self.base), &inference.path)?, self.query.as_deref());
        inference.method.clone_into(&mut request.method);
        request.body.clone_from(&inference.body);
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request.headers.push(("content-type".to_owned(), inference.media.to_owned()));
        }
        Ok(request)
    }

    /// What all answers say, by the protocol's own rules.
    pub(super) fn readings(&self, gathered: &Gathered, asked: &[Inference]) -> Readings {
        let mut predictions: Vec<Option<Vec<Value>>> = vec![None; asked.len()];
        let mut readings = Readings::default();
        for answer in gathered.answers.iter().filter(|answer| answer.response.status < 400) {
            let reading = self.protocol.read(&answer.response, &asked[answer.request], &self.spoken);
            readings.measured += reading.measured;
            readings.misses.extend(reading.misses);
            let held = &mut predictions[answer.request];
            *held = held.take().or(reading.predictions);
        }
        readings.predictions = predictions.into_iter().collect::<Option<Vec<_>>>().map(|all| all.concat());
        readings
    }
}

/// What the answers to all rows say.
#[derive(Debug, Default)]
pub(super) struct Readings {
    predictions: Option<Vec<Value>>,
    measured: u64,
    misses: Vec<String>,
}

impl Readings {
    /// The step's result with what the protocol says of it.
    pub(super) fn complete(self, mut done: Done, span: Span) -> Done {
        for outputs in std::iter::once(&mut done.outputs).chain(&mut done.others) {
            *outputs = match &self.predictions {
                Some(predictions) => {
                    std::mem::take(outputs).with("predictions", Value::list(predictions.clone()))
                }
                None => std::mem::take(outputs)
                    .without("predictions", "no answer held a prediction for every row"),
            };
        }
        // A status of 400 and above is told already.
        if done.unsuccessful.is_none() {
            let evidence = Evidence { count: self.measured, unit: Unit::Values };
            let code = codes::EXPECTATION_FAILED;
            let misses = self.misses;
            done.checked.push(Checked { output: "protocol", code, span, evidence, misses, tolerance: None });
        }
        done
    }
}

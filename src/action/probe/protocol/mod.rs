//! How inference servers are spoken to: one file a protocol.

mod answers;
mod bentoml;
mod document;
mod instances;
mod kserve_v1;
mod mlflow;
mod open_inference;
mod openai;
mod page;
mod reading;
mod sagemaker;
mod tensorflow_serving;
#[cfg(test)]
mod tests;
mod torchserve;

use std::fmt::Debug;

use super::behaviour::{Malformed, Mistake};
use super::conversation::{Rows, Spoken};
use crate::action::StepError;
use crate::system::http::{Request, Response};
use crate::value::Value;

pub(super) use document::error_of;
pub use page::{markdown, page};
pub(crate) use reading::Reading;

/// A request for the answers to some rows.
#[derive(Clone, Debug)]
pub(crate) struct Inference {
    pub method: &'static str,
    /// Behind the server's URL.
    pub path: String,
    pub media: &'static str,
    pub body: Vec<u8>,
    /// How many rows it asks about.
    pub rows: usize,
    /// What must be echoed.
    pub id: Option<String>,
    /// Its answer is a stream of events: whether one of them holds the first of the text.
    pub events: Option<fn(&str) -> bool>,
}

impl Inference {
    /// Rows posted in this document.
    fn post(path: impl Into<String>, document: &Value, rows: &Rows) -> Result<Self, StepError> {
        Ok(Self {
            method: "POST",
            path: path.into(),
            media: "application/json",
            body: crate::action::json_bytes(document)?,
            rows: rows.len(),
            id: None,
            events: None,
        })
    }
}

/// A way of speaking to inference servers.
pub(in crate::action::probe) trait Protocol: Debug + Send + Sync {
    /// As a spec names it.
    fn name(&self) -> &'static str;

    /// What a user should know of it.
    fn doc(&self) -> &'static str;

    /// What a probe of it says.
    fn example(&self) -> &'static str;

    /// The keys that it knows, beside `base`, `rows` and `batch`.
    fn keys(&self) -> &'static [&'static str];

    /// Whether it asks for a model by name.
    fn needs_model(&self) -> bool {
        false
    }

    /// The words that a key of a few words takes: `form`, `task`.
    fn words(&self, _key: &str) -> &'static [&'static str] {
        &[]
    }

    /// How many rows one request can ask about.
    fn rows_at_once(&self, _spoken: &Spoken) -> usize {
        usize::MAX
    }

    /// Where the server says whether it is ready, in the order to ask; the status alone counts.
    fn ready(&self, _spoken: &Spoken) -> Vec<String> {
        Vec::new()
    }

    /// Why the body of such an answer says that it is not ready, though its status does.
    fn unready(&self, document: &Value) -> Option<String> {
        document::says_no(document)
    }

    /// Whether a server may do without a path for its readiness, or for its metadata.
    fn may_lack(&self, _path: &str) -> bool {
        false
    }

    /// Where it describes the model.
    fn metadata(&self, _spoken: &Spoken) -> Option<String> {
        None
    }

    /// What is wrong with the description.
    fn described(&self, _metadata: &Value, _spoken: &Spoken) -> Reading {
        Reading::default()
    }

    /// The request that asks about these rows.
    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError>;

    /// What its answer says. A status of 300 and above is judged before.
    fn read(&self, response: &Response, asked: &Inference, spoken: &Spoken) -> Reading;

    /// What is wrong with the predictions of several answers beside each other, where each of them is right.
    fn apart(&self, _answers: &[&[Value]], _spoken: &Spoken) -> Option<String> {
        None
    }

    /// A good request with a mistake in it; nothing where the protocol has no place for that one.
    fn malformed(&self, mistake: Mistake, good: &Request, spoken: &Spoken) -> Option<Malformed> {
        mistake.made_of(good, spoken.model.as_deref())
    }

    /// What the body of a refusal, with a status of 400 and above, lacks of the protocol's form.
    fn refusal(&self, _response: &Response) -> Option<String> {
        None
    }
}

/// All of them, in the order of the page.
pub(super) const PROTOCOLS: &[&dyn Protocol] = &[
    &instances::Instances,
    &open_inference::OpenInference,
    &kserve_v1::KserveV1,
    &tensorflow_serving::TensorflowServing,
    &mlflow::Mlflow,
    &sagemaker::Sagemaker,
    &bentoml::Bentoml,
    &torchserve::Torchserve,
    &openai::Openai,
];

/// The protocol of this name.
pub(super) fn find(name: &str) -> Option<&'static dyn Protocol> {
    PROTOCOLS.iter().copied().find(|protocol| protocol.name() == name)
}

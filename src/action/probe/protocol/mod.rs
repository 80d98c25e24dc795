//! How inference servers are spoken to: one file a protocol.

mod instances;

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value as Json;

use super::rows::Rows;
use crate::action::StepError;
use crate::system::http::Response;
use crate::value::Value;

/// What a spec says of the server it speaks to.
#[derive(Clone, Debug, Default)]
pub(super) struct Spoken {
    /// The model's name.
    pub model: Option<Arc<str>>,
    /// Its version.
    pub version: Option<Arc<str>>,
    /// Where rows are sent, when that is not the protocol's own path.
    pub path: Option<Arc<str>>,
    /// What the server says of the model, where the protocol has a way to ask.
    pub metadata: Option<Json>,
}

/// A request for the answers to some rows.
#[derive(Clone, Debug)]
pub(super) struct Inference {
    pub method: &'static str,
    /// Behind the server's URL.
    pub path: String,
    pub media: &'static str,
    pub body: Vec<u8>,
    /// How many rows it asks about.
    pub rows: usize,
    /// What must be echoed.
    pub id: Option<String>,
}

/// What an answer says, and what of it breaks the protocol's rules.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// One a row; `Err` says why there are none.
    pub predictions: Option<Vec<Value>>,
    /// How many things were looked at.
    pub measured: u64,
    /// What did not hold.
    pub misses: Vec<String>,
}

/// A way of speaking to inference servers.
pub(super) trait Protocol: Debug + Send + Sync {
    /// As a spec names it.
    fn name(&self) -> &'static str;

    /// What a user should know of it.
    fn doc(&self) -> &'static str;

    /// Where the server says whether it is ready; its status alone counts.
    fn ready(&self, _spoken: &Spoken) -> Result<Option<String>, StepError> {
        Ok(None)
    }

    /// Where it describes the model.
    fn metadata(&self, _spoken: &Spoken) -> Result<Option<String>, StepError> {
        Ok(None)
    }

    /// The request that asks about these rows.
    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError>;

    /// What its answer says. A status of 400 and above is judged before.
    fn read(&self, response: &Response, asked: &Inference, spoken: &Spoken) -> Reading;
}

/// All of them, in the order of the page.
pub(super) const PROTOCOLS: &[&dyn Protocol] = &[&instances::Instances];

/// The protocol of this name.
pub(super) fn find(name: &str) -> Option<&'static dyn Protocol> {
    PROTOCOLS.iter().copied().find(|protocol| protocol.name() == name)
}

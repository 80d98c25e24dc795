//! The built-in inference server as a service.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use super::model::ModelPredictor;
use super::server::{self, Limits, Model};
use super::spec::ServeSpec;
use super::{Held, Running, ServiceError, StartContext};
use crate::system::files::read_text;

/// The largest model that is read.
const MODEL_LIMIT: u64 = 256 << 20;

pub(super) fn start(spec: &ServeSpec, context: &StartContext<'_>) -> Result<Running, ServiceError> {
    let file = spec.model.bind(context.scope)?;
    let path = context.places.input(&file)?;
    let name = spec.name.as_ref().map(|name| name.bind(context.scope)).transpose()?;
    let model = load(&path, &file, name.as_deref())?;
    let port = spec.port.as_ref().map(|port| port.bind(context.scope)).transpose()?.unwrap_or(0);
    let host = server::start(model, Ipv4Addr::LOCALHOST.into(), port, Limits::default())?;
    Ok(Running::new(host.port(), Held::Server(host)))
}

/// The model in a file, which messages call `called`, to be served under this name, or that of the file.
pub fn load(path: &Path, called: &str, name: Option<&str>) -> Result<Model, ServiceError> {
    let text = read_text(path, MODEL_LIMIT).map_err(|error| ServiceError::new(error.to_string()))?;
    let stem = Path::new(called).file_stem().unwrap_or_default().to_string_lossy();
    let model = ModelPredictor::from_json(name.unwrap_or(&stem), &text)
        .map_err(|error| ServiceError::new(format!("`{called}`: {error}")))?;
    Ok(Arc::new(model))
}

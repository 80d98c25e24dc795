//! The built-in inference server as a service.

use std::path::Path;
use std::sync::Arc;

use super::model::ModelPredictor;
use super::server;
use super::spec::ServeSpec;
use super::{Held, Running, ServiceError, StartContext};
use crate::system::files::read_text;

/// The largest model that is read.
const MODEL_LIMIT: u64 = 256 << 20;

pub(super) fn start(spec: &ServeSpec, context: &StartContext<'_>) -> Result<Running, ServiceError> {
    let name = spec.model.bind(context.scope)?;
    let path = context.places.input(&name)?;
    let text = read_text(&path, MODEL_LIMIT).map_err(|error| ServiceError::new(error.to_string()))?;
    let title = Path::new(&*name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let model = ModelPredictor::from_json(title, &text)
        .map_err(|error| ServiceError::new(format!("`{name}`: {error}")))?;
    let port = spec.port.as_ref().map(|port| port.bind(context.scope)).transpose()?.unwrap_or(0);
    let host = server::start(Arc::new(model), port)?;
    Ok(Running::new(host.port(), Held::Server(host)))
}

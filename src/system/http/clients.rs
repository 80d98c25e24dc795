//! A client for each way in which requests want to be sent.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Client, ClientOptions, Http, HttpError, Request, Response};

/// Sends each request by the client that it asks for, made when it is first asked for: a run without probes reads no
/// certificates.
#[derive(Debug, Default)]
pub struct Clients(RwLock<Vec<(Arc<ClientOptions>, Arc<Client>)>>);

impl Clients {
    /// The options as [`Request::client`] wants them: told apart from others at a glance.
    ///
    /// # Errors
    /// When certificates, key or proxy cannot be used.
    pub fn share(&self, options: ClientOptions) -> Result<Arc<ClientOptions>, HttpError> {
        let held = |all: &[(Arc<ClientOptions>, _)]| {
            all.iter().find(|(held, _)| **held == options).map(|(held, _)| held.clone())
        };
        let found = held(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        let options = found.unwrap_or_else(|| Arc::new(options));
        self.of(&options).map(|_| options)
    }

    fn of(&self, options: &Arc<ClientOptions>) -> Result<Arc<Client>, HttpError> {
        let find = |all: &[(Arc<ClientOptions>, Arc<Client>)]| {
            let same = all.iter().find(|(held, _)| Arc::ptr_eq(held, options));
            let equal = || all.iter().find(|(held, _)| held == options);
            same.or_else(equal).map(|(_, client)| client.clone())
        };
        if let Some(client) = find(&self.0.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(client);
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = find(&all) {
            return Ok(client);
        }
        let client = Arc::new(Client::new(ClientOptions::clone(options))?);
        all.push((options.clone(), client.clone()));
        Ok(client)
    }
}

impl Http for Clients {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        self.of(&request.client)?.send(request)
    }

    fn interrupt(&self) {
        for (_, client) in self.0.read().unwrap_or_else(PoisonError::into_inner).iter() {
            client.interrupt();
        }
    }
}

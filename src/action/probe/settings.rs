//! How it is asked, whatever is asked.

use std::sync::Arc;
use std::time::Duration;

use super::behaviour::Behaviour;
use super::keys::{Keys, Limits};
use super::request::TlsKeys;
use crate::syntax::Arg;
use crate::value::{Map, Rate, Size};

/// What is left of the keys when it is known what is asked: a suite holds thousands of probes, and most of the keys are
/// never written.
#[derive(Debug)]
pub(super) struct Settings {
    pub base: Option<Arg<Arc<str>>>,
    pub behaviour: Option<Box<Behaviour>>,
    pub headers: Option<Arg<Arc<Map>>>,
    pub query: Option<Arg<Arc<Map>>>,
    pub tls: Option<Box<TlsKeys>>,
    pub proxy: Option<Arg<Arc<str>>>,
    pub resolve: Option<Arg<Arc<Map>>>,
    pub redirects: Option<Arg<u32>>,
    pub timeouts: Option<Box<Limits>>,
    pub warmup: Option<Arg<u32>>,
    pub samples: Option<Arg<u32>>,
    pub lasting: Option<Arg<Duration>>,
    pub connections: Option<Arg<u32>>,
    pub rate: Option<Arg<Rate>>,
    pub max_body: Option<Arg<Size>>,
    pub save: Option<Arg<Arc<str>>>,
}

impl From<Keys> for Settings {
    fn from(keys: Keys) -> Self {
        Self {
            base: keys.base,
            behaviour: keys.behaviour.map(Box::new),
            headers: keys.headers,
            query: keys.query,
            tls: keys.tls.map(Box::new),
            proxy: keys.proxy,
            resolve: keys.resolve,
            redirects: keys.redirects,
            timeouts: keys.timeouts.map(Box::new),
            warmup: keys.warmup,
            samples: keys.samples,
            lasting: keys.lasting,
            connections: keys.connections,
            rate: keys.rate,
            max_body: keys.max_body,
            save: keys.save,
        }
    }
}

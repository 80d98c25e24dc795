//! Commands, servers and fakes with a lifetime: started when first needed, proven ready, stopped with all they started.

mod command;
mod fake;
mod host;
mod model;
mod page;
mod ready;
mod ready_keys;
mod serve;
pub mod server;
mod spec;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::action::{Children, Places, StepError, World};
use crate::syntax::{Scope, Unbound};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::value::Value;

pub use host::{Host, HostError};
pub use page::{markdown, page};
pub use serve::load;
use spec::Kind;
pub use spec::ServiceSpec;

/// What a service is started with.
pub struct StartContext<'a> {
    /// The names of the suite; `port` is added here.
    pub scope: &'a dyn Scope,
    /// Those that it speaks of.
    pub uses: &'a [Arc<str>],
    pub places: &'a Places<'a>,
    pub world: &'a World,
    /// Until when it must be ready, if its own `within` does not end before.
    pub deadline: Deadline,
    pub cancel: &'a Cancel,
    pub children: &'a Children,
}

/// A service that is ready. Stopped when dropped.
#[derive(Debug)]
pub struct Running {
    port: u16,
    held: Mutex<Held>,
    cold: Option<Duration>,
}

#[derive(Debug)]
enum Held {
    Command(crate::system::process::Running),
    Server(Host),
    Fake(fake::Fake),
}

impl Running {
    fn new(port: u16, held: Held) -> Self {
        Self { port, held: Mutex::new(held), cold: None }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How long the first inference took, where one proved that it is ready.
    pub fn cold(&self) -> Option<Duration> {
        self.cold
    }

    /// The end of what a command has written so far.
    pub fn log(&self) -> Option<String> {
        match &*self.held() {
            Held::Command(running) => Some(running.log_tail().last_lines(command::LINES)),
            Held::Server(_) | Held::Fake(_) => None,
        }
    }

    /// How a command has ended by itself: `exit code 3`.
    pub fn ended(&self) -> Option<String> {
        match &mut *self.held() {
            Held::Command(running) => running.poll_exit().map(|exit| exit.to_string()),
            Held::Server(_) | Held::Fake(_) => None,
        }
    }

    /// Whom a command tried to reach and was kept from since this was last asked.
    pub fn take_refused(&self) -> Vec<String> {
        match &mut *self.held() {
            Held::Command(running) => running.take_refused(),
            Held::Server(_) | Held::Fake(_) => Vec::new(),
        }
    }

    /// Whether it stands in for another.
    pub fn is_fake(&self) -> bool {
        matches!(&*self.held(), Held::Fake(_))
    }

    /// Lets a fake forget all that was asked of it, and keep a record from here on.
    pub fn begin(&self) {
        if let Held::Fake(fake) = &*self.held() {
            fake.begin();
        }
    }

    /// What was asked of a fake since it began.
    pub fn requests(&self) -> Result<Value, String> {
        match &*self.held() {
            Held::Fake(fake) => fake.requests(),
            Held::Command(_) | Held::Server(_) => Err("only a fake keeps a record".to_owned()),
        }
    }

    /// Ends it with all its children. To be stopped twice does no harm.
    pub fn stop(&self) {
        match &mut *self.held() {
            Held::Command(running) => {
                running.stop(command::GRACE);
            }
            Held::Server(server) => server.stop(),
            Held::Fake(fake) => fake.stop(),
        }
    }
}

/// Why a service is not there.
#[derive(Clone, Debug)]
pub struct ServiceError {
    pub message: String,
    /// The end of its log.
    pub log: Option<String>,
}

impl ServiceError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), log: None }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.log {
            Some(log) if log.is_empty() => f.write_str("; it has written nothing"),
            Some(log) => write!(f, "; its log ends with:\n{log}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ServiceError {}

impl From<StepError> for ServiceError {
    fn from(error: StepError) -> Self {
        Self::new(error.message)
    }
}

impl From<Unbound> for ServiceError {
    fn from(unbound: Unbound) -> Self {
        Self::new(unbound.message)
    }
}

/// Starts a service and waits until it is ready.
pub fn start(spec: &ServiceSpec, context: &StartContext<'_>) -> Result<Running, ServiceError> {
    match &spec.kind {
        Kind::Command(spec) => command::start(spec, context),
        Kind::Serve(spec) => serve::start(spec, context),
        Kind::Fake(spec) => {
            let fake = fake::start(spec, context)?;
            Ok(Running::new(fake.port(), Held::Fake(fake)))
        }
    }
}

/// The suite's names, and `port`.
struct WithPort<'a> {
    scope: &'a dyn Scope,
    port: u16,
}

impl Scope for WithPort<'_> {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        if name == "port" { Ok(Value::Int(self.port.into())) } else { self.scope.look_up(name) }
    }
}

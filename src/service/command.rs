//! A command that is kept running.

use std::fmt::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use super::ready::{Proof, Unready};
use super::spec::CommandSpec;
use super::{Held, Running, ServiceError, StartContext, WithPort};
use crate::action::{environment, inherited};
use crate::system::clock::Deadline;
use crate::system::process::{self, Command};

/// Between the request to end and the end by force.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// Lines of a log that a message shows: a report has room for one more, which says whose they are.
pub(super) const LINES: usize = 15;
/// Bytes kept of a log.
const LOG: usize = 256 << 10;
const WITHIN: Duration = Duration::from_secs(20);

pub(super) fn start(spec: &CommandSpec, context: &StartContext<'_>) -> Result<Running, ServiceError> {
    let port = match &spec.port {
        Some(port) => port.bind(context.scope)?,
        None => free_port()?,
    };
    let scope = WithPort { scope: context.scope, port };
    let declared = spec.env.as_ref().map(|env| env.bind(&scope)).transpose()?;
    let given = inherited(&context.children.env, &spec.inherit_env, context.world.env())?;
    let command = Command {
        argv: spec.argv.bind(&scope)?.0,
        env: environment(&given, spec.env.as_ref().zip(declared.as_deref()))?,
        cwd: match &spec.cwd {
            Some(cwd) => context.places.input(&cwd.bind(&scope)?)?,
            None => context.places.bounds.project_root.clone(),
        },
        stdin: None,
        capture_limit: 0,
        sandbox: context.children.sandbox.clone(),
    };
    let ready = spec.ready.as_ref();
    let within =
        ready.and_then(|ready| ready.within.as_ref()).map(|within| within.bind(&scope)).transpose()?;
    let proof = Proof::new(spec, &scope, context.world)?;
    let deadline = Deadline::after(within.unwrap_or(WITHIN)).earlier(context.deadline);

    let name = command.argv.join(" ");
    let mut running = process::spawn(&command, LOG).map_err(|error| ServiceError::new(error.to_string()))?;
    match proof.wait(&mut running, deadline, context.cancel) {
        Ok(cold) => Ok(Running { cold, ..Running::new(port, Held::Command(running)) }),
        Err(unready) => {
            let mut message = match unready {
                Unready::Ended(exit) => format!("`{name}` ended with {exit} before it was ready"),
                Unready::Late(why) => {
                    let within = crate::value::show_duration(within.unwrap_or(WITHIN));
                    format!("`{name}` was not ready within {within}: {why}")
                }
                Unready::Cancelled => format!("`{name}` was interrupted before it was ready"),
            };
            for address in running.take_refused() {
                let _ = write!(message, ", and was kept from reaching {address}");
            }
            running.stop(GRACE);
            Err(ServiceError { message, log: Some(running.log_tail().last_lines(LINES)) })
        }
    }
}

/// A port that nobody listens on at this moment.
fn free_port() -> Result<u16, ServiceError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| ServiceError::new(format!("no free port can be had: {error}")))
}

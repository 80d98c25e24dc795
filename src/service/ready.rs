//! The proof that a service is ready.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::ServiceError;
use crate::action::World;
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::http::{Http, Request};
use crate::system::process::Exit;

/// Between two looks: short at first, as most services are quick.
const FIRST: Duration = Duration::from_millis(5);
const LAST: Duration = Duration::from_millis(100);
/// One look may take this long.
const LOOK: Duration = Duration::from_secs(2);

/// What shows that a service is ready.
pub(super) enum Proof<'a> {
    Connects(SocketAddr),
    Answers { http: &'a dyn Http, request: Box<Request> },
}

/// Why a service is not ready.
pub(super) enum Unready {
    /// How it ended: `exit code 3`.
    Ended(String),
    /// What the last look saw.
    Late(String),
    Cancelled,
}

impl<'a> Proof<'a> {
    pub(super) fn new(port: u16, path: Option<&str>, world: &'a World) -> Result<Self, ServiceError> {
        let Some(path) = path else {
            return Ok(Self::Connects(SocketAddr::from((Ipv4Addr::LOCALHOST, port))));
        };
        let mut request = Request::new("GET", &format!("http://127.0.0.1:{port}{path}"));
        request.loopback_only = true;
        request.timeouts.total = LOOK;
        Ok(Self::Answers { http: world.http()?, request: Box::new(request) })
    }

    /// Looks until the service is ready, has ended, or its time is over.
    pub(super) fn wait(
        &self,
        mut ended: impl FnMut() -> Option<Exit>,
        deadline: Deadline,
        cancel: &Cancel,
    ) -> Result<(), Unready> {
        let mut pause = FIRST;
        loop {
            let seen = self.look();
            // Asked after the look: what answered may be another program that has had the port all along.
            if let Some(exit) = ended() {
                return Err(Unready::Ended(match exit {
                    Exit::Code(code) => format!("exit code {code}"),
                    Exit::Signal(signal) => format!("signal {signal}"),
                }));
            }
            let Err(why) = seen else { return Ok(()) };
            if deadline.expired() {
                return Err(Unready::Late(why));
            }
            if cancel.wait_timeout(deadline.remaining_up_to(pause)) {
                return Err(Unready::Cancelled);
            }
            pause = (pause * 2).min(LAST);
        }
    }

    fn look(&self) -> Result<(), String> {
        match self {
            Self::Connects(address) => TcpStream::connect_timeout(address, LOOK)
                .map(drop)
                .map_err(|_| format!("it accepts no connections on port {}", address.port())),
            Self::Answers { http, request } => match http.send(request) {
                Ok(response) if (200..300).contains(&response.status) => Ok(()),
                Ok(response) => {
                    Err(format!("`GET {}` is answered with status {}", request.url, response.status))
                }
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

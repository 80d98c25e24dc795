//! The proof that a service is ready.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use regex::{Regex, RegexBuilder};

use super::ready_keys::Inference;
use super::spec::CommandSpec;
use super::{ServiceError, WithPort};
use crate::action::{Rows, Speaker, World, json_bytes};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::http::{Http, HttpErrorKind, Request};
use crate::system::process::{Exit, Running};
use crate::value::Value;

/// Between two looks: short at first, as most services are quick.
const FIRST: Duration = Duration::from_millis(5);
const LAST: Duration = Duration::from_millis(100);
/// One look may take this long.
const LOOK: Duration = Duration::from_secs(2);
/// An inference may take longer: the first one often does.
const INFERENCE: Duration = Duration::from_secs(30);

/// What shows that a service is ready.
pub(super) enum Proof<'a> {
    Connects(SocketAddr),
    Answers {
        http: &'a dyn Http,
        request: Box<Request>,
        /// The answer is to be a document.
        json: bool,
    },
    Writes(Regex),
    /// It completes an inference.
    Infers {
        http: &'a dyn Http,
        speaker: Box<Speaker>,
        rows: Rows,
    },
}

/// The request, of which none outlasts the time there is by more than a short look.
fn bounded(request: &Request, deadline: Deadline) -> Request {
    let mut request = request.clone();
    request.timeouts.total = deadline.remaining_up_to(request.timeouts.total).max(LOOK);
    request
}

/// Why a service is not ready.
pub(super) enum Unready {
    Ended(Exit),
    /// What the last look saw.
    Late(String),
    Cancelled,
}

impl<'a> Proof<'a> {
    pub(super) fn new(
        spec: &CommandSpec,
        scope: &WithPort<'_>,
        world: &'a World,
    ) -> Result<Self, ServiceError> {
        let port = scope.port;
        let ready = spec.ready.as_ref();
        let asking = |method: &str, path: &str| {
            let mut request = Request::new(method, &format!("http://127.0.0.1:{port}{path}"));
            request.loopback_only = true;
            request.timeouts.total = LOOK;
            Box::new(request)
        };
        if let Some(Inference { dialect, rows }) = &spec.inference {
            let mut template = *asking("GET", "");
            template.timeouts.total = INFERENCE;
            let base = template.url.clone();
            let speaker = Speaker::new(dialect, dialect.bind(scope)?, &base, template);
            return Ok(Self::Infers {
                http: world.http()?,
                speaker: Box::new(speaker),
                rows: rows.bind(scope)?,
            });
        }
        if let Some(path) = ready.and_then(|ready| ready.get.as_ref()) {
            let request = asking("GET", &path.bind(scope)?);
            return Ok(Self::Answers { http: world.http()?, request, json: false });
        }
        if let Some(infer) = ready.and_then(|ready| ready.infer.as_ref()) {
            let mut request = asking("POST", &infer.post.bind(scope)?);
            request.body = json_bytes(&infer.json.bind(scope)?)?;
            request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
            request.timeouts.total = INFERENCE;
            return Ok(Self::Answers { http: world.http()?, request, json: true });
        }
        if let Some(log) = ready.and_then(|ready| ready.log.as_ref()) {
            let pattern = log.bind(scope)?;
            let wrong = |error| ServiceError::new(format!("this is no regular expression: {error}"));
            // `^` and `$` are those of a line.
            let pattern = RegexBuilder::new(&pattern).multi_line(true).build();
            return Ok(Self::Writes(pattern.map_err(wrong)?));
        }
        Ok(Self::Connects(SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
    }

    /// Looks until the service is ready, has ended, or its time is over. How long its first inference took comes back.
    pub(super) fn wait(
        &self,
        running: &mut Running,
        deadline: Deadline,
        cancel: &Cancel,
    ) -> Result<Option<Duration>, Unready> {
        let mut pause = FIRST;
        loop {
            let seen = self.look(running, deadline);
            // Asked after the look: what answered may be another program that has had the port all along.
            if let Some(exit) = running.poll_exit() {
                return Err(Unready::Ended(exit));
            }
            let why = match seen {
                Ok(cold) => return Ok(cold),
                Err(why) => why,
            };
            if deadline.expired() {
                return Err(Unready::Late(why));
            }
            if cancel.wait_timeout(deadline.remaining_up_to(pause)) {
                return Err(Unready::Cancelled);
            }
            pause = (pause * 2).min(LAST);
        }
    }

    fn look(&self, running: &Running, deadline: Deadline) -> Result<Option<Duration>, String> {
        let seen = match self {
            Self::Infers { http, speaker, rows } => {
                let mut send = |request: &Request| http.send(&bounded(request, deadline));
                let met = speaker.clone().meet(rows, &mut send).map_err(|error| error.message)?;
                return met.cold.map(Some).ok_or_else(|| met.why.unwrap_or_default());
            }
            Self::Connects(address) => TcpStream::connect_timeout(address, LOOK)
                .map(drop)
                .map_err(|_| format!("it accepts no connections on port {}", address.port())),
            Self::Answers { http, request, json } => match http.send(&bounded(request, deadline)) {
                Ok(response) if !(200..300).contains(&response.status) => {
                    Err(format!("`{request}` is answered with status {}", response.status))
                }
                Ok(response) if *json && Value::from_json(&response.body).is_err() => {
                    Err(format!("`{request}` is answered with what is no JSON"))
                }
                Ok(_) => Ok(()),
                // How long this look took says nothing: the time there is may be shorter or far longer.
                Err(error) if matches!(error.kind, HttpErrorKind::Timeout(_)) => {
                    Err(format!("`{request}` is not answered"))
                }
                Err(error) => Err(error.to_string()),
            },
            Self::Writes(pattern) if pattern.is_match(&running.log_tail().text()) => Ok(()),
            Self::Writes(pattern) => Err(format!("it has written nothing that matches `{pattern}`")),
        };
        seen.map(|()| None)
    }
}

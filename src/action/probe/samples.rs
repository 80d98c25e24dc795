//! The requests themselves, one after the other, and the answers that differ.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::time::Duration;

use super::remedy;
use crate::action::{Context, StepError};
use crate::diagnostic::codes;
use crate::system::http::{Http, HttpError, HttpErrorKind, Request, Response};
use crate::value::{Distribution, show_size};

/// The most that is kept of answers that all differ.
const KEPT: usize = 256 << 20;
/// A request that times out this close to the step's deadline was stopped by it.
const NEAR: Duration = Duration::from_millis(5);

/// An answer, and how often it came.
pub(super) struct Distinct {
    pub(super) response: Response,
    /// Which of the requests it answers.
    pub(super) request: usize,
    pub(super) count: usize,
}

/// What all counted samples came to.
pub(super) struct Gathered {
    /// `POST http://host/path`, for messages.
    pub(super) asked: String,
    /// In the order in which each came first.
    pub(super) answers: Vec<Distinct>,
    /// Which of them the last sample was.
    pub(super) last: usize,
    pub(super) latency: Distribution,
    /// The longest of all; `None` where every connection was reused.
    pub(super) connect: Option<Duration>,
    pub(super) first_byte: Duration,
}

pub(super) fn gather(
    requests: &[Request],
    warmup: u32,
    samples: u32,
    context: &Context<'_>,
) -> Result<Gathered, StepError> {
    if samples == 0 {
        return Err(StepError::new("no samples measure nothing").help("give 1 or more `samples`"));
    }
    let http = context.world.http()?;
    let mut requests = requests.to_vec();
    let turns = requests.len();
    let asked_first = requests.first().map(asked).unwrap_or_default();
    for turn in 0..warmup as usize {
        let request = &mut requests[turn % turns];
        // A server that is still cold may fail here; whether it is up is for the counted samples to say.
        if let Err(Failure::Over) = once(http, request, context) {
            return Err(over(context, &format!("while `{}` was warming up", asked(request))));
        }
    }
    let mut keeper = Keeper::default();
    let mut gathered = Gathered {
        asked: asked_first,
        answers: Vec::new(),
        last: 0,
        latency: Distribution::default(),
        connect: None,
        first_byte: Duration::ZERO,
    };
    let mut latencies = Vec::with_capacity(samples as usize);
    for sample in 1..=samples {
        let number = if samples > 1 { format!("sample {sample} of {samples}: ") } else { String::new() };
        let turn = (sample as usize - 1) % turns;
        let response = match once(http, &mut requests[turn], context) {
            Ok(response) => response,
            Err(Failure::Http(error)) => return Err(remedy::explain(&error, &number)),
            Err(Failure::Over) if samples == 1 => {
                return Err(over(context, &format!("before `{}` was answered", gathered.asked)));
            }
            Err(Failure::Over) => return Err(over(context, &format!("at sample {sample} of {samples}"))),
        };
        latencies.push(response.timings.total);
        gathered.connect = gathered.connect.max(response.timings.connect);
        gathered.first_byte = gathered.first_byte.max(response.timings.first_byte);
        gathered.last = keeper.keep(response, turn, &mut gathered.answers)?;
    }
    gathered.latency = Distribution::new(latencies);
    Ok(gathered)
}

fn asked(request: &Request) -> String {
    format!("{} {}", request.method, request.url)
}

enum Failure {
    Http(HttpError),
    /// The step's time is over, or the run was interrupted.
    Over,
}

fn once(http: &dyn Http, request: &mut Request, context: &Context<'_>) -> Result<Response, Failure> {
    if context.over() {
        return Err(Failure::Over);
    }
    let total = request.timeouts.total;
    request.timeouts.total = context.deadline.remaining_up_to(total);
    let sent = http.send(request);
    request.timeouts.total = total;
    sent.map_err(|error| {
        let near = context.deadline.remaining().is_some_and(|left| left < NEAR);
        let stopped = near && matches!(error.kind, HttpErrorKind::Timeout(_));
        if stopped || context.cancel.is_cancelled() { Failure::Over } else { Failure::Http(error) }
    })
}

pub(super) fn over(context: &Context<'_>, when: &str) -> StepError {
    if context.cancel.is_cancelled() {
        StepError::new(format!("interrupted {when}")).code(codes::INTERRUPTED)
    } else {
        StepError::timed_out(format!("the time was over {when}"))
    }
}

/// Tells answers apart by everything but the time they were made at.
#[derive(Default)]
struct Keeper {
    hasher: RandomState,
    known: HashMap<u64, usize>,
    bytes: usize,
}

impl Keeper {
    /// Where the answer stands among those that differ.
    fn keep(
        &mut self,
        response: Response,
        request: usize,
        answers: &mut Vec<Distinct>,
    ) -> Result<usize, StepError> {
        let key = self.key(&response, request);
        if let Some(&index) = self.known.get(&key) {
            answers[index].count += 1;
            return Ok(index);
        }
        self.bytes += response.body.len();
        if self.bytes > KEPT {
            let message = format!("the answers differ and hold more than {}", show_size(KEPT as u64));
            return Err(StepError::new(message).help("take fewer `samples`"));
        }
        self.known.insert(key, answers.len());
        answers.push(Distinct { response, request, count: 1 });
        Ok(answers.len() - 1)
    }

    fn key(&self, response: &Response, request: usize) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        request.hash(&mut hasher);
        response.status.hash(&mut hasher);
        response.body.hash(&mut hasher);
        response.url.hash(&mut hasher);
        for (name, value) in response.headers.iter().filter(|(name, _)| name != "date") {
            (name, value).hash(&mut hasher);
        }
        hasher.finish()
    }
}

//! A request that ends with its step.

use std::time::Duration;

use crate::action::StepError;
use crate::diagnostic::codes;
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::http::{Http, HttpError, HttpErrorKind, Request, Response, Timeouts};

/// A request that times out this close to the step's deadline was stopped by it.
const NEAR: Duration = Duration::from_millis(5);

/// Why a request has no answer.
pub(in crate::action::probe) enum Silence {
    Http(HttpError),
    /// The step's time is over, or the run was interrupted.
    Over,
}

/// Sends within its own bounds and those of the step.
pub(in crate::action::probe) fn send(
    http: &dyn Http,
    request: &Request,
    deadline: Deadline,
    cancel: &Cancel,
) -> Result<Response, Silence> {
    if deadline.expired() || cancel.is_cancelled() {
        return Err(Silence::Over);
    }
    let total = request.timeouts.total;
    let left = deadline.remaining_up_to(total);
    let sent = if left < total {
        let timeouts = Timeouts { total: left, ..request.timeouts };
        http.send(&Request { timeouts, ..request.clone() })
    } else {
        http.send(request)
    };
    sent.map_err(|error| {
        let near = deadline.remaining().is_some_and(|left| left < NEAR);
        let stopped = near && matches!(error.kind, HttpErrorKind::Timeout(_));
        if stopped || cancel.is_cancelled() { Silence::Over } else { Silence::Http(error) }
    })
}

/// The error of a step whose time is over, or whose run was interrupted.
pub(in crate::action::probe) fn over(cancel: &Cancel, when: &str) -> StepError {
    if cancel.is_cancelled() {
        StepError::new(format!("interrupted {when}")).code(codes::INTERRUPTED)
    } else {
        StepError::timed_out(format!("the time was over {when}"))
    }
}

//! What to do about a request that got no answer.

use crate::action::StepError;
use crate::diagnostic::codes;
use crate::system::http::{HttpError, HttpErrorKind, Phase};

/// The step's error, `sample` before its message.
pub(in crate::action::probe) fn explain(error: &HttpError, sample: &str) -> StepError {
    let step = StepError::new(format!("{sample}{error}"));
    let help = match error.kind {
        HttpErrorKind::Refused => "start the server, or correct the URL",
        HttpErrorKind::Dns => "correct the host's name",
        HttpErrorKind::Timeout(phase) => slow(phase),
        HttpErrorKind::TooLarge => "where that is right, raise `max_body`",
        HttpErrorKind::HeadTooLarge | HttpErrorKind::Protocol => {
            "the server is at fault: most clients refuse such an answer"
        }
        HttpErrorKind::Redirects => "where that is right, raise `redirects`",
        HttpErrorKind::Nowhere => "the server is at fault: leave out `redirects` to look at its answer",
        HttpErrorKind::NotHttp => "is that the right port, and the right one of `http://` and `https://`?",
        HttpErrorKind::Tls => "the server's log may say why",
        HttpErrorKind::Io => "the server ended the connection: its log may say why",
        HttpErrorKind::NotLoopback => {
            return step.code(codes::NETWORK_IN_TIER).help("only a smoke suite reaches beyond this machine");
        }
        HttpErrorKind::InvalidUrl | HttpErrorKind::InvalidRequest => return step,
    };
    step.code(codes::UNREACHABLE).help(error.help.unwrap_or(help))
}

/// The limit that was met.
fn slow(phase: Phase) -> &'static str {
    match phase {
        Phase::Resolve => "is the name right, and does this machine's name server work?",
        Phase::Connect => "where that is slow but right, raise `timeouts: {connect: …}`",
        Phase::Pause => "where that is slow but right, raise `timeouts: {read: …}`",
        Phase::Request | Phase::FirstByte | Phase::Body => {
            "where that is slow but right, raise `timeouts: {total: …}`"
        }
    }
}

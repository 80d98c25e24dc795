//! How much is asked, and how fast.

use std::time::Duration;

use crate::action::probe::settings::Settings;
use crate::action::{Context, StepError};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decoder};
use crate::value::Rate;

/// Each connection is a thread, and so many idle ones are kept.
const MOST_CONNECTIONS: u32 = 256;
/// How many an open loop makes at most, where nothing is said.
const ENOUGH_CONNECTIONS: u32 = 64;

/// A load, its references bound.
#[derive(Clone, Copy, Debug)]
pub(in crate::action::probe) struct Plan {
    pub(in crate::action::probe) connections: Option<u32>,
    /// With one the loop is open: requests are sent when they are due, whatever became of those before.
    pub(in crate::action::probe) rate: Option<Rate>,
    pub(in crate::action::probe) samples: Option<u64>,
    pub(in crate::action::probe) lasting: Option<Duration>,
    /// On each connection.
    pub(in crate::action::probe) warmup: u32,
    /// Answers that differ are all kept, whether expectations speak of what differs or not.
    pub(in crate::action::probe) every_answer: bool,
}

impl Plan {
    /// So many requests one after the other, every answer kept that differs.
    #[cfg(test)]
    pub(in crate::action::probe) fn few(samples: u64) -> Self {
        Self {
            connections: None,
            rate: None,
            samples: Some(samples),
            lasting: None,
            warmup: 0,
            every_answer: true,
        }
    }

    pub(in crate::action::probe) fn bind(
        settings: &Settings,
        context: &Context<'_>,
    ) -> Result<Self, StepError> {
        let plan = Self {
            connections: context.maybe(settings.connections.as_ref())?,
            rate: context.maybe(settings.rate.as_ref())?,
            samples: context.maybe(settings.samples.as_ref())?.map(u64::from),
            lasting: context.maybe(settings.lasting.as_ref())?,
            warmup: context.maybe(settings.warmup.as_ref())?.unwrap_or(0),
            every_answer: false,
        };
        let wrong = |mistake: Option<Mistake>, span: Option<Span>| match (mistake, span) {
            (Some(mistake), Some(span)) => Err(StepError::new(mistake.0).help(mistake.1).at(span)),
            _ => Ok(()),
        };
        wrong(plan.connections.and_then(of_connections), span(settings.connections.as_ref()))?;
        wrong(plan.samples.and_then(of_samples), span(settings.samples.as_ref()))?;
        wrong(plan.lasting.and_then(of_lasting), span(settings.lasting.as_ref()))?;
        Ok(plan)
    }

    /// The number of samples that ends it; `None` where only time does.
    pub(super) fn end(&self) -> Option<u64> {
        match (self.samples, self.rate, self.lasting) {
            (Some(samples), ..) => Some(samples),
            (None, Some(rate), Some(lasting)) => Some(rate.within(lasting)),
            (None, None, Some(_)) => None,
            (None, _, None) => Some(1),
        }
    }

    /// How many connections ask for so many requests.
    pub(super) fn connections(&self, requests: usize) -> usize {
        let open = if self.rate.is_some() { ENOUGH_CONNECTIONS } else { 1 };
        let wanted = u64::from(self.connections.unwrap_or(open));
        let samples = self.end().map_or(u64::MAX, |end| end.max(requests as u64));
        wanted.min(samples).max(1) as usize
    }
}

fn span<T>(arg: Option<&Arg<T>>) -> Option<Span> {
    arg.map(|arg| arg.span)
}

/// What is wrong, and what to write instead.
type Mistake = (&'static str, &'static str);

fn of_connections(connections: u32) -> Option<Mistake> {
    match connections {
        0 => Some(("no connections ask nothing", "write 1 or more")),
        1..=MOST_CONNECTIONS => None,
        _ => Some(("a probe has at most 256 `connections`", "each is a thread of this machine")),
    }
}

fn of_samples(samples: u64) -> Option<Mistake> {
    (samples == 0).then_some(("no samples measure nothing", "write 1 or more"))
}

fn of_lasting(lasting: Duration) -> Option<Mistake> {
    lasting.is_zero().then_some(("no time measures nothing", "write how long it lasts, such as `10 s`"))
}

/// What is wrong with a parameter whose value is known.
fn known<T: Copy>(arg: Option<&Arg<T>>, wrong: impl Fn(T) -> Option<Mistake>) -> Option<(Span, Mistake)> {
    let arg = arg?;
    Some((arg.span, wrong(*arg.known()?)?))
}

/// Whether the keys of a load fit together; what does not has then been noted. `ends` where it has an end of its own.
pub(in crate::action::probe) fn check(settings: &Settings, ends: bool, decoder: &mut Decoder<'_>) -> bool {
    let before = decoder.found.len();
    let mut note = |code: Code, span, (message, help): Mistake| {
        decoder.found.push(Diagnostic::new(code, span, message).help(help));
    };
    let wrong = [
        known(settings.connections.as_ref(), of_connections),
        known(settings.samples.as_ref(), |samples| of_samples(samples.into())),
        known(settings.lasting.as_ref(), of_lasting),
    ];
    for (span, mistake) in wrong.into_iter().flatten() {
        note(codes::INVALID_VALUE, span, mistake);
    }
    if let (Some(_), Some(samples), Some(_)) = (&settings.rate, &settings.samples, &settings.lasting) {
        let mistake = (
            "`samples` stands beside `rate` and `for`, which make a number already",
            "leave one of the three out",
        );
        note(codes::CONFLICTING_KEYS, samples.span, mistake);
    }
    let load = span(settings.rate.as_ref()).map(|span| ("this `rate` has no end", span));
    let load = load
        .or(span(settings.connections.as_ref()).map(|span| ("these `connections` ask without an end", span)));
    if let (Some((message, span)), None, None, false) = (load, &settings.samples, &settings.lasting, ends) {
        note(codes::MISSING_KEY, span, (message, "add `samples: 1000` or `for: 10 s`"));
    }
    decoder.found.len() == before
}

/// Whether it asks as much as it can, so that nothing may run beside it.
pub(in crate::action::probe) fn takes_all(settings: &Settings) -> bool {
    settings.connections.is_some() || settings.rate.is_some() || settings.lasting.is_some()
}

/// How many samples there will be at most, where that is known.
pub(in crate::action::probe) fn samples(settings: &Settings) -> Option<u32> {
    match (&settings.samples, &settings.rate, &settings.lasting) {
        (Some(samples), ..) => samples.known().copied(),
        (None, Some(rate), Some(lasting)) => u32::try_from(rate.known()?.within(*lasting.known()?)).ok(),
        (None, None, Some(_)) => None,
        (None, _, None) => Some(1),
    }
}

/// How long it takes at least, where that is known, and where it is said.
pub(in crate::action::probe) fn lasts(settings: &Settings) -> Option<Spanned<Duration>> {
    match (&settings.rate, &settings.samples, &settings.lasting) {
        (Some(rate), Some(samples), None) => {
            let last = u64::from(*samples.known()?).saturating_sub(1);
            Some(Spanned { value: rate.known()?.due(last), span: rate.span })
        }
        // Whichever of the two ends it first.
        (None, Some(_), _) | (_, _, None) => None,
        (_, _, Some(lasting)) => Some(Spanned { value: *lasting.known()?, span: lasting.span }),
    }
}

//! How long it took, and how well the schedule was kept.

use std::time::{Duration, Instant};

use super::{Phases, Plan};
use crate::system::http::Timings;
use crate::value::{Distribution, Recorder, Remark, show_duration};

/// What a client that waits for its moment may oversleep.
const PUNCTUAL: Duration = Duration::from_millis(1);
/// So few late requests say nothing of a load.
const FEW: u64 = 10;

/// Times of samples.
#[derive(Default)]
pub(super) struct Measures {
    latency: Recorder,
    resolve: Recorder,
    connect: Recorder,
    tls: Recorder,
    first_byte: Recorder,
    first_event: Recorder,
    /// Left out where it is the latency itself.
    whole: Recorder,
    began: Option<Instant>,
    ended: Option<Instant>,
    pub(super) late: Late,
}

/// Requests that were sent after they were due.
#[derive(Default)]
pub(super) struct Late {
    /// Every connection was busy.
    pub(super) busy: Count,
    /// A connection was free, and this machine slept on.
    pub(super) overslept: Count,
}

#[derive(Default)]
pub(super) struct Count {
    count: u64,
    worst: Duration,
}

impl Count {
    pub(super) fn add(&mut self, late: Duration) {
        if late >= PUNCTUAL {
            self.count += 1;
            self.worst = self.worst.max(late);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.worst = self.worst.max(other.worst);
    }
}

impl Measures {
    /// A request was under way between these moments, whatever came of it.
    pub(super) fn span(&mut self, began: Instant, ended: Instant) {
        self.began.get_or_insert(began);
        self.ended = Some(ended);
    }

    /// An answer to a request that was to be sent at `due`, and was sent at `sent`.
    pub(super) fn add(&mut self, due: Option<Instant>, sent: Instant, timings: &Timings) {
        let waited = due.map(|due| sent.saturating_duration_since(due));
        self.latency.record(waited.unwrap_or_default() + timings.total);
        if waited.is_some() {
            self.whole.record(timings.total);
        }
        self.first_byte.record(timings.first_byte);
        for (recorder, time) in [
            (&mut self.resolve, timings.resolve),
            (&mut self.connect, timings.connect),
            (&mut self.tls, timings.tls),
            (&mut self.first_event, timings.first_event),
        ] {
            if let Some(time) = time {
                recorder.record(time);
            }
        }
    }

    /// How many answers there are.
    pub(super) fn count(&self) -> usize {
        self.latency.count()
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.latency.merge(other.latency);
        self.resolve.merge(other.resolve);
        self.connect.merge(other.connect);
        self.tls.merge(other.tls);
        self.first_byte.merge(other.first_byte);
        self.first_event.merge(other.first_event);
        self.whole.merge(other.whole);
        self.began = self.began.into_iter().chain(other.began).min();
        self.ended = self.ended.max(other.ended);
        self.late.busy.merge(&other.late.busy);
        self.late.overslept.merge(&other.late.overslept);
    }

    pub(super) fn duration(&self) -> Duration {
        self.ended
            .zip(self.began)
            .map_or(Duration::ZERO, |(ended, began)| ended.saturating_duration_since(began))
    }

    pub(super) fn distributions(self) -> (Distribution, Phases) {
        let latency = self.latency.finish();
        let whole = if self.whole.count() == 0 { latency.clone() } else { self.whole.finish() };
        let phases = Phases {
            resolve: self.resolve.finish(),
            connect: self.connect.finish(),
            tls: self.tls.finish(),
            first_byte: self.first_byte.finish(),
            first_event: self.first_event.finish(),
            whole,
        };
        (latency, phases)
    }
}

impl Late {
    /// Where the schedule was not kept, by how much.
    pub(super) fn remarks(&self, plan: &Plan, connections: usize, samples: usize) -> Vec<Remark> {
        let Some(rate) = plan.rate else { return Vec::new() };
        let mut remarks = Vec::new();
        let Self { busy, overslept } = self;
        if busy.count >= FEW {
            let text = format!(
                "{} of {samples} requests waited for a free connection, up to {}, which counts in `latency`: with {connections} connections this server does not keep up with {rate}",
                busy.count,
                show_duration(busy.worst),
            );
            // Whoever chose the number knows it; a limit of ours must be told.
            remarks.push(Remark { text, loud: plan.connections.is_none() });
        }
        if overslept.count >= FEW && overslept.count * 100 > samples as u64 {
            let text = format!(
                "this machine sent {} of {samples} requests late, up to {}, which counts in `latency`: it is too busy to keep {rate}",
                overslept.count,
                show_duration(overslept.worst),
            );
            remarks.push(Remark::loud(text));
        }
        remarks
    }
}

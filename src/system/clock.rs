//! Deadlines on the monotonic clock, and the time of day as text.

use std::time::{Duration, Instant};

/// A moment on the monotonic clock by which something must have ended, or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    at: Option<Instant>,
}

impl Deadline {
    /// A deadline that never passes.
    pub const NEVER: Deadline = Deadline { at: None };

    /// The given moment.
    pub fn at(instant: Instant) -> Deadline {
        Deadline { at: Some(instant) }
    }

    /// `duration` from now. A duration too long for the clock never passes.
    pub fn after(duration: Duration) -> Deadline {
        Deadline { at: Instant::now().checked_add(duration) }
    }

    /// The moment itself; `None` when it never passes.
    pub fn instant(self) -> Option<Instant> {
        self.at
    }

    /// The time left: zero once passed, `None` when it never passes.
    pub fn remaining(self) -> Option<Duration> {
        self.at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// The time left, but never more than `most`.
    pub fn remaining_up_to(self, most: Duration) -> Duration {
        self.remaining().map_or(most, |left| left.min(most))
    }

    /// Whether the moment has passed.
    pub fn expired(self) -> bool {
        self.at.is_some_and(|at| at <= Instant::now())
    }

    /// The earlier of the two.
    #[must_use]
    pub fn earlier(self, other: Deadline) -> Deadline {
        match (self.at, other.at) {
            (Some(a), Some(b)) => Deadline { at: Some(a.min(b)) },
            (at, None) | (None, at) => Deadline { at },
        }
    }
}

/// Has this thread wake from its waits when they end: by itself the system wakes it up to 50 µs later, to wake several at
/// once.
pub fn wake_on_time() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
}

/// Tells the time of day. A test replaces it with [`FixedClock`].
pub trait Clock: Send + Sync {
    /// The time of day in UTC as RFC 3339 with milliseconds: `2026-11-22T10:44:00.123Z`.
    fn timestamp(&self) -> String;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn timestamp(&self) -> String {
        format!("{:.3}", jiff::Timestamp::now())
    }
}

/// A clock that always tells the same time.
#[derive(Debug, Clone)]
pub struct FixedClock(pub String);

impl Clock for FixedClock {
    fn timestamp(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passed_deadline_has_nothing_left() {
        let past = Deadline::after(Duration::ZERO);
        assert!(past.expired());
        assert_eq!(past.remaining(), Some(Duration::ZERO));
        assert_eq!(past.remaining_up_to(Duration::from_secs(1)), Duration::ZERO);
    }

    #[test]
    fn never_has_no_end() {
        assert!(!Deadline::NEVER.expired());
        assert_eq!(Deadline::NEVER.remaining(), None);
        assert_eq!(Deadline::NEVER.remaining_up_to(Duration::from_secs(7)), Duration::from_secs(7));
        assert_eq!(Deadline::after(Duration::MAX), Deadline::NEVER);
    }

    #[test]
    fn the_earlier_of_two_wins_in_either_order() {
        let now = Instant::now();
        let (soon, late) = (Deadline::at(now), Deadline::at(now + Duration::from_secs(9)));
        assert_eq!(soon.earlier(late), soon);
        assert_eq!(late.earlier(soon), soon);
        assert_eq!(Deadline::NEVER.earlier(late), late);
        assert_eq!(late.earlier(Deadline::NEVER), late);
        assert_eq!(Deadline::NEVER.earlier(Deadline::NEVER), Deadline::NEVER);
    }

    #[test]
    fn a_timestamp_reads_back_as_rfc_3339() {
        let text = SystemClock.timestamp();
        assert_eq!(text.len(), "2026-11-22T10:44:00.123Z".len(), "{text}");
        assert!(text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(), "{text}");
        assert_eq!(FixedClock("then".into()).timestamp(), "then");
    }
}

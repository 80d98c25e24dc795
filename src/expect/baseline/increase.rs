//! How much higher a percentile is than a stored one, and how sure that is.

use std::time::Duration;

use crate::diagnostic::codes;
use crate::expect::Fault;
use crate::expect::near::show_interval;
use crate::value::{Distribution, Interval, Percentile, Remark, show_duration, show_share};

/// Clocks and schedulers tell no shorter times apart: nothing is divided by less.
const RESOLUTION: Duration = Duration::from_micros(1);

/// What was measured now and then.
pub(super) struct Pair<'a> {
    pub name: &'a str,
    pub percentile: Percentile,
    pub now: &'a Distribution,
    pub stored: &'a Distribution,
    pub confidence: f64,
}

/// What a comparison came to.
pub(super) struct Weighed {
    /// Why it does not hold, and what was expected.
    pub why: Option<(String, String)>,
    pub notes: Vec<String>,
    pub remarks: Vec<Remark>,
}

/// From the smallest to the largest increase that the noise of both runs leaves possible.
struct Increase {
    smallest: f64,
    largest: f64,
    measured: f64,
}

/// Both ends of an interval that has both.
fn ends(interval: Interval) -> Option<(Duration, Duration)> {
    Some((interval.low?, interval.high?))
}

fn rise(now: Duration, stored: Duration) -> f64 {
    let seconds = |duration: Duration| duration.max(RESOLUTION).as_secs_f64();
    seconds(now) / seconds(stored) - 1.0
}

impl Pair<'_> {
    fn increase(&self) -> Option<Increase> {
        let (low, high) = ends(self.now.interval(self.percentile, self.confidence))?;
        let (stored_low, stored_high) = ends(self.stored.interval(self.percentile, self.confidence))?;
        let (now, stored) = (self.now.percentile(self.percentile)?, self.stored.percentile(self.percentile)?);
        Some(Increase {
            smallest: rise(low, stored_high),
            largest: rise(high, stored_low),
            measured: rise(now, stored),
        })
    }

    /// Holds the increase against the limit; `sure` demands that even the largest possible one is within.
    pub(super) fn weigh(&self, limit: f64, sure: bool) -> Result<Weighed, Fault> {
        let increase = self.increase().ok_or_else(|| self.too_few())?;
        let Increase { smallest, largest, measured } = increase;
        let (name, percentile) = (self.name, self.percentile);
        let confidence = show_share(self.confidence);
        let most = show_share(limit);
        let mut weighed = Weighed { why: None, notes: Vec::new(), remarks: Vec::new() };
        let range = format!(
            "with {confidence} confidence the increase of {percentile} is {} to {}",
            show_percent(smallest),
            show_percent(largest)
        );
        let expected = format!("at most {most} above the baseline `{name}`");
        if smallest > limit {
            let summary =
                format!("{} above the baseline `{name}`, and not at most {most}", show_percent(measured));
            weighed.why = Some((summary, expected));
            weighed.notes.push(format!("{range}: more than noise"));
        } else if largest > limit && sure {
            let summary = format!("{range}, and not at most {most} for sure");
            weighed.why = Some((summary, expected));
            weighed.notes.push("more samples in both runs would tell".to_owned());
        } else if largest > limit {
            let text = format!(
                "{range}, and the limit {most} lies within: more samples in both runs would tell; {}",
                self.runs()
            );
            weighed.remarks.push(Remark::loud(text));
        } else if largest < 0.0 && measured < -limit {
            let text = format!(
                "{percentile} is {} below the baseline `{name}`: `--save-baseline {name}` makes this run the new one",
                show_share(-measured)
            );
            weighed.remarks.push(Remark::quiet(text));
        }
        if weighed.why.is_some() {
            weighed.notes.push(self.runs());
        }
        Ok(weighed)
    }

    /// Both runs in words.
    fn runs(&self) -> String {
        let one = |all: &Distribution| {
            let percentile = all.percentile(self.percentile).unwrap_or_default();
            let interval = show_interval(all.interval(self.percentile, self.confidence));
            format!("{} ({interval}, {} samples)", show_duration(percentile), all.count())
        };
        format!("baseline {}, this run {}", one(self.stored), one(self.now))
    }

    fn too_few(&self) -> Fault {
        let needed = self.percentile.needed_between(self.confidence);
        let (stored, now) = (self.stored.count(), self.now.count());
        let message = format!(
            "to tell an increase of {} from noise with {} confidence, {needed} samples are needed in both runs: the \
             baseline `{}` has {stored}, this run {now}",
            self.percentile,
            show_share(self.confidence),
            self.name
        );
        let help = if stored < needed {
            format!(
                "take {needed} samples or more, and store the baseline anew with `--save-baseline {}`",
                self.name
            )
        } else {
            format!("take {needed} samples or more")
        };
        Fault::new(codes::TOO_FEW_SAMPLES, message).help(help)
    }
}

/// `12.3 %`, `-4 %`: one digit after the point, for what was measured.
fn show_percent(share: f64) -> String {
    let percent = (share * 1000.0).round() / 10.0;
    format!("{} %", if percent == 0.0 { 0.0 } else { percent })
}

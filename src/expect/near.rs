//! Bounds of a percentile: how sure it is that they hold.

use std::time::Duration;

use super::demand::USUAL;
use super::{Bench, Fault, Judged, Miss};
use crate::diagnostic::codes;
use crate::value::{
    Bounds, Distribution, Interval, Leaf, Percentile, Remark, Value, show_duration, show_share,
};

/// Says of a bound that was judged whether more measurements might tell otherwise; where a confidence is demanded, the
/// bound must hold with it.
pub(super) fn weigh(
    judged: Judged,
    bounds: &Bounds,
    actual: &Value,
    bench: &Bench<'_>,
) -> Result<Judged, Fault> {
    let percentile =
        bench.measured.and_then(|measured| Some((measured.distribution, measured.percentile()?)));
    match (percentile, bench.demands.confidence) {
        (Some((all, percentile)), Some(confidence)) if judged.miss.is_none() => {
            let sure = Sure { all, percentile, confidence: confidence.share };
            Ok(Judged { miss: sure.miss(bounds, actual)?, ..judged })
        }
        (Some((all, percentile)), _) => Ok(near(judged, bounds, all, percentile)),
        (None, Some(_)) => Err(no_percentile()),
        (None, None) => Ok(judged),
    }
}

/// That there are no measurements behind a value.
pub(super) fn no_percentile() -> Fault {
    Fault::new(codes::NOT_MEASURABLE, "this is no percentile of what was measured many times")
        .help("ask it of one, such as `latency.p95`")
}

fn limits(bounds: &Bounds) -> impl Iterator<Item = Duration> {
    [&bounds.low, &bounds.high].into_iter().flatten().filter_map(|limit| match limit.value {
        Value::Duration(duration) => Some(duration),
        _ => None,
    })
}

fn near(mut judged: Judged, bounds: &Bounds, all: &Distribution, percentile: Percentile) -> Judged {
    let interval = all.interval(percentile, USUAL);
    for limit in limits(bounds) {
        let within =
            interval.low.is_none_or(|low| low <= limit) && interval.high.is_none_or(|high| limit <= high);
        if !within {
            continue;
        }
        // Beyond all that was measured the limit is only near because the measurements are few.
        let above = all.max().is_some_and(|max| max < limit);
        let far = above || all.min().is_some_and(|min| limit < min);
        let text = if far {
            few(all, percentile, limit, if above { "below" } else { "above" })
        } else {
            format!(
                "the limit {} lies within the {} confidence interval of {percentile}, {} ({} samples): more samples would tell",
                show_duration(limit),
                show_share(USUAL),
                show_interval(interval),
                all.count(),
            )
        };
        match &mut judged.miss {
            Some(miss) => miss.notes.push(text),
            None if far => judged.remarks.push(Remark::quiet(text)),
            None => judged.remarks.push(Remark::loud(text)),
        }
    }
    judged
}

fn few(all: &Distribution, percentile: Percentile, limit: Duration, side: &str) -> String {
    format!(
        "{} samples are too few to be {} sure that {percentile} is {side} {}: {} would do",
        all.count(),
        show_share(USUAL),
        show_duration(limit),
        percentile.needed_between(USUAL)
    )
}

pub(super) fn show_interval(interval: Interval) -> String {
    match (interval.low.map(show_duration), interval.high.map(show_duration)) {
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("{low} and more"),
        (None, Some(high)) => format!("{high} and less"),
        (None, None) => "anything".to_owned(),
    }
}

/// A percentile that must keep its bounds with a confidence.
struct Sure<'a> {
    all: &'a Distribution,
    percentile: Percentile,
    confidence: f64,
}

impl Sure<'_> {
    /// Why a bound does not hold with this confidence.
    fn miss(&self, bounds: &Bounds, actual: &Value) -> Result<Option<Miss>, Fault> {
        // Of two bounds each is missed with half of what is left.
        let both = bounds.low.is_some() && bounds.high.is_some();
        let side = if both { f64::midpoint(1.0, self.confidence) } else { self.confidence };
        let (all, percentile) = (self.all, self.percentile);
        if let Some(high) = bounds.high.clone() {
            let bound = all.bound_above(percentile, side);
            let bound = bound.ok_or_else(|| self.too_few(percentile.needed_above(side)))?;
            let one = Bounds { high: Some(high), low: None };
            if !one.hold(Leaf::Duration(bound)) {
                return Ok(Some(self.beyond("at most", bound, &one, actual)));
            }
        }
        if let Some(low) = bounds.low.clone() {
            let bound = all.bound_below(percentile, side);
            let bound = bound.ok_or_else(|| self.too_few(percentile.needed_below(side)))?;
            let one = Bounds { low: Some(low), high: None };
            if !one.hold(Leaf::Duration(bound)) {
                return Ok(Some(self.beyond("at least", bound, &one, actual)));
            }
        }
        Ok(None)
    }

    fn beyond(&self, word: &str, bound: Duration, one: &Bounds, actual: &Value) -> Miss {
        let (confidence, bound) = (show_share(self.confidence), show_duration(bound));
        let summary = format!("with {confidence} confidence it is {word} {bound}, and that is not {one}");
        let (percentile, count) = (self.percentile, self.all.count());
        Miss::new(summary, format!("{one}, with {confidence} confidence"), actual).note(format!(
            "{percentile} of {count} samples is {actual}; more samples bring its bound nearer to it"
        ))
    }

    fn too_few(&self, needed: usize) -> Fault {
        let (percentile, count) = (self.percentile, self.all.count());
        let message = format!(
            "{count} samples bound {percentile} with no confidence of {}: that needs {needed}",
            show_share(self.confidence)
        );
        Fault::new(codes::TOO_FEW_SAMPLES, message).help("take more samples, or measure for longer")
    }
}

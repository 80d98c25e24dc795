//! How long the samples took: what of it is asked for, and what is told of it.

use std::time::Duration;

use crate::action::Review;
use crate::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use crate::source::Span;
use crate::value::{Outputs, Part, Path, Percentile, Remark, Value, show_duration};

/// Outputs that are distributions, or hold some.
const MEASURED: [&str; 3] = ["latency", "phases", "first_token"];

/// Notes a percentile that there will be too few samples for, and a part that is none.
pub(super) fn review(samples: Option<u32>, review: &Review<'_>, found: &mut Diagnostics) {
    for (path, span) in review.asked {
        let Some((whole, name)) = path.rsplit_once('.') else { continue };
        if !MEASURED.contains(&whole.split('.').next().unwrap_or_default()) {
            continue;
        }
        match Part::find(name) {
            None if whole == "latency" => {
                let message = format!("`latency` has no `{name}`");
                let help = did_you_mean(name, Part::ALL.iter().map(|part| part.name()));
                found.push(Diagnostic::new(codes::UNKNOWN_OUTPUT, *span, message).maybe_help(help));
            }
            Some(Part::Percentile(percentile)) => {
                let demanded = review.needs.iter().find(|need| need.path == *path);
                let (needed, why, span) = match demanded {
                    Some(need) => {
                        (need.samples.max(percentile.needed()), format!(" {}", need.why), need.span)
                    }
                    None => (percentile.needed(), String::new(), *span),
                };
                let few = samples.filter(|samples| (*samples as usize) < needed);
                found.extend(few.map(|samples| too_few(percentile, needed, &why, samples, whole, span)));
            }
            _ => {}
        }
    }
}

fn too_few(
    percentile: Percentile,
    needed: usize,
    why: &str,
    samples: u32,
    whole: &str,
    span: Span,
) -> Diagnostic {
    let noun = if samples == 1 { "sample" } else { "samples" };
    let message =
        format!("`{percentile}` needs {needed} samples{why}, and this probe takes {samples} {noun}");
    let help = if why.is_empty() {
        format!("write `samples: {needed}` or more, or ask for `{whole}.max`")
    } else {
        format!("write `samples: {needed}` or more")
    };
    Diagnostic::new(codes::TOO_FEW_SAMPLES, span, message).help(help)
}

/// The step's latency in a line, where it took more than one sample; how long the first inference took, where there was
/// one; and what likely holds it up.
pub(super) fn remarks(outputs: &Outputs) -> Vec<Remark> {
    let at = |path: &str| outputs.follow(&Path::parse(path).ok()?.0).ok();
    let duration = |path: &str| match at(path) {
        Some(Value::Duration(duration)) => Some(duration),
        _ => None,
    };
    let all = Path::parse("latency").ok().and_then(|path| outputs.distribution(&path.0));
    let mut told = Vec::new();
    if let Some((_, all)) = all.filter(|(_, all)| all.count() > 1) {
        let part = |part| Some(format!("{part} {}", show_duration(duration(&format!("latency.{part}"))?)));
        let parts: Vec<String> = ["p50", "p95", "p99", "max"].into_iter().filter_map(part).collect();
        told.push(format!("latency over {} samples: {}", all.count(), parts.join(", ")));
        told.extend(at("throughput").and_then(|rate| rate.as_f64()).map(|rate| {
            format!("{}/s", if rate < 10.0 { (rate * 10.0).round() / 10.0 } else { rate.round() })
        }));
    }
    for (output, words) in [("cold", "cold"), ("ready", "ready after")] {
        told.extend(duration(output).map(|duration| format!("{words} {}", show_duration(duration))));
    }
    if told.is_empty() {
        return Vec::new();
    }
    let first_byte = duration("phases.first_byte.p50").or_else(|| duration("phases.first_byte"));
    let hint = duration("latency.p50").zip(first_byte).is_some_and(|(p50, first)| delayed(p50, first));
    [Remark::quiet(told.join("; "))].into_iter().chain(hint.then(|| Remark::quiet(DELAYED))).collect()
}

const DELAYED: &str = "the bodies come about 40 ms after the headers, which is how long TCP delays an acknowledgement: a \
    server that sends both in two writes, without TCP_NODELAY (Python's `http.server`), waits that long for nothing";

/// Whether answers wait for the delayed acknowledgement of Linux, 40 ms, before their body.
fn delayed(p50: Duration, first_byte: Duration) -> bool {
    let ms = Duration::from_millis;
    (ms(40)..=ms(48)).contains(&p50) && p50.saturating_sub(first_byte) >= ms(36)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::value::Distribution;

    fn told(milliseconds: impl Iterator<Item = u64>, more: impl FnOnce(Outputs) -> Outputs) -> Vec<String> {
        let all = Distribution::new(milliseconds.map(Duration::from_millis));
        let outputs = Outputs::new().with("latency", all.parts()).with_distribution("latency", Arc::new(all));
        remarks(&more(outputs)).into_iter().map(|remark| remark.text).collect()
    }

    #[test]
    fn a_step_that_measured_says_so_in_a_line() {
        assert_eq!(
            told(1..=200, |outputs| outputs
                .with("throughput", 811.6)
                .with("cold", Duration::from_millis(35))
                .with("ready", Duration::from_millis(2300))),
            [
                "latency over 200 samples: p50 100 ms, p95 190 ms, p99 198 ms, max 200 ms; 812/s; cold 35 ms; ready after 2.3 s"
            ]
        );
        assert_eq!(told(1..=3, |outputs| outputs), ["latency over 3 samples: p50 2 ms, max 3 ms"]);
        assert_eq!(told(1..=1, |outputs| outputs), [""; 0]);
        let cold = |outputs: Outputs| outputs.with("cold", Duration::from_millis(35));
        assert_eq!(told(1..=1, cold), ["cold 35 ms"]);
    }

    #[test]
    fn a_delayed_acknowledgement_is_known_by_where_the_time_goes() {
        let hints = |(whole, first): (u64, u64)| {
            let phases = Value::map([("first_byte", Value::from(Duration::from_millis(first)))]);
            told(std::iter::repeat_n(whole, 10), |outputs| outputs.with("phases", phases)).len() - 1
        };
        assert_eq!([(39, 1), (40, 1), (44, 2), (48, 3), (49, 1), (44, 43)].map(hints), [0, 1, 1, 1, 0, 0]);
    }
}

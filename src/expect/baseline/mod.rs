//! `baseline`: a percentile beside the one a stored run measured.

mod increase;
mod store;

use serde_json::Value as Json;

use super::demand::USUAL;
use super::near::no_percentile;
use super::snapshot::Name;
use super::{Bench, Fault, Judged, Matcher, Named};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Evidence, Kind, Measured, Remark, Value};
use increase::{Pair, Weighed};
pub use store::{Baselines, Past};

/// It is not far above what a stored run measured.
#[derive(Debug)]
pub(super) struct Baseline(Arg<Name>);

/// Compares with the stored measurements.
fn compare(measured: Measured<'_>, name: &str, bench: &Bench<'_>) -> Result<Weighed, Fault> {
    let percentile = measured.percentile().ok_or_else(no_percentile)?;
    let stored = bench.past.find(name, measured.output)?;
    let limit = bench.demands.max_increase.map_or(0.0, |limit| limit.share);
    let confidence = bench.demands.confidence.map(|confidence| confidence.share);
    let pair = Pair {
        name,
        percentile,
        now: measured.distribution,
        stored: &stored,
        confidence: confidence.unwrap_or(USUAL),
    };
    pair.weigh(limit, confidence.is_some())
}

impl Matcher for Baseline {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let name = self.0.bind(bench.scope)?.0;
        let at = |fault: Fault| Fault { span: fault.span.or(Some(self.0.span)), ..fault };
        let measured = bench.measured.ok_or_else(no_percentile).map_err(at)?;
        if bench.past.saves(&name) {
            let text = format!("this run becomes the baseline `{name}`: it is compared with nothing");
            let remarks = vec![Remark::loud(text)];
            return Ok(Judged { remarks, ..Judged::one(None) });
        }
        let weighed = compare(measured, &name, bench).map_err(at)?;
        let evidence = Evidence::values(measured.distribution.count());
        let miss = weighed.why.map(|(summary, expected)| {
            let miss = super::Miss::new(summary, expected, actual);
            weighed.notes.into_iter().fold(miss, super::Miss::note)
        });
        Ok(Judged { remarks: weighed.remarks, ..Judged::new(evidence, miss) })
    }

    fn refuses(&self, kind: Kind) -> Option<String> {
        (kind != Kind::Duration && kind != Kind::Any)
            .then(|| "a baseline holds durations that were measured many times".to_owned())
    }
}

impl Named for Baseline {
    const NAME: &'static str = "baseline";
    const PAGE: &'static str = "A percentile is not above the same one of a stored run by more than `max_increase`, a share such as `10 %` or 0.1; only \
        percentiles (`latency.p95`, `phases.first_byte.p50`) have one. `mlfunnel run --save-baseline main` stores what was measured, \
        for every step that passed and whose `expect` or `warn` speaks of it, by case, step (its `id`, else its number) and output, in \
        `.mlfunnel/baselines/main.json`; other entries of that file stay. It belongs to the machine it was measured on and \
        is no file to commit: in CI, let a job on the same kind of machine store it and a cache carry it. A plain run never writes one, and a missing one is the \
        error `no-baseline`; the run that stores one compares it with nothing.\n\n\
        Noise is no increase. Of both runs the 95 % confidence interval of the percentile is known by order statistics, [l₀, u₀] of the \
        stored one and [l, u] of this one; the true increase then lies from l/u₀ − 1 to u/l₀ − 1, each end missed in one of \
        twenty runs at most (2.5 % for each of its two parts). It fails when even the smallest is beyond the limit, l/u₀ − 1 > `max_increase`; \
        it holds when the largest is within; in between it holds, and a remark in every report says so. With `confidence: 0.95` beside it the \
        largest must be within, in intervals of that confidence. Times below 1 us count as 1 us, and both runs need samples enough for an \
        interval: 6 for p50, 72 for p95, 368 for p99 with 95 %.\n\n\
        `latency.p95: {baseline: main, max_increase: 10 %}`, `latency.p50: {baseline: main, max_increase: 0.2, confidence: 0.9}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Name>::schema()
    }
}

//! `confidence` and `max_increase`: what is demanded of a percentile beyond its own value.

use super::checks::{Checks, Placed};
use super::expectation::{Expectation, Target};
use crate::action::Need;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Span, Spanned};
use crate::syntax::{Decode, Decoder, Node};
use crate::value::{Part, Percentile, Segment, Share, show_share};

/// The confidence of every interval that nobody asked for.
pub(super) const USUAL: f64 = 0.95;

/// What stands beside the matchers of a percentile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Demands {
    /// How sure a bound must be.
    pub confidence: Option<Demand>,
    /// How far it may be above its baseline, as a share of that.
    pub max_increase: Option<Demand>,
}

/// A share, and where it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    pub share: f64,
    pub span: Span,
}

/// Matchers that a confidence can be demanded of.
const BOUNDS: [&str; 5] = ["between", "min", "max", "above", "below"];
const BASELINE: &str = "baseline";

impl Demands {
    /// Reads them; `None` when one is wrong, which has then been noted.
    pub(super) fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut share = |key: &str| match node.get(key) {
            Some(node) => Spanned::<Share>::decode(node, decoder)
                .map(|read| Some(Demand { share: read.value.0, span: read.span })),
            None => Some(None),
        };
        let (confidence, max_increase) = (share("confidence"), share("max_increase"));
        let read = Self { confidence: confidence?, max_increase: max_increase? };
        if let Some(confidence) = read.confidence.filter(|asked| !(0.5..=0.9999).contains(&asked.share)) {
            let message = format!("no bound is told with a confidence of {}", show_share(confidence.share));
            return decoder.refuse(
                Diagnostic::new(codes::INVALID_VALUE, confidence.span, message)
                    .help("write one from 50 % to 99.99 %, such as 0.95"),
            );
        }
        Some(read)
    }

    /// Whether they belong to these matchers, asked of what is at a path; `None` when not, which has then been noted.
    pub(super) fn belong(
        &self,
        matchers: &[Placed],
        path: &[Segment],
        decoder: &mut Decoder<'_>,
    ) -> Option<()> {
        let baseline = matchers.iter().find(|placed| placed.name == BASELINE);
        let bounded = matchers.iter().any(|placed| BOUNDS.contains(&placed.name));
        let wrong = match (self.confidence, self.max_increase, baseline) {
            (_, Some(increase), None) => Some(
                Diagnostic::new(codes::MISSING_KEY, increase.span, "there is no baseline beside this")
                    .help("write `baseline: main` beside it, the name of a stored run"),
            ),
            (_, None, Some(baseline)) => Some(
                Diagnostic::new(
                    codes::MISSING_KEY,
                    baseline.span,
                    "how far it may be above the baseline is not said",
                )
                .help("write `max_increase: 10 %` beside it"),
            ),
            (Some(confidence), _, None) if !bounded => Some(
                Diagnostic::new(codes::INVALID_VALUE, confidence.span, "there is no bound beside this")
                    .help(format!("give one of `{}` or `{BASELINE}`", BOUNDS.join("`, `"))),
            ),
            _ => None,
        };
        if let Some(wrong) = wrong {
            return decoder.refuse(wrong);
        }
        let demanded = self.confidence.map(|confidence| confidence.span);
        match demanded.or(baseline.map(|placed| placed.span)) {
            Some(span) if percentile(path).is_none() => decoder.refuse(no_percentile(span)),
            _ => Some(()),
        }
    }
}

/// The percentile that a path may lead to: `latency.p95`.
fn percentile(path: &[Segment]) -> Option<Percentile> {
    let [_, .., Segment::Key(last)] = path else { return None };
    match Part::find(last) {
        Some(Part::Percentile(percentile)) => Some(percentile),
        _ => None,
    }
}

impl Checks {
    /// Where something is demanded that only a percentile has.
    pub fn demands(&self) -> Option<Span> {
        let Self::Matchers { matchers, demands, .. } = self else { return None };
        let baseline = || matchers.iter().find(|placed| placed.name == BASELINE).map(|placed| placed.span);
        demands.confidence.map(|confidence| confidence.span).or_else(baseline)
    }
}

impl Expectation {
    /// The samples that what is demanded here takes.
    pub(super) fn needs(&self) -> Option<Need> {
        let Target::Output(Checks::Matchers { matchers, demands, .. }) = &self.target else { return None };
        let percentile = percentile(&self.path)?;
        let confidence = demands.confidence.map(|confidence| confidence.share);
        let needed = |placed: &Placed| match (placed.name, confidence) {
            (BASELINE, _) => Some(percentile.needed_between(confidence.unwrap_or(USUAL))),
            ("between", Some(confidence)) => Some(percentile.needed_between(confidence)),
            ("max" | "below", Some(confidence)) => Some(percentile.needed_above(confidence)),
            ("min" | "above", Some(confidence)) => Some(percentile.needed_below(confidence)),
            _ => None,
        };
        let (placed, samples) = matchers
            .iter()
            .filter_map(|placed| Some((placed, needed(placed)?)))
            .max_by_key(|(_, samples)| *samples)?;
        let with = format!("with {} confidence", show_share(confidence.unwrap_or(USUAL)));
        let why = match placed.name {
            BASELINE => format!("to tell an increase from noise {with}"),
            _ => format!("to be bounded {with}"),
        };
        Some(Need { path: self.text.clone(), span: placed.span, samples, why })
    }
}

/// That something is asked which only a percentile of many measurements has.
pub fn no_percentile(span: Span) -> Diagnostic {
    let message = "only a percentile of what was measured many times has a confidence interval";
    Diagnostic::new(codes::NOT_MEASURABLE, span, message).help("ask it of one, such as `latency.p95`")
}

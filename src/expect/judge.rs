//! From values to verdicts. The evidence rule lives here, and no matcher can pass around it.

use super::checks::{Checks, Placed};
use super::{Bench, Demands, Fault, Judged, Miss};
use crate::source::Span;
use crate::value::{Evidence, Remark, Tolerance, Value};

/// What one check came to.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Where the check is written.
    pub span: Span,
    /// What it was asked of: `metrics.accuracy`, `artifacts.model.json`.
    pub subject: String,
    pub evidence: Evidence,
    /// What the check itself says on how close numbers must be.
    pub tolerance: Option<Tolerance>,
    /// What is worth knowing whether it holds or not.
    pub remarks: Vec<Remark>,
    /// `None` is a pass.
    pub finding: Option<Finding>,
}

/// Why a check is no pass.
#[derive(Clone, Debug)]
pub enum Finding {
    /// It did not hold.
    Missed(Miss),
    /// It held of nothing.
    MeasuredNothing,
    /// It could not be judged.
    Faulted(Fault),
}

/// The evidence rule: what measured nothing is no pass, unless nothing is a fine answer.
fn settle(placed: &Placed, judged: Judged, allow_empty: bool) -> Option<Finding> {
    match judged.miss {
        Some(miss) => Some(Finding::Missed(miss)),
        None if allow_empty => None,
        None if judged.hollow || (judged.evidence.count == 0 && !placed.of_form) => {
            Some(Finding::MeasuredNothing)
        }
        None => None,
    }
}

impl Checks {
    /// Judges every check of one value; one verdict each.
    pub fn judge(&self, actual: &Value, subject: &str, bench: &Bench<'_>) -> Vec<Verdict> {
        match self {
            Self::Matchers { matchers, allow_empty, tolerance, demands } => {
                let tolerance_here = tolerance.unwrap_or(bench.tolerance);
                let bench = &Bench { demands: *demands, ..bench.within(tolerance_here) };
                matchers
                    .iter()
                    .map(|placed| {
                        let (evidence, remarks, finding) = match placed.matcher.judge(actual, bench) {
                            Ok(mut judged) => {
                                let remarks = std::mem::take(&mut judged.remarks);
                                (judged.evidence, remarks, settle(placed, judged, *allow_empty))
                            }
                            Err(fault) => (Evidence::values(0), Vec::new(), Some(Finding::Faulted(fault))),
                        };
                        let subject = subject.to_owned();
                        Verdict {
                            span: placed.span,
                            subject,
                            evidence,
                            tolerance: *tolerance,
                            remarks,
                            finding,
                        }
                    })
                    .collect()
            }
            Self::JsonPaths(paths) => {
                let document = actual.to_json();
                paths.iter().flat_map(|path| path.judge(actual, &document, subject, bench)).collect()
            }
        }
    }

    /// [`Checks::judge`] as one answer, for a check inside another: the first miss, all the evidence, and whether
    /// any of it measured nothing.
    pub(super) fn judge_inside(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let mut all = Judged::new(Evidence::values(0), None);
        match self {
            Self::Matchers { matchers, allow_empty, tolerance, .. } => {
                // A part of the value is not what was measured.
                let tolerance = tolerance.unwrap_or(bench.tolerance);
                let demands = Demands::default();
                let bench = &Bench { measured: None, demands, ..bench.within(tolerance) };
                for placed in matchers {
                    let mut judged = placed.matcher.judge(actual, bench)?;
                    judged.hollow &= !allow_empty;
                    judged.hollow |= matches!(
                        settle(placed, judged.clone(), *allow_empty),
                        Some(Finding::MeasuredNothing)
                    );
                    all.add(judged);
                }
            }
            Self::JsonPaths(paths) => {
                let document = actual.to_json();
                for path in paths {
                    all.add(path.judge_inside(actual, &document, bench)?);
                }
            }
        }
        Ok(all)
    }
}

impl Judged {
    /// Takes in another answer about the same value: its evidence, and its miss where there is none yet.
    pub(super) fn add(&mut self, other: Self) {
        self.evidence.count += other.evidence.count;
        self.hollow |= other.hollow;
        self.remarks.extend(other.remarks);
        match (&mut self.miss, other.miss) {
            (Some(first), Some(another)) => first.notes.push(format!("also: {}", another.summary)),
            (first, another) => *first = first.take().or(another),
        }
    }
}

/// The tolerance that modifiers beside a matcher set.
pub(super) fn modified(abs: Option<f64>, rel: Option<f64>, ulps: Option<u32>) -> Option<Tolerance> {
    let any = abs.is_some() || rel.is_some() || ulps.is_some();
    any.then(|| Tolerance { abs: abs.unwrap_or(0.0), rel: rel.unwrap_or(0.0), ulps })
}

//! `deterministic`: the same request again.

use super::apart::Apart;
use super::good::Good;
use super::keys::TimesKeys;
use super::{Finding, nothing};
use crate::action::StepError;
use crate::source::Span;
use crate::syntax::SetTolerance;
use crate::value::{Tolerance, Value};

const NAME: &str = "deterministic";
const USUAL: u32 = 3;

/// Asks again, as often as is said; `whole` is the first answer.
pub(super) fn again(
    keys: &TimesKeys,
    span: Span,
    whole: &[Value],
    good: &Good<'_>,
) -> Result<Finding, StepError> {
    let times = good.context.maybe(keys.times.as_ref())?.unwrap_or(USUAL);
    if times < 2 {
        return Err(nothing(NAME, "one answer agrees with itself", span).help("write `times: 2` or more"));
    }
    let exact = SetTolerance { value: Tolerance::EXACT, span: None };
    let tolerance = keys.tolerance.map(SetTolerance::from);
    let mut apart = Apart::new(tolerance.unwrap_or(exact));
    for turn in 2..=times {
        match good.whole(NAME)? {
            Ok(answered) if answered.len() == whole.len() => {
                apart.rows((&format!("at turn {turn}"), &answered), ("at first", whole));
            }
            Ok(answered) => {
                let why = format!("{} predictions at turn {turn}, {} at first", answered.len(), whole.len());
                return Ok(Finding::missed(NAME, why));
            }
            Err(why) => return Ok(Finding::missed(NAME, format!("asked again, at turn {turn}, {why}"))),
        }
    }
    let mut finding = apart.finding(NAME, "answered otherwise by the same request");
    finding.tolerance = tolerance;
    Ok(finding)
}

//! How long the samples took, as a distribution.

use crate::action::Review;
use crate::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use crate::value::Part;

/// Notes a percentile that there will be too few samples for, and a part that is none.
pub(super) fn review(samples: Option<u32>, review: &Review<'_>, found: &mut Diagnostics) {
    for (path, span) in review.asked {
        let Some(part) = path.strip_prefix("latency.") else { continue };
        let Some(known) = Part::find(part) else {
            let message = format!("`latency` has no `{part}`");
            let help = did_you_mean(part, Part::ALL.iter().map(|part| part.name()));
            found.push(Diagnostic::new(codes::UNKNOWN_OUTPUT, *span, message).maybe_help(help));
            continue;
        };
        if let (Part::Percentile(percentile), Some(samples)) = (known, samples)
            && (samples as usize) < percentile.needed()
        {
            let needed = percentile.needed();
            let noun = if samples == 1 { "sample" } else { "samples" };
            let message =
                format!("`{percentile}` needs {needed} samples, and this probe takes {samples} {noun}");
            let help = format!("write `samples: {needed}` or more, or ask for `latency.max`");
            found.push(Diagnostic::new(codes::TOO_FEW_SAMPLES, *span, message).help(help));
        }
    }
}

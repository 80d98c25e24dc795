//! `mlfunnel list`.

use serde_json::json;

use super::args::{Colour, List, Listing};
use super::run::{request, selection};
use super::{Failure, planned, say};
use crate::plan::{Case, load};
use crate::run::Exit;

pub(super) fn list(args: &List, colour: Colour) -> Result<Exit, Failure> {
    let plan = match planned(load(&request(&args.select, selection(&args.select))), colour) {
        Ok(plan) => plan,
        Err(exit) => return Ok(exit),
    };
    let words = |words: &[std::sync::Arc<str>]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let line = |case: &Case| plan.sources.line(case.template.span);
    let text = match args.format {
        Listing::Text => {
            let lines =
                plan.cases.iter().map(|case| format!("{:<11} {}\n", case.suite.tier.name(), case.id()));
            lines.collect::<String>()
        }
        Listing::Json => {
            let cases: Vec<_> = plan
                .cases
                .iter()
                .map(|case| {
                    json!({
                        "id": case.id(),
                        "tier": case.suite.tier,
                        "suite": &*case.suite.name,
                        "name": &*case.name,
                        "label": case.label.as_deref(),
                        "file": &*case.suite.file,
                        "line": line(case),
                        "tags": words(&case.template.tags),
                        "covers": words(&case.template.covers),
                        "skip": case.template.skip.as_deref(),
                    })
                })
                .collect();
            format!("{}\n", serde_json::to_string_pretty(&cases)?)
        }
    };
    say(&text)?;
    Ok(if plan.cases.is_empty() { Exit::Nothing } else { Exit::Passed })
}

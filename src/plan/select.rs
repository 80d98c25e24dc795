//! Which cases run, and in what order.

use std::sync::Arc;

use regex::Regex;

use super::{Case, Plan, Settings};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use crate::source::Sources;
use crate::syntax::Tier;

/// What the command line asks for; everything when it asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub tiers: Vec<Tier>,
    /// A case with one of these.
    pub tags: Vec<String>,
    /// Found in `name[label]` or in the whole id.
    pub case: Option<Regex>,
    /// Only these ids, such as those that failed last time.
    pub ids: Option<Vec<String>>,
    /// `--var` names, which must be declared somewhere.
    pub vars: Vec<String>,
}

impl Selection {
    fn takes(&self, case: &Case, settings: &Settings) -> bool {
        let tiers = if self.tiers.is_empty() { settings.tiers.as_deref() } else { Some(&self.tiers[..]) };
        let tagged = |tag: &str| case.template.tags.iter().any(|held| **held == *tag);
        let by_tag = if self.tags.is_empty() {
            settings.tags.is_empty() || settings.tags.iter().any(|tag| tagged(tag))
        } else {
            self.tags.iter().any(|tag| tagged(tag))
        };
        tiers.is_none_or(|tiers| tiers.contains(&case.suite.tier))
            && by_tag
            && self
                .case
                .as_ref()
                .is_none_or(|regex| regex.is_match(&case.title()) || regex.is_match(&case.id()))
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&case.id()))
    }

    /// Notes what is asked for and nowhere declared.
    pub(super) fn check(&self, cases: &[Case], found: &mut Diagnostics) {
        for name in &self.vars {
            let declared = || cases.iter().flat_map(|case| case.suite.vars.iter().map(|var| &*var.name));
            if !declared().any(|held| held == name) {
                let mut all: Vec<&str> = declared().collect();
                all.sort_unstable();
                all.dedup();
                let message = format!("`--var {name}=…`: no selected spec declares the var `{name}`");
                found.push(
                    Diagnostic::of_file(codes::INVALID_OPTION, "command line", message)
                        .maybe_help(did_you_mean(name, all)),
                );
            }
        }
    }
}

/// The plan: the selected cases, tiers in funnel order, inside a tier as written.
pub(super) fn plan(
    cases: Vec<Case>,
    selection: &Selection,
    settings: Settings,
    sources: Arc<Sources>,
) -> Plan {
    let all = cases.len();
    let mut cases: Vec<Case> = cases.into_iter().filter(|case| selection.takes(case, &settings)).collect();
    cases.sort_by_key(|case| case.suite.tier);
    Plan { deselected: all - cases.len(), cases, sources, settings }
}

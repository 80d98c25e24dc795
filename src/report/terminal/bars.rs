//! Live progress: one line a tier, redrawn in place.

use std::collections::VecDeque;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::{Event, Tier};
use crate::report::quantity::{counted, seconds};
use crate::report::summary::{Summary, TierSummary, outcomes};
use crate::report::text::one_line;

const WAITING: &str = "  {prefix:<11} {msg}";
const RUNNING: &str = "  {prefix:<11} {bar:24} {pos:>5}/{len:<5} {elapsed:>4} {wide_msg}";

/// The bars of a run's tiers.
#[derive(Debug)]
pub(super) struct Bars {
    screen: MultiProgress,
    tiers: Vec<(Tier, ProgressBar)>,
    /// Cases under way, the longest-running first.
    running: VecDeque<String>,
}

impl Bars {
    pub(super) fn new(target: ProgressDrawTarget) -> Self {
        let screen = MultiProgress::with_draw_target(target);
        Self { screen, tiers: Vec::new(), running: VecDeque::new() }
    }

    /// Follows one event, which the summary has already taken in.
    pub(super) fn event(&mut self, event: &Event, summary: &Summary) {
        match event {
            Event::RunStarted(_) => summary.tiers.iter().for_each(|tier| self.wait(tier)),
            Event::TierStarted(started) => {
                let bar = self.bar(started.tier);
                bar.set_style(style(RUNNING));
                bar.set_position(0);
                bar.set_length(started.cases as u64);
                bar.set_message(format!("of {}", seconds(started.budget)));
                bar.reset_elapsed();
                bar.enable_steady_tick(Duration::from_millis(100));
                self.running.clear();
            }
            Event::CaseStarted { id, tier } => {
                self.running.push_back(id.clone());
                self.show(*tier, summary);
            }
            Event::CaseFinished(case) => {
                if let Some(at) = self.running.iter().position(|id| *id == case.id) {
                    self.running.remove(at);
                }
                self.bar(case.tier).inc(1);
                self.show(case.tier, summary);
            }
            Event::TierFinished(finished) => {
                let bar = self.bar(finished.tier);
                bar.disable_steady_tick();
                bar.set_style(style(WAITING));
                let mut words = outcomes(&finished.counts);
                if let Some(reason) = &finished.not_run {
                    words = format!("{words}: {}", one_line(reason));
                } else {
                    words = format!("{words} in {}", seconds(finished.duration));
                }
                bar.set_message(words);
            }
            Event::ServiceStarted(_)
            | Event::WorkersStarted(_)
            | Event::Output { .. }
            | Event::RunFinished(_)
            | Event::Unknown => {}
        }
    }

    fn wait(&mut self, tier: &TierSummary) {
        let bar = self.bar(tier.tier);
        bar.set_message(format!("{} waiting", counted(tier.selected as u64, "case")));
    }

    fn show(&mut self, tier: Tier, summary: &Summary) {
        let Some(state) = summary.tiers.iter().find(|state| state.tier == tier) else { return };
        let budget = state.budget.map(|budget| format!("of {}", seconds(budget))).unwrap_or_default();
        let bad = state.counts.failed + state.counts.errored + state.counts.timed_out;
        let bad = if bad > 0 { format!("  {bad} not passed") } else { String::new() };
        let now = self.running.front().map(|id| format!("  {}", one_line(id))).unwrap_or_default();
        self.bar(tier).set_message(format!("{budget}{bad}{now}"));
    }

    fn bar(&mut self, tier: Tier) -> ProgressBar {
        if let Some((_, bar)) = self.tiers.iter().find(|(known, _)| *known == tier) {
            return bar.clone();
        }
        let bar = self.screen.add(ProgressBar::new(0));
        bar.set_style(style(WAITING));
        bar.set_prefix(tier.name());
        self.tiers.push((tier, bar.clone()));
        bar
    }

    /// Takes the bars away while `write` prints above them.
    pub(super) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.screen.suspend(write)
    }

    /// Takes the bars away for good.
    pub(super) fn clear(&self) {
        for (_, bar) in &self.tiers {
            bar.finish_and_clear();
        }
        // The bars are decoration: a terminal that has gone away is found out by the report itself.
        let _ = self.screen.clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("█▌░")
}

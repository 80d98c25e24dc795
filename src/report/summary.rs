//! What a run came to, folded from its events: small, however many cases there were.

use super::Remarks;
use super::quantity::counted;
use crate::event::{CaseFinished, Counts, Event, Evidence, Outcome, RunFinished, Tier};

/// How many of the slowest cases of each tier are kept.
const SLOWEST: usize = 5;

/// The state of a run so far, or at its end.
#[derive(Debug, Default)]
pub struct Summary {
    /// In funnel order; only tiers with selected cases.
    pub tiers: Vec<TierSummary>,
    /// Left out by the selection.
    pub deselected: usize,
    pub jobs: usize,
    pub version: String,
    pub notices: Vec<String>,
    /// What every reader should know of single cases.
    pub remarks: Remarks,
    /// Services in the order they were proven ready, and the seconds each took.
    pub services: Vec<(String, f64)>,
    /// Absent while the run goes on, and for good when it was killed.
    pub finished: Option<RunFinished>,
}

/// One tier of the funnel.
#[derive(Debug)]
pub struct TierSummary {
    pub tier: Tier,
    pub selected: usize,
    pub state: TierState,
    pub counts: Counts,
    pub evidence: Evidence,
    /// Wall-clock seconds; of a tier that did not finish, the sum of its cases.
    pub duration: f64,
    /// Seconds; known once the tier has started.
    pub budget: Option<f64>,
    pub over_budget: bool,
    /// Why none of it was run.
    pub not_run: Option<String>,
    /// The slowest cases first.
    pub slowest: Vec<Slow>,
}

/// How far a tier came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierState {
    Waiting,
    Started,
    Finished,
}

/// A case and how long it took, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Slow {
    pub id: String,
    pub duration: f64,
}

impl Summary {
    /// Takes in one event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(run) => {
                self.deselected = run.deselected;
                self.jobs = run.jobs;
                self.version.clone_from(&run.version);
                self.notices.clone_from(&run.notices);
                for &(tier, cases) in run.selected.iter().filter(|(_, cases)| *cases > 0) {
                    self.tier(tier).selected = cases;
                }
            }
            Event::TierStarted(started) => {
                let tier = self.tier(started.tier);
                tier.selected = started.cases;
                tier.budget = Some(started.budget);
                tier.state = TierState::Started;
            }
            Event::ServiceStarted(service) => self.services.push((service.name.clone(), service.duration)),
            Event::WorkersStarted(workers) => {
                let name = format!("python ({})", counted(workers.count as u64, "worker"));
                self.services.push((name, workers.duration));
            }
            Event::CaseFinished(case) => {
                self.remarks.case(case);
                self.tier(case.tier).case(case);
            }
            Event::TierFinished(finished) => {
                let tier = self.tier(finished.tier);
                tier.state = TierState::Finished;
                tier.counts = finished.counts.clone();
                tier.evidence = finished.evidence.clone();
                tier.duration = finished.duration;
                tier.budget = Some(finished.budget);
                tier.over_budget = finished.over_budget;
                tier.not_run.clone_from(&finished.not_run);
                self.notices.extend_from_slice(&finished.notices);
            }
            Event::RunFinished(finished) => self.finished = Some(finished.clone()),
            Event::CaseStarted { .. } | Event::Output { .. } | Event::Unknown => {}
        }
    }

    /// What every reader should know: of the run, and of its cases.
    pub fn notes(&self) -> impl Iterator<Item = String> + '_ {
        self.notices.iter().cloned().chain(self.remarks.told())
    }

    fn tier(&mut self, tier: Tier) -> &mut TierSummary {
        let at = self.tiers.partition_point(|other| other.tier < tier);
        if self.tiers.get(at).is_none_or(|other| other.tier != tier) {
            self.tiers.insert(at, TierSummary::new(tier));
        }
        &mut self.tiers[at]
    }

    /// Cases by outcome over all tiers.
    pub fn counts(&self) -> Counts {
        let mut all = Counts::default();
        for Counts { passed, failed, errored, timed_out, skipped, not_run, flaky, warned } in
            self.tiers.iter().map(|tier| &tier.counts)
        {
            all.passed += passed;
            all.failed += failed;
            all.errored += errored;
            all.timed_out += timed_out;
            all.skipped += skipped;
            all.not_run += not_run;
            all.flaky += flaky;
            all.warned += warned;
        }
        all
    }

    pub fn evidence(&self) -> Evidence {
        let mut all = Evidence::default();
        for tier in &self.tiers {
            all += &tier.evidence;
        }
        all
    }

    pub fn selected(&self) -> usize {
        self.tiers.iter().map(|tier| tier.selected).sum()
    }

    /// Seconds from the first spec read to the last case ended; of a killed run, the sum of what finished.
    pub fn duration(&self) -> f64 {
        match &self.finished {
            Some(finished) => finished.duration,
            None => self.tiers.iter().map(|tier| tier.duration).sum(),
        }
    }

    /// The run was stopped before its end, by a signal or by being killed.
    pub fn interrupted(&self) -> bool {
        self.finished.as_ref().is_none_or(|finished| finished.interrupted)
    }

    /// The whole run in a word or two, as its exit code says it.
    pub fn verdict(&self) -> &'static str {
        match &self.finished {
            None => "interrupted",
            Some(finished) if finished.interrupted => "interrupted",
            Some(finished) => match finished.exit {
                0 => "passed",
                1 => "failed",
                3 => "errored",
                4 => "nothing was run",
                130 => "interrupted",
                _ => "internal error",
            },
        }
    }
}

impl TierSummary {
    fn new(tier: Tier) -> Self {
        Self {
            tier,
            selected: 0,
            state: TierState::Waiting,
            counts: Counts::default(),
            evidence: Evidence::default(),
            duration: 0.0,
            budget: None,
            over_budget: false,
            not_run: None,
            slowest: Vec::new(),
        }
    }

    fn case(&mut self, case: &CaseFinished) {
        self.counts.add(case);
        self.evidence += &case.evidence;
        if self.state != TierState::Finished {
            self.duration += case.duration;
        }
        if matches!(case.outcome, Outcome::Skipped | Outcome::NotRun) {
            return;
        }
        let at = self.slowest.partition_point(|slow| slow.duration >= case.duration);
        if at < SLOWEST {
            self.slowest.truncate(SLOWEST - 1);
            self.slowest.insert(at, Slow { id: case.id.clone(), duration: case.duration });
        }
    }

    /// It started, and the run ended before it did.
    pub fn interrupted(&self) -> bool {
        self.state == TierState::Started
    }

    /// A case's part of the budget, as a fraction; nothing when there is no budget.
    pub fn share(&self, duration: f64) -> Option<f64> {
        self.budget.filter(|&budget| budget > 0.0).map(|budget| duration / budget)
    }

    /// Outcomes with their counts, those that occur, in the fixed words and order.
    pub fn outcomes(&self) -> impl Iterator<Item = (Outcome, usize)> + '_ {
        present(&self.counts)
    }
}

/// Outcomes with their counts, those that occur, in the fixed order.
pub(super) fn present(counts: &Counts) -> impl Iterator<Item = (Outcome, usize)> + '_ {
    Outcome::ALL.into_iter().map(|outcome| (outcome, counts.of(outcome))).filter(|&(_, number)| number > 0)
}

/// `118 passed, 1 failed; 1 flaky`: outcomes, then the marks where there are any.
pub(super) fn outcomes(counts: &Counts) -> String {
    let listed = |words: &mut dyn Iterator<Item = (&str, usize)>| {
        words.map(|(word, number)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
    };
    let words = listed(&mut present(counts).map(|(outcome, number)| (outcome.name(), number)));
    let marks = [("flaky", counts.flaky), ("warned", counts.warned)];
    let marks = listed(&mut marks.into_iter().filter(|&(_, number)| number > 0));
    if marks.is_empty() { words } else { format!("{words}; {marks}") }
}

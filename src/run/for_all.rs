//! All runs of a case on inputs made at random, and the smallest input that does not pass.

use indexmap::IndexMap;

use super::Shared;
use super::attempt::Attempt;
use super::case::problem_of;
use super::problem::Teller;
use super::scope::Drawn;
use super::step::Check;
use crate::arbitrary::{Arbitrary, Inputs, Shrunk, Tried, shrink};
use crate::diagnostic::codes;
use crate::event::{Evidence, Outcome, Place, Problem};
use crate::plan::{Case, ForAll};
use crate::system::clock::Deadline;
use crate::value::{Table, Value, count_leaves, show_duration, yaml_flow};

/// How many smaller inputs are tried.
const TRIES: usize = 1000;

/// Runs a case on one input after the other; `once` runs it on one.
pub(super) fn run(
    case: &Case,
    for_all: &ForAll,
    shared: &Shared,
    deadline: Deadline,
    once: &dyn Fn(&Drawn) -> Attempt,
) -> Attempt {
    let seed = for_all.seed.unwrap_or(case.suite.seed);
    let inputs = Inputs::new(for_all.of.clone(), seed, &format!("{}\n{}", case.suite.name, case.title()));
    let runs = Runs { case, for_all, shared, deadline, seed, once };
    let mut sum = Sum::default();
    for number in 0..for_all.runs {
        if shared.options.cancel.is_cancelled() {
            return sum.ended(Outcome::NotRun, Vec::new());
        }
        if deadline.expired() {
            return sum.ended(Outcome::TimedOut, vec![runs.out_of_time(number)]);
        }
        let values = inputs.of_run(number);
        let attempt = runs.once(&values, false);
        sum.evidence += &attempt.evidence;
        match attempt.outcome {
            Outcome::Passed => sum.add(attempt),
            Outcome::NotRun => return sum.ended(Outcome::NotRun, Vec::new()),
            _ => return Attempt { evidence: sum.evidence, ..runs.smallest(number, values, attempt) },
        }
    }
    sum.settled(for_all.runs)
}

/// What the runs that passed came to together.
#[derive(Default)]
struct Sum {
    evidence: Evidence,
    /// The first of each, and in how many runs it came.
    warnings: IndexMap<Spot, (Problem, u32)>,
    /// Checks that have measured nothing so far, with what to say of it; and those that have held.
    checks: IndexMap<Check, Option<Problem>>,
}

impl Sum {
    fn add(&mut self, attempt: Attempt) {
        for warning in attempt.warnings {
            self.warnings.entry(key(&warning)).or_insert((warning, 0)).1 += 1;
        }
        // Where an action measured nothing at all, as in a table without rows, that is said once of all it checks.
        let held: Vec<Check> = attempt
            .summed
            .iter()
            .filter(|(_, hollow)| hollow.is_none())
            .filter_map(|(check, _)| check.whole())
            .collect();
        for (check, hollow) in attempt.summed {
            if hollow.is_none() {
                self.checks.insert(check, None);
            } else {
                let whole = check.whole().filter(|whole| !held.contains(whole));
                self.checks.entry(whole.unwrap_or(check)).or_insert(hollow);
            }
        }
        self.checks.extend(held.into_iter().map(|whole| (whole, None)));
    }

    /// After the last run: what measured nothing in any of them is no pass.
    fn settled(mut self, runs: u32) -> Attempt {
        let mut problems = Vec::new();
        for (check, hollow) in std::mem::take(&mut self.checks) {
            match hollow {
                Some(problem) if check.warns => _ = self.warnings.insert(key(&problem), (problem, runs)),
                Some(mut problem) => {
                    problem.notes.push(format!("in none of the {runs} runs"));
                    problems.push(problem);
                }
                None => {}
            }
        }
        for (warning, times) in self.warnings.values_mut() {
            warning.notes.push(format!("in {times} of {runs} runs"));
        }
        let outcome = if problems.is_empty() { Outcome::Passed } else { Outcome::Errored };
        self.ended(outcome, problems)
    }

    fn ended(self, outcome: Outcome, problems: Vec<Problem>) -> Attempt {
        let warnings = self.warnings.into_values().map(|(warning, _)| warning).collect();
        Attempt { evidence: self.evidence, warnings, ..Attempt::of(outcome, problems) }
    }
}

/// A code, and the line and column it stands for.
type Spot = (String, Option<(u32, u32)>);

fn key(problem: &Problem) -> Spot {
    let at = |place: &Place| (place.line, place.column);
    (problem.code.clone(), problem.place.as_ref().map(at))
}

/// How an attempt did not pass: a smaller input must do so in the same way.
#[derive(PartialEq)]
struct Way {
    outcome: Outcome,
    code: String,
    place: Option<Place>,
    step: Option<String>,
}

impl Way {
    fn of(attempt: &Attempt) -> Option<Self> {
        let Problem { code, place, step, .. } = attempt.problems.first()?.clone();
        Some(Self { outcome: attempt.outcome, code, place, step })
    }
}

/// One case under `for_all`.
struct Runs<'a> {
    case: &'a Case,
    for_all: &'a ForAll,
    shared: &'a Shared,
    deadline: Deadline,
    seed: u64,
    once: &'a dyn Fn(&Drawn) -> Attempt,
}

impl Runs<'_> {
    fn once(&self, values: &[Value], keep: bool) -> Attempt {
        let seen = values.iter().zip(&self.for_all.of).map(|(value, of)| seen(value, of));
        (self.once)(&Drawn { values: self.for_all.names.iter().cloned().zip(seen).collect(), keep })
    }

    fn over(&self) -> bool {
        self.deadline.expired() || self.shared.options.cancel.is_cancelled()
    }

    fn out_of_time(&self, ran: u32) -> Problem {
        let limit = show_duration(self.case.template.timeout);
        let message = format!("the case's {limit} were over after {ran} of {} runs", self.for_all.runs);
        let mut problem = problem_of(self.case, self.shared, codes::TIMED_OUT, Outcome::TimedOut, message);
        problem.help = Some("raise `timeout`, or ask for fewer `runs`".to_owned());
        problem
    }

    /// The attempt at the smallest input that does not pass in the same way, with what to paste.
    fn smallest(&self, number: u32, values: Vec<Value>, first: Attempt) -> Attempt {
        let way = Way::of(&first);
        let start = values.clone();
        let mut last = first;
        let mut again = |values: &[Value]| {
            if self.over() {
                return Tried::Over;
            }
            let attempt = self.once(values, false);
            if Way::of(&attempt) != way {
                return Tried::Other;
            }
            last = attempt;
            Tried::Same
        };
        let most = if self.for_all.shrink { TRIES } else { 0 };
        let shrunk = shrink(&self.for_all.of, values, most, &mut again);
        if self.shared.options.keep_failed && !self.over() {
            last.workspace = self.once(&shrunk.values, true).workspace;
        }
        let run = format!("run {} of {} (seed {}) does not pass", number + 1, self.for_all.runs, self.seed);
        let smaller = self.smaller(&start, &shrunk);
        if let Some(problem) = last.problems.first_mut() {
            problem.notes.push(format!("{run}{smaller}"));
            problem.notes.push(self.to_paste(&shrunk.values));
            let teller =
                Teller { sources: &self.shared.sources, redactor: &self.shared.redactor, case: self.case };
            let hidden = teller.hide(problem.clone());
            *problem = hidden;
        }
        last
    }

    /// What came of making it smaller, in words.
    fn smaller(&self, start: &[Value], shrunk: &Shrunk) -> String {
        if !self.for_all.shrink {
            return String::new();
        }
        let count = |values: &[Value]| values.iter().map(count_leaves).sum::<usize>();
        let tries = if shrunk.tries == 1 { "1 try".to_owned() } else { format!("{} tries", shrunk.tries) };
        let (from, to) = (count(start), count(&shrunk.values));
        let changed = start.iter().map(yaml_flow).ne(shrunk.values.iter().map(yaml_flow));
        let end = if shrunk.finished { "" } else { ", and there was no time for more" };
        match changed {
            true if to < from => format!("; made smaller in {tries}, from {from} values to {to}{end}"),
            true => format!("; made simpler in {tries}{end}"),
            false if shrunk.finished => format!("; nothing smaller fails in the same way ({tries})"),
            false => format!("; there was no time to make it smaller ({tries})"),
        }
    }

    /// The row of `each` that gives a case these inputs, and the fixtures of its tables: a row has no way to write one.
    fn to_paste(&self, values: &[Value]) -> String {
        let held = self.case.row.iter().flat_map(|row| row.iter()).filter(|(name, _)| &**name != "label");
        let held = held.map(|(name, expr)| format!("{name}: {}", expr.to_flow()));
        let label = match &self.case.label {
            Some(label) => format!("{label}, shrunk"),
            None => "shrunk".to_owned(),
        };
        let own_label = self.for_all.names.iter().any(|name| &**name == "label");
        let label = (!own_label).then(|| format!("label: {}", yaml_flow(&Value::from(label))));
        let mut entries: Vec<String> = label.into_iter().chain(held).collect();
        let mut fixtures = Vec::new();
        for ((name, of), value) in self.for_all.names.iter().zip(&self.for_all.of).zip(values) {
            if let Arbitrary::Table(_) = of {
                fixtures.push(format!("shrunk_{name}: {{table: {}}}", yaml_flow(value)));
                entries.push(format!("{name}: $shrunk_{name}"));
            } else {
                entries.push(format!("{name}: {}", yaml_flow(value)));
            }
        }
        let row = format!("- {{{}}}", entries.join(", "));
        let mut text = format!("to keep it, put this row under `each` in place of `for_all`:\n{row}");
        if !fixtures.is_empty() {
            text.push_str("\nand this under the suite's `fixtures`:\n");
            text.push_str(&fixtures.join("\n"));
        }
        text
    }
}

/// An input as steps see it: the columns of a table as one.
fn seen(value: &Value, of: &Arbitrary) -> Value {
    match (of, value) {
        (Arbitrary::Table(_), Value::Map(columns)) => {
            Table::from_columns(columns).map_or_else(|_| value.clone(), Value::from)
        }
        _ => value.clone(),
    }
}

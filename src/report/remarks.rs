//! Loud remarks of all cases, each said once.

use indexmap::IndexMap;

use super::quantity::counted;
use super::text::one_line;
use crate::event::{CaseFinished, Remark};

/// How many that differ are kept.
const KEPT: usize = 100;

/// What every reader should know of the cases of a run.
#[derive(Debug, Default)]
pub struct Remarks {
    /// By their text, in the order in which each was heard first.
    heard: IndexMap<String, Heard>,
    left_out: u64,
}

#[derive(Debug)]
struct Heard {
    first: String,
    cases: u64,
}

impl Remarks {
    pub(super) fn case(&mut self, case: &CaseFinished) {
        for remark in of(case, false) {
            if let Some(heard) = self.heard.get_mut(&remark.text) {
                heard.cases += 1;
            } else if self.heard.len() < KEPT {
                self.heard.insert(remark.text.clone(), Heard { first: case.id.clone(), cases: 1 });
            } else {
                self.left_out += 1;
            }
        }
    }

    /// Each with the case that it was made of first, and how many others there are.
    pub(super) fn told(&self) -> impl Iterator<Item = String> + '_ {
        let told = self.heard.iter().map(|(text, Heard { first, cases })| match cases {
            1 => format!("{text} ({first})"),
            _ => format!("{text} ({first} and {})", counted(cases - 1, "more case")),
        });
        let more =
            (self.left_out > 0).then(|| format!("{} of other cases", counted(self.left_out, "more note")));
        told.chain(more)
    }
}

/// The remarks of a case, each once; the quiet ones too where they are asked for.
fn of(case: &CaseFinished, quiet: bool) -> impl Iterator<Item = &Remark> {
    let new = |at: usize| !case.remarks[..at].contains(&case.remarks[at]);
    let remarks = case.remarks.iter().enumerate();
    remarks.filter(move |(at, remark)| (remark.loud || quiet) && new(*at)).map(|(_, remark)| remark)
}

/// The same as lines that end a case's block.
pub(super) fn lines(case: &CaseFinished, quiet: bool) -> String {
    of(case, quiet).fold(String::new(), |lines, remark| lines + "  note: " + &one_line(&remark.text) + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Outcome, Tier};
    use crate::report::story::case;

    fn with(name: &str, remarks: &[(&str, bool)]) -> CaseFinished {
        let remark = |&(text, loud): &(&str, bool)| Remark { text: text.into(), loud };
        let remarks = remarks.iter().map(remark).collect();
        CaseFinished { remarks, ..case(Tier::Smoke, "s", name, Outcome::Passed, 0.1) }
    }

    #[test]
    fn what_many_cases_say_is_said_once() {
        let mut remarks = Remarks::default();
        for name in ["a", "b", "c"] {
            remarks.case(&with(name, &[("unguarded", true), ("unguarded", true), ("fine", false)]));
        }
        remarks.case(&with("d", &[("near", true)]));
        let told: Vec<String> = remarks.told().collect();
        assert_eq!(
            told,
            ["unguarded (specs/smoke/s.yaml::a and 2 more cases)", "near (specs/smoke/s.yaml::d)"]
        );
        assert_eq!(
            lines(&with("a", &[("x", true), ("y", false), ("x", true)]), true),
            "  note: x\n  note: y\n"
        );
        for number in 0..200 {
            remarks.case(&with("e", &[(&format!("{number}"), true)]));
        }
        assert_eq!(remarks.told().last().as_deref(), Some("102 more notes of other cases"));
    }
}

//! From outcomes to the exit code.

use crate::event::Counts;

/// How a run ended, as the process tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Every selected case passed or was skipped, and at least one passed.
    Passed,
    /// A case failed, or a tier spent its budget.
    Failed,
    /// The command line or a spec is invalid; nothing was run.
    Invalid,
    /// A case errored or timed out, none failed.
    Errored,
    /// Nothing was selected, or everything was skipped.
    Nothing,
    /// A report could not be written, or an internal error.
    Internal,
    /// What finished was reported.
    Interrupted,
}

impl Exit {
    pub fn of(counts: &Counts, over_budget: bool, interrupted: bool) -> Self {
        if interrupted {
            Self::Interrupted
        } else if counts.failed > 0 || over_budget {
            Self::Failed
        } else if counts.errored + counts.timed_out > 0 {
            Self::Errored
        } else if counts.passed == 0 {
            Self::Nothing
        } else {
            Self::Passed
        }
    }

    /// The ending that a recorded code tells of.
    pub fn of_code(code: u8) -> Self {
        let all =
            [Self::Passed, Self::Failed, Self::Invalid, Self::Errored, Self::Nothing, Self::Interrupted];
        all.into_iter().find(|exit| exit.code() == code).unwrap_or(Self::Internal)
    }

    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Invalid => 2,
            Self::Errored => 3,
            Self::Nothing => 4,
            Self::Internal => 5,
            Self::Interrupted => 130,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_exit_codes() {
        let counts = |passed, failed, errored, skipped| Counts {
            passed,
            failed,
            errored,
            skipped,
            ..Counts::default()
        };
        for (counts, over, interrupted, code) in [
            (counts(1, 0, 0, 1), false, false, 0),
            (counts(5, 1, 1, 0), false, false, 1),
            (counts(5, 0, 0, 0), true, false, 1),
            (counts(5, 0, 1, 0), false, false, 3),
            (counts(0, 0, 0, 3), false, false, 4),
            (counts(0, 0, 0, 0), false, false, 4),
            (counts(1, 1, 0, 0), false, true, 130),
        ] {
            assert_eq!(Exit::of(&counts, over, interrupted).code(), code);
        }
        assert_eq!(
            Exit::of(&Counts { timed_out: 1, passed: 1, ..Counts::default() }, false, false).code(),
            3
        );
        assert_eq!(Exit::of(&Counts { not_run: 1, ..Counts::default() }, false, false).code(), 4);
    }
}

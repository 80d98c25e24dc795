//! `mlfunnel check`.

use super::args::{Check, Colour};
use super::run::{request, selection};
use super::{Failure, planned, say};
use crate::plan::load;
use crate::run::Exit;

pub(super) fn check(args: &Check, colour: Colour) -> Result<Exit, Failure> {
    let loaded = load(&request(&args.select, selection(&args.select)));
    match planned(loaded, colour) {
        Ok(plan) => {
            let mut files: Vec<&str> = plan.cases.iter().map(|case| &*case.suite.file).collect();
            files.sort_unstable();
            files.dedup();
            let counted =
                |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
            let (cases, specs) = (counted(plan.cases.len(), "case"), counted(files.len(), "spec"));
            say(&format!("{cases} in {specs}: no mistakes\n"))?;
            Ok(if plan.cases.is_empty() { Exit::Nothing } else { Exit::Passed })
        }
        Err(exit) => Ok(exit),
    }
}

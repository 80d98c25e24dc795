//! `mlfunnel report`: a recorded run in any format.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;

use super::Failure;
use super::args::{Colour, Replay};
use super::reports::Reports;
use crate::event::Event;
use crate::report::{Format, Recording, Verbosity};
use crate::run::Exit;

pub(super) fn replay(args: &Replay, colour: Colour) -> Result<Exit, Failure> {
    let path = args.recording.display();
    let file = match File::open(&args.recording) {
        Ok(file) => file,
        Err(error) => {
            eprintln!("mlfunnel: `{path}` cannot be read: {error}");
            return Ok(Exit::Invalid);
        }
    };
    let place = args.recording.canonicalize()?;
    let over =
        |format: &Format| format.path().is_some_and(|path| path.canonicalize().is_ok_and(|it| it == place));
    if place.is_file() && args.report.iter().any(over) {
        eprintln!("mlfunnel: `{path}` is the recording: a report written there would destroy it");
        return Ok(Exit::Invalid);
    }
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let reports = Reports::open(&args.report, &HashMap::new(), verbosity, colour)?;
    let mut reports = if args.report.is_empty() { reports } else { reports.quiet() };
    let mut recording = Recording::new(BufReader::new(file));
    let mut exit = Exit::Interrupted;
    for event in &mut recording {
        match event {
            Ok(event) => {
                if let Event::RunFinished(finished) = &event {
                    exit = Exit::of_code(finished.exit);
                }
                reports.event(&event);
            }
            Err(error) => {
                eprintln!("mlfunnel: `{path}`: {error}");
                return Ok(Exit::Invalid);
            }
        }
    }
    if let Some(line) = recording.truncated() {
        eprintln!("mlfunnel: `{path}`: line {line} is cut off: the run was killed while it was written");
    }
    reports.finish()?;
    Ok(exit)
}

//! The command line: arguments in, streams out. The only place that knows stdout, stderr and the environment.
#![allow(clippy::print_stdout, clippy::print_stderr)] // speaking to the terminal is what this module is for

mod args;
mod check;
mod explain;
mod last;
mod list;
mod replay;
mod reports;
mod run;
mod serve;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::diagnostic::{Diagnostic, render};
use crate::plan::{Loaded, Plan};
use crate::run::Exit;
use args::{Args, Colour, Command, Document};

/// Why a command could not be carried out.
type Failure = Box<dyn std::error::Error>;

/// The whole program.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let colour = args.colour;
    let done = match args.command {
        Command::Run(run) => run::run(&run, colour),
        Command::Check(check) => check::check(&check, colour),
        Command::List(list) => list::list(&list, colour),
        Command::Explain { topic } => explain::explain(topic.as_deref()),
        Command::Schema { document } => schema(document),
        Command::Report(report) => replay::replay(&report, colour),
        Command::Serve(args) => serve::serve(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "mlfunnel", &mut std::io::stdout());
            Ok(Exit::Passed)
        }
    };
    let exit = done.unwrap_or_else(|failure| {
        eprintln!("mlfunnel: {failure}");
        Exit::Internal
    });
    ExitCode::from(exit.code())
}

fn schema(document: Document) -> Result<Exit, Failure> {
    let schema = match document {
        Document::Suite => crate::plan::schema::of_suites(),
        Document::Config => crate::plan::schema::of_config(),
    };
    say(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(Exit::Passed)
}

/// Text on stdout; a reader that has gone away is no failure.
fn say(text: &str) -> std::io::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The plan, or every mistake that stands against one, on stderr.
fn planned(loaded: Loaded, colour: Colour) -> Result<Plan, Exit> {
    loaded.result.map_err(|mistakes| {
        complain(&mistakes, &loaded.sources, colour);
        Exit::Invalid
    })
}

fn complain(mistakes: &[Diagnostic], sources: &crate::source::Sources, colour: Colour) {
    // Past some hundreds nobody reads on, and a hostile file must not fill a log.
    const SHOWN: usize = 200;
    let shown = &mistakes[..mistakes.len().min(SHOWN)];
    eprintln!("{}\n", render(shown, sources, colour.on(&std::io::stderr())));
    if mistakes.len() > SHOWN {
        eprintln!("… and {} more mistakes", mistakes.len() - SHOWN);
    }
    let count = mistakes.len();
    eprintln!("{count} {}; nothing was run", if count == 1 { "mistake" } else { "mistakes" });
}

impl Colour {
    /// Whether to colour what goes to this stream.
    fn on(self, stream: &impl IsTerminal) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        }
    }
}

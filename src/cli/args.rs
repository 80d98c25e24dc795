//! What can be said on the command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use regex::Regex;

use crate::report::Format;
use crate::syntax::Tier;

/// Runs a funnel of unit, integration and smoke tests for machine-learning systems from YAML specs.
///
/// Exit codes: 0 every selected case passed or was skipped, and at least one passed; 1 a case failed, or a tier spent
/// its budget; 2 the command line or a spec is invalid, nothing was run; 3 a case errored or timed out, none failed;
/// 4 nothing was selected, or everything was skipped; 5 a report could not be written, or an internal error;
/// 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "mlfunnel", version, max_term_width = 110)]
pub(super) struct Args {
    /// When to colour.
    #[arg(long = "color", value_name = "WHEN", default_value = "auto", global = true)]
    pub colour: Colour,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run specs: unit, then integration, then smoke.
    Run(Run),
    /// Read specs and say what is wrong with them; run nothing.
    Check(Check),
    /// List the cases that would run.
    List(List),
    /// Explain an action, a matcher or an error code; without a name, list them.
    Explain {
        /// Such as `scale`, `between` or `measured-nothing`.
        topic: Option<String>,
    },
    /// Print the JSON Schema (2020-12) that gives an editor completion and hover texts.
    Schema {
        /// Of which document.
        #[arg(value_enum, default_value = "suite")]
        document: Document,
    },
    /// Turn a recorded run into reports.
    Report(Replay),
    /// Serve a trained model until stopped, as `serve` of a suite does: Open Inference v2, KServe v1, TensorFlow
    /// Serving's rows, MLflow scoring, and `POST /predict` with `instances`.
    ///
    /// Ctrl-C or SIGTERM stops it: no more requests are taken, those under way are answered, and it ends with 0; a second
    /// one ends it at once. Without a model, or where the port cannot be had, it ends with 2.
    Serve(Serve),
    /// Print the completions of a shell.
    Completions {
        /// For which shell.
        shell: Shell,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Document {
    Suite,
    Config,
}

/// Which specs, and which of their cases.
#[derive(Debug, clap::Args)]
pub(super) struct Select {
    /// Spec files, folders or globs; those of `mlfunnel.yaml`, else `specs`, when none is given.
    pub paths: Vec<String>,
    /// Only this tier; may be given more than once.
    #[arg(long, value_parser = tier)]
    pub tier: Vec<Tier>,
    /// Only cases with this tag; may be given more than once.
    #[arg(long)]
    pub tag: Vec<String>,
    /// Only cases in whose `name[label]` or id this regular expression is found.
    #[arg(long, value_name = "REGEX", value_parser = regex)]
    pub case: Option<Regex>,
    /// The profile of `mlfunnel.yaml` to apply.
    #[arg(long)]
    pub profile: Option<String>,
    /// Give a var its value; may be given more than once.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = var)]
    pub vars: Vec<(String, String)>,
    /// Use this seed in place of every suite's own.
    #[arg(long)]
    pub seed: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub select: Select,
    /// Cases at a time; all cores when left out.
    #[arg(long, short, value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Run every tier, whatever the one before came to.
    #[arg(long)]
    pub no_fail_fast: bool,
    /// Only the cases that did not pass in the last run, or in a recorded one.
    #[arg(long, value_name = "RUN.jsonl", num_args = 0..=1, require_equals = true)]
    #[allow(clippy::option_option)] // not asked for, the last run, or a recorded one
    pub rerun_failed: Option<Option<PathBuf>>,
    /// Write a report: `junit=PATH`, `jsonl=PATH`, `markdown=PATH`, `github`; may be given more than once.
    #[arg(long, value_name = "FORMAT")]
    pub report: Vec<Format>,
    /// The Python whose functions `call` calls: a program in `PATH`, an interpreter, or the folder of an environment.
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<String>,
    /// Take the cases of each tier in an order shuffled by this seed; the results must not change.
    #[arg(long, value_name = "SEED")]
    pub shuffle: Option<u64>,
    /// Run each case this many times, hidden inputs varied on purpose: everything it gives must be the same each
    /// time. Tiers have as many times their budget; a case with its own `repeat: {times: …}` keeps that.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub repeat: Option<u32>,
    /// Keep the workspaces of cases that did not pass.
    #[arg(long)]
    pub keep_failed: bool,
    /// Make a variable of the environment that is not set an error, even where it has a default.
    #[arg(long)]
    pub require_env: bool,
    /// Make a step that starts processes an error where those cannot be kept from the network and from other files.
    #[arg(long)]
    pub require_sandbox: bool,
    /// Rewrite the stored snapshots instead of comparing with them.
    #[arg(long)]
    pub update_snapshots: bool,
    /// Store what this run measures as the baseline of this name, which `baseline: NAME` compares with: of every step
    /// that passes, what its expectations speak of. It is kept in `.mlfunnel/baselines`, and belongs to this machine.
    #[arg(long, value_name = "NAME", value_parser = baseline)]
    pub save_baseline: Option<String>,
    /// Tell of every case, and show what its commands print while they run: `|` before a line of stdout, `!` before one
    /// of stderr. They then have `PYTHONUNBUFFERED=1`, so that the lines of Python come at once.
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Tell of failures alone.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub select: Select,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    pub select: Select,
    /// As lines or as JSON.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Listing,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Listing {
    Text,
    Json,
}

#[derive(Debug, clap::Args)]
pub(super) struct Replay {
    /// The recording, made with `--report jsonl=PATH`.
    pub recording: PathBuf,
    /// Write a report: `junit=PATH`, `jsonl=PATH`, `markdown=PATH`, `github`; the terminal's when none is given.
    #[arg(long, value_name = "FORMAT")]
    pub report: Vec<Format>,
    /// Tell of every case.
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Tell of failures alone.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// The model's file, as `train` saves it.
    pub model: PathBuf,
    /// The port; 0 takes any free one and says which.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// The address of this machine to listen on; `0.0.0.0` is every one, for whoever can reach it.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub host: IpAddr,
    /// The name it has in paths such as `/v2/models/iris/infer`; that of the file without its ending when left out.
    #[arg(long)]
    pub name: Option<String>,
}

fn tier(word: &str) -> Result<Tier, String> {
    Tier::find(word).ok_or_else(|| format!("expected one of `{}`", Tier::NAMES.join("`, `")))
}

fn baseline(text: &str) -> Result<String, String> {
    crate::expect::file_name(text).map(|()| text.to_owned())
}

fn regex(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| format!("this is no regular expression: {error}"))
}

fn var(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write `--var name=value`")?;
    Ok((name.to_owned(), value.to_owned()))
}

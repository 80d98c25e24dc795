//! Every report of a run at once: the terminal's, the files', the forge's.

use std::collections::HashMap;
use std::io::{self, BufWriter, IsTerminal, Stdout};
use std::path::Path;

use indicatif::ProgressDrawTarget;

use super::args::Colour;
use crate::event::Event;
use crate::report::{FileReport, Format, Github, Options, Report, ReportError, Terminal, Verbosity};

pub(super) struct Reports {
    terminal: Option<Terminal<BufWriter<Stdout>>>,
    github: Option<Github<Stdout>>,
    files: Vec<FileReport>,
    /// Why stdout could not be written.
    lost: Option<io::Error>,
    live: bool,
}

impl Reports {
    /// Opens what is asked for, and what the forge's own variables ask for.
    pub(super) fn open(
        formats: &[Format],
        env: &HashMap<String, String>,
        verbosity: Verbosity,
        colour: Colour,
    ) -> Result<Self, ReportError> {
        let mut files = Vec::new();
        for (at, format) in formats.iter().enumerate() {
            if let Some(path) = format.path().filter(|path| !path.starts_with("/dev"))
                && formats[..at].iter().any(|other| other.path() == Some(path))
            {
                let source = io::Error::other("another report is to be written there too");
                return Err(ReportError { path: path.to_owned(), source });
            }
            files.extend(FileReport::open(format)?);
        }
        if let Some(path) = env.get("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
            files.push(FileReport::append_markdown(Path::new(path))?);
        }
        let on_github = env.get("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        let asked = formats.iter().any(|format| matches!(format, Format::Github));
        let stdout = io::stdout();
        let options = Options { verbosity, colour: colour.on(&stdout) };
        let ci = env.get("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let live = stdout.is_terminal() && io::stderr().is_terminal() && !ci && verbosity != Verbosity::Quiet;
        let out = BufWriter::new(stdout);
        let terminal = if live {
            Terminal::live(out, ProgressDrawTarget::stderr(), options)
        } else {
            Terminal::plain(out, options)
        };
        let github = (on_github || asked).then(|| Github::new(io::stdout()));
        Ok(Self { terminal: Some(terminal), github, files, lost: None, live })
    }

    /// Without the terminal's own report.
    pub(super) fn quiet(mut self) -> Self {
        self.terminal = None;
        self
    }

    /// Whether starts of cases are shown.
    pub(super) fn live(&self) -> bool {
        self.live
    }

    pub(super) fn event(&mut self, event: &Event) {
        // A stdout that takes no more must not end the run: its other reports go on.
        let told = self.terminal.as_mut().map_or(Ok(()), |terminal| terminal.event(event));
        if !self.heard(told) {
            self.terminal = None;
        }
        let told = self.github.as_mut().map_or(Ok(()), |github| github.event(event));
        if !self.heard(told) {
            self.github = None;
        }
        for file in &mut self.files {
            file.event(event);
        }
    }

    /// Ends all of them; the first that could not be written is told.
    pub(super) fn finish(mut self) -> Result<(), ReportError> {
        let told = self.terminal.take().map_or(Ok(()), |mut terminal| terminal.finish());
        self.heard(told);
        let told = self.github.take().map_or(Ok(()), |mut github| github.finish());
        self.heard(told);
        let mut ends: Vec<Result<(), ReportError>> = self.files.into_iter().map(FileReport::finish).collect();
        ends.extend(self.lost.map(|source| Err(ReportError { path: "stdout".into(), source })));
        ends.into_iter().collect()
    }

    /// Whether stdout took what it was told. A reader that has gone away is no failure; anything else is kept.
    fn heard(&mut self, told: io::Result<()>) -> bool {
        let Err(error) = told else { return true };
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.lost.get_or_insert(error);
        }
        false
    }
}

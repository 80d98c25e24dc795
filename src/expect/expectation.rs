//! `expect` and `warn` as written: output by output, what must hold of it.

use std::sync::Arc;

use super::artifact::Artifacts;
use super::checks::Checks;
use super::judge::Finding;
use super::{Bench, Fault, Miss, Verdict};
use crate::action::Need;
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::source::Span;
use crate::syntax::{Decoder, Key, Node};
use crate::value::{Distribution, Evidence, Measured, Outputs, Path, Segment};

/// One entry of `expect`.
#[derive(Debug)]
pub struct Expectation {
    pub text: Arc<str>,
    pub path: Vec<Segment>,
    pub span: Span,
    pub target: Target,
}

#[derive(Debug)]
pub enum Target {
    Output(Checks),
    Artifacts(Artifacts),
}

/// The `expect` or `warn` of a step.
#[derive(Debug, Default)]
pub struct Expectations(pub Vec<Expectation>);

impl Expectations {
    /// Reads them; whether the outputs exist is for the caller, who knows the action.
    pub fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(entries) = node.as_map() else {
            let message = format!("expected a mapping from output to what must hold, got {}", node.kind());
            return decoder.refuse(
                Diagnostic::new(codes::WRONG_TYPE, node.span, message)
                    .help("write `expect: {values: [0, 1]}`"),
            );
        };
        if entries.is_empty() {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "an empty `expect` checks nothing");
            return decoder.refuse(diagnostic.help("say what must hold, or remove it"));
        }
        let read: Vec<_> = entries.iter().map(|(key, node)| Expectation::read(key, node, decoder)).collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }

    /// Judges all of them on what a step gave.
    pub fn judge(&self, outputs: &Outputs, bench: &Bench<'_>) -> Vec<Verdict> {
        self.0.iter().flat_map(|expectation| expectation.judge(outputs, bench)).collect()
    }

    /// The samples that what is demanded of percentiles takes.
    pub fn needs(&self) -> impl Iterator<Item = Need> {
        self.0.iter().filter_map(Expectation::needs)
    }

    /// What was measured many times and is spoken of, each by the output it is.
    pub fn measured<'a>(
        &self,
        outputs: &'a Outputs,
    ) -> impl Iterator<Item = (&'static str, &'a Distribution)> {
        let spoken_of = |one: &Expectation| outputs.distribution(&one.path);
        self.0.iter().filter_map(spoken_of).map(|(output, all)| (output, &**all))
    }

    /// Whether an output is spoken of, so that its own rule of success is the spec's to make.
    pub fn mentions(&self, output: &str) -> bool {
        self.0.iter().any(
            |expectation| matches!(&expectation.path[..], [Segment::Key(first), ..] if **first == *output),
        )
    }
}

impl Expectation {
    fn read(key: &Key, node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if &*key.text == "artifacts" {
            let target = Target::Artifacts(Artifacts::read(node, decoder)?);
            return Some(Self {
                text: key.text.clone(),
                path: vec![Segment::Key(key.text.clone())],
                span: key.span,
                target,
            });
        }
        let path = match Path::parse(&key.text) {
            Ok(path) if matches!(path.0.first(), Some(Segment::Key(_))) => path.0,
            Ok(_) => return decoder.refuse(Self::no_path(key, "it starts with the name of an output")),
            Err(why) => return decoder.refuse(Self::no_path(key, why)),
        };
        let target = Target::Output(Checks::read_at(&path, node, decoder)?);
        Some(Self { text: key.text.clone(), path, span: key.span, target })
    }

    fn no_path(key: &Key, why: &str) -> Diagnostic {
        Diagnostic::new(
            codes::INVALID_VALUE,
            key.span,
            format!("`{}` is no path to an output: {why}", key.text),
        )
        .help("write `output`, `output.key` or `output.0`")
    }

    fn judge(&self, outputs: &Outputs, bench: &Bench<'_>) -> Vec<Verdict> {
        let checks = match &self.target {
            Target::Artifacts(artifacts) => return artifacts.judge(bench),
            Target::Output(checks) => checks,
        };
        let measured = outputs.measured(&self.path);
        match outputs.follow(&self.path) {
            Ok(value) => checks.judge(&value, &self.text, &Bench { measured, ..*bench }),
            Err(why) => {
                let there = measured.filter(|_| !outputs.lacks(&self.text));
                let finding = there.and_then(too_few).map_or_else(
                    || {
                        Finding::Missed(Miss {
                            summary: why,
                            expected: format!("a value at `{}`", self.text),
                            actual: "nothing".to_owned(),
                            ..Miss::default()
                        })
                    },
                    Finding::Faulted,
                );
                vec![Verdict {
                    span: self.span,
                    subject: self.text.to_string(),
                    evidence: Evidence::values(0),
                    tolerance: None,
                    remarks: Vec::new(),
                    finding: Some(finding),
                }]
            }
        }
    }
}

/// That there are too few measurements for a percentile.
fn too_few(measured: Measured<'_>) -> Option<Fault> {
    let percentile = measured.percentile()?;
    let (count, needed) = (measured.distribution.count(), percentile.needed());
    let message = format!("`{percentile}` needs {needed} samples, and {count} came");
    (count < needed).then(|| {
        Fault::new(codes::TOO_FEW_SAMPLES, message)
            .help("take more `samples`, measure for longer, or ask for a lower percentile")
    })
}

/// Help for an output that an action does not have.
pub fn unknown_output(path: &str, span: Span, action: &str, outputs: &[&str]) -> Diagnostic {
    let first = path.split(['.', '[']).next().unwrap_or(path);
    Diagnostic::new(codes::UNKNOWN_OUTPUT, span, format!("`{action}` has no output `{first}`"))
        .maybe_help(did_you_mean(first, outputs.iter().copied().chain(["artifacts"])))
}

//! What `repeat` asks: how often, how close, and what may differ.

use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::Step;
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::source::Spanned;
use crate::syntax::{Decoder, RepeatSpec};
use crate::value::{Path, Segment, Tolerance};

/// How a case is repeated.
#[derive(Debug)]
pub struct Repeat {
    /// How often; `None` leaves it to the command line.
    pub times: Option<u32>,
    pub tolerance: Tolerance,
    pub volatile: Vec<Volatile>,
    /// Whether hidden inputs differ on purpose.
    pub vary: bool,
}

impl Default for Repeat {
    fn default() -> Self {
        Self { times: None, tolerance: Tolerance::EXACT, volatile: Vec::new(), vary: true }
    }
}

/// What may differ from repetition to repetition.
#[derive(Debug)]
pub enum Volatile {
    /// An output, or a place in one: the step's label where it has one, the output, the way into it.
    Output(Vec<Segment>),
    /// Files of the workspace; where a way is given, that place in each.
    Artifact(GlobMatcher, Vec<Segment>),
}

impl Volatile {
    /// The way to the output, where it is one.
    pub fn output(&self) -> Option<&[Segment]> {
        match self {
            Self::Output(way) => Some(way),
            Self::Artifact(..) => None,
        }
    }
}

/// Reads what a case says of its repetitions; mistakes are noted.
pub(super) fn compile(
    spec: &RepeatSpec,
    steps: &[Step],
    one_step: bool,
    decoder: &mut Decoder<'_>,
) -> Repeat {
    if let Some(times) = spec.times.as_ref().filter(|times| times.value < 2) {
        let message = "`repeat` compares runs, and one run has nothing to compare with";
        let diagnostic = Diagnostic::new(codes::INVALID_VALUE, times.span, message);
        decoder.found.push(diagnostic.help("write 2 or more, or leave it out"));
    }
    let read: Vec<_> = spec.volatile.iter().map(|text| volatile(text, steps, one_step, decoder)).collect();
    Repeat {
        times: spec.times.as_ref().map(|times| times.value),
        tolerance: spec.tolerance.map_or(Tolerance::EXACT, |tolerance| tolerance.value),
        volatile: read.into_iter().flatten().flatten().collect(),
        vary: spec.vary.value,
    }
}

/// What a text means; what could be an output and a file, such as `metrics.json`, is both.
fn volatile(
    text: &Spanned<Arc<str>>,
    steps: &[Step],
    one_step: bool,
    decoder: &mut Decoder<'_>,
) -> Option<Vec<Volatile>> {
    if let Some((name, place)) = text.value.split_once(" at ") {
        return match Path::parse(place) {
            Ok(way) => Some(vec![artifact(name, way.0, text, decoder)?]),
            Err(why) => {
                let message = format!("`{place}` is no place in a file: {why}");
                let diagnostic = Diagnostic::new(codes::INVALID_VALUE, text.span, message);
                decoder.refuse(diagnostic.help("write `metrics.json at a.b[0]`"))
            }
        };
    }
    let output = Path::parse(&text.value).ok().and_then(|way| output(&way.0, steps, one_step));
    let mut read: Vec<Volatile> = output.map(Volatile::Output).into_iter().collect();
    if text.value.contains(['.', '/', '*']) {
        read.push(artifact(&text.value, Vec::new(), text, decoder)?);
    }
    if read.is_empty() {
        let known: Vec<&str> = match steps {
            [only] if one_step => only.entry.outputs.iter().map(|output| output.name).collect(),
            _ => steps.iter().filter_map(|step| step.id.as_deref()).collect(),
        };
        let message = format!("`{}` is neither an output nor a file's name", text.value);
        let help = did_you_mean(&text.value, known).unwrap_or_else(|| {
            "write a step's id and its output, `train.metrics`, or a file's name, `metrics.json`".to_owned()
        });
        return decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, text.span, message).help(help));
    }
    Some(read)
}

/// The way to an output, with the step's id before it where it has one.
fn output(way: &[Segment], steps: &[Step], one_step: bool) -> Option<Vec<Segment>> {
    let gives = |step: &Step, segment: &Segment| {
        let Segment::Key(name) = segment else { return false };
        step.entry.outputs.iter().any(|output| *output.name == **name)
    };
    let (first, rest) = way.split_first()?;
    let called = |step: &&Step| step.id.clone().map(Segment::Key).as_ref() == Some(first);
    if let Some(step) = steps.iter().find(called) {
        return rest.first().is_none_or(|output| gives(step, output)).then(|| way.to_vec());
    }
    let [only] = steps else { return None };
    let label = only.id.clone().map(Segment::Key).into_iter();
    (one_step && gives(only, first)).then(|| label.chain(way.iter().cloned()).collect())
}

fn artifact(
    name: &str,
    way: Vec<Segment>,
    text: &Spanned<Arc<str>>,
    decoder: &mut Decoder<'_>,
) -> Option<Volatile> {
    let name = name.strip_prefix("artifact ").unwrap_or(name);
    let name = name.strip_prefix("./").unwrap_or(name);
    match GlobBuilder::new(name).literal_separator(true).build() {
        Ok(glob) => Some(Volatile::Artifact(glob.compile_matcher(), way)),
        Err(error) => {
            let message = format!("`{name}` is no name of files: {}", error.kind());
            let diagnostic = Diagnostic::new(codes::INVALID_VALUE, text.span, message);
            decoder.refuse(diagnostic.help("write `metrics.json` or `logs/*.txt`"))
        }
    }
}

//! `for_all`: one case, run on many inputs made at random.

mod generator;
mod range;
mod table;

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::action::list_of_keys;
use crate::arbitrary::Arbitrary;
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Decode, Decoder, Fields, Node, tidy};
use crate::value::Kind;

pub use generator::GENERATORS;

/// How often a case runs when it does not say.
const RUNS: u32 = 100;
/// More runs than this is a fuzzer's work.
const MOST_RUNS: u32 = 1_000_000;

params! {
    /// Runs a case on inputs made at random, and makes one that fails as small as it can.
    ///
    /// Each name is an input that steps and expectations speak of as `$name`, with what it is drawn from; in every run it
    /// is another. What is likely to break things comes first: nothing, one element, all missing, constant, huge, tiny,
    /// both zeros, the ends of the range, sorted and reversed; then comes chance. The inputs follow from the suite's
    /// `seed` and the case's name alone: they are the same in every order, on any number of jobs, on every machine.
    ///
    /// - `float`, `floats`: `range: [low, high]` (all finite numbers when left out), `missing` and `infinite`, the shares of
    ///   NaN and of infinities (none when left out), `dtype: float32` for what a float32 holds alone.
    /// - `integer`, `integers`: `range: [low, high]`.
    /// - `choice`, `choices`: `of`, a list of which one is taken; what stands first counts as simpler.
    /// - `string`, `strings`: `characters: [fewest, most]` (`[0, 20]` when left out), and `alphabet`, the characters that
    ///   may stand in it.
    /// - `boolean`, `booleans`.
    /// - `table`: `columns` and `unique` as `contract` takes them, and `rows: [fewest, most]` (`[0, 20]` when left out). It
    ///   obeys them: dtypes, ranges, sets, lengths, nulls where they are allowed, what must be unique.
    ///
    /// The plural is a list of them, with `length: [fewest, most]` (`[0, 20]` when left out) or `shape: [[1, 20], 3]`, a size
    /// for each axis. What needs no more is written short: `integer: [1, 6]` gives the range, `choice: [a, b]` the values,
    /// and `x: floats` nothing at all.
    ///
    /// Evidence is summed over the runs: a check that measured nothing in one of them is fine if it did in another. The
    /// case's `timeout` covers all runs; each has a workspace of its own. With `repeat`, every input is run that often. The
    /// first input that does not pass is shrunk: parts are left out and values made simpler as long as it fails in the same
    /// way (the same code at the same place). What is left is shown as a row of `each`, to be kept as a case of its own.
    ///
    /// ```yaml
    /// cases:
    ///   - name: stays in range, whatever comes
    ///     for_all: {input: {floats: {length: [0, 50], missing: 0.2, range: [-1e6, 1e6]}}, runs: 200}
    ///     scale: {method: min_max, values: $input}
    ///     expect: {values: {same_shape_as: $input, between: [0, 1]}}
    /// ```
    pub struct Keys = "`for_all`" {
        /// How many inputs; 100 when left out.
        runs: Option<Spanned<u32>>; |_span| None,
        /// The seed of the inputs; the suite's when left out.
        seed: Option<Spanned<u64>>; |_span| None,
        /// `false`: show the first input that fails as it is.
        shrink: Option<Spanned<bool>>; |_span| None,
    }
}

/// The inputs of a case.
#[derive(Clone, Debug)]
pub struct ForAll {
    pub runs: u32,
    pub seed: Option<u64>,
    pub shrink: bool,
    pub names: Vec<Arc<str>>,
    /// What each is drawn from.
    pub of: Vec<Arbitrary>,
}

/// The names that `for_all` gives, with what they may stand for; all of them, whatever is wrong with the rest.
pub(super) type Names = Vec<(Arc<str>, Kind, Span)>;

/// Reads `for_all`; no inputs when something is wrong, which has then been noted.
pub(super) fn read(node: &Node, decoder: &mut Decoder<'_>) -> (Names, Option<ForAll>) {
    let Some(entries) = node.as_map() else {
        let message = format!("expected a mapping from name to what it is drawn from, got {}", node.kind());
        decoder.found.push(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(FORM));
        return (Names::new(), None);
    };
    let (own, inputs): (Vec<_>, Vec<_>) =
        entries.iter().partition(|(key, _)| Keys::KEYS.contains(&&*key.text));
    if inputs.is_empty() {
        let diagnostic = Diagnostic::new(codes::MISSING_KEY, node.span, "`for_all` names no input");
        decoder.found.push(diagnostic.help(FORM));
    }
    let keys = Keys::from_fields(&Fields::new(own, node.span, "`for_all`"), node.span, decoder);
    let runs = keys.as_ref().map_or(Some(RUNS), |keys| runs(keys, decoder));
    let of: Vec<Option<Arbitrary>> =
        inputs.iter().map(|(key, node)| generator::read(&key.text, node, decoder)).collect();
    let names = inputs
        .iter()
        .zip(&of)
        .map(|((key, _), of)| (key.text.clone(), of.as_ref().map_or(Kind::Any, generator::kind), key.span));
    let names: Names = names.collect();
    let for_all = || {
        let keys = keys?;
        Some(ForAll {
            runs: runs?,
            seed: keys.seed.map(|seed| seed.value),
            shrink: keys.shrink.is_none_or(|shrink| shrink.value),
            names: names.iter().map(|(name, ..)| name.clone()).collect(),
            of: of.into_iter().collect::<Option<_>>().filter(|of: &Vec<_>| !of.is_empty())?,
        })
    };
    let for_all = for_all();
    (names, for_all)
}

const FORM: &str = "write `for_all: {input: {floats: {length: [0, 50]}}}`";

fn runs(keys: &Keys, decoder: &mut Decoder<'_>) -> Option<u32> {
    match &keys.runs {
        Some(runs) if !(1..=MOST_RUNS).contains(&runs.value) => {
            let message = format!("a case runs between 1 and {MOST_RUNS} times, not {}", runs.value);
            decoder.refuse(
                Diagnostic::new(codes::INVALID_VALUE, runs.span, message)
                    .help("100 is what it does when left out"),
            )
        }
        Some(runs) => Some(runs.value),
        None => Some(RUNS),
    }
}

/// The page of `for_all`, for a terminal.
pub fn page() -> String {
    let keys = list_of_keys(&Keys::schema());
    format!("`for_all` of a case\n\n{}\n\nkeys beside the inputs\n{keys}", tidy(Keys::PAGE))
}

/// The schema of `for_all`, for editors.
pub fn schema() -> Json {
    let mut schema = Keys::schema();
    schema["additionalProperties"] = json!({"$ref": "#/$defs/generator"});
    schema
}

/// The schema of what an input is drawn from.
pub fn generator_schema() -> Json {
    generator::schema()
}

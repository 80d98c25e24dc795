//! `snapshot`: the value is the stored golden one.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};

use super::equality::explain;
use super::files::{read_file, write_file};
use super::{Bench, Fault, Judged, Matcher, Named};
use crate::diagnostic::codes;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::system::files::{Look, look};
use crate::value::{Evidence, FromValue, Kind, Leaf, Value, WrongKind, compare, count_leaves, visit_leaves};

/// What hides secrets in a text.
pub type Redact = dyn Fn(&str) -> String + Send + Sync;

/// Where stored golden values are, and whether they are to be rewritten.
#[derive(Default)]
pub struct Snapshots {
    /// The folder of the spec's snapshots, each in `NAME.yaml`.
    pub folder: PathBuf,
    pub update: bool,
    /// The case that is judged.
    pub case: String,
    /// Which case each file was held to first in this run: no other may rewrite it.
    pub owners: Arc<Mutex<HashMap<PathBuf, String>>>,
    /// A value in which this would change anything is never written.
    pub redact: Option<Box<Redact>>,
}

impl Snapshots {
    /// Whether this case may rewrite the file. Of two cases with one snapshot the second is compared with the first.
    fn rewrites(&self, file: &Path) -> bool {
        if !self.update {
            return false;
        }
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        *owners.entry(file.to_owned()).or_insert_with(|| self.case.clone()) == self.case
    }
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshots")
            .field("folder", &self.folder)
            .field("update", &self.update)
            .finish_non_exhaustive()
    }
}

/// The name of a stored value: one file's, whatever the platform.
#[derive(Clone, Debug)]
pub(super) struct Name(pub(super) String);

impl FromValue for Name {
    const KINDS: &'static [Kind] = &[Kind::Text];

    fn schema() -> Json {
        json!({"type": "string", "minLength": 1, "maxLength": 100})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let name = String::from_value(value)?;
        match file_name(&name) {
            Ok(()) => Ok(Self(name)),
            Err(help) => Err(WrongKind::new("the name of a snapshot or baseline", value).help(help)),
        }
    }
}

/// Whether this is one file's name, whatever the platform; `Err` says what one is.
pub fn file_name(name: &str) -> Result<(), String> {
    let odd = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let sound = !name.contains(odd) && !name.is_empty() && name.len() <= 100;
    if sound && !name.starts_with('.') && name.trim() == name {
        return Ok(());
    }
    Err("1 to 100 characters, no `/` and no other that a file's name cannot have, no dot or space first"
        .to_owned())
}

/// The value is the stored one.
#[derive(Debug)]
pub(super) struct Snapshot(Arg<Name>);

/// The value as it is when it was stored and read back: a table is its columns, a duration its seconds.
fn store(actual: &Value) -> Result<(String, Value), Fault> {
    let mut opaque = None;
    visit_leaves(actual, &mut |leaf| {
        if let Leaf::Opaque(kind) = leaf {
            opaque = Some(kind);
        }
        opaque.is_none()
    });
    if let Some(kind) = opaque {
        let fault = Fault::new(codes::NOT_MEASURABLE, format!("{kind} cannot be stored in a snapshot"));
        return Err(fault.help("check files under `artifacts`, by `sha256` or by what is in them"));
    }
    let failed =
        |error: &dyn fmt::Display| Fault::new(codes::INTERNAL, format!("cannot store the value: {error}"));
    let text = serde_yaml::to_string(actual).map_err(|error| failed(&error))?;
    let image = Value::from_yaml(text.as_bytes()).map_err(|error| failed(&error))?;
    Ok((text, image))
}

impl Snapshot {
    /// Refuses a value that holds a secret: a snapshot is a file in the repository.
    fn refuse_secrets(actual: &Value, text: &str, bench: &Bench<'_>) -> Result<(), Fault> {
        let Some(redact) = &bench.snapshots.redact else { return Ok(()) };
        let mut secret = redact(text) != text;
        visit_leaves(actual, &mut |leaf| {
            // In the document it may be folded or escaped, and then not be found.
            if let Leaf::Text(text) = leaf {
                secret |= redact(text) != text;
            }
            !secret
        });
        if !secret {
            return Ok(());
        }
        let fault =
            Fault::new(codes::STEP_ERROR, "the value holds a secret: it is not written to a snapshot");
        Err(fault.help("take the snapshot of a part of the output that holds none"))
    }
}

impl Matcher for Snapshot {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let name = self.0.bind(bench.scope)?.0;
        let at = |fault: Fault| Fault { span: fault.span.or(Some(self.0.span)), ..fault };
        let file = bench.snapshots.folder.join(format!("{name}.yaml"));
        let (text, image) = store(actual).map_err(at)?;
        let held = count_leaves(actual);
        let there = !matches!(look(&file), Ok(Look::Missing));
        let stored = if there { Some(read_file(&file).map_err(at)?) } else { None };
        let Some(stored) = stored else {
            if !bench.snapshots.update {
                let fault = Fault::new(codes::NO_SNAPSHOT, format!("there is no snapshot `{name}`"));
                return Err(at(fault.help(
                    "run with `--update-snapshots` to write it, and look at it before you commit it",
                )));
            }
            if held > 0 {
                bench.snapshots.rewrites(&file);
                Self::refuse_secrets(actual, &text, bench).map_err(at)?;
                write_file(&file, text.as_bytes()).map_err(at)?;
            }
            return Ok(Judged::new(Evidence::values(held), None));
        };
        let expected = match Value::from_yaml(&stored) {
            Ok(expected) => expected,
            Err(error) if !bench.snapshots.update => {
                let fault =
                    Fault::new(codes::UNREADABLE, format!("the snapshot `{name}` cannot be read: {error}"));
                return Err(at(fault.help("restore it, or run with `--update-snapshots` to write it anew")));
            }
            Err(_) => Value::Null,
        };
        let comparison = compare(&image, &expected, &bench.tolerance);
        match comparison.mismatch {
            Some(_) if held > 0 && bench.snapshots.rewrites(&file) => {
                Self::refuse_secrets(actual, &text, bench).map_err(at)?;
                write_file(&file, text.as_bytes()).map_err(at)?;
                Ok(Judged::new(Evidence::values(held), None))
            }
            Some(mismatch) => {
                let miss = explain(&mismatch, comparison.measured, &image, &expected)
                    .note(format!("if `{name}` is to change, run with `--update-snapshots`"));
                Ok(Judged::new(Evidence::values(comparison.measured), Some(miss)))
            }
            None => {
                bench.snapshots.rewrites(&file);
                Ok(Judged::new(Evidence::values(comparison.measured), None))
            }
        }
    }
}

impl Named for Snapshot {
    const NAME: &'static str = "snapshot";
    const PAGE: &'static str = "Equals the stored golden value of this name, within the tolerance in force. `--update-snapshots` writes it where it is \
        missing or differs; a plain run never does, and a missing one is the error `no-snapshot`. NaN and the infinities survive, \
        and floats are stored bit for bit. A value that is empty or holds a secret is never written.\n\n\
        `metrics: {snapshot: baseline}`, `predictions: {snapshot: \"predictions ${label}\"}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Name>::schema()
    }
}

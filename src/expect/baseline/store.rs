//! Stored measurements, in a file by the baseline's name.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::diagnostic::codes;
use crate::expect::Fault;
use crate::expect::files::{read_file, write_file};
use crate::system::files::{Look, look};
use crate::value::{Counted, Distribution};

/// The form of the file; another one is not read.
const VERSION: u32 = 1;

/// Measurements by output, step and case.
type Steps = BTreeMap<String, BTreeMap<String, Counted>>;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    baseline: u32,
    cases: BTreeMap<String, Steps>,
}

/// What earlier runs measured, and what this one is to leave behind.
#[derive(Debug, Default)]
pub struct Baselines {
    folder: PathBuf,
    /// What this run is stored as.
    save: Option<String>,
    read: Mutex<HashMap<String, Result<Arc<Document>, Fault>>>,
    kept: Mutex<BTreeMap<String, Steps>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Baselines {
    /// Those of a folder; `save` is the name to store this run's under.
    pub fn new(folder: PathBuf, save: Option<String>) -> Self {
        Self { folder, save, ..Self::default() }
    }

    /// Whether this run becomes a baseline.
    pub fn saving(&self) -> bool {
        self.save.is_some()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    fn document(&self, name: &str) -> Result<Arc<Document>, Fault> {
        locked(&self.read).entry(name.to_owned()).or_insert_with(|| read(&self.file(name), name)).clone()
    }

    /// Stores what was kept, beside what was stored of other cases, steps and outputs. Answers how many
    /// distributions it is.
    pub fn write(&self) -> Result<usize, Fault> {
        let kept = std::mem::take(&mut *locked(&self.kept));
        let (Some(name), false) = (&self.save, kept.is_empty()) else { return Ok(0) };
        let file = self.file(name);
        // What cannot be read is no baseline, and is made anew.
        let mut cases = read(&file, name)
            .ok()
            .and_then(Arc::into_inner)
            .map_or_else(BTreeMap::new, |document| document.cases);
        let mut count = 0;
        for (case, steps) in kept {
            let held = cases.entry(case).or_default();
            for (step, outputs) in steps {
                count += outputs.len();
                held.entry(step).or_default().extend(outputs);
            }
        }
        let document = Document { baseline: VERSION, cases };
        let bytes = serde_json::to_vec(&document).map_err(|error| {
            Fault::new(codes::INTERNAL, format!("the baseline cannot be stored: {error}"))
        })?;
        write_file(&file, &bytes)?;
        Ok(count)
    }
}

fn read(file: &Path, name: &str) -> Result<Arc<Document>, Fault> {
    if matches!(look(file), Ok(Look::Missing)) {
        return Err(Fault::new(codes::NO_BASELINE, format!("there is no baseline `{name}`"))
            .help(format!("store one with `mlfunnel run --save-baseline {name}`")));
    }
    let bytes = read_file(file)?;
    let unreadable = |why: String| {
        Fault::new(codes::UNREADABLE, format!("the baseline `{name}` cannot be read: {why}"))
            .help(format!("store it anew with `mlfunnel run --save-baseline {name}`"))
    };
    let document: Document = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    if document.baseline != VERSION {
        return Err(unreadable(format!("it is of form {}, and this is form {VERSION}", document.baseline)));
    }
    Ok(Arc::new(document))
}

/// What earlier runs measured in this step.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    pub baselines: &'a Baselines,
    /// The case's id.
    pub case: &'a str,
    /// The step's id, or its number.
    pub step: &'a str,
}

impl Past<'_> {
    /// Whether this run becomes that baseline.
    pub(super) fn saves(&self, name: &str) -> bool {
        self.baselines.save.as_deref() == Some(name)
    }

    /// What was measured then.
    pub(in crate::expect) fn find(&self, name: &str, output: &str) -> Result<Distribution, Fault> {
        let document = self.baselines.document(name)?;
        let stored = document
            .cases
            .get(self.case)
            .and_then(|steps| steps.get(self.step)?.get(output))
            .ok_or_else(|| {
                let message =
                    format!("the baseline `{name}` holds no `{output}` of step {} of this case", self.step);
                Fault::new(codes::NO_BASELINE, message)
                    .help(format!("store it with `mlfunnel run --save-baseline {name}`"))
            })?;
        stored.distribution().map_err(|why| {
            Fault::new(codes::UNREADABLE, format!("the baseline `{name}` cannot be read: {why}"))
                .help(format!("store it anew with `mlfunnel run --save-baseline {name}`"))
        })
    }

    /// Keeps what a step measured, for the baseline that this run becomes.
    pub fn keep<'d>(&self, measured: impl Iterator<Item = (&'static str, &'d Distribution)>) {
        for (output, distribution) in measured.filter(|(_, all)| !all.is_empty()) {
            let mut kept = locked(&self.baselines.kept);
            let steps = kept.entry(self.case.to_owned()).or_default();
            let outputs = steps.entry(self.step.to_owned()).or_default();
            outputs.insert(output.to_owned(), Counted::of(distribution));
        }
    }
}

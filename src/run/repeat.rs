//! Determinism, proved by repetition: what two attempts gave, compared exactly.

use std::collections::BTreeMap;
use std::path::Path;

use crate::plan::Step;
use crate::system::files::list_files;
use crate::value::{Outputs, Tolerance, Value, compare};

/// More files than this in a workspace are not compared one by one.
const FILES: usize = 10_000;

/// What an attempt gave: outputs by step, digests of files by name.
pub(super) struct Trace {
    outputs: Vec<(String, Value)>,
    files: BTreeMap<String, String>,
}

impl Trace {
    pub(super) fn new(given: Vec<(String, &Step, Outputs)>, workspace: Option<&Path>) -> Self {
        let outputs = given.into_iter().flat_map(|(label, step, outputs)| {
            let compared =
                |name: &str| step.entry.outputs.iter().any(|output| output.name == name && !output.volatile);
            let values = outputs.values.into_iter().filter(|(name, _)| compared(name)).collect::<Vec<_>>();
            values.into_iter().map(move |(name, value)| (format!("{label}.{name}"), value))
        });
        let outputs = outputs.map(|(path, value)| (path, without(&value, workspace))).collect();
        Self { outputs, files: workspace.map_or_else(BTreeMap::new, digests) }
    }

    /// The first place where another attempt differs, and how much was compared.
    pub(super) fn compare(&self, other: &Self) -> Result<u64, String> {
        let mut measured = 0;
        for ((path, first), (_, again)) in self.outputs.iter().zip(&other.outputs) {
            let comparison = compare(again, first, &Tolerance::EXACT);
            measured += comparison.measured as u64;
            if let Some(mismatch) = comparison.mismatch {
                let worst = mismatch.worst;
                let at =
                    if worst.path.0.is_empty() { path.clone() } else { format!("{path} at {}", worst.path) };
                let clip = |value| crate::value::clip(value, 80);
                return Err(format!("{at}: first {}, then {}", clip(&worst.expected), clip(&worst.actual)));
            }
        }
        for (name, digest) in &self.files {
            match other.files.get(name) {
                Some(again) if again == digest => measured += 1,
                Some(_) => return Err(format!("artifact {name}: its content differs")),
                None => return Err(format!("artifact {name}: first written, then not")),
            }
        }
        match other.files.keys().find(|name| !self.files.contains_key(*name)) {
            Some(extra) => Err(format!("artifact {extra}: first not written, then written")),
            None => Ok(measured),
        }
    }
}

fn digests(workspace: &Path) -> BTreeMap<String, String> {
    let files = list_files(workspace, FILES).map_or_else(|_| Vec::new(), |(files, _)| files);
    files
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(workspace).unwrap_or(&file).display().to_string();
            let digest = crate::system::files::sha256_hex(&workspace.join(&file));
            (name, digest.unwrap_or_else(|error| error.to_string()))
        })
        .collect()
}

/// The value with the workspace's path, which differs by nature, written as `$workspace`.
fn without(value: &Value, workspace: Option<&Path>) -> Value {
    let Some(path) = workspace.map(|path| path.to_string_lossy().into_owned()) else { return value.clone() };
    match value {
        Value::Text(text) if text.contains(&path) => Value::text(text.replace(&path, "$workspace")),
        Value::File(file) => Value::text(file.to_string_lossy().replace(&path, "$workspace")),
        Value::List(items) => Value::list(items.iter().map(|item| without(item, workspace)).collect()),
        Value::Map(map) => Value::map(map.iter().map(|(key, item)| (key.clone(), without(item, workspace)))),
        _ => value.clone(),
    }
}

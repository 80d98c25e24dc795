//! What one repetition gave: its outputs, and its workspace, which is kept until it has been compared.

use std::collections::BTreeSet;
use std::path::Path;

use super::prune::without;
use super::{differ, files};
use crate::plan::{Repeat, Step, Volatile};
use crate::system::files::list_files;
use crate::system::workspace::Workspace;
use crate::value::{Outputs, Path as Way, Segment, Tolerance, Value, clip};

/// What a repetition gave.
pub(in crate::run) struct Trace {
    outputs: Vec<Given>,
    workspace: Option<Workspace>,
}

struct Given {
    way: Way,
    value: Value,
    /// The way to the output that this one is read from.
    read_from: Option<Way>,
}

impl Given {
    /// The way to the text that this is a form of; its own where it is none.
    fn text(&self) -> &Way {
        self.read_from.as_ref().unwrap_or(&self.way)
    }
}

impl Trace {
    /// The outputs of a case's steps, in their order, with what differs by nature left out.
    pub(in crate::run) fn new(
        given: &[(&Step, Outputs)],
        steps: &[Step],
        workspace: Option<Workspace>,
    ) -> Self {
        let folder = workspace.as_ref().map(Workspace::path);
        let mut outputs = Vec::new();
        for (step, given) in given {
            let label = label(step, steps);
            let way = |name: &str| Way(label.iter().cloned().chain([Segment::Key(name.into())]).collect());
            let mut declared: Vec<_> = step.entry.outputs.iter().filter(|output| !output.volatile).collect();
            // A document tells better where it differs than the text that it is read from.
            declared.sort_by_key(|output| output.read_from.is_none());
            for output in declared {
                let Some(value) = given.values.get(output.name) else { continue };
                let value = output.varying.iter().fold(placeless(value, folder), |value, key| {
                    without(&value, &[Segment::Key((*key).into())])
                });
                outputs.push(Given { way: way(output.name), value, read_from: output.read_from.map(way) });
            }
        }
        Self { outputs, workspace }
    }

    /// Leaves the workspace where it is.
    pub(super) fn keep(self) -> Option<String> {
        self.workspace.map(|workspace| workspace.keep().display().to_string())
    }

    fn find(&self, way: &Way) -> Option<&Value> {
        self.outputs.iter().find(|given| given.way == *way).map(|given| &given.value)
    }

    /// Whether the case lets this text, or a form that it is read in, differ as it will.
    fn free(&self, text: &Way, repeat: &Repeat) -> bool {
        let forms = || self.outputs.iter().filter(|given| given.text() == text);
        let mut named = repeat.volatile.iter().filter_map(Volatile::output);
        named.any(|named| forms().any(|given| given.way.0.starts_with(named)))
    }

    /// How much another repetition has in common with this one, or the first place where it differs; `None` where
    /// nothing is left to compare.
    pub(super) fn compare(&self, again: &Self, repeat: &Repeat) -> Result<Option<u64>, String> {
        let mut measured = None;
        // Texts that were compared in one of their forms, and those of which that says enough.
        let (mut read, mut known): (Vec<&Way>, Vec<&Way>) = (Vec::new(), Vec::new());
        let added = again.outputs.iter().filter(|given| self.find(&given.way).is_none());
        for given in self.outputs.iter().chain(added) {
            let (way, text) = (&given.way, given.text());
            let another_form = given.read_from.is_some() && read.contains(&text);
            if another_form || known.contains(&text) || self.free(text, repeat) || again.free(text, repeat) {
                continue;
            }
            let settled = |trace: &Self| trace.find(way).map(|value| settled(way, value, repeat));
            match (settled(self), settled(again)) {
                (Some(first), Some(again)) => {
                    *measured.get_or_insert(0) += differ::outputs(way, &first, &again, &repeat.tolerance)?;
                    read.push(text);
                    let mut named = repeat.volatile.iter().filter_map(Volatile::output);
                    // Spelt otherwise, numbers may still be close.
                    if repeat.tolerance != Tolerance::EXACT || named.any(|named| named.starts_with(&way.0)) {
                        known.push(text);
                    }
                }
                (Some(first), None) => {
                    return Err(format!("{way}: first {}, then not given", clip(&first, 80)));
                }
                (None, Some(again)) => {
                    return Err(format!("{way}: first not given, then {}", clip(&again, 80)));
                }
                (None, None) => {}
            }
        }
        let files = self.compare_files(again, repeat)?;
        Ok(files.map_or(measured, |files| Some(files + measured.unwrap_or(0))))
    }

    fn compare_files(&self, again: &Self, repeat: &Repeat) -> Result<Option<u64>, String> {
        let mut measured = None;
        let names = [self, again]
            .map(|trace| trace.workspace.as_ref().map_or_else(BTreeSet::new, |held| files_of(held.path())));
        let [before, after] = &names;
        for name in before.union(after) {
            let ways = repeat.volatile.iter().filter_map(|volatile| match volatile {
                Volatile::Artifact(glob, way) if glob.is_match(name) => Some(&way[..]),
                _ => None,
            });
            let ways: Vec<&[Segment]> = ways.collect();
            if ways.iter().any(|way| way.is_empty()) {
                continue;
            }
            *measured.get_or_insert(0) +=
                match (before.contains(name), after.contains(name), &self.workspace, &again.workspace) {
                    (true, true, Some(first), Some(again)) => {
                        files::compare(name, [first.path(), again.path()], &ways, &repeat.tolerance)?
                    }
                    (true, ..) => return Err(format!("artifact {name}: first written, then not")),
                    _ => return Err(format!("artifact {name}: first not written, then written")),
                };
        }
        Ok(measured)
    }
}

/// What a step's outputs are known by: its id, its place among several, nothing where it is the only one.
fn label(step: &Step, steps: &[Step]) -> Option<Segment> {
    let number = || steps.iter().position(|held| std::ptr::eq(held, step)).map_or(0, |index| index + 1);
    match &step.id {
        Some(id) => Some(Segment::Key(id.clone())),
        None if steps.len() == 1 => None,
        None => Some(Segment::Key(format!("step {} ({})", number(), step.entry.name).into())),
    }
}

/// An output without what the case lets differ.
fn settled(way: &Way, value: &Value, repeat: &Repeat) -> Value {
    let named = repeat.volatile.iter().filter_map(Volatile::output);
    let inside = named.filter_map(|named| named.strip_prefix(&way.0[..]));
    inside.fold(value.clone(), |value, rest| without(&value, rest))
}

/// The files of a workspace by name. What Python compiled holds the time at which its source was written.
fn files_of(workspace: &Path) -> BTreeSet<String> {
    let files = list_files(workspace, usize::MAX).map_or_else(|_| Vec::new(), |(files, _)| files);
    let compiled = |file: &Path| file.components().any(|part| part.as_os_str() == "__pycache__");
    files.iter().filter(|file| !compiled(file)).map(|file| file.display().to_string()).collect()
}

/// The value with the workspace's path, which differs by nature, written as `$workspace`.
fn placeless(value: &Value, workspace: Option<&Path>) -> Value {
    let Some(path) = workspace.map(|path| path.to_string_lossy().into_owned()) else { return value.clone() };
    match value {
        Value::Text(text) if text.contains(&path) => Value::text(text.replace(&path, "$workspace")),
        Value::File(file) => Value::text(file.to_string_lossy().replace(&path, "$workspace")),
        Value::List(items) => Value::list(items.iter().map(|item| placeless(item, workspace)).collect()),
        Value::Map(map) => {
            Value::map(map.iter().map(|(key, item)| (key.clone(), placeless(item, workspace))))
        }
        _ => value.clone(),
    }
}

//! Matchers asked of values, both as a spec writes them: what they come to, word by word.

mod aggregate;
mod artifact;
mod baseline;
mod bounds;
mod confidence;
mod equality;
mod form;
mod json_path;
mod membership;
mod nested;
mod order;
mod schema;
mod snapshot;

use std::path::{Path, PathBuf};

use super::{Baselines, Bench, Checks, Demands, Expectations, Finding, Past, Snapshots, Verdict};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Sources;
use crate::syntax::{Decoder, Node, Scope, Unbound, parse};
use crate::value::{Array, Column, Data, Map, Outputs, Table, Tolerance, Value};

/// What checks are judged with.
pub(super) struct World {
    names: Map,
    pub snapshots: Snapshots,
    pub baselines: Baselines,
    pub folder: tempfile::TempDir,
}

impl Scope for World {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        self.names.get(name).cloned().ok_or_else(|| Unbound::new(format!("`{name}` has no value")))
    }
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let snapshots = Snapshots { folder: folder.path().join("snapshots"), ..Snapshots::default() };
        Self { names: Map::new(), snapshots, baselines: Baselines::default(), folder }
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.names.insert(name.into(), value);
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn judge_with(&self, judge: impl FnOnce(&Bench<'_>) -> Vec<Verdict>) -> Vec<Verdict> {
        let bench = Bench {
            scope: self,
            tolerance: Tolerance::default(),
            snapshots: &self.snapshots,
            past: Past { baselines: &self.baselines, case: "s.yaml::c", step: "1" },
            measured: None,
            demands: Demands::default(),
            workspace: self.folder.path(),
            file: &|name| {
                if Path::new(name).is_absolute() {
                    Err(format!("`{name}` leads outside"))
                } else {
                    Ok(self.path(name))
                }
            },
        };
        judge(&bench)
    }

    /// Each matcher's verdict on one value, a line each.
    pub fn check(&self, checks: &str, actual: impl Actual) -> String {
        let actual = actual.value();
        match read(checks, Checks::read) {
            Ok(checks) => lines(self.judge_with(|bench| checks.judge(&actual, "out", bench)), false),
            Err(invalid) => invalid,
        }
    }

    /// The same of `expect`, with the outputs a mapping holds.
    pub fn expect(&self, expect: &str, outputs: impl Actual) -> String {
        let Value::Map(values) = outputs.value() else { panic!("outputs are a mapping") };
        let mut outputs = Outputs::new();
        outputs.values = (*values).clone();
        self.expect_of(expect, &outputs)
    }

    /// The same of outputs as a step gives them.
    pub fn expect_of(&self, expect: &str, outputs: &Outputs) -> String {
        match read(expect, Expectations::read) {
            Ok(expect) => lines(self.judge_with(|bench| expect.judge(outputs, bench)), true),
            Err(invalid) => invalid,
        }
    }
}

/// Each matcher's verdict, a line each, in a world where nothing is.
pub(super) fn check(checks: &str, actual: impl Actual) -> String {
    World::new().check(checks, actual)
}

/// Holds every row of a table: checks, value, what they come to.
pub(super) fn table(rows: &[(&str, &str, &str)]) {
    let world = World::new();
    for (checks, actual, expected) in rows {
        assert_eq!(world.check(checks, *actual), *expected, "{checks} of {actual}");
    }
}

/// What a spec that is wrong gets to hear.
pub(super) fn invalid(rows: &[(&str, &str)]) {
    for (checks, expected) in rows {
        assert_eq!(check(checks, "0"), *expected, "{checks}");
    }
}

pub(super) trait Actual {
    fn value(self) -> Value;
}

impl Actual for Value {
    fn value(self) -> Value {
        self
    }
}

impl Actual for &str {
    fn value(self) -> Value {
        node(self).map_or(Value::Null, |node| node.to_value())
    }
}

pub(super) fn floats(items: &[f64]) -> Value {
    Value::from(Array::vector(Data::Float(items.to_vec())))
}

pub(super) fn grid(shape: &[usize], items: &[f64]) -> Value {
    Value::from(Array::new(shape.to_vec(), Data::Float(items.to_vec())).unwrap())
}

/// Two columns, `id` and `city`; the second row of `id` is null.
pub(super) fn cities() -> Value {
    let id = Column::new("id", Data::Int(vec![1, 0, 3])).with_valid(vec![true, false, true]);
    let city = Column::new("city", Data::Text(vec!["Oslo".into(), "Rome".into(), "Oslo".into()]));
    Value::from(Table::new(vec![id, city]).unwrap())
}

fn node(text: &str) -> Option<Node> {
    let mut sources = Sources::default();
    let source = sources.add("actual", text);
    parse(text, source, &mut Diagnostics::default())
}

fn read<T>(text: &str, read: impl FnOnce(&Node, &mut Decoder<'_>) -> Option<T>) -> Result<T, String> {
    let mut sources = Sources::default();
    let source = sources.add("spec", text);
    let mut found = Diagnostics::default();
    let node = parse(text, source, &mut found);
    let read = node.and_then(|node| read(&node, &mut Decoder::new(&mut found)));
    let found = found.into_sorted();
    match read {
        Some(read) if found.is_empty() => Ok(read),
        _ => Err(found.iter().map(|one| mistake(one, &sources)).collect::<Vec<_>>().join("\n")),
    }
}

fn mistake(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.span().map_or("nowhere", |span| sources.snippet(span));
    let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!(" (help: {help})"));
    format!("invalid[{}] at `{place}`: {}{help}", diagnostic.code.name, diagnostic.message)
}

fn lines(verdicts: Vec<Verdict>, with_subject: bool) -> String {
    let line = |verdict: Verdict| {
        let mut found = match verdict.finding {
            None => format!("passed ({})", verdict.evidence),
            Some(Finding::Missed(miss)) => {
                format!("missed: {}", [vec![miss.summary], miss.notes].concat().join(" | "))
            }
            Some(Finding::MeasuredNothing) => "measured nothing".to_owned(),
            Some(Finding::Faulted(fault)) => {
                let help = fault.help.map_or(String::new(), |help| format!(" (help: {help})"));
                format!("faulted[{}]: {}{help}", fault.code.name, fault.message)
            }
        };
        for remark in verdict.remarks {
            found.push_str(if remark.loud { ", LOUD " } else { ", quiet " });
            found.push_str(&remark.text);
        }
        if with_subject || verdict.subject != "out" { format!("{}: {found}", verdict.subject) } else { found }
    };
    verdicts.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

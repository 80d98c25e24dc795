use std::collections::HashMap;
use std::fs;
use std::path::Path;

use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::system::python::codec::tests::{any_value, plain_value};
use crate::system::python::{Arguments, Form, Search, Step};
use crate::value::{Column, Data, Table, Value};

const SOON: Duration = Duration::from_mins(1);

/// The key of a worker in this folder; none, which is said, where there is no Python.
fn key(folder: &Path) -> Option<Key> {
    let env: HashMap<String, String> = std::env::vars().collect();
    let own = |name: &str| Some((name.to_owned(), env.get(name)?.clone()));
    let own: Vec<_> = ["PATH", "HOME"].into_iter().filter_map(own).collect();
    match (Search { root: folder.to_owned(), env, ..Search::default() }).find(&Cancel::new()) {
        Ok(found) => {
            Some(Key { interpreter: found.into(), folder: folder.to_owned(), env: own, writable: None })
        }
        Err(none) => {
            println!("skipped: {none}");
            None
        }
    }
}

struct Python {
    worker: Worker,
    _folder: tempfile::TempDir,
}

impl Python {
    fn with(module: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("m.py"), module).unwrap();
        let key = key(&folder.path().canonicalize().unwrap())?;
        let worker = Worker::start(&key, &Network::Any, Deadline::after(SOON), &Cancel::new()).unwrap();
        Some(Self { worker, _folder: folder })
    }

    fn try_call(&mut self, target: &str, args: Vec<Value>, form: Option<Form>) -> Result<Reply, Box<Broken>> {
        let arguments = Arguments { positional: args, named: Map::new() };
        let steps = vec![Step { method: None, arguments }];
        let call = Call { target, init: None, steps, form, seed: 0, env: &[], network: &Network::Any };
        self.worker.call(&call, Deadline::after(SOON), &Cancel::new())
    }

    fn call(&mut self, target: &str, args: Vec<Value>, form: Option<Form>) -> Outcome {
        self.try_call(target, args, form).unwrap().outcome
    }

    fn value(&mut self, target: &str, args: Vec<Value>, form: Option<Form>) -> Value {
        match self.call(target, args, form) {
            Outcome::Returned(value) => value,
            other => panic!("{target}: {other:?}"),
        }
    }
}

const ECHO: &str = "
import importlib.util
def echo(value): return value
def has(name): return importlib.util.find_spec(name) is not None
def kind(value): return f'{type(value).__module__.partition(chr(46))[0]}.{type(value).__name__}'
";

fn echo() -> Option<Python> {
    Python::with(ECHO)
}

impl Python {
    fn imports(&mut self, package: &str) -> bool {
        let has = matches!(self.value("m:has", vec![package.into()], None), Value::Bool(true));
        if !has {
            println!("skipped: this Python has no {package}");
        }
        has
    }

    /// Every value comes back as it went, `like` telling how.
    fn round(
        &mut self,
        form: Option<Form>,
        values: impl proptest::strategy::Strategy<Value = Value>,
        like: impl Fn(&Value) -> String,
    ) {
        let mut runner =
            TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
        let this = std::cell::RefCell::new(self);
        runner
            .run(&values, |value| {
                let back = this.borrow_mut().value("m:echo", vec![value.clone()], form);
                proptest::prop_assert_eq!(like(&back), like(&value));
                Ok(())
            })
            .unwrap();
    }
}

fn exactly(value: &Value) -> String {
    format!("{value:?}")
}

#[test]
fn what_needs_no_package_comes_back_as_it_went() {
    let Some(mut python) = echo() else { return };
    python.round(None, plain_value(), exactly);
}

#[test]
fn arrays_of_every_dtype_and_shape_come_back_as_they_went() {
    let Some(mut python) = echo() else { return };
    if python.imports("numpy") {
        let arrays = proptest::strategy::Strategy::prop_filter(any_value(), "an array", |value| {
            matches!(value, Value::Array(_))
        });
        python.round(None, arrays, exactly);
    }
}

/// Tables in which each dtype stands with and without nulls, a NaN beside a null among them.
fn tables() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::strategy::Strategy;
    any_value().prop_filter("a table", |value| match value {
        // A data frame without columns has no rows either.
        Value::Table(table) => !table.columns().is_empty(),
        _ => false,
    })
}

/// Without the order of NaN's bits, and with what a null stands on left out.
fn cells(value: &Value) -> String {
    let Value::Table(table) = value else { panic!("{value:?}") };
    let column = |column: &Column| {
        let cells: Vec<_> = (0..column.len()).map(|row| column.get(row)).collect();
        format!("{} {} {cells:?}\n", column.name, column.dtype())
    };
    table.columns().iter().map(column).collect()
}

#[test]
fn tables_come_back_as_they_went_in_every_form_that_keeps_them() {
    let Some(mut python) = echo() else { return };
    for (form, package, kind) in [
        (Form::Nullable, "pandas", "pandas.DataFrame"),
        (Form::Polars, "polars", "polars.DataFrame"),
        (Form::Arrow, "pyarrow", "pyarrow.Table"),
    ] {
        if python.imports(package) {
            let table = Value::from(Table::new(Vec::new()).unwrap());
            let told = python.value("m:kind", vec![table], Some(form));
            assert_eq!(told.as_text(), Some(kind));
            python.round(Some(form), tables(), cells);
        }
    }
}

/// What numpy and scikit-learn can work with.
#[test]
fn a_null_is_a_nan_in_a_plain_data_frame() {
    let Some(mut python) = Python::with(
        "import importlib.util\n\
         def has(name): return importlib.util.find_spec(name) is not None\n\
         def told(rows): return [[str(rows[name].dtype), repr(rows[name].tolist())] for name in rows]\n",
    ) else {
        return;
    };
    if !python.imports("pandas") {
        return;
    }
    let half = |name: &str, data: Data| Column::new(name, data).with_valid(vec![true, false]);
    let table = Table::new(vec![
        half("float", Data::Float(vec![1.5, 0.0])),
        half("int", Data::Int(vec![1, 0])),
        half("wide", Data::Int(vec![(1 << 53) + 1, 0])),
        half("bool", Data::Bool(vec![true, false])),
        Column::new("whole", Data::Int(vec![1, 2])),
    ]);
    let told = python.value("m:told", vec![table.unwrap().into()], None);
    let pair = |dtype: &str, items: &str| Value::list(vec![Value::text(dtype), Value::text(items)]);
    let expected = Value::list(vec![
        pair("float64", "[1.5, nan]"),
        pair("float64", "[1.0, nan]"),
        pair("Int64", "[9007199254740993, <NA>]"),
        pair("object", "[True, nan]"),
        pair("int64", "[1, 2]"),
    ]);
    assert_eq!(format!("{told:?}"), format!("{expected:?}"));
}

#[test]
fn an_old_python_a_shell_and_nothing_at_all_are_no_worker() {
    let folder = tempfile::tempdir().unwrap();
    let Some(key) = key(folder.path()) else { return };
    let start = |program: &str, deadline: Duration| {
        let path = folder.path().join("python");
        fs::write(&path, format!("#!/bin/sh\n{program}\n")).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let interpreter = Arc::new(Interpreter { path, ..(*key.interpreter).clone() });
        let key = Key { interpreter, ..key.clone() };
        Worker::start(&key, &Network::Any, Deadline::after(deadline), &Cancel::new()).unwrap_err().to_string()
    };
    assert_eq!(
        start("echo 'this is Python 3.8' >&2; exit 1", SOON),
        "it did not come up, it ended with exit code 1: this is Python 3.8"
    );
    assert_eq!(start("echo 0123456789012345678901234567890123456789 >&0; sleep 60", SOON), "it is no Python");
    assert_eq!(start("sleep 60", Duration::from_millis(50)), "it did not come up, its time was over");
}

#[test]
fn a_sparse_column_is_a_column() {
    let Some(mut python) = Python::with(
        "import importlib.util\n\
         def has(name): return importlib.util.find_spec(name) is not None\n\
         def sparse():\n\
         \x20   import pandas\n\
         \x20   return pandas.DataFrame({'a': pandas.arrays.SparseArray([0, 0, 1])})\n",
    ) else {
        return;
    };
    if !python.imports("pandas") {
        return;
    }
    let expected = Value::from(Table::new(vec![Column::new("a", Data::Int(vec![0, 0, 1]))]).unwrap());
    assert_eq!(format!("{:?}", python.value("m:sparse", vec![], None)), format!("{expected:?}"));
}

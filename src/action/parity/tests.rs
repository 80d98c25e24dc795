//! Subjects asked, compared and ended.

use std::time::Duration;

use super::Parity;
use crate::action::site::{Site, show};
use crate::action::{Done, StepError};
use crate::diagnostic::{Diagnostics, codes};
use crate::source::Sources;
use crate::syntax::{Decoder, Scope, Unbound, parse};
use crate::system::clock::Deadline;
use crate::value::{Array, Data, Value};

struct Nothing;

impl Scope for Nothing {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        Err(Unbound::new(format!("nothing is called `{name}`")))
    }
}

/// What a spec would make of this text.
fn read_back(text: &str) -> Value {
    let mut sources = Sources::default();
    let source = sources.add("spec.yaml", text);
    let mut found = Diagnostics::default();
    let node = parse(text, source, &mut found).unwrap();
    let expr = Decoder::new(&mut found).expr(&node).unwrap();
    assert!(found.is_empty(), "{text}");
    expr.bind(&Nothing).unwrap()
}

fn misses(done: &Done) -> &[String] {
    &done.checked[0].misses
}

fn error(result: Result<Done, StepError>) -> StepError {
    result.err().unwrap()
}

/// Two that answer alike, and a process under test: `[sh, -c, '…']`.
fn with_process(script: &str) -> String {
    format!("{{inputs: [1, 2], subjects: [{{process: [cat]}}, {{name: b, process: [sh, -c, '{script}']}}]}}")
}

fn gone(pid: &str) -> bool {
    (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    })
}

#[test]
fn the_row_reads_back_as_the_input_it_was() {
    let floats = Array::new(vec![2, 2], Data::Float(vec![0.1, -0.0, 1e-300, 5.0])).unwrap();
    for input in [
        Value::list(vec![Value::Int(1), (-0.5).into(), Value::Null, true.into(), u64::MAX.into()]),
        Value::from(floats),
        Value::map([
            ("$key: [", Value::from("$name ${x} $$ \"q\" \\ \n\t\u{1}\u{2028} é #")),
            (
                "no",
                Value::list(vec![
                    "no".into(),
                    "1".into(),
                    "".into(),
                    " x ".into(),
                    "nan".into(),
                    "2024-01-01".into(),
                ]),
            ),
        ]),
        Value::from("- a"),
        Value::list(vec![]),
    ] {
        let site = Site::new().with("given", Value::list(vec![input.clone()]));
        let text = "{inputs: $given, subjects: [{process: [cat]}, {name: b, process: [sh, -c, 'read -r l; echo 7.5']}]}";
        let done = site.run::<Parity>(text).unwrap();
        let row = misses(&done).last().unwrap();
        let row = row.strip_prefix("its input, as a row of `each`:\n").unwrap();
        let rows = read_back(row);
        assert_eq!(show_in(&rows, "0.label"), "\"input 1\"");
        assert_eq!(show_in(&rows, "0.input"), input.to_string(), "{row}");
    }
}

fn show_in(value: &Value, path: &str) -> String {
    value.follow(&crate::value::Path::parse(path).unwrap().0).unwrap().to_string()
}

#[test]
fn a_long_input_is_not_shown() {
    let site = Site::new().with("given", Value::list(vec![Value::list(vec![Value::Int(7); 5000])]));
    let text =
        "{inputs: $given, subjects: [{process: [cat]}, {name: b, process: [sh, -c, 'read -r l; echo []']}]}";
    let done = site.run::<Parity>(text).unwrap();
    assert_eq!(misses(&done).last().unwrap(), "its input is too long for a row of `each`: 15000 characters");
}

#[test]
fn subjects_without_a_name_are_numbered() {
    let site = Site::new();
    let text = "{inputs: [[1, 2]], subjects: [{scale: {method: max_abs, values: $input}}, \
                {scale: {method: min_max, values: $input}}, {name: scale 2, process: [cat]}]}";
    let done = site.run::<Parity>(text).unwrap();
    let all = misses(&done).join("\n");
    for name in ["`scale`", "`scale 2`", "`scale 3`"] {
        assert!(all.contains(name), "{all}");
    }
}

#[test]
fn all_pairs_are_counted_and_the_largest_difference_is_kept() {
    let site = Site::new();
    let text = "{inputs: [1, 2], tolerance: {abs: 1}, subjects: [{process: [cat]}, {name: b, process: [cat]}, \
                {name: c, process: [sh, -c, 'while read -r n; do echo $n.25; done']}]}";
    let done = site.run::<Parity>(text).unwrap();
    assert_eq!(show(&done.outputs, "worst"), "0.25");
    assert_eq!(show(&done.outputs, "compared"), "6");
    assert_eq!((done.checked[0].evidence.count, misses(&done).len()), (6, 0));
}

#[test]
fn the_first_of_two_is_what_the_other_is_held_to() {
    let site = Site::new();
    // 10 % of 10 and 10 % of 9: only one of the two is as far as 1.
    let of = |first: &str, second: &str| {
        format!(
            "{{inputs: [0], tolerance: {{rel: 0.1}}, subjects: [{{run: [echo, '{first}']}}, {{run: [echo, '{second}']}}]}}"
        )
    };
    assert!(misses(&site.run::<Parity>(&of("10.0", "9.0")).unwrap()).is_empty());
    assert!(!misses(&site.run::<Parity>(&of("9.0", "10.0")).unwrap()).is_empty());
}

#[test]
fn a_command_reads_what_it_is_given() {
    let site = Site::new();
    let text = "{inputs: [{a: [1]}], subjects: [{run: [cat]}, {run: {argv: [cat], stdin: '${input.a.0}'}}]}";
    let done = site.run::<Parity>(text).unwrap();
    assert!(misses(&done)[1].contains("`run` gave {a: [1]}, `run 2` gave 1"), "{:?}", misses(&done));
}

#[test]
fn processes_are_gone_when_the_step_is_over() {
    let site = Site::new();
    let done = site.run::<Parity>(&with_process("sleep 300 & while read -r n; do echo $!; done")).unwrap();
    let pid = show(&done.outputs, "disagreements.0.values.1");
    assert!(gone(&pid), "{pid}");
    let failed =
        error(site.run::<Parity>(&with_process("sleep 300 & read -r n; echo $!; echo $! >&2; exit 3")));
    let pid = failed.notes[0].strip_prefix("stderr ends with:\n").unwrap();
    assert!(gone(pid), "{pid}");
}

#[test]
fn time_and_interrupts_are_heeded() {
    let mut site = Site::new();
    site.deadline = Deadline::after(Duration::from_millis(100));
    let late = error(site.run::<Parity>(&with_process("exec sleep 60")));
    assert_eq!(late.code, codes::TIMED_OUT);
    assert!(late.message.starts_with("`b`, input 1 of 2: "), "{}", late.message);
    let mut site = Site::new();
    site.deadline = Deadline::after(Duration::ZERO);
    let late = error(site.run::<Parity>(&with_process("exec cat")));
    assert_eq!(late.message, "0 of 2 inputs had been through all 2 subjects when the time was over");
    let site = Site::new();
    site.cancel.cancel();
    assert_eq!(error(site.run::<Parity>(&with_process("exec cat"))).code, codes::INTERRUPTED);
}

use std::time::{Duration, Instant};

use super::Call;
use crate::action::site::{Site, show, write};
use crate::action::{Done, StepError};
use crate::diagnostic::codes;
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::value::Value;

/// Functions that do to their process what they should not.
const HOSTILE: &str = r#"
import os, sys, threading, time

class Odd(Exception):
    def __str__(self): raise RuntimeError("no text")

class Closed:
    def __array__(self, *args, **kwargs): raise ValueError("not now")

def double(x): return x * 2
def printed(x): print(x); print("also", file=sys.stderr); os.write(1, b"raw\n"); return x
def leave(): print("the last words", file=sys.stderr, flush=True); os._exit(3)
def crash(): import ctypes; ctypes.string_at(0)
def hang():
    while True: pass
def sleep(): time.sleep(60)
def quit(): sys.exit(4)
def interrupt(): raise KeyboardInterrupt
def odd(): raise Odd()
def closed(): return Closed()
def below(): return below()
def surrogate(): return {"a": ["\ud800"]}
def wide(): return {"a": [1, 10**30]}
def cycle():
    items = []
    items.append(items)
    return items
def model(): return [object()]
def garbage():
    for fd in range(256):
        try: os.write(fd, b"{}\n")
        except OSError: pass
def close_low():
    for fd in (0, 1, 2): os.close(fd)
def close_streams(): sys.stdout.close(); sys.stderr.close()
def close_all(): os.closerange(0, 256)
def redirect(): sys.stdout = open(os.devnull, "w"); os.dup2(sys.stdout.fileno(), 1)
def later(): threading.Thread(target=lambda: (time.sleep(0.05), print("too late"), sys.stdout.flush())).start()
def wander(): os.chdir("/"); return os.getcwd()
def where(): return os.getcwd()
def workspace(): return os.environ["MLFUNNEL_WORKSPACE"]
def no_workspace(): os.rmdir(os.environ["MLFUNNEL_WORKSPACE"])
def flood(): print("x" * (3 << 20)); return "done"
def huge(): return b"x" * (5 << 20)
def patch():
    import json, marshal, struct
    def broken(*args, **kwargs): raise RuntimeError("patched")
    marshal.dumps = marshal.loads = json.dumps = struct.pack = os.read = os.writev = os.fstat = os.chdir = broken
def fork(): return os.fork()
def trap(): threading.Timer(0.05, lambda: os._exit(5)).start()
def spawn(): import subprocess; subprocess.run(["sh", "-c", "echo from a child; echo x >&2; read line; echo got $?"])
count = 0
def counted():
    global count
    count += 1
    return count
def hashed(): return hash("a text")
def drawn():
    import random
    return random.random()
async def later_on(): return 7
def below_the_library(): os.makedirs("/proc/nothing/here")
"#;

/// A project with that module; none, which is said, where there is no Python.
fn site() -> Option<Site> {
    let mut site = Site::new();
    site.deadline = Deadline::after(Duration::from_mins(1));
    write(&site.project(), "hostile.py", HOSTILE.as_bytes());
    match site.world.python(&Cancel::new()) {
        Ok(_) => Some(site),
        Err(none) => {
            println!("skipped: {}\n  {}", none.message, none.notes.join("\n  "));
            None
        }
    }
}

impl Site {
    fn call(&self, function: &str) -> Result<Done, StepError> {
        self.run::<Call>(&format!("{{python: 'hostile:{function}'}}"))
    }

    fn gives(&self, text: &str, path: &str) -> String {
        show(&self.run::<Call>(text).unwrap_or_else(|error| panic!("{text}: {error:?}")).outputs, path)
    }

    /// The workers are as they should be: another call is answered, and its output is its own.
    fn goes_on(&self) {
        let done = self.run::<Call>("{python: 'hostile:printed', args: [21]}").unwrap();
        assert_eq!(show(&done.outputs, "result"), "21");
        assert_eq!(show(&done.outputs, "stdout"), r#""raw\n21\n""#);
        assert_eq!(show(&done.outputs, "stderr"), r#""also\n""#);
    }
}

fn notes(error: &StepError) -> String {
    error.notes.join("\n")
}

#[test]
fn a_death_costs_one_case_and_tells_its_last_words() {
    let Some(site) = site() else { return };
    let error = site.call("leave").unwrap_err();
    assert_eq!(error.code, codes::CRASHED);
    assert_eq!(error.message, "the process of `hostile:leave` ended during the call, with exit code 3");
    assert_eq!(notes(&error), "stderr ends with:\nthe last words");
    site.goes_on();
    let error = site.call("crash").unwrap_err();
    assert!(error.message.ends_with("with signal 11, a segmentation fault"), "{}", error.message);
    assert!(notes(&error).contains("in crash"), "{error:?}");
    assert!(!notes(&error).contains("mlfunnel"), "{error:?}");
    site.goes_on();
}

#[test]
fn a_hang_is_ended_at_its_time_and_tells_where_it_was() {
    let Some(mut site) = site() else { return };
    site.goes_on();
    for (function, place) in [("hang", "in hang"), ("sleep", "in sleep")] {
        site.deadline = Deadline::after(Duration::from_millis(300));
        let began = Instant::now();
        let error = site.call(function).unwrap_err();
        assert_eq!(error.code, codes::TIMED_OUT, "{error:?}");
        assert!(notes(&error).contains(place), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(10));
        site.deadline = Deadline::NEVER;
        site.goes_on();
    }
    site.cancel.cancel();
    assert_eq!(site.call("hang").unwrap_err().code, codes::INTERRUPTED);
}

#[test]
fn every_exception_is_a_result() {
    let Some(site) = site() else { return };
    for (function, kind, message) in [
        ("quit", "SystemExit", "4"),
        ("interrupt", "KeyboardInterrupt", ""),
        ("odd", "Odd", "(its text cannot be had: RuntimeError in __str__)"),
        ("below", "RecursionError", "maximum recursion depth exceeded"),
    ] {
        let done = site.call(function).unwrap();
        assert_eq!(show(&done.outputs, "raised.type"), format!("{kind:?}"));
        assert!(show(&done.outputs, "raised.message").contains(message), "{done:?}");
        let unsuccessful = done.unsuccessful.unwrap();
        assert_eq!((unsuccessful.output, unsuccessful.code), ("raised", codes::RAISED));
        assert!(unsuccessful.message.contains(" (hostile.py:"), "{}", unsuccessful.message);
        assert!(!show(&done.outputs, "raised.traceback").contains("<mlfunnel>"), "{:?}", done.outputs);
    }
    site.goes_on();
}

#[test]
fn what_has_no_form_leaves_the_result_missing_with_its_place() {
    let Some(site) = site() else { return };
    for (function, why) in [
        ("closed", "the result did not cross: it cannot be read: ValueError: not now"),
        (
            "surrogate",
            "`result.a[0]` did not cross: this string holds half of a surrogate pair, which no other program reads",
        ),
        (
            "wide",
            "`result.a[1]` did not cross: this integer needs more than 64 bits: return it as text, or as a float",
        ),
        ("model", "`result[0]` did not cross: an `object` has no form outside Python"),
        ("huge", "the result did not cross: it is 5 MiB, and no more than 4 MiB may cross"),
    ] {
        let done = site.call(function).unwrap();
        assert_eq!(show(&done.outputs, "result"), why);
        assert_eq!(show(&done.outputs, "raised"), "null");
        assert!(done.unsuccessful.is_none());
    }
    assert!(show(&site.call("cycle").unwrap().outputs, "result").contains("or holds itself"));
    site.goes_on();
}

#[test]
fn what_a_call_does_to_its_process_does_not_reach_the_next() {
    let Some(site) = site() else { return };
    let leaves_the_next_alone = |function: &str| {
        let workspace = site.workspace();
        site.call(function).unwrap();
        std::fs::create_dir_all(workspace).unwrap();
        site.goes_on();
        assert_eq!(site.gives("hostile:where", "result"), format!("{:?}", site.project()));
        assert_eq!(site.gives("hostile:workspace", "result"), format!("{:?}", site.workspace()));
    };
    for function in ["close_low", "close_streams", "redirect", "wander", "no_workspace"] {
        leaves_the_next_alone(function);
    }
    site.call("later").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    site.goes_on();
    assert_eq!(site.gives("hostile:later_on", "result"), "7");
    let done = site.call("spawn").unwrap();
    assert_eq!(show(&done.outputs, "stdout"), r#""from a child\ngot 1\n""#);
    assert!(site.gives("hostile:fork", "result").parse::<u32>().unwrap() > 0);
    site.goes_on();
    // Whatever is left of Python's own library after this, the worker works.
    leaves_the_next_alone("patch");
    site.call("trap").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    site.goes_on();
}

#[test]
fn what_is_printed_is_bounded() {
    let Some(site) = site() else { return };
    let done = site.call("flood").unwrap();
    assert!(show(&done.outputs, "stdout").contains("bytes left out"));
    assert_eq!(show(&done.outputs, "result"), "\"done\"");
    site.goes_on();
}

#[test]
fn a_function_that_meddles_with_the_protocol_is_told_so() {
    let Some(site) = site() else { return };
    let error = site.call("garbage").unwrap_err();
    assert_eq!(error.code, codes::CRASHED);
    assert!(error.message.contains(r"`{}\n"), "{}", error.message);
    site.goes_on();
    assert_eq!(site.call("close_all").unwrap_err().code, codes::CRASHED);
    site.goes_on();
}

#[test]
fn state_is_shared_unless_the_call_is_isolated_and_chance_is_seeded() {
    let Some(site) = site() else { return };
    assert_eq!(site.gives("hostile:counted", "result"), "1");
    assert_eq!(site.gives("hostile:counted", "result"), "2");
    assert_eq!(site.gives("{python: 'hostile:counted', isolate: true}", "result"), "1");
    assert_eq!(site.gives("hostile:counted", "result"), "3");
    let alone =
        |function: &str| site.gives(&format!("{{python: 'hostile:{function}', isolate: true}}"), "result");
    assert_eq!(alone("hashed"), alone("hashed"));
    site.gives("hostile:drawn", "result");
    assert_eq!(site.gives("hostile:drawn", "result"), site.gives("hostile:drawn", "result"));
}

#[test]
fn modules_that_cannot_be_imported_say_why_and_what_there_is() {
    let Some(site) = site() else { return };
    for (name, text) in [
        ("broken.py", "1 / 0\n"),
        ("leaves.py", "import sys\nsys.exit(2)\n"),
        ("needs.py", "import no_such_package_here\n"),
        ("loud.py", "print('imported')\nVALUE = 3\ndef said(): print('called')\n"),
        ("syntax.py", "def f(:\n"),
    ] {
        write(&site.project(), name, text.as_bytes());
    }
    let refused = |target: &str| {
        let error = site.run::<Call>(&format!("'{target}'")).unwrap_err();
        assert_eq!(error.code, codes::CANNOT_CALL);
        let notes = notes(&error);
        (error.message, error.help.unwrap_or_default(), notes)
    };
    let (message, _, notes) = refused("broken:f");
    assert_eq!(message, "the module `broken` cannot be imported: ZeroDivisionError: division by zero");
    assert!(notes.contains("broken.py\", line 1"), "{notes}");
    assert_eq!(refused("leaves:f").0, "the module `leaves` cannot be imported: SystemExit: 2");
    assert!(refused("syntax:f").0.contains("SyntaxError"));
    let (message, help, notes) = refused("needs:f");
    assert!(message.ends_with("No module named 'no_such_package_here'"), "{message}");
    assert!(help.starts_with("install it there") && notes.contains("the interpreter is"), "{help} {notes}");
    let (message, help, notes) = refused("hostil:f");
    assert_eq!(message, "there is no module `hostil` (No module named 'hostil')");
    assert_eq!(help, "did you mean `hostile`?");
    assert!(notes.contains("`--python`: not given"), "{notes}");
    let (message, help, _) = refused("hostile:duble");
    assert_eq!((&*message, &*help), ("module `hostile` has no `duble`", "did you mean `double`?"));
    assert_eq!(refused("loud:VALUE").0, "`loud:VALUE` is `int`, and no function");
    assert_eq!(site.gives("loud:said", "stdout"), r#""called\n""#, "what an import prints is no call's");
}

#[test]
fn without_a_python_everything_that_was_tried_is_named() {
    let mut site = Site::new();
    site.world = crate::action::World::default();
    let error = site.run::<Call>("'m:f'").unwrap_err();
    assert_eq!(error.message, "no Python interpreter was found");
    assert_eq!(error.notes.len(), 9);
    assert!(error.help.unwrap().contains("--python"));
}

#[test]
fn targets_and_methods_are_checked_when_they_are_read() {
    let wrong = |text: &str| Site::read::<Call>(text).map(|_| ()).unwrap_err().join("; ");
    for (text, message) in [
        ("features.scaler.scale", "write `features.scaler:scale`"),
        ("'./features/scaler.py:scale'", "write `features.scaler:scale`"),
        ("'a b:c'", "as in `features.scaler:minmax_scale`"),
        ("{python: 'm:f', args: 5}", "write `[5]`"),
        ("{python: 'm:f', args: {a: 1}}", "expected a list of arguments"),
        ("{python: 'm:C', init: [1]}", "an object is made, and nothing is done with it"),
        ("{python: 'm:C', method: [{fit: [1]}], args: [1]}", "have arguments of their own"),
        ("{python: 'm:C', method: 5}", "expected the name of a method"),
        ("{python: 'm:C', method: [[fit]]}", "expected the name of a method"),
        ("{python: 'm:f', as: pandas}", "expected one of `dataframe`, `polars`"),
        ("{args: [1]}", "`call` has no `python`"),
    ] {
        let found = wrong(text);
        assert!(found.contains(message), "{text}: {found}");
    }
}

#[test]
fn classes_are_made_and_their_methods_called_in_turn() {
    let Some(site) = site() else { return };
    write(
        &site.project(),
        "scaling.py",
        br#"
class Scaler:
    def __init__(self, top=1.0): self.top = top
    @classmethod
    def of(cls, top): return cls(top)
    def fit(self, values): self.most = max(values); return self
    def transform(self, values, shift=0): return [value / self.most * self.top + shift for value in values]
    def fitted(self): return hasattr(self, "most")
instance = Scaler(5.0).fit([10])
"#,
    );
    for (text, expected) in [
        ("{python: 'scaling:Scaler', method: [{fit: [[1, 2]]}, {transform: [[1]]}]}", "[0.5]"),
        (
            "{python: 'scaling:Scaler', init: [10], method: {fit: [[1, 2]], transform: {values: [1], shift: 1}}}",
            "[6.0]",
        ),
        (
            "{python: 'scaling:Scaler.of', init: {top: 4}, method: [{fit: [[1]]}, {transform: [[1]]}]}",
            "[4.0]",
        ),
        ("{python: 'scaling:Scaler', method: fitted}", "false"),
        ("{python: 'scaling:instance', method: transform, args: [[10]], kwargs: {shift: 1}}", "[6.0]"),
        ("{python: 'scaling:instance.transform', args: [[10]]}", "[5.0]"),
    ] {
        assert_eq!(site.gives(text, "result"), expected, "{text}");
    }
    let error = site.run::<Call>("{python: 'scaling:Scaler', method: transfrom, args: [1]}").unwrap_err();
    assert_eq!(error.message, "`scaling.Scaler` has no `transfrom`");
    assert_eq!(error.help.as_deref(), Some("did you mean `transform`?"));
}

#[test]
fn a_workers_environment_and_folder_are_what_the_spec_says() {
    let Some(site) = site() else { return };
    std::fs::create_dir(site.project().join("sub")).unwrap();
    write(
        &site.project().join("sub"),
        "inner.py",
        b"import os\ndef env(name): return os.environ.get(name)\n",
    );
    let env = |name: &str, more: &str| {
        site.gives(&format!("{{python: 'inner:env', args: [{name}], cwd: sub{more}}}"), "result")
    };
    assert_eq!(env("A", ", env: {A: b, B: 2}"), "\"b\"");
    assert_eq!(env("A", ""), "null");
    assert_eq!(env("HOME", ""), "null", "nothing is passed on that was not given");
    assert_eq!(env("PYTHONHASHSEED", ""), "\"0\"");
    assert_eq!(env("PYTHONHASHSEED", ", env: {PYTHONHASHSEED: 7}"), "\"7\"");
    let given = site.with("given", Value::list(vec![Value::Int(4)]));
    assert_eq!(given.gives("{python: 'hostile:double', args: $given}", "result"), "8");
}

#[test]
fn the_place_of_an_exception_is_in_a_file() {
    let Some(site) = site() else { return };
    let error = site.call("below_the_library").unwrap();
    let message = error.unsuccessful.unwrap().message;
    assert!(message.contains("hostile.py:"), "{message}");
}

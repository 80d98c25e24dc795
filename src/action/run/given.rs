//! What a command that has ended gave.

use crate::action::child::{content, last_words, may_write};
use crate::action::{Done, Unsuccessful};
use crate::diagnostic::codes;
use crate::system::process::{Captured, Exit, Finished, Sandbox};
use crate::value::{Outputs, Value};

pub(super) fn done(finished: &Finished, name: &str, sandbox: &Sandbox) -> Done {
    let unsuccessful = match finished.exit {
        Exit::Code(0) => None,
        Exit::Code(code) => Some(format!("`{name}` ended with exit code {code}")),
        Exit::Signal(signal) => Some(format!("`{name}` was ended by signal {signal}")),
    };
    let unsuccessful = unsuccessful.map(|message| Unsuccessful {
        output: "exit_code",
        code: codes::NON_ZERO_EXIT,
        message,
        notes: last_words(&finished.stderr, &finished.stdout)
            .into_iter()
            .chain(may_write(sandbox, &finished.refused, &finished.stderr.text()))
            .collect(),
    });
    Done { unsuccessful, refused: finished.refused.clone(), ..Done::from(outputs(finished)) }
}

fn outputs(finished: &Finished) -> Outputs {
    let (code, signal) = match finished.exit {
        Exit::Code(code) => (Value::from(i64::from(code)), Value::Null),
        Exit::Signal(signal) => (Value::Null, Value::from(i64::from(signal))),
    };
    let (stdout, stderr) = (&finished.stdout, &finished.stderr);
    let outputs = Outputs::new()
        .with("exit_code", code)
        .with("signal", signal)
        .with("stdout", content(stdout))
        .with("stderr", content(stderr));
    let maybe = |outputs: Outputs, name, value: Result<Value, String>| match value {
        Ok(value) => outputs.with(name, value),
        Err(why) => outputs.without(name, why),
    };
    let outputs = maybe(outputs, "json", json(stdout));
    let outputs = maybe(outputs, "json_lines", json_lines(stdout));
    let outputs = maybe(outputs, "lines", lines(stdout, "stdout"));
    let outputs = maybe(outputs, "stderr_lines", lines(stderr, "stderr"));
    let outputs = outputs.with("duration", finished.duration);
    match finished.peak_memory {
        Some(bytes) => outputs.with("peak_memory", Value::Size(bytes)),
        None => outputs.without("peak_memory", "the command ended the process that watched over it"),
    }
}

/// All that was printed, or why there is less of it.
fn complete<'c>(captured: &'c Captured, stream: &str) -> Result<&'c [u8], String> {
    captured.complete().ok_or_else(|| {
        let written = Value::Size(captured.written());
        format!("{stream} is {written}, more than `capture` keeps")
    })
}

fn json(stdout: &Captured) -> Result<Value, String> {
    match complete(stdout, "stdout") {
        Ok([]) => Err("stdout is empty, and so no JSON".to_owned()),
        Ok(bytes) => Value::from_json(bytes).map_err(|error| format!("stdout is not JSON: {error}")),
        Err(why) => Err(format!("{why}, and so was not read as JSON")),
    }
}

fn json_lines(stdout: &Captured) -> Result<Value, String> {
    let bytes = complete(stdout, "stdout").map_err(|why| format!("{why}, and so was not read as JSON"))?;
    let lines = bytes.split(|&byte| byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let document = |(number, line)| {
        Value::from_json(line)
            .map_err(|error| format!("line {} of stdout is not JSON: {}", number + 1, error.message))
    };
    let documents = lines.map(document).collect::<Result<Vec<_>, _>>()?;
    if documents.is_empty() {
        Err("stdout is empty, and so no JSON".to_owned())
    } else {
        Ok(Value::list(documents))
    }
}

fn lines(captured: &Captured, stream: &str) -> Result<Value, String> {
    let bytes = complete(captured, stream).map_err(|why| format!("{why}, and so was not cut into lines"))?;
    let text = std::str::from_utf8(bytes).map_err(|error| {
        format!("{stream} is not UTF-8 at byte {}, and so has no lines", error.valid_up_to())
    })?;
    Ok(Value::list(text.lines().map(Value::text).collect()))
}

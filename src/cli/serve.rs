//! `mlfunnel serve`.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::args::Serve;
use super::{Failure, say};
use crate::report::one_line;
use crate::run::{Exit, keep_quiet};
use crate::service::load;
use crate::service::server::{self, Limits, Model};
use crate::system::cancel::Cancel;
use crate::system::shell::quoted;
use crate::system::signal::on_interrupt;

/// How long answers under way may take once it is to stop.
const GRACE: Duration = Duration::from_secs(10);

pub(super) fn serve(args: &Serve) -> Result<Exit, Failure> {
    let file = args.model.display().to_string();
    let model = match load(&args.model, &file, args.name.as_deref()) {
        Ok(model) => model,
        Err(error) => return Ok(invalid(&error)),
    };
    // Before the port is open: who waits for it may send a signal at once.
    let cancel = Cancel::new();
    let _interrupts = on_interrupt(cancel.clone(), at_once)?;
    keep_quiet();
    let mut host = match server::start(model.clone(), args.host, args.port, Limits::default()) {
        Ok(host) => host,
        Err(error) => return Ok(invalid(&format!("{error}; give another `--port`, or 0 for any free one"))),
    };
    say(&banner(&model, &host.url()))?;
    cancel.wait();
    host.stop_within(GRACE);
    Ok(Exit::Passed)
}

fn invalid(why: &dyn std::fmt::Display) -> Exit {
    eprintln!("mlfunnel: {why}");
    Exit::Invalid
}

#[allow(clippy::exit)]
fn at_once(signal: i32) {
    std::process::exit(128 + signal)
}

/// What is served, where, and how to ask it.
fn banner(model: &Model, url: &str) -> String {
    let mut text = format!("serving `{}` at {url}\n", one_line(model.name()));
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<9} {}", one_line(value));
    };
    fact("features", &model.features().join(", "));
    let classes: Vec<String> = model.classes().iter().map(ToString::to_string).collect();
    if !classes.is_empty() {
        fact("classes", &classes.join(", "));
    }
    for (index, route) in server::routes(model.clone()).iter().enumerate() {
        fact(if index == 0 { "routes" } else { "" }, route);
    }
    let row: Map<String, Value> =
        model.features().iter().map(|feature| (feature.clone(), json!(0.0))).collect();
    let body = quoted(&json!({"instances": [row]}).to_string());
    let _ = writeln!(
        text,
        "\ncurl {url}/predict -H 'content-type: application/json' -d {body}\n\nstop it with Ctrl-C"
    );
    text
}

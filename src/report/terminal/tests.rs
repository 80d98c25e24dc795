use super::*;
use crate::report::story::{Page, all_pass, assert_same, empty, every_outcome, hostile, killed, written};

const NORMAL: Options = Options { verbosity: Verbosity::Normal, colour: false };

fn plain(events: &[Event], options: Options) -> String {
    written(events, |out| Terminal::plain(out, options))
}

#[test]
fn every_outcome_is_told() {
    assert_same("every_outcome.txt", &plain(&every_outcome(), NORMAL));
}

#[test]
fn verbose_tells_every_case() {
    let options = Options { verbosity: Verbosity::Verbose, ..NORMAL };
    assert_same("verbose.txt", &plain(&every_outcome(), options));
}

#[test]
fn quiet_is_one_line_when_all_pass() {
    let options = Options { verbosity: Verbosity::Quiet, ..NORMAL };
    let expected = "PASSED  14 passed in 5.62 s; 14 checks on 42 values\n";
    assert_eq!(plain(&all_pass(), options), expected);
    let failures = plain(&every_outcome(), options);
    assert_eq!(failures.matches("run it again").count(), 3, "{failures}");
    assert!(!failures.contains("flaky  specs"), "{failures}");
    let note = "note: certificates were not checked: `tls: {insecure: true}` (";
    assert!(failures.contains(note), "what must not be missed is said all the same: {failures}");
}

#[test]
fn the_funnel_is_drawn() {
    assert_same("all_pass.txt", &plain(&all_pass(), NORMAL));
}

#[test]
fn a_run_of_nothing_says_so() {
    let expected = "mlfunnel 0.1.0  0 cases (4 left out), 2 jobs\n\nNOTHING WAS RUN  no case was selected (4 left out) in 1 ms\n";
    assert_eq!(plain(&empty(), NORMAL), expected);
}

#[test]
fn a_killed_run_says_what_is_missing() {
    assert_same("killed.txt", &plain(&killed(), NORMAL));
}

#[test]
fn hostile_text_steers_nothing() {
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let text = plain(&hostile(), Options { verbosity, colour: false });
        let raw: Vec<char> =
            text.chars().filter(|&c| (c.is_control() && c != '\n') || c == '\u{202e}').collect();
        assert_eq!(raw, [], "{text}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
        assert!(!text.contains("##["), "{text}");
        assert!(text.len() < 60_000, "{} bytes", text.len());
    }
    let coloured = plain(&hostile(), Options { colour: true, ..NORMAL });
    assert!(!coloured.contains("\u{1b}[2J"), "{coloured}");
    assert!(!coloured.contains('\u{7}'), "{coloured}");
}

#[test]
fn colour_adds_nothing_but_escapes() {
    let coloured = plain(&every_outcome(), Options { colour: true, ..NORMAL });
    assert!(coloured.contains("\u{1b}["));
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, plain(&every_outcome(), NORMAL));
}

/// A run under live progress prints the same failures and ending, also where the bars cannot be drawn.
#[test]
fn live_progress_loses_nothing() {
    let page = Page::default();
    let mut live = Terminal::live(page.clone(), ProgressDrawTarget::hidden(), NORMAL);
    for event in &every_outcome() {
        live.event(event).unwrap();
    }
    live.finish().unwrap();
    let plain = plain(&every_outcome(), NORMAL);
    let without_tier_lines = plain.replace("unit: 9 cases, budget 5 s\n", "");
    assert_eq!(page.text(), without_tier_lines);
}

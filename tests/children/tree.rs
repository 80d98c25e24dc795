//! Trees that do not want to end.

use std::time::{Duration, Instant};

use mlfunnel::system::cancel::Cancel;
use mlfunnel::system::clock::Deadline;
use mlfunnel::system::process::{Command, Ending, Exit, Sandbox, converse, spawn};

use super::{SOON, marked, sh, until, within};

const MOMENT: Duration = Duration::from_millis(400);

/// Runs it to its end or for a moment; afterwards nothing of it may be left.
fn ends(mark: &str, script: &str) -> (Exit, Ending) {
    let began = Instant::now();
    let finished = within(&sh(mark, script), MOMENT);
    assert!(began.elapsed() < SOON);
    assert_eq!(marked(mark), [""; 0], "{finished:?}");
    (finished.exit, finished.ending)
}

#[test]
fn a_tree_that_forks_and_detaches_at_every_level() {
    let script = "f() { if [ $1 -gt 0 ]; then f $(($1-1)) & f $(($1-1)) & fi; trap '' TERM; setsid sleep 300 & sleep 300; }; f 6";
    assert_eq!(ends("bomb", script).1, Ending::TimedOut);
}

#[test]
fn a_loop_that_goes_on_starting_daemons() {
    let script = "i=0; while [ $i -lt 3000 ]; do setsid sleep 300 & i=$((i+1)); done; sleep 300";
    assert_eq!(ends("loop", script).1, Ending::TimedOut);
}

#[test]
fn a_chain_in_which_each_starts_the_next_and_exits() {
    let script = r#"hop='n=$1; [ $n -gt 0 ] && { setsid sh -c "$2" hop $((n-1)) "$2" & }'; setsid sh -c "$hop" hop 3000 "$hop" & sleep 300"#;
    assert_eq!(ends("chain", script).1, Ending::TimedOut);
}

#[test]
fn a_daemon_of_a_daemon_whose_parents_are_gone() {
    let script = "(setsid sh -c '(sleep 300 &) ; exec sleep 300' &) ; sleep 0.1; exit 3";
    assert_eq!(ends("daemon", script), (Exit::Code(3), Ending::Exited));
}

#[test]
fn a_daemon_that_holds_the_outputs_open() {
    let finished = within(&sh("holds", "setsid sleep 300 & echo out; exit 0"), SOON);
    assert_eq!((finished.exit, finished.stdout.text()), (Exit::Code(0), "out\n".into()));
    assert_eq!(marked("holds"), [""; 0]);
}

#[test]
fn signals_ignored_by_all_of_the_tree() {
    let script = "trap '' TERM INT HUP; (while :; do sleep 1; done) & while :; do sleep 1; done";
    assert_eq!(ends("deaf", script), (Exit::Signal(9), Ending::TimedOut));
}

#[test]
fn a_group_of_its_own_that_ignores_signals() {
    let script = "exec setsid -w sh -c \"trap '' TERM; while :; do sleep 1; done\"";
    assert_eq!(ends("moved", script), (Exit::Signal(15), Ending::TimedOut));
}

#[test]
fn a_flood_on_both_outputs_by_many() {
    let (exit, ending) = ends("flood", "yes & yes >&2 & setsid yes & exec yes");
    assert_eq!((exit, ending), (Exit::Signal(15), Ending::TimedOut));
}

#[test]
fn all_files_closed() {
    assert_eq!(ends("closed", "exec <&- >&- 2>&-; sleep 0.1; exit 5"), (Exit::Code(5), Ending::Exited));
    assert_eq!(ends("closing", "exec <&- >&- 2>&-; sleep 300").1, Ending::TimedOut);
}

#[test]
fn a_child_that_stops_itself() {
    assert_eq!(ends("stops", "kill -STOP $$; sleep 300").1, Ending::TimedOut);
    assert_eq!(
        ends("stopped", "(kill -STOP 0; sleep 300) & sleep 0.1; exit 4"),
        (Exit::Signal(15), Ending::TimedOut)
    );
}

#[test]
fn a_child_that_stops_its_supervisor() {
    assert_eq!(ends("stops-parent", "kill -STOP $PPID; sleep 300").1, Ending::TimedOut);
}

#[test]
fn a_child_that_ends_its_whole_group() {
    assert_eq!(ends("group", "sleep 300 & kill -9 0"), (Exit::Signal(9), Ending::Exited));
}

#[test]
fn a_child_that_goes_elsewhere_and_deletes_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("workspace");
    std::fs::create_dir(&gone).unwrap();
    let script = "rm -rf \"$PWD\"; (cd / && exec sleep 300) & cd /; exit 6";
    let finished = within(&Command { cwd: gone.clone(), ..sh("deletes", script) }, SOON);
    assert_eq!(finished.exit, Exit::Code(6));
    assert!(!gone.exists());
    assert_eq!(marked("deletes"), [""; 0]);
}

#[test]
fn a_crowd_that_nobody_waits_for() {
    let script = "i=0; while [ $i -lt 300 ]; do (true &) ; i=$((i+1)); done; exit 7";
    let finished = within(&sh("zombies", script), SOON);
    assert_eq!(finished.exit, Exit::Code(7));
}

#[test]
fn a_child_holds_no_line_of_ours() {
    // With such a socket it would be no child that is ended when the other side is gone.
    let finished = within(&sh("files", "ls -l /proc/$$/fd"), SOON);
    let text = finished.stdout.text();
    assert!(text.contains("pipe:") && !text.contains("socket:"), "{text}");
}

#[test]
fn a_service_and_its_daemons() {
    let mut service =
        spawn(&sh("service", "setsid sleep 300 & trap '' TERM; sleep 300; sleep 300"), 1000).unwrap();
    assert!(until(|| marked("service").len() >= 3));
    assert_eq!(service.stop(Duration::from_millis(50)), Some(Exit::Signal(9)));
    assert_eq!(marked("service"), [""; 0]);
}

#[test]
fn a_worker_and_its_daemons() {
    let mut worker = converse(&sh("worker", "setsid sleep 300 & echo ready >&0; cat <&0")).unwrap();
    worker.read(&mut [0; 6], Deadline::after(SOON), &Cancel::new()).unwrap();
    drop(worker);
    assert_eq!(marked("worker"), [""; 0]);
}

#[test]
fn the_end_of_a_run_that_is_dropped_is_the_end_of_its_children() {
    let cancel = Cancel::new();
    cancel.cancel();
    let command = Command { sandbox: Sandbox::default(), ..sh("cancelled", "setsid sleep 300 & sleep 300") };
    let finished = mlfunnel::system::process::run(&command, Deadline::NEVER, &cancel).unwrap();
    assert_eq!(finished.ending, Ending::Cancelled);
    assert_eq!(marked("cancelled"), [""; 0]);
}

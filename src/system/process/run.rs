//! One child from start to end, within its bounds.

use std::io;
use std::os::fd::BorrowedFd;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::lines::{Listener, Stream};
use super::pump::{self, Drain, Feed};
use super::start::start;
use super::tree::{Ended, Tree};
use super::{Command, Ending, Exit, Finished, ProcessError};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;

/// Between the request to end and the end by force.
const GRACE: Duration = Duration::from_millis(300);
/// How long output is still awaited after the exit, when a daemon outside the group holds a pipe open.
const LINGER: Duration = Duration::from_millis(200);
/// How long a killed child may take to go: longer only when the kernel itself is stuck with it.
const LAST_WAIT: Duration = Duration::from_secs(2);
/// A cancelled token is noticed within this time.
const LOOK: Duration = Duration::from_millis(25);

#[derive(Clone, Copy)]
enum Phase {
    Running,
    /// Asked to end; by force after this moment.
    Terminating(Instant),
    /// Killed; given up after this moment.
    Killed(Instant),
}

/// Runs a child until it exits, the deadline passes or the token is cancelled. In the latter two its whole process group
/// is asked to end (SIGTERM) and 300 ms later all it has started is made to (SIGKILL). What is left after an ordinary exit
/// is killed. Output is captured throughout; on systems other than Linux, a daemon that left the group and holds the output
/// open does not hold up the return for more than 200 ms.
pub fn run(command: &Command, deadline: Deadline, cancel: &Cancel) -> Result<Finished, ProcessError> {
    run_followed(command, &Follow::new(deadline, cancel))
}

/// How long a child may run, how it is ended, and who hears what it prints.
pub struct Follow<'a> {
    pub deadline: Deadline,
    pub cancel: &'a Cancel,
    /// Between the request to end and the end by force.
    pub grace: Duration,
    /// Who is told of its lines while it runs.
    pub listener: Option<&'a Listener>,
}

impl<'a> Follow<'a> {
    /// The grace of 300 ms, and nobody who listens.
    pub fn new(deadline: Deadline, cancel: &'a Cancel) -> Self {
        Self { deadline, cancel, grace: GRACE, listener: None }
    }
}

/// As [`run`], with more to say of how.
pub fn run_followed(command: &Command, follow: &Follow<'_>) -> Result<Finished, ProcessError> {
    let began = Instant::now();
    let io = |source| command.refused(source);
    let (stdin, feed) = match &command.stdin {
        Some(_) => io::pipe().map(|(read, write)| (read.into(), Some(write.into()))).map_err(io)?,
        None => (Stdio::null(), None),
    };
    let (stdout, its_stdout) = io::pipe().map_err(io)?;
    let (stderr, its_stderr) = io::pipe().map_err(io)?;
    let mut tree = start(command, [stdin, its_stdout.into(), its_stderr.into()], false)?;
    let stdout = Drain::new(Some(stdout.into()), command.capture_limit).map_err(io)?;
    let stderr = Drain::new(Some(stderr.into()), command.capture_limit).map_err(io)?;
    let mut wait = Wait {
        feed: Feed::new(feed, command.stdin.as_deref().unwrap_or_default()).map_err(io)?,
        stdout: stdout.told(follow.listener, Stream::Stdout),
        stderr: stderr.told(follow.listener, Stream::Stderr),
        buffer: Vec::new(),
    };
    let (ended, ending) = wait.until_end(&mut tree, follow);
    let duration = ended.duration.unwrap_or_else(|| began.elapsed());
    let refused = tree.take_refused();
    drop(tree);
    wait.drain_rest();
    Ok(Finished {
        exit: ended.exit,
        stdout: wait.stdout.finish(),
        stderr: wait.stderr.finish(),
        duration,
        peak_memory: ended.peak_memory,
        ending,
        refused,
    })
}

struct Wait<'a> {
    feed: Feed<'a>,
    stdout: Drain,
    stderr: Drain,
    buffer: Vec<u8>,
}

impl Wait<'_> {
    fn until_end(&mut self, tree: &mut Tree, follow: &Follow<'_>) -> (Ended, Ending) {
        let Follow { deadline, cancel, grace, .. } = *follow;
        let mut phase = Phase::Running;
        let mut ending = Ending::Exited;
        loop {
            if let Some(ended) = tree.poll_end() {
                return (ended, ending);
            }
            let now = Instant::now();
            match phase {
                Phase::Running => {
                    if cancel.is_cancelled() || deadline.expired() {
                        ending = if cancel.is_cancelled() { Ending::Cancelled } else { Ending::TimedOut };
                        tree.terminate();
                        phase = Phase::Terminating(now + grace);
                    }
                }
                Phase::Terminating(end) if now >= end => {
                    tree.kill();
                    phase = Phase::Killed(now + LAST_WAIT);
                }
                Phase::Killed(end) if now >= end => {
                    let exit = Exit::Signal(libc::SIGKILL);
                    return (Ended { exit, duration: None, peak_memory: None }, ending);
                }
                Phase::Terminating(_) | Phase::Killed(_) => {}
            }
            let next = match phase {
                Phase::Running => deadline.remaining_up_to(LOOK),
                Phase::Terminating(end) | Phase::Killed(end) => end.saturating_duration_since(now).min(LOOK),
            };
            self.pump(tree.fd(), next);
        }
    }

    /// After the exit: what is still in the pipes, and what the last of the group still write.
    fn drain_rest(&mut self) {
        self.feed.close();
        let end = Instant::now() + LINGER;
        while self.stdout.is_open() || self.stderr.is_open() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            self.pump(None, left);
        }
    }

    fn pump(&mut self, news: Option<BorrowedFd<'_>>, timeout: Duration) {
        let readable = [self.stdout.fd(), self.stderr.fd(), news];
        pump::sleep(&readable, self.feed.fd(), timeout);
        self.stdout.read(&mut self.buffer);
        self.stderr.read(&mut self.buffer);
        self.feed.write();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::process::shell::{gone, sh};
    use std::path::PathBuf;
    use std::thread;

    /// Generous on a loaded machine, and far below what a hang would take.
    const SOON: Duration = Duration::from_secs(30);

    fn run_for(command: &Command, limit: Duration) -> Finished {
        let began = Instant::now();
        let finished = run(command, Deadline::after(limit), &Cancel::new()).unwrap();
        assert!(began.elapsed() < SOON, "{finished:?}");
        finished
    }

    fn run_sh(script: &str) -> Finished {
        run_for(&sh(script), Duration::from_mins(1))
    }

    #[test]
    fn code_and_both_outputs_are_captured() {
        let got = run_sh("echo out; echo err >&2; exit 7");
        assert_eq!((got.exit, got.ending), (Exit::Code(7), Ending::Exited));
        assert_eq!((got.stdout.text(), got.stderr.text()), ("out\n".into(), "err\n".into()));
    }

    #[test]
    fn a_signal_is_told_from_a_code() {
        assert_eq!(run_sh("kill -SEGV $$").exit, Exit::Signal(11));
    }

    #[test]
    fn only_the_given_environment_and_directory_are_seen() {
        let mut command = sh("env | grep -v -e ^_= -e ^PWD= -e ^SHLVL= -e ^OLDPWD= | sort; pwd");
        let dir = tempfile::tempdir().unwrap();
        command.cwd = dir.path().canonicalize().unwrap();
        command.env.push(("GREETING".into(), "hé llo".into()));
        let got = run_for(&command, SOON);
        let expected =
            format!("GREETING=hé llo\nPATH=/usr/local/bin:/usr/bin:/bin\n{}\n", command.cwd.display());
        assert_eq!(got.stdout.text(), expected);
    }

    #[test]
    fn input_larger_than_any_pipe_is_fed_while_output_is_drained() {
        let mut command = Command { capture_limit: 4 << 20, ..sh("cat") };
        command.stdin = Some((0..3 << 20).map(|i| (i % 251) as u8).collect());
        let got = run_for(&command, SOON);
        assert_eq!(got.stdout.complete(), command.stdin.as_deref());
    }

    #[test]
    fn input_nobody_reads_harms_nothing() {
        for script in ["exit 3", "exec <&-; sleep 0.1; exit 3"] {
            let command = Command { stdin: Some(vec![b'x'; 1 << 20]), ..sh(script) };
            assert_eq!(run_for(&command, SOON).exit, Exit::Code(3));
        }
        assert_eq!(
            run_sh("cat; exit 4").exit,
            Exit::Code(4),
            "without input there is an end of file at once"
        );
    }

    #[test]
    fn a_flood_is_cut_and_counted() {
        let got = run_sh("head -c 5000000 /dev/zero; printf end");
        assert_eq!(got.stdout.written(), 5_000_003);
        assert_eq!(got.stdout.head.len() + got.stdout.tail.len(), 1 << 16);
        assert!(got.stdout.tail.ends_with(b"end"));
        let endless = run_for(&sh("exec yes"), Duration::from_secs(1));
        assert_eq!(endless.ending, Ending::TimedOut);
        // On a loaded machine even a willing child may not be gone within the grace.
        assert!(matches!(endless.exit, Exit::Signal(15 | 9)), "{endless:?}");
        assert!(endless.stdout.is_truncated());
    }

    #[test]
    fn ignoring_the_request_to_end_does_not_help() {
        let got =
            run_for(&sh("trap '' TERM; echo $$; while :; do sleep 1; done"), Duration::from_millis(200));
        assert_eq!((got.exit, got.ending), (Exit::Signal(9), Ending::TimedOut));
    }

    #[test]
    fn a_polite_child_may_clean_up() {
        let got = run_for(
            &sh("trap 'echo bye; exit 5' TERM; echo on; sleep 60 & wait"),
            Duration::from_millis(300),
        );
        assert_eq!((got.exit, got.ending), (Exit::Code(5), Ending::TimedOut));
        assert_eq!(got.stdout.text(), "on\nbye\n");
    }

    #[test]
    fn closed_outputs_are_no_exit() {
        let got = run_sh("exec >&- 2>&-; sleep 0.2; exit 6");
        assert_eq!(got.exit, Exit::Code(6));
    }

    #[test]
    fn what_is_left_of_the_group_is_killed() {
        let got = run_sh("sleep 300 & echo $!");
        assert_eq!(got.exit, Exit::Code(0));
        assert!(gone(got.stdout.text().trim()), "the background child outlived its group");
        let got = run_for(&sh("(trap '' TERM; sleep 300) & echo $!; wait"), Duration::from_millis(200));
        assert!(gone(got.stdout.text().trim()));
    }

    #[test]
    fn a_daemon_that_keeps_stdout_open_holds_nothing_up() {
        let got = run_sh("setsid sh -c 'echo $$; exec sleep 60' & sleep 0.3; echo done");
        assert_eq!(got.exit, Exit::Code(0));
        let text = got.stdout.text();
        assert!(text.ends_with("done\n"), "{text}");
        if cfg!(target_os = "linux") {
            assert!(gone(text.lines().next().unwrap()), "the daemon outlived what started it");
        }
    }

    #[test]
    fn cancelling_ends_a_child() {
        let cancel = Cancel::new();
        let other = cancel.clone();
        let canceller = thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            other.cancel();
        });
        let began = Instant::now();
        let got = run(&sh("sleep 60"), Deadline::NEVER, &cancel).unwrap();
        assert_eq!((got.exit, got.ending), (Exit::Signal(15), Ending::Cancelled));
        assert!(began.elapsed() < SOON);
        canceller.join().unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_of_a_grandchild_counts() {
        let got = run_sh("(x=$(head -c 30000000 /dev/zero | tr '\\0' x); sleep 0.3; echo ${#x}); true");
        assert_eq!(got.stdout.text(), "30000000\n");
        assert!(got.peak_memory.unwrap() > 30_000_000, "{:?}", got.peak_memory);
    }

    #[test]
    fn what_cannot_start_says_why() {
        let dir = tempfile::tempdir().unwrap();
        let error =
            |command: &Command| run(command, Deadline::NEVER, &Cancel::new()).unwrap_err().to_string();
        let with = |argv: &[&str]| Command { argv: argv.iter().map(ToString::to_string).collect(), ..sh("") };
        assert_eq!(error(&with(&[])), "the command is empty; give the program first");
        assert!(
            error(&with(&["no-such-program"]))
                .starts_with("the program `no-such-program` is not in PATH (/usr")
        );
        assert!(error(&with(&["sh", "a\0b"])).starts_with("argument 1 of the command holds a NUL byte"));
        let missing = Command { cwd: PathBuf::from("/no/such/folder"), ..sh("") };
        assert_eq!(error(&missing), "the working directory `/no/such/folder` does not exist");
        let named = Command { env: vec![("A=B".into(), String::new())], ..sh("") };
        assert!(error(&named).starts_with("the environment's `A=B` is no name"));

        let script = |name: &str, text: &str| {
            use std::os::unix::fs::PermissionsExt;
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let lost = script("lost", "#!/no/such/interpreter\n");
        assert!(error(&with(&[&lost])).ends_with("the interpreter its first line names does not exist"));
        let bare = script("bare", "\u{1}\u{2}\u{3}");
        assert!(
            error(&with(&[&bare])).contains("it is no program for this machine"),
            "{}",
            error(&with(&[&bare]))
        );
    }
}

//! Every error code, with the page that `mlfunnel explain CODE` shows.

/// One of the codes, as errors hold it: a pointer, for errors are moved about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(&'static Entry);

impl std::ops::Deref for Code {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        self.0
    }
}

/// A kebab-case code and its page.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: &'static str,
    pub page: &'static str,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $constant:ident = $name:literal;)+) => {
        $($(#[doc = $doc])+ pub const $constant: Code = Code(&Entry { name: $name, page: concat!($($doc, "\n"),+) });)+

        /// Every code there is.
        pub const ALL: &[Code] = &[$($constant),+];
    };
}

codes! {
    /// The text is not YAML. The caret stands where reading stopped; the mistake is there or just before it.
    /// Usual causes: a tab used to indent, a missing space after `:`, a bracket or quote that is never closed.
    INVALID_YAML = "invalid-yaml";
    /// A file cannot be read: it does not exist, is a folder, or may not be opened.
    UNREADABLE = "unreadable";
    /// A file is larger, nested deeper, or expands its aliases further than any spec needs. The limits keep a
    /// hostile file from costing time or memory.
    TOO_LARGE = "too-large";
    /// A spec holds UTF-8 text. Save the file in that encoding.
    NOT_UTF8 = "not-utf8";
    /// The file holds no suite. A suite has `suite:`, `tier:` and `cases:`.
    EMPTY_FILE = "empty-file";
    /// One key stands twice in a mapping. YAML has no rule for which one would count.
    DUPLICATE_KEY = "duplicate-key";
    /// A key that means nothing at this place. Keys are never ignored: a misspelt check would pass unseen.
    UNKNOWN_KEY = "unknown-key";
    /// A key that must be given is not there.
    MISSING_KEY = "missing-key";
    /// The value is of another kind than this place takes, or a word it does not know.
    WRONG_TYPE = "wrong-type";
    /// The value is of the right kind and makes no sense here; the message says why.
    INVALID_VALUE = "invalid-value";
    /// Two keys that exclude one another are both given.
    CONFLICTING_KEYS = "conflicting-keys";
    /// A step does exactly one thing: it has one action key, such as `scale`, `train` or `probe`.
    NO_ACTION = "no-action";
    /// The step has a key that names no action. `mlfunnel explain` lists the actions.
    UNKNOWN_ACTION = "unknown-action";
    /// This version does not know the action yet.
    UNSUPPORTED = "unsupported";
    /// A matcher of this name does not exist. `mlfunnel explain` lists the matchers.
    UNKNOWN_MATCHER = "unknown-matcher";
    /// The action has no output of this name. `mlfunnel explain ACTION` lists its outputs.
    UNKNOWN_OUTPUT = "unknown-output";
    /// A case that checks nothing passes whatever happens: give an `expect`, or use a `contract`.
    /// `warn` alone is no check.
    NO_CHECKS = "no-checks";
    /// Two suites, cases, labels, steps or names in scope are called the same, so that a report or a reference
    /// could mean either.
    DUPLICATE_NAME = "duplicate-name";
    /// A `$name` that nothing in scope is called. In scope are vars, fixtures, services, the row of `each`,
    /// the ids of earlier steps, and `workspace`, `seed` and `port`.
    UNKNOWN_NAME = "unknown-name";
    /// A `$…` that cannot be read. A whole scalar `$name.path` is a reference; inside text write `${name.path}`;
    /// `$$` writes a dollar.
    INVALID_REFERENCE = "invalid-reference";
    /// A path leaves the places a spec may reach: the folder of the spec, the project, the case's workspace.
    PATH_OUTSIDE = "path-outside";
    /// A unit suite reaches no socket but its own fakes, an integration suite nothing beyond loopback.
    NETWORK_IN_TIER = "network-in-tier";
    /// A child of the step, or a process that one started, tried to reach an address that its tier does not reach, and was
    /// kept from it. It fails the case even where the program went on without: elsewhere it would have got through, and
    /// the result would depend on it. Let it reach a service of the suite, or move the case to a tier that reaches further.
    NETWORK_REFUSED = "network-refused";
    /// `--require-sandbox` is given, and this machine cannot keep children from the network or from writing outside the
    /// workspace; the message says what is missing. Containers often forbid it: allow the `seccomp` and `landlock` calls.
    NO_SANDBOX = "no-sandbox";
    /// A percentile pN needs `samples · (100 − N) ≥ 100`: p95 needs 20 samples, p99 needs 100. With a `confidence` it needs
    /// as many as make a bound that sure (`1 − qⁿ ≥ confidence`): p95 needs 59 with 95 %, p99 needs 299; beside a
    /// `baseline`, on both sides, 72 and 368.
    TOO_FEW_SAMPLES = "too-few-samples";
    /// A `poll` that is allowed to take longer than the timeout around it can never use its time.
    POLL_BEYOND_TIMEOUT = "poll-beyond-timeout";
    /// A probe that asks `for` longer than the timeout around it, or takes longer to send its `samples` at its `rate`, would
    /// always be stopped by it.
    LOAD_BEYOND_TIMEOUT = "load-beyond-timeout";
    /// The command line asks for something that is not there, such as a profile that is not declared.
    INVALID_OPTION = "invalid-option";

    /// An expectation did not hold. The caret stands at what was asked for; `actual` is what came.
    EXPECTATION_FAILED = "expectation-failed";
    /// Two implementations were given the same input and gave different answers. The message names the two, how many
    /// inputs they disagree on, and the worst of these as a row of `each` to paste into a case of its own.
    DISAGREEMENT = "disagreement";
    /// A check looked at nothing: an empty array, a path that selects no node, no rows, no samples. That is
    /// no pass. If nothing is a fine answer, say so with `allow_empty: true`.
    MEASURED_NOTHING = "measured-nothing";
    /// The output is there, and this path leads nowhere in it.
    NO_SUCH_PATH = "no-such-path";
    /// A matcher was asked of a value it cannot be asked of, such as the length of a number.
    NOT_MEASURABLE = "not-measurable";
    /// The table breaks its contract; each violation names the column and the rows.
    CONTRACT_VIOLATED = "contract-violated";
    /// A file that the step was to write is not there, is empty, or is not what was expected.
    ARTIFACT_FAILED = "artifact-failed";
    /// The response has a status of 400 or above, and the step says nothing about `status`.
    BAD_STATUS = "bad-status";
    /// The command ended with another code than 0, and the step says nothing about `exit_code`.
    NON_ZERO_EXIT = "non-zero-exit";
    /// The function that `call` called raised an exception, and the step says nothing about `raised`.
    RAISED = "raised";
    /// A function of the team cannot be called: there is no Python, its module cannot be imported, or it has no such
    /// name. The message says what was tried, and what there is.
    CANNOT_CALL = "cannot-call";
    /// The process in which a function of the team ran ended in the middle of the call: an `os._exit`, a crash in C
    /// code, or too little memory. The end of its stderr is shown; the next call gets a new process.
    CRASHED = "crashed";
    /// Two repetitions of a case differ: in an output, in a file of its workspace, or in how they ended. What may differ by
    /// nature is named under `repeat: {volatile: […]}`, and how far numbers may under `repeat: {tolerance: …}`.
    NOT_DETERMINISTIC = "not-deterministic";
    /// The step could not be carried out; the message says what stood in the way.
    STEP_ERROR = "step-error";
    /// The server could not be reached, or what it sent is no HTTP.
    UNREACHABLE = "unreachable";
    /// The server completed no inference within `ready_within`; the message says what the last try saw.
    NOT_READY = "not-ready";
    /// The fit did not converge within `max_iter`: raise it, or scale the features first.
    NOT_CONVERGED = "not-converged";
    /// A service did not start, or was not ready in time. The end of its log is shown.
    SERVICE_FAILED = "service-failed";
    /// A variable of the environment that the case needs is not set, and has no default.
    ENV_UNSET = "env-unset";
    /// The case or the step took longer than its `timeout`.
    TIMED_OUT = "timed-out";
    /// The tier spent its wall-clock budget. The slowest cases are named; the budget is set in `mlfunnel.yaml`.
    OVER_BUDGET = "over-budget";
    /// A stored snapshot does not exist. `--update-snapshots` writes it; a plain run never does.
    NO_SNAPSHOT = "no-snapshot";
    /// No run is stored under this name, or it did not measure this output of this step. `--save-baseline` stores one; a
    /// plain run never does. It belongs to the machine it was measured on, in `.mlfunnel/baselines`.
    NO_BASELINE = "no-baseline";
    /// Something in mlfunnel itself went wrong. The run goes on; please report it.
    INTERNAL = "internal";
    /// The run was interrupted before this case ended.
    INTERRUPTED = "interrupted";
}

/// The code of this name.
pub fn find(name: &str) -> Option<Code> {
    ALL.iter().copied().find(|code| code.name == name)
}

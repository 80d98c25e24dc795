use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ndarray::array;

use super::{Running, ServiceError, ServiceSpec, StartContext, start};
use crate::action::{Children, Places, World};
use crate::diagnostic::Diagnostics;
use crate::ml::label::Label;
use crate::ml::model::logistic::LogisticParams;
use crate::ml::model::{Certificate, Engine, Model, ModelKind, Training};
use crate::ml::preprocessing::Preprocessing;
use crate::source::Sources;
use crate::syntax::{Decode, Decoder, Scope, Unbound, parse};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::files::Bounds;
use crate::system::http::{Http, Request};
use crate::system::python::Search;
use crate::value::Value;

struct Nothing;

impl Scope for Nothing {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        Err(Unbound::new(format!("nothing is called `{name}`")))
    }
}

pub(super) fn read(text: &str) -> Result<ServiceSpec, Vec<String>> {
    let mut sources = Sources::default();
    let source = sources.add("spec.yaml", text);
    let mut found = Diagnostics::default();
    let node = parse(text, source, &mut found).unwrap();
    let read = ServiceSpec::decode(&node, &mut Decoder::new(&mut found));
    read.filter(|_| found.is_empty())
        .ok_or_else(|| found.into_sorted().into_iter().map(|diagnostic| diagnostic.message).collect())
}

pub(super) fn start_in(folder: &Path, text: &str, cancel: &Cancel) -> Result<Running, ServiceError> {
    let bounds = Bounds { spec_dir: folder.into(), project_root: folder.into(), workspace: None };
    let workspace = || Err::<PathBuf, _>("a service has no workspace".to_owned());
    let places = Places { bounds: &bounds, workspace: &workspace, saved: &[] };
    let zone = [("ZONE".to_owned(), "north".to_owned())].into();
    let world = World::new(Search { env: zone, ..Search::default() });
    let env = vec![("PATH".into(), std::env::var("PATH").unwrap())];
    let children = &Children { env, ..Children::default() };
    let deadline = Deadline::after(Duration::from_secs(30));
    start(
        &read(text).unwrap(),
        &StartContext {
            scope: &Nothing,
            uses: &[],
            places: &places,
            world: &world,
            deadline,
            cancel,
            children,
        },
    )
}

pub(super) fn start_here(text: &str) -> Result<Running, ServiceError> {
    start_in(&std::env::temp_dir().canonicalize().unwrap(), text, &Cancel::new())
}

fn get(url: &str) -> Option<(u16, String)> {
    let world = World::default();
    let http: &dyn Http = world.http().unwrap();
    let response = http.send(&Request::new("GET", url)).ok()?;
    Some((response.status, String::from_utf8(response.body).unwrap()))
}

/// A server in the shell is none; what every machine with these tests has is the port that this test holds itself.
fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn a_command_is_ready_when_its_port_accepts_and_is_stopped_whole() {
    let (_listener, port) = listener();
    let began = Instant::now();
    let running = start_here(&format!(
        "{{command: [sh, -c, 'echo at $0 $LEVEL $ZONE; sleep 60 & wait', $port], env: {{LEVEL: 3}}, inherit_env: [ZONE], port: {port}}}"
    ))
    .unwrap();
    assert_eq!((running.port(), running.url()), (port, format!("http://127.0.0.1:{port}")));
    while running.log().unwrap().is_empty() && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(running.log().unwrap(), format!("at {port} 3 north"));
    running.stop();
    running.stop();
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_command_is_ready_when_its_path_answers() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    std::fs::write(folder.join("model.json"), model()).unwrap();
    let served = start_in(&folder, "{serve: model.json}", &Cancel::new()).unwrap();
    let port = served.port();
    let ready = |path: &str| {
        start_here(&format!("{{command: [sleep, 60], port: {port}, ready: {{get: {path}, within: 100 ms}}}}"))
    };
    assert!(ready("/health").is_ok());
    let error = ready("/nowhere").unwrap_err();
    assert_eq!(
        error.message,
        format!(
            "`sleep 60` was not ready within 100 ms: `GET http://127.0.0.1:{port}/nowhere` is answered with status 404"
        )
    );
}

#[test]
fn a_command_is_ready_when_it_completes_an_inference_of_its_protocol() {
    let served = start_here(
        "{fake: [{get: /ping}, {post: /invocations, when: {json: {dataframe_split: {data: [[1, 2]]}}}, json: {predictions: [3]}}, {post: /invocations, json: {error: loading}}]}",
    )
    .unwrap();
    let ready = |rows: &str| {
        start_here(&format!(
            "{{command: [sleep, 60], port: {}, ready: {{protocol: mlflow, rows: {rows}, within: 100 ms}}}}",
            served.port()
        ))
    };
    assert!(ready("[[1, 2]]").unwrap().cold().is_some_and(|cold| cold < Duration::from_secs(20)));
    let error = ready("[[7]]").unwrap_err();
    assert_eq!(
        error.message,
        "`sleep 60` was not ready within 100 ms: an error is answered with status 200: loading, though it says that it is ready"
    );
    let error = ready("[{a: .nan}]").unwrap_err();
    assert!(error.message.ends_with("JSON has no .nan at `dataframe_split.data[0][0]`"), "{error}");
    let read = |ready: &str| read(&format!("{{command: [sleep, 60], ready: {ready}}}")).unwrap_err();
    assert_eq!(read("{protocol: mlflow}"), ["`ready` with a `protocol` needs `rows`"]);
    assert_eq!(read("{tcp: true, model: iris}"), ["`model` is for a `ready` with a `protocol`"]);
    assert_eq!(read("{protocol: mlflow, rows: [[1]], task: chat}"), ["`task` means nothing to `mlflow`"]);
}

#[test]
fn a_command_is_ready_when_a_whole_inference_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    std::fs::write(folder.join("model.json"), model()).unwrap();
    let served = start_in(&folder, "{serve: model.json}", &Cancel::new()).unwrap();
    let port = served.port();
    let ready = |infer: &str| {
        start_here(&format!(
            "{{command: [sleep, 60], port: {port}, ready: {{infer: {infer}, within: 100 ms}}}}"
        ))
    };
    assert!(ready("{post: /predict, json: {instances: [[1, 2]]}}").is_ok());
    let error = ready("{post: /predict, json: {rows: []}}").unwrap_err();
    let expected = format!("`POST http://127.0.0.1:{port}/predict` is answered with status 400");
    assert!(error.message.ends_with(&expected), "{error}");
    let plain = start_here("{fake: [{any: /predict, text: soon}]}").unwrap();
    let error = start_here(&format!(
        "{{command: [sleep, 60], port: {}, ready: {{infer: {{post: /predict, json: 1}}, within: 100 ms}}}}",
        plain.port()
    ))
    .unwrap_err();
    assert!(error.message.ends_with("/predict` is answered with what is no JSON"), "{error}");
}

#[test]
fn a_command_is_ready_when_its_log_says_so_and_its_end_is_seen() {
    let running = start_here(
        "{command: [sh, -c, 'echo loading; sleep 0.1; echo worker 3 is up >&2; sleep 1; echo lost; exit 4'], ready: {log: 'worker \\d is up$'}}",
    )
    .unwrap();
    assert!(running.log().unwrap().starts_with("loading\nworker 3 is up"));
    let began = Instant::now();
    while running.ended().is_none() && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(running.ended().as_deref(), Some("exit code 4"));
    let error = start_here("{command: [sleep, 60], ready: {log: up, within: 30 ms}}").unwrap_err();
    assert!(error.message.ends_with("within 30 ms: it has written nothing that matches `up`"), "{error}");
}

#[test]
fn a_command_that_is_not_ready_shows_the_end_of_its_log() {
    let error = start_here("{command: [sh, -c, 'seq 1 30; echo no module >&2; exit 3']}").unwrap_err();
    let log = error.log.clone().unwrap();
    assert_eq!((log.lines().count(), log.lines().last()), (15, Some("no module")));
    assert!(
        error
            .to_string()
            .contains("exit 3` ended with exit code 3 before it was ready; its log ends with:\n17\n18")
    );

    let error = start_here("{command: [sleep, 60], ready: {tcp: true, within: 30 ms}}").unwrap_err();
    assert!(
        error
            .message
            .starts_with("`sleep 60` was not ready within 30 ms: it accepts no connections on port ")
    );
    assert!(error.to_string().ends_with("; it has written nothing"));

    let error = start_here("{command: [no-such-program]}").unwrap_err();
    assert!(error.message.starts_with("the program `no-such-program` is not in PATH"), "{error}");

    let cancel = Cancel::new();
    cancel.cancel();
    let folder = std::env::temp_dir().canonicalize().unwrap();
    let error = start_in(&folder, "{command: [sleep, 60]}", &cancel).unwrap_err();
    assert_eq!(error.message, "`sleep 60` was interrupted before it was ready");
}

/// By hand: two features, weights 1 and −1, no intercept.
fn model() -> String {
    let certificate =
        Certificate { converged: true, iterations: 1, grad_norm: 0.0, loss: 0.0, engine: Engine::Linfa };
    let model = Model {
        kind: ModelKind::LogisticRegression(LogisticParams::default()),
        features: vec!["a".into(), "b".into()],
        target: "y".into(),
        classes: vec![Label::Int(0), Label::Int(1)],
        preprocessing: Preprocessing::default(),
        coefficients: array![[1.0, -1.0]],
        intercept: array![0.0],
        training: Training { rows: 2, certificate },
    };
    model.to_json().unwrap()
}

#[test]
fn a_model_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    std::fs::write(folder.join("model.json"), model()).unwrap();
    std::fs::write(folder.join("broken.json"), "{}").unwrap();
    let serve = |text: &str| start_in(&folder, text, &Cancel::new());
    let running = serve("{serve: {model: ./model.json}}").unwrap();
    assert_eq!(get(&format!("{}/health", running.url())).unwrap().0, 200);
    let (_, metadata) = get(&format!("{}/metadata", running.url())).unwrap();
    assert!(metadata.contains(r#""task":"classification""#), "{metadata}");
    let world = World::default();
    let request = Request {
        body: br#"{"instances": [[1, 1], [0, 1]]}"#.to_vec(),
        headers: vec![("content-type".into(), "application/json".into())],
        ..Request::new("POST", &format!("{}/predict", running.url()))
    };
    let answer = world.http().unwrap().send(&request).unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    // 1 / (1 + e) = 0.2689414213699951 (NIST DLMF 4.2.1 for e).
    assert_eq!(answer["predictions"][0], 0.5);
    assert!((answer["predictions"][1].as_f64().unwrap() - 0.268_941_421_369_995_1).abs() < 1e-15);
    running.stop();
    assert_eq!(get(&format!("{}/health", running.url())), None);

    let error = serve("{serve: absent.json}").unwrap_err();
    assert!(error.message.starts_with("there is no file `"), "{error}");
    let error = serve("{serve: broken.json}").unwrap_err();
    assert!(error.message.starts_with("`broken.json`: this is no model of mlfunnel"), "{error}");
    let (_listener, port) = listener();
    let error = serve(&format!("{{serve: model.json, port: {port}}}")).unwrap_err();
    assert_eq!(error.message, format!("port {port} cannot be listened on: another program uses it"));
}

#[test]
fn mistakes_are_told_when_the_file_is_read() {
    for (text, expected) in [
        ("{}", "this service starts nothing"),
        ("{command: [a], serve: b}", "`command` and `serve` are given together"),
        ("{serve: a, ready: {tcp: true}}", "`ready` belongs to a `command`, and this service is none"),
        ("{command: [a], ready: {get: health}}", "a path of a service starts with `/`"),
        ("{command: [a], ready: {get: /a, tcp: true}}", "`get` and `tcp` are both given"),
        ("{command: [a], ready: {tcp: false}}", "`tcp: false` shows nothing"),
        ("{command: [a], ready: {}}", "`ready` says nothing"),
        ("{command: [a], ready: {log: a, get: /}}", "`get` and `log` are both given"),
        ("{command: [a], ready: {log: '('}}", "this is no regular expression: error: unclosed group"),
        ("{command: [a], ready: {infer: {post: predict, json: 1}}}", "a path of a service starts with `/`"),
        ("{command: [a], ready: {infer: {post: /predict}}}", "`infer` has no `json`"),
        ("{command: [a], inherit_env: [A=1]}", "`A=1` is no name of a variable"),
        ("{fake: [], env: {A: b}}", "`env` belongs to a `command`, and this service is none"),
        ("{command: []}", "expected a list of words, got an empty list"),
        ("{comand: [a]}", "unknown key `comand` in a service"),
    ] {
        assert_eq!(read(text).unwrap_err()[0], expected, "{text}");
    }
}

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use super::Plan;
use super::schedule::Schedule;
use crate::action::Done;
use crate::action::probe::Probe;
use crate::action::site::{Site, show};
use crate::syntax::Tier;
use crate::system::clock::Deadline;
use crate::value::{FromValue, Path, Rate, Value};

/// A server that answers on many connections at once; where there is no answer, it closes the connection.
struct Server {
    url: String,
    asked: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// `answer` is told how many requests came before.
    fn new(answer: impl Fn(usize) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, connections) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (answer, count, opened) = (Arc::new(answer), asked.clone(), connections.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                opened.fetch_add(1, Ordering::SeqCst);
                let (mut stream, answer, count) = (stream.unwrap(), answer.clone(), count.clone());
                std::thread::spawn(move || {
                    let (mut held, mut buffer) = (Vec::new(), [0; 4096]);
                    while let Ok(more @ 1..) = stream.read(&mut buffer) {
                        held.extend(&buffer[..more]);
                        if !held.ends_with(b"\r\n\r\n") {
                            continue;
                        }
                        held.clear();
                        let Some(text) = answer(count.fetch_add(1, Ordering::SeqCst)) else { break };
                        if stream.write_all(text.as_bytes()).is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Self { url, asked, connections }
    }

    fn site(&self) -> Site {
        Site::new().with("url", self.url.as_str())
    }

    fn run(&self, spec: &str, asked: &[&'static str]) -> Done {
        let mut site = self.site();
        site.asked.extend(asked);
        site.run::<Probe>(spec).unwrap_or_else(|error| panic!("{spec}: {error:?}"))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[allow(clippy::unnecessary_wraps)] // the shape a server's answers have
fn ok(_: usize) -> Option<String> {
    Some(answer(200, "1"))
}

/// A server that stops all its work for a while when this request comes.
fn stalls(at: usize, time: Duration) -> Server {
    let working = Mutex::new(());
    Server::new(move |nth| {
        let _work = working.lock().unwrap();
        if nth == at {
            std::thread::sleep(time);
        }
        ok(nth)
    })
}

#[test]
fn connections_ask_at_once_and_are_kept() {
    for (connections, samples) in [(8, 16), (64, 128), (3, 3)] {
        // It answers none before so many have asked.
        let together = Barrier::new(connections);
        let server = Server::new(move |nth| {
            together.wait();
            ok(nth)
        });
        let done = server.run(&format!("{{get: $url, connections: {connections}, samples: {samples}}}"), &[]);
        assert_eq!(show(&done.outputs, "samples"), samples.to_string());
        assert_eq!(server.connections.load(Ordering::SeqCst), connections);
        assert!(done.others.is_empty() && !done.remarks.iter().any(|remark| remark.loud));
    }
}

#[test]
fn there_are_no_more_connections_than_samples() {
    let server = Server::new(ok);
    let done = server.run("{get: $url, connections: 64, samples: 3}", &[]);
    assert_eq!((show(&done.outputs, "samples").as_str(), server.asked()), ("3", 3));
    assert!(server.connections.load(Ordering::SeqCst) <= 3);
}

#[test]
fn every_connection_is_warmed() {
    let together = Barrier::new(4);
    let server = Server::new(move |nth| {
        together.wait();
        Some(answer(if nth < 8 { 503 } else { 200 }, "1"))
    });
    let done = server.run("{get: $url, connections: 4, warmup: 2, samples: 8}", &[]);
    assert!(done.unsuccessful.is_none());
    assert_eq!((server.asked(), show(&done.outputs, "phases.connect").as_str()), (16, "null"));
}

#[test]
fn a_time_or_a_number_ends_a_closed_loop() {
    let server = Server::new(ok);
    let done = server.run("{get: $url, connections: 2, for: 50 ms}", &[]);
    let samples: usize = show(&done.outputs, "samples").parse().unwrap();
    assert!(samples > 0 && samples == server.asked());
    let throughput = done.outputs.values["throughput"].as_f64().unwrap();
    assert!((throughput * time(&done, "duration").as_secs_f64() - samples as f64).abs() < 1e-6);
    let done = server.run("{get: $url, samples: 3, for: 1 min}", &[]);
    assert_eq!(show(&done.outputs, "samples"), "3");
}

#[test]
fn an_open_loop_takes_as_many_samples_as_its_rate_and_time_make() {
    let server = Server::new(ok);
    let began = Instant::now();
    let done = server.run("{get: $url, rate: 100/s, for: 95 ms}", &[]);
    // The last one is due 90 ms after the first.
    assert!(began.elapsed() >= Duration::from_millis(90));
    assert_eq!((show(&done.outputs, "samples").as_str(), server.asked()), ("10", 10));
}

fn time(done: &Done, path: &str) -> Duration {
    match done.outputs.follow(&Path::parse(path).unwrap().0).unwrap() {
        Value::Duration(duration) => duration,
        other => panic!("{other}"),
    }
}

#[test]
fn a_stall_shows_in_an_open_loop_and_hides_in_a_closed_one() {
    // All that is due within the stall waits for its end: the first 300 ms, the last nothing, 20 of 60 at least 100 ms.
    for connections in ["", "connections: 1, "] {
        let server = stalls(20, Duration::from_millis(300));
        let done = server.run(&format!("{{get: $url, {connections}rate: 100/s, samples: 60}}"), &[]);
        assert!(time(&done, "latency.p90") >= Duration::from_millis(100));
        let waited =
            done.remarks.iter().any(|remark| remark.text.contains("requests waited for a free connection"));
        assert_eq!(waited, !connections.is_empty());
        assert!(done.remarks.iter().all(|remark| !remark.loud || remark.text.contains("this machine")));
    }
    let server = stalls(20, Duration::from_millis(300));
    let done = server.run("{get: $url, samples: 60}", &[]);
    assert!(time(&done, "latency.max") >= Duration::from_millis(300));
    assert!(time(&done, "latency.p95") < time(&done, "latency.max"));
}

#[test]
fn the_time_since_it_was_sent_is_a_phase() {
    let server = stalls(0, Duration::from_millis(200));
    let done = server.run("{get: $url, connections: 1, rate: 1000/s, samples: 20}", &[]);
    assert!(time(&done, "latency.p50") > time(&done, "phases.whole.p50"));
    assert!(time(&done, "latency.p50") > Duration::from_millis(100));
    assert_eq!(show(&done.outputs, "phases.first_byte"), show(&done.outputs, "phases.first_byte.max"));
}

#[test]
fn errors_are_counted_apart_where_the_spec_speaks_of_them() {
    let server = Server::new(|nth| match nth % 10 {
        3 => Some(answer(503, "busy")),
        5 => Some(answer(429, "slow down")),
        7 => None,
        _ => ok(nth),
    });
    let done = server.run("{post: $url, samples: 20}", &["errors"]);
    assert_eq!(
        show(&done.outputs, "errors"),
        "{count: 6, rate: 0.3, kinds: {unreachable: 0, timeout: 0, closed: 2, malformed: 0, status_4xx: 2, status_5xx: 2, status_429: 2, status_503: 2}}"
    );
    assert_eq!((show(&done.outputs, "samples").as_str(), done.others.len()), ("14", 0));
    assert_eq!(show(&done.outputs, "status"), "200");
    let told = done.unsuccessful.unwrap();
    assert_eq!(
        (told.output, told.notes.as_slice()),
        (
            "errors",
            &[format!(
                "6 of 20 requests failed; the first was sample 4: `POST {}` is answered with status 503",
                server.url
            )][..]
        )
    );
}

#[test]
fn a_bad_status_is_no_fast_answer() {
    let server = Server::new(|nth| Some(answer(if nth == 0 { 404 } else { 200 }, "1")));
    let done = server.run("{get: $url, samples: 3}", &[]);
    assert_eq!((show(&done.outputs, "samples").as_str(), done.others.len()), ("2", 1));
    assert_eq!(show(&done.outputs, "errors.count"), "1");
    assert!(done.unsuccessful.unwrap().message.ends_with("is answered with status 404 in 1 of 3 samples"));

    let gone = || Server::new(|_| Some(answer(410, "gone")));
    let done = gone().run("get: $url", &["status"]);
    assert_eq!(
        (show(&done.outputs, "samples"), show(&done.outputs, "errors.count")),
        ("1".into(), "0".into())
    );
    let done = gone().run("{get: $url, samples: 2}", &["errors", "status"]);
    for output in ["status", "body", "latency.p50"] {
        assert_eq!(show(&done.outputs, output), "no request was answered with a status below 400");
    }
    assert_eq!(show(&done.outputs, "errors.rate"), "1.0");
    assert_eq!(show(&done.outputs, "phases.first_byte"), "null");
}

#[test]
fn where_nothing_is_answered_there_is_nothing_to_count() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut site = Site::new().with("url", format!("http://{closed}"));
    site.asked.push("errors");
    let error = site.run::<Probe>("{get: $url, connections: 3, samples: 9}").unwrap_err();
    assert_eq!(
        (error.code.name, error.message.as_str()),
        (
            "unreachable",
            format!("none of 9 requests was answered; the first: `{closed}` refuses the connection: nothing listens there").as_str()
        )
    );
}

#[test]
fn a_server_that_dies_ends_the_step_or_is_counted() {
    let dies = || Server::new(|nth| if nth < 20 { ok(nth) } else { None });
    let server = dies();
    let error = server.site().run::<Probe>("{post: $url, connections: 4, samples: 1000}").unwrap_err();
    assert_eq!(error.code.name, "unreachable");
    // The requests of four connections need not arrive in the order of their samples.
    let number = error.message.strip_prefix("sample ").and_then(|rest| rest.split_once(" of 1000: "));
    let number: u32 = number.and_then(|(number, _)| number.parse().ok()).unwrap();
    assert!((1..=24).contains(&number), "{}", error.message);
    assert!(server.asked() < 1000);
    let done = dies().run("{post: $url, connections: 4, samples: 100}", &["errors"]);
    assert_eq!([show(&done.outputs, "samples"), show(&done.outputs, "errors.kinds.closed")], ["20", "80"]);
}

#[test]
fn a_load_ends_with_its_step() {
    let mut site = Server::new(ok).site();
    site.deadline = Deadline::after(Duration::from_millis(60));
    let error = site.run::<Probe>("{get: $url, rate: 1/min, samples: 5}").unwrap_err();
    assert_eq!(
        (error.code.name, error.message.as_str()),
        ("timed-out", "the time was over at sample 2 of 5")
    );

    let mut site = Server::new(ok).site();
    site.deadline = Deadline::after(Duration::from_millis(60));
    let error = site.run::<Probe>("{get: $url, connections: 3, for: 1 min}").unwrap_err();
    assert!(error.message.starts_with("the time was over at sample "), "{}", error.message);

    let site = Server::new(ok).site();
    let cancel = site.cancel.clone();
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        cancel.cancel();
    });
    let began = Instant::now();
    let error = site.run::<Probe>("{get: $url, rate: 1/h, samples: 2}").unwrap_err();
    assert_eq!((error.code.name, error.message.as_str()), ("interrupted", "interrupted at sample 2 of 2"));
    assert!(began.elapsed() < Duration::from_secs(20));
    later.join().unwrap();
}

#[test]
fn slow_answers_are_timeouts_apart() {
    let server = Server::new(|nth| {
        if nth == 1 {
            std::thread::sleep(Duration::from_secs(20));
        }
        ok(nth)
    });
    let done = server.run("{get: $url, samples: 3, timeouts: {total: 2 s}}", &["errors"]);
    assert_eq!([show(&done.outputs, "errors.kinds.timeout"), show(&done.outputs, "samples")], ["1", "2"]);
    assert!(time(&done, "latency.max") < time(&done, "duration"));
}

#[test]
fn what_nobody_asks_about_need_not_be_the_same() {
    let server = || Server::new(|nth| Some(answer(200, &format!("{{\"n\": {nth}}}"))));
    let others = |asked: &[&'static str]| {
        let done = server().run("{get: $url, connections: 4, samples: 40}", asked);
        assert_eq!(show(&done.outputs, "samples"), "40");
        done.others.len()
    };
    assert_eq!([others(&["status"]), others(&["json"]), others(&["body"])], [0, 39, 39]);
    let traced = |name: &'static str| {
        Server::new(move |nth| Some(format!("HTTP/1.1 200 X\r\n{name}: {nth}\r\ncontent-length: 0\r\n\r\n")))
    };
    let asked =
        |name, asked: &[&'static str]| traced(name).run("{get: $url, samples: 5}", asked).others.len();
    assert_eq!([asked("x-n", &["headers"]), asked("x-n", &[]), asked("date", &["headers"])], [4, 0, 0]);
}

#[test]
fn the_outputs_are_those_of_the_last_sample() {
    let server = Server::new(|nth| Some(answer(200, &nth.to_string())));
    let done = server.run("{get: $url, samples: 5}", &[]);
    assert_eq!(show(&done.outputs, "body"), "\"4\"");
}

#[test]
fn a_schedule_is_kept_to_by_the_clock_alone() {
    let began = Instant::now();
    let plan = Plan { rate: Rate::from_value(&Value::from("100/s")).ok(), samples: Some(3), ..Plan::few(1) };
    let schedule = Schedule::new(&plan, 1, began);
    let due = || schedule.next(began + Duration::from_secs(9)).map(|turn| turn.due.unwrap() - began);
    assert_eq!(
        [due(), due(), due(), due()],
        [0, 10, 20, 99].map(|ms| (ms < 99).then(|| Duration::from_millis(ms)))
    );

    let lasting = Plan { samples: None, lasting: Some(Duration::from_secs(2)), ..Plan::few(1) };
    let schedule = Schedule::new(&lasting, 2, began);
    let at = |seconds| schedule.next(began + Duration::from_secs(seconds)).map(|turn| turn.number);
    // Every request is asked once, however late.
    assert_eq!([at(0), at(3), at(1), at(2)], [Some(0), Some(1), Some(2), None]);
    assert_eq!(schedule.samples(), None);
}

#[test]
fn mistakes_of_a_load_are_told_when_the_file_is_read() {
    for (keys, expected) in [
        ("connections: 0, samples: 5", "no connections ask nothing | write 1 or more"),
        (
            "connections: 300, samples: 5",
            "a probe has at most 256 `connections` | each is a thread of this machine",
        ),
        ("connections: 8", "these `connections` ask without an end | add `samples: 1000` or `for: 10 s`"),
        ("rate: 5/s", "this `rate` has no end | add `samples: 1000` or `for: 10 s`"),
        (
            "rate: 5/s, samples: 5, for: 1 s",
            "`samples` stands beside `rate` and `for`, which make a number already | leave one of the three out",
        ),
        ("for: 0 s", "no time measures nothing | write how long it lasts, such as `10 s`"),
        (
            "rate: 5, for: 1 s",
            "expected a rate such as `200/s` or `30/min`, got an integer `5` | write `5/s`",
        ),
        (
            "rate: 5 Hz, for: 1 s",
            "expected a rate such as `200/s` or `30/min`, got a string `5 Hz` | the units are `s`, `min` and `h`; it is above 0, and 1000000/s at most",
        ),
    ] {
        let found = Site::read::<Probe>(&format!("{{get: http://a, {keys}}}")).unwrap_err();
        assert_eq!(found, [expected], "{keys}");
    }
    let site = Server::new(ok).site().with("none", 0_u64);
    for (keys, expected) in [
        ("samples: $none", "no samples measure nothing"),
        ("connections: $none, samples: 1", "no connections ask nothing"),
    ] {
        let error = site.run::<Probe>(&format!("{{get: $url, {keys}}}")).unwrap_err();
        assert_eq!(error.message, expected);
    }
}

#[test]
fn a_rate_and_a_time_make_a_number_of_samples() {
    let review = |keys: &str, asked| {
        let spec = format!("{{get: http://127.0.0.1, {keys}}}");
        Site::review::<Probe>(&spec, Tier::Smoke, &[asked], &|_| crate::action::Known::Nothing)
    };
    assert_eq!(review("rate: 10/s, for: 10 s", "latency.p99"), [""; 0]);
    assert_eq!(review("for: 1 s", "latency.p99"), [""; 0]);
    let few = review("rate: 10/s, for: 9 s", "latency.p99");
    assert!(few[0].starts_with("`p99` needs 100 samples, and this probe takes 90 samples"), "{few:?}");
}

//! What is known when the file is read.

use super::*;

#[test]
fn mistakes_are_told_when_the_file_is_read() {
    for (spec, expected) in [
        (
            "{}",
            "this probe asks for nothing | write `get: URL`, `method: PURGE` with `url: URL`, or `protocol: …` with `rows`",
        ),
        (
            "{get: http://a, post: http://b}",
            "`get` and `post` are both given | write one method and its URL: `get: URL`, or `method: PURGE` with `url: URL`",
        ),
        (
            "{get: http://a, url: http://b}",
            "`url` stands beside `get` | write one method and its URL: `get: URL`, or `method: PURGE` with `url: URL`",
        ),
        (
            "{get: /health}",
            "`/health` is no whole URL, and there is no `base` | write `http://…`, or give `base: …` here or in the suite's `defaults: {probe: {…}}`",
        ),
        (
            "{get: ftp://a/b}",
            "`ftp://a/b` is no URL that a probe can ask | write `http://host/path` or `https://…`",
        ),
        (
            "{post: http://a, json: 1, form: {a: 1}}",
            "`json` and `form` are both given | a request has one body: keep one of them",
        ),
        (
            "{get: http://a, auth: {}}",
            "`auth` names nobody | write `{basic: {user: …, password: …}}`, `{bearer: …}` or `{header: {name: …, value: …}}`",
        ),
        ("{get: http://a, samples: 0}", "no samples measure nothing | write 1 or more"),
        ("{get: http://a, body: 5}", "expected text, got an integer `5` | `json: …` sends any value"),
    ] {
        assert_eq!(Site::read::<Probe>(spec).unwrap_err(), [expected], "{spec}");
    }
}

fn known(reference: &Reference) -> Known {
    match &*reference.name {
        "demo" => Known::Service,
        "api" => Known::Fake,
        "staging" => Known::Text("https://staging.example.org/v1".into()),
        "local" => Known::Text("http://localhost:8000".into()),
        _ => Known::Nothing,
    }
}

#[test]
fn each_tier_reaches_only_so_far() {
    let unit = "a unit suite reaches no server but its own fakes | probe one of them, such as `$api.url` of `services: {api: {fake: …}}`, or move the case to an integration or a smoke suite";
    let beyond = |host| {
        format!(
            "`{host}` is beyond this machine, where no integration suite reaches | probe one of the suite's services, or move the case to a smoke suite"
        )
    };
    let staging = beyond("staging.example.org");
    for (spec, in_unit, in_integration) in [
        ("get: ${api.url}/health", None, None),
        ("get: $api.url", None, None),
        ("{get: /health, base: $api.url}", None, None),
        ("get: http://127.0.0.1:${api.port}/x", Some(unit), None),
        ("get: ${demo.url}/health", Some(unit), None),
        ("{get: /health, base: $demo.url}", Some(unit), None),
        ("get: http://127.0.0.1:${demo.port}/x", Some(unit), None),
        ("get: ${demo.url}.example.org/x", Some(unit), None),
        ("get: ${demo.url}@staging.example.org/x", Some(unit), Some(&*staging)),
        ("get: ${local}/x", Some(unit), None),
        ("get: http://[::1]:80/", Some(unit), None),
        ("get: ${row}/x", Some(unit), None),
        ("get: ${staging}/x", Some(unit), Some(&staging)),
        ("{get: '/${row}', base: $staging}", Some(unit), Some(&staging)),
        ("get: https://staging.example.org:${row}/", Some(unit), Some(&staging)),
    ] {
        let review = |tier| Site::review::<Probe>(spec, tier, &[], &known);
        assert_eq!(review(Tier::Unit), Vec::from_iter(in_unit), "{spec}");
        assert_eq!(review(Tier::Integration), Vec::from_iter(in_integration), "{spec}");
        assert_eq!(review(Tier::Smoke), [""; 0], "{spec}");
    }
}

#[test]
fn what_was_not_known_is_held_to_the_tier_when_it_runs() {
    let site = Site::new().with("url", "http://198.51.100.1/");
    let error = site.run::<Probe>("get: $url").unwrap_err();
    assert_eq!((error.code.name, &*error.message), ("network-in-tier", "`198.51.100.1` is not this machine"));
    let away = answer("302 Found", "location: http://198.51.100.1/\r\n", "");
    let error = Canned::new(&[&away]).site().run::<Probe>("{get: $url, redirects: 1}").unwrap_err();
    assert_eq!(error.code.name, "network-in-tier");
}

#[test]
fn percentiles_need_samples_enough() {
    let review = |samples, asked| {
        Site::review::<Probe>(
            &format!("{{get: http://127.0.0.1, samples: {samples}}}"),
            Tier::Smoke,
            &[asked],
            &known,
        )
    };
    assert_eq!(review("20", "latency.p95"), [""; 0]);
    assert_eq!(review("$n", "latency.p99"), [""; 0]);
    assert_eq!(
        review("20", "latency.p99"),
        [
            "`p99` needs 100 samples, and this probe takes 20 samples | write `samples: 100` or more, or ask for `latency.max`"
        ]
    );
    assert_eq!(review("20", "latency.p98").len(), 1);
    assert_eq!(
        review("20", "phases.first_byte.p99"),
        [
            "`p99` needs 100 samples, and this probe takes 20 samples | write `samples: 100` or more, or ask for `phases.first_byte.max`"
        ]
    );
    let probe = Site::read::<Probe>("get: http://127.0.0.1").unwrap();
    let asks = |path: &str| {
        let found = crate::source::Sources::default().add("s", "");
        probe.measures_latency(&[(path.into(), crate::source::Span { source: found, start: 0, end: 0 })])
    };
    assert!(asks("latency") && asks("latency.p95") && asks("phases.connect") && !asks("status"));
    assert!(asks("throughput") && !asks("errors.count"));
    let load = Site::read::<Probe>("{get: http://127.0.0.1, for: 1 s}").unwrap();
    assert!(load.measures_latency(&[]));
}

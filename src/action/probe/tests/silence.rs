//! Servers that do not answer, or late.

use super::*;

#[test]
fn no_answer_is_an_error_that_names_the_sample() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let site = Site::new().with("url", format!("http://{closed}"));
    let error = site.run::<Probe>("get: $url").unwrap_err();
    assert_eq!(error.message, format!("`{closed}` refuses the connection: nothing listens there"));
    assert_eq!(
        (error.code.name, error.help.as_deref()),
        ("unreachable", Some("start the server, or correct the URL"))
    );

    let server = Canned::new(&[&ok("1"), &ok("1"), ""]);
    let error = server.site().run::<Probe>("{post: $url, samples: 5}").unwrap_err();
    assert!(error.message.starts_with("sample 3 of 5: `127.0.0.1:"), "{}", error.message);

    let error =
        Canned::new(&["hang"]).site().run::<Probe>("{get: $url, timeouts: {total: 30 ms}}").unwrap_err();
    assert_eq!(error.code.name, "unreachable");
    assert!(error.message.ends_with("sent no answer within 30 ms"), "{}", error.message);

    let error = Canned::new(&[&ok("123456")]).site().run::<Probe>("{get: $url, max_body: 5 B}").unwrap_err();
    assert_eq!(error.help.as_deref(), Some("where that is right, raise `max_body`"));
}

#[test]
fn the_steps_own_end_is_no_fault_of_the_server() {
    let mut site = Canned::new(&["hang"]).site();
    site.deadline = Deadline::after(Duration::from_millis(50));
    let began = Instant::now();
    let error = site.run::<Probe>("get: $url").unwrap_err();
    assert_eq!(error.code.name, "timed-out");
    assert!(
        error.message.starts_with("the time was over before `GET http://127.0.0.1:"),
        "{}",
        error.message
    );
    assert!(began.elapsed() < Duration::from_secs(20));

    let site = Canned::new(&[&ok("1")]).site();
    site.cancel.cancel();
    assert_eq!(site.run::<Probe>("get: $url").unwrap_err().code.name, "interrupted");
}

#[test]
fn a_server_that_says_it_is_ready_and_completes_no_inference_is_told_of_in_time() {
    let server = Canned::new(&[&ok(""), "hang"]);
    let began = Instant::now();
    let site = server.site();
    let error =
        site.run::<Probe>("{protocol: mlflow, base: $url, rows: [[1]], ready_within: 200 ms}").unwrap_err();
    assert!(
        error.message.starts_with("no inference was completed within 200 ms: `POST http://"),
        "{}",
        error.message
    );
    assert!(error.message.ends_with(", though it says that it is ready"), "{}", error.message);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_server_that_is_ready_late_is_waited_for() {
    let bad = answer("503 Service Unavailable", "", "{\"error\": \"loading\"}");
    let good = ok("{\"predictions\": [1]}");
    let server = Canned::new(&[&bad, &bad, &ok(""), &ok("{\"error\": \"loading\"}"), &ok(""), &good]);
    let done = server
        .site()
        .run::<Probe>("{protocol: mlflow, base: $url, rows: [[1]], ready_within: 20 s}")
        .unwrap();
    assert!(done.checked.iter().all(|checked| checked.misses.is_empty()), "{:?}", done.checked);
    assert!(done.outputs.values.contains_key("ready") && done.outputs.values.contains_key("cold"));
    let paths: Vec<String> =
        server.asked().iter().filter_map(|asked| asked.split(' ').nth(1).map(str::to_owned)).collect();
    let tries = ["/ping", "/invocations"];
    assert_eq!(paths, [&tries[..], &tries, &tries, &["/invocations"]].concat());
}

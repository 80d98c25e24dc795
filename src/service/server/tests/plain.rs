use super::*;

fn predict(server: &Host, body: &str) -> (u16, Value) {
    let (response, document) = ask(server, "POST", "/predict", body);
    assert_eq!(response.header("content-type"), Some("application/json"));
    (response.status, document)
}

#[test]
fn predictions_health_and_metadata() {
    let server = start();
    assert_eq!(server.url(), format!("http://127.0.0.1:{}", server.port()));
    let got = predict(&server, r#"{"instances": [[1, 2], {"b": 0.5, "a": 1}]}"#);
    assert_eq!(got, (200, json!({"predictions": [3.0, 1.5]})));
    assert_eq!(get(&server, "/health"), json!({"status": "ok"}));
    assert_eq!(
        get(&server, "/metadata"),
        json!({"name": "adder", "features": ["a", "b"], "task": "regression", "library": "none"})
    );
    let (head, _) = ask(&server, "HEAD", "/health", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn two_classes_give_the_probability_of_the_second_and_several_all_of_them() {
    let rows = r#"{"instances": [[0.25, 0.5]]}"#;
    assert_eq!(predict(&classifier(), rows), (200, json!({"predictions": [0.75]})));
    let server = start_with(&[1.into(), 2.into(), 3.into()], Limits::default());
    assert_eq!(predict(&server, rows), (200, json!({"predictions": [[0.25, 0.0, 0.75]]})));
    assert_eq!(predict(&server, r#"{"instances": []}"#), (200, json!({"predictions": []})));
}

#[test]
fn every_wrong_shape_is_named_with_its_place() {
    let server = start();
    for (document, expected) in [
        (json!([[1, 2]]), "the body must be an object `{\"instances\": […]}`; got a list"),
        (json!({}), "the body has no `instances`; send `{\"instances\": [[…], …]}`"),
        (json!({"instances": [], "x": 1}), "unknown key `x`; the body has one key, `instances`"),
        (json!({"instances": "abc"}), "`instances` must be a list of rows; got a string"),
        (
            json!({"instances": [[1, 2], 3]}),
            "instance 1 must be a list of numbers or an object by feature; got a number",
        ),
        (json!({"instances": [[1]]}), "instance 0 has 1 values; the model has 2 features: a, b"),
        (json!({"instances": [[1, null]]}), "`b` of instance 0 must be a number; got null"),
        (json!({"instances": [[true, 1]]}), "`a` of instance 0 must be a number; got a boolean"),
        (json!({"instances": [{"a": 1, "b": "2"}]}), "`b` of instance 0 must be a number; got a string"),
        (json!({"instances": [{"a": 1}]}), "instance 0 has no `b`; the model has: a, b"),
        (json!({"instances": [{"b": 1}]}), "instance 0 has no `a`; the model has: a, b"),
        (
            json!({"instances": [{"a": 1, "c": 2}]}),
            "instance 0 has the unknown feature `c`; the model has: a, b",
        ),
        (
            json!({"instances": [{"a": 1, "b": 2, "c": 2}]}),
            "instance 0 has the unknown feature `c`; the model has: a, b",
        ),
    ] {
        assert_eq!(refused(&server, "/predict", &document), expected);
    }
}

#[test]
fn refusals_say_what_to_send() {
    let server = start();
    let refused = |body: &str| {
        let (status, document) = predict(&server, body);
        (status, document["error"].as_str().unwrap().to_owned())
    };
    let (status, error) = refused("{\"instances\": [[1,\n 2,]]}");
    assert_eq!(status, 400);
    assert!(error.starts_with("the body is not JSON: ") && error.contains("line 2 column"), "{error}");
    assert_eq!(
        refused(""),
        (400, "the body is not JSON: EOF while parsing a value at line 1 column 0".into())
    );
    assert_eq!(refused(r#"{"instances": [[1, 1e999]]}"#).0, 400);
    assert_eq!(refused(r#"{"instances": [[1, NaN]]}"#).0, 400);
    assert_eq!(refused(r#"{"instances": [[-1, 0]]}"#), (400, "the model does not take -1".into()));
    assert_eq!(
        refused(r#"{"instances": [[0, 0], [-3, 0]]}"#),
        (500, "the model's prediction for instance 1 is not finite".into())
    );
    let deep = "[".repeat(100_000);
    assert_eq!(refused(&deep).0, 400);
}

#[test]
fn a_model_that_panics_fails_one_request() {
    let server = start();
    assert_eq!(predict(&server, r#"{"instances": [[-2, 0]]}"#).0, 500);
    assert_eq!(predict(&server, r#"{"instances": [[2, 0]]}"#).0, 200);
}

#[test]
fn unknown_paths_methods_and_types() {
    let server = start();
    let (response, document) = ask(&server, "GET", "/nope", "");
    assert_eq!(response.status, 404);
    let error = document["error"].as_str().unwrap();
    let start = "there is no `/nope` here; the routes are: POST /predict, GET /health, GET /metadata, GET /, GET /v2, ";
    assert!(error.starts_with(start) && error.contains(", POST /v1/models/adder:predict, "), "{error}");
    let (response, document) = ask(&server, "POST", "/v2/models/x/infer", "{}");
    let expected =
        "there is no `/v2/models/x/infer` here; the model is `adder`, in version 1; the routes are: ";
    assert_eq!(response.status, 404);
    assert!(document["error"].as_str().unwrap().starts_with(expected), "{document}");
    let (response, document) = ask(&server, "GET", "/predict", "");
    assert_eq!((response.status, response.header("allow")), (405, Some("POST")));
    assert_eq!(document["error"], "`/predict` does not take GET; send POST");
    let (response, _) = ask(&server, "PURGE", "/health", "");
    assert_eq!((response.status, response.header("allow")), (405, Some("GET,HEAD")));
    assert_eq!(get(&server, "/")["model"], "adder");
    // A path may be coded.
    assert_eq!(get(&server, "/v2/models/%61dder")["name"], "adder");

    for (content_type, status) in [
        ("text/csv", 415),
        ("application/jsonl", 415),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
    ] {
        let response = send(&server, "POST", "/predict", Some(content_type), br#"{"instances": []}"#);
        assert_eq!(response.status, status, "{content_type}");
    }
    let mut request = Request::new("POST", &format!("{}/predict", server.url()));
    request.headers.push(("content-encoding".into(), "gzip".into()));
    let response = client().send(&request).unwrap();
    assert_eq!(response.status, 415);
    assert!(String::from_utf8_lossy(&response.body).contains("send it as it is"));
}

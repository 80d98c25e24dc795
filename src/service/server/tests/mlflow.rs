use super::*;

fn scored(server: &Host, body: &Value) -> Value {
    let (status, answer) = post(server, "/invocations", body);
    assert_eq!(status, 200, "{body}: {answer}");
    answer["predictions"].clone()
}

#[test]
fn every_form_of_the_same_rows_gives_the_same() {
    let server = start();
    for body in [
        json!({"dataframe_split": {"columns": ["b", "a"], "data": [[2, 1], [4, 3]], "index": [0, 1]}}),
        json!({"dataframe_split": {"data": [[1, 2], [3, 4]]}}),
        json!({"dataframe_records": [{"b": 2, "a": 1}, {"a": 3, "b": 4}]}),
        json!({"instances": [[1, 2], [3, 4]]}),
        json!({"instances": [[1, 2], [3, 4]], "params": {"temperature": 1}}),
        json!({"inputs": {"b": [2, 4], "a": [1, 3]}}),
        json!({"inputs": [[1, 2], [3, 4]]}),
    ] {
        assert_eq!(scored(&server, &body), json!([3.0, 7.0]), "{body}");
    }
    for text in ["b,a\n2,1\n4,3\n", "a, b\r\n1, 2\r\n3.0,4e0", "1,2\n3,4\n"] {
        for media in ["text/csv", "text/csv; charset=utf-8"] {
            let response = send(&server, "POST", "/invocations", Some(media), text.as_bytes());
            let answer: Value = serde_json::from_slice(&response.body).unwrap();
            assert_eq!((response.status, answer), (200, json!({"predictions": [3.0, 7.0]})), "{text}");
        }
    }
}

#[test]
fn health_and_version() {
    let server = start();
    assert_eq!(ask(&server, "GET", "/ping", "").0.status, 200);
    assert_eq!(ask(&server, "GET", "/health", "").0.status, 200);
    let version = ask(&server, "GET", "/version", "").0;
    assert_eq!(version.body, env!("CARGO_PKG_VERSION").as_bytes());
    assert_eq!(version.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[test]
fn refusals_have_the_form_of_the_protocol() {
    let server = start();
    let (status, answer) = post(&server, "/invocations", &json!({}));
    let one_of =
        "the body is an object with one of `dataframe_split`, `dataframe_records`, `instances`, `inputs`";
    let message = format!("the body has no rows; {one_of}");
    assert_eq!((status, answer), (400, json!({"error_code": "BAD_REQUEST", "message": message})));
    for (body, expected) in [
        (json!([1]), format!("{one_of}; got a list")),
        (
            json!({"instances": [], "inputs": []}),
            format!("`instances` and `inputs` are given together; {one_of}"),
        ),
        (json!({"rows": []}), format!("unknown key `rows`; {one_of}")),
        (json!({"instances": [], "params": 3}), "`params` must be an object; got a number".into()),
        (json!({"instances": 3}), "`instances` must be a list of rows; got a number".into()),
        (
            json!({"dataframe_split": []}),
            "`dataframe_split` must be an object of `columns` and `data`; got a list".into(),
        ),
        (
            json!({"dataframe_split": {"columns": ["a"], "data": [[1]]}}),
            "there is no `b`; the model has: a, b".into(),
        ),
        (
            json!({"dataframe_split": {"columns": ["a", "b", "c"], "data": []}}),
            "the column `c` is none of the model's features; the model has: a, b".into(),
        ),
        (
            json!({"dataframe_split": {"columns": ["b", "a"], "data": [[1, 2], [1]]}}),
            "row 1 has 1 values; there are 2 columns".into(),
        ),
        (
            json!({"dataframe_split": {"columns": ["b", "a"], "data": [[1, "2"]]}}),
            "`a` of row 0 must be a number; got a string".into(),
        ),
        (
            json!({"dataframe_split": {"rows": []}}),
            "`dataframe_split` has the unknown key `rows`; it has `columns` and `data`".into(),
        ),
        (
            json!({"dataframe_records": [[1, 2]]}),
            "row 0 of `dataframe_records` must be an object; got a list".into(),
        ),
        (json!({"dataframe_records": [{"a": 1}]}), "row 0 has no `b`; the model has: a, b".into()),
    ] {
        assert_eq!(refused(&server, "/invocations", &body), expected);
    }
    for (text, expected) in [
        ("a,b\n1\n", "row 0 has 1 values; the model has 2 features: a, b"),
        ("a,b\n1,\n", "`b` of row 0 must be a number; got ``"),
        ("a,b\n1,2\nNaN,1\n", "`a` of row 1 must be a number; got `NaN`"),
        ("a,c\n1,2\n", "the column `c` is none of the model's features; the model has: a, b"),
        ("1,2,3\n", "row 0 has 3 values; the model has 2 features: a, b"),
        ("", "the body is empty; send a line of names, then rows: a,b"),
    ] {
        let response = send(&server, "POST", "/invocations", Some("text/csv"), text.as_bytes());
        let answer: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!((response.status, answer["message"].as_str().unwrap()), (400, expected));
    }
    let response = send(&server, "POST", "/invocations", Some("text/plain"), b"1");
    let answer: Value = serde_json::from_slice(&response.body).unwrap();
    let expected = "the content type is `text/plain`; send `application/json` or `text/csv`";
    assert_eq!((response.status, answer["message"].as_str().unwrap()), (415, expected));
    let (response, document) = ask(&server, "GET", "/invocations", "");
    assert_eq!((response.status, &document["error_code"]), (405, &json!("BAD_REQUEST")));
}

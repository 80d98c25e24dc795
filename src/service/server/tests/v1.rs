use super::*;

const PREDICT: &str = "/v1/models/adder:predict";

#[test]
fn either_kind_of_client_is_content_with_the_status() {
    let server = classifier();
    assert_eq!(get(&server, "/v1/models"), json!({"models": ["adder"]}));
    for path in ["/v1/models/adder", "/v1/models/adder/versions/1"] {
        let status = get(&server, path);
        assert_eq!((&status["name"], &status["ready"]), (&json!("adder"), &json!(true)));
        let version = &status["model_version_status"][0];
        assert_eq!(
            (&version["state"], &version["status"]["error_code"]),
            (&json!("AVAILABLE"), &json!("OK"))
        );
    }
    let metadata = get(&server, "/v1/models/adder/metadata");
    let signature = &metadata["metadata"]["signature_def"]["signature_def"]["serving_default"];
    assert_eq!(signature["inputs"]["b"]["dtype"], "DT_DOUBLE");
    assert_eq!(signature["outputs"]["predictions"]["tensor_shape"]["dim"][0]["size"], "-1");
    assert_eq!(metadata["model_spec"]["version"], "1");
}

#[test]
fn rows_give_predictions_and_columns_give_outputs() {
    let server = classifier();
    let predictions = json!({"predictions": [0.75, 0.125]});
    for instances in [json!([[0.25, 0.5], [0.125, 0]]), json!([{"b": 0.5, "a": 0.25}, {"a": 0, "b": 0.125}])]
    {
        let body = json!({"instances": instances, "signature_name": "serving_default"});
        assert_eq!(post(&server, PREDICT, &body), (200, predictions.clone()));
        assert_eq!(post(&server, "/v1/models/adder/versions/1:predict", &body), (200, predictions.clone()));
    }
    for inputs in [
        json!({"b": [0.5, 0], "a": [0.25, 0.125]}),
        json!({"a": [[0.25], [0.125]], "b": [[0.5], [0]]}),
        json!([[0.25, 0.5], [0.125, 0]]),
    ] {
        assert_eq!(
            post(&server, PREDICT, &json!({"inputs": inputs})),
            (200, json!({"outputs": [0.75, 0.125]}))
        );
    }
}

#[test]
fn what_is_neither_is_refused() {
    let server = start();
    for (body, expected) in [
        (
            json!({"instances": [], "inputs": []}),
            "`instances` and `inputs` are given together; send one of them",
        ),
        (json!({}), "the body has no `instances`; send `{\"instances\": [[…], …]}`"),
        (json!([]), "the body must be an object `{\"instances\": […]}`; got a list"),
        (
            json!({"instances": [], "signature_name": "x"}),
            "there is no signature \"x\"; the one is `serving_default`",
        ),
        (json!({"instances": [], "rows": 1}), "unknown key `rows`; the body has `instances` or `inputs`"),
        (json!({"instances": [[1]]}), "instance 0 has 1 values; the model has 2 features: a, b"),
        (json!({"inputs": {"a": [1]}}), "there is no `b`; the model has: a, b"),
        (
            json!({"inputs": {"a": [1], "b": [1, 2]}}),
            "`a` has 1 values, `b` has 2; each is to have one a row",
        ),
        (json!({"inputs": {"a": 1, "b": [1]}}), "`a` must be a list, one value a row; got a number"),
        (json!({"inputs": {"a": [1], "b": [[1, 2]]}}), "`b` of row 0 must be a number; got a list"),
        (
            json!({"inputs": {"a": [1], "b": [1], "c": [1]}}),
            "the feature `c` is none of the model's features; the model has: a, b",
        ),
        (json!({"inputs": 3}), "`inputs` must be an object of lists by feature, or rows; got a number"),
    ] {
        assert_eq!(refused(&server, PREDICT, &body), expected);
    }
    assert_eq!(ask(&server, "POST", "/v1/models/other:predict", "{}").0.status, 404);
    assert_eq!(ask(&server, "POST", "/v1/models/adder:classify", "{}").0.status, 404);
}

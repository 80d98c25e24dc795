//! Protocols whose answer is a list of predictions.

use super::*;

fn row(path: &str, body: &str) -> (String, String) {
    (path.to_owned(), body.to_owned())
}

#[test]
fn the_plain_form_and_kserve_take_instances() {
    let none = Spoken::default();
    assert_eq!(sent("instances", "[[1, 2.0]]", &none), row("/predict", r#"{"instances":[[1,2.0]]}"#));
    let path = Spoken { path: Some("/score".into()), ..formed("records") };
    assert_eq!(sent("instances", "[{a: 1}]", &path), row("/score", r#"{"instances":[{"a":1}]}"#));
    assert_eq!(refused("instances", "[[1]]", &path), "the rows have no names for their columns");
    assert_eq!(
        sent("kserve-v1", "[a, b]", &iris()),
        row("/v1/models/iris:predict", r#"{"instances":["a","b"]}"#)
    );
    // KServe's first InferenceService: two rows of the iris sample.
    assert_eq!(read("kserve-v1", r#"{"predictions": [1, 1]}"#, 2, &iris()), good("[1, 1]"));
    let ready = |json: &str| find("kserve-v1").unwrap().unready(&value(json));
    assert_eq!(ready(r#"{"name": "iris", "ready": true}"#), None);
    assert_eq!(ready(r#"{"name": "iris", "ready": "False"}"#).as_deref(), Some("`ready: \"False\"`"));
}

#[test]
fn predictions_are_one_a_row_and_none_is_null_or_no_number() {
    let read = |body: &str| read("instances", body, 2, &Spoken::default());
    assert_eq!(read(r#"{"predictions": [[0.5], [1]]}"#), good("[[0.5], [1]]"));
    assert_eq!(read(r#"{"predictions": [0.5]}"#), bad(&["1 prediction came for 2 rows"]));
    assert_eq!(read(r#"{"predictions": [1, 2, 3]}"#), bad(&["3 predictions came for 2 rows"]));
    assert_eq!(read(r#"{"predictions": [1, null]}"#), bad(&["prediction 2 is null"]));
    assert_eq!(
        read(r#"{"predictions": [NaN, 1]}"#),
        bad(&["prediction 1 is NaN (a bare NaN token at byte 17: it is no JSON)"])
    );
    assert_eq!(
        read(r#"{"predictions": [1, {"score": -Infinity}]}"#),
        bad(&["prediction 2 at `score` is -Infinity (a bare -Infinity token at byte 30: it is no JSON)"])
    );
    assert_eq!(read(r#"{"predictions": {"a": 1}}"#), bad(&["`predictions` is a mapping, not a list"]));
    assert_eq!(read(r#"{"outputs": [1, 2]}"#), bad(&["the answer has no `predictions`"]));
    assert_eq!(read(r#"{"detail": "boom"}"#), bad(&["an error is answered with status 200: boom"]));
    assert!(read(r#"{"predictions": [1, 2], "error": null}"#).is_ok());
    assert_eq!(
        read(r#"{"predictions": [1, 2], "error": "no model, defaults served"}"#),
        bad(&["an error stands beside the predictions: no model, defaults served"])
    );
    assert_eq!(
        read(r#"{"predictions": [[[1, null]], {"a": null}]}"#),
        bad(&["prediction 1 is null at `[0][1]`"])
    );
}

/// `api_rest.md` of TensorFlow Serving.
#[test]
fn tensorflow_serving_takes_rows_or_columns() {
    let spoken = || Spoken { model: Some("half_plus_three".into()), ..Spoken::default() };
    let path = "/v1/models/half_plus_three:predict";
    assert_eq!(
        sent("tensorflow-serving", "[1.0, 2.0, 5.0]", &spoken()),
        row(path, r#"{"instances":[1.0,2.0,5.0]}"#)
    );
    assert_eq!(
        read("tensorflow-serving", r#"{ "predictions": [3.5, 4.0, 5.5] }"#, 3, &spoken()),
        good("[3.5, 4.0, 5.5]")
    );
    let column = Spoken { form: Some("column"), signature_name: Some("serve".into()), ..spoken() };
    assert_eq!(
        sent("tensorflow-serving", "[{tag: foo, signal: [1, 2]}, {tag: bar, signal: [3, 4]}]", &column),
        row(path, r#"{"signature_name":"serve","inputs":{"tag":["foo","bar"],"signal":[[1,2],[3,4]]}}"#)
    );
    let outputs = |body: &str| read("tensorflow-serving", body, 2, &column);
    assert_eq!(outputs(r#"{"outputs": [3.5, 4.0]}"#), good("[3.5, 4.0]"));
    assert_eq!(
        outputs(r#"{"outputs": {"label": ["a", "b"], "score": [[0.5], [0.25]]}}"#),
        good(r#"[{label: "a", score: [0.5]}, {label: "b", score: [0.25]}]"#)
    );
    assert_eq!(
        outputs(r#"{"outputs": {"label": ["a"]}}"#),
        bad(&["output `label` has 1 rows, and 2 were sent"])
    );
    assert_eq!(
        outputs(r#"{"predictions": [3.5, 4.0]}"#),
        bad(&["columns are answered by `outputs`, and the answer has none"])
    );
    let version = Spoken { version: Some("3".into()), ..spoken() };
    assert_eq!(
        sent("tensorflow-serving", "[1]", &version).0,
        "/v1/models/half_plus_three/versions/3:predict"
    );
}

#[test]
fn tensorflow_serving_is_ready_where_a_version_is_available() {
    let unready = |json: &str| find("tensorflow-serving").unwrap().unready(&value(json));
    let status = |state: &str| {
        format!(
            r#"{{"model_version_status": [{{"version": "123", "state": "{state}", "status": {{"error_code": "OK", "error_message": ""}}}}]}}"#
        )
    };
    assert_eq!(unready(&status("AVAILABLE")), None);
    assert_eq!(unready(&status("LOADING")).as_deref(), Some("no version is AVAILABLE, but LOADING"));
    // The signature map of the model metadata API.
    let metadata = value(
        r#"{"model_spec": {"name": "m"}, "metadata": {"signature_def": {"signature_def": {"serving_default": {"inputs": {
        "x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1"}, {"size": "1"}]}},
        "z": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1"}]}}}}}}}}"#,
    );
    let spoken = Spoken { form: Some("column"), metadata: Some(metadata.clone()), ..iris() };
    assert_eq!(sent("tensorflow-serving", "[{x: 1, z: 2}]", &spoken).1, r#"{"inputs":{"x":[[1]],"z":[2]}}"#);
    let other = Spoken { signature_name: Some("serve".into()), ..iris() };
    assert_eq!(
        find("tensorflow-serving").unwrap().described(&metadata, &other).misses,
        ["the model has no signature `serve`: it has serving_default"]
    );
}

/// The scoring server's request formats and answer of MLflow's documentation.
#[test]
fn mlflow_takes_frames_and_tensors() {
    let rows = "[{a: 1, b: 0.5}, {a: 2, b: 1.5}]";
    let sent = |form, rows| sent("mlflow", rows, &Spoken { form, ..Spoken::default() });
    let split = r#"{"dataframe_split":{"columns":["a","b"],"data":[[1,0.5],[2,1.5]]}}"#;
    assert_eq!(sent(None, rows), row("/invocations", split));
    assert_eq!(sent(Some("split"), "[[1, 2]]").1, r#"{"dataframe_split":{"data":[[1,2]]}}"#);
    assert_eq!(sent(Some("records"), rows).1, r#"{"dataframe_records":[{"a":1,"b":0.5},{"a":2,"b":1.5}]}"#);
    assert_eq!(sent(Some("inputs"), rows).1, r#"{"inputs":{"a":[1,2],"b":[0.5,1.5]}}"#);
    assert_eq!(sent(Some("inputs"), "[[1, 2], [3, 4]]").1, r#"{"inputs":[[1,2],[3,4]]}"#);
    assert_eq!(sent(Some("instances"), "[[1, 2]]").1, r#"{"instances":[[1,2]]}"#);
    assert_eq!(read("mlflow", r#"{"predictions": [0, 1]}"#, 2, &Spoken::default()), good("[0, 1]"));
}

#[test]
fn sagemaker_goes_by_the_content_type() {
    let spoken = Spoken::default();
    assert_eq!(
        sent("sagemaker", "[[1, 2.5, \"a,\\\"b\\\"\"], [3, null, c]]", &spoken),
        row("/invocations", "1,2.5,\"a,\"\"b\"\"\"\n3,,c\n")
    );
    assert_eq!(
        refused("sagemaker", "[[[1]]]", &spoken),
        "a cell of CSV is a number or a text, and this is a list"
    );
    let json = Spoken { form: Some("json"), ..Spoken::default() };
    assert_eq!(sent("sagemaker", "[[1, 2]]", &json).1, "[[1,2]]");
    let csv = |body: &str| read_as("sagemaker", "text/csv; charset=utf-8", body, 2, &spoken);
    assert_eq!(csv("0.5\n1\n"), good("[0.5, 1.0]"));
    assert_eq!(csv("0.5,1"), good("[0.5, 1.0]"));
    assert_eq!(csv("a,0.5\nb,0.25\n"), good(r#"[["a", 0.5], ["b", 0.25]]"#));
    assert_eq!(csv("0.5\n"), bad(&["1 prediction came for 2 rows"]));
    assert_eq!(csv("0.5\nnan\n"), bad(&["prediction 2 is .nan"]));
    assert_eq!(csv(""), bad(&["the answer is empty"]));
    assert_eq!(read("sagemaker", "[1, 2]", 2, &spoken), good("[1, 2]"));
    assert_eq!(
        read("sagemaker", r#"{"predictions": [{"score": 0.5}, {"score": 1}]}"#, 2, &spoken),
        good("[{score: 0.5}, {score: 1}]")
    );
}

#[test]
fn bentoml_names_its_argument() {
    let metadata = r#"{"name": "Iris", "type": "service", "routes": [{"name": "classify", "route": "/classify",
        "input": {"type": "object", "properties": {"input_series": {"type": "tensor"}}, "required": ["input_series"]}}]}"#;
    let path = Some("/classify".into());
    let spoken = Spoken { path, metadata: Some(value(metadata)), ..Spoken::default() };
    assert_eq!(sent("bentoml", "[[1, 2]]", &spoken), row("/classify", r#"{"input_series":[[1,2]]}"#));
    let named = Spoken { argument: Some("rows".into()), ..spoken };
    assert_eq!(sent("bentoml", "[{a: 1}]", &named).1, r#"{"rows":[{"a":1}]}"#);
    let listed = Spoken { form: Some("lists"), ..named };
    assert_eq!(sent("bentoml", "[{a: 1}]", &listed).1, r#"{"rows":[[1]]}"#);
    assert_eq!(sent("bentoml", "[[1]]", &Spoken::default()), row("/predict", r#"{"input_data":[[1]]}"#));
    assert_eq!(read("bentoml", "[0, 2]", 2, &Spoken::default()), good("[0, 2]"));
    assert_eq!(
        read("bentoml", "7", 2, &Spoken::default()),
        bad(&["the answer is an integer that holds no list of predictions"])
    );
}

#[test]
fn torchserve_leaves_the_body_to_its_handler() {
    assert_eq!(sent("torchserve", "[[1, 2]]", &iris()), row("/predictions/iris", "[[1,2]]"));
    let version = Spoken { version: Some("2.0".into()), ..formed("instances") };
    assert_eq!(
        sent("torchserve", "[[1, 2]]", &version),
        row("/predictions/iris/2.0", r#"{"instances":[[1,2]]}"#)
    );
    assert_eq!(sent("torchserve", "[[1, 2]]", &formed("row")).1, "[1,2]");
    // The answer of the densenet example: class names with their probabilities, for one image.
    let classes = r#"{"tiger_cat": 0.46933549642562866, "tabby": 0.4633878469467163}"#;
    assert!(read("torchserve", classes, 1, &formed("row")).is_ok());
    assert!(read("torchserve", classes, 1, &iris()).is_ok());
    assert_eq!(
        read("torchserve", "NaN", 1, &formed("row")),
        bad(&["the answer is NaN (a bare NaN token at byte 0: it is no JSON)"])
    );
    let unready = |json: &str| find("torchserve").unwrap().unready(&value(json));
    assert_eq!(unready(r#"{"status": "Healthy"}"#), None);
    assert_eq!(unready(r#"{"status": "Unhealthy"}"#).as_deref(), Some("`status: Unhealthy`"));
}

use super::*;

const INFER: &str = "/v2/models/adder/infer";

fn matrix(shape: &Value, datatype: &str, data: &Value) -> Value {
    json!({"inputs": [{"name": "x", "shape": shape, "datatype": datatype, "data": data}]})
}

fn predicted(server: &Host, body: &Value) -> Value {
    let (status, answer) = post(server, INFER, body);
    assert_eq!(status, 200, "{body}: {answer}");
    answer["outputs"][0]["data"].clone()
}

#[test]
fn health_readiness_and_metadata() {
    let server = classifier();
    assert_eq!(get(&server, "/v2/health/live"), json!({"live": true}));
    assert_eq!(get(&server, "/v2/health/ready"), json!({"ready": true}));
    for path in ["/v2/models/adder/ready", "/v2/models/adder/versions/1/ready"] {
        assert_eq!(get(&server, path), json!({"name": "adder", "ready": true}));
    }
    let about = get(&server, "/v2");
    assert_eq!((&about["name"], &about["extensions"]), (&json!("mlfunnel"), &json!([])));
    let metadata = json!({
        "name": "adder",
        "versions": ["1"],
        "platform": "mlfunnel",
        "inputs": [
            {"name": "a", "datatype": "FP64", "shape": [-1, 1]},
            {"name": "b", "datatype": "FP64", "shape": [-1, 1]},
        ],
        "outputs": [
            {"name": "predict", "datatype": "BYTES", "shape": [-1]},
            {"name": "predict_proba", "datatype": "FP64", "shape": [-1, 2]},
        ],
    });
    assert_eq!(get(&server, "/v2/models/adder"), metadata);
    assert_eq!(get(&server, "/v2/models/adder/versions/1"), metadata);
    assert_eq!(ask(&server, "GET", "/v2/models/adder/versions/2", "").0.status, 404);
    for (classes, datatype) in [
        (&[1.into(), 2.into()][..], "INT64"),
        (&[false.into(), true.into()], "BOOL"),
        (&[1.into(), "x".into()], "BYTES"),
        (&[], "FP64"),
    ] {
        let server = start_with(classes, Limits::default());
        assert_eq!(get(&server, "/v2/models/adder")["outputs"][0]["datatype"], datatype);
        let answer = post(&server, INFER, &matrix(&json!([1, 2]), "FP64", &json!([0, 1]))).1;
        assert_eq!(answer["outputs"][0]["datatype"], datatype);
    }
}

#[test]
fn an_answer_has_the_id_and_the_outputs_that_are_asked_for() {
    let server = classifier();
    let mut body = matrix(&json!([2, 2]), "FP64", &json!([[0.25, 0.5], [0.125, 0]]));
    body["id"] = json!("one");
    let labels = json!({"name": "predict", "datatype": "BYTES", "shape": [2], "data": ["yes", "no"]});
    let probabilities = json!({"name": "predict_proba", "datatype": "FP64", "shape": [2, 2], "data": [0.25, 0.75, 0.875, 0.125]});
    let answer =
        json!({"model_name": "adder", "model_version": "1", "id": "one", "outputs": [labels, probabilities]});
    assert_eq!(post(&server, INFER, &body), (200, answer));
    body["outputs"] = json!([{"name": "predict_proba"}]);
    body.as_object_mut().unwrap().remove("id");
    let answer = json!({"model_name": "adder", "model_version": "1", "outputs": [probabilities]});
    assert_eq!(post(&server, "/v2/models/adder/versions/1/infer", &body), (200, answer));
}

#[test]
fn rows_come_as_one_tensor_or_as_one_input_a_feature() {
    let server = start();
    for data in [json!([1, 2, 3, 4]), json!([[1, 2], [3, 4]])] {
        for datatype in ["FP64", "FP32", "INT32", "UINT8"] {
            assert_eq!(predicted(&server, &matrix(&json!([2, 2]), datatype, &data)), json!([3.0, 7.0]));
        }
    }
    assert_eq!(predicted(&server, &matrix(&json!([0, 2]), "FP64", &json!([]))), json!([]));
    let column = |name: &str, shape: Value, data: Value| json!({"name": name, "shape": shape, "datatype": "FP64", "data": data});
    let columns = json!({"inputs": [
        column("b", json!([2, 1]), json!([[1], [2]])),
        column("a", json!([2]), json!([0.5, 0.25])),
    ]});
    assert_eq!(predicted(&server, &columns), json!([1.5, 2.25]));
    // What is said to be rounded is.
    let tenth = matrix(&json!([1, 2]), "FP32", &json!([0.1, 0]));
    assert_eq!(predicted(&server, &tenth), json!([f64::from(0.1_f32)]));
}

#[test]
fn a_tensor_that_contradicts_itself_is_refused_with_its_place() {
    let server = start();
    for (shape, datatype, data, expected) in [
        (json!([2, 2]), "FP64", json!([1, 2, 3]), "input `x` has 3 elements; its shape [2, 2] is one of 4"),
        (json!([2, 2]), "FP64", json!([[1, 2], [3]]), "row 1 of input `x` has 1 elements; its shape has 2"),
        (json!([2, 2]), "FP64", json!([[1, 2], 3]), "row 1 of input `x` is a number, others are lists"),
        (
            json!([3, 2]),
            "FP64",
            json!([[1, 2], [3, 4]]),
            "input `x` has 2 rows of lists; its shape is [3, 2]",
        ),
        (
            json!([2]),
            "FP64",
            json!([1, 2]),
            "input `x` has the shape [2]; send one of shape [rows, 2], or one input a feature: a, b",
        ),
        (
            json!([1, 3]),
            "FP64",
            json!([1, 2, 3]),
            "input `x` has the shape [1, 3]; send one of shape [rows, 2], or one input a feature: a, b",
        ),
        (
            json!([-1, 2]),
            "FP64",
            json!([1, 2]),
            "`shape` of input `x` must be a list of whole numbers from 0",
        ),
        (
            json!([4_294_967_296_u64, 4_294_967_296_u64]),
            "FP64",
            json!([]),
            "`shape` of input `x` is too large",
        ),
        (
            json!([1, 2]),
            "BYTES",
            json!(["1", "2"]),
            "input `x` is of the datatype `BYTES`; the model takes numbers: FP64, FP32, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64",
        ),
        (json!([2, 2]), "FP64", json!([1, 2, 3, null]), "`b` of row 1 must be a number; got null"),
        (json!([1, 2]), "INT64", json!([1, 2.5]), "`b` of row 0 is 2.5, which is no INT64"),
        (json!([1, 2]), "UINT8", json!([-1, 2]), "`a` of row 0 is -1, which is no UINT8"),
        (json!([1, 2]), "FP32", json!([1e39, 2]), "`a` of row 0 is 1e+39, which is no FP32"),
        (json!([1, 2]), "FP64", json!({"a": 1}), "`data` of input 0 must be a list; got an object"),
    ] {
        assert_eq!(refused(&server, INFER, &matrix(&shape, datatype, &data)), expected);
    }
}

#[test]
fn inputs_that_are_not_the_features_are_refused_by_name() {
    let server = start();
    let column = |name: &str, rows: usize| json!({"name": name, "shape": [rows], "datatype": "FP64", "data": vec![1; rows]});
    for (inputs, expected) in [
        (json!([column("a", 1)]), "there is no `b`; the model has: a, b"),
        (
            json!([column("a", 1), column("c", 1)]),
            "the input `c` is none of the model's features; the model has: a, b",
        ),
        (json!([column("a", 1), column("a", 1)]), "the input `a` is there twice; the model has: a, b"),
        (
            json!([column("a", 1), column("b", 2)]),
            "input `a` has 1 rows, input `b` has 2; send as many of each",
        ),
        (
            json!([column("a", 1), {"name": "b", "shape": [1, 2], "datatype": "FP64", "data": [1, 2]}]),
            "input `b` has the shape [1, 2]; that of one feature is [rows] or [rows, 1]",
        ),
        (json!([3]), "input 0 must be an object; got a number; send "),
        (json!([{"name": "a", "datatype": "FP64", "data": []}]), "input 0 has no `shape`; send "),
        (json!([]), "`inputs` is empty; send "),
        (json!({}), "`inputs` must be a list of tensors; got an object"),
    ] {
        let error = refused(&server, INFER, &json!({"inputs": inputs}));
        assert!(error.starts_with(expected), "{error}");
    }
    let mut body = matrix(&json!([1, 2]), "FP64", &json!([1, 2]));
    body["outputs"] = json!([{"name": "predict_proba"}]);
    assert_eq!(refused(&server, INFER, &body), "there is no output `predict_proba`; the model has: predict");
    body["outputs"] = json!([{}]);
    assert_eq!(refused(&server, INFER, &body), "output 0 has no `name`; send `{\"name\": \"predict\"}`");
    body["id"] = json!(7);
    assert_eq!(refused(&server, INFER, &body), "`id` must be a string; got a number");
    assert!(refused(&server, INFER, &json!({"instances": []})).starts_with("unknown key `instances`; "));
}

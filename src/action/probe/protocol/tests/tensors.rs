//! The Open Inference Protocol.

use super::*;

fn described(inputs: &str, outputs: &str) -> Spoken {
    let metadata =
        format!(r#"{{"name": "iris", "platform": "sklearn", "inputs": {inputs}, "outputs": {outputs}}}"#);
    Spoken { metadata: Some(value(&metadata)), ..iris() }
}

fn infer(yaml: &str, spoken: &Spoken) -> String {
    let (path, body) = sent("open-inference", yaml, spoken);
    assert_eq!(path, "/v2/models/iris/infer");
    body
}

#[test]
fn rows_are_one_tensor_or_one_for_each_column() {
    assert_eq!(
        infer("[[5.1, 3], [6.2, 2.5]]", &iris()),
        r#"{"inputs":[{"name":"input-0","shape":[2,2],"datatype":"FP64","data":[5.1,3,6.2,2.5]}]}"#
    );
    assert_eq!(
        infer("[{age: 31, name: a}, {age: 44, name: b}]", &iris()),
        concat!(
            r#"{"inputs":[{"name":"age","shape":[2,1],"datatype":"INT64","data":[31,44]},"#,
            r#"{"name":"name","shape":[2,1],"datatype":"BYTES","data":["a","b"]}]}"#
        )
    );
    assert_eq!(
        infer("[{a: 1, b: 2.5}]", &iris()),
        r#"{"inputs":[{"name":"input-0","shape":[1,2],"datatype":"FP64","data":[1,2.5]}]}"#
    );
    assert_eq!(
        infer("[{a: 1, b: 2}]", &formed("tensor")),
        r#"{"inputs":[{"name":"input-0","shape":[1,2],"datatype":"INT64","data":[1,2]}]}"#
    );
    assert_eq!(
        infer("[[[[1, 2], [3, 4], [5, 6]]]]", &iris()),
        r#"{"inputs":[{"name":"input-0","shape":[1,1,3,2],"datatype":"INT64","data":[1,2,3,4,5,6]}]}"#
    );
    assert_eq!(
        infer("[true, false]", &formed("columns")),
        r#"{"inputs":[{"name":"input-0","shape":[2,1],"datatype":"BOOL","data":[true,false]}]}"#
    );
}

#[test]
fn the_metadata_says_names_datatypes_and_dimensions() {
    let one = described(r#"[{"name": "X", "datatype": "FP32", "shape": [-1, 2]}]"#, "[]");
    assert_eq!(
        infer("[[1, 2.5]]", &one),
        r#"{"inputs":[{"name":"X","shape":[1,2],"datatype":"FP32","data":[1,2.5]}]}"#
    );
    let two = described(
        r#"[{"name": "age", "datatype": "INT32", "shape": [-1]}, {"name": "name", "datatype": "BYTES", "shape": [-1, 1]}]"#,
        "[]",
    );
    let columns = concat!(
        r#"{"inputs":[{"name":"age","shape":[1],"datatype":"INT32","data":[31]},"#,
        r#"{"name":"name","shape":[1,1],"datatype":"BYTES","data":["a"]}]}"#
    );
    assert_eq!(infer("[{name: a, age: 31.0}]", &two), columns);
    assert_eq!(infer("[[31, a]]", &two), columns);
    assert_eq!(
        refused("open-inference", "[[31]]", &two),
        "the model has 2 inputs, `age`, `name`, and a row has the width 1"
    );
    assert_eq!(
        refused("open-inference", "[{name: a}]", &two),
        "the rows have no column `age`; the model's inputs are `age`, `name`"
    );
    assert_eq!(
        refused("open-inference", "[[31.5, a]]", &two),
        "the model's input `age` takes INT32, and 31.5 is none"
    );
    assert_eq!(refused("open-inference", "[[1, a]]", &iris()), "no datatype holds all values of `input-0`");
    assert_eq!(
        refused("open-inference", "[[[1, 2]], [[1]]]", &iris()),
        "row 2 has the shape [1, 1], and row 1 [1, 2]"
    );
}

/// `inference_rest.md` of the protocol, its example made whole: the sample itself leaves out `model_name` and a comma.
const ANSWER: &str = r#"{"model_name": "iris", "id": "42", "outputs": [
    {"name": "output0", "shape": [3, 2], "datatype": "FP32", "data": [1.0, 1.1, 2.0, 2.1, 3.0, 3.1]}]}"#;

fn changed(from: &str, to: &str) -> Result<String, Vec<String>> {
    assert!(ANSWER.contains(from), "{from}");
    read("open-inference", &ANSWER.replace(from, to), 3, &iris())
}

#[test]
fn an_answer_has_a_prediction_for_every_row() {
    let rows = "[[1.0, 1.1], [2.0, 2.1], [3.0, 3.1]]";
    assert_eq!(read("open-inference", ANSWER, 3, &iris()), good(rows));
    assert_eq!(changed("[1.0, 1.1, 2.0, 2.1, 3.0, 3.1]", rows), good(rows));
    assert_eq!(
        changed("[3, 2]", "[2, 3]"),
        bad(&["output `output0` has shape [2, 3], and 3 rows were sent"])
    );
    let several = r#"{"model_name": "iris", "outputs": [
        {"name": "label", "shape": [2, 1], "datatype": "INT64", "data": [0, 2]},
        {"name": "probabilities", "shape": [2, 2], "datatype": "FP32", "data": [0.9, 0.1, 0.2, 0.8]}]}"#;
    assert_eq!(
        read("open-inference", several, 2, &iris()),
        good("[{label: 0, probabilities: [0.9, 0.1]}, {label: 2, probabilities: [0.2, 0.8]}]")
    );
}

#[test]
fn the_shape_is_the_number_of_elements() {
    assert_eq!(
        changed("[3, 2]", "[3, 3]"),
        bad(&["output `output0` has shape [3, 3], which is 9 elements, and its `data` has 6"])
    );
    assert_eq!(
        changed("[1.0, 1.1, 2.0, 2.1, 3.0, 3.1]", "[[1.0, 1.1, 2.0], [2.1, 3.0, 3.1]]"),
        bad(&["`data` of output `output0` is nested in another way than its shape [3, 2]"])
    );
    assert_eq!(
        changed("[3, 2]", "[3, -2]"),
        bad(&["`shape` of output `output0` is [3, -2], not a list of sizes"])
    );
    assert_eq!(
        changed("[3, 2]", "[9223372036854775807, 9223372036854775807]"),
        bad(&[
            "output `output0` has shape [9223372036854775807, 9223372036854775807], which is too many elements, and its `data` has 6"
        ])
    );
}

#[test]
fn an_id_is_echoed_and_the_model_is_the_one_that_was_asked() {
    assert_eq!(changed("\"42\"", "\"43\""), bad(&["`id` is \"43\", and \"42\" was sent"]));
    assert_eq!(
        changed("\"model_name\": \"iris\"", "\"model_name\": \"wine\""),
        bad(&["`model_name` is \"wine\", and `iris` was asked"])
    );
    // What servers leave out, and what the specification's own example does.
    assert!(changed("\"id\": \"42\",", "\"model_version\": null,").is_ok());
    assert!(changed("\"model_name\": \"iris\",", "").is_ok());
    let versioned = Spoken { version: Some("2".into()), ..iris() };
    let answer = ANSWER.replace("\"id\"", "\"model_version\": \"1\", \"id\"");
    assert_eq!(
        read("open-inference", &answer, 3, &versioned),
        bad(&["`model_version` is \"1\", and `2` was asked"])
    );
    assert!(read("open-inference", ANSWER, 3, &versioned).is_ok());
}

#[test]
fn elements_are_of_their_datatype() {
    assert_eq!(
        changed("1.1", "1e39"),
        bad(&["element 2 of output `output0` is 1e39: beyond ±3.4028234663852886e38, and no FP32"])
    );
    assert_eq!(
        changed("FP32", "FLOAT"),
        bad(&["output `output0` has the datatype `FLOAT`, which there is not"])
    );
    let bools = changed("\"FP32\"", "\"BOOL\"").unwrap_err();
    assert_eq!(bools[0], "element 1 of output `output0` is 1.0: neither `true` nor `false`, and no BOOL");
    assert_eq!((bools.len(), bools[3].as_str()), (4, "3 more elements of output `output0` are no BOOL"));
    assert_eq!(
        changed("2.1", "null"),
        bad(&["element 4 of output `output0` is null: no number, and no FP32"])
    );
    let body = ANSWER.replace("1.1", "NaN");
    let byte = body.find("NaN").unwrap();
    let told = format!("`outputs[0].data[1]` is NaN (a bare NaN token at byte {byte}: it is no JSON)");
    assert_eq!(changed("1.1", "NaN"), bad(&[&told]));
}

#[test]
fn what_is_missing_is_named() {
    for (from, to, miss) in [
        ("\"name\": \"output0\",", "", "`outputs[0]` has no `name`"),
        ("\"shape\": [3, 2],", "", "output `output0` has no `shape`"),
        ("\"datatype\": \"FP32\",", "", "`outputs[0]` has no `datatype`"),
        (", \"data\": [1.0, 1.1, 2.0, 2.1, 3.0, 3.1]", "", "output `output0` has no `data`"),
        ("\"outputs\"", "\"predictions\"", "the answer has no `outputs`"),
    ] {
        assert_eq!(changed(from, to), bad(&[miss]));
    }
    assert_eq!(read("open-inference", "[1]", 1, &iris()), bad(&["the answer is a list, not a mapping"]));
    assert_eq!(read("open-inference", "", 1, &iris()), bad(&["the answer is empty"]));
    assert_eq!(
        read("open-inference", "<html>oh no</html>", 1, &iris()),
        bad(&[
            "the answer is not JSON: line 1, column 1: expected value (it begins with `<html>oh no</html>`)"
        ])
    );
    assert_eq!(
        read("open-inference", r#"{"error": "model is loading"}"#, 1, &iris()),
        bad(&["an error is answered with status 200: model is loading"])
    );
}

#[test]
fn answers_agree_with_the_metadata() {
    let with = |outputs: &str| read("open-inference", ANSWER, 3, &described("[]", outputs));
    assert!(with(r#"[{"name": "output0", "datatype": "FP32", "shape": [-1, 2]}]"#).is_ok());
    assert_eq!(
        with(r#"[{"name": "output0", "datatype": "FP64", "shape": [-1, 2]}]"#),
        bad(&["output `output0` is FP32, and the metadata says FP64"])
    );
    assert_eq!(
        with(r#"[{"name": "output0", "datatype": "FP32", "shape": [-1, 3]}]"#),
        bad(&["output `output0` has shape [3, 2], and the metadata says [-1, 3]"])
    );
    assert_eq!(
        with(r#"[{"name": "label", "datatype": "FP32", "shape": [-1, 2]}]"#),
        bad(&[
            "output `output0` is not in the metadata, which has label",
            "output `label` of the metadata is missing"
        ])
    );
    let asked = |outputs: &[&str]| {
        let outputs = outputs.iter().map(|output| (*output).into()).collect();
        read("open-inference", ANSWER, 3, &Spoken { outputs, ..iris() })
    };
    assert!(asked(&["output0"]).is_ok());
    assert_eq!(
        asked(&["label"]),
        bad(&["output `output0` was not asked for", "output `label` was asked for and is missing"])
    );
    let body = infer("[[1]]", &Spoken { outputs: vec!["label".into()], ..iris() });
    assert!(body.ends_with(r#""outputs":[{"name":"label"}]}"#), "{body}");
}

/// What servers say of a model, and the dialects in which they are right.
#[test]
fn metadata_is_well_formed() {
    let check = |json: &str| find("open-inference").unwrap().described(&value(json), &iris());
    let tensor = r#"{"name": "X", "datatype": "FP32", "shape": [-1, 4]}"#;
    for fine in [
        format!(
            r#"{{"name": "iris", "versions": null, "platform": "", "inputs": [{tensor}], "outputs": []}}"#
        ),
        format!(
            r#"{{"name": "iris", "versions": [], "platform": "onnx", "inputs": [{tensor}], "outputs": [{tensor}]}}"#
        ),
        r#"{"name": "iris", "platform": "sklearn"}"#.to_owned(),
    ] {
        assert!(check(&fine).misses.is_empty(), "{fine}");
    }
    for (wrong, miss) in [
        (r#"{"inputs": [], "outputs": []}"#, "the metadata has no `name`"),
        (r#"{"name": "wine"}"#, "the metadata is that of \"wine\", and `iris` was asked"),
        (r#"{"name": "iris", "inputs": {}}"#, "`inputs` of the metadata is a mapping, not a list"),
        (
            r#"{"name": "iris", "outputs": [{"name": "y", "shape": [1]}]}"#,
            "`outputs[0]` of the metadata has not all of `name`, `datatype` and `shape`: {name: \"y\", shape: [1]}",
        ),
        (
            r#"{"name": "iris", "outputs": [{"name": "y", "datatype": "float", "shape": [1]}]}"#,
            "`outputs[0]` of the metadata has the datatype `float`, which there is not",
        ),
    ] {
        assert_eq!(check(wrong).misses, [miss]);
    }
    assert_eq!(check("[]").misses, ["the metadata is a list, not a mapping"]);
}

#[test]
fn refusals_are_in_the_protocols_form() {
    let refusal = |body: &str| find("open-inference").unwrap().refusal(&response(400, "text/plain", body));
    assert_eq!(refusal(r#"{"error": "Model wine not found"}"#), None);
    assert_eq!(
        refusal(r#"{"detail": "Not Found"}"#).as_deref(),
        Some("the body of the refusal is {detail: \"Not Found\"}, and the protocol says `{\"error\": text}`")
    );
    assert_eq!(
        refusal("").as_deref(),
        Some("the body of the refusal is empty, and the protocol says `{\"error\": text}`")
    );
    assert_eq!(
        find("torchserve").unwrap().refusal(&response(
            404,
            "application/json",
            r#"{"code": 404, "type": "ModelNotFoundException", "message": "Model not found: iris"}"#
        )),
        None
    );
}

//! Metrics against scikit-learn, at 1e-12.

use mlfunnel::ml::metrics::{Summary, classification, regression};
use serde_json::Value;

use super::read::{assert_close, file, float, floats, index, indices, list, matrix};

fn assert_scores(summary: &Summary, expected: &Value) {
    let expected = expected.as_object().unwrap();
    assert_eq!(summary.undefined, []);
    for (name, value) in expected {
        let found = summary.get(name).unwrap_or_else(|| panic!("no {name}"));
        assert_close([&found], [&float(value)], 1e-12, name);
    }
}

#[test]
fn classification_metrics_are_scikit_learns() {
    for case in list(&file("metrics.json")["classification"]) {
        let (truth, predicted) = (indices(&case["truth"]), indices(&case["predicted"]));
        let probabilities = matrix(&case["probabilities"]);
        let summary =
            classification(&truth, &predicted, index(&case["classes"]), Some(probabilities.view())).unwrap();
        assert_scores(&summary, &case["scores"]);
        let confusion = summary.confusion.unwrap().mapv(|count| count as f64);
        assert_eq!(confusion, matrix(&case["confusion"]));
    }
}

#[test]
fn regression_metrics_are_scikit_learns() {
    let case = &file("metrics.json")["regression"];
    let summary = regression(&floats(&case["truth"]), &floats(&case["predicted"])).unwrap();
    assert_eq!(summary.scores.len(), 4);
    assert_scores(&summary, &case["scores"]);
}

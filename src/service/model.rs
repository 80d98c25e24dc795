//! A trained model as the server holds it.

use ndarray::{Array2, Axis};
use serde_json::{Value, json};

use super::server::Predictor;
use crate::ml::model::{DocumentError, Model, ModelKind, Prediction};

/// A saved model, served in the plain form: for each raw row the probability of the positive class of a binary model,
/// the list of probabilities of several classes, the number of a regression.
#[derive(Debug)]
pub struct ModelPredictor {
    name: String,
    model: Model,
}

impl ModelPredictor {
    /// Serves this model under this name.
    pub fn new(name: impl Into<String>, model: Model) -> Self {
        Self { name: name.into(), model }
    }

    /// Reads the text of a file that `train` saved.
    pub fn from_json(name: impl Into<String>, text: &str) -> Result<Self, DocumentError> {
        Model::from_json(text).map(|model| Self::new(name, model))
    }
}

impl Predictor for ModelPredictor {
    fn name(&self) -> &str {
        &self.name
    }

    fn features(&self) -> &[String] {
        &self.model.features
    }

    fn metadata(&self) -> Value {
        let (model, task) = match self.model.kind {
            ModelKind::LogisticRegression(_) => ("logistic_regression", "classification"),
            ModelKind::LinearRegression(_) => ("linear_regression", "regression"),
            ModelKind::Ridge(_) => ("ridge", "regression"),
        };
        let mut metadata = json!({"task": task, "model": model, "target": self.model.target});
        if !self.model.classes.is_empty() {
            metadata["classes"] = json!(self.model.classes);
        }
        metadata
    }

    fn predict(&self, rows: &[Vec<f64>]) -> Result<Vec<Value>, String> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let shape = (rows.len(), self.model.features.len());
        let x = Array2::from_shape_vec(shape, rows.concat()).map_err(|error| error.to_string())?;
        Ok(match self.model.predict_raw(x.view()).map_err(|error| error.to_string())? {
            Prediction::Classes { probabilities, .. } if probabilities.ncols() == 2 => {
                probabilities.index_axis(Axis(1), 1).iter().map(|p| json!(p)).collect()
            }
            Prediction::Classes { probabilities, .. } => {
                probabilities.rows().into_iter().map(|row| json!(row.to_vec())).collect()
            }
            Prediction::Values(values) => values.iter().map(|value| json!(value)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictor(model: &str, classes: &str, coefficients: &str, intercept: &str) -> ModelPredictor {
        let text = format!(
            r#"{{"format": "mlfunnel-model", "version": 1, "library": "mlfunnel 0.1.0", {model},
            "features": ["a", "b"], "target": "y", {classes}
            "preprocessing": [{{"columns": ["b"], "fitted": {{"scale": {{
                "method": {{"standard": {{"with_mean": true, "with_std": true}}}}, "missing": "keep",
                "n_features": 1, "columns": [{{"divide": {{"center": 10.0, "scale": 2.0}}}}]}}}}}}],
            "coefficients": {coefficients}, "intercept": {intercept},
            "training": {{"rows": 9, "converged": true, "iterations": 3, "grad_norm": 0.0, "loss": 0.1,
                "engine": "linfa"}}}}"#
        );
        ModelPredictor::from_json("m", &text).unwrap()
    }

    const LOGISTIC: &str = r#""model": "logistic_regression", "params": {"c": 1.0, "fit_intercept": true, "max_iter": 100, "tol": 1e-4}"#;

    #[test]
    fn two_classes_give_the_probability_of_the_second() {
        let model = predictor(LOGISTIC, r#""classes": ["no", "yes"],"#, "[[1.0, 2.0]]", "[0.5]");
        let given = model.predict(&[vec![-0.5, 10.0], vec![0.5, 12.0]]).unwrap();
        let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
        // `b` is raw: (10 − 10)/2 = 0 and (12 − 10)/2 = 1.
        for (given, z) in given.iter().zip([0.0, 3.0]) {
            assert!((given.as_f64().unwrap() - sigmoid(z)).abs() < 1e-15, "{given}");
        }
        assert_eq!(
            model.metadata(),
            json!({"task": "classification", "model": "logistic_regression", "target": "y", "classes": ["no", "yes"]})
        );
        assert_eq!(model.features(), ["a", "b"]);
        assert!(model.predict(&[]).unwrap().is_empty());
    }

    #[test]
    fn several_classes_give_a_list_a_row() {
        let zero = "[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]";
        let model = predictor(LOGISTIC, r#""classes": [1, 2, 3, 4],"#, zero, "[0.0, 0.0, 0.0, 0.0]");
        assert_eq!(model.predict(&[vec![1.0, 2.0]]).unwrap(), [json!([0.25, 0.25, 0.25, 0.25])]);
    }

    #[test]
    fn a_regression_gives_its_number() {
        let ridge = r#""model": "ridge", "params": {"alpha": 1.0, "fit_intercept": true}"#;
        let model = predictor(ridge, "", "[[1.0, 2.0]]", "[0.5]");
        assert_eq!(model.predict(&[vec![3.0, 12.0]]).unwrap(), [json!(5.5)]);
        assert_eq!(model.metadata(), json!({"task": "regression", "model": "ridge", "target": "y"}));
        let error = model.predict(&[vec![f64::INFINITY, 1.0]]).unwrap_err();
        assert_eq!(error, "the feature at row 0, column 0 (from 0) is inf");
    }
}

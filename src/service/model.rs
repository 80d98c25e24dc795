//! A trained model as the server holds it.

use ndarray::{Array1, Array2, ArrayView2};
use serde_json::{Value, json};

use super::server::Predictor;
use crate::ml::label::Label;
use crate::ml::model::{DocumentError, Model, ModelKind, Prediction};

/// A saved model under the name it is served by. It takes raw rows.
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

    fn classes(&self) -> &[Label] {
        &self.model.classes
    }

    fn predict(&self, rows: ArrayView2<'_, f64>) -> Result<Prediction, String> {
        if rows.nrows() > 0 {
            return self.model.predict_raw(rows).map_err(|error| error.to_string());
        }
        let classes = self.model.classes.len();
        Ok(if classes == 0 {
            Prediction::Values(Array1::zeros(0))
        } else {
            Prediction::Classes {
                labels: Vec::new(),
                codes: Vec::new(),
                probabilities: Array2::zeros((0, classes)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

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
    fn rows_are_raw_and_classes_have_probabilities() {
        let model = predictor(LOGISTIC, r#""classes": ["no", "yes"],"#, "[[1.0, 2.0]]", "[0.5]");
        let given = model.predict(array![[-0.5, 10.0], [0.5, 12.0]].view()).unwrap();
        let Prediction::Classes { labels, probabilities, .. } = given else { panic!("{given:?}") };
        let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
        // `b` is raw: (10 − 10)/2 = 0 and (12 − 10)/2 = 1.
        for (given, z) in probabilities.column(1).iter().zip([0.0, 3.0]) {
            assert!((given - sigmoid(z)).abs() < 1e-15, "{given}");
        }
        assert_eq!(labels, ["no".into(), "yes".into()]);
        assert_eq!(
            model.metadata(),
            json!({"task": "classification", "model": "logistic_regression", "target": "y", "classes": ["no", "yes"]})
        );
        assert_eq!(model.features(), ["a", "b"]);
        let Prediction::Classes { probabilities, .. } = model.predict(Array2::zeros((0, 2)).view()).unwrap()
        else {
            panic!("a classifier")
        };
        assert_eq!(probabilities.dim(), (0, 2));
    }

    #[test]
    fn a_regression_gives_its_number() {
        let ridge = r#""model": "ridge", "params": {"alpha": 1.0, "fit_intercept": true}"#;
        let model = predictor(ridge, "", "[[1.0, 2.0]]", "[0.5]");
        assert_eq!(model.predict(array![[3.0, 12.0]].view()), Ok(Prediction::Values(array![5.5])));
        assert_eq!(model.predict(Array2::zeros((0, 2)).view()), Ok(Prediction::Values(Array1::zeros(0))));
        assert_eq!(model.metadata(), json!({"task": "regression", "model": "ridge", "target": "y"}));
        let error = model.predict(array![[f64::INFINITY, 1.0]].view()).unwrap_err();
        assert_eq!(error, "the feature at row 0, column 0 (from 0) is inf");
    }
}

//! The saved form of a model: a versioned JSON document that reads back bit for bit.

use std::fmt;

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::{Model, ModelKind, Training};
use crate::ml::label::Label;
use crate::ml::preprocessing::{FittedTransform, Preprocessing};

const FORMAT: &str = "mlfunnel-model";
const VERSION: u64 = 1;

/// Why a text is no usable model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentError {
    /// Not JSON, or cut short.
    Syntax(String),
    /// JSON, but of another format.
    Format,
    /// Written by a later version of mlfunnel.
    Newer {
        /// The document's version.
        version: u64,
    },
    /// A field is missing, unknown or of the wrong type.
    Fields(String),
    /// The parts of the document contradict one another.
    Content(String),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => write!(f, "the model is not whole JSON: {error}"),
            Self::Format => {
                write!(f, "this is no model of mlfunnel: `format` must be `{FORMAT}` and `version` a number")
            }
            Self::Newer { version } => write!(
                f,
                "the model is of version {version}, written by a newer mlfunnel; this one reads up to {VERSION}"
            ),
            Self::Fields(error) => write!(f, "the model's fields are wrong: {error}"),
            Self::Content(problem) => write!(f, "the model contradicts itself: {problem}"),
        }
    }
}

impl std::error::Error for DocumentError {}

#[derive(Serialize, Deserialize)]
struct Document {
    format: String,
    version: u64,
    library: String,
    #[serde(flatten)]
    kind: ModelKind,
    features: Vec<String>,
    target: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    classes: Vec<Label>,
    preprocessing: Preprocessing,
    coefficients: Vec<Vec<f64>>,
    intercept: Vec<f64>,
    training: Training,
}

impl Model {
    /// The document, in a stable order of fields, ending in a line break.
    pub fn to_json(&self) -> Result<String, DocumentError> {
        let document = Document {
            format: FORMAT.to_owned(),
            version: VERSION,
            library: concat!("mlfunnel ", env!("CARGO_PKG_VERSION")).to_owned(),
            kind: self.kind,
            features: self.features.clone(),
            target: self.target.clone(),
            classes: self.classes.clone(),
            preprocessing: self.preprocessing.clone(),
            coefficients: self.coefficients.rows().into_iter().map(|row| row.to_vec()).collect(),
            intercept: self.intercept.to_vec(),
            training: self.training,
        };
        // JSON has no NaN: what cannot be read back is not written.
        check(&document)?;
        let text =
            serde_json::to_string_pretty(&document).map_err(|e| DocumentError::Fields(e.to_string()))?;
        Ok(text + "\n")
    }

    /// Reads a document back, checking that its parts agree.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        let json: serde_json::Value =
            serde_json::from_str(text).map_err(|e| DocumentError::Syntax(e.to_string()))?;
        if json.get("format").and_then(|f| f.as_str()) != Some(FORMAT) {
            return Err(DocumentError::Format);
        }
        match json.get("version").and_then(serde_json::Value::as_u64) {
            None | Some(0) => return Err(DocumentError::Format),
            Some(version) if version > VERSION => return Err(DocumentError::Newer { version }),
            Some(_) => {}
        }
        let document: Document =
            serde_json::from_value(json).map_err(|e| DocumentError::Fields(e.to_string()))?;
        check(&document)?;
        let shape = (document.coefficients.len(), document.features.len());
        let coefficients = Array2::from_shape_vec(shape, document.coefficients.concat())
            .map_err(|e| DocumentError::Content(e.to_string()))?;
        Ok(Self {
            kind: document.kind,
            features: document.features,
            target: document.target,
            classes: document.classes,
            preprocessing: document.preprocessing,
            coefficients,
            intercept: Array1::from(document.intercept),
            training: document.training,
        })
    }
}

fn check(document: &Document) -> Result<(), DocumentError> {
    let wrong = |problem: String| Err(DocumentError::Content(problem));
    let features = document.features.len();
    if features == 0 {
        return wrong("it has no features".to_owned());
    }
    let mut sorted: Vec<&String> = document.features.iter().collect();
    sorted.sort();
    if let Some(at) = (1..features).find(|at| sorted[at - 1] == sorted[*at]) {
        return wrong(format!("the feature `{}` is there twice", sorted[at]));
    }
    if document.features.contains(&document.target) {
        return wrong(format!("the target `{}` is among the features", document.target));
    }
    let classes = document.classes.len();
    let rows = match document.kind {
        ModelKind::LogisticRegression(_) if classes < 2 => {
            return wrong(format!("a classifier has at least two classes, here {classes}"));
        }
        ModelKind::LogisticRegression(_) if classes > 2 => classes,
        ModelKind::LinearRegression(_) | ModelKind::Ridge(_) if classes > 0 => {
            return wrong("a regression has no classes".to_owned());
        }
        _ => 1,
    };
    if document.classes.windows(2).any(|pair| pair[0] >= pair[1]) {
        return wrong("the classes do not ascend".to_owned());
    }
    let shape = &document.coefficients;
    if shape.len() != rows || shape.iter().any(|row| row.len() != features) {
        return wrong(format!("the coefficients must be {rows} rows of {features}, one a feature"));
    }
    if document.intercept.len() != rows {
        return wrong(format!("{} intercepts where {rows} belong", document.intercept.len()));
    }
    let training = document.training.certificate;
    let numbers = document.coefficients.iter().flatten().chain(&document.intercept);
    if numbers.chain([&training.loss, &training.grad_norm]).any(|v| !v.is_finite()) {
        return wrong("a number is not finite".to_owned());
    }
    check_preprocessing(document)
}

fn check_preprocessing(document: &Document) -> Result<(), DocumentError> {
    document.preprocessing.check().map_err(|e| DocumentError::Content(e.to_string()))?;
    for step in &document.preprocessing.steps {
        let kind = match step.fitted {
            FittedTransform::Scale(_) => "scales",
            FittedTransform::Impute(_) => "imputes",
        };
        if let Some(column) = step.columns.iter().find(|column| !document.features.contains(column)) {
            let problem = format!("its preprocessing {kind} `{column}`, which is none of its features");
            return Err(DocumentError::Content(problem));
        }
    }
    Ok(())
}

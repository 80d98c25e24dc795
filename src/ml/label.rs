//! Labels of classes, and their encoding into sorted class codes.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A class label or a category. Labels sort by kind (booleans, integers, texts), then by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Label {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value}"),
        }
    }
}

impl From<bool> for Label {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Label {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Label {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Label {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// Labels as codes into their sorted classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The distinct labels in ascending order: texts by code point, as `numpy.unique` gives them.
    pub classes: Vec<Label>,
    /// One index into `classes` per label.
    pub codes: Vec<usize>,
}

/// Encodes labels into their sorted classes, as scikit-learn's `LabelEncoder` does.
pub fn encode(labels: &[Label]) -> Encoded {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| labels[a].cmp(&labels[b]));
    let mut classes: Vec<Label> = Vec::new();
    let mut codes = vec![0; labels.len()];
    for row in order {
        if classes.last().map(|last| last.cmp(&labels[row])) != Some(Ordering::Equal) {
            classes.push(labels[row].clone());
        }
        codes[row] = classes.len() - 1;
    }
    Encoded { classes, codes }
}

/// Encodes labels into classes already known, such as a model's. The error is the first label that is none of them.
pub fn encode_into<'a>(labels: &'a [Label], classes: &[Label]) -> Result<Vec<usize>, &'a Label> {
    labels.iter().map(|label| classes.binary_search(label).map_err(|_| label)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_sorted_and_codes_point_at_them() {
        let labels: Vec<Label> = ["b", "a", "B", "b"].map(Label::from).to_vec();
        let encoded = encode(&labels);
        assert_eq!(encoded.classes, ["B", "a", "b"].map(Label::from));
        assert_eq!(encoded.codes, [2, 1, 0, 2]);
        assert_eq!(encode_into(&labels, &encoded.classes).unwrap(), encoded.codes);
        assert_eq!(encode_into(&["c".into()], &encoded.classes), Err(&Label::from("c")));
    }

    #[test]
    fn integers_sort_as_numbers() {
        assert_eq!(
            encode(&[10.into(), (-3).into(), 9.into()]).classes,
            [Label::Int(-3), Label::Int(9), Label::Int(10)]
        );
        assert_eq!(encode(&[]), Encoded { classes: vec![], codes: vec![] });
    }

    #[test]
    fn json_keeps_the_kind() {
        let labels = vec![Label::Bool(true), Label::Int(1), Label::Text("1".into())];
        let text = serde_json::to_string(&labels).unwrap();
        assert_eq!(text, r#"[true,1,"1"]"#);
        assert_eq!(serde_json::from_str::<Vec<Label>>(&text).unwrap(), labels);
    }
}

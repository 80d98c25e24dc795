//! Where the rows stand in the JSON of a request, whatever the protocol.

use serde_json::Value as Json;

/// The fields that hold rows, in the protocols there are.
const FIELDS: [&str; 10] = [
    "instances",
    "inputs",
    "dataframe_split",
    "dataframe_records",
    "data",
    "examples",
    "messages",
    "prompt",
    "input",
    "rows",
];

/// Places in a document, as JSON pointers (RFC 6901).
#[derive(Debug)]
pub(super) struct Anatomy {
    /// The key of the document that holds the rows.
    pub field: Option<String>,
    /// All rows.
    pub data: String,
    /// The first row; all values where they stand flat.
    pub row: Option<String>,
    /// The first number in them.
    pub number: Option<String>,
    /// The first text in them.
    pub text: Option<String>,
}

impl Anatomy {
    /// `None` where the document has no place for rows.
    pub(super) fn of(document: &Json) -> Option<Self> {
        let (field, mut data) = match document {
            Json::Object(fields) => {
                let holds = |value: &Json| value.is_array() || value.is_object();
                let known = FIELDS.iter().copied().find(|field| fields.contains_key(*field));
                let key = known.or_else(|| Some(fields.iter().find(|(_, value)| holds(value))?.0));
                match key {
                    Some(key) => (Some(key.to_owned()), step("", key)),
                    // The document is the one row itself.
                    None => (Some(fields.keys().next()?.clone()), String::new()),
                }
            }
            Json::Array(_) => (None, String::new()),
            _ => return None,
        };
        while let Some(inside) = narrower(&data, document.pointer(&data)?) {
            data = inside;
        }
        let held = document.pointer(&data)?;
        let row = match held {
            Json::Array(rows) if rows.first()?.is_array() || rows.first()?.is_object() => {
                Some(step(&data, "0"))
            }
            Json::Array(_) | Json::Object(_) => Some(data.clone()),
            _ => None,
        };
        let number = first(&data, held, &Json::is_number);
        let text = first(&data, held, &Json::is_string);
        Some(Self { field, data, row, number, text })
    }
}

/// Where the rows stand inside what a field holds: under `data`, in the first tensor or column.
fn narrower(at: &str, held: &Json) -> Option<String> {
    match held {
        Json::Object(fields) if fields.get("data").is_some_and(Json::is_array) => Some(step(at, "data")),
        Json::Object(fields) => {
            let (key, _) = fields.iter().find(|(_, value)| value.is_array())?;
            Some(step(at, key))
        }
        Json::Array(items) if items.first()?.get("data").is_some_and(Json::is_array) => {
            Some(step(&step(at, "0"), "data"))
        }
        _ => None,
    }
}

fn step(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The first scalar of this kind, depth first.
fn first(at: &str, held: &Json, wanted: &dyn Fn(&Json) -> bool) -> Option<String> {
    match held {
        Json::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| first(&step(at, &index.to_string()), item, wanted)),
        Json::Object(fields) => fields.iter().find_map(|(key, item)| first(&step(at, key), item, wanted)),
        scalar => wanted(scalar).then(|| at.to_owned()),
    }
}

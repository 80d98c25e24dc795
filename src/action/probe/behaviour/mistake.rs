//! Malformed requests, made from a good one.

use serde_json::{Value as Json, json};

use super::anatomy::Anatomy;
use crate::system::http::Request;
use crate::words;

/// How deep `deep` nests its lists.
const DEPTH: usize = 10_000;
/// How much white space `huge_body` carries.
const HUGE: usize = 64 << 20;
/// Stands where something goes that the JSON of a document cannot hold.
const PLACEHOLDER: &str = "\u{1a}mlfunnel\u{1a}";

words! {
    /// What is wrong with a malformed request.
    pub enum Mistake {
        /// the field that holds the rows is left out
        MissingField = "missing_field",
        /// the first number is text; of a text model, the first text is a mapping
        WrongType = "wrong_type",
        /// the first row has a value too few
        WrongShape = "wrong_shape",
        /// the first row has a value too many
        ExtraValue = "extra_value",
        /// the first number is a bare `NaN`, which is not JSON
        Nan = "nan",
        /// the first number is 1e400, beyond what a float can hold
        Huge = "huge",
        /// there are no rows; to answer with no predictions is right as well
        NoRows = "no_rows",
        /// the body is empty
        Empty = "empty",
        /// the body is a word
        NotJson = "not_json",
        /// the body ends in the middle
        Truncated = "truncated",
        /// in place of the rows stand 10,000 lists, one inside the other
        Deep = "deep",
        /// the content type is `text/plain`
        WrongContentType = "wrong_content_type",
        /// the model's name is another
        UnknownModel = "unknown_model",
        /// the body is the good one behind 64 MiB of white space; only where it is named
        HugeBody = "huge_body",
    }
}

/// A malformed request.
#[derive(Clone, Debug)]
pub(in crate::action::probe) struct Malformed {
    pub name: String,
    /// What is wrong with it, in words.
    pub what: String,
    pub request: Request,
}

impl Mistake {
    /// Those that are made where none is named.
    pub(super) const USUAL: [Self; 13] = [
        Self::MissingField,
        Self::WrongType,
        Self::WrongShape,
        Self::ExtraValue,
        Self::Nan,
        Self::Huge,
        Self::NoRows,
        Self::Empty,
        Self::NotJson,
        Self::Truncated,
        Self::Deep,
        Self::WrongContentType,
        Self::UnknownModel,
    ];

    /// The good request with this mistake; nothing where it has no place for it, such as a number that could be NaN.
    pub(in crate::action::probe) fn made_of(self, good: &Request, model: Option<&str>) -> Option<Malformed> {
        let mut request = good.clone();
        let what = match self {
            Self::Empty => {
                request.body.clear();
                "the body is empty".to_owned()
            }
            Self::WrongContentType => {
                request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
                request.headers.push(("content-type".to_owned(), "text/plain".to_owned()));
                "the content type is `text/plain`".to_owned()
            }
            Self::UnknownModel => elsewhere(&mut request, model?)?,
            _ => {
                let document: Json = serde_json::from_slice(&good.body).ok()?;
                let (body, what) = self.body(document, &good.body)?;
                request.body = body;
                what
            }
        };
        Some(Malformed { name: self.word().to_owned(), what, request })
    }

    /// The body with the mistake, and what is wrong with it.
    fn body(self, mut document: Json, good: &[u8]) -> Option<(Vec<u8>, String)> {
        let anatomy = Anatomy::of(&document)?;
        let mut inserted = None;
        let what = match self {
            Self::MissingField => {
                let field = anatomy.field?;
                document.as_object_mut()?.shift_remove(&field)?;
                format!("`{field}` is left out")
            }
            Self::WrongType => {
                let (at, wrong, what) = match (anatomy.number, anatomy.text) {
                    (Some(at), _) => (at, json!("text"), "the first number is text"),
                    (None, Some(at)) => (at, json!({"not": "text"}), "the first text is a mapping"),
                    (None, None) => return None,
                };
                *document.pointer_mut(&at)? = wrong;
                what.to_owned()
            }
            Self::WrongShape => {
                match document.pointer_mut(&anatomy.row?)? {
                    Json::Array(cells) => drop(cells.pop()?),
                    Json::Object(cells) => {
                        let last = cells.keys().next_back()?.clone();
                        cells.shift_remove(&last);
                    }
                    _ => return None,
                }
                "the first row has a value too few".to_owned()
            }
            Self::ExtraValue => {
                match document.pointer_mut(&anatomy.row?)? {
                    Json::Array(cells) => cells.push(cells.last()?.clone()),
                    Json::Object(cells) => drop(cells.insert("not_a_column".to_owned(), json!(1))),
                    _ => return None,
                }
                "the first row has a value too many".to_owned()
            }
            Self::Nan | Self::Huge => {
                let (token, what) =
                    if self == Self::Nan { ("NaN", "a bare NaN") } else { ("1e400", "1e400") };
                *document.pointer_mut(&anatomy.number?)? = json!(PLACEHOLDER);
                inserted = Some(token.to_owned());
                format!("the first number is {what}")
            }
            Self::NoRows => {
                let rows = document.pointer_mut(&anatomy.data)?;
                rows.as_array_mut()?.clear();
                "there are no rows".to_owned()
            }
            Self::Deep => {
                *document.pointer_mut(&anatomy.data)? = json!(PLACEHOLDER);
                inserted = Some(format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH)));
                format!("{DEPTH} lists stand one inside the other")
            }
            Self::NotJson => return Some((b"not json".to_vec(), "the body is no JSON".to_owned())),
            Self::Truncated => {
                return Some((good[..good.len() / 2].to_vec(), "the body ends in the middle".to_owned()));
            }
            Self::HugeBody => {
                let mut body = vec![b' '; HUGE];
                body.extend_from_slice(good);
                return Some((body, "the body has 64 MiB of white space".to_owned()));
            }
            Self::Empty | Self::WrongContentType | Self::UnknownModel => return None,
        };
        let mut text = document.to_string();
        if let Some(inserted) = inserted {
            text = text.replacen(&json!(PLACEHOLDER).to_string(), &inserted, 1);
        }
        Some((text.into_bytes(), what))
    }
}

/// The same for a model that is not there: its name stands in the path, or in the body's `model`.
fn elsewhere(request: &mut Request, model: &str) -> Option<String> {
    let other = format!("{model}-that-is-not-there");
    let what = format!("the model is called `{other}`");
    let (start, path) = match request.url.split_once("://") {
        Some((_, rest)) => request.url.split_at(request.url.len() - rest.len() + rest.find('/')?),
        None => return None,
    };
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(['/', ':', '?']);
    let segment = format!("/{model}");
    if let Some((at, _)) = path.match_indices(&segment).find(|(at, _)| ends(&path[at + segment.len()..])) {
        request.url = format!("{start}{}/{other}{}", &path[..at], &path[at + segment.len()..]);
        return Some(what);
    }
    let mut document: Json = serde_json::from_slice(&request.body).ok()?;
    let held = document.get_mut("model").filter(|held| *held == model)?;
    *held = json!(other);
    request.body = document.to_string().into_bytes();
    Some(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(mistake: Mistake, body: &str) -> Option<String> {
        let mut good = Request::new("POST", "http://h:1/v1/models/iris:predict");
        good.headers.push(("Content-Type".into(), "application/json".into()));
        good.body = body.as_bytes().to_vec();
        let made = mistake.made_of(&good, Some("iris"))?;
        Some(String::from_utf8(made.request.body).unwrap())
    }

    #[test]
    fn the_rows_of_every_protocol_are_found() {
        use Mistake::{ExtraValue, Huge, MissingField, Nan, NoRows, WrongShape, WrongType};
        let plain = r#"{"instances":[[1,2],[3,4]]}"#;
        let open = r#"{"id":"7","inputs":[{"name":"x","shape":[2,2],"datatype":"FP64","data":[1,2,3,4]}]}"#;
        let split = r#"{"dataframe_split":{"columns":["a","b"],"data":[[1,2]]}}"#;
        let records = r#"{"dataframe_records":[{"a":"x","b":2.5}]}"#;
        let columns = r#"{"signature_name":"s","inputs":{"a":[1,2],"b":[3,4]}}"#;
        let chat = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":1}"#;
        for (mistake, body, expected) in [
            (MissingField, plain, "{}"),
            (WrongType, plain, r#"{"instances":[["text",2],[3,4]]}"#),
            (WrongShape, plain, r#"{"instances":[[1],[3,4]]}"#),
            (ExtraValue, plain, r#"{"instances":[[1,2,2],[3,4]]}"#),
            (Nan, plain, r#"{"instances":[[NaN,2],[3,4]]}"#),
            (Huge, plain, r#"{"instances":[[1e400,2],[3,4]]}"#),
            (NoRows, plain, r#"{"instances":[]}"#),
            (MissingField, open, r#"{"id":"7"}"#),
            (
                WrongShape,
                open,
                r#"{"id":"7","inputs":[{"name":"x","shape":[2,2],"datatype":"FP64","data":[1,2,3]}]}"#,
            ),
            (Nan, open, &open.replace("[1,2,3,4]", "[NaN,2,3,4]")),
            (WrongType, split, &split.replace("[[1,2]]", r#"[["text",2]]"#)),
            (NoRows, split, &split.replace("[[1,2]]", "[]")),
            (WrongType, records, r#"{"dataframe_records":[{"a":"x","b":"text"}]}"#),
            (WrongShape, records, r#"{"dataframe_records":[{"a":"x"}]}"#),
            (ExtraValue, records, r#"{"dataframe_records":[{"a":"x","b":2.5,"not_a_column":1}]}"#),
            (WrongShape, columns, r#"{"signature_name":"s","inputs":{"a":[1],"b":[3,4]}}"#),
            (MissingField, chat, r#"{"model":"m","max_tokens":1}"#),
            (
                WrongType,
                chat,
                r#"{"model":"m","messages":[{"role":{"not":"text"},"content":"hi"}],"max_tokens":1}"#,
            ),
            (WrongType, r#"[{"x":1}]"#, r#"[{"x":"text"}]"#),
            (WrongShape, r#"{"a":{"x":1,"y":2}}"#, r#"{"a":{"x":1}}"#),
            (MissingField, r#"{"x":1,"y":2}"#, r#"{"y":2}"#),
            (ExtraValue, r#"{"x":1,"y":2}"#, r#"{"x":1,"y":2,"not_a_column":1}"#),
            (Nan, r#"{"x":"a","y":2}"#, r#"{"x":"a","y":NaN}"#),
        ] {
            assert_eq!(made(mistake, body).as_deref(), Some(expected), "{mistake:?} of {body}");
        }
        assert_eq!(made(Nan, chat), None);
        assert_eq!(made(Nan, "a,b\n1,2"), None);
        assert_eq!(made(Mistake::Empty, "a,b\n1,2").as_deref(), Some(""));
        assert_eq!(made(Mistake::Truncated, "[1]").as_deref(), Some("["));
        let deep = made(Mistake::Deep, plain).unwrap();
        assert_eq!(deep.len(), r#"{"instances":}"#.len() + 2 * DEPTH);
        assert!(made(Mistake::HugeBody, plain).unwrap().len() > HUGE);
    }

    #[test]
    fn what_is_not_the_body_is_changed_too() {
        let mut good = Request::new("POST", "http://iris:1/v1/models/iris:predict?a=b");
        good.headers.push(("Content-Type".into(), "application/json".into()));
        good.body = b"{\"model\": \"iris\"}".to_vec();
        let made = |mistake: Mistake, good: &Request| mistake.made_of(good, Some("iris")).unwrap();
        let typed = made(Mistake::WrongContentType, &good).request;
        assert_eq!(typed.headers, [("content-type".to_owned(), "text/plain".to_owned())]);
        let other = made(Mistake::UnknownModel, &good);
        assert_eq!(other.request.url, "http://iris:1/v1/models/iris-that-is-not-there:predict?a=b");
        assert_eq!(other.what, "the model is called `iris-that-is-not-there`");
        good.url = "http://iris:1/v1/chat".into();
        let other = made(Mistake::UnknownModel, &good).request;
        assert_eq!(other.body, br#"{"model":"iris-that-is-not-there"}"#);
        assert!(Mistake::UnknownModel.made_of(&good, None).is_none());
    }
}

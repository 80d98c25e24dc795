//! `exists`, `min_size`, `max_size`, `sha256`: of a file whatever is in it.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::super::files::unreadable;
use crate::diagnostic::codes;
use crate::expect::{Bench, Fault, Judged, Matcher, Miss, Named};
use crate::source::Spanned;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::system::files::{Look, look, sha256_hex};
use crate::value::{Evidence, FromValue, Kind, Size, Unit, Value, WrongKind, show_size};

/// The file that is judged.
pub(super) fn path_of<'a>(actual: &'a Value, matcher: &str) -> Result<&'a Path, Fault> {
    match actual {
        Value::File(path) => Ok(path),
        other => Err(super::super::elements::not_measurable(other, matcher, "is no file")),
    }
}

pub(super) fn size_of(path: &Path) -> Result<u64, Fault> {
    match look(path) {
        Ok(Look::File { size }) => Ok(size),
        _ => Err(Fault::new(codes::UNREADABLE, "the file cannot be looked at")),
    }
}

/// A miss about a file; its content is not shown.
pub(super) fn missed(summary: String, expected: String, actual: String) -> Miss {
    Miss { summary, expected, actual, ..Miss::default() }
}

/// The file is there, or is not.
#[derive(Debug)]
pub(in super::super) struct Exists(bool);

impl Matcher for Exists {
    fn judge(&self, actual: &Value, _: &Bench<'_>) -> Result<Judged, Fault> {
        let path = path_of(actual, "exists")?;
        let (there, what) = match look(path) {
            Ok(Look::File { .. }) => (true, "a file"),
            Ok(Look::Folder) => (false, "a folder"),
            Ok(Look::Other(what)) => (false, what),
            Ok(Look::Missing) | Err(_) => (false, "nothing"),
        };
        let miss = match (self.0, what) {
            (true, _) if !there => {
                let summary =
                    if what == "nothing" { "it is not there".to_owned() } else { format!("it is {what}") };
                Some(missed(summary, "a file".to_owned(), what.to_owned()))
            }
            (false, "nothing") | (true, _) => None,
            (false, _) => Some(missed(format!("it is there: {what}"), "nothing".to_owned(), what.to_owned())),
        };
        Ok(Judged::one(miss))
    }
}

impl Named for Exists {
    const NAME: &'static str = "exists";
    const PAGE: &'static str = "`true`: the file is there; it may be empty. `false`: nothing of that name is there. Without it, a file that is \
        named must be there and not be empty.\n\n\
        `artifacts: {model.json.tmp: {exists: false}}`";
    const OF_FORM: bool = true;
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Spanned::decode(node, decoder).map(|flag: Spanned<bool>| Self(flag.value))
    }
    fn schema() -> Json {
        json!({"type": "boolean"})
    }
}

/// Bounds of size differ in nothing but their side.
macro_rules! sizes {
    ($($name:ident = $word:literal, $phrase:literal, $page:literal, |$size:ident, $limit:ident| $holds:expr;)+) => {$(
        #[derive(Debug)]
        pub(in super::super) struct $name(Arg<Size>);

        impl Matcher for $name {
            fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
                let $size = size_of(path_of(actual, $word)?)?;
                let $limit = self.0.bind(bench.scope)?.0;
                let miss = (!$holds).then(|| {
                    let expected = format!(concat!($phrase, " {}"), show_size($limit));
                    missed(format!("its size is {}, expected {expected}", show_size($size)), expected, show_size($size))
                });
                // A size is one thing, of an empty file too.
                Ok(Judged::one(miss))
            }
        }

        impl Named for $name {
            const NAME: &'static str = $word;
            const PAGE: &'static str = $page;
            const OF_FORM: bool = true;
            fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
                Arg::decode(node, decoder).map(Self)
            }
            fn schema() -> Json {
                Arg::<Size>::schema()
            }
        }
    )+};
}

sizes! {
    MinSize = "min_size", "at least",
        "The file is at least this large; a size has a unit.\n\n`artifacts: {model.pkl: {min_size: 1 KiB}}`",
        |size, limit| size >= limit;
    MaxSize = "max_size", "at most",
        "The file is at most this large; a size has a unit.\n\n`artifacts: {model.onnx: {max_size: 50 MiB}}`",
        |size, limit| size <= limit;
}

/// A digest in hexadecimal.
#[derive(Clone, Debug)]
pub(in super::super) struct Hex(String);

impl FromValue for Hex {
    const KINDS: &'static [Kind] = &[Kind::Text];

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^[0-9a-fA-F]{64}$"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let expected = "a SHA-256 digest of 64 hexadecimal digits";
        let Value::Text(text) = value else {
            return Err(WrongKind::new(expected, value).help("write it in quotes"));
        };
        if text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        let count = text.chars().count();
        Err(WrongKind::new(expected, value)
            .help(format!("this has {count} characters; `sha256sum FILE` prints it")))
    }
}

/// The digest of the file.
#[derive(Debug)]
pub(in super::super) struct Sha256(Arg<Hex>);

impl Matcher for Sha256 {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let path = path_of(actual, "sha256")?;
        let wanted = self.0.bind(bench.scope)?.0;
        let digest = sha256_hex(path).map_err(|error| unreadable(&error))?;
        let size = size_of(path)?;
        let miss = (digest != wanted)
            .then(|| missed("its SHA-256 digest differs".to_owned(), wanted, digest.clone()));
        Ok(Judged::new(Evidence { count: size, unit: Unit::Bytes }, miss))
    }
}

impl Named for Sha256 {
    const NAME: &'static str = "sha256";
    const PAGE: &'static str = "The SHA-256 digest of the file, in hexadecimal; the file may be of any size.\n\n\
        `artifacts: {vocab.txt: {sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Hex>::schema()
    }
}

//! What an input is drawn from: the generators, their parameters, their short forms.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::range::{MOST, Range, Share, Size, WholeRange};
use super::table;
use crate::arbitrary::{Arbitrary, Floats, Integers, List, Scalar, Sizes, Texts};
use crate::diagnostic::{Diagnostic, codes, did_you_mean, suggest};
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Fields, Key, Node, NodeKind, open};
use crate::value::{Kind, Value};
use crate::{params, words};

/// Every generator: one of each kind, then lists of them.
pub const GENERATORS: [&str; 11] = [
    "float", "integer", "choice", "string", "boolean", "floats", "integers", "choices", "strings",
    "booleans", "table",
];

/// The sizes of what says nothing of them.
const SIZES: Sizes = Sizes { least: 0, most: 20 };

words! {
    /// Which floats there are.
    enum FloatName {
        /// those of 32 bits
        Float32 = "float32",
        /// those of 64 bits
        Float64 = "float64",
    }
}

params! {
    /// A float.
    struct FloatKeys = "a float" short "range" {
        /// The least and the greatest, both allowed; `.inf` leaves one open.
        range: Option<Spanned<Range>>,
        /// The share of NaN.
        missing: Option<Spanned<Share>>,
        /// The share of infinities.
        infinite: Option<Spanned<Share>>,
        /// `float32`: what a float32 holds alone.
        dtype: Option<Spanned<FloatName>>,
    }
}

params! {
    /// An integer.
    struct IntegerKeys = "an integer" short "range" {
        /// The least and the greatest, both allowed.
        range: Option<Spanned<WholeRange>>,
    }
}

params! {
    /// One of several values.
    struct ChoiceKeys = "a choice" short "of" {
        /// The values.
        of: Arg<Vec<Value>>,
    }
}

params! {
    /// A string.
    struct StringKeys = "a string" short "characters" {
        /// How many characters: a number, or the fewest and the most.
        characters: Option<Spanned<Size>>,
        /// The characters that may stand in it.
        alphabet: Option<Spanned<Arc<str>>>,
    }
}

params! {
    /// How long a list is.
    struct AxesKeys = "a list" {
        /// How many elements: a number, or the fewest and the most.
        length: Option<Spanned<Size>>,
        /// A size for each axis.
        shape: Option<Spanned<Vec<Size>>>,
    }
}

/// Reads what an input is drawn from.
pub(super) fn read(name: &str, node: &Node, decoder: &mut Decoder<'_>) -> Option<Arbitrary> {
    let nothing = Node { kind: NodeKind::Map([].into()), span: node.span };
    let word = node.as_text().map(|text| (Key { text: text.clone(), span: node.span }, nothing));
    let ((Some((key, of)), _) | (None, Some([(key, of)]))) = (&word, node.as_map()) else {
        let message = format!("expected what `{name}` is drawn from, got {}", node.kind());
        let help = suggest(name, super::Keys::KEYS.iter().copied()).map_or_else(
            || {
                "write one generator, such as `{floats: {length: [0, 50]}}`; `mlfunnel explain for_all` lists them"
                    .to_owned()
            },
            |key| format!("did you mean the key `{key}`?"),
        );
        return decoder.refuse(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(help));
    };
    if &*key.text == "table" {
        return table::read(of, decoder).map(Arbitrary::Table);
    }
    let singular = key.text.strip_suffix('s').filter(|_| GENERATORS.contains(&&*key.text));
    let elements = Elements { lists: singular.is_some() };
    match singular.unwrap_or(&key.text) {
        "float" => elements.read(of, Some("range"), FloatKeys::KEYS, decoder, float),
        "integer" => elements.read(of, Some("range"), IntegerKeys::KEYS, decoder, integer),
        "choice" => elements.read(of, Some("of"), ChoiceKeys::KEYS, decoder, choice),
        "string" => elements.read(of, Some("characters"), StringKeys::KEYS, decoder, string),
        "boolean" => elements.read(of, None, &[], decoder, |_, _, _| Some(Scalar::Bool)),
        _ => {
            let message = format!("no generator is called `{}`", key.text);
            let help = did_you_mean(&key.text, GENERATORS);
            decoder.refuse(Diagnostic::new(codes::UNKNOWN_KEY, key.span, message).maybe_help(help))
        }
    }
}

/// What a reference to an input may stand for.
pub(super) fn kind(of: &Arbitrary) -> Kind {
    match of {
        Arbitrary::One(scalar) => scalar.kind(),
        Arbitrary::List(_) => Kind::List,
        Arbitrary::Table(_) => Kind::Table,
    }
}

/// One value, or a list of them.
#[derive(Clone, Copy)]
struct Elements {
    lists: bool,
}

impl Elements {
    fn read(
        self,
        node: &Node,
        short_key: Option<&str>,
        keys: &[&str],
        decoder: &mut Decoder<'_>,
        scalar: impl Fn(&Fields<'_>, Span, &mut Decoder<'_>) -> Option<Scalar>,
    ) -> Option<Arbitrary> {
        let mut short = None;
        let fields = open(node, &mut short, short_key, "a generator", decoder)?;
        let all: Vec<&str> =
            keys.iter().chain(AxesKeys::KEYS.iter().filter(|_| self.lists)).copied().collect();
        let known = fields.refuse_unknown(&all, None, decoder);
        let of = scalar(&fields, node.span, decoder);
        let axes = if self.lists {
            axes(&AxesKeys::from_fields(&fields, node.span, decoder)?, decoder)?
        } else {
            Vec::new()
        };
        let (of, ()) = (of?, known?);
        if axes.is_empty() {
            return Some(Arbitrary::One(of));
        }
        if let Scalar::Choice(values) = &of
            && let Some(odd) = values.iter().find(|value| matches!(value, Value::List(_) | Value::Map(_)))
        {
            let message = format!("an element of `choices` is a scalar, not {}", odd.kind());
            return decoder.refuse(
                Diagnostic::new(codes::INVALID_VALUE, node.span, message)
                    .help("`choice` takes one of any values"),
            );
        }
        Some(Arbitrary::List(List { of, axes }))
    }
}

fn axes(keys: &AxesKeys, decoder: &mut Decoder<'_>) -> Option<Vec<Sizes>> {
    match (&keys.length, &keys.shape) {
        (Some(_), Some(shape)) => decoder.refuse(
            Diagnostic::new(codes::CONFLICTING_KEYS, shape.span, "`length` and `shape` are both given")
                .help("`length` is the size of the one axis; keep one of them"),
        ),
        (Some(length), None) => Some(vec![length.value.0]),
        (None, None) => Some(vec![SIZES]),
        (None, Some(shape)) => {
            let axes: Vec<Sizes> = shape.value.iter().map(|size| size.0).collect();
            let total = axes.iter().fold(1_usize, |total, axis| total.saturating_mul(axis.most));
            if axes.is_empty() || total > MOST {
                let message = format!("a shape has a size for each axis, and at most {MOST} elements");
                let diagnostic = Diagnostic::new(codes::INVALID_VALUE, shape.span, message);
                return decoder.refuse(diagnostic.help("write `shape: [[1, 20], 3]`"));
            }
            Some(axes)
        }
    }
}

fn float(fields: &Fields<'_>, span: Span, decoder: &mut Decoder<'_>) -> Option<Scalar> {
    let keys = FloatKeys::from_fields(fields, span, decoder)?;
    let share = |share: &Option<Spanned<Share>>| share.as_ref().map_or(0.0, |share| share.value.0);
    let (missing, infinite) = (share(&keys.missing), share(&keys.infinite));
    if let Some(odd) = keys.infinite.as_ref().filter(|_| missing + infinite > 1.0) {
        let message = "`missing` and `infinite` are shares of one whole";
        return decoder.refuse(
            Diagnostic::new(codes::INVALID_VALUE, odd.span, message).help("together they are at most 1"),
        );
    }
    let range = keys.range.as_ref().map_or(Range { low: f64::MIN, high: f64::MAX }, |range| range.value);
    let single = keys.dtype.as_ref().is_some_and(|dtype| dtype.value == FloatName::Float32);
    Floats::new(range.low, range.high, missing, infinite, single).map(Scalar::Float).or_else(|| {
        let at = keys.range.as_ref().map_or(span, |range| range.span);
        let message = "no float32 lies in this range";
        decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, at, message).help("widen it"))
    })
}

fn integer(fields: &Fields<'_>, span: Span, decoder: &mut Decoder<'_>) -> Option<Scalar> {
    let keys = IntegerKeys::from_fields(fields, span, decoder)?;
    let WholeRange { low, high } =
        keys.range.map_or(WholeRange { low: i64::MIN, high: i64::MAX }, |range| range.value);
    Integers::new(low, high).map(Scalar::Integer)
}

fn choice(fields: &Fields<'_>, span: Span, decoder: &mut Decoder<'_>) -> Option<Scalar> {
    let of = ChoiceKeys::from_fields(fields, span, decoder)?.of;
    let (message, help) = match of.known() {
        Some(values) if !values.is_empty() => return Some(Scalar::Choice(values.clone().into())),
        Some(_) => ("there is nothing to choose from", "write `choice: [a, b, c]`"),
        None => ("what is chosen from is written out: a reference has no value yet", "`$$` writes a dollar"),
    };
    decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, of.span, message).help(help))
}

fn string(fields: &Fields<'_>, span: Span, decoder: &mut Decoder<'_>) -> Option<Scalar> {
    let keys = StringKeys::from_fields(fields, span, decoder)?;
    let Sizes { least, most } = keys.characters.map_or(SIZES, |size| size.value.0);
    if let Some(empty) = keys.alphabet.as_ref().filter(|alphabet| alphabet.value.is_empty()) {
        return decoder.refuse(
            Diagnostic::new(codes::INVALID_VALUE, empty.span, "this alphabet has no characters")
                .help("write the characters that may stand in the text, such as `alphabet: abc`"),
        );
    }
    let alphabet = keys.alphabet.map_or_else(Vec::new, |alphabet| alphabet.value.chars().collect());
    Some(Scalar::Text(Texts { least, most, alphabet }))
}

/// The schema of what an input is drawn from.
pub(super) fn schema() -> Json {
    let singular = [
        ("float", FloatKeys::schema()),
        ("integer", IntegerKeys::schema()),
        ("choice", ChoiceKeys::schema()),
        ("string", StringKeys::schema()),
        ("boolean", crate::syntax::object_schema(&[], "A boolean.", None, None)),
    ];
    let axes = AxesKeys::schema();
    let mut all = Map::new();
    for (name, of) in singular {
        all.insert(format!("{name}s"), of_lists(of.clone(), &axes));
        all.insert(name.to_owned(), of);
    }
    all.insert("table".to_owned(), table::schema());
    json!({
        "description": "What an input is drawn from.",
        "anyOf": [
            {"enum": GENERATORS.iter().filter(|name| !["choice", "choices", "table"].contains(*name)).collect::<Vec<_>>()},
            {"type": "object", "properties": all, "additionalProperties": false, "minProperties": 1, "maxProperties": 1},
        ],
    })
}

/// The schema of an element's parameters, with those of a list added to its mapping.
fn of_lists(mut element: Json, axes: &Json) -> Json {
    let add = |object: &mut Json| {
        if let (Some(own), Some(more)) =
            (object["properties"].as_object_mut(), axes["properties"].as_object())
        {
            own.extend(more.clone());
        }
    };
    match element.get_mut("anyOf").and_then(Json::as_array_mut) {
        Some(forms) => forms.iter_mut().filter(|form| form["type"] == "object").for_each(add),
        None => add(&mut element),
    }
    element
}

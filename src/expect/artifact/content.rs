//! `text` and `lines`: the content of a file as text.

use serde_json::{Value as Json, json};

use super::super::checks::Checks;
use super::super::figure::Wanted;
use super::super::files::read_file;
use super::facts::{missed, path_of};
use crate::expect::{Bench, Fault, Judged, Matcher, Miss, Named};
use crate::syntax::{Decoder, Node};
use crate::value::{Evidence, Unit, Value};

/// The content as text; the inner `Err` is the miss of one that is no UTF-8.
pub(super) fn text_of(actual: &Value, matcher: &str) -> Result<Result<String, Miss>, Fault> {
    let content = read_file(path_of(actual, matcher)?)?;
    Ok(String::from_utf8(content).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let summary = format!("it is not UTF-8 text: byte {at} begins no character");
        missed(summary, "UTF-8 text".to_owned(), format!("{} bytes", error.as_bytes().len()))
    }))
}

/// A miss about the content, said of the file.
pub(super) fn unread(miss: Miss) -> Judged {
    Judged::new(Evidence::new(0, Unit::Bytes), Some(miss))
}

/// What holds of the content as text.
#[derive(Debug)]
pub(in super::super) struct Text(Checks);

impl Matcher for Text {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        match text_of(actual, "text")? {
            Ok(text) => self.0.judge_inside(&Value::from(text), bench),
            Err(miss) => Ok(unread(miss)),
        }
    }
}

impl Named for Text {
    const NAME: &'static str = "text";
    const PAGE: &'static str = "What holds of the content as UTF-8 text, line ends included.\n\n\
        `artifacts: {train.log: {text: {contains: converged}}}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Checks::read(node, decoder).map(Self)
    }
    fn schema() -> Json {
        json!({"$ref": "#/$defs/checks"})
    }
}

/// How many lines there are.
#[derive(Debug)]
pub(in super::super) struct Lines(Wanted<usize>);

impl Matcher for Lines {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        match text_of(actual, "lines")? {
            Ok(text) => {
                let count = text.lines().count();
                let shown = Value::text(format!("{count} lines"));
                self.0.judge("number of lines", &Value::from(count), &shown, Evidence::ONE, bench)
            }
            Err(miss) => Ok(unread(miss)),
        }
    }
}

impl Named for Lines {
    const NAME: &'static str = "lines";
    const PAGE: &'static str = "The number of lines of the content; a last line needs no line end. A number, or nested matchers.\n\n\
        `artifacts: {predictions.txt: {lines: 100}}`";
    const OF_FORM: bool = true;
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Wanted::read(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Wanted::<usize>::schema()
    }
}

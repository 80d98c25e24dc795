//! Fixtures: named inputs, read-only, loaded once and shared.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::{Value as Json, json};

use crate::action::{self, Action};
use crate::artifact::read_data;
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Decode, Decoder, Key, Named, Node};
use crate::system::files::{Base, Bounds, read_bounded};
use crate::table::CsvOptions;
use crate::value::{Dtype, FromValue, Table, Value};

/// A fixture larger than this is no small input.
const LIMIT: u64 = 256 << 20;

params! {
    /// A named input. The short form is the path of a `.csv`, `.json`, `.jsonl` or `.yaml` file.
    struct Keys = "a fixture" short "file" {
        /// The path of the file: `./x` beside the spec, `x` from the project's root.
        file: Option<Spanned<Arc<str>>>,
        /// The types of columns, where the file's own text should not decide: `{zip: string}`.
        dtypes: Named<Spanned<DtypeName>>,
        /// What separates the fields of a CSV file; a comma when left out.
        delimiter: Option<Spanned<Arc<str>>>,
        /// The value itself: a list, a mapping, a scalar.
        inline: Option<Node>,
        /// A table as written: `{column: [1, 2]}`, or a list of rows.
        table: Option<Spanned<Arc<Table>>>,
        /// A seeded table, with the keys of the action `generate`.
        generate: Option<Node>,
    }
}

/// The name of a dtype.
#[derive(Clone, Copy, Debug)]
struct DtypeName(Dtype);

impl FromValue for DtypeName {
    const KINDS: &'static [crate::value::Kind] = &[crate::value::Kind::Text];
    fn schema() -> Json {
        json!({"enum": Dtype::ALL.map(Dtype::name)})
    }
    fn from_value(value: &Value) -> Result<Self, crate::value::WrongKind> {
        let names = Dtype::ALL.map(Dtype::name);
        let found = Dtype::ALL.into_iter().find(|dtype| value.as_text() == Some(dtype.name()));
        found
            .map(Self)
            .ok_or_else(|| crate::value::WrongKind::new(format!("one of `{}`", names.join("`, `")), value))
    }
}

/// A fixture, loaded when first used.
#[derive(Debug)]
pub struct Fixture {
    pub name: Arc<str>,
    pub span: Span,
    source: Source,
    loaded: OnceLock<Result<Value, String>>,
}

#[derive(Debug)]
enum Source {
    Value(Value),
    File { path: Arc<str>, span: Span, delimiter: u8, dtypes: Vec<(String, Dtype)> },
    Generate(Box<dyn Action>),
}

impl Fixture {
    /// The schema of a fixture, for editors.
    pub fn schema() -> Json {
        Keys::schema()
    }

    pub(super) fn read(key: &Key, node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        let Keys { file, dtypes, delimiter, inline, table, generate } = keys;
        let given = [file.is_some(), inline.is_some(), table.is_some(), generate.is_some()];
        if given.iter().filter(|&&given| given).count() != 1 {
            let message = format!(
                "the fixture `{}` needs exactly one of `file`, `inline`, `table`, `generate`",
                key.text
            );
            return decoder.refuse(
                Diagnostic::new(codes::MISSING_KEY, key.span, message)
                    .help("write `name: fixtures/rows.csv`, or `name: {inline: …}`"),
            );
        }
        let source = if let Some(file) = file {
            let delimiter = match delimiter.as_ref().map(|text| text.value.as_bytes()) {
                None => b',',
                Some([byte]) if byte.is_ascii() => *byte,
                Some(_) => {
                    let span = delimiter.map_or(node.span, |text| text.span);
                    return decoder.refuse(
                        Diagnostic::new(codes::INVALID_VALUE, span, "a delimiter is one ASCII character")
                            .help("write `delimiter: ';'` or `delimiter: \"\\t\"`"),
                    );
                }
            };
            let dtypes =
                dtypes.0.into_iter().map(|(key, dtype)| (key.text.to_string(), dtype.value.0)).collect();
            Source::File { path: file.value, span: file.span, delimiter, dtypes }
        } else if let Some(table) = table {
            Source::Value(Value::Table(table.value))
        } else if let Some(node) = generate {
            let entry = action::find("generate")?;
            Source::Generate((entry.read)(&node, decoder)?)
        } else {
            Source::Value(inline?.to_value())
        };
        Some(Self { name: key.text.clone(), span: key.span, source, loaded: OnceLock::new() })
    }

    /// Notes a file that cannot be read, so that a misspelt path is found before anything runs.
    pub(super) fn check(&self, bounds: &Bounds, decoder: &mut Decoder<'_>) {
        if let Source::File { path, span, .. } = &self.source {
            decoder.found.extend(locate(path, *span, bounds).err().map(|problem| *problem));
        }
    }

    /// Its value, loaded once. `Err` says why it cannot be loaded.
    pub fn value(
        &self,
        bounds: &Bounds,
        generate: impl FnOnce(&dyn Action) -> Result<Value, String>,
    ) -> Result<Value, String> {
        let load = || match &self.source {
            Source::Value(value) => Ok(value.clone()),
            Source::Generate(action) => generate(&**action),
            Source::File { path, delimiter, dtypes, .. } => {
                let file = bounds.resolve(path, Base::of(path)).map_err(|error| error.to_string())?;
                let bytes = read_bounded(&file, LIMIT).map_err(|error| error.to_string())?;
                let options =
                    CsvOptions { delimiter: *delimiter, dtypes: dtypes.clone(), ..CsvOptions::default() };
                read_data(path, &bytes, &options)
                    .map_err(|error| format!("fixture `{}` ({path}): {error}", self.name))
            }
        };
        self.loaded.get_or_init(load).clone()
    }
}

/// Help for a path that leads out.
const INSIDE: &str =
    "`x` starts at the project's root and `./x` beside the spec; what lies outside of them cannot be named";

fn where_from(path: &str) -> &'static str {
    if path.starts_with("./") {
        "`./x` is relative to the spec's folder"
    } else {
        "a path without `./` is relative to the project's root, the folder of `mlfunnel.yaml`"
    }
}

/// The file that a path names, or why there is none.
pub(super) fn locate(path: &str, span: Span, bounds: &Bounds) -> Result<PathBuf, Box<Diagnostic>> {
    let unreadable = |message| Diagnostic::new(codes::UNREADABLE, span, message);
    match bounds.resolve(path, Base::of(path)) {
        Ok(file) if file.is_file() => Ok(file),
        Ok(file) if file.is_dir() => Err(Box::new(
            unreadable(format!("`{path}` is a folder"))
                .help("name a file in it, such as a `.csv`, `.jsonl`, `.json`, `.yaml` or `.txt`"),
        )),
        Ok(_) => Err(Box::new(unreadable(format!("there is no file `{path}`")).help(where_from(path)))),
        Err(error) => {
            Err(Box::new(Diagnostic::new(codes::PATH_OUTSIDE, span, error.to_string()).help(INSIDE)))
        }
    }
}

//! `inspect`: the facts of a file.

use std::sync::Arc;

use super::{Action, Context, Done, Named, Output, StepError};
use crate::artifact::{self, FileKind};
use crate::params;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Kind, Outputs, Value};

params! {
    /// Tells what a file is and what it holds, from its bytes alone: nothing in it is executed.
    ///
    /// `kind` is `json`, `jsonl`, `csv`, `yaml`, `text`, `pickle`, `zip` (also files of Keras, `torch.save` and `.npz`), `gzip`,
    /// `npy`, `parquet`, `hdf5`, `onnx`, `safetensors`, `empty` or `unknown`. The content decides; the name does only
    /// between kinds of text. An output of another kind than the file's is not there, and says why.
    ///
    /// ```yaml
    /// cases:
    ///   - name: holds the accuracy
    ///     steps:
    ///       - run: {shell: 'echo "{\"accuracy\": 0.9}" > metrics.json', cwd: $workspace}
    ///         expect: {artifacts: [metrics.json]}
    ///       - inspect: metrics.json
    ///         expect: {kind: json, json.accuracy: {min: 0.8}, size: {max: 1 kB}}
    /// ```
    pub struct Keys = "`inspect`" short "file" {
        /// The file.
        file: Arg<Arc<str>>,
    }
}

/// The action.
#[derive(Debug)]
pub(super) struct Inspect(Keys);

impl Decode for Inspect {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Keys::decode(node, decoder).map(Self)
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Inspect {
    const NAME: &'static str = "inspect";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("kind", Kind::Text, "what the file is: `json`, `csv`, `pickle`, …"),
        Output::new("size", Kind::Size, "how large it is"),
        Output::new("sha256", Kind::Text, "its SHA-256 in lower-case hexadecimal"),
        Output::new("lines", Kind::Number, "of a text: its lines"),
        Output::new("text", Kind::Text, "of a text: the text"),
        Output::new("json", Kind::Any, "of a JSON file: the document"),
        Output::new("yaml", Kind::Any, "of a YAML file: the document"),
        Output::new("data", Kind::Table, "of a CSV or JSON Lines file: the table"),
    ];
}

impl Action for Inspect {
    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let bytes = context.read(&self.0.file)?;
        Ok(outputs(&bytes, &context.get(&self.0.file)?).into())
    }
}

fn outputs(bytes: &[u8], name: &str) -> Outputs {
    let facts = artifact::facts(bytes, name);
    let kind = facts.kind;
    let outputs = Outputs::new()
        .with("kind", kind.name())
        .with("size", Value::Size(facts.size))
        .with("sha256", facts.sha256);
    let outputs = if let (Some(lines), Ok(text)) = (facts.lines, artifact::as_text(bytes)) {
        outputs.with("lines", lines).with("text", text)
    } else {
        let why = format!("the file is of kind `{kind}`, which is no text");
        outputs.without("lines", why.clone()).without("text", why)
    };
    let mut content = content(kind, bytes, name);
    ["json", "yaml", "data"].into_iter().fold(outputs, |outputs, name| {
        match content.take_if(|(held, _)| *held == name) {
            Some((_, Ok(value))) => outputs.with(name, value),
            Some((_, Err(why))) => outputs.without(name, format!("the file is no whole {kind}: {why}")),
            None => outputs.without(name, format!("the file is of kind `{kind}`, and so has no `{name}`")),
        }
    })
}

/// What a file of a kind that can be read holds, and the output that it is.
fn content(kind: FileKind, bytes: &[u8], name: &str) -> Option<(&'static str, Result<Value, String>)> {
    fn read<T: Into<Value>, E: ToString>(read: Result<T, E>) -> Result<Value, String> {
        read.map(Into::into).map_err(|error| error.to_string())
    }
    Some(match kind {
        FileKind::Json => ("json", read(artifact::as_json(bytes))),
        FileKind::Yaml => ("yaml", read(artifact::as_yaml(bytes))),
        FileKind::Csv => ("data", read(artifact::as_csv(bytes, name))),
        FileKind::Jsonl => ("data", read(artifact::as_jsonl(bytes))),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::site::{Site, show, write};

    #[test]
    fn a_file_has_its_facts_and_its_content() {
        let site = Site::new().with("name", "m.json");
        let project = site.project();
        write(&project, "m.json", b"{\"accuracy\": 0.9}\n");
        write(&project, "t.csv", b"a,b\n1,x\n2,\n");
        write(&project, "c.yaml", b"a: [1, 2]\n");
        write(&project, "r.jsonl", b"{\"a\": 1}\n{\"a\": 2}\n");
        write(&project, "p.pkl", b"\x80\x04\x95\x05\0\0\0\0\0\0\0}\x94.");
        write(&project, "broken.json", b"{\"a\": 1");
        write(&project, "empty", b"");
        for (file, path, expected) in [
            ("m.json", "kind", "\"json\""),
            ("m.json", "size", "18 B"),
            ("$name", "json.accuracy", "0.9"),
            ("m.json", "lines", "1"),
            ("m.json", "data", "the file is of kind `json`, and so has no `data`"),
            ("t.csv", "data", "table of 2 rows × 2 columns [a, b]"),
            ("r.jsonl", "data.a", "[1, 2]"),
            ("c.yaml", "yaml.a", "[1, 2]"),
            ("c.yaml", "text", "\"a: [1, 2]\\n\""),
            ("p.pkl", "kind", "\"pickle\""),
            ("p.pkl", "text", "the file is of kind `pickle`, which is no text"),
            ("empty", "size", "0 B"),
        ] {
            let done = site.run::<Inspect>(file).unwrap();
            assert_eq!(show(&done.outputs, path), expected, "{file} {path}");
        }
        let done = site.run::<Inspect>("{file: broken.json}").unwrap();
        let why = show(&done.outputs, "json.a");
        assert!(why.starts_with("the file is no whole json: line 1, column "), "{why}");
        let error = site.run::<Inspect>("absent").unwrap_err();
        assert!(error.message.starts_with("there is no file `") && error.span.is_some());
        assert!(site.run::<Inspect>("../x").unwrap_err().message.starts_with("the path `../x` leaves"));
    }
}

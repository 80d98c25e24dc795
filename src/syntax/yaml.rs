//! From text to placed nodes, by the parser's events. The only file that knows the YAML parser.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use granit_parser::{
    ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as Range, StrInput, StructureStyle,
};

use super::node::{Key, Node, NodeKind};
use super::scalar;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::source::{SourceId, Span};

/// No spec needs to be nested deeper.
const DEPTH: usize = 64;
/// Nodes that aliases may add to a file in all.
const ALIASED_NODES: usize = 200_000;

/// Reads one document. `None` where it holds none, or where nothing can be made of it; what is wrong is in
/// `found`.
pub fn parse(text: &str, source: SourceId, found: &mut Diagnostics) -> Option<Node> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_comments: false,
        disallow_directives: false,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader {
        text,
        source,
        parser,
        anchors: HashMap::new(),
        aliased: 0,
        open: Vec::new(),
        keys: HashMap::new(),
        found,
    };
    reader.document().unwrap_or_else(|stop| {
        reader.found.push(*stop.0);
        None
    })
}

/// Reading cannot go on.
struct Stop(Box<Diagnostic>);

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(Box::new(diagnostic))
    }
}

struct Reader<'a, 'd> {
    text: &'a str,
    source: SourceId,
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
    /// Where the flow collections that are not closed yet start.
    open: Vec<Span>,
    /// Keys repeat in a spec; each text is kept once.
    keys: HashMap<Cow<'a, str>, Arc<str>>,
    found: &'d mut Diagnostics,
}

impl<'a> Reader<'a, '_> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok((event, range))) => Ok((event, self.span(&range))),
            Some(Err(error)) => Err(self.refused(&error)),
            None => Ok((Event::StreamEnd, self.at(self.text.len(), self.text.len()))),
        }
    }

    fn at(&self, start: usize, end: usize) -> Span {
        Span { source: self.source, start: start as u32, end: end.max(start) as u32 }
    }

    fn span(&self, range: &Range) -> Span {
        let start = range.start.byte_offset().unwrap_or(0);
        let end = range.end.byte_offset().unwrap_or(start);
        // A block's range ends where the next token begins; what is meant ends with its text.
        let written = self.text.get(start..end).map_or(0, |text| text.trim_end().len());
        self.at(start, start + written)
    }

    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                _ if root.is_some() => {
                    let diagnostic =
                        Diagnostic::new(codes::INVALID_YAML, span, "a second document starts here");
                    return Err(diagnostic
                        .help("give each suite its own file, without `---` between them")
                        .into());
                }
                event => {
                    let node = self.node(event, span)?;
                    root = (!matches!(node.kind, NodeKind::Null)).then_some(node);
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Stop> {
        let (anchor, node) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let as_text = style != ScalarStyle::Plain || self.tagged(tag.as_deref(), span) == Some("str");
                let kind = if as_text { NodeKind::Text(text.into()) } else { scalar::resolve(&text) };
                (anchor, Node { kind, span })
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.tagged(tag.as_deref(), span);
                (anchor, self.list(span, style)?)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.tagged(tag.as_deref(), span);
                (anchor, self.map(span, style)?)
            }
            Event::Alias(target) => (0, self.alias(target, span)?),
            Event::UnresolvedAlias(name) => {
                let message = format!("no anchor `&{name}` stands before this alias");
                self.found.push(Diagnostic::new(codes::INVALID_YAML, span, message).help(
                    "an anchor is declared above its first use; in text, put the value in quotes to write a `*`",
                ));
                (0, Node { kind: NodeKind::Null, span })
            }
            _ => return Err(Diagnostic::new(codes::INVALID_YAML, span, "expected a value here").into()),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, start: Span, style: StructureStyle) -> Result<Node, Stop> {
        self.enter(start, style);
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => {
                    self.leave(style);
                    let span = block_end(start.to(end), items.last().map(|item: &Node| item.span), self.text);
                    return Ok(Node { kind: NodeKind::List(items.into()), span });
                }
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn map(&mut self, start: Span, style: StructureStyle) -> Result<Node, Stop> {
        self.enter(start, style);
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                self.leave(style);
                let span = block_end(start.to(span), entries.last().map(|(_, node)| node.span), self.text);
                self.merge(&mut entries, merged);
                self.refuse_duplicates(&entries);
                return Ok(Node { kind: NodeKind::Map(entries.into()), span });
            }
            let key = self.key(event, span)?;
            let (event, span) = self.next()?;
            let unwritten =
                span.start == span.end && matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
            if style == StructureStyle::Flow && unwritten && !self.has_colon(key.span) {
                let message = format!("the key `{}` has no value", key.text);
                self.found.push(Diagnostic::new(codes::INVALID_YAML, key.span, message).help(
                    "a comma inside `{…}` ends a value: put text that holds one in quotes, or write `key: value`",
                ));
            }
            let node = self.node(event, span)?;
            if &*key.text == "<<" {
                merged.push((key, node));
            } else {
                entries.push((key, node));
            }
        }
    }

    fn enter(&mut self, start: Span, style: StructureStyle) {
        if style == StructureStyle::Flow {
            self.open.push(start);
        }
    }

    fn leave(&mut self, style: StructureStyle) {
        if style == StructureStyle::Flow {
            self.open.pop();
        }
    }

    fn has_colon(&self, key: Span) -> bool {
        self.text[key.end as usize..].trim_start().starts_with(':')
    }

    fn key(&mut self, event: Event<'a>, span: Span) -> Result<Key, Stop> {
        let text = match event {
            Event::Scalar(text, ..) => text,
            Event::Alias(target) => match self.alias(target, span)?.kind {
                NodeKind::Text(text) => return Ok(Key { text, span }),
                _ => return Err(Diagnostic::new(codes::INVALID_YAML, span, "a key is text").into()),
            },
            _ => {
                let message = "a list or a mapping cannot be a key";
                let help = "put the key in quotes; a value that starts with `{` or `[` needs them too";
                return Err(Diagnostic::new(codes::INVALID_YAML, span, message).help(help).into());
            }
        };
        let shared = self.keys.entry(text).or_insert_with_key(|text| Arc::from(&**text));
        Ok(Key { text: shared.clone(), span })
    }

    fn alias(&mut self, target: usize, span: Span) -> Result<Node, Stop> {
        let Some(node) = self.anchors.get(&target) else {
            let message = "this alias stands inside its own anchor";
            return Err(Diagnostic::new(codes::INVALID_YAML, span, message).into());
        };
        self.aliased += node.size();
        if self.aliased > ALIASED_NODES {
            let message = format!("the aliases of this file expand to more than {ALIASED_NODES} values");
            return Err(Diagnostic::new(codes::TOO_LARGE, span, message)
                .help("use a fixture file for large data, and `each` for many cases")
                .into());
        }
        Ok(node.clone())
    }

    fn merge(&mut self, entries: &mut Vec<(Key, Node)>, merged: Vec<(Key, Node)>) {
        if merged.is_empty() {
            return;
        }
        let mut held: HashSet<Arc<str>> = entries.iter().map(|(key, _)| key.text.clone()).collect();
        for (key, node) in merged {
            let sources = match node.kind {
                NodeKind::List(items) => items.to_vec(),
                _ => vec![node],
            };
            for source in sources {
                let NodeKind::Map(more) = source.kind else {
                    let message = format!("`<<` merges mappings, not {}", source.kind());
                    let help = "name the anchor of a mapping, or a list of such: `<<: *name`";
                    self.found.push(Diagnostic::new(codes::INVALID_YAML, key.span, message).help(help));
                    continue;
                };
                for (key, node) in more.iter() {
                    if held.insert(key.text.clone()) {
                        entries.push((key.clone(), node.clone()));
                    }
                }
            }
        }
    }

    fn refuse_duplicates(&mut self, entries: &[(Key, Node)]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let few = entries.len() <= 8;
        for (index, (key, _)) in entries.iter().enumerate() {
            let first = if few {
                entries[..index].iter().find(|(held, _)| held.text == key.text).map(|(held, _)| held.span)
            } else {
                seen.insert(&key.text, key.span)
            };
            if let Some(first) = first {
                let message = format!("the key `{}` stands here twice", key.text);
                self.found.push(
                    Diagnostic::new(codes::DUPLICATE_KEY, key.span, message)
                        .also(first, "first here")
                        .help("remove one of them, or rename it"),
                );
            }
        }
    }

    /// The name of a core tag; any other tag is a mistake.
    fn tagged<'t>(&mut self, tag: Option<&'t granit_parser::Tag>, span: Span) -> Option<&'t str> {
        let tag = tag?;
        let core = tag.core_suffix();
        if core.is_none() {
            let message = format!("the tag `{}` means nothing in a spec", tag.original());
            let before = self.text[..span.start as usize].trim_end();
            let written = before.ends_with(&tag.original());
            let start = if written { before.len() - tag.original().len() } else { span.start as usize };
            let span = if written { self.at(start, before.len()) } else { span };
            let help = "remove it; a value from outside is a var: `vars: {name: {env: NAME}}`";
            self.found.push(Diagnostic::new(codes::INVALID_YAML, span, message).help(help));
        }
        core
    }

    fn refused(&self, error: &ScanError) -> Stop {
        let start = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        let width = self.text[start..].chars().next().map_or(0, |c| if c == '\n' { 0 } else { c.len_utf8() });
        let span = self.at(start, start + width);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) || error.info().contains("nesting limit")
        {
            let message = format!("this file is nested deeper than {DEPTH} levels");
            return Diagnostic::new(codes::TOO_LARGE, span, message)
                .help("use a fixture file for deep data")
                .into();
        }
        let line = &self.text[self.text[..start].rfind('\n').map_or(0, |at| at + 1)..start];
        let tab = self.text[start..].starts_with('\t') || line.trim_start_matches(' ').starts_with('\t');
        let mut quote = None;
        let help = match error.kind() {
            _ if tab => "indent with spaces: YAML does not take tabs",
            ErrorKind::UnclosedFlowCollection { .. } => "close this bracket",
            ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
                quote = self.text[..start].rfind(['"', '\'']);
                "close this quote"
            }
            _ if self.text[start..].starts_with(':') => {
                "text that holds `: ` needs quotes; a key ends with a colon and a space"
            }
            _ => "look at the indentation and quotes of this line and the one before",
        };
        let diagnostic =
            Diagnostic::new(codes::INVALID_YAML, span, format!("this is not YAML: {}", error.info()))
                .help(help);
        if let Some(quote) = quote {
            return diagnostic.also(self.at(quote, quote + 1), "this quote is still open").into();
        }
        match self.open.last() {
            Some(bracket) => diagnostic
                .also(bracket.part(0, 1), "this bracket is still open")
                .help("close this bracket")
                .into(),
            None => diagnostic.into(),
        }
    }
}

/// A block collection ends where its last entry does; a flow collection with its bracket.
fn block_end(span: Span, last: Option<Span>, text: &str) -> Span {
    let flow = text[span.start as usize..].starts_with(['[', '{']);
    match last {
        Some(last) if !flow && last.end > span.start => Span { end: last.end, ..span },
        _ => span,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::diagnostic::render;
    use crate::source::Sources;

    fn read(text: &str) -> (Option<Node>, String) {
        let mut sources = Sources::default();
        let source = sources.add("s.yaml", text);
        let mut found = Diagnostics::default();
        let node = parse(text, source, &mut found);
        (node, render(&found.into_sorted(), &sources, false))
    }

    fn value(text: &str) -> String {
        let (node, found) = read(text);
        assert_eq!(found, "");
        node.unwrap().to_value().to_string()
    }

    fn mistake(text: &str) -> String {
        let (_, found) = read(text);
        found.lines().take(2).collect::<Vec<_>>().join("").replace(" --> s.yaml", " @")
    }

    #[test]
    fn values_keep_their_kind() {
        assert_eq!(
            value("a: on\nb: 017\nc: '1'\nd: 1_000\ne: ~\nf: [1, 2.0, .nan]"),
            r#"{a: "on", b: "017", c: "1", d: "1_000", e: null, f: [1, 2.0, .nan]}"#
        );
        assert_eq!(value("a: {x: ~, y: }\nb:\n"), "{a: {x: null, y: null}, b: null}");
        assert_eq!(value("\u{feff}a: 1\r\nb: grün\r\n"), "{a: 1, b: \"grün\"}");
    }

    #[test]
    fn spans_cover_what_was_written() {
        let text = "a:\n  - x: [1,\n      2]\n  - y\nb: 'q q'\n";
        let (node, _) = read(text);
        let node = node.unwrap();
        let written = |node: &Node| &text[node.span.start as usize..node.span.end as usize];
        let list = node.get("a").unwrap();
        assert_eq!(written(list), "- x: [1,\n      2]\n  - y");
        assert_eq!(written(list.as_list().unwrap()[0].get("x").unwrap()), "[1,\n      2]");
        assert_eq!(written(node.get("b").unwrap()), "'q q'");
    }

    #[test]
    fn anchors_and_merge_keys() {
        let text = "x: &d {a: 1, b: 2}\ny:\n  <<: *d\n  b: 3\nz: {<<: [{c: 4}, *d]}\n";
        assert_eq!(value(text), "{x: {a: 1, b: 2}, y: {b: 3, a: 1}, z: {c: 4, a: 1, b: 2}}");
        let mut many = String::from("d: &d {a: 1}\nl:\n");
        many.push_str(&"  - {<<: *d, b: 2}\n".repeat(150));
        assert!(read(&many).0.is_some());
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, expected) in [
            ("a: 1\nb: 2\na: 3\n", "error[duplicate-key]: the key `a` stands here twice @:3:1"),
            ("a: {label: big, small}\n", "error[invalid-yaml]: the key `small` has no value @:1:17"),
            ("a: !env HOME\n", "error[invalid-yaml]: the tag `!env` means nothing in a spec @:1:4"),
            ("a: *nope\n", "error[invalid-yaml]: no anchor `&nope` stands before this alias @:1:4"),
            ("a: 1\n---\nb: 2\n", "error[invalid-yaml]: a second document starts here @:3:1"),
            ("{[1]: 2}\n", "error[invalid-yaml]: a list or a mapping cannot be a key @:1:2"),
        ] {
            assert_eq!(mistake(text), expected, "{text}");
        }
    }

    #[test]
    fn broken_text_is_refused_with_a_remedy() {
        for (text, remedy) in [
            ("a:\n\tb: 1\n", "indent with spaces"),
            ("a: [1, 2\nb: 3\n", "close this bracket"),
            ("a: 'x\n", "close this quote"),
            ("a: b: c\n", "needs quotes"),
        ] {
            let (_, found) = read(text);
            assert!(found.contains("invalid-yaml") && found.contains(remedy), "{text}\n{found}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            writeln!(bomb, "a{level}: &a{level} [{inner}]").unwrap();
        }
        assert!(mistake(&bomb).contains("error[too-large]: the aliases"), "{}", mistake(&bomb));
        for deep in [
            "[".repeat(10_000),
            "{a: ".repeat(10_000),
            (0..10_000).map(|depth| " ".repeat(depth) + "a:\n").collect(),
            "- ".repeat(10_000),
        ] {
            let found = mistake(&deep);
            assert!(found.contains("error[too-large]: this file is nested deeper"), "{found}");
        }
        assert!(mistake("a: &a [*a]\n").contains("inside its own anchor"));
    }
}

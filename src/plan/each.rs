//! `each`: one case per row.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Fixture, Row, fixture};
use crate::artifact::read_data;
use crate::diagnostic::{Diagnostic, codes, suggest};
use crate::source::Span;
use crate::syntax::{Decode, Decoder, Expr, Named, Node};
use crate::system::files::{Bounds, read_bounded};
use crate::table::CsvOptions;
use crate::value::{Table, Value, clip};

/// More rows than this is a data set, not a list of cases.
const ROWS: usize = 1_000_000;
/// A table of cases larger than this is one too.
const LIMIT: u64 = 64 << 20;

/// The rows, each with its label, and the names they give.
pub(super) struct Rows {
    pub rows: Vec<(Arc<Row>, Arc<str>)>,
    pub names: Vec<(Arc<str>, Span)>,
}

/// Reads `each`; references in it are noted in the decoder.
pub(super) fn read(
    node: &Node,
    bounds: &Bounds,
    fixtures: &[Fixture],
    decoder: &mut Decoder<'_>,
) -> Option<Rows> {
    let rows = if let Some(text) = node.as_text() {
        of_table(&*table(text, node, bounds, fixtures, decoder)?, node.span)
    } else if let Some(items) = node.as_list() {
        of_list(items, decoder)?
    } else if let Some(matrix) =
        node.get("matrix").filter(|_| node.as_map().is_some_and(|entries| entries.len() == 1))
    {
        of_matrix(matrix, decoder)?
    } else if let Some((key, _)) = node.as_map().and_then(|entries| entries.first())
        && suggest(&key.text, ["matrix"]).is_some_and(|near| near != &*key.text)
    {
        let message = format!("unknown key `{}` in `each`", key.text);
        return decoder
            .refuse(Diagnostic::new(codes::UNKNOWN_KEY, key.span, message).help("did you mean `matrix`?"));
    } else {
        let diagnostic =
            Diagnostic::new(codes::WRONG_TYPE, node.span, format!("expected rows, got {}", node.kind()));
        return decoder
            .refuse(diagnostic.help(
                "write a list of mappings, the path of a table, or `{matrix: {a: [1, 2], b: [x, y]}}`",
            ));
    };
    if rows.rows.is_empty() || rows.rows.len() > ROWS {
        let message = if rows.rows.is_empty() {
            "`each` has no rows".to_owned()
        } else {
            format!("`each` makes {} cases", rows.rows.len())
        };
        return decoder.refuse(
            Diagnostic::new(codes::NO_CHECKS, node.span, message)
                .help(format!("give between 1 and {ROWS} rows")),
        );
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (number, (_, label)) in rows.rows.iter().enumerate() {
        if let Some(first) = seen.insert(label, number + 1) {
            let message = format!("two rows are labelled `{label}`: {first} and {}", number + 1);
            let span = node.as_list().map_or(node.span, |items| items[number].span);
            decoder.found.push(
                Diagnostic::new(codes::DUPLICATE_NAME, span, message).help("give each row its own `label`"),
            );
        }
    }
    Some(rows)
}

fn of_list(items: &[Node], decoder: &mut Decoder<'_>) -> Option<Rows> {
    let mut rows = Vec::with_capacity(items.len());
    let names: Vec<(Arc<str>, Span)> = items
        .first()
        .and_then(Node::as_map)
        .map_or(Vec::new(), |entries| entries.iter().map(|(key, _)| (key.text.clone(), key.span)).collect());
    for (number, item) in items.iter().enumerate() {
        let Some(entries) = item.as_map() else {
            let message = format!("expected a mapping, got {}", item.kind());
            return decoder.refuse(
                Diagnostic::new(codes::WRONG_TYPE, item.span, message)
                    .help("a row is written `{label: small, input: [1, 2]}`"),
            );
        };
        if let Some((missing, _)) = names.iter().find(|(name, _)| item.get(name).is_none()) {
            let message = format!("row {} has no `{missing}`, which the first row has", number + 1);
            return decoder.refuse(
                Diagnostic::new(codes::MISSING_KEY, item.span, message)
                    .help(format!("give `{missing}`, or `{missing}: null`")),
            );
        }
        if let Some((extra, _)) =
            entries.iter().find(|(key, _)| !names.iter().any(|(name, _)| *name == key.text))
        {
            let message =
                format!("row {} has `{}`, which the first row does not have", number + 1, extra.text);
            let help = crate::diagnostic::did_you_mean(&extra.text, names.iter().map(|(name, _)| &**name));
            return decoder.refuse(Diagnostic::new(codes::UNKNOWN_KEY, extra.span, message).maybe_help(help));
        }
        let row: Option<Row> =
            entries.iter().map(|(key, node)| Some((key.text.clone(), decoder.expr(node)?))).collect();
        rows.push(row?);
    }
    Some(Rows { rows: label_all(rows, None), names })
}

fn of_matrix(matrix: &Node, decoder: &mut Decoder<'_>) -> Option<Rows> {
    let axes = Named::<Vec<Node>>::decode(matrix, decoder)?;
    let cases = axes.0.iter().fold(1_usize, |cases, (_, values)| cases.saturating_mul(values.len()));
    if cases > ROWS {
        let message = format!("this matrix makes more than {ROWS} cases");
        return decoder
            .refuse(Diagnostic::new(codes::TOO_LARGE, matrix.span, message).help("leave an axis out"));
    }
    let mut rows: Vec<Row> = vec![Vec::new()];
    for (key, values) in &axes.0 {
        let values: Vec<Expr> = values.iter().map(|node| decoder.expr(node)).collect::<Option<_>>()?;
        rows = rows
            .iter()
            .flat_map(|row| {
                values.iter().map(|value| {
                    let mut row = row.clone();
                    row.push((key.text.clone(), value.clone()));
                    row
                })
            })
            .collect();
    }
    let names: Vec<(Arc<str>, Span)> = axes.0.iter().map(|(key, _)| (key.text.clone(), key.span)).collect();
    let axes: Vec<Arc<str>> = names.iter().map(|(name, _)| name.clone()).collect();
    let rows = if names.is_empty() { Vec::new() } else { rows };
    Some(Rows { rows: label_all(rows, Some(&axes)), names })
}

fn of_table(table: &Table, span: Span) -> Rows {
    let rows = (0..table.rows()).map(|row| {
        table
            .columns()
            .iter()
            .map(|column| (column.name.clone(), Expr::Literal(column.get(row).unwrap_or(Value::Null))))
            .collect()
    });
    Rows {
        rows: label_all(rows.collect(), None),
        names: table.names().map(|name| (name.clone(), span)).collect(),
    }
}

/// The table that a path or a fixture names.
fn table(
    text: &Arc<str>,
    node: &Node,
    bounds: &Bounds,
    fixtures: &[Fixture],
    decoder: &mut Decoder<'_>,
) -> Option<Arc<Table>> {
    let value = match text.strip_prefix('$') {
        Some(name) => match fixtures.iter().find(|fixture| *fixture.name == *name) {
            Some(fixture) => {
                fixture.value(bounds, |_| Err("a generated table has no rows before the run".to_owned()))
            }
            None => Err(format!("no fixture is called `{name}`")),
        },
        None => match fixture::locate(text, node.span, bounds) {
            Ok(path) => read_bounded(&path, LIMIT).map_err(|error| error.to_string()),
            Err(problem) => return decoder.refuse(*problem),
        }
        .and_then(|bytes| read_data(text, &bytes, &CsvOptions::default())),
    };
    let refuse = |decoder: &mut Decoder<'_>, message: String| {
        decoder.refuse(
            Diagnostic::new(codes::UNREADABLE, node.span, message)
                .help("`each` takes a table: `each: fixtures/cases.csv`"),
        )
    };
    match value {
        Ok(Value::Table(table)) => Some(table),
        Ok(other) => refuse(decoder, format!("`{text}` is {}, not a table", other.kind())),
        Err(why) => refuse(decoder, why),
    }
}

/// Labels: the row's own, else what tells it from the others in a matrix, else its number.
fn label_all(rows: Vec<Row>, axes: Option<&[Arc<str>]>) -> Vec<(Arc<Row>, Arc<str>)> {
    rows.into_iter()
        .enumerate()
        .map(|(number, row)| {
            let own = row.iter().find(|(name, _)| &**name == "label").and_then(|(_, expr)| match expr {
                Expr::Literal(Value::Text(text)) => Some(text.to_string()),
                Expr::Literal(value @ (Value::Int(_) | Value::Bool(_) | Value::Float(_))) => {
                    Some(value.to_string())
                }
                _ => None,
            });
            let label = own.unwrap_or_else(|| match axes {
                Some(_) => row
                    .iter()
                    .map(|(name, expr)| format!("{name}={}", brief(expr)))
                    .collect::<Vec<_>>()
                    .join(","),
                None => (number + 1).to_string(),
            });
            (Arc::new(row), label.into())
        })
        .collect()
}

fn brief(expr: &Expr) -> String {
    match expr {
        Expr::Literal(Value::Text(text)) => text.to_string(),
        Expr::Literal(value) => clip(value, 40),
        Expr::Reference(reference) => {
            let path = crate::value::Path(reference.path.clone());
            let path = if reference.path.is_empty() { String::new() } else { format!(".{path}") };
            format!("${}{path}", reference.name)
        }
        Expr::Text(_) | Expr::List(_) | Expr::Map(_) => "…".to_owned(),
    }
}

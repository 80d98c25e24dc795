//! `csv`: the rows and columns of a file.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::super::checks::Checks;
use super::super::figure::Wanted;
use super::super::files::read_file;
use super::facts::{missed, path_of};
use crate::artifact::as_csv;
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::expect::{Bench, Fault, Judged, Matcher, Named};
use crate::syntax::{Decode, Decoder, Fields, Node};
use crate::value::{Evidence, Table, Unit, Value};

/// What holds of a CSV.
#[derive(Debug)]
pub(in super::super) struct Csv {
    rows: Option<Wanted<usize>>,
    columns: Vec<(Arc<str>, Checks)>,
}

impl Decode for Wanted<usize> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Self::read(node, decoder)
    }
    fn schema() -> Json {
        Self::schema()
    }
}

impl Decode for Checks {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Self::read(node, decoder)
    }
    fn schema() -> Json {
        Self::schema()
    }
}

impl Csv {
    fn judge_table(&self, table: &Table, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let mut all = Judged::new(Evidence::values(0), None);
        if let Some(wanted) = &self.rows {
            let shown = Value::text(format!("{} rows", table.rows()));
            let rows = Value::from(table.rows());
            all.add(wanted.judge("number of rows", &rows, &shown, Evidence::ONE, bench)?);
        }
        for (name, checks) in &self.columns {
            let Some(column) = table.column(name) else {
                let names: Vec<&str> = table.names().map(|name| &**name).collect();
                let near = did_you_mean(name, names);
                let near = near.map_or(String::new(), |near| format!(" ({near})"));
                let summary = format!("there is no column `{name}`{near}");
                let miss = missed(summary, format!("a column `{name}`"), "none".to_owned());
                all.add(Judged::new(Evidence::values(0), Some(miss)));
                continue;
            };
            let mut judged = checks.judge_inside(&column.to_value(), bench)?;
            if let Some(miss) = &mut judged.miss {
                miss.summary = format!("column `{name}`: {}", miss.summary);
            }
            all.add(judged);
        }
        Ok(all)
    }
}

impl Matcher for Csv {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let path = path_of(actual, Self::NAME)?;
        let content = read_file(path)?;
        match as_csv(&content, &path.to_string_lossy()) {
            Ok(table) => self.judge_table(&table, bench),
            Err(error) => {
                let miss = missed(
                    format!("it is no CSV: {error}"),
                    "CSV with a header".to_owned(),
                    format!("{} bytes", content.len()),
                );
                Ok(Judged::new(Evidence::new(0, Unit::Bytes), Some(miss)))
            }
        }
    }
}

impl Named for Csv {
    const NAME: &'static str = "csv";
    const PAGE: &'static str = "The file is CSV with a header, and this holds of its `rows` (their number) and of its `columns`, by their names. An empty \
        field is null, `nan` is NaN, `NA` and numbers with a leading zero are text.\n\n\
        `artifacts: {scores.csv: {csv: {rows: 100, columns: {score: {between: [0, 1]}}}}}`";

    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(entries) = node.as_map().filter(|entries| !entries.is_empty()) else {
            let message = format!("expected `rows` or `columns`, got {}", node.kind());
            let help = "write `csv: {rows: 100, columns: {score: {between: [0, 1]}}}`";
            return decoder.refuse(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(help));
        };
        let fields = Fields::new(entries.iter().collect(), node.span, "`csv`");
        let known = fields.refuse_unknown(&["rows", "columns"], None, decoder);
        let rows = fields.take::<Option<Wanted<usize>>>("rows", None, decoder);
        let columns = fields.take::<crate::syntax::Named<Checks>>("columns", None, decoder);
        known?;
        let (rows, columns) = (rows?, columns?.0);
        if rows.is_none() && columns.is_empty() {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "no column is named");
            return decoder.refuse(diagnostic.help("write `columns: {score: {between: [0, 1]}}`"));
        }
        Some(Self { rows, columns: columns.into_iter().map(|(key, checks)| (key.text, checks)).collect() })
    }

    fn schema() -> Json {
        json!({
            "type": "object",
            "minProperties": 1,
            "properties": {
                "rows": Wanted::<usize>::schema(),
                "columns": {"type": "object", "minProperties": 1, "additionalProperties": Checks::schema()},
            },
            "additionalProperties": false,
        })
    }
}

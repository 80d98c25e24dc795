//! Tables that obey declared columns.

use serde_json::Value as Json;

use super::range::Size;
use crate::action::{ColumnKeys, KeyColumns, contract_of};
use crate::arbitrary::{Rows, Sizes, Unfit};
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::plan::case::NoScope;
use crate::source::Spanned;
use crate::syntax::{Arg, Decode, Decoder, Named, Node};

params! {
    /// A table that obeys declared columns.
    struct TableKeys = "a table" {
        /// What holds of each column, as `contract` takes it.
        columns: Named<ColumnKeys>,
        /// Columns that together are a key, as `contract` takes them.
        unique: Option<Arg<KeyColumns>>,
        /// How many rows: a number, or the fewest and the most; `[0, 20]` when left out.
        rows: Option<Spanned<Size>>,
    }
}

pub(super) fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Rows> {
    let keys = TableKeys::decode(node, decoder)?;
    if keys.columns.0.is_empty() {
        let diagnostic = Diagnostic::new(codes::MISSING_KEY, node.span, "this table has no columns");
        return decoder.refuse(diagnostic.help("write `columns: {age: {dtype: int, between: [0, 120]}}`"));
    }
    let contract = match contract_of(&keys.columns, keys.unique.as_ref(), &NoScope) {
        Ok(contract) => contract,
        Err(unbound) => {
            let span = unbound.span.unwrap_or(node.span);
            let diagnostic = Diagnostic::new(codes::INVALID_REFERENCE, span, unbound.message);
            return decoder.refuse(diagnostic.help("what inputs are drawn from is written out"));
        }
    };
    let named = |name: &str| keys.columns.0.iter().find(|(key, _)| *key.text == *name);
    if let Some(unique) = &keys.unique
        && let Some(odd) = contract.unique_together.iter().flatten().find(|name| named(name).is_none())
    {
        let message = format!("`{odd}` is no column of this table");
        let names = keys.columns.0.iter().map(|(key, _)| &*key.text);
        let help = crate::diagnostic::did_you_mean(odd, names);
        return decoder.refuse(Diagnostic::new(codes::UNKNOWN_NAME, unique.span, message).maybe_help(help));
    }
    let rows = keys.rows.map_or(Sizes { least: 0, most: 20 }, |rows| rows.value.0);
    Rows::new(contract, rows)
        .map_err(|Unfit { column, why, help }| {
            let span = named(&column).map_or(node.span, |(key, _)| key.span);
            let message = format!("no values can be drawn for `{column}`: {why}");
            decoder.found.push(Diagnostic::new(codes::INVALID_VALUE, span, message).help(help));
        })
        .ok()
}

pub(super) fn schema() -> Json {
    TableKeys::schema()
}

//! `batch_invariant` and `permutation_equivariant`: the same rows in other company, and in another order.

use super::apart::Apart;
use super::good::Good;
use super::keys::{BatchKeys, OrderKeys};
use super::{Finding, nothing, tolerance};
use crate::action::StepError;
use crate::ml::random::Generator;
use crate::source::Span;
use crate::value::{Value, compare};

const BATCH: &str = "batch_invariant";
const ORDER: &str = "permutation_equivariant";
const ALONE: &str = "leave it out: a request of this protocol asks about one row";

/// Asks about the rows in requests of other sizes. `whole` is what they are answered by as the probe asks.
pub(super) fn batches(
    keys: &BatchKeys,
    span: Span,
    whole: &[Value],
    good: &Good<'_>,
) -> Result<Finding, StepError> {
    let Some(rows) = good.rows() else { return Err(nothing(BATCH, "there are no rows", span)) };
    let sizes = good.context.maybe(keys.sizes.as_ref())?.unwrap_or_else(|| vec![1]);
    let mut apart = Apart::new(tolerance(keys.tolerance, good.context));
    let from = in_requests(good.batch(), rows.len());
    let mut how = Vec::new();
    for size in sizes {
        let size = (size as usize).min(rows.len()).min(good.at_once());
        // The same requests would only be sent again.
        if size == 0 || size == good.batch() {
            continue;
        }
        let of = in_requests(size, rows.len());
        match good.predictions(rows, size, BATCH)? {
            Ok(answered) => apart.rows((&of, &answered), (&from, whole)),
            Err(why) => return Ok(Finding::missed(BATCH, format!("asked about {of}, {why}"))),
        }
        how.push(of);
    }
    if how.is_empty() {
        let (noun, verb) = if rows.len() == 1 { ("row", "is") } else { ("rows", "are") };
        let why = format!("{} {noun} {verb} asked about {from} already", rows.len());
        let help = match good.at_once() {
            1 => ALONE,
            _ => "give two rows or more, or another size in `sizes`",
        };
        return Err(nothing(BATCH, &why, span).help(help));
    }
    Ok(apart.finding(BATCH, &format!("answered otherwise {} than {from}", how.join(" and "))))
}

/// Asks about the rows backwards, and in an order drawn from the seed.
pub(super) fn order(
    keys: &OrderKeys,
    span: Span,
    whole: &[Value],
    good: &Good<'_>,
) -> Result<Finding, StepError> {
    let Some(rows) = good.rows() else { return Err(nothing(ORDER, "there are no rows", span)) };
    if rows.len() > 1 && good.batch() == 1 {
        let error = nothing(ORDER, "each request asks about one row, and one row has one order", span);
        let help = match good.at_once() {
            1 => ALONE,
            _ => "leave it out, or let a request ask about more of them: `batch: 2`",
        };
        return Err(error.help(help));
    }
    let backwards: Vec<usize> = (0..rows.len()).rev().collect();
    let drawn = Generator::new(good.context.seed).permutation(rows.len());
    // A row whose place is taken by one with the same prediction shows nothing.
    let tolerance = tolerance(keys.tolerance, good.context);
    let differ = |one: &Value, other: &Value| compare(one, other, &tolerance.value).mismatch.is_some();
    let moved =
        |order: &[usize]| order.iter().enumerate().any(|(place, row)| differ(&whole[place], &whole[*row]));
    let orders = [("backwards", backwards), ("in a drawn order", drawn)];
    let mut apart = Apart::new(tolerance);
    let mut shown = false;
    for (of, order) in orders.iter().filter(|(_, order)| moved(order)) {
        shown = true;
        match good.predictions(&rows.select(order.iter().copied()), good.batch(), ORDER)? {
            Ok(answered) => {
                let mut back: Vec<(usize, &Value)> = order.iter().copied().zip(&answered).collect();
                back.sort_by_key(|(row, _)| *row);
                for (row, actual) in back {
                    apart.row(row + 1, (of, actual), ("in the given order", &whole[row]));
                }
            }
            Err(why) => return Ok(Finding::missed(ORDER, format!("asked {of}, {why}"))),
        }
    }
    if !shown {
        let why = if rows.len() < 2 { "one row has one order" } else { "all rows have the same prediction" };
        return Err(nothing(ORDER, why, span).help("give rows whose predictions differ"));
    }
    Ok(apart.finding(ORDER, "answered otherwise in another order"))
}

fn in_requests(size: usize, all: usize) -> String {
    match size {
        1 => "one by one".to_owned(),
        _ if size >= all => "all at once".to_owned(),
        _ => format!("{size} at a time"),
    }
}

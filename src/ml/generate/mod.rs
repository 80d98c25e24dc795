//! Seeded synthetic tables.
//!
//! Normal and uniform columns are drawn from the main stream of the seed, cell by cell, row after row and within a
//! row in column order: three normal columns equal `numpy.random.default_rng(seed).normal(size=(rows, 3))`. Every
//! other draw has a stream of its own, so that adding such a column moves no other: column `i` draws its values (or a
//! linear column its noise) from the child with spawn key `[i, 0]`, and what is missing in it from `[i, 1]`.

mod check;
mod column;

use crate::ml::label::Label;
use crate::ml::random::{Cumulative, DrawError, Generator};
pub use check::GenerateError;
pub use column::{Column, ColumnData};

/// How a column comes about.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnKind {
    /// Normal with this mean and standard deviation.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation, at least 0.
        sd: f64,
    },
    /// Uniform in [low, high).
    Uniform {
        /// Inclusive.
        low: f64,
        /// Exclusive.
        high: f64,
    },
    /// Whole numbers in [low, high).
    Integers {
        /// Inclusive.
        low: i64,
        /// Exclusive.
        high: i64,
    },
    /// One of `values`, equally likely or by `weights` (which need not sum to 1).
    Choice {
        /// Labels of one kind.
        values: Vec<Label>,
        /// One weight per value.
        weights: Option<Vec<f64>>,
    },
    /// The same label in every row.
    Constant(Label),
    /// The same number in every row.
    ConstantFloat(f64),
    /// `Σ wᵢ·xᵢ + intercept`, plus normal noise; with a threshold, 1 where that is above it and else 0.
    Linear {
        /// Columns (of numbers) and their weights.
        weights: Vec<(String, f64)>,
        /// Added to the sum.
        intercept: f64,
        /// Standard deviation of the noise; 0 for none.
        noise_sd: f64,
        /// Turns the sum into an integer, 0 or 1.
        threshold: Option<f64>,
    },
}

/// A column to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSpec {
    /// Its name.
    pub name: String,
    /// How its values come about.
    pub kind: ColumnKind,
    /// The share of cells that are missing, each on its own: in [0, 1]. A linear column sees the values that stood
    /// there before.
    pub missing: f64,
}

/// Generates `rows` rows of the columns, in their order.
pub fn generate(specs: &[ColumnSpec], rows: usize, seed: u64) -> Result<Vec<Column>, GenerateError> {
    check::check(specs)?;
    let mut data = draw_main_stream(specs, rows, seed);
    for (i, spec) in specs.iter().enumerate() {
        let mut rng = Generator::spawned(seed, &[i as u32, 0]);
        if let Some(drawn) = draw_own_stream(spec, rows, &mut rng)? {
            data[i] = drawn;
        }
    }
    for (i, spec) in specs.iter().enumerate() {
        if let ColumnKind::Linear { weights, intercept, noise_sd, threshold } = &spec.kind {
            let mut rng = Generator::spawned(seed, &[i as u32, 0]);
            let mut sum = weighted_sum(specs, &data, weights, rows);
            for value in &mut sum {
                *value += intercept;
                if *noise_sd > 0.0 {
                    *value += rng.normal(0.0, *noise_sd);
                }
            }
            data[i] = match threshold {
                Some(edge) => ColumnData::Int(sum.iter().map(|v| i64::from(v > edge)).collect()),
                None => ColumnData::Float(sum),
            };
        }
    }
    Ok(specs
        .iter()
        .zip(data)
        .enumerate()
        .map(|(i, (spec, data))| finish(spec, data, i, rows, seed))
        .collect())
}

fn draw_main_stream(specs: &[ColumnSpec], rows: usize, seed: u64) -> Vec<ColumnData> {
    let mut columns: Vec<Vec<f64>> = specs.iter().map(|_| Vec::new()).collect();
    let mut rng = Generator::new(seed);
    for _ in 0..rows {
        for (spec, column) in specs.iter().zip(&mut columns) {
            match spec.kind {
                ColumnKind::Normal { mean, sd } => column.push(rng.normal(mean, sd)),
                ColumnKind::Uniform { low, high } => column.push(rng.uniform(low, high)),
                _ => {}
            }
        }
    }
    columns.into_iter().map(ColumnData::Float).collect()
}

fn draw_own_stream(
    spec: &ColumnSpec,
    rows: usize,
    rng: &mut Generator,
) -> Result<Option<ColumnData>, GenerateError> {
    let draw_error = |error: DrawError| GenerateError::Draw { column: spec.name.clone(), error };
    Ok(Some(match &spec.kind {
        ColumnKind::Integers { low, high } => ColumnData::Int(
            (0..rows).map(|_| rng.integers(*low, *high)).collect::<Result<_, _>>().map_err(draw_error)?,
        ),
        ColumnKind::Choice { values, weights } => {
            let picks: Vec<usize> = if let Some(weights) = weights {
                let distribution = Cumulative::new(weights).map_err(draw_error)?;
                (0..rows).map(|_| rng.choice(&distribution)).collect()
            } else {
                let count = values.len() as i64;
                let draw = |_| rng.integers(0, count).map(|i| i as usize);
                (0..rows).map(draw).collect::<Result<_, _>>().map_err(draw_error)?
            };
            ColumnData::from_labels(picks.into_iter().map(|i| &values[i]), &values[0])
        }
        ColumnKind::Constant(label) => ColumnData::from_labels(std::iter::repeat_n(label, rows), label),
        ColumnKind::ConstantFloat(value) => ColumnData::Float(vec![*value; rows]),
        ColumnKind::Normal { .. } | ColumnKind::Uniform { .. } | ColumnKind::Linear { .. } => {
            return Ok(None);
        }
    }))
}

/// The columns named were checked to exist, to be numbers and to stand earlier.
fn weighted_sum(
    specs: &[ColumnSpec],
    data: &[ColumnData],
    weights: &[(String, f64)],
    rows: usize,
) -> Vec<f64> {
    let mut sum = vec![0.0; rows];
    for (nth, (name, weight)) in weights.iter().enumerate() {
        let Some(source) = specs.iter().position(|spec| spec.name == *name) else { continue };
        for (row, value) in sum.iter_mut().enumerate() {
            let term = data[source].number(row) * weight;
            // Starting from the first term, not from 0, keeps a negative zero and numpy's order of additions.
            *value = if nth == 0 { term } else { *value + term };
        }
    }
    sum
}

fn finish(spec: &ColumnSpec, data: ColumnData, index: usize, rows: usize, seed: u64) -> Column {
    let missing = if spec.missing > 0.0 {
        let mut rng = Generator::spawned(seed, &[index as u32, 1]);
        (0..rows).map(|_| rng.next_double() < spec.missing).collect()
    } else {
        vec![false; rows]
    };
    Column { name: spec.name.clone(), data, missing }
}

#[cfg(test)]
mod tests;

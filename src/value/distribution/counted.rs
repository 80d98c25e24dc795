//! A distribution as it is stored: values and how often each came.

use serde::{Deserialize, Serialize};

use super::binned::Binned;
use super::{Distribution, EXACT, Held};

/// So many measurements are stored each as it was; more of them in bins.
const EACH: usize = 10_000;
/// More than any run measures: a stored count beyond it was never written.
const MOST: u64 = 1 << 48;

/// Nanoseconds in ascending order, and how often each was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Counted(Vec<(u64, u64)>);

impl Counted {
    pub fn of(distribution: &Distribution) -> Self {
        let mut counted: Vec<(u64, u64)> = Vec::new();
        match &distribution.held {
            Held::Exact(sorted) if sorted.len() <= EACH => {
                for &nanos in sorted {
                    match counted.last_mut() {
                        Some((last, times)) if *last == nanos => *times += 1,
                        _ => counted.push((nanos, 1)),
                    }
                }
            }
            Held::Exact(sorted) => {
                if let Some(mut binned) = Binned::new() {
                    for &nanos in sorted {
                        binned.record(nanos, 1);
                    }
                    counted.extend(binned.bins());
                }
            }
            Held::Binned(binned) => counted.extend(binned.bins()),
        }
        Self(counted)
    }

    /// What was stored; `Err` says why nobody can have stored this.
    pub fn distribution(&self) -> Result<Distribution, &'static str> {
        let total = self.0.iter().try_fold(0_u64, |total, (_, times)| total.checked_add(*times));
        let total = total.filter(|total| *total <= MOST).ok_or("there are more measurements than can be")?;
        if !self.0.is_sorted_by(|(one, _), (next, _)| one < next)
            || self.0.iter().any(|(_, times)| *times == 0)
        {
            return Err("measurements are not in order");
        }
        let sum = self.0.iter().map(|&(nanos, times)| u128::from(nanos) * u128::from(times)).sum();
        if total as usize <= EXACT {
            let each = self.0.iter().flat_map(|&(nanos, times)| std::iter::repeat_n(nanos, times as usize));
            return Ok(Distribution { held: Held::Exact(each.collect()), sum });
        }
        let mut binned = Binned::new().ok_or("there are no bins")?;
        self.0.iter().for_each(|&(nanos, times)| binned.record(nanos, times));
        Ok(Distribution { held: Held::Binned(binned), sum })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::value::Percentile;

    fn read(text: &str) -> Result<usize, &'static str> {
        let counted: Counted = serde_json::from_str(text).unwrap();
        counted.distribution().map(|distribution| distribution.count())
    }

    #[test]
    fn few_are_stored_each_and_many_in_bins() {
        for (count, off) in [(500, 0.0), (20_000, 1e-3)] {
            let measured =
                Distribution::new((1..=count).map(|i| Duration::from_nanos(i * 7919 % 1_000_003 + 1)));
            let text = serde_json::to_string(&Counted::of(&measured)).unwrap();
            let stored: Counted = serde_json::from_str(&text).unwrap();
            let stored = stored.distribution().unwrap();
            assert_eq!(stored.count(), measured.count());
            for percentile in [Percentile::P50, Percentile::P99] {
                let of = |all: &Distribution| all.percentile(percentile).unwrap().as_secs_f64();
                let ratio = of(&stored) / of(&measured) - 1.0;
                assert!((0.0..=off).contains(&ratio), "{percentile} of {count}: {ratio}");
            }
        }
    }

    #[test]
    fn what_nobody_stored_is_refused() {
        assert_eq!(read("[[1,2],[5,1]]"), Ok(3));
        assert_eq!(read("[]"), Ok(0));
        assert_eq!(read("[[0,2000000]]"), Ok(2_000_000));
        assert_eq!(read("[[5,1],[1,2]]"), Err("measurements are not in order"));
        assert_eq!(read("[[5,0]]"), Err("measurements are not in order"));
        let too_many = Err("there are more measurements than can be");
        assert_eq!(read("[[5,281474976710657]]"), too_many);
        assert_eq!(read("[[5,18446744073709551615],[6,1]]"), too_many);
    }
}

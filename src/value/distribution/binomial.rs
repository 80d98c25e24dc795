//! The binomial distribution, exact to about 1e-13 up to any count that is measured.
//!
//! Mass by Loader's saddle-point expansion (C. Loader, *Fast and Accurate Computation of Binomial Probabilities*, 2000,
//! which R's `dbinom` uses too): with log-gamma the masses of a million trials would lose nine digits. The tail is the
//! sum of its masses, each got from the one before, until no further one counts.

/// How likely at most so many of `trials` succeed, each with `chance`.
pub(super) fn at_most(successes: usize, trials: usize, chance: f64) -> f64 {
    if successes >= trials {
        return 1.0;
    }
    // The smaller tail is summed, so that neither loses digits.
    if (successes as f64) < trials as f64 * chance {
        tail(successes, trials, chance)
    } else {
        1.0 - tail(trials - successes - 1, trials, 1.0 - chance)
    }
}

/// The sum of the masses from `successes` down to none.
fn tail(successes: usize, trials: usize, chance: f64) -> f64 {
    let odds = (1.0 - chance) / chance;
    let mut mass = mass(successes, trials, chance);
    let mut sum = mass;
    for below in (0..successes).rev() {
        mass *= (below + 1) as f64 / (trials - below) as f64 * odds;
        sum += mass;
        if mass < sum * f64::EPSILON / 16.0 {
            break;
        }
    }
    sum
}

/// How likely exactly so many succeed.
fn mass(successes: usize, trials: usize, chance: f64) -> f64 {
    let (x, n) = (successes as f64, trials as f64);
    if successes == 0 {
        return (n * (-chance).ln_1p()).exp();
    }
    if successes == trials {
        return (n * chance.ln()).exp();
    }
    let exponent = stirling_error(n)
        - stirling_error(x)
        - stirling_error(n - x)
        - deviance(x, n * chance)
        - deviance(n - x, n * (1.0 - chance));
    exponent.exp() * (n / (std::f64::consts::TAU * x * (n - x))).sqrt()
}

/// ln n! less Stirling's formula for it.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let factorial: f64 = (1..=n as u32).map(f64::from).product();
        return factorial.ln() - 0.5 * (std::f64::consts::TAU * n).ln() - n * n.ln() + n;
    }
    let square = n * n;
    let series = [1.0 / 1188.0, 1.0 / 1680.0, 1.0 / 1260.0, 1.0 / 360.0];
    let rest = series.into_iter().fold(0.0, |rest, term| (term - rest) / square);
    (1.0 / 12.0 - rest) / n
}

/// `x ln(x / mean) + mean − x`, without cancellation where both are near.
fn deviance(x: f64, mean: f64) -> f64 {
    let gap = x - mean;
    if gap.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() - gap;
    }
    let ratio = gap / (x + mean);
    let (mut sum, mut power) = (gap * ratio, 2.0 * x * ratio);
    for odd in (3_u32..).step_by(2) {
        power *= ratio * ratio;
        let next = sum + power / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_scipys() {
        // scipy 1.17.1: `scipy.stats.binom.cdf(successes, trials, chance)`.
        for (trials, successes, chance, expected) in [
            (10, 3, 0.5, 0.171_875),
            (20, 18, 0.95, 0.264_160_475_056_150_4),
            (20, 19, 0.95, 0.641_514_077_591_458_1),
            (72, 71, 0.95, 0.975_105_719_380_810_6),
            (200, 183, 0.95, 0.023_799_459_747_172_885),
            (200, 195, 0.95, 0.973_553_199_990_880_1),
            (1000, 985, 0.99, 0.082_412_319_516_089_2),
            (1000, 995, 0.99, 0.971_313_600_000_995_4),
            (1000, 998, 0.999, 0.264_241_086_969_813_1),
            (100_000, 99_000, 0.99, 0.504_268_687_972_122_5),
            (1_000_000, 950_427, 0.95, 0.975_204_370_262_502_1),
            (1_000_000, 949_573, 0.95, 0.025_292_882_496_448_364),
            (1_000_000, 500_980, 0.5, 0.975_060_515_673_816_7),
            (1_000_000, 999_000, 0.999, 0.504_211_555_167_003_7),
            (1_000_000, 999_100, 0.999, 0.999_380_812_489_868_1),
            (1_000_000, 940_000, 0.95, 0.0),
        ] {
            let off = (at_most(successes, trials, chance) - expected).abs();
            assert!(off <= 1e-12, "{successes} of {trials} at {chance} is off by {off:e}");
        }
    }

    #[test]
    fn the_ends_are_certain() {
        assert_eq!(at_most(5, 5, 0.3), 1.0);
        assert_eq!(at_most(9, 5, 0.3), 1.0);
        assert!((at_most(0, 5, 0.5) - 1.0 / 32.0).abs() < 1e-16);
        assert!((at_most(4, 5, 0.5) - 31.0 / 32.0).abs() < 1e-15);
    }
}

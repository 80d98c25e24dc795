//! Floats: NaN and the infinities where they are asked for, the rest within a range.

use super::{below, one_in, pick};
use crate::ml::random::Generator;

/// Floats to draw from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floats {
    low: f64,
    high: f64,
    /// The share of NaN.
    missing: f64,
    /// The share of infinities.
    infinite: f64,
    single: bool,
}

/// Magnitudes at which something changes: nothing, subnormal, tiny, one, no longer a whole number, huge.
const MARKS: [f64; 9] =
    [0.0, 1.0, 0.1, 5e-324, f64::MIN_POSITIVE, 1e-45, 9_007_199_254_740_992.0, 1e15, f64::MAX];

impl Floats {
    /// From `low` to `high`, both allowed; `single` draws what a float32 holds alone. `None` where nothing is left.
    pub fn new(low: f64, high: f64, missing: f64, infinite: f64, single: bool) -> Option<Self> {
        let most = if single { f64::from(f32::MAX) } else { f64::MAX };
        let (low, high) = (low.clamp(-most, most), high.clamp(-most, most));
        let (low, high) = if single { (up(low), down(high)) } else { (low, high) };
        (low <= high).then_some(Self { low, high, missing, infinite, single })
    }

    pub(super) fn holds(&self, float: f64) -> bool {
        if float.is_nan() {
            return self.missing > 0.0;
        }
        if float.is_infinite() {
            return self.infinite > 0.0;
        }
        (self.low..=self.high).contains(&float) && (!self.single || f64::from(float as f32) == float)
    }

    pub(super) fn edges(&self) -> Vec<f64> {
        let first = [0.0, f64::NAN, self.low, self.high, 1.0, -0.0, f64::INFINITY, f64::NEG_INFINITY];
        let signed = MARKS.iter().flat_map(|&mark| [mark, -mark]);
        let rounded = signed.map(|mark| if self.single { f64::from(mark as f32) } else { mark });
        let all = first.into_iter().chain(rounded);
        let mut edges: Vec<f64> = Vec::new();
        for edge in all.filter(|&edge| self.holds(edge)) {
            if !edges.iter().any(|held| held.to_bits() == edge.to_bits()) {
                edges.push(edge);
            }
        }
        edges
    }

    pub(super) fn draw(&self, rng: &mut Generator) -> f64 {
        let chance = rng.next_double();
        if chance < self.missing {
            return f64::NAN;
        }
        if chance < self.missing + self.infinite {
            return *pick(&[f64::INFINITY, f64::NEG_INFINITY], rng);
        }
        let float = match below(rng, 5) {
            0 => self.uniform(rng).round(),
            1 => self.of_any_size(rng),
            _ => self.uniform(rng),
        };
        let float = if self.single { f64::from(float as f32) } else { float };
        float.clamp(self.low, self.high)
    }

    fn uniform(&self, rng: &mut Generator) -> f64 {
        let share = rng.next_double();
        self.low * (1.0 - share) + self.high * share
    }

    /// Each power of ten as likely as another.
    fn of_any_size(&self, rng: &mut Generator) -> f64 {
        let most = self.low.abs().max(self.high.abs()).log10().max(0.0);
        let size = 10_f64.powf(rng.uniform(-12.0, most));
        let float = if one_in(rng, 2) { -size } else { size };
        [float, -float].into_iter().find(|float| self.holds(*float)).unwrap_or_else(|| self.uniform(rng))
    }

    /// Simpler floats in place of one, the simplest first.
    pub(super) fn simpler(&self, float: f64) -> Vec<f64> {
        let mut all = vec![0.0, 1.0, -1.0];
        all.push(if self.low > 0.0 {
            self.low
        } else if self.high < 0.0 {
            self.high
        } else {
            0.0
        });
        if float.is_finite() {
            let sign = float.signum();
            all.extend(
                [2.0, 10.0, 100.0, 1e3, 1e4, 1e6, 1e9, 1e12, 1e15, 1e18, 1e30, 1e100].map(|size| sign * size),
            );
            all.extend([-float, float.trunc(), float.trunc() + sign, 0.5 * sign]);
            let tenths = float.fract() * 10.0;
            all.extend([tenths.trunc() / 10.0, (tenths.trunc() + sign) / 10.0, float.fract()]);
            all.extend([10.0, 100.0, 1000.0].map(|digits| (float * digits).round() / digits));
            if float.fract() == 0.0 && float.abs() < 9e15 {
                all.extend(steps(float as i64).map(|int| int as f64));
            }
        }
        let all = all.into_iter().map(|float| if self.single { f64::from(float as f32) } else { float });
        all.filter(|&other| self.holds(other) && rank(other) < rank(float)).collect()
    }
}

/// From what is a step towards 0 of half the way, to one of 1.
pub(super) fn steps(int: i64) -> impl Iterator<Item = i64> {
    let halves = (1..63).map(move |half| int / (1 << half)).take_while(|step| *step != 0);
    halves.map(move |step| int - step)
}

/// What makes a float simple: a whole number, few digits, small, not negative.
fn rank(float: f64) -> (u8, usize, f64, bool) {
    let class = match float {
        nan if nan.is_nan() => return (4, 0, 0.0, false),
        infinite if infinite.is_infinite() => 3,
        whole if whole.fract() == 0.0 => u8::from(whole.abs() >= 9e15),
        _ => 2,
    };
    let digits = if class == 0 { 0 } else { format!("{:?}", float.abs()).len() };
    (class, digits, float.abs(), float.is_sign_negative())
}

/// The least float32 that is not below.
fn up(float: f64) -> f64 {
    let near = float as f32;
    f64::from(if f64::from(near) < float { near.next_up() } else { near })
}

/// The greatest float32 that is not above.
fn down(float: f64) -> f64 {
    -up(-float)
}

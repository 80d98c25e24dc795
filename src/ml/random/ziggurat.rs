//! The standard normal by numpy's 256-level ziggurat.
//!
//! G. Marsaglia and W. W. Tsang, "The Ziggurat Method for Generating Random Variables", J. Stat. Softw. 5(8), 2000;
//! the layout of bits is numpy's `random_standard_normal`.

use super::Pcg64;
use super::ziggurat_tables::{ACCEPT, DENSITY, WIDTH};

/// Where the tail begins.
const TAIL: f64 = 3.654_152_885_361_009;
const TAIL_INVERSE: f64 = 0.273_661_237_329_758_3;

pub(super) fn standard_normal(bits: &mut Pcg64) -> f64 {
    loop {
        let word = bits.next_u64();
        let layer = (word & 0xff) as usize;
        let negative = (word >> 8) & 1 == 1;
        let magnitude = (word >> 9) & 0x000f_ffff_ffff_ffff;
        let x = magnitude as f64 * f64::from_bits(WIDTH[layer]);
        let x = if negative { -x } else { x };
        if magnitude < ACCEPT[layer] {
            return x;
        }
        if layer == 0 {
            return tail(bits, (magnitude >> 8) & 1 == 1);
        }
        let (above, below) = (f64::from_bits(DENSITY[layer - 1]), f64::from_bits(DENSITY[layer]));
        if (above - below) * bits.next_double() + below < (-0.5 * x * x).exp() {
            return x;
        }
    }
}

fn tail(bits: &mut Pcg64, negative: bool) -> f64 {
    loop {
        let x = -TAIL_INVERSE * (-bits.next_double()).ln_1p();
        let y = -(-bits.next_double()).ln_1p();
        if y + y > x * x {
            return if negative { -(TAIL + x) } else { TAIL + x };
        }
    }
}

//! Integers in a range without bias, as numpy draws them.
//!
//! D. Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019.

use super::Pcg64;

/// An integer in [0, range], both ends included. Ranges of at most 32 bits draw 32-bit words, as numpy's do.
pub(super) fn up_to(bits: &mut Pcg64, range: u64) -> u64 {
    match range {
        0 => 0,
        u64::MAX => bits.next_u64(),
        _ => match u32::try_from(range) {
            Ok(u32::MAX) => u64::from(bits.next_u32()),
            Ok(range) => u64::from(lemire_32(bits, range)),
            Err(_) => lemire_64(bits, range),
        },
    }
}

/// An integer in [0, range] by masking and rejection, which is what numpy shuffles by.
pub(super) fn up_to_masked(bits: &mut Pcg64, range: u64) -> u64 {
    if range == 0 {
        return 0;
    }
    let mask = u64::MAX >> range.leading_zeros();
    loop {
        let word = if u32::try_from(range).is_ok() { u64::from(bits.next_u32()) } else { bits.next_u64() };
        if word & mask <= range {
            return word & mask;
        }
    }
}

fn lemire_32(bits: &mut Pcg64, range: u32) -> u32 {
    let size = range + 1;
    let mut product = u64::from(bits.next_u32()) * u64::from(size);
    if (product as u32) < size {
        let threshold = (u32::MAX - range) % size;
        while (product as u32) < threshold {
            product = u64::from(bits.next_u32()) * u64::from(size);
        }
    }
    (product >> 32) as u32
}

fn lemire_64(bits: &mut Pcg64, range: u64) -> u64 {
    let size = range + 1;
    let mut product = u128::from(bits.next_u64()) * u128::from(size);
    if (product as u64) < size {
        let threshold = (u64::MAX - range) % size;
        while (product as u64) < threshold {
            product = u128::from(bits.next_u64()) * u128::from(size);
        }
    }
    (product >> 64) as u64
}

//! numpy's `SeedSequence`: spreads a seed over a pool of entropy, and children's streams apart.
//!
//! Algorithm: `numpy/random/bit_generator.pyx`, after M. E. O'Neill's `seed_seq_fe`.

const POOL: usize = 4;
const INIT_A: u32 = 0x43b0_d7e5;
const MULT_A: u32 = 0x931e_8875;
const INIT_B: u32 = 0x8b51_f9dd;
const MULT_B: u32 = 0x58f3_8ded;
const MIX_LEFT: u32 = 0xca01_f9dd;
const MIX_RIGHT: u32 = 0x4973_f715;
const SHIFT: u32 = 16;

/// `numpy.random.SeedSequence(seed, spawn_key=key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedSequence {
    seed: u64,
    key: Vec<u32>,
    children: u32,
    pool: [u32; POOL],
}

impl SeedSequence {
    /// From a seed alone.
    pub fn new(seed: u64) -> Self {
        Self::with_key(seed, &[])
    }

    /// The descendant of `seed` named by `key`: `[2]` is the third child, `[2, 0]` that one's first.
    pub fn with_key(seed: u64, key: &[u32]) -> Self {
        Self { seed, key: key.to_vec(), children: 0, pool: mix_pool(&entropy(seed, key)) }
    }

    /// The next `n` children, as `SeedSequence.spawn(n)` gives them; a later call goes on where this one ended.
    pub fn spawn(&mut self, n: u32) -> Vec<Self> {
        let first = self.children;
        self.children += n;
        (first..self.children)
            .map(|child| {
                let mut key = self.key.clone();
                key.push(child);
                Self::with_key(self.seed, &key)
            })
            .collect()
    }

    /// `generate_state(N, dtype=uint64)`.
    pub fn state<const N: usize>(&self) -> [u64; N] {
        let mut hash = INIT_B;
        let mut words = self.pool.iter().cycle().map(|&word| {
            let mut word = word ^ hash;
            hash = hash.wrapping_mul(MULT_B);
            word = word.wrapping_mul(hash);
            u64::from(word ^ (word >> SHIFT))
        });
        let mut next = || words.next().unwrap_or_default();
        [(); N].map(|()| next() | (next() << 32))
    }
}

fn entropy(seed: u64, key: &[u32]) -> Vec<u32> {
    let mut words = vec![seed as u32];
    if seed >> 32 != 0 {
        words.push((seed >> 32) as u32);
    }
    if !key.is_empty() {
        // A key starts past the pool, so that no child collides with the stream of a longer seed.
        words.resize(POOL, 0);
        words.extend_from_slice(key);
    }
    words
}

fn mix_pool(entropy: &[u32]) -> [u32; POOL] {
    let mut hash = INIT_A;
    let mut hashed = |word: u32| {
        let word = word ^ hash;
        hash = hash.wrapping_mul(MULT_A);
        let word = word.wrapping_mul(hash);
        word ^ (word >> SHIFT)
    };
    let mut pool = [0; POOL];
    for (i, slot) in pool.iter_mut().enumerate() {
        *slot = hashed(entropy.get(i).copied().unwrap_or(0));
    }
    for source in 0..POOL {
        for target in (0..POOL).filter(|target| *target != source) {
            pool[target] = mix(pool[target], hashed(pool[source]));
        }
    }
    for word in entropy.iter().skip(POOL) {
        for slot in &mut pool {
            *slot = mix(*slot, hashed(*word));
        }
    }
    pool
}

fn mix(left: u32, right: u32) -> u32 {
    let mixed = MIX_LEFT.wrapping_mul(left).wrapping_sub(MIX_RIGHT.wrapping_mul(right));
    mixed ^ (mixed >> SHIFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_go_on_where_the_last_spawn_ended() {
        let mut parent = SeedSequence::new(7);
        let mut children = parent.spawn(1);
        children.extend(parent.spawn(2));
        for (i, child) in children.iter().enumerate() {
            assert_eq!(child.state::<4>(), SeedSequence::with_key(7, &[i as u32]).state::<4>());
        }
    }
}

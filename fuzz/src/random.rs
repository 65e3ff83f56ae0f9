//! Random numbers that a seed and the number of an input say, so that any input can
//! be made again by itself.

/// `SplitMix64`: <https://doi.org/10.1145/2714064.2660195>.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of input `iteration` of a run with that seed.
    #[must_use]
    pub fn new(seed: u64, iteration: u64) -> Self {
        let mut random = Self(seed);
        let start = random.next().wrapping_add(iteration);
        let mut random = Self(start);
        Self(random.next())
    }

    /// Any number.
    #[allow(clippy::should_implement_trait)] // no iterator, which would end
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// Whether something that happens `times` times of a hundred happens now.
    pub fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    /// One of some items, of which there is one.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

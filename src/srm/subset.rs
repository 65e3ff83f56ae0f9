//! Among which vectors of a basis planes are made.
//!
//! A few outlier neurons can carry a layer, so planes may be made among some of its
//! vectors only. Everything else is still over all of them: a sample's norm is over all
//! `d` neurons, and planes keep the numbers that their vectors have in the layer.

use std::sync::Arc;

/// At least two of the `m` vectors of a basis, by their numbers; all of them unless
/// it says otherwise. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subset {
    m: u32,
    /// `None` where all are chosen, so that equal subsets are equal.
    chosen: Option<Arc<Chosen>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Chosen {
    /// Ascending, each once.
    numbers: Vec<u32>,
    /// Of each `k ≤ m`, how many chosen numbers are below it.
    below: Vec<u32>,
}

impl Subset {
    /// All `m` vectors.
    ///
    /// # Panics
    /// If there are more than planes can number, `2^32 − 1`.
    #[must_use]
    pub fn whole(m: usize) -> Self {
        let m = u32::try_from(m).unwrap_or_else(|_| panic!("{m} vectors"));
        Self { m, chosen: None }
    }

    /// Those vectors of `m`, in any order, repeats counted once; `None` where fewer
    /// than two are left or one is not below `m`.
    ///
    /// # Panics
    /// As [`Subset::whole`].
    #[must_use]
    pub fn of(m: usize, numbers: impl IntoIterator<Item = u32>) -> Option<Self> {
        let whole = Self::whole(m);
        let mut numbers: Vec<u32> = numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.len() < 2 || numbers.last().is_some_and(|&last| last >= whole.m) {
            return None;
        }
        if numbers.len() == m {
            return Some(whole);
        }
        let mut below = Vec::with_capacity(m + 1);
        for (rank, &number) in (0..).zip(&numbers) {
            below.resize(number as usize + 1, rank);
        }
        below.resize(m + 1, numbers.len() as u32);
        Some(Self {
            chosen: Some(Arc::new(Chosen { numbers, below })),
            ..whole
        })
    }

    /// `m`: vectors of the basis, chosen or not.
    #[must_use]
    pub fn of_how_many(&self) -> usize {
        self.m as usize
    }

    /// How many are chosen.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // it never is
    pub fn len(&self) -> usize {
        match &self.chosen {
            None => self.m as usize,
            Some(chosen) => chosen.numbers.len(),
        }
    }

    /// Whether all vectors are chosen.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.chosen.is_none()
    }

    /// The number of the chosen vector at `rank`.
    ///
    /// # Panics
    /// If `rank` is not below [`Subset::len`].
    #[must_use]
    pub fn get(&self, rank: usize) -> u32 {
        match &self.chosen {
            None => {
                assert!(rank < self.m as usize, "vector {rank} of {}", self.m);
                rank as u32
            }
            Some(chosen) => chosen.numbers[rank],
        }
    }

    /// How many chosen vectors have a number below `k`, which may be any.
    #[must_use]
    pub fn below(&self, k: u32) -> usize {
        let k = k.min(self.m);
        match &self.chosen {
            None => k as usize,
            Some(chosen) => chosen.below[k as usize] as usize,
        }
    }

    /// Whether vector `k` is chosen.
    #[must_use]
    pub fn contains(&self, k: u32) -> bool {
        k < self.m && self.below(k + 1) > self.below(k)
    }

    /// Where vector `k` stands among those chosen.
    #[must_use]
    pub fn rank(&self, k: u32) -> Option<usize> {
        self.contains(k).then(|| self.below(k))
    }

    /// The numbers of the chosen vectors, ascending.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        (0..self.len()).map(|rank| self.get(rank))
    }

    /// Whether every vector of this subset is in the other, too.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.m == other.m
            && (other.is_whole() || self == other || self.iter().all(|k| other.contains(k)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_and_numbers_are_each_others_inverse() {
        let subset = Subset::of(9, [7, 0, 3, 4, 3]).unwrap();
        assert!(subset.iter().eq([0, 3, 4, 7]));
        assert_eq!((subset.len(), subset.of_how_many()), (4, 9));
        let below: Vec<usize> = (0..12).map(|k| subset.below(k)).collect();
        assert_eq!(below, [0, 1, 1, 1, 2, 3, 3, 3, 4, 4, 4, 4]);
        for k in 0..12 {
            let expected = [0, 3, 4, 7].iter().position(|&number| number == k);
            assert_eq!(subset.rank(k), expected);
            assert_eq!(subset.contains(k), expected.is_some());
        }
    }

    #[test]
    fn all_of_them_are_the_whole() {
        let whole = Subset::whole(5);
        assert_eq!(Subset::of(5, 0..5).unwrap(), whole);
        assert!(whole.iter().eq(0..5));
        assert_eq!((whole.rank(4), whole.rank(5)), (Some(4), None));
        let some = Subset::of(5, [1, 2]).unwrap();
        assert!(some.is_within(&whole) && some.is_within(&some) && !whole.is_within(&some));
        assert!(!Subset::whole(4).is_within(&whole));
    }

    #[test]
    fn less_than_two_or_more_than_there_are_is_none() {
        assert!(Subset::of(5, [3, 3]).is_none());
        assert!(Subset::of(5, [3, 5]).is_none());
        assert!(Subset::of(5, []).is_none());
    }
}

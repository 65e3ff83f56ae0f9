//! Privileged planes `(i, j)` and sets of them.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::basis::UnitBasis;
use super::subset::Subset;

/// The plane spanned by `b_i` and `b_j`, turned from `b_i` towards `b_j`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plane {
    /// Zero-based number of the first vector.
    pub i: u32,
    /// Zero-based number of the second vector.
    pub j: u32,
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{} ∧ b{}", self.i, self.j)
    }
}

/// Which ordered pairs make the ensemble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PlaneMode {
    /// `i < j` only.
    #[default]
    Combinations,
    /// Both `(i, j)` and `(j, i)`, the paper's default.
    Permutations,
}

impl PlaneMode {
    /// Its name on the command line and in provenance.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Combinations => "combinations",
            Self::Permutations => "permutations",
        }
    }

    /// Pairs among `m ≥ 2` vectors, degenerate ones counted.
    fn pairs(self, m: usize) -> u64 {
        let all = m as u64 * (m as u64 - 1);
        match self {
            Self::Combinations => all / 2,
            Self::Permutations => all,
        }
    }

    /// Place of a plane in lexicographic order.
    fn rank(self, plane: Plane, m: usize) -> u64 {
        let (i, j, m) = (u64::from(plane.i), u64::from(plane.j), m as u64);
        match self {
            Self::Combinations => first_of_row(i, m) + (j - i - 1),
            Self::Permutations => i * (m - 1) + j - u64::from(j > i),
        }
    }

    fn unrank(self, rank: u64, m: usize) -> Plane {
        let m = m as u64;
        let (i, j) = match self {
            Self::Combinations => {
                // The last row whose first plane is not beyond `rank`.
                let (mut low, mut high) = (0, m - 1);
                while low + 1 < high {
                    let middle = u64::midpoint(low, high);
                    if first_of_row(middle, m) <= rank {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                (low, low + 1 + rank - first_of_row(low, m))
            }
            Self::Permutations => {
                let (i, rest) = (rank / (m - 1), rank % (m - 1));
                (i, rest + u64::from(rest >= i))
            }
        };
        Plane {
            i: i as u32,
            j: j as u32,
        }
    }
}

impl PlaneMode {
    /// The pair after `plane` in lexicographic order.
    fn after(self, Plane { i, j }: Plane, m: usize) -> Plane {
        let m = m as u32;
        let skips = self == Self::Permutations && j + 1 == i;
        let j = if skips { j + 2 } else { j + 1 };
        if j < m {
            return Plane { i, j };
        }
        let j = if self == Self::Permutations { 0 } else { i + 2 };
        Plane { i: i + 1, j }
    }

    /// Pairs before the first that turns from vector `i` towards `j` or a later one;
    /// all of them for `i = m`.
    fn first_rank(self, i: u64, j: u64, m: u64) -> u64 {
        if i >= m {
            return self.pairs(m as usize);
        }
        match self {
            Self::Combinations => first_of_row(i, m) + j.clamp(i + 1, m) - i - 1,
            Self::Permutations => i * (m - 1) + j.min(m) - u64::from(j > i),
        }
    }
}

fn first_of_row(i: u64, m: u64) -> u64 {
    // i rows before: (m − 1) + (m − 2) + … + (m − i)
    i * (2 * m - i - 1) / 2
}

/// The planes of a sweep, in lexicographic order, without storing them: those among all
/// vectors of a basis or some of them, or a draw of these.
///
/// Planes have the numbers that their vectors have in the basis. Within, vectors are
/// counted by their rank among those chosen, and `m` is the number of these.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneSet {
    mode: PlaneMode,
    subset: Subset,
    /// Ranks of pairs that are no planes, ascending.
    degenerate: Arc<[u64]>,
    /// Places among the real planes, ascending; all of them where `None`.
    chosen: Option<Arc<[u64]>>,
}

/// A seeded draw of planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// At most so many planes.
    pub max_planes: usize,
    /// Seed of the draw.
    pub seed: u64,
}

impl PlaneSet {
    /// The planes of `basis`: all, or a uniform draw without replacement
    /// (Floyd's algorithm on `ChaCha8`, the same on every machine).
    #[must_use]
    pub fn new(basis: &UnitBasis, mode: PlaneMode, draw: Option<Draw>) -> Self {
        Self::among(&Subset::whole(basis.len()), basis, mode, draw)
    }

    /// As [`PlaneSet::new`], of the planes that some of the vectors span.
    ///
    /// # Panics
    /// If the subset is not one of as many vectors as the basis has.
    #[must_use]
    pub fn among(subset: &Subset, basis: &UnitBasis, mode: PlaneMode, draw: Option<Draw>) -> Self {
        assert_eq!(subset.of_how_many(), basis.len(), "vectors of the basis");
        let m = subset.len();
        let rank = |k: u32| subset.rank(k).map(|rank| rank as u32);
        let mut degenerate: Vec<u64> = basis
            .degenerate_pairs()
            .iter()
            .filter_map(|&(i, j)| Some((rank(i)?, rank(j)?)))
            .flat_map(|(i, j)| {
                let pair = [Plane { i, j }, Plane { i: j, j: i }];
                let kept = match mode {
                    PlaneMode::Combinations => 1,
                    PlaneMode::Permutations => 2,
                };
                pair.into_iter().take(kept)
            })
            .map(|plane| mode.rank(plane, m))
            .collect();
        degenerate.sort_unstable();
        let mut set = Self {
            mode,
            subset: subset.clone(),
            degenerate: degenerate.into(),
            chosen: None,
        };
        if let Some(draw) = draw
            && (draw.max_planes as u64) < set.in_all()
        {
            set.chosen = Some(sample(set.in_all(), draw).into());
        }
        set
    }

    /// The planes that stand at those places of this set, ascending and each once.
    ///
    /// # Panics
    /// If a place is not below [`PlaneSet::len`].
    #[must_use]
    pub fn part(&self, places: &[u32]) -> Self {
        debug_assert!(places.is_sorted_by(|a, b| a < b), "places ascend");
        let last = places.last().map_or(0, |&last| last as usize + 1);
        assert!(last <= self.len(), "plane {last} of {}", self.len());
        let place = |&place: &u32| match &self.chosen {
            None => u64::from(place),
            Some(chosen) => chosen[place as usize],
        };
        Self {
            chosen: Some(places.iter().map(place).collect()),
            ..self.clone()
        }
    }

    /// Combinations or permutations.
    #[must_use]
    pub fn mode(&self) -> PlaneMode {
        self.mode
    }

    /// The vectors among which the planes are made.
    #[must_use]
    pub fn subset(&self) -> &Subset {
        &self.subset
    }

    /// How many these are.
    fn m(&self) -> usize {
        self.subset.len()
    }

    /// The plane of two of them, by their ranks.
    fn numbered(&self, Plane { i, j }: Plane) -> Plane {
        Plane {
            i: self.subset.get(i as usize),
            j: self.subset.get(j as usize),
        }
    }

    /// Planes in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen
            .as_ref()
            .map_or_else(|| self.in_all() as usize, |chosen| chosen.len())
    }

    /// Whether the set holds no plane.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Planes that the chosen vectors span in this mode, drawn or not.
    #[must_use]
    pub fn in_all(&self) -> u64 {
        self.mode.pairs(self.m()) - self.degenerate.len() as u64
    }

    /// Pairs of chosen vectors that were left out because they span no plane.
    #[must_use]
    pub fn degenerate(&self) -> usize {
        self.degenerate.len()
    }

    /// Whether only a draw of the planes is in the set, or a part of them. A choice of
    /// vectors is none: all planes of theirs are in.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.chosen.is_some()
    }

    /// The plane at `index`, in lexicographic order.
    ///
    /// # Panics
    /// If `index` is not below [`PlaneSet::len`].
    #[must_use]
    pub fn get(&self, index: usize) -> Plane {
        assert!(index < self.len(), "plane {index} of {}", self.len());
        let place = self.chosen.as_ref().map_or(index as u64, |c| c[index]);
        let rank = self.skip_degenerate(place);
        self.numbered(self.mode.unrank(rank, self.m()))
    }

    /// The planes, in lexicographic order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Plane> + '_ {
        self.walk(0..self.len())
    }

    /// The planes at consecutive places; of a whole set each follows from the one
    /// before.
    fn walk(&self, places: Range<usize>) -> impl ExactSizeIterator<Item = Plane> + '_ {
        let steps = self.has_every_pair() && !places.is_empty();
        let m = self.m();
        let mut next = steps.then(|| self.mode.unrank(places.start as u64, m));
        places.map(move |place| match &mut next {
            None => self.get(place),
            Some(next) => {
                let after = self.mode.after(*next, m);
                self.numbered(std::mem::replace(next, after))
            }
        })
    }

    /// The places in the set, and the second vectors, of the planes that turn from
    /// vector `i` towards one of `second`, one after another.
    #[must_use]
    pub fn towards(
        &self,
        i: u32,
        second: Range<u32>,
    ) -> impl ExactSizeIterator<Item = (usize, u32)> + '_ {
        let places = self.between(i, second);
        places.clone().zip(self.walk(places).map(|plane| plane.j))
    }

    /// The places in the set of the planes that turn from vector `i` towards one
    /// of `second`; they stand one after another.
    #[must_use]
    pub fn between(&self, i: u32, second: Range<u32>) -> Range<usize> {
        let first = self.subset.below(i);
        let place = |j: u32| {
            // Of a vector that is not chosen: where its planes would stand.
            let second = if self.subset.contains(i) {
                self.subset.below(j)
            } else {
                0
            };
            let (first, second) = (first as u64, second as u64);
            let rank = self.mode.first_rank(first, second, self.m() as u64);
            self.first_at_or_after(rank)
        };
        place(second.start)..place(second.end.max(second.start))
    }

    /// The place of the first plane of at least that rank.
    fn first_at_or_after(&self, rank: u64) -> usize {
        let gaps = self.degenerate.partition_point(|&gap| gap < rank);
        let place = rank - gaps as u64;
        match &self.chosen {
            None => place as usize,
            Some(chosen) => chosen.partition_point(|&c| c < place),
        }
    }

    /// Whether every pair of the basis is in the set.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.subset.is_whole() && self.has_every_pair()
    }

    /// Whether every pair of chosen vectors is in the set.
    fn has_every_pair(&self) -> bool {
        self.chosen.is_none() && self.degenerate.is_empty()
    }

    /// Where `plane` stands in the set.
    #[must_use]
    pub fn position(&self, plane: Plane) -> Option<usize> {
        let (i, j) = (self.subset.rank(plane.i)?, self.subset.rank(plane.j)?);
        if i == j || (self.mode == PlaneMode::Combinations && i > j) {
            return None;
        }
        let ranks = Plane {
            i: i as u32,
            j: j as u32,
        };
        let rank = self.mode.rank(ranks, self.m());
        let Err(before) = self.degenerate.binary_search(&rank) else {
            return None;
        };
        let place = rank - before as u64;
        match &self.chosen {
            None => Some(place as usize),
            Some(chosen) => chosen.binary_search(&place).ok(),
        }
    }

    /// The rank of the real plane at `place`: the smallest `rank` with
    /// `rank − (degenerate ranks ≤ rank) = place`.
    fn skip_degenerate(&self, place: u64) -> u64 {
        // degenerate[n] − n counts the real planes before the n-th gap.
        let gaps = partition(&self.degenerate, |n, rank| rank - n as u64 <= place);
        place + gaps as u64
    }
}

fn partition(values: &[u64], before: impl Fn(usize, u64) -> bool) -> usize {
    let (mut low, mut high) = (0, values.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if before(middle, values[middle]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// At most so many of the numbers below `of`, ascending: a uniform draw without
/// replacement, the same on every machine.
pub(crate) fn drawn(of: u64, most: usize, seed: u64) -> Vec<u64> {
    if most as u64 >= of {
        return (0..of).collect();
    }
    let max_planes = most;
    sample(of, Draw { max_planes, seed })
}

fn sample(of: u64, draw: Draw) -> Vec<u64> {
    let mut rng = ChaCha8Rng::seed_from_u64(draw.seed);
    let mut chosen = BTreeSet::new();
    for top in of - draw.max_planes as u64..of {
        let pick = below(&mut rng, top + 1);
        if !chosen.insert(pick) {
            chosen.insert(top);
        }
    }
    chosen.into_iter().collect()
}

/// Uniform below `bound > 0`, by rejection: no dependence on anybody's
/// distribution code, which may change between versions.
fn below(rng: &mut ChaCha8Rng, bound: u64) -> u64 {
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let value = rng.next_u64();
        if value < limit {
            return value % bound;
        }
    }
}

#[cfg(test)]
mod tests;

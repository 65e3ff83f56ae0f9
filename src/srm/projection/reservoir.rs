//! Points drawn at random from a stream of unknown length, in any order.

use super::{PointLimit, Projected};

/// Keeps the points of the smallest keys: each point has a random one of its own, made
/// from the seed, its plane and its sample, so that neither the order in which they come
/// nor the number of threads decides which are kept.
#[derive(Default)]
pub(super) struct Reservoir {
    most: usize,
    seed: u64,
    /// Largest key that may still be kept.
    bound: u64,
    kept: Vec<(u64, Projected)>,
}

impl Reservoir {
    pub fn new(limit: PointLimit) -> Self {
        Self {
            most: limit.most,
            seed: limit.seed,
            bound: u64::MAX,
            kept: Vec::new(),
        }
    }

    pub fn add(&mut self, point: Projected) {
        let plane = u64::from(point.plane.i) << 32 | u64::from(point.plane.j);
        let key = mixed(mixed(self.seed ^ mixed(plane)) ^ u64::from(point.sample));
        if key > self.bound {
            return;
        }
        self.kept.push((key, point));
        if self.kept.len() >= self.most.saturating_mul(2).max(1024) {
            self.cut();
        }
    }

    /// Those of both.
    pub fn and(mut self, other: Self) -> Self {
        self.bound = self.bound.min(other.bound);
        self.kept.extend(other.kept);
        self.cut();
        self
    }

    fn cut(&mut self) {
        if self.kept.len() <= self.most {
            return;
        }
        if self.most == 0 {
            self.kept.clear();
            self.bound = 0;
            return;
        }
        let order = |a: &(u64, Projected), b: &(u64, Projected)| {
            let place = |point: &Projected| (point.plane, point.sample);
            (a.0, place(&a.1)).cmp(&(b.0, place(&b.1)))
        };
        let (_, last, _) = self.kept.select_nth_unstable_by(self.most - 1, order);
        self.bound = last.0;
        self.kept.truncate(self.most);
    }

    /// The points in the order of the planes and of the samples.
    pub fn into_points(mut self) -> Vec<Projected> {
        self.cut();
        let mut points: Vec<Projected> = self.kept.into_iter().map(|(_, point)| point).collect();
        points.sort_unstable_by_key(|point| (point.plane, point.sample));
        points
    }
}

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

//! One plane's curve on its way from arcs to counts, and the sums over planes.
//!
//! The grid's `n` distinct directions are cut into sixteen runs, one a lane: entry
//! `t` of a row holds the `t`-th direction of each run. A running sum along the
//! curve is then sixteen sums at once, whatever the machine's vectors.

use crate::srm::angles::MOST_ANGLES;
use crate::srm::ensemble::Sums;

pub use crate::srm::lines::LANES;

/// One entry of each run.
pub type Lanes = [i32; LANES];

/// Counts below this have squares of 32 bits, and leave room for an entry's number
/// beside them.
const NARROW: i64 = 1 << 16;

/// Bits of an entry's number.
pub const PLACE_BITS: u32 = 12;

/// The number of the last entry that they tell.
pub const LAST_PLACE: i32 = (1 << PLACE_BITS) - 1;

const _: () = assert!(MOST_ANGLES.div_ceil(LANES) < 1 << PLACE_BITS);

/// Where a direction stands in a row.
#[derive(Clone, Copy, Debug)]
pub struct Slots {
    n: usize,
    per_lane: usize,
}

impl Slots {
    pub fn new(n: usize) -> Self {
        Self {
            n,
            per_lane: n.div_ceil(LANES),
        }
    }

    /// Entries of a row.
    pub fn entries(self) -> usize {
        self.per_lane
    }

    /// `LANES` times the entry, plus the lane, of a direction.
    pub fn slot(self, direction: usize) -> usize {
        direction % self.per_lane * LANES + direction / self.per_lane
    }

    /// The value of each direction, in order.
    pub fn unfold<T: Copy>(self, row: &[[T; LANES]]) -> impl Iterator<Item = T> + '_ {
        (0..LANES)
            .flat_map(move |lane| row.iter().map(move |lanes| lanes[lane]))
            .take(self.n)
    }
}

/// How counts follow from the arcs of a row.
#[derive(Clone, Copy, Debug)]
pub struct Offsets {
    /// Arcs that pass the end of the grid: they start before it.
    pub wraps: i32,
    /// `N` where the arcs are those that are dark, so that the others count.
    pub dark_of: Option<i32>,
    /// Whether the counts are to be left in the row; it is cleared if not.
    pub keep: bool,
}

/// What is read off a curve of counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The largest count and the first direction that has it.
    pub peak: (usize, i32),
    /// Counts summed over the directions.
    pub total: i64,
}

/// Sums over planes in 32 bits, emptied into the true ones before they overflow.
#[derive(Debug)]
pub struct NarrowSums {
    slots: Slots,
    sum: Vec<Lanes>,
    squares: Vec<[u32; LANES]>,
    max: Vec<Lanes>,
    min: Vec<Lanes>,
    /// The most that an entry of `sum` and of `squares` may hold.
    bounds: (i64, i64),
    planes: usize,
}

impl NarrowSums {
    pub fn new(slots: Slots) -> Self {
        let entries = slots.entries();
        Self {
            slots,
            sum: vec![[0; LANES]; entries],
            squares: vec![[0; LANES]; entries],
            max: vec![[i32::MIN; LANES]; entries],
            min: vec![[i32::MAX; LANES]; entries],
            bounds: (0, 0),
            planes: 0,
        }
    }

    /// Whether [`finish`] can take a curve of counts up to `most`.
    pub fn takes(&self, most: i64) -> bool {
        most < NARROW && most * (self.slots.entries() as i64) < i64::from(i32::MAX)
    }

    /// Makes room for a curve of counts up to `most`.
    pub fn make_room(&mut self, most: i64, sums: &mut Sums) {
        let (sum, squares) = (self.bounds.0 + most, self.bounds.1 + most * most);
        if sum > i64::from(i32::MAX) || squares > i64::from(u32::MAX) {
            self.empty_into(sums);
        }
        self.bounds.0 += most;
        self.bounds.1 += most * most;
        self.planes += 1;
    }

    /// What follows from the largest count of each lane with its entry, the lanes'
    /// totals and the last lane's last count.
    pub fn extent(&self, best: Lanes, totals: Lanes, last: i32) -> Extent {
        let entries = self.slots.entries();
        let mut peak = (0, 0);
        for (lane, best) in best.into_iter().enumerate() {
            let count = best >> PLACE_BITS;
            if count > peak.1 {
                let entry = LAST_PLACE - (best & LAST_PLACE);
                peak = (lane * entries + entry as usize, count);
            }
        }
        // Slots behind the last direction repeat its count: they come last, so they
        // are no peak, but they are in the total.
        let spare = (entries * LANES - self.slots.n) as i64;
        let total = totals.iter().map(|&total| i64::from(total)).sum::<i64>();
        Extent {
            peak,
            total: total - spare * i64::from(last),
        }
    }

    /// The sums, sums of squares, largest and least counts, an entry each.
    pub fn entries(
        &mut self,
    ) -> impl Iterator<Item = (&mut Lanes, &mut [u32; LANES], &mut Lanes, &mut Lanes)> {
        let entries = self.sum.iter_mut().zip(&mut self.squares);
        let entries = entries.zip(&mut self.max).zip(&mut self.min);
        entries.map(|(((sum, squares), max), min)| (sum, squares, max, min))
    }

    /// Adds all to `sums` and starts anew.
    pub fn empty_into(&mut self, sums: &mut Sums) {
        if self.planes == 0 {
            return;
        }
        let slots = self.slots;
        sums.add_many(
            slots.unfold(&self.sum),
            slots.unfold(&self.squares),
            slots.unfold(&self.min),
            slots.unfold(&self.max),
        );
        *self = Self::new(slots);
    }
}

/// Turns a row of arcs into counts, adds them to the sums and reads off what a
/// record keeps.
#[inline(always)]
pub fn finish<const FUSED: bool>(
    row: &mut [Lanes],
    offsets: Offsets,
    sums: &mut NarrowSums,
) -> Extent {
    let mut run = [0; LANES];
    for lanes in row.iter_mut() {
        run = sum_of(run, *lanes);
        *lanes = run;
    }
    let mut before = offsets.wraps;
    for run in &mut run {
        before += std::mem::replace(run, before);
    }
    // A count is the running sum, or N less than it.
    let (from, turn) = offsets.dark_of.map_or((0, 0), |n| (n, -1));
    let keep = if offsets.keep { -1 } else { 0 };
    // The largest count of each lane, and the first entry that has it: of equal
    // counts the one with the smaller entry is larger.
    let (mut best, mut total) = ([0; LANES], [0; LANES]);
    let mut last = 0;
    for ((lanes, (sum, squares, max, min)), t) in row.iter_mut().zip(sums.entries()).zip(0..) {
        let arcs = sum_of(run, *lanes);
        let count = arcs.map(|arcs| from + ((arcs ^ turn) - turn));
        *lanes = count.map(|count| count & keep);
        *sum = sum_of(*sum, count);
        for (square, count) in squares.iter_mut().zip(count) {
            let count = count as u32;
            *square = square.wrapping_add(count.wrapping_mul(count));
        }
        *max = of_both(*max, count, i32::max);
        *min = of_both(*min, count, i32::min);
        let place = LAST_PLACE - t;
        best = of_both(best, count, |best, count| {
            best.max(count << PLACE_BITS | place)
        });
        total = sum_of(total, count);
        last = count[LANES - 1];
    }
    sums.extent(best, total, last)
}

#[inline(always)]
fn sum_of(a: Lanes, b: Lanes) -> Lanes {
    of_both(a, b, i32::wrapping_add)
}

#[inline(always)]
fn of_both(mut a: Lanes, b: Lanes, of: impl Fn(i32, i32) -> i32) -> Lanes {
    for k in 0..LANES {
        a[k] = of(a[k], b[k]);
    }
    a
}

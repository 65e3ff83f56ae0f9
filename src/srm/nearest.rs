//! How near a dark sweep was to being lit.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::cancel::{Cancelled, check};
use super::coordinates::{BLOCK, Coordinates};
use super::overview::two_largest;
use super::plane::PlaneSet;

/// Most coordinates that are looked at: a second of work.
const MOST_WORK: u64 = 1 << 31;

/// The largest in-plane radius over all samples and planes of a set; `None` where
/// it would take long to tell.
///
/// In an orthonormal basis a sample's widest plane is that of its two largest
/// coordinates among the chosen vectors, so all planes need one pass; elsewhere each plane is looked at.
pub(super) fn nearest(
    coordinates: &Coordinates,
    planes: &PlaneSet,
    cancel: &AtomicBool,
) -> Result<Option<f64>, Cancelled> {
    if coordinates.basis().is_standard() && !planes.is_sampled() {
        let (radii, _) = two_largest(coordinates, planes.subset(), cancel)?;
        return Ok(Some(radii.into_iter().fold(0.0, f64::max)));
    }
    let n = coordinates.n_samples();
    if (n as u64).saturating_mul(2 * planes.len() as u64) > MOST_WORK {
        return Ok(None);
    }
    (0..planes.len())
        .into_par_iter()
        .map_init(
            || (vec![0.0; BLOCK], vec![0.0; BLOCK]),
            |(c1, c2), index| {
                check(cancel)?;
                let plane = planes.get(index);
                let frame = coordinates.basis().frame(plane);
                let mut largest = 0.0f64;
                for first in (0..n).step_by(BLOCK) {
                    let width = BLOCK.min(n - first);
                    let (c1, c2) = (&mut c1[..width], &mut c2[..width]);
                    coordinates.fill_plane(plane, frame, first, c1, c2);
                    let squares = c1.iter().zip(c2).map(|(a, b)| *a * *a + *b * *b);
                    largest = squares.fold(largest, f64::max);
                }
                Ok(largest.sqrt())
            },
        )
        .try_reduce(|| 0.0, |a, b| Ok(a.max(b)))
        .map(Some)
}

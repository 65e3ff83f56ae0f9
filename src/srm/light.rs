//! How the light of a sweep is spread over its vectors.

use super::sweep::Sweep;

/// The share of each of the `m` vectors in the light: of all pairs of a swept plane and a
/// sample that lights it, those in planes that contain the vector, halved, since every
/// plane has two. The shares add up to 1; all are 0 where every plane is dark.
#[must_use]
pub fn light_shares(sweep: &Sweep) -> Vec<f64> {
    let planes = &sweep.spec.planes;
    let mut lit = vec![0u64; planes.subset().of_how_many()];
    for index in 0..sweep.records.len() {
        let plane = planes.get(index);
        let pairs = sweep.records.lit(index);
        lit[plane.i as usize] += pairs;
        lit[plane.j as usize] += pairs;
    }
    let all: u64 = lit.iter().sum();
    let share = |lit| {
        if all == 0 {
            0.0
        } else {
            lit as f64 / all as f64
        }
    };
    lit.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::srm::{
        Activations, AngleGrid, Coordinates, Epsilon, PlaneMode, PlaneSet, Sign, SweepSpec, sweep,
    };

    fn shares(rows: &[Vec<f64>], epsilon: f64) -> Vec<f64> {
        let layer = Coordinates::standard(Arc::new(Activations::from_rows(rows).unwrap()));
        let spec = SweepSpec {
            epsilon: Epsilon::new(epsilon).unwrap(),
            grid: AngleGrid::new(361).unwrap(),
            sign: Sign::Unsigned,
            planes: PlaneSet::new(layer.basis(), PlaneMode::Combinations, None),
        };
        let never = AtomicBool::new(false);
        light_shares(&sweep(&layer, &spec, &never, &mut ()).unwrap())
    }

    #[test]
    fn each_plane_shares_its_light_among_its_two() {
        // The first row lights (0, 1) only; the second, an axis, each plane with it.
        let rows = [vec![1.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]];
        let found = shares(&rows, 0.9);
        for (share, expected) in found.iter().zip([2.0 / 6.0, 2.0 / 6.0, 2.0 / 6.0]) {
            assert!((share - expected).abs() < 1e-12, "{found:?}");
        }
        let found = shares(&rows[..1], 0.9);
        assert_eq!(found, [0.5, 0.5, 0.0]);
    }

    #[test]
    fn dark_planes_have_no_shares() {
        assert_eq!(shares(&[vec![1.0, 1.0, 1.0, 1.0]], 0.9), [0.0; 4]);
    }
}

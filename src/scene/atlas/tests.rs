use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::srm::{
    Activations, AngleGrid, Coordinates, Draw, Epsilon, PlaneMode, Sign, Subset, SweepSpec,
    UnitBasis, Values, sweep,
};

/// Seeded numbers without a pattern that matters.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

struct Case {
    sweep: Sweep,
    degenerate: Vec<(u32, u32)>,
    /// Those with cells.
    vectors: Vec<u32>,
}

/// A swept layer of `samples × neurons`, in a basis of `vectors` if not the standard one.
fn case(shape: [usize; 2], vectors: Option<usize>, mode: PlaneMode, draw: Option<Draw>) -> Case {
    let neurons = shape[1];
    case_among(
        shape,
        vectors,
        mode,
        draw,
        0..vectors.unwrap_or(neurons) as u32,
    )
}

/// The same with planes among some of the vectors only.
fn case_among(
    [samples, neurons]: [usize; 2],
    vectors: Option<usize>,
    mode: PlaneMode,
    draw: Option<Draw>,
    among: impl IntoIterator<Item = u32>,
) -> Case {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut values: Vec<f64> = (0..samples * neurons).map(|_| noise.next()).collect();
    // A strong neuron here and there, so that planes differ.
    for (k, value) in values.iter_mut().enumerate() {
        if k % 7 == 0 {
            *value *= 6.0;
        }
    }
    let activations = Activations::new(Values::F64(values), samples, neurons).unwrap();
    let basis = match vectors {
        None => UnitBasis::standard(neurons).unwrap(),
        Some(vectors) => {
            let mut rows: Vec<f64> = (0..vectors * neurons).map(|_| noise.next()).collect();
            // The last is the first again, turned round.
            let first: Vec<f64> = rows[..neurons].iter().map(|value| -value).collect();
            rows[(vectors - 1) * neurons..].copy_from_slice(&first);
            UnitBasis::dense(rows, vectors, neurons).unwrap()
        }
    };
    let subset = Subset::of(basis.len(), among).unwrap();
    let basis = Arc::new(basis);
    let running = AtomicBool::new(false);
    let coordinates = Coordinates::prepare(Arc::new(activations), Arc::clone(&basis), &running)
        .unwrap()
        .unwrap();
    let spec = SweepSpec {
        epsilon: Epsilon::new(0.55).unwrap(),
        grid: AngleGrid::new(37).unwrap(),
        sign: Sign::Unsigned,
        planes: PlaneSet::among(&subset, &basis, mode, draw),
    };
    Case {
        sweep: sweep(&coordinates, &spec, &running, &mut ()).unwrap(),
        degenerate: basis.degenerate_pairs().to_vec(),
        vectors: subset.iter().collect(),
    }
}

impl Case {
    fn atlas(&self, quantity: Quantity, order: AtlasOrder) -> Atlas {
        let source = AtlasSource {
            sweep: &self.sweep,
            degenerate: &self.degenerate,
            quantity,
            order,
            scale: ColorScale::Sqrt,
            most: None,
        };
        atlas(&source, &mut || true).unwrap()
    }

    /// The code of a cell by the plainest way there is.
    fn plain(&self, atlas: &Atlas, cell: [usize; 2]) -> u8 {
        let source = AtlasSource {
            sweep: &self.sweep,
            degenerate: &self.degenerate,
            quantity: atlas.quantity,
            order: atlas.order,
            scale: ColorScale::Sqrt,
            most: None,
        };
        let Some(plane) = atlas.plane(cell) else {
            return codes::NO_PLANE;
        };
        let pair = (plane.i.min(plane.j), plane.i.max(plane.j));
        match position(&self.sweep.spec.planes, plane) {
            _ if self.degenerate.contains(&pair) => codes::NO_PLANE,
            None => codes::NOT_SWEPT,
            Some(index) => Coder::new(&source).code(&self.sweep.records, index),
        }
    }
}

fn cases() -> Vec<Case> {
    let draw = |max_planes| {
        Some(Draw {
            max_planes,
            seed: 5,
        })
    };
    vec![
        case([120, 2], None, PlaneMode::Combinations, None),
        case([120, 33], None, PlaneMode::Combinations, None),
        case([150, 45], None, PlaneMode::Permutations, None),
        case([90, 6], Some(37), PlaneMode::Combinations, None),
        case([90, 6], Some(37), PlaneMode::Permutations, None),
        case([90, 40], None, PlaneMode::Combinations, draw(100)),
        case([90, 6], Some(35), PlaneMode::Permutations, draw(100)),
        case_among(
            [90, 40],
            None,
            PlaneMode::Combinations,
            None,
            [3, 4, 5, 20, 39],
        ),
        case_among(
            [90, 40],
            None,
            PlaneMode::Permutations,
            draw(200),
            (0..40).step_by(2),
        ),
        case_among(
            [90, 6],
            Some(37),
            PlaneMode::Combinations,
            None,
            (0..37).step_by(3),
        ),
        case_among(
            [90, 6],
            Some(37),
            PlaneMode::Permutations,
            draw(50),
            (0..37).step_by(3),
        ),
    ]
}

#[test]
fn every_cell_is_its_planes_and_both_halves_are_alike() {
    for case in cases() {
        for quantity in Quantity::ALL {
            for order in [AtlasOrder::Index, AtlasOrder::Sum] {
                let atlas = case.atlas(quantity, order);
                let finest = &atlas.levels[0];
                let mut sorted = atlas.vectors.clone();
                sorted.sort_unstable();
                assert_eq!(sorted, case.vectors);
                assert_eq!((finest.side, finest.shift), (case.vectors.len(), 0));
                for row in 0..atlas.side {
                    for column in 0..atlas.side {
                        let cell = [row, column];
                        assert_eq!(finest.at(cell), case.plain(&atlas, cell), "{cell:?}");
                        assert_eq!(finest.at(cell), finest.at([column, row]));
                    }
                }
            }
        }
    }
}

#[test]
fn every_level_has_the_extremes_of_its_blocks() {
    let mut noise = Noise(77);
    for side in [1usize, 2, 31, 32, 33, 64, 65, 127, 130, 200] {
        let vectors: Vec<u32> = (0..side as u32).rev().collect();
        let triangle = codes::Triangle::of(side, |_, _| (noise.next().abs() * 255.0) as u8);
        for most_side in [8192, 100, 16] {
            let levels =
                levels::levels_within(&triangle, &vectors, most_side, &mut || true).unwrap();
            assert!(levels[0].side <= most_side);
            assert!(levels.last().unwrap().side <= 32);
            for level in &levels {
                let width = 1 << level.shift;
                assert_eq!(level.side, side.div_ceil(width));
                for row in 0..level.side {
                    for column in 0..level.side {
                        let block = |first: usize| first * width..((first + 1) * width).min(side);
                        let expected = block(row)
                            .flat_map(|r| block(column).map(move |c| (r, c)))
                            .map(|(r, c)| triangle.at(vectors[r], vectors[c]))
                            .max();
                        assert_eq!(Some(level.at([row, column])), expected);
                    }
                }
            }
        }
    }
}

#[test]
fn vectors_stand_by_the_sums_of_their_rows() {
    for case in cases() {
        for quantity in Quantity::ALL {
            let atlas = case.atlas(quantity, AtlasOrder::Sum);
            let mean = |vector: u32| {
                let values: Vec<i64> = (0..case.sweep.records.len())
                    .filter(|&index| {
                        let plane = case.sweep.spec.planes.get(index);
                        plane.i == vector || plane.j == vector
                    })
                    .map(|index| quantity.summand(&case.sweep.records, index))
                    .collect();
                if values.is_empty() {
                    return f64::NEG_INFINITY;
                }
                values.iter().sum::<i64>() as f64 / values.len() as f64
            };
            let means: Vec<f64> = atlas.vectors.iter().map(|&v| mean(v)).collect();
            assert!(means.is_sorted_by(|a, b| a >= b), "{quantity:?} {means:?}");
            for (place, &vector) in atlas.vectors.iter().enumerate() {
                assert_eq!(atlas.places[vector as usize] as usize, place);
            }
        }
    }
}

#[test]
fn the_most_extreme_of_a_block_is_a_plane_of_it_and_none_is_more_so() {
    let case = case([150, 45], None, PlaneMode::Combinations, None);
    for quantity in Quantity::ALL {
        let atlas = case.atlas(quantity, AtlasOrder::Sum);
        let size = |cell: [usize; 2]| {
            let index = position(&case.sweep.spec.planes, atlas.plane(cell)?)?;
            let record = case.sweep.records.get(index)?;
            Some(quantity.extremity(&record, case.sweep.n_samples))
        };
        for cell in [[0, 0], [3, 17], [44, 44], [44, 2], [20, 21]] {
            for (level, block) in atlas.levels.iter().enumerate() {
                let width = 1 << block.shift;
                let found = atlas.most_extreme(&case.sweep, level, cell);
                assert_eq!(found.map(|p| p / width), cell.map(|p| p / width));
                let first = cell.map(|p| p / width * width);
                let last = first.map(|p| (p + width).min(atlas.side));
                let best = (first[0]..last[0])
                    .flat_map(|r| (first[1]..last[1]).map(move |c| [r, c]))
                    .filter_map(size)
                    .reduce(|a, b| if b > a { b } else { a });
                assert_eq!(size(found), best, "{quantity:?} {cell:?} {level}");
            }
        }
    }
}

#[test]
fn a_pixel_never_has_more_blocks_than_it_can_show() {
    let case = case([40, 200], None, PlaneMode::Combinations, None);
    let atlas = case.atlas(Quantity::Peak, AtlasOrder::Index);
    assert_eq!(atlas.level_for(1.0), 0);
    assert_eq!(atlas.level_for(24.0), 0);
    assert_eq!(atlas.level_for(0.51), 1);
    assert_eq!(atlas.level_for(0.49), 2);
    assert_eq!(atlas.level_for(0.001), atlas.levels.len() - 1);
}

#[test]
fn what_is_not_drawn_and_what_is_no_plane_are_counted() {
    let draw = Draw {
        max_planes: 100,
        seed: 5,
    };
    let case = case([90, 6], Some(35), PlaneMode::Combinations, Some(draw));
    let atlas = case.atlas(Quantity::Lit, AtlasOrder::Index);
    assert_eq!(
        (atlas.planes, atlas.not_swept, atlas.degenerate),
        (100, 35 * 34 / 2 - 1 - 100, 1)
    );
    let dark = case.sweep.records.iter().filter(|r| r.lit == 0).count();
    assert_eq!(atlas.dark, dark);
}

#[test]
fn it_ends_soon_after_it_is_called_off() {
    let case = case([40, 60], None, PlaneMode::Combinations, None);
    for quantity in Quantity::ALL {
        for asked in 0..4 {
            let source = AtlasSource {
                sweep: &case.sweep,
                degenerate: &case.degenerate,
                quantity,
                order: AtlasOrder::Sum,
                scale: ColorScale::Linear,
                most: None,
            };
            let mut left = asked;
            let stopped = atlas(&source, &mut || {
                let go_on = left > 0;
                left -= 1;
                go_on
            });
            assert!(stopped.is_none());
        }
    }
}

#[test]
fn vectors_that_are_left_out_have_no_cell() {
    let (mode, among) = (PlaneMode::Combinations, [0, 2, 5, 36]);
    let case = case_among([90, 6], Some(37), mode, None, among);
    let atlas = case.atlas(Quantity::Lit, AtlasOrder::Index);
    assert_eq!((atlas.side, &atlas.vectors[..]), (4, &among[..]));
    // The first and the last are parallel.
    assert_eq!((atlas.planes, atlas.not_swept, atlas.degenerate), (5, 0, 1));
    assert_eq!(atlas.plane([1, 3]), Some(Plane { i: 2, j: 36 }));
    assert_eq!(atlas.cell(Plane { i: 2, j: 36 }), Some([1, 3]));
    assert_eq!(atlas.cell(Plane { i: 2, j: 35 }), None);
    assert_eq!(atlas.cell(Plane { i: 2, j: 37 }), None);
}

//! Work that is called off stops, and says so.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use followspot::srm::{
    Block, Cancelled, Coordinates, Observer, PlaneMode, UnitBasis, curve, overview, sweep,
};

use crate::cases::Normal;
use crate::common::{coordinates, spec};
use crate::plain::{plane, sign};

/// 20,000 × 64: 2,016 planes, far more than one block of them.
fn big_layer() -> Coordinates {
    coordinates(&Normal::new(7).rows(20_000, 64), None)
}

/// Calls off at its first block: by the flag, or by breaking.
struct Impatient<'a> {
    flag: Option<&'a AtomicBool>,
    blocks: &'a AtomicUsize,
}

impl Observer for Impatient<'_> {
    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        assert!(
            block.done < block.total,
            "too small a layer to be called off"
        );
        self.blocks.fetch_add(1, Ordering::Relaxed);
        match self.flag {
            Some(flag) => {
                flag.store(true, Ordering::Relaxed);
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        }
    }
}

#[test]
fn sweeps_stop_at_the_flag() {
    let layer = big_layer();
    let spec = spec(&layer, 0.3, 361, PlaneMode::Permutations, sign(true));
    let set = AtomicBool::new(true);
    let blocks = AtomicUsize::new(0);
    let mut observer = Impatient {
        flag: None,
        blocks: &blocks,
    };
    assert_eq!(sweep(&layer, &spec, &set, &mut observer), Err(Cancelled));
    assert_eq!(blocks.load(Ordering::Relaxed), 0, "nothing was reported");
}

#[test]
fn running_sweeps_stop_too() {
    let layer = big_layer();
    let spec = spec(&layer, 0.3, 361, PlaneMode::Permutations, sign(true));
    for by_flag in [true, false] {
        let flag = AtomicBool::new(false);
        let blocks = AtomicUsize::new(0);
        let mut observer = Impatient {
            flag: by_flag.then_some(&flag),
            blocks: &blocks,
        };
        assert_eq!(sweep(&layer, &spec, &flag, &mut observer), Err(Cancelled));
        assert_eq!(
            blocks.load(Ordering::Relaxed),
            1,
            "no block after the first"
        );
    }
}

#[test]
fn curves_and_overviews_stop_at_the_flag() {
    let layer = big_layer();
    let spec = spec(&layer, 0.3, 361, PlaneMode::Combinations, sign(false));
    let set = AtomicBool::new(true);
    let curve = curve(
        &layer,
        plane((3, 5)),
        spec.epsilon,
        &spec.grid,
        spec.sign,
        &set,
    );
    assert_eq!(curve, Err(Cancelled));
    assert_eq!(overview(&layer, &set), Err(Cancelled));
    let basis = Normal::new(8).rows(70, 4);
    let dense = coordinates(&Normal::new(9).rows(3_000, 4), Some(&basis));
    assert_eq!(overview(&dense, &set), Err(Cancelled));
}

#[test]
fn a_basis_and_the_coordinates_in_it_stop_at_the_flag() {
    let set = AtomicBool::new(true);
    let never = AtomicBool::new(false);
    let values = || Normal::new(3).rows(40, 30).concat();
    let called_off = UnitBasis::dense_cancellable(values(), 40, 30, &set);
    assert_eq!(called_off, Ok(Err(Cancelled)));
    let basis = UnitBasis::dense_cancellable(values(), 40, 30, &never);
    let basis = basis.unwrap().unwrap();
    assert_eq!(Ok(&basis), UnitBasis::dense(values(), 40, 30).as_ref());
    // More than one block of samples.
    let layer = coordinates(&Normal::new(7).rows(700, 30), None);
    let prepare = |cancel| {
        let activations = Arc::clone(layer.activations());
        Coordinates::prepare(activations, Arc::new(basis.clone()), cancel).unwrap()
    };
    assert!(prepare(&set).is_err());
    let layer = prepare(&never).unwrap();
    assert_eq!(overview(&layer, &set), Err(Cancelled));
}

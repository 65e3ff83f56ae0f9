//! The test by rotation: what is known so far is said again and again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::message::{Layer, Message, WindowWorker};
use super::{Context, Generation, Lane};
use crate::srm::{
    Cancelled, CurveBand, Interval, RotatedCounts, RotationSpec, RotationTest, SampleCounts,
    Standing,
};

/// Between two reports.
const BETWEEN: Duration = Duration::from_millis(150);

/// How an alignment stands among random rotations.
#[derive(Clone, Copy, Debug)]
pub struct Tested {
    /// The alignment index.
    pub index: f64,
    /// Its bootstrap interval, where it is known.
    pub interval: Option<Interval>,
    /// Samples behind it, likewise.
    pub lit: Option<u64>,
    /// The contrast among those of the rotations.
    pub contrast: Standing,
}

/// A test as far as it has come.
#[derive(Clone, Debug)]
pub struct RotationView {
    /// Number of the layer.
    pub layer: u64,
    /// Rotations that were asked for.
    pub wanted: u32,
    /// All planes together.
    pub whole: Tested,
    /// The selected plane.
    pub plane: Option<Tested>,
    /// Mean excess kurtosis among those of the rotations.
    pub kurtosis: Standing,
    /// Where 95% of the selected plane's rotated curves lie.
    pub band: CurveBand,
}

/// Asks for a test of a layer by so many rotations.
pub fn test_alignment(
    worker: &WindowWorker,
    layer: &Arc<Layer>,
    spec: RotationSpec,
    rotations: u32,
) -> Generation {
    let layer = Arc::clone(layer);
    worker.submit(Lane::Test, "Testing by rotation", move |context| {
        // What was said before stays, so a test that is called off needs no word.
        let _ = run(&layer, spec, rotations, context);
    })
}

fn run(
    layer: &Layer,
    spec: RotationSpec,
    rotations: u32,
    context: &Context<Message>,
) -> Result<(), Cancelled> {
    let cancel = context.cancel();
    context.progress(0, rotations as usize);
    let seed = spec.seed;
    let mut test = RotationTest::begin(&layer.coordinates, spec, cancel)?;
    let interval = |samples: &SampleCounts| samples.index_interval(seed);
    let whole = test.samples.as_ref().map(interval);
    let plane = test.plane.as_ref().map(|plane| interval(&plane.samples));
    let mut told = Instant::now();
    for done in 1..=rotations as usize {
        test.rotate(cancel)?;
        context.progress(done, rotations as usize);
        if done < rotations as usize && told.elapsed() < BETWEEN {
            continue;
        }
        let tested = |counts: &RotatedCounts, samples: Option<&SampleCounts>, interval| Tested {
            index: counts.alignment().index(),
            interval,
            lit: samples.map(SampleCounts::lit),
            contrast: counts.contrast(),
        };
        let of_plane = test.plane.as_ref();
        context.say(Message::Tested(Box::new(RotationView {
            layer: layer.id,
            wanted: rotations,
            whole: tested(&test.layer, test.samples.as_ref(), whole),
            plane: of_plane.map(|of| tested(&of.counts, Some(&of.samples), plane)),
            kurtosis: test.kurtosis.mean(),
            band: of_plane.map_or_else(CurveBand::default, |of| of.curves.band()),
        })));
        told = Instant::now();
    }
    Ok(())
}

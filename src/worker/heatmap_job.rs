//! The heatmap and the picture behind the ensemble, from a finished sweep.

use super::message::{Heatmap, Layer, Message, WindowWorker};
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{Context, Generation, Lane};
use crate::scene::{self, Aggregate, ColorMap, ColorScale, PlaneOrder};
use crate::srm::{Block, Observer, Sign, Sweep, sweep};

/// Most curves drawn faintly behind the ensemble.
pub const MOST_FAINT_CURVES: usize = 500;

/// Pixels of the picture behind the ensemble.
const BUNDLE_PIXELS: [usize; 2] = [900, 400];

/// What a heatmap is made from.
#[derive(Clone, Debug)]
pub struct HeatmapRequest {
    /// The layer that was swept.
    pub layer: Arc<Layer>,
    /// The sweep.
    pub sweep: Arc<Sweep>,
    /// Its curves, where they were kept.
    pub counts: Option<Arc<Vec<i32>>>,
    /// Order of the rows.
    pub kind: PlaneOrder,
    /// Rows that the screen has room for.
    pub pixels: usize,
    /// Colour map.
    pub map: ColorMap,
    /// Colour scale.
    pub scale: ColorScale,
    /// The heatmap at hand, if only its colours change.
    pub recolour: Option<Heatmap>,
}

/// Asks for a heatmap.
pub fn heatmap(worker: &WindowWorker, request: HeatmapRequest) -> Generation {
    worker.submit(Lane::Heatmap, "Drawing the planes", move |context| {
        if let Some(heatmap) = run_heatmap(&request, context) {
            context.say(Message::Heatmap(heatmap));
        }
    })
}

fn run_heatmap(request: &HeatmapRequest, context: &Context<Message>) -> Option<Heatmap> {
    let signed = request.sweep.spec.sign == Sign::Signed;
    let colour = |aggregate: &Aggregate| {
        Arc::new(scene::raster(aggregate, request.map, request.scale, signed))
    };
    if let Some(old) = &request.recolour {
        return Some(Heatmap {
            raster: colour(&old.aggregate),
            ..old.clone()
        });
    }
    let sweep = &request.sweep;
    let planes = sweep.records.len();
    let angles = sweep.spec.grid.count();
    let order = scene::order(sweep, request.kind, request.pixels);
    context.yield_now();
    // The curves behind the ensemble are spread over the planes by their peaks,
    // whatever the order of the rows, so that the highest is always among them.
    let other;
    let by_peak = if request.kind == PlaneOrder::Peak {
        &order
    } else {
        other = scene::order(sweep, PlaneOrder::Peak, request.pixels);
        &other
    };
    let stride = by_peak.drawn.div_ceil(MOST_FAINT_CURVES).max(1);
    let chosen: HashSet<u32> = by_peak.records[..by_peak.drawn]
        .iter()
        .step_by(stride)
        .copied()
        .collect();
    context.yield_now();
    let mut places = vec![0u32; planes];
    for (place, &index) in (0u32..).zip(&order.records) {
        places[index as usize] = place;
    }
    let mut rows = Rows {
        context,
        places,
        aggregate: Aggregate::new(order.drawn, request.pixels, angles),
        chosen,
        faint: Vec::new(),
        n_samples: sweep.n_samples,
        angles,
    };
    match &request.counts {
        Some(counts) => {
            for (index, curve) in counts.chunks_exact(angles).enumerate() {
                if index % 4096 == 0 {
                    context.yield_now();
                    if context.cancel().load(Relaxed) {
                        return None;
                    }
                }
                rows.add(index, curve.iter().copied());
            }
        }
        None => {
            sweep_again(request, &mut rows)?;
        }
    }
    let low = sweep.ensemble.min.iter().copied().fold(0.0, f64::min);
    let high = sweep.ensemble.max.iter().copied().fold(0.0, f64::max);
    let high = if high > low { high } else { low + 1.0 };
    // Few curves are drawn firmly, many faintly.
    let opacity = (6.0 / (rows.faint.len() as f32).sqrt()).clamp(0.12, 0.6);
    let faint = rows.faint.iter().map(Vec::as_slice);
    let bundle = scene::bundle(faint, BUNDLE_PIXELS, (low * 1.05, high * 1.05), opacity);
    Some(Heatmap {
        order: Arc::new(order),
        places: Arc::new(rows.places),
        kind: request.kind,
        raster: colour(&rows.aggregate),
        most: rows.aggregate.most(),
        layer: request.layer.id,
        n_samples: sweep.n_samples,
        signed,
        aggregate: Arc::new(rows.aggregate),
        bundle: Arc::new(bundle),
    })
}

/// The curves did not fit in memory: they are made anew, block by block.
fn sweep_again(request: &HeatmapRequest, rows: &mut Rows<'_>) -> Option<()> {
    let cancel = rows.context.cancel();
    sweep(
        &request.layer.coordinates,
        &request.sweep.spec,
        cancel,
        rows,
    )
    .ok()
    .map(|_| ())
}

/// Curves on their way into the heatmap and behind the ensemble.
struct Rows<'a> {
    context: &'a Context<Message>,
    /// Place in the order of each record.
    places: Vec<u32>,
    aggregate: Aggregate,
    /// Records whose curves are drawn faintly.
    chosen: HashSet<u32>,
    faint: Vec<Vec<f32>>,
    n_samples: usize,
    angles: usize,
}

impl Rows<'_> {
    fn add(&mut self, index: usize, curve: impl Iterator<Item = i32> + Clone) {
        let place = self.places[index] as usize;
        if place >= self.aggregate.planes {
            return;
        }
        if self.chosen.contains(&(index as u32)) {
            let n = self.n_samples as f32;
            self.faint
                .push(curve.clone().map(|c| c as f32 / n).collect());
        }
        self.aggregate.add(place, curve);
    }
}

impl Observer for Rows<'_> {
    fn wants_curves(&self) -> bool {
        true
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        for (offset, curve) in block.curves.chunks_exact(self.angles).enumerate() {
            self.add(block.first + offset, curve.iter().copied());
        }
        self.context.progress(block.done, block.total);
        self.context.yield_now();
        ControlFlow::Continue(())
    }
}

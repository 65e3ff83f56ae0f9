//! The heatmap and the picture behind the ensemble, from a finished sweep.

use super::message::{Heatmap, Message, WindowWorker};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{Context, Generation, Lane};
use crate::scene::{
    self, Aggregate, ColorMap, ColorScale, CurveBundle, Order, PlaneOrder, Raster, RowSpan,
};
use crate::srm::{Block, Observer, PlaneSet, Sign, Significance, Spotlight, Sweep};

/// Most curves drawn faintly behind the ensemble.
pub const MOST_FAINT_CURVES: usize = 500;

/// Pixels of the picture behind the ensemble.
const BUNDLE_PIXELS: [usize; 2] = [900, 400];

/// So few of a sample's planes are not worth a picture when zoomed to.
const FEWEST_OF_SAMPLE: usize = 64;

/// How a heatmap is to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Order of the rows.
    pub kind: PlaneOrder,
    /// Rows that the screen has room for.
    pub pixels: usize,
    /// Which planes of the order.
    pub span: RowSpan,
    /// Colour map.
    pub map: ColorMap,
    /// Colour scale.
    pub scale: ColorScale,
    /// Only planes that are significant at that rate of false discoveries, where planes
    /// are judged.
    pub significant: Option<f64>,
}

impl Look {
    /// Whether enough of a sweep's planes would be seen: a sample of all planes
    /// has next to none of those that one has zoomed to, and the picture before
    /// then shows more.
    #[must_use]
    pub fn suits(&self, sweep: &Sweep, drawn: usize) -> bool {
        !sweep.spec.planes.is_sampled()
            || self.span.is_whole()
            || self.span.places(drawn).len() >= FEWEST_OF_SAMPLE
    }

    /// Whether another look orders `planes` planes in the same way.
    fn orders_like(&self, other: &Self, planes: usize) -> bool {
        self.kind == other.kind
            && self.significant == other.significant
            && (planes > self.pixels) == (planes > other.pixels)
    }
}

/// What a heatmap is made from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Number of the layer that was swept.
    pub layer: u64,
    /// The sweep.
    pub sweep: Arc<Sweep>,
    /// What it was swept with: it makes curves anew.
    pub spotlight: Arc<Spotlight>,
    /// Its curves, where they were kept.
    pub counts: Option<Arc<Vec<i32>>>,
    /// Its planes against chance; `None` where they are not judged.
    pub significance: Option<Arc<Significance>>,
}

impl Source {
    /// The order of the rows, as they are to look.
    fn order(&self, look: Look, pause: &mut dyn FnMut() -> bool) -> Option<Order> {
        let sweep = &self.sweep;
        match look.significant.zip(self.significance.as_ref()) {
            None => scene::order(sweep, look.kind, look.pixels, pause),
            Some((rate, significance)) => {
                let least = significance.least_peak(rate).unwrap_or(i64::MAX);
                scene::order_of_significant(sweep, look.kind, least, pause)
            }
        }
    }
}

/// A heatmap that is asked for.
#[derive(Clone, Debug)]
pub struct HeatmapRequest {
    /// What it is made from.
    pub source: Source,
    /// How it is to look.
    pub look: Look,
    /// One of the same sweep, of which what can be kept is kept.
    pub known: Option<Heatmap>,
}

/// Asks for a heatmap: where many planes share a row, first one plane of each row.
pub fn heatmap(worker: &WindowWorker, request: HeatmapRequest) -> Generation {
    worker.submit(Lane::Heatmap, "Drawing the planes", move |context| {
        let say = |heatmap| context.say(Message::Heatmap(heatmap));
        if let Some(heatmap) = draw(&request, context, say) {
            say(heatmap);
        }
    })
}

/// Draws a heatmap; `first` is shown one that is not exact yet. `None` once nobody
/// waits for it any more.
pub(super) fn draw(
    request: &HeatmapRequest,
    context: &Context<Message>,
    first: impl FnOnce(Heatmap),
) -> Option<Heatmap> {
    let (look, sweep) = (request.look, &request.source.sweep);
    let planes = sweep.records.len();
    let known = request
        .known
        .as_ref()
        .filter(|known| known.look.orders_like(&look, planes));
    if let Some(known) = known
        && !known.is_coarse
        && (known.look.span, known.look.pixels) == (look.span, look.pixels)
    {
        let raster = colour(&known.aggregate, look, known.signed);
        return Some(Heatmap {
            look,
            raster,
            ..known.clone()
        });
    }
    let (order, places) = match known {
        Some(known) => (Arc::clone(&known.order), Arc::clone(&known.places)),
        None => ordered(&request.source, look, context)?,
    };
    let maker = Maker {
        request,
        context,
        range: look.span.places(order.drawn),
        order,
        places,
    };
    let bundle = known.map(|known| Arc::clone(&known.bundle));
    match &request.source.counts {
        Some(counts) => maker.with_kept(counts, bundle),
        None => maker.with_new(bundle, first),
    }
}

fn colour(aggregate: &Aggregate, look: Look, signed: bool) -> Arc<Raster> {
    Arc::new(scene::raster(aggregate, look.map, look.scale, signed))
}

/// The order of the rows, and the place in it of each record.
fn ordered(
    source: &Source,
    look: Look,
    context: &Context<Message>,
) -> Option<(Arc<Order>, Arc<Vec<u32>>)> {
    let mut pause = || pause(context);
    let order = source.order(look, &mut pause)?;
    let mut places = vec![0u32; order.records.len()];
    for (place, &index) in (0u32..).zip(&order.records) {
        places[index as usize] = place;
    }
    pause().then(|| (Arc::new(order), Arc::new(places)))
}

/// Serves what is more urgent; whether anybody still waits for this.
fn pause(context: &Context<Message>) -> bool {
    context.yield_now();
    !context.cancel().load(Relaxed)
}

/// A heatmap on its way.
struct Maker<'a> {
    request: &'a HeatmapRequest,
    context: &'a Context<Message>,
    order: Arc<Order>,
    places: Arc<Vec<u32>>,
    /// Places in the order that are looked at.
    range: Range<usize>,
}

impl Maker<'_> {
    fn sweep(&self) -> &Sweep {
        &self.request.source.sweep
    }

    fn angles(&self) -> usize {
        self.sweep().spec.grid.count()
    }

    fn empty(&self) -> Aggregate {
        let pixels = self.request.look.pixels;
        Aggregate::new(self.range.clone(), pixels, self.angles())
    }

    fn with_kept(self, counts: &[i32], bundle: Option<Arc<CurveBundle>>) -> Option<Heatmap> {
        let angles = self.angles();
        let bundle = if let Some(bundle) = bundle {
            bundle
        } else {
            let curve = |index: u32| &counts[index as usize * angles..][..angles];
            let chosen = self.faint_planes()?;
            let n = self.sweep().n_samples as f32;
            let fractions = |index| curve(index).iter().map(|&c| c as f32 / n).collect();
            let faint: Vec<Vec<f32>> = chosen.into_iter().map(fractions).collect();
            self.bundle(&faint)
        };
        if !pause(self.context) {
            return None;
        }
        let mut aggregate = self.empty();
        aggregate.add_kept(&self.order.records, counts);
        Some(self.finish(aggregate, bundle, false))
    }

    /// The curves did not fit in memory: those of the rows are made anew, first
    /// that of each row's first plane, along with those behind the ensemble.
    fn with_new(
        self,
        bundle: Option<Arc<CurveBundle>>,
        first: impl FnOnce(Heatmap),
    ) -> Option<Heatmap> {
        let mut rows = Rows {
            context: self.context,
            aggregate: self.empty(),
            places: Vec::new(),
            chosen: Vec::new(),
            faint: Vec::new(),
            n_samples: self.sweep().n_samples,
            angles: self.angles(),
        };
        let heads = (0..rows.aggregate.rows).map(|row| rows.aggregate.block(row).start);
        let mut heads: Vec<u32> = heads.map(|place| self.order.records[place]).collect();
        heads.sort_unstable();
        let exact = heads.len() == self.range.len();
        let chosen = match bundle {
            Some(_) => Vec::new(),
            None => self.faint_planes()?,
        };
        self.sweep_again(&mut rows, heads, &chosen)?;
        let bundle = bundle.unwrap_or_else(|| self.bundle(&std::mem::take(&mut rows.faint)));
        let aggregate = std::mem::replace(&mut rows.aggregate, self.empty());
        if exact {
            return Some(self.finish(aggregate, bundle, false));
        }
        first(self.finish(aggregate, Arc::clone(&bundle), true));
        self.sweep_again(&mut rows, self.looked_at(), &[])?;
        Some(self.finish(rows.aggregate, bundle, false))
    }

    /// The records that are looked at, ascending.
    fn looked_at(&self) -> Vec<u32> {
        if self.range.len() * 64 > self.places.len() {
            let is_seen = |place: &u32| self.range.contains(&(*place as usize));
            let places = (0u32..).zip(&*self.places);
            return places
                .filter(|(_, place)| is_seen(place))
                .map(|(record, _)| record)
                .collect();
        }
        let mut records = self.order.records[self.range.clone()].to_vec();
        records.sort_unstable();
        records
    }

    /// Makes the curves of those records, which ascend: of `shown` for the rows, of
    /// `chosen` for behind the ensemble.
    fn sweep_again(&self, rows: &mut Rows<'_>, shown: Vec<u32>, chosen: &[u32]) -> Option<()> {
        let planes = &self.sweep().spec.planes;
        let place_of = |record: &u32| self.places[*record as usize];
        let mut records = shown;
        if chosen.is_empty() {
            rows.places = records.iter().map(place_of).collect();
        } else {
            let shown = records.clone();
            records.extend(chosen);
            records.sort_unstable();
            records.dedup();
            let is_shown = |record| shown.binary_search(record).is_ok();
            let place = |record| is_shown(record).then(|| place_of(record));
            let places = records
                .iter()
                .map(|record| place(record).unwrap_or(u32::MAX));
            rows.places = places.collect();
        }
        let place_in_set = |record| records.binary_search(record).ok();
        rows.chosen = chosen.iter().filter_map(place_in_set).collect();
        rows.chosen.sort_unstable();
        let set: PlaneSet = if records.len() == planes.len() {
            planes.clone()
        } else {
            planes.part(&records)
        };
        drop(records);
        if !pause(self.context) {
            return None;
        }
        let cancel = self.context.cancel();
        let spotlight = &self.request.source.spotlight;
        spotlight.sweep(&set, cancel, rows).ok()?;
        Some(())
    }

    /// Records of the curves behind the ensemble: spread over the planes by their
    /// peaks, whatever the order of the rows, so that the highest is among them.
    fn faint_planes(&self) -> Option<Vec<u32>> {
        let other;
        let look = self.request.look;
        let by_peak = if look.kind == PlaneOrder::Peak && look.significant.is_none() {
            &*self.order
        } else {
            let mut pause = || pause(self.context);
            other = scene::order(self.sweep(), PlaneOrder::Peak, look.pixels, &mut pause)?;
            &other
        };
        let stride = by_peak.drawn.div_ceil(MOST_FAINT_CURVES).max(1);
        let drawn = &by_peak.records[..by_peak.drawn];
        Some(drawn.iter().step_by(stride).copied().collect())
    }

    fn bundle(&self, faint: &[Vec<f32>]) -> Arc<CurveBundle> {
        let ensemble = &self.sweep().ensemble;
        let low = ensemble.min.iter().copied().fold(0.0, f64::min);
        let high = ensemble.max.iter().copied().fold(0.0, f64::max);
        let high = if high > low { high } else { low + 1.0 };
        // Few curves are drawn firmly, many faintly.
        let opacity = (6.0 / (faint.len() as f32).sqrt()).clamp(0.12, 0.6);
        let heights = (low * 1.05, high * 1.05);
        Arc::new(scene::bundle(faint, BUNDLE_PIXELS, heights, opacity))
    }

    fn finish(&self, aggregate: Aggregate, bundle: Arc<CurveBundle>, is_coarse: bool) -> Heatmap {
        let sweep = self.sweep();
        let signed = sweep.spec.sign == Sign::Signed;
        Heatmap {
            order: Arc::clone(&self.order),
            places: Arc::clone(&self.places),
            planes: sweep.spec.planes.clone(),
            look: self.request.look,
            raster: colour(&aggregate, self.request.look, signed),
            most: aggregate.most(),
            layer: self.request.source.layer,
            n_samples: sweep.n_samples,
            signed,
            is_coarse,
            aggregate: Arc::new(aggregate),
            bundle,
        }
    }
}

/// Curves of a set of planes on their way into the heatmap and behind the ensemble.
struct Rows<'a> {
    context: &'a Context<Message>,
    aggregate: Aggregate,
    /// Place in the order of each plane of the set; none for those not shown.
    places: Vec<u32>,
    /// Planes of the set whose curves are drawn faintly, ascending.
    chosen: Vec<usize>,
    faint: Vec<Vec<f32>>,
    n_samples: usize,
    angles: usize,
}

impl Observer for Rows<'_> {
    fn wants_curves(&self) -> bool {
        true
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        let (curves, angles) = (block.curves, self.angles);
        let planes = curves.len() / angles;
        let places = &self.places[block.first..block.first + planes];
        self.aggregate.add_all(places, curves);
        let n = self.n_samples as f32;
        let from = self.chosen.partition_point(|&plane| plane < block.first);
        for &plane in &self.chosen[from..] {
            let Some(curve) = curves.chunks_exact(angles).nth(plane - block.first) else {
                break;
            };
            self.faint
                .push(curve.iter().map(|&c| c as f32 / n).collect());
        }
        self.context.progress(block.done, block.total);
        self.context.yield_now();
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests;

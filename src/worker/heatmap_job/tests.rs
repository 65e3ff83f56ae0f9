use super::*;
use crate::data;
use crate::scene::enough_light;
use crate::srm::{AngleGrid, Epsilon, PlaneMode, PlaneRecord, Significance};
use crate::worker::Event;
use crate::worker::message::Layer;
use crate::worker::source_file::SourceFile;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Keeps all curves.
struct Keep(Vec<i32>);

impl Observer for Keep {
    fn wants_curves(&self) -> bool {
        true
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        self.0.extend_from_slice(block.curves);
        ControlFlow::Continue(())
    }
}

/// The bundled sample, swept, with its curves.
fn swept(epsilon: f64, sign: Sign) -> Source {
    let cancel = AtomicBool::new(false);
    let dump = data::sample().unwrap();
    let file = SourceFile::of_dump(&dump);
    let layer = Layer::new(dump, file, None, &cancel).unwrap();
    let (coordinates, grid) = (&layer.coordinates, AngleGrid::new(73).unwrap());
    let epsilon = Epsilon::clamped(epsilon);
    let spotlight = Spotlight::new(coordinates, epsilon, &grid, sign, &cancel).unwrap();
    let planes = PlaneSet::new(coordinates.basis(), PlaneMode::Combinations, None);
    let mut kept = Keep(Vec::new());
    let sweep = spotlight.sweep(&planes, &cancel, &mut kept).unwrap();
    let activations = coordinates.activations();
    let significance = Significance::of(&sweep, activations.n_neurons(), activations.zero_rows());
    let significance = significance.map(Arc::new);
    Source {
        layer: layer.id,
        sweep: Arc::new(sweep),
        spotlight: Arc::new(spotlight),
        counts: Some(Arc::new(kept.0)),
        significance,
    }
}

fn look(kind: PlaneOrder, pixels: usize, span: RowSpan) -> Look {
    Look {
        significant: None,
        kind,
        pixels,
        span,
        map: ColorMap::Viridis,
        scale: ColorScale::Linear,
    }
}

/// The heatmaps that the worker says, in turn.
fn drawn(source: Source, look: Look, known: Option<Heatmap>) -> Vec<Heatmap> {
    let worker = WindowWorker::new(|| ()).unwrap();
    heatmap(
        &worker,
        HeatmapRequest {
            source,
            look,
            known,
        },
    );
    let (started, mut said) = (Instant::now(), Vec::new());
    while worker.is_busy(Lane::Heatmap) {
        assert!(started.elapsed() < Duration::from_mins(1));
        std::thread::yield_now();
    }
    while let Some(event) = worker.poll() {
        match event {
            Event::Said {
                message: Message::Heatmap(heatmap),
                ..
            } => said.push(heatmap),
            other => panic!("{other:?}"),
        }
    }
    said
}

#[test]
fn rows_made_anew_are_those_of_kept_curves_after_one_plane_of_each() {
    let zoomed = RowSpan::WHOLE.zoomed(3.0, 0.4, 276);
    let closest = RowSpan::WHOLE.zoomed(40.0, 0.1, 276);
    for sign in [Sign::Unsigned, Sign::Signed] {
        let source = swept(0.8, sign);
        let uncounted = Source {
            counts: None,
            ..source.clone()
        };
        for kind in PlaneOrder::ALL {
            let mut known: Option<Heatmap> = None;
            for span in [RowSpan::WHOLE, zoomed, closest] {
                let look = look(kind, 20, span);
                let kept = drawn(source.clone(), look, None);
                let anew = drawn(uncounted.clone(), look, known.clone());
                assert_eq!(kept.len(), 1);
                let (kept, last) = (&kept[0], anew.last().unwrap());
                assert_eq!(kept.order, last.order);
                assert_eq!(kept.aggregate, last.aggregate);
                assert_eq!(kept.raster, last.raster);
                assert_eq!(kept.bundle.drawn, last.bundle.drawn);
                let shared = kept.aggregate.planes_a_row() > 1;
                assert_eq!(anew.len(), 1 + usize::from(shared));
                assert!(!last.is_coarse && !kept.is_coarse);
                if shared {
                    check_coarse(&anew[0], &source);
                }
                known = Some(last.clone());
            }
        }
    }
}

/// Each row is the curve of its first plane.
fn check_coarse(heatmap: &Heatmap, source: &Source) {
    assert!(heatmap.is_coarse);
    let aggregate = &heatmap.aggregate;
    let counts = source.counts.as_ref().unwrap();
    for row in 0..aggregate.rows {
        let record = heatmap.order.records[aggregate.block(row).start] as usize;
        let curve = &counts[record * aggregate.angles..][..aggregate.angles];
        assert_eq!(
            &aggregate.counts[row * aggregate.columns..][..curve.len()],
            curve
        );
    }
}

#[test]
fn other_colours_keep_the_rows() {
    let source = swept(0.7, Sign::Unsigned);
    let before = look(PlaneOrder::Peak, 30, RowSpan::WHOLE);
    let first = drawn(source.clone(), before, None).remove(0);
    let map = ColorMap::Cividis;
    let again = drawn(source, Look { map, ..before }, Some(first.clone())).remove(0);
    assert!(Arc::ptr_eq(&first.aggregate, &again.aggregate));
    assert!(Arc::ptr_eq(&first.bundle, &again.bundle));
    assert_ne!(first.raster, again.raster);
}

#[test]
fn the_order_is_the_plain_one() {
    for (epsilon, sign) in [
        (0.7, Sign::Unsigned),
        (0.9, Sign::Signed),
        (0.97, Sign::Unsigned),
    ] {
        let sweep = swept(epsilon, sign).sweep;
        let records: Vec<PlaneRecord> = sweep.records.iter().collect();
        let enough = enough_light(sweep.n_samples);
        for pixels in [10, 1000] {
            for kind in PlaneOrder::ALL {
                let order = scene::order(&sweep, kind, pixels, &mut || true).unwrap();
                let lit = records.iter().filter(|r| r.lit > 0).count();
                let few = lit > 0 && (records.len() > pixels || 2 * lit < records.len());
                assert_eq!(order.drawn, if few { lit } else { records.len() });
                let mut expected: Vec<u32> = (0..records.len() as u32).collect();
                expected.sort_by(|&a, &b| {
                    let (a, b) = (&records[a as usize], &records[b as usize]);
                    let index = |r: &PlaneRecord| match r.alignment(sweep.n_samples).index() {
                        index if index.is_nan() => f64::NEG_INFINITY,
                        index => index,
                    };
                    match kind {
                        PlaneOrder::Plane => a.plane.cmp(&b.plane),
                        PlaneOrder::Peak => (b.peak, b.total).cmp(&(a.peak, a.total)),
                        PlaneOrder::Alignment => (b.lit >= enough)
                            .cmp(&(a.lit >= enough))
                            .then(index(b).total_cmp(&index(a)))
                            .then(b.lit.cmp(&a.lit)),
                    }
                });
                if few {
                    expected.sort_by_key(|&p| records[p as usize].lit == 0);
                }
                assert_eq!(order.records, expected, "{kind:?} of {pixels} at {epsilon}");
            }
        }
    }
}

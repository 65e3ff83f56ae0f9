//! The caption of a figure, from its session.

use crate::scene::{PlaneOrder, Quantity};
use crate::session::figure::{FigureView, Panel, Panels};
use crate::session::{Provenance, Session};
use crate::srm::{Plane, PlaneSet, Sign};
use crate::table::{Caption, CaptionFormat, Planes, Shown};
use crate::worker::export_job::FigureRequest;

/// The caption of the figure that is asked for, ready to paste.
pub fn caption(request: &FigureRequest, format: CaptionFormat) -> String {
    let session = &request.session;
    let (Some(record), Some(layer)) = (session.layer(), request.layers.get(session.shown)) else {
        return String::new();
    };
    let epsilon = record.epsilon.unwrap_or(f64::NAN);
    let provenance = Provenance::new(
        record.source.clone(),
        record.basis.clone(),
        session.options.clone(),
        crate::srm::Epsilon::clamped(epsilon),
    );
    let basis = layer.coordinates.basis();
    let all = PlaneSet::new(basis, session.options.planes, None).in_all();
    let planes = Planes {
        swept: all,
        in_all: all,
    };
    let panels = panels(session);
    let chosen: Vec<Vec<Plane>> = panels.iter().map(|panel| chosen(session, panel)).collect();
    let shown: Vec<Shown<'_>> = panels
        .iter()
        .zip(&chosen)
        .map(|(panel, chosen)| shown(session, panel.view, chosen, planes))
        .collect();
    let caption = match &shown[..] {
        [only] => Caption::new(*only, &provenance),
        several => Caption::new(Shown::Panels(several), &provenance),
    };
    let has_ring = panels.iter().any(|panel| panel.view == FigureView::Polar)
        && session.options.sign() == Sign::Unsigned;
    if has_ring {
        return caption.with_ring().text(format);
    }
    caption.text(format)
}

fn panels(session: &Session) -> Vec<Panel> {
    let spec = &session.figure;
    match spec.view {
        FigureView::Panel if spec.panels.is_empty() => {
            let panels = Panels::for_width_mm(spec.width.mm());
            panels.rows().concat()
        }
        FigureView::Panel => spec.panels.rows().concat(),
        view => vec![Panel::of(view)],
    }
}

/// The planes of a polar panel.
fn chosen(session: &Session, panel: &Panel) -> Vec<Plane> {
    let view = &session.view;
    let mut pairs: Vec<[u32; 2]> = match panel.plane {
        Some(own) => vec![own],
        None => view.plane.iter().chain(&view.pins).copied().collect(),
    };
    pairs.dedup();
    pairs.into_iter().map(|[i, j]| Plane { i, j }).collect()
}

fn shown<'a>(
    session: &Session,
    view: FigureView,
    chosen: &'a [Plane],
    planes: Planes,
) -> Shown<'a> {
    match view {
        FigureView::Polar => Shown::Curves(chosen),
        FigureView::Ensemble | FigureView::Panel => Shown::Ensemble(planes),
        FigureView::Heatmap => Shown::Heatmap {
            planes,
            order: match session.view.order {
                PlaneOrder::Peak => "peak",
                PlaneOrder::Plane => "plane",
                PlaneOrder::Alignment => "alignment index",
            },
        },
        FigureView::Atlas => Shown::Atlas {
            planes,
            quantity: match session.view.quantity {
                Quantity::Alignment => "alignment index",
                Quantity::Peak => "peak",
                Quantity::Lit => "lit fraction",
            },
        },
    }
}

//! What a figure shows, in words ready to paste.

use super::compose::lettered;
use super::gather::{panels, planes_of};
use crate::session::figure::{FigureView, Panel};
use crate::session::{LayerRecord, Session};
use crate::srm::Plane;
use crate::table::{Caption, CaptionFormat, Planes, Shown};

/// What a panel shows, with its planes.
enum Seen {
    Curves(Vec<Plane>),
    Ensemble,
    Heatmap,
    Atlas,
}

/// The caption of a session that was prepared, in that format. `ring` is whether
/// the dashed ring of isotropic data can be seen.
#[must_use]
pub fn caption(session: &Session, format: CaptionFormat, ring: Ring) -> String {
    let rows = panels(&session.figure);
    let all: Vec<&Panel> = rows.iter().flatten().collect();
    let first = all.first().map(|panel| panel.layer);
    if all.iter().all(|panel| Some(panel.layer) == first) {
        let place = first.flatten().unwrap_or(session.shown);
        return session.layers.get(place).map_or_else(String::new, |layer| {
            of_layer(session, layer, &all, format, ring)
        });
    }
    // Panels of several files: each has a caption of its own.
    let each = all.iter().enumerate().filter_map(|(number, &panel)| {
        let layer = session.layers.get(panel.layer.unwrap_or(session.shown))?;
        let text = of_layer(session, layer, &[panel], format, ring);
        Some(format!("({}) {text}", lettered(number)))
    });
    each.collect::<Vec<_>>().join(" ")
}

/// Whether the dashed ring of isotropic data can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// It can.
    Seen,
    /// It cannot, or nobody knows.
    Unseen,
}

fn of_layer(
    session: &Session,
    layer: &LayerRecord,
    panels: &[&Panel],
    format: CaptionFormat,
    ring: Ring,
) -> String {
    let record = session.provenance(layer);
    let [swept, in_all] = layer.planes.unwrap_or_default();
    let planes = Planes { swept, in_all };
    let seen: Vec<Seen> = panels.iter().map(|panel| see(session, panel)).collect();
    let order = session.view.order.name();
    let quantity = session.view.quantity.long_name();
    let shown: Vec<Shown<'_>> = seen
        .iter()
        .map(|seen| match seen {
            Seen::Curves(planes) => Shown::Curves(planes),
            Seen::Ensemble => Shown::Ensemble(planes),
            Seen::Heatmap => Shown::Heatmap { planes, order },
            Seen::Atlas => Shown::Atlas { planes, quantity },
        })
        .collect();
    let shown = match shown[..] {
        [only] => only,
        _ => Shown::Panels(&shown),
    };
    let caption = Caption::new(shown, &record);
    let caption = match ring {
        Ring::Seen => caption.with_ring(),
        Ring::Unseen => caption,
    };
    caption.text(format)
}

fn see(session: &Session, panel: &Panel) -> Seen {
    match panel.view {
        FigureView::Polar => Seen::Curves(planes_of(session, panel)),
        FigureView::Heatmap => Seen::Heatmap,
        FigureView::Atlas => Seen::Atlas,
        FigureView::Ensemble | FigureView::Panel => Seen::Ensemble,
    }
}

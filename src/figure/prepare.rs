//! What a session left open, filled in before anything is gathered; and what cannot be
//! drawn, refused.

use std::sync::atomic::AtomicBool;

use super::FigureFailure;
use super::gather::{FigureLayer, Watch, swept};
use super::needs::{panels, planes_of, wants_plane};
use crate::session::figure::{FigureView, Panels};
use crate::session::{FigureError, LayerRecord, Options, OptionsError, Session};
use crate::srm::Plane;
use crate::words::count;

/// Refuses panels of files that are not there.
fn counts_files(session: &Session) -> Result<(), FigureFailure> {
    let files = session.layers.len();
    for panel in panels(&session.figure).iter().flatten() {
        let place = panel.layer.unwrap_or(session.shown);
        if place >= files {
            let are = if files == 1 { "is" } else { "are" };
            return Err(FigureFailure::Spec(FigureError(format!(
                "panel {panel} wants file {}, but there {are} only {files}",
                place + 1,
            ))));
        }
    }
    Ok(())
}

/// Refuses a session of which no panel shows a layer.
///
/// # Errors
/// [`FigureFailure::NotShown`]; [`FigureFailure::Spec`] where a panel shows one
/// that is not there.
pub fn shows_all(session: &Session) -> Result<(), FigureFailure> {
    counts_files(session)?;
    let rows = panels(&session.figure);
    let shows = |place: usize| {
        let mut all = rows.iter().flatten();
        all.any(|panel| panel.layer.unwrap_or(session.shown) == place)
    };
    let mut layers = session.layers.iter().enumerate();
    match layers.find(|(place, _)| !shows(*place)) {
        Some((_, layer)) => Err(FigureFailure::NotShown(layer.source.file_name.clone())),
        None => Ok(()),
    }
}

/// Fills in what the choice left open: the resolution scale of every layer, and
/// the plane of a polar plot, which is then the one that the most samples light, as in the window.
///
/// # Errors
/// If the options cannot be swept, a plane is not there, or the work is called off.
pub fn prepare(
    session: &mut Session,
    layers: &mut [FigureLayer],
    watch: &mut dyn Watch,
    cancel: &AtomicBool,
) -> Result<(), FigureFailure> {
    session.figure.check()?;
    counts_files(session)?;
    for (record, layer) in session.layers.iter_mut().zip(layers.iter()) {
        if record.epsilon.is_none() {
            let resolved = session.options.resolve(&layer.coordinates, None, cancel)?;
            record.epsilon = Some(resolved.spec.epsilon.get());
        }
        let planes = session.options.plane_set(&layer.coordinates)?;
        record.planes = Some([planes.len() as u64, planes.in_all()]);
    }
    choose_planes(session, layers, watch, cancel)?;
    for panel in panels(&session.figure).iter().flatten() {
        if panel.plane.is_none() && !wants_plane(session, panel) {
            continue;
        }
        let place = panel.layer.unwrap_or(session.shown);
        for plane in planes_of(session, panel) {
            exists(
                plane,
                &layers[place],
                &session.layers[place],
                &session.options,
            )?;
        }
    }
    Ok(())
}

/// Chooses the plane of polar panels that name none where none is selected: of the
/// shown layer it becomes the selected one, of another that panel's own.
fn choose_planes(
    session: &mut Session,
    layers: &mut [FigureLayer],
    watch: &mut dyn Watch,
    cancel: &AtomicBool,
) -> Result<(), FigureFailure> {
    if session.view.plane.is_some() {
        return Ok(());
    }
    let shown = session.shown;
    let mut rows = panels(&session.figure);
    for panel in rows.iter_mut().flatten() {
        if !wants_plane(session, panel) {
            continue;
        }
        let place = panel.layer.unwrap_or(shown);
        if place == shown && session.view.plane.is_some() {
            continue;
        }
        let epsilon = session.layers[place].epsilon;
        let options = &session.options;
        let known = swept(&mut layers[place], options, epsilon, false, watch, cancel)?;
        let plane = known.sweep.most_lit().map(|plane| [plane.i, plane.j]);
        if place == shown {
            session.view.plane = plane;
        } else {
            panel.plane = plane;
        }
    }
    if session.figure.view == FigureView::Panel && !session.figure.panels.is_empty() {
        session.figure.panels = Panels::new(rows)?;
    }
    Ok(())
}

fn exists(
    plane: Plane,
    layer: &FigureLayer,
    record: &LayerRecord,
    options: &Options,
) -> Result<(), FigureFailure> {
    let basis = layer.coordinates.basis();
    let Plane { i, j } = plane;
    let no_plane = |why: String| {
        let file = record.source.file_name.clone();
        Err(FigureFailure::NoPlane { file, i, j, why })
    };
    if i.max(j) as usize >= basis.len() {
        let why = format!(
            "it has {}, numbered 0 to {}",
            count(basis.len() as u64, "vector"),
            basis.len() - 1
        );
        return no_plane(why);
    }
    if !basis.spans(plane) {
        let why = "the two vectors are parallel".to_owned();
        return no_plane(why);
    }
    let neurons = &options.neurons;
    let subset = neurons.resolve(basis).map_err(OptionsError::from)?;
    neurons.leaves_out(plane, &subset).map_or(Ok(()), no_plane)
}

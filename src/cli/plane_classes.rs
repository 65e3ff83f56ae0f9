//! The curves of chosen planes, split by the classes of the samples.

use std::io::Write as _;

use super::args::ClassArgs;
use super::failure::Failure;
use super::input::Layer;
use super::interrupt::Interrupt;
use super::output;
use super::report::{self, one_line};
use crate::data;
use crate::srm::{Classes, Curve, MOST_CLASS_COUNTS, SweepSpec, class_curves, class_light};
use crate::table::{OutFile, class_curve_tsv, class_curves_head};
use crate::words::count;

/// What samples without a class are called.
const WITHOUT: &str = "(no class)";

/// The table of the curve of every class that is lit in a plane, a line an angle of a
/// class: together they make the curve of all samples.
pub(super) fn table(
    layer: &Layer,
    curves: &[Curve],
    classes: &Classes,
    spec: &SweepSpec,
    interrupt: &Interrupt,
) -> Result<Vec<u8>, Failure> {
    let mut dark = classes.len();
    let mut text = Vec::new();
    let in_memory = |_| unreachable!("memory takes whatever is written to it");
    class_curves_head(&mut text).unwrap_or_else(in_memory);
    for curve in curves {
        let lit = of_plane(&mut text, layer, curve, classes, spec, interrupt)?;
        dark = dark.min(classes.len() - lit);
    }
    if dark > 0 {
        report::note(&format!(
            "{} without a lit sample left out",
            data::classes(dark)
        ));
    }
    if classes.without() > 0 {
        let samples = count(classes.without(), "sample");
        report::note(&format!("{samples} without a class: {WITHOUT}"));
    }
    Ok(text)
}

/// Writes that table, behind one line on what it was made from.
pub(super) fn write(
    file: OutFile,
    table: &[u8],
    classes: &ClassArgs,
    provenance: &str,
) -> Result<(), Failure> {
    let labels = classes.labels.iter().filter_map(|path| path.file_name());
    let labels: String = labels.map(|name| name.to_string_lossy()).collect();
    let labels = serde_json::Value::String(labels);
    let head = format!(
        "# {{\"table\":\"curves by class\",\"labels\":{labels},\"provenance\":{provenance}}}"
    );
    output::write_tsv(file, &head, |file| file.write_all(table))
}

/// Writes the classes of a plane; how many are lit.
fn of_plane(
    text: &mut Vec<u8>,
    layer: &Layer,
    whole: &Curve,
    classes: &Classes,
    spec: &SweepSpec,
    interrupt: &Interrupt,
) -> Result<usize, Failure> {
    let SweepSpec {
        epsilon,
        grid,
        sign,
        ..
    } = spec;
    let (coordinates, cancel) = (&layer.coordinates, interrupt.flag());
    let plane = whole.plane;
    let (lit, without) = class_light(coordinates, plane, *epsilon, classes, cancel)?;
    let chosen: Vec<u32> = (0..classes.len() as u32)
        .filter(|&class| lit[class as usize] > 0)
        .collect();
    let of = (grid, whole.n_samples);
    let in_memory = |_| unreachable!("memory takes whatever is written to it");
    let mut rest = whole.counts.clone();
    for some in chosen.chunks(MOST_CLASS_COUNTS / grid.count() - 1) {
        let split = class_curves(
            coordinates,
            plane,
            *epsilon,
            grid,
            *sign,
            classes,
            (some, &[]),
            cancel,
        )?;
        for (place, &class) in some.iter().enumerate() {
            let counts = split.counts(place);
            for (rest, count) in rest.iter_mut().zip(counts) {
                *rest -= count;
            }
            let name = one_line(&classes.names()[class as usize]);
            let size = classes.sizes()[class as usize];
            class_curve_tsv(text, plane, (&name, size), counts, of).unwrap_or_else(in_memory);
        }
    }
    if without > 0 {
        let size = classes.without();
        class_curve_tsv(text, plane, (WITHOUT, size), &rest, of).unwrap_or_else(in_memory);
    }
    Ok(chosen.len())
}

//! What a figure shows, in words ready to paste.

use super::needs::{labels, panels, planes_of, projected_on, rotations_drawn, split_by};
use super::split::{OTHER_SAMPLES, share_shown, way_shown};
use crate::session::figure::{FigureView, Panel};
use crate::session::{
    ClassCurves as Way, ClassShare, Facts, LayerRecord, PointFacts, ProjectionAs, ProjectionLook,
    Rotations, ScaleQuantity, Session,
};
use crate::srm::{LEAST_FOR_BAND, Plane, range_coverage};
use crate::table::{Caption, CaptionFormat, Planes, Shown};
use crate::words::{self, letter, thousands};

/// What a panel shows, with its planes.
enum Seen {
    Curves(Vec<Plane>),
    Ensemble,
    Heatmap,
    Atlas,
    Directions,
    Scale(Plane),
    Projection(Option<Plane>),
}

/// The caption of a session that was prepared, in that format.
#[must_use]
pub fn caption(session: &Session, format: CaptionFormat) -> String {
    let rows = panels(&session.figure);
    let all: Vec<&Panel> = rows.iter().flatten().collect();
    let first = all.first().map(|panel| panel.layer);
    if all.iter().all(|panel| Some(panel.layer) == first) {
        let place = first.flatten().unwrap_or(session.shown);
        return session
            .layers
            .get(place)
            .map_or_else(String::new, |layer| of_layer(session, layer, &all, format));
    }
    // Panels of several files: each has a caption of its own.
    let each = all.iter().enumerate().filter_map(|(number, &panel)| {
        let layer = session.layers.get(panel.layer.unwrap_or(session.shown))?;
        let text = of_layer(session, layer, &[panel], format);
        Some(format!("({}) {text}", letter(number)))
    });
    each.collect::<Vec<_>>().join(" ")
}

fn of_layer(
    session: &Session,
    layer: &LayerRecord,
    panels: &[&Panel],
    format: CaptionFormat,
) -> String {
    let record = session.provenance(layer);
    let [swept, in_all] = layer.planes.unwrap_or_default();
    let planes = Planes { swept, in_all };
    let seen: Vec<Seen> = panels.iter().map(|panel| see(session, panel)).collect();
    let order = session.view.order.name();
    let quantity = session.view.quantity.long_name();
    let counts = layer.facts.directions;
    let look = &session.view.projection;
    let dots = match (
        look.drawn,
        layer.facts.points.is_some_and(|points| points.normalised),
    ) {
        (ProjectionAs::Scatter, _) => "points",
        (ProjectionAs::Density, false) => "density",
        (ProjectionAs::Density, true) => "density over that of isotropic data",
    };
    let shown: Vec<Shown<'_>> = seen
        .iter()
        .map(|seen| match seen {
            Seen::Curves(planes) => Shown::Curves(planes),
            Seen::Ensemble => Shown::Ensemble(planes),
            Seen::Heatmap => Shown::Heatmap { planes, order },
            Seen::Atlas => Shown::Atlas { planes, quantity },
            Seen::Directions => Shown::Directions { counts },
            Seen::Scale(plane) => Shown::Scale {
                plane: *plane,
                excess: session.view.scales.shown(session.options.sign()).quantity
                    == ScaleQuantity::Excess,
            },
            Seen::Projection(plane) => Shown::Projection {
                plane: *plane,
                planes,
                drawn: dots,
            },
        })
        .collect();
    let shown = match shown[..] {
        [only] => only,
        _ => Shown::Panels(&shown),
    };
    let shows = |wanted: &[FigureView]| panels.iter().any(|panel| wanted.contains(&panel.view));
    let mut caption = Caption::new(shown, &record);
    if layer.facts.ring && shows(&[FigureView::Polar, FigureView::Ensemble]) {
        caption = caption.with_ring();
    }
    let shown = Shows {
        heatmap: shows(&[FigureView::Heatmap]),
        band: layer.facts.null_band && shows(&[FigureView::Ensemble]),
        rate: session.view.chance.significant,
    };
    let mut notes = notes(&layer.facts, shown, format);
    if shows(&[FigureView::Polar]) {
        let several = seen.iter().find_map(|seen| match seen {
            Seen::Curves(planes) if planes.len() > 1 => planes.first().copied(),
            _ => None,
        });
        notes.extend(of_classes(session, &layer.facts, several, format));
        notes.extend(of_resolution(session));
        notes.extend(of_rotations(session, format));
    }
    if shows(&[FigureView::Pppm])
        && let Some(points) = layer.facts.points
    {
        notes.extend(of_points(&points, look, format));
        let labels = labels(session).filter(|_| look.drawn == ProjectionAs::Scatter);
        notes.extend(labels.map(|labels| {
            let labels = format.quoted(&labels.file_name);
            format!("The colour of a point is that of its sample's class ({labels})")
        }));
    }
    if shows(&[FigureView::Directions]) {
        notes.extend(of_directions(
            session,
            layer.facts.directions[1] > 0,
            format,
        ));
    }
    caption.with_notes(&notes).text(format)
}

/// What the panels of a layer show that needs a word.
#[derive(Clone, Copy)]
struct Shows {
    heatmap: bool,
    /// The band of isotropic planes.
    band: bool,
    /// The rate at which planes of the heatmap are significant.
    rate: Option<f64>,
}

/// What was left out or brought together, in sentences without their full stops.
fn notes(facts: &Facts, shows: Shows, format: CaptionFormat) -> Vec<String> {
    let Shows {
        heatmap,
        band,
        rate,
    } = shows;
    let mut notes = Vec::new();
    let counted = |n: u64, noun: &str| format.counted(n, noun);
    if heatmap && facts.planes_a_row > 1 {
        let planes = counted(facts.planes_a_row, "plane");
        notes.push(format!(
            "A row of the heatmap is the largest of up to {planes}"
        ));
    }
    if heatmap && facts.dark_left_out > 0 {
        let dark = counted(facts.dark_left_out, "dark plane");
        notes.push(format!("The heatmap leaves out {dark}"));
    }
    if heatmap
        && facts.not_significant > 0
        && let Some(rate) = rate
    {
        let planes = counted(facts.not_significant, "plane");
        let rate = format.percent(&words::rate(rate));
        notes.push(format!(
            "The heatmap leaves out {planes} whose largest excess over isotropic data is not \
             significant at a false discovery rate of {rate} (Benjamini–Hochberg over all planes)"
        ));
    }
    if band {
        let share = format.percent("95%");
        notes.push(format!(
            "Shaded around the dashed line: where {share} of isotropic planes would lie at an angle"
        ));
    }
    if facts.parallel_pairs > 0 {
        let pairs = counted(facts.parallel_pairs, "pair");
        notes.push(format!(
            "No plane is spanned by {pairs} of parallel vectors"
        ));
    }
    notes
}

/// How the curve is split by class, where it is: that of `one`, where there are several.
fn of_classes(
    session: &Session,
    facts: &Facts,
    one: Option<Plane>,
    format: CaptionFormat,
) -> Vec<String> {
    let look = &session.view.classes;
    let sign = session.options.sign();
    let Some(labels) = split_by(session) else {
        return Vec::new();
    };
    let way = match way_shown(look, sign) {
        Way::Stacked => {
            "stacked by class, so that the outermost edge is the curve of all that are \
                         shown"
        }
        _ => "split by class",
    };
    let of = match share_shown(look, sign) {
        ClassShare::OfAll => "all samples",
        ClassShare::OfClass => "the samples of each class",
    };
    let of_plane = one.map_or_else(String::new, |plane| {
        format!(" of the plane {}", format.plane(plane))
    });
    let mut notes = vec![format!(
        "The curve{of_plane} is {way} ({}), as fractions of {of}",
        format.quoted(&labels.file_name)
    )];
    let [shown, lit] = facts.class_curves;
    let summed =
        share_shown(look, sign) == ClassShare::OfAll && !look.hidden.contains(OTHER_SAMPLES);
    let hidden = look.hidden.iter().filter(|name| *name != OTHER_SAMPLES);
    let hidden: Vec<String> = hidden.map(|name| format.quoted(name)).collect();
    if shown < lit {
        let (shown, lit) = (thousands(shown), thousands(lit));
        let among = match hidden.len() {
            0 => "",
            _ => " and not left out",
        };
        let others = if summed {
            "the others are added up"
        } else {
            "the others are not shown"
        };
        notes.push(format!(
            "Of {} classes that are lit{among} the {} that most samples of are lit have curves of \
             their own; {others}",
            format.number(&lit),
            format.number(&shown)
        ));
    }
    match &hidden[..] {
        [] => {}
        [only] => notes.push(format!("The class {only} is left out")),
        few if few.len() <= 4 => notes.push(format!("Classes left out: {}", few.join(", "))),
        many => notes.push(format!(
            "{} classes are left out",
            format.number(&thousands(many.len() as u64))
        )),
    }
    notes
}

/// What a projection shows and leaves out, likewise.
fn of_points(points: &PointFacts, look: &ProjectionLook, format: CaptionFormat) -> Vec<String> {
    let number = |n: u64| format.number(&thousands(n));
    let drawn = if points.drawn < points.total {
        format!(
            "{} of {}, drawn at random,",
            number(points.drawn),
            format.counted(points.total, "point")
        )
    } else {
        format.counted(points.total, "point")
    };
    let samples = format.counted(points.samples, "sample");
    let mut notes = vec![match look.drawn {
        ProjectionAs::Scatter => format!("Shown are {drawn} of {samples}, as an image"),
        ProjectionAs::Density => format!(
            "The density is that of {drawn} of {samples}, smoothed by a Gaussian kernel whose \
             standard deviation is {} of the radius",
            format.number(&look.kernel.to_string())
        ),
    }];
    if points.normalised && look.drawn == ProjectionAs::Density {
        notes.push(
            "The ground is left bare where there is next to nothing of either density".to_owned(),
        );
    }
    if points.quantiles > 0 {
        let quantiles = number(points.quantiles);
        notes.push(format!(
            "The isotropic density is made of {quantiles} quantiles of the norms"
        ));
    }
    if points.beyond > 0 {
        let samples = format.counted(points.beyond, "sample");
        notes.push(format!(
            "{samples} of a norm beyond the largest number left out"
        ));
    }
    notes
}

/// What stands with the bars of directions.
fn of_directions(session: &Session, any_lit: bool, format: CaptionFormat) -> Vec<String> {
    let mut notes = vec!["The dashed line is what isotropic data would give".to_owned()];
    if let Some(labels) = labels(session).filter(|_| any_lit) {
        notes.push(format!(
            "The coloured part of a bar, named beside it with its share of the bar, is the most \
             common class among the samples about the direction ({})",
            format.quoted(&labels.file_name)
        ));
    }
    notes
}

fn of_resolution(session: &Session) -> Option<String> {
    let drawn = session.view.chance.resolution && !session.options.signed;
    drawn.then(|| {
        "The arc along the rim is the lobe of an infinitely narrow cluster at the peak".to_owned()
    })
}

/// What the band behind the curve is.
fn of_rotations(session: &Session, format: CaptionFormat) -> Option<String> {
    let Rotations { count, seed } = session.view.chance.rotations?;
    if rotations_drawn(session).is_none() {
        let text = "The band of rotations, which is of all samples, is not drawn beside fractions \
                    of each class";
        return Some(text.to_owned());
    }
    let rotations = format.counted(u64::from(count), "random rotation");
    let seed = format.number(&seed.to_string());
    if (count as usize) < LEAST_FOR_BAND {
        let coverage = range_coverage(count as usize);
        let coverage = format.percent(&format!("{:.0}%", coverage * 100.0));
        return Some(format!(
            "Shaded: from the least to the largest of the plane's curves at an angle under \
             {rotations} of the samples (seed {seed}), between which a further one would lie with \
             a probability of {coverage}"
        ));
    }
    let share = format.percent("95%");
    Some(format!(
        "Shaded: where {share} of the plane's curves lie at an angle under {rotations} of the \
         samples (seed {seed})"
    ))
}

fn see(session: &Session, panel: &Panel) -> Seen {
    match panel.view {
        FigureView::Polar => Seen::Curves(planes_of(session, panel)),
        FigureView::Heatmap => Seen::Heatmap,
        FigureView::Atlas => Seen::Atlas,
        FigureView::Directions => Seen::Directions,
        FigureView::Pppm => Seen::Projection(projected_on(session, panel)),
        FigureView::Scale => match planes_of(session, panel)[..] {
            [plane, ..] => Seen::Scale(plane),
            [] => Seen::Ensemble,
        },
        FigureView::Ensemble | FigureView::Panel => Seen::Ensemble,
    }
}

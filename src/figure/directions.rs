//! The most lit privileged directions of a layer, as a figure shows them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::gather::FigureLayer;
use super::split::color_of_class;
use crate::scene::{Color, DirectionBar, DirectionClass, DirectionsView, Text};
use crate::session::ClassLook;
use crate::session::figure::SeriesColors;
use crate::srm::{Cancelled, Classes, Direction, Epsilon, Side, Subset, directions};
use crate::words::thousands;

/// Most directions that a figure shows.
pub const MOST_DIRECTIONS: usize = 20;

/// The directions that a figure shows of a layer.
#[derive(Clone, Debug)]
pub(super) struct Directions {
    /// Most lit first.
    pub shown: Vec<Direction>,
    /// Directions that are lit.
    pub lit: usize,
    /// All of them.
    pub in_all: usize,
    classes: Option<Arc<Classes>>,
}

impl Directions {
    /// Those of a layer about which there are samples, at most [`MOST_DIRECTIONS`].
    pub fn of(
        layer: &FigureLayer,
        subset: &Subset,
        epsilon: Epsilon,
        cancel: &AtomicBool,
    ) -> Result<Self, Cancelled> {
        let classes = layer.classes.clone();
        let coordinates = &layer.coordinates;
        let mut shown = directions(coordinates, subset, epsilon, classes.as_deref(), cancel)?;
        let in_all = shown.len();
        let lit = shown.iter().filter(|one| one.lit > 0).count();
        // One at least, so that there is something to say.
        shown.truncate(lit.clamp(1, MOST_DIRECTIONS));
        Ok(Self {
            shown,
            lit,
            in_all,
            classes,
        })
    }

    /// As bars.
    pub fn view(&self, look: &ClassLook, scheme: &SeriesColors, color: Color) -> DirectionsView {
        let bar = |one: &Direction| DirectionBar {
            name: name(one),
            share: one.share,
            class: one
                .class
                .zip(self.classes.as_deref())
                .map(|(class, classes)| DirectionClass {
                    name: classes.names()[class.class as usize].clone(),
                    color: color_of_class(look, scheme, classes, class.class),
                    precision: class.precision,
                }),
        };
        let lit = self.shown.iter().filter(|one| one.lit > 0);
        DirectionsView {
            bars: lit.map(bar).collect(),
            null_share: self.shown.first().map_or(0.0, |one| one.null_share),
            color,
            note: self.note(),
            most: None,
        }
    }

    /// What is to be said below.
    fn note(&self) -> String {
        let shown = self.shown.len().min(self.lit);
        let mut notes = Vec::new();
        if self.lit == 0 {
            notes.push("no direction is lit at this ε".to_owned());
        }
        notes.push("dashed: isotropic data".to_owned());
        if self.shown.iter().any(|one| one.class.is_some()) {
            notes.push("coloured: most common class, its share of those lit beside".to_owned());
        }
        if shown < self.lit {
            notes.push(format!(
                "the {} most lit of {} lit directions",
                thousands(shown as u64),
                thousands(self.lit as u64)
            ));
        }
        notes.join("; ")
    }
}

fn name(one: &Direction) -> Text {
    let sign = match one.pole.side {
        Side::Plus => "+",
        Side::Minus => "−",
    };
    Text::from(sign).then_vector(&one.pole.vector.to_string())
}

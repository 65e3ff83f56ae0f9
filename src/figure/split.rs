//! A plane's curve split by class, as it is looked at.

use std::sync::Arc;

use crate::scene::{ClassPart, Color, PolarCurve, class_color, overlaid, stacked};
use crate::session::figure::SeriesColors;
use crate::session::{ClassCurves as Way, ClassLook, ClassShare};
use crate::srm::{ClassCurves, Classes, Sign};
use crate::words::thousands;

/// By what name the samples of all classes without a curve, and those without a class, are
/// left out.
pub const OTHER_SAMPLES: &str = "other samples";

/// Dashes of the curve of all other samples, so that no class looks like it.
const OTHERS_DASH: [f32; 2] = [2.4, 1.8];

/// A curve split by class.
#[derive(Clone, Debug)]
pub struct SplitCurve {
    /// The classes of the samples.
    pub classes: Arc<Classes>,
    /// Their curves.
    pub curves: Arc<ClassCurves>,
    /// `N`.
    pub n_samples: usize,
    /// Whether they are signed.
    pub sign: Sign,
}

/// How classes are shown in the end: what falls below zero cannot be stacked.
#[must_use]
pub fn way_shown(look: &ClassLook, sign: Sign) -> Way {
    match look.curves {
        Way::Stacked if sign == Sign::Signed => Way::Overlaid,
        way => way,
    }
}

/// What the fractions are of: only parts of the same whole can be stacked.
#[must_use]
pub fn share_shown(look: &ClassLook, sign: Sign) -> ClassShare {
    match way_shown(look, sign) {
        Way::Stacked => ClassShare::OfAll,
        _ => look.share,
    }
}

/// The colour of a class: the one that was chosen for it, else its own of the scheme.
#[must_use]
pub fn color_of_class(
    look: &ClassLook,
    scheme: &SeriesColors,
    classes: &Classes,
    class: u32,
) -> Color {
    let chosen = look.colors.get(&classes.names()[class as usize]);
    chosen.copied().unwrap_or_else(|| match scheme {
        // Which has colours for more than eight.
        SeriesColors::OkabeIto => class_color(class),
        scheme => {
            let colors = scheme.colors(false);
            colors[class as usize % colors.len().max(1)]
        }
    })
}

/// Numbers of the classes that are switched off, ascending.
#[must_use]
pub fn hidden_classes(look: &ClassLook, classes: &Classes) -> Vec<u32> {
    let names = (0..).zip(classes.names());
    let hidden = names.filter(|(_, name)| look.hidden.contains(*name));
    hidden.map(|(class, _)| class).collect()
}

impl SplitCurve {
    /// The curves to draw, the first of the legend last; `others` colours the samples of
    /// no class that has a curve.
    #[must_use]
    pub fn drawn(&self, look: &ClassLook, scheme: &SeriesColors, others: Color) -> Vec<PolarCurve> {
        let share = share_shown(look, self.sign);
        let part = |(place, &class): (usize, &u32)| ClassPart {
            name: self.classes.names()[class as usize].as_str().into(),
            color: color_of_class(look, scheme, &self.classes, class),
            dash: None,
            counts: self.curves.counts(place).to_vec(),
            of: match share {
                ClassShare::OfAll => self.n_samples as u64,
                ClassShare::OfClass => self.classes.sizes()[class as usize],
            },
        };
        let mut parts: Vec<ClassPart> = self.curves.classes.iter().enumerate().map(part).collect();
        let shown = share == ClassShare::OfAll && !look.hidden.contains(OTHER_SAMPLES);
        if shown && self.curves.others().iter().any(|&count| count != 0) {
            parts.push(ClassPart {
                name: self.others_name().into(),
                color: others,
                dash: Some(OTHERS_DASH),
                counts: self.curves.others().to_vec(),
                of: self.n_samples as u64,
            });
        }
        match way_shown(look, self.sign) {
            Way::Stacked => stacked(&parts),
            _ => overlaid(&parts),
        }
    }

    /// What the fractions are of, in words.
    #[must_use]
    pub fn share_text(&self, look: &ClassLook) -> &'static str {
        match share_shown(look, self.sign) {
            ClassShare::OfAll => "fraction of all samples",
            ClassShare::OfClass => "fraction of the class",
        }
    }

    /// Whether the outermost edge is the curve of all samples.
    #[must_use]
    pub fn ends_in_whole(&self, look: &ClassLook) -> bool {
        let all = self.curves.left_out.is_empty() && !look.hidden.contains(OTHER_SAMPLES);
        all && way_shown(look, self.sign) == Way::Stacked
    }

    /// What the samples without a curve of their own class are, in the legend.
    fn others_name(&self) -> String {
        match (self.curves.other_classes(), self.curves.lit_without) {
            (0, _) => "without a class".to_owned(),
            (1, 0) => "1 other class".to_owned(),
            (classes, 0) => format!("{} other classes", thousands(classes as u64)),
            (classes, _) => format!("other samples ({})", crate::data::classes(classes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::srm::{Activations, AngleGrid, Coordinates, Epsilon, Plane, class_curves, curve};

    #[test]
    fn a_stack_of_all_classes_ends_in_the_curve_itself() {
        let rows: Vec<Vec<f64>> = (0..90)
            .map(|n| {
                (0..3)
                    .map(|k| f64::from((n * 31 + k * 17 + n * k) % 23) - 11.0)
                    .collect()
            })
            .collect();
        let layer = Coordinates::standard(Arc::new(Activations::from_rows(&rows).unwrap()));
        let names = ["a", "b", "c"].map(str::to_owned).into();
        let classes = Arc::new(Classes::new((0..90).map(|n| n % 4).collect(), names));
        let (plane, epsilon) = (Plane { i: 0, j: 2 }, Epsilon::new(0.6).unwrap());
        let (grid, never) = (AngleGrid::new(37).unwrap(), AtomicBool::new(false));
        let whole = curve(&layer, plane, epsilon, &grid, Sign::Unsigned, &never).unwrap();
        let of = |chosen: &[u32]| SplitCurve {
            classes: Arc::clone(&classes),
            curves: Arc::new(
                class_curves(
                    &layer,
                    plane,
                    epsilon,
                    &grid,
                    Sign::Unsigned,
                    &classes,
                    (chosen, &[]),
                    &never,
                )
                .unwrap(),
            ),
            n_samples: 90,
            sign: Sign::Unsigned,
        };
        let look = ClassLook {
            curves: Way::Stacked,
            share: ClassShare::OfClass,
            ..ClassLook::default()
        };
        let grey = Color::rgb(1, 1, 1);
        let drawn = of(&[1, 0]).drawn(&look, &SeriesColors::default(), grey);
        assert_eq!(drawn.len(), 3);
        let edge = drawn.last().unwrap();
        assert_eq!(edge.color, grey);
        for (outermost, whole) in edge.fractions.iter().zip(whole.fractions()) {
            assert!((outermost - whole).abs() < 1e-12);
        }
        let without = ClassLook {
            hidden: [OTHER_SAMPLES.to_owned()].into(),
            ..look
        };
        assert_eq!(
            of(&[1, 0])
                .drawn(&without, &SeriesColors::default(), grey)
                .len(),
            2
        );
    }

    #[test]
    fn signed_curves_are_overlaid_and_chosen_colours_taken() {
        let chosen = Color::rgb(9, 8, 7);
        let look = ClassLook {
            curves: Way::Stacked,
            share: ClassShare::OfClass,
            colors: [("b".to_owned(), chosen)].into(),
            ..ClassLook::default()
        };
        assert_eq!(way_shown(&look, Sign::Signed), Way::Overlaid);
        assert_eq!(share_shown(&look, Sign::Signed), ClassShare::OfClass);
        assert_eq!(share_shown(&look, Sign::Unsigned), ClassShare::OfAll);
        let names = ["a", "b"].map(str::to_owned).into();
        let classes = Classes::new(vec![0, 1], names);
        let color = |class| color_of_class(&look, &SeriesColors::OkabeIto, &classes, class);
        assert_eq!((color(0), color(1)), (class_color(0), chosen));
    }
}

//! How what the picture means is looked at: classes, scales, projections, tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::figure::{FigureError, as_text, named};
use crate::scene::{Color, ColorMap, ColorScale};
use crate::srm::Sign;

named!(
    /// How the selected plane is shown.
    PlaneAs, "way to show a plane", {
        /// Samples lit, around the circle.
        #[default]
        Curve = "curve",
        /// Angle × resolution scale.
        Scale = "scale",
        /// The samples' projections (PPPM).
        Projection = "projection",
    }
);

named!(
    /// What becomes of a curve whose samples have classes.
    ClassCurves, "way to show classes", {
        /// One curve of all samples.
        #[default]
        Off = "off",
        /// A curve a class, over each other.
        Overlaid = "overlaid",
        /// A band a class, on top of each other: the outermost is the curve of all.
        Stacked = "stacked",
    }
);

named!(
    /// Of what a class's curve is the fraction.
    ClassShare, "share", {
        /// Of all samples: the classes add up to the whole.
        #[default]
        OfAll = "all",
        /// Of the samples of that class: small classes are seen as well as large ones.
        OfClass = "class",
    }
);

/// How classes are shown. Classes go by name, so that a choice outlives another order
/// of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClassLook {
    /// Curves split by class, or not.
    pub curves: ClassCurves,
    /// What they are fractions of; stacked ones are always of all samples.
    pub share: ClassShare,
    /// Classes that are switched off.
    pub hidden: BTreeSet<String>,
    /// Colours that were chosen, `#rrggbb`.
    #[serde(with = "colors")]
    pub colors: BTreeMap<String, Color>,
}

impl ClassLook {
    /// Whether nothing was chosen.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

named!(
    /// What a scale view shows.
    ScaleQuantity, "quantity of a scale view", {
        /// The fraction of samples lit.
        #[default]
        Fraction = "fraction",
        /// That over the share of isotropic data.
        Excess = "excess",
    }
);

named!(
    /// What the vertical axis of a scale view is even in.
    ScaleAxis, "axis of a scale view", {
        /// The resolution scale `ε`.
        #[default]
        Epsilon = "epsilon",
        /// The half-angle `arccos ε`.
        HalfAngle = "half-angle",
    }
);

/// How the plane is shown at every `ε` at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScaleLook {
    /// What is shown.
    pub quantity: ScaleQuantity,
    /// What the axis is even in.
    pub axis: ScaleAxis,
    /// Scale of its colours, where one was chosen.
    pub color_scale: Option<ColorScale>,
}

impl ScaleLook {
    /// What of it is shown. Isotropic data light as much towards a probe as opposite it, so
    /// signed counts have no excess over them, and their fraction is shown.
    #[must_use]
    pub fn shown(self, sign: Sign) -> Self {
        match (sign, self.quantity) {
            (Sign::Signed, ScaleQuantity::Excess) => Self {
                quantity: ScaleQuantity::Fraction,
                ..self
            },
            _ => self,
        }
    }

    /// The scale of its colours: the one that was chosen, else the one that shows the
    /// structure at every `ε`. All samples are lit at `ε = 0` and the excess grows by
    /// powers of ten towards 1, so that a linear one would show one end only.
    #[must_use]
    pub fn color_scale(&self) -> ColorScale {
        self.color_scale.unwrap_or(match self.quantity {
            ScaleQuantity::Fraction => ColorScale::Sqrt,
            ScaleQuantity::Excess => ColorScale::Log,
        })
    }
}

named!(
    /// Of which planes a projection is.
    ProjectionOf, "set of planes to project on", {
        /// The selected plane.
        #[default]
        Plane = "plane",
        /// All planes, overlaid.
        AllPlanes = "all",
    }
);

named!(
    /// How projections are drawn.
    ProjectionAs, "way to draw projections", {
        /// A dot a sample, coloured by class.
        #[default]
        Scatter = "scatter",
        /// A density.
        Density = "density",
    }
);

named!(
    /// What a density is divided by.
    Normaliser, "normaliser", {
        /// The density of an isotropic sample with the same norms.
        #[default]
        Isotropic = "isotropic",
        /// Nothing: samples per area.
        None = "none",
    }
);

/// Width of the density's Gaussian kernel, as its standard deviation over the radius
/// of the view: above 0, at most 0.25.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KernelWidth(f64);

impl KernelWidth {
    /// The widest.
    pub const MOST: f64 = 0.25;

    /// # Errors
    /// If it is not above 0 and at most [`KernelWidth::MOST`].
    pub fn new(width: f64) -> Result<Self, FigureError> {
        if width > 0.0 && width <= Self::MOST {
            Ok(Self(width))
        } else {
            Err(FigureError(format!(
                "a kernel's width of {width} is not above 0 and at most {} of the view's radius",
                Self::MOST
            )))
        }
    }

    /// The width.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Default for KernelWidth {
    fn default() -> Self {
        Self(0.015)
    }
}

impl fmt::Display for KernelWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for KernelWidth {
    type Err = FigureError;

    fn from_str(text: &str) -> Result<Self, FigureError> {
        let number: Option<f64> = text.trim().parse().ok();
        let number = number.ok_or_else(|| {
            FigureError(format!(
                "`{text}` is no width of a kernel: give a number, such as 0.015"
            ))
        })?;
        Self::new(number)
    }
}

as_text!(KernelWidth);

/// How the projections of the samples are shown (PPPM).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectionLook {
    /// Of one plane or of all.
    pub of: ProjectionOf,
    /// Dots or a density.
    pub drawn: ProjectionAs,
    /// The density's kernel.
    pub kernel: KernelWidth,
    /// What the density is divided by.
    pub normaliser: Normaliser,
    /// Colours of the density.
    pub map: ColorMap,
    /// Scale of its colours.
    pub scale: ColorScale,
}

impl Default for ProjectionLook {
    /// Magenta on black, as the author's figures have it; over the density of isotropic data
    /// most of what there is differs by powers of ten.
    fn default() -> Self {
        Self {
            of: ProjectionOf::default(),
            drawn: ProjectionAs::default(),
            kernel: KernelWidth::default(),
            normaliser: Normaliser::default(),
            map: ColorMap::Magenta,
            scale: ColorScale::Log,
        }
    }
}

/// Random rotations of the samples, which show what the picture would be if the
/// neurons were nothing special.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotations {
    /// How many.
    pub count: u32,
    /// Their seed.
    pub seed: u64,
}

/// What of chance is drawn beside a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChanceLook {
    /// Only planes whose largest excess is significant at that false discovery rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub significant: Option<f64>,
    /// The lobe of an infinitely narrow cluster.
    pub resolution: bool,
    /// The band of rotated curves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotations: Option<Rotations>,
}

mod colors {
    use std::collections::BTreeMap;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::scene::Color;

    pub fn serialize<S: Serializer>(
        colors: &BTreeMap<String, Color>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        out.collect_map(colors.iter().map(|(class, color)| (class, color.hex())))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<String, Color>, D::Error> {
        let texts = BTreeMap::<String, String>::deserialize(from)?;
        let color = |(class, text): (String, String)| match Color::from_hex(&text) {
            Some(color) => Ok((class, color)),
            None => Err(D::Error::custom(format!(
                "`{text}` is no colour: write #rrggbb"
            ))),
        };
        texts.into_iter().map(color).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_keep_all_through_json() {
        let classes = ClassLook {
            curves: ClassCurves::Stacked,
            share: ClassShare::OfClass,
            hidden: ["seven".to_owned()].into(),
            colors: [("six".to_owned(), Color::rgb(1, 2, 255))].into(),
        };
        let text = serde_json::to_string(&classes).unwrap();
        assert!(text.contains("#0102ff"), "{text}");
        assert_eq!(serde_json::from_str::<ClassLook>(&text).unwrap(), classes);
        let projection = ProjectionLook {
            of: ProjectionOf::AllPlanes,
            drawn: ProjectionAs::Density,
            kernel: KernelWidth::new(0.1).unwrap(),
            normaliser: Normaliser::None,
            map: ColorMap::Cividis,
            scale: ColorScale::Log,
        };
        let text = serde_json::to_string(&projection).unwrap();
        assert_eq!(
            serde_json::from_str::<ProjectionLook>(&text).unwrap(),
            projection
        );
        let chance = ChanceLook {
            significant: Some(0.05),
            resolution: true,
            rotations: Some(Rotations {
                count: 200,
                seed: 7,
            }),
        };
        let text = serde_json::to_string(&chance).unwrap();
        assert_eq!(serde_json::from_str::<ChanceLook>(&text).unwrap(), chance);
        assert_eq!(
            serde_json::from_str::<ChanceLook>("{}").unwrap(),
            ChanceLook::default()
        );
    }

    #[test]
    fn what_is_no_look_is_refused() {
        for bad in ["0", "-0.1", "0.3", "NaN", "wide"] {
            assert!(bad.parse::<KernelWidth>().is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<ClassLook>(r#"{"colors":{"a":"red"}}"#).is_err());
        assert!(serde_json::from_str::<ScaleLook>(r#"{"axis":"sideways"}"#).is_err());
        let excess: ScaleLook = serde_json::from_str(r#"{"quantity":"excess"}"#).unwrap();
        assert_eq!(excess.color_scale(), ColorScale::Log);
    }
}

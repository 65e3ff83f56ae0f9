//! The choices that bear on a result, as chosen and as resolved.

use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use crate::srm::{
    AngleGrid, AnglesError, Cancelled, ChoiceError, Coordinates, Draw, Epsilon, EpsilonChoice,
    EpsilonError, NeuronChoice, Overview, PAPER_EPSILON, PlaneMode, PlaneSet, Sign, SweepSpec,
    overview_among,
};

/// What a person chose. Any combination can be written down; whether it can be
/// swept, [`Options::resolve`] says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// How the resolution scale is chosen; in JSON as it is typed: `"auto"`,
    /// `"0.9"`, `"null:0.01"`.
    #[serde(with = "as_text")]
    pub epsilon: EpsilonChoice,
    /// `A`: probe angles, both ends of the circle counted.
    pub angles: usize,
    /// Combinations or permutations; in JSON by name.
    #[serde(with = "by_name")]
    pub planes: PlaneMode,
    /// Whether the opposite cone is counted off.
    pub signed: bool,
    /// Among which neurons, or vectors of another basis, planes are made.
    #[serde(default, skip_serializing_if = "NeuronChoice::is_all")]
    pub neurons: NeuronChoice,
    /// At most so many planes, drawn at random; all where `None`.
    pub max_planes: Option<usize>,
    /// Seed of that draw; means nothing without it.
    pub seed: Option<u64>,
}

impl Default for Options {
    /// Auto, steps of 1°, combinations, unsigned, all planes of all neurons.
    fn default() -> Self {
        Self {
            epsilon: EpsilonChoice::Auto,
            angles: 361,
            planes: PlaneMode::Combinations,
            signed: false,
            neurons: NeuronChoice::default(),
            max_planes: None,
            seed: None,
        }
    }
}

/// Options made good for one layer in one basis.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// What to sweep.
    pub spec: SweepSpec,
    /// *Auto* was asked for but is undefined (every row is zero), so the paper's
    /// 0.9 was taken. To be said where the result is shown.
    pub auto_undefined: bool,
    /// The overview, if it was known or had to be worked out.
    pub overview: Option<Overview>,
}

/// Why options cannot be swept.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OptionsError {
    /// The resolution scale.
    #[error(transparent)]
    Epsilon(#[from] EpsilonError),
    /// The grid.
    #[error(transparent)]
    Angles(#[from] AnglesError),
    /// `max_planes = 0`.
    #[error("a sweep of at most 0 planes was asked for: at least one is needed")]
    NoPlanesAsked,
    /// All vectors of the basis are parallel.
    #[error("the basis spans no plane: its {0} vectors are all parallel")]
    NoPlane(usize),
    /// The chosen vectors are.
    #[error("the {0} chosen basis vectors span no plane: they are all parallel, so choose others")]
    NoPlaneChosen(usize),
    /// The choice of vectors.
    #[error(transparent)]
    Neurons(#[from] ChoiceError),
    /// Called off.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Options {
    /// Whether the opposite cone is counted off, in the engine's terms.
    #[must_use]
    pub fn sign(&self) -> Sign {
        if self.signed {
            Sign::Signed
        } else {
            Sign::Unsigned
        }
    }

    /// The planes of the coordinates' basis that these options ask for.
    ///
    /// # Errors
    /// If there is none.
    pub fn plane_set(&self, coordinates: &Coordinates) -> Result<PlaneSet, OptionsError> {
        let draw = self.max_planes.map(|max_planes| Draw {
            max_planes,
            seed: self.seed.unwrap_or(0),
        });
        if self.max_planes == Some(0) {
            return Err(OptionsError::NoPlanesAsked);
        }
        let basis = coordinates.basis();
        let subset = self.neurons.resolve(basis)?;
        let planes = PlaneSet::among(&subset, basis, self.planes, draw);
        match (planes.is_empty(), subset.is_whole()) {
            (false, _) => Ok(planes),
            (true, true) => Err(OptionsError::NoPlane(basis.len())),
            (true, false) => Err(OptionsError::NoPlaneChosen(subset.len())),
        }
    }

    /// Turns the choice of `ε` into a cosine and all options into what to sweep.
    /// For *auto* the overview is worked out unless that of the same planes is known.
    ///
    /// # Errors
    /// [`OptionsError`]; [`OptionsError::Cancelled`] soon after `cancel` is set.
    pub fn resolve(
        &self,
        coordinates: &Coordinates,
        known: Option<&Overview>,
        cancel: &AtomicBool,
    ) -> Result<Resolved, OptionsError> {
        let grid = AngleGrid::new(self.angles)?;
        let planes = self.plane_set(coordinates)?;
        let d = coordinates.activations().n_neurons();
        let mut auto_undefined = false;
        let is_same = |known: &&Overview| known.subset == *planes.subset();
        let mut seen = known.filter(is_same).cloned();
        let epsilon = match self.epsilon {
            EpsilonChoice::Value(epsilon) => epsilon,
            EpsilonChoice::NullShare(share) => Epsilon::from_null_share(share, d)?,
            EpsilonChoice::Auto => {
                let facts = match seen.take() {
                    Some(facts) => facts,
                    None => overview_among(planes.subset(), coordinates, cancel)?,
                };
                let auto = seen.insert(facts).auto_epsilon;
                auto_undefined = auto.is_none();
                auto.unwrap_or_else(|| Epsilon::clamped(PAPER_EPSILON))
            }
        };
        Ok(Resolved {
            spec: SweepSpec {
                epsilon,
                grid,
                sign: self.sign(),
                planes,
            },
            auto_undefined,
            overview: seen,
        })
    }
}

mod as_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::srm::EpsilonChoice;

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub fn serialize<S: Serializer>(choice: &EpsilonChoice, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(choice)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<EpsilonChoice, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

mod by_name {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::srm::PlaneMode;

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub fn serialize<S: Serializer>(mode: &PlaneMode, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(mode.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PlaneMode, D::Error> {
        let name = String::deserialize(from)?;
        [PlaneMode::Combinations, PlaneMode::Permutations]
            .into_iter()
            .find(|mode| mode.name() == name)
            .ok_or_else(|| {
                D::Error::custom(format!("`{name}` is neither combinations nor permutations"))
            })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::srm::{Activations, UnitBasis};

    fn layer(rows: &[Vec<f64>]) -> Coordinates {
        Coordinates::standard(Arc::new(Activations::from_rows(rows).unwrap()))
    }

    fn resolve(options: &Options, layer: &Coordinates) -> Result<Resolved, OptionsError> {
        options.resolve(layer, None, &AtomicBool::new(false))
    }

    #[test]
    fn each_choice_of_epsilon_comes_to_its_cosine() {
        let layer = layer(&[vec![3.0, 4.0, 12.0], vec![0.0, 0.0, 0.0]]);
        let check = |text: &str, expected: f64| {
            let options = Options {
                epsilon: text.parse().unwrap(),
                ..Options::default()
            };
            let resolved = resolve(&options, &layer).unwrap();
            assert!(
                (resolved.spec.epsilon.get() - expected).abs() < 1e-9,
                "{text}"
            );
            assert!(!resolved.auto_undefined);
            assert_eq!(resolved.overview.is_some(), text == "auto");
        };
        check("-0.4", -0.4);
        // In three dimensions a cap of cosine ε has the share (1 − ε)/2.
        check("null:0.1", 0.8);
        // √(4² + 12²)/13 = 0.97 is above the paper's 0.9.
        check("auto", 0.9);
    }

    #[test]
    fn auto_of_zero_rows_alone_is_the_papers_and_is_said() {
        let resolved = resolve(&Options::default(), &layer(&[vec![0.0; 3]])).unwrap();
        assert_eq!(resolved.spec.epsilon.get(), PAPER_EPSILON);
        assert!(resolved.auto_undefined);
    }

    #[test]
    fn what_cannot_be_swept_is_refused() {
        let standard = layer(&[vec![1.0, 2.0, 3.0]]);
        let check = |options: &Options, expected: &OptionsError| {
            assert_eq!(resolve(options, &standard).as_ref(), Err(expected));
        };
        let options = Options::default;
        check(
            &Options {
                angles: 1,
                ..options()
            },
            &OptionsError::Angles(AnglesError::TooFew(1)),
        );
        check(
            &Options {
                max_planes: Some(0),
                ..options()
            },
            &OptionsError::NoPlanesAsked,
        );
        let parallel = UnitBasis::dense(vec![1.0, 0.0, -2.0, 0.0], 2, 2).unwrap();
        let activations = Activations::from_rows(&[vec![1.0, 2.0]]).unwrap();
        let parallel = Coordinates::new(Arc::new(activations), Arc::new(parallel)).unwrap();
        assert_eq!(
            resolve(&options(), &parallel),
            Err(OptionsError::NoPlane(2))
        );
    }

    #[test]
    fn planes_are_made_among_the_chosen_neurons() {
        let layer = layer(&[vec![3.0, 4.0, 12.0], vec![0.0, 0.0, 1.0]]);
        let among = |only: &str| Options {
            neurons: NeuronChoice {
                only: Some(only.parse().unwrap()),
                without: None,
            },
            ..Options::default()
        };
        let resolved = resolve(&among("0:2"), &layer).unwrap();
        assert_eq!(resolved.spec.planes.len(), 1);
        // The first row has 5 of 13 in that plane, the other nothing.
        assert!((resolved.spec.epsilon.get() - 5.0 / 13.0).abs() < 1e-12);
        // What is known of other planes is not taken for it.
        let never = AtomicBool::new(false);
        let known = resolve(&Options::default(), &layer).unwrap().overview;
        let again = among("0:2")
            .resolve(&layer, known.as_ref(), &never)
            .unwrap();
        assert_eq!(again, resolved);
        let error = resolve(&among("1:4"), &layer).unwrap_err().to_string();
        assert!(error.contains("there are 3 neurons"), "{error}");
        let rows = vec![1.0, 0.0, -2.0, 0.0, 0.0, 1.0];
        let parallel = UnitBasis::dense(rows, 3, 2).unwrap();
        let activations = Activations::from_rows(&[vec![1.0, 2.0]]).unwrap();
        let parallel = Coordinates::new(Arc::new(activations), Arc::new(parallel)).unwrap();
        assert_eq!(
            resolve(&among("0:2"), &parallel),
            Err(OptionsError::NoPlaneChosen(2))
        );
        assert!(resolve(&among("1:3"), &parallel).is_ok());
    }

    #[test]
    fn old_records_have_no_choice_of_neurons_and_new_ones_say_none() {
        let json = serde_json::to_string(&Options::default()).unwrap();
        assert!(!json.contains("neurons"), "{json}");
        assert_eq!(
            serde_json::from_str::<Options>(&json).unwrap(),
            Options::default()
        );
    }

    #[test]
    fn options_keep_every_digit_through_json() {
        let options = Options {
            epsilon: "0.53412345678901234".parse().unwrap(),
            angles: 100,
            planes: PlaneMode::Permutations,
            signed: true,
            neurons: NeuronChoice {
                only: Some("0:64,223".parse().unwrap()),
                without: Some("3".parse().unwrap()),
            },
            max_planes: Some(7),
            seed: Some(u64::MAX),
        };
        let text = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<Options>(&text).unwrap(), options);
        for bad in [
            r#"{"epsilon":"wide","angles":3,"planes":"combinations","signed":false}"#,
            r#"{"epsilon":"0.5","angles":3,"planes":"some","signed":false}"#,
        ] {
            assert!(serde_json::from_str::<Options>(bad).is_err(), "{bad}");
        }
    }
}

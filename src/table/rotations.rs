//! A test by rotation: a row a rotation as TSV, and a summary as JSON.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::summary::{Ground, SUMMARY_FORMAT};
use crate::srm::{AlignmentCounts, Interval, RotatedCounts, RotationTest, SampleCounts, Standing};

/// What a script wants to know of a test by rotation, its fields in the order in which they are
/// printed. What is undefined (NaN) becomes `null`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RotationSummary {
    /// [`SUMMARY_FORMAT`].
    pub format: u32,
    /// `N`.
    pub n_samples: usize,
    /// `d`.
    pub n_neurons: usize,
    /// Rows left out of `N`.
    pub excluded_rows: usize,
    /// Zero rows among the `N`.
    pub zero_rows: usize,
    /// Vectors among which planes are made, where that is not all of the basis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_vectors: Option<usize>,
    /// The resolution scale, in full.
    pub epsilon: f64,
    /// Its half-angle in degrees.
    pub half_angle_deg: f64,
    /// The share of isotropic data that a probe lights.
    pub null_share: f64,
    /// Random rotations compared with.
    pub rotations: usize,
    /// Their seed.
    pub seed: u64,
    /// All planes together.
    pub layer: Tested,
    /// The plane that was asked for.
    pub plane: Option<TestedPlane>,
    /// The second opinion.
    pub kurtosis: TestedKurtosis,
}

/// An alignment and how it stands among rotations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tested {
    /// Planes that it is a mean over.
    pub planes: usize,
    /// Counts summed over the four axes of each.
    pub axes: u64,
    /// Counts summed over the four bisectors of each.
    pub bisectors: u64,
    /// Samples that light an axis or a bisector; `None` where that takes long to tell.
    pub lit: Option<u64>,
    /// The alignment index.
    pub alignment: f64,
    /// Its 95% bootstrap interval over samples, the sampling error alone.
    pub alignment_interval: Option<[f64; 2]>,
    /// The contrast.
    pub contrast: f64,
    /// Of the contrasts under rotation.
    pub rotated_mean: f64,
    /// Likewise.
    pub rotated_std: f64,
    /// Counts at axes and bisectors together under a rotation, on average.
    pub rotated_counts: f64,
    /// Rotations under which anything is lit there.
    pub rotations_lit: usize,
    /// See [`Standing::z`].
    pub z: f64,
    /// See [`Standing::p`].
    pub p: f64,
}

/// A plane's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestedPlane {
    /// First vector.
    pub i: u32,
    /// Second vector.
    pub j: u32,
    /// How it stands.
    #[serde(flatten)]
    pub tested: Tested,
}

/// The mean excess kurtosis along the vectors and how it stands among rotations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestedKurtosis {
    /// The mean over vectors along which samples differ.
    pub mean: f64,
    /// Vectors along which they do not.
    pub constant: usize,
    /// Of the means under rotation.
    pub rotated_mean: f64,
    /// Likewise.
    pub rotated_std: f64,
    /// See [`Standing::z`].
    pub z: f64,
    /// See [`Standing::p`].
    pub p: f64,
    /// Along each vector among which planes are made, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<Vec<f64>>,
}

impl Tested {
    /// With the interval, which takes a thousand resamples.
    #[must_use]
    pub fn new(counts: &RotatedCounts, samples: Option<&SampleCounts>, seed: u64) -> Self {
        let alignment = counts.alignment();
        let Standing {
            mean, std, z, p, ..
        } = counts.contrast();
        let interval = |samples: &SampleCounts| {
            let Interval { low, high } = samples.index_interval(seed);
            (!low.is_nan()).then_some([low, high])
        };
        let rotated = counts.rotated.iter();
        Self {
            planes: counts.planes,
            axes: counts.observed.axes,
            bisectors: counts.observed.bisectors,
            lit: samples.map(SampleCounts::lit),
            alignment: alignment.index(),
            alignment_interval: samples.and_then(interval),
            contrast: alignment.contrast(),
            rotated_mean: mean,
            rotated_std: std,
            rotated_counts: counts.rotated_counts(),
            rotations_lit: rotated.filter(|one| one.axes + one.bisectors > 0).count(),
            z,
            p,
        }
    }
}

impl RotationSummary {
    /// Of a test as far as it has come.
    #[must_use]
    pub fn new(ground: &Ground, test: &RotationTest) -> Self {
        let spec = test.spec();
        let epsilon = spec.sweep.epsilon;
        let plane = test.plane.as_ref().map(|plane| TestedPlane {
            i: plane.plane.i,
            j: plane.plane.j,
            tested: Tested::new(&plane.counts, Some(&plane.samples), spec.seed),
        });
        let kurtosis = test.kurtosis.mean();
        Self {
            format: SUMMARY_FORMAT,
            n_samples: ground.n_samples,
            n_neurons: ground.n_neurons,
            excluded_rows: ground.excluded_rows,
            zero_rows: ground.zero_rows,
            chosen_vectors: ground.chosen_vectors,
            epsilon: epsilon.get(),
            half_angle_deg: epsilon.half_angle_deg(),
            null_share: epsilon.null_share(ground.n_neurons),
            rotations: test.rotations(),
            seed: spec.seed,
            layer: Tested::new(&test.layer, test.samples.as_ref(), spec.seed),
            plane,
            kurtosis: TestedKurtosis {
                mean: kurtosis.observed,
                constant: test.kurtosis.constant(),
                rotated_mean: kurtosis.mean,
                rotated_std: kurtosis.std,
                z: kurtosis.z,
                p: kurtosis.p,
                each: None,
            },
        }
    }

    /// With the kurtosis along each vector.
    #[must_use]
    pub fn with_each(mut self, test: &RotationTest) -> Self {
        self.kurtosis.each = Some(test.kurtosis.each.clone());
        self
    }

    /// As indented JSON, without a line break at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Numbers under fixed names: nothing that could fail.
        serde_json::to_string_pretty(self).unwrap_or_else(|e| unreachable!("{e}"))
    }
}

/// Writes a line for what is observed and one for each rotation, every digit kept: the
/// counts at axes and bisectors, index and contrast of the layer, those of the plane if
/// one was tested, and the mean excess kurtosis. What is undefined is an empty field.
///
/// # Errors
/// If `out` cannot be written.
pub fn rotations_tsv(out: &mut impl Write, test: &RotationTest) -> io::Result<()> {
    let plane = test.plane.as_ref().map(|plane| &plane.counts);
    let mut head = "rotation\taxes\tbisectors\talignment\tcontrast".to_owned();
    if plane.is_some() {
        head.push_str("\tplane_axes\tplane_bisectors\tplane_alignment\tplane_contrast");
    }
    writeln!(out, "{head}\tkurtosis")?;
    let observed = test.kurtosis.mean().observed;
    let line = |name: &str, of: &dyn Fn(&RotatedCounts) -> AlignmentCounts, kurtosis: f64| {
        let mut line = name.to_owned();
        cells(&mut line, &test.layer, of(&test.layer));
        if let Some(plane) = plane {
            cells(&mut line, plane, of(plane));
        }
        cell(&mut line, kurtosis);
        line
    };
    writeln!(
        out,
        "{}",
        line("observed", &|counts| counts.observed, observed)
    )?;
    for (k, &kurtosis) in test.kurtosis.rotated.iter().enumerate() {
        let rotated = |counts: &RotatedCounts| counts.rotated[k];
        writeln!(out, "{}", line(&k.to_string(), &rotated, kurtosis))?;
    }
    Ok(())
}

fn cells(line: &mut String, of: &RotatedCounts, counts: AlignmentCounts) {
    // A string takes whatever is written to it.
    let _ = write!(line, "\t{}\t{}", counts.axes, counts.bisectors);
    let alignment = counts.alignment(of.n_samples, of.planes);
    cell(line, alignment.index());
    cell(line, alignment.contrast());
}

fn cell(line: &mut String, value: f64) {
    line.push('\t');
    if !value.is_nan() {
        let _ = write!(line, "{value}");
    }
}

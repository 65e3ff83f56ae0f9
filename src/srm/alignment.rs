//! Whether the light lies on the privileged directions or between them.

/// Contrast and alignment index of a plane or of a layer.
///
/// `f_axes` is the mean of the unsigned `f` at `0, α, π, π + α`, `f_bisectors`
/// at `α/2, (π + α)/2, π + α/2, (3π + α)/2`, each evaluated exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alignment {
    /// `f_axes`.
    pub axes: f64,
    /// `f_bisectors`.
    pub bisectors: f64,
}

impl Alignment {
    /// From the counts summed over the four directions of each of `planes`
    /// planes of `n_samples` samples.
    #[must_use]
    pub fn from_counts(axes: u64, bisectors: u64, n_samples: usize, planes: usize) -> Self {
        let all = 4.0 * n_samples as f64 * planes as f64;
        Self {
            axes: axes as f64 / all,
            bisectors: bisectors as f64 / all,
        }
    }

    /// `f_axes − f_bisectors`.
    #[must_use]
    pub fn contrast(&self) -> f64 {
        self.axes - self.bisectors
    }

    /// `(f_axes − f_bisectors) / (f_axes + f_bisectors)`, in `[−1, 1]`: above 0
    /// aligned, below 0 anti-aligned; NaN where neither is lit.
    #[must_use]
    pub fn index(&self) -> f64 {
        self.contrast() / (self.axes + self.bisectors)
    }
}

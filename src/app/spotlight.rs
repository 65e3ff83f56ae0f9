//! Where the spotlight points: at the peak of the selected plane's curve, or where it was
//! turned to.

use crate::srm::{AngleGrid, Curve};

use super::App;

impl App {
    /// The curve of the selected plane, once it is there.
    pub(super) fn first_curve(&self) -> Option<&Curve> {
        self.state.curves.result()?.curves.first()
    }

    /// The in-plane angle of the spotlight in radians, from `b_i` towards `b_j`; `None`
    /// where it is to point at the peak of a curve that is not known or is dark.
    #[must_use]
    pub fn spotlight_rad(&self) -> Option<f64> {
        if let Some(angle) = self.document.choices.angle_rad {
            return Some(angle);
        }
        let curve = self.first_curve()?;
        let (index, _) = curve.peak()?;
        // By the curve's own grid, which may be the one before a change of A.
        let grid = AngleGrid::new(curve.counts.len()).ok()?;
        Some(grid.angle_rad(index))
    }
}

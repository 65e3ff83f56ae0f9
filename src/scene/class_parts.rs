//! A plane's curve split by class, as curves of a polar view.

use super::{Color, PolarCurve, PolarFill, Text};

/// The part of a curve that the samples of a class make.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassPart {
    /// What the class is called.
    pub name: Text,
    /// Its colour.
    pub color: Color,
    /// Lengths of dashes and gaps of its edge, in widths of the line; solid where `None`.
    pub dash: Option<[f32; 2]>,
    /// Counts at the angles of the closed grid.
    pub counts: Vec<i64>,
    /// What they are fractions of: all samples, or those of the class.
    pub of: u64,
}

impl ClassPart {
    fn fractions(&self) -> Vec<f64> {
        let of = self.of.max(1) as f64;
        self.counts.iter().map(|&count| count as f64 / of).collect()
    }
}

/// A curve a class, the first on top.
#[must_use]
pub fn overlaid(parts: &[ClassPart]) -> Vec<PolarCurve> {
    let curve = |part: &ClassPart| PolarCurve {
        name: part.name.clone(),
        fractions: part.fractions(),
        color: part.color,
        dash: part.dash,
        fill: PolarFill::None,
    };
    parts.iter().rev().map(curve).collect()
}

/// A band a class, from the first at the centre outwards: the outermost edge is their
/// sum. Of fractions of the same number, none negative.
#[must_use]
pub fn stacked(parts: &[ClassPart]) -> Vec<PolarCurve> {
    let angles = parts.first().map_or(0, |part| part.counts.len());
    let mut sum = vec![0.0; angles];
    let mut curves = Vec::with_capacity(parts.len());
    for part in parts {
        let below = sum.clone();
        for (sum, fraction) in sum.iter_mut().zip(part.fractions()) {
            *sum += fraction;
        }
        curves.push(PolarCurve {
            name: part.name.clone(),
            fractions: sum.clone(),
            color: part.color,
            dash: part.dash,
            fill: PolarFill::From(below),
        });
    }
    // As in a legend that is read from the outside in.
    curves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(counts: &[i64], of: u64) -> ClassPart {
        ClassPart {
            name: Text::default(),
            color: Color::rgb(0, 0, 0),
            dash: None,
            counts: counts.to_vec(),
            of,
        }
    }

    #[test]
    fn stacked_parts_end_in_their_sum() {
        let curves = stacked(&[part(&[1, 0, 1], 10), part(&[2, 5, 2], 10)]);
        assert_eq!(curves[0].fractions, [0.1, 0.0, 0.1]);
        assert_eq!(curves[0].fill, PolarFill::From(vec![0.0; 3]));
        let sum = [0.3, 0.5, 0.3];
        let close = curves[1].fractions.iter().zip(sum);
        assert!(close.into_iter().all(|(a, b)| (a - b).abs() < 1e-12));
        assert_eq!(curves[1].fill, PolarFill::From(curves[0].fractions.clone()));
    }

    #[test]
    fn the_first_of_overlaid_parts_is_drawn_last() {
        let curves = overlaid(&[part(&[1, 1], 4), part(&[1, 1], 2)]);
        assert_eq!(curves[1].fractions, [0.25, 0.25]);
        assert_eq!(curves[0].fractions, [0.5, 0.5]);
    }
}

//! Where a spotlight points: at an angle of a plane, or along a privileged direction.

use std::fmt;

use super::plane::Plane;

/// One of the two ways along a vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// `+b_k`.
    #[default]
    Plus,
    /// `−b_k`.
    Minus,
}

impl Side {
    /// Both, `+` first.
    pub const BOTH: [Self; 2] = [Self::Plus, Self::Minus];

    /// `1` or `−1`.
    #[must_use]
    pub fn sign(self) -> i8 {
        match self {
            Self::Plus => 1,
            Self::Minus => -1,
        }
    }
}

/// A privileged direction `±b_k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pole {
    /// Zero-based number of the vector, `k`.
    pub vector: u32,
    /// Which way along it.
    pub side: Side,
}

impl fmt::Display for Pole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.side {
            Side::Plus => '+',
            Side::Minus => '−',
        };
        write!(f, "{sign}b{}", self.vector)
    }
}

/// Where a spotlight points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// Along the probe `p(θ) = cos θ · e1 + sin θ · e2` of a plane.
    Plane {
        /// The plane.
        plane: Plane,
        /// `θ`: radians from `b_i` towards `b_j`, any number of turns.
        angle_rad: f64,
    },
    /// Along a privileged direction.
    Pole(Pole),
}

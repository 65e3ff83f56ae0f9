//! The seven hues of Okabe and Ito, told apart with any colour vision. In which order
//! they are taken depends on what is drawn, and on which ground.

use super::Color;

/// Orange.
pub const ORANGE: Color = Color::rgb(230, 159, 0);
/// Sky blue.
pub const SKY_BLUE: Color = Color::rgb(86, 180, 233);
/// Bluish green.
pub const GREEN: Color = Color::rgb(0, 158, 115);
/// Yellow.
pub const YELLOW: Color = Color::rgb(240, 228, 66);
/// Blue.
pub const BLUE: Color = Color::rgb(0, 114, 178);
/// Vermillion.
pub const VERMILLION: Color = Color::rgb(213, 94, 0);
/// Reddish purple.
pub const PURPLE: Color = Color::rgb(204, 121, 167);

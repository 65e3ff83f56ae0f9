//! The entries of text tables and how numbers are written.

use std::fmt::Write;

/// An entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    /// A whole number.
    Whole(i64),
    /// A real one; NaN where it is undefined.
    Real(f64),
}

impl From<u64> for Cell {
    fn from(n: u64) -> Self {
        Self::Whole(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Cell {
    fn from(n: u32) -> Self {
        Self::Whole(i64::from(n))
    }
}

impl From<f64> for Cell {
    fn from(x: f64) -> Self {
        Self::Real(x)
    }
}

impl Cell {
    /// Appends the shortest decimal that reads back as the very number; a real
    /// one always has a point or an exponent, so that a column keeps its type
    /// whatever it holds. `undefined` stands for NaN.
    pub fn write_to(self, text: &mut String, undefined: &str) {
        // A string takes whatever is written to it.
        let _ = match self {
            Self::Whole(n) => write!(text, "{n}"),
            Self::Real(x) if x.is_nan() => {
                text.push_str(undefined);
                Ok(())
            }
            Self::Real(x) => write!(text, "{x:?}"),
        };
    }
}

/// The fractions of counts among `n_samples` as text. Neighbours on a curve are often
/// alike, so the last is remembered.
#[derive(Debug)]
pub(super) struct Fractions {
    n_samples: f64,
    last: Option<i64>,
    text: String,
}

impl Fractions {
    pub fn new(n_samples: usize) -> Self {
        Self {
            n_samples: n_samples as f64,
            last: None,
            text: String::new(),
        }
    }

    /// Appends the fraction that `count` is.
    pub fn write_to(&mut self, out: &mut String, count: i64) {
        if self.last != Some(count) {
            self.text.clear();
            Cell::Real(count as f64 / self.n_samples).write_to(&mut self.text, "");
            self.last = Some(count);
        }
        out.push_str(&self.text);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(cell: Cell) -> String {
        let mut text = String::new();
        cell.write_to(&mut text, "?");
        text
    }

    /// The digits that count.
    fn digits(text: &str) -> String {
        let mantissa = text.split('e').next().unwrap_or_default();
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        digits.trim_matches('0').to_owned()
    }

    #[test]
    fn a_real_number_looks_like_one() {
        assert_eq!(text(Cell::Real(0.0)), "0.0");
        assert_eq!(text(Cell::Real(1.0)), "1.0");
        assert_eq!(text(Cell::Real(0.1)), "0.1");
        assert_eq!(text(Cell::Real(-1e-9)), "-1e-9");
        assert_eq!(text(Cell::Real(f64::NAN)), "?");
        assert_eq!(text(Cell::Whole(-7)), "-7");
        assert_eq!(text(u64::MAX.into()), i64::MAX.to_string());
    }

    proptest! {
        #[test]
        fn every_digit_comes_back(bits: u64) {
            let x = f64::from_bits(bits);
            prop_assume!(x.is_finite());
            let text = text(Cell::Real(x));
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits);
            // JSON has no other idea of it.
            prop_assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), bits);
            // No digit more than it takes.
            prop_assert_eq!(digits(&text), digits(&format!("{x:e}")), "{}", text);
        }

        #[test]
        fn a_fraction_is_its_count_over_all(
            counts in prop::collection::vec(-40i64..40, 1..40), n_samples in 1usize..1_000_000,
        ) {
            let mut fractions = Fractions::new(n_samples);
            for count in counts {
                let mut text = String::new();
                fractions.write_to(&mut text, count);
                prop_assert_eq!(text.parse::<f64>().unwrap(), count as f64 / n_samples as f64);
            }
        }
    }
}

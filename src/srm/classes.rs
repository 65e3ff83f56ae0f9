//! The class of each sample.

use std::sync::Arc;

/// The class of samples that have none.
pub const NO_CLASS: u32 = u32::MAX;

/// A class for each of a layer's `N` samples, by its place among the names.
///
/// Samples may be without a class ([`NO_CLASS`]): they belong to the whole and to no
/// class, so that classes and those without always add up to the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    of_samples: Arc<[u32]>,
    names: Arc<[String]>,
    sizes: Arc<[u64]>,
    without: u64,
}

impl Classes {
    /// Of the classes of all samples, in their order, and of what the classes are called;
    /// a number beyond the names is [`NO_CLASS`].
    #[must_use]
    pub fn new(mut of_samples: Vec<u32>, names: Arc<[String]>) -> Self {
        let mut sizes = vec![0; names.len()];
        let mut without = 0;
        for class in &mut of_samples {
            if let Some(size) = sizes.get_mut(*class as usize) {
                *size += 1;
            } else {
                *class = NO_CLASS;
                without += 1;
            }
        }
        Self {
            of_samples: of_samples.into(),
            names,
            sizes: sizes.into(),
            without,
        }
    }

    /// How many classes there are, those without a sample counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no class.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The class of each of the `N` samples, or [`NO_CLASS`].
    #[must_use]
    pub fn of_samples(&self) -> &[u32] {
        &self.of_samples
    }

    /// The class of a sample.
    ///
    /// # Panics
    /// If `sample ≥ N`.
    #[must_use]
    pub fn of(&self, sample: usize) -> Option<u32> {
        Some(self.of_samples[sample]).filter(|&class| class != NO_CLASS)
    }

    /// What each class is called.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Samples of each class.
    #[must_use]
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Samples without a class.
    #[must_use]
    pub fn without(&self) -> u64 {
        self.without
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_those_without_make_the_whole() {
        let names: Arc<[String]> = ["a", "b", "c"].map(str::to_owned).into();
        let classes = Classes::new(vec![1, 1, 7, 0, NO_CLASS], names);
        assert_eq!(classes.sizes(), [1, 2, 0]);
        assert_eq!(classes.without(), 2);
        assert_eq!(classes.of(0), Some(1));
        assert_eq!((classes.of(2), classes.of(4)), (None, None));
    }
}

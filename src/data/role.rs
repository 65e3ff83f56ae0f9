//! What an array most likely is, by its shape, its dtype and its name.

use super::dtype::{Descr, Dtype};
use super::head::Head;

/// What an array is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Samples by neurons.
    Activations,
    /// A class for each sample.
    Labels,
    /// A name for each class.
    ClassNames,
    /// A picture for each sample.
    Images,
    /// Privileged vectors.
    Basis,
    /// None of these.
    Other,
}

impl Role {
    /// As it is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Activations => "activations",
            Self::Labels => "labels",
            Self::ClassNames => "class names",
            Self::Images => "images",
            Self::Basis => "basis",
            Self::Other => "other",
        }
    }
}

/// What the array of that name most likely is.
pub(super) fn role(name: &str, head: &Head) -> Role {
    let name = name.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let shape = &head.shape[..];
    let dtype = match &head.descr {
        Descr::Numbers { dtype, .. } => *dtype,
        Descr::Refused(refused) if refused.is_text() && shape.len() == 1 => {
            return if says(&["name"]) {
                Role::ClassNames
            } else {
                Role::Labels
            };
        }
        Descr::Refused(_) => return Role::Other,
    };
    let is_whole = !matches!(dtype, Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64);
    match shape {
        [_] | [_, 1] if is_whole => Role::Labels,
        [] | [_] | [_, 1] => Role::Other,
        [_, _] if says(&["basis"]) => Role::Basis,
        [_, _, _] | [_, _, _, 1 | 3 | 4]
            if dtype == Dtype::U8 || says(&["image", "img", "pixel", "picture"]) =>
        {
            Role::Images
        }
        _ => Role::Activations,
    }
}

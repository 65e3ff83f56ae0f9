//! What an array most likely is, by its shape, its dtype and its name.

use super::choose::ArrayInfo;
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

/// Words of names that say what an array is.
const LABEL_WORDS: [&str; 3] = ["label", "class", "target"];
const IMAGE_WORDS: [&str; 5] = ["image", "img", "pixel", "picture", "photo"];
const NAME_WORDS: [&str; 2] = ["name", "words"];

/// Most places of a picture's channels.
fn are_channels(n: u64) -> bool {
    matches!(n, 1 | 3 | 4)
}

impl Role {
    /// Whether a name says that the array is that.
    pub(super) fn is_said_by(self, name: &str) -> bool {
        let name = name.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
        match self {
            Self::Labels => says(&LABEL_WORDS) || name == "y",
            Self::ClassNames => says(&NAME_WORDS),
            Self::Images => says(&IMAGE_WORDS),
            Self::Basis => says(&["basis"]),
            Self::Activations | Self::Other => false,
        }
    }
}

impl ArrayInfo {
    /// Whether its head leaves open that it is that.
    #[must_use]
    pub fn could_be(&self, role: Role) -> bool {
        let text = is_text(&self.dtype);
        let number = text || is_number(&self.dtype);
        match (role, &self.shape[..]) {
            (Role::Labels, [_] | [_, 1]) => number,
            (Role::ClassNames, [_] | [_, 1]) => text,
            (Role::Images, &[_, a, _, b]) => {
                number && !text && (are_channels(a) || are_channels(b))
            }
            (Role::Images, [_, _, _]) | (Role::Basis, [_, _]) => number && !text,
            (Role::Activations, _) => self.problem.is_none(),
            _ => false,
        }
    }

    /// Whether its key says that it is that.
    pub(super) fn says(&self, role: Role) -> bool {
        self.key.as_deref().is_some_and(|key| role.is_said_by(key))
    }
}

fn is_text(dtype: &str) -> bool {
    let dtype = dtype.trim_start_matches(['<', '>', '|', '=']);
    let size = dtype.strip_prefix(['U', 'S', 'a']);
    size.is_some_and(|size| !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_number(dtype: &str) -> bool {
    Dtype::ALL.iter().any(|known| known.name() == dtype)
}

/// What the array of that name most likely is.
pub(super) fn role(name: &str, head: &Head) -> Role {
    let says = |role: Role| role.is_said_by(name);
    let shape = &head.shape[..];
    let dtype = match &head.descr {
        Descr::Numbers { dtype, .. } => *dtype,
        Descr::Refused(refused) if refused.is_text() && matches!(shape, [_] | [_, 1]) => {
            return if says(Role::ClassNames) {
                Role::ClassNames
            } else {
                Role::Labels
            };
        }
        Descr::Refused(_) => return Role::Other,
    };
    let is_whole = !matches!(dtype, Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64);
    match *shape {
        [_] | [_, 1] if is_whole || says(Role::Labels) => Role::Labels,
        [] | [_] | [_, 1] => Role::Other,
        [_, _] if says(Role::Basis) => Role::Basis,
        [_, _, _] if dtype == Dtype::U8 || says(Role::Images) => Role::Images,
        [_, a, _, b]
            if (are_channels(a) || are_channels(b))
                && (dtype == Dtype::U8 || says(Role::Images)) =>
        {
            Role::Images
        }
        _ => Role::Activations,
    }
}

//! Whether counts may be added up: everything equal but the samples.

use std::collections::HashMap;

use super::error::MergeError;
use super::shard::Shard;
use crate::session::{BasisSource, Source};
use crate::srm::{EpsilonChoice, Plane};
use crate::words::{count, thousands, times};

/// Something that shards must have in common.
struct Trait {
    same: fn(&Shard, &Shard) -> bool,
    /// In words that go after "was swept".
    told: fn(&Shard) -> String,
    advice: &'static str,
}

const TRAITS: [Trait; 9] = [
    Trait {
        same: |a, b| a.neurons() == b.neurons(),
        told: |shard| format!("on {}", count(shard.neurons() as u64, "neuron")),
        advice: "shards are samples of one and the same layer",
    },
    Trait {
        same: |a, b| same_basis(a.provenance.basis.as_ref(), b.provenance.basis.as_ref()),
        told: |shard| basis(shard.provenance.basis.as_ref()),
        advice: "sweep both with the same file as --basis, or both without",
    },
    Trait {
        same: |a, b| a.facts.epsilon.to_bits() == b.facts.epsilon.to_bits(),
        told: |shard| format!("at epsilon {}", shard.facts.epsilon),
        advice: "sweep both with the same --epsilon",
    },
    Trait {
        same: |a, b| a.grid.count() == b.grid.count(),
        told: |shard| format!("at {}", count(shard.grid.count() as u64, "angle")),
        advice: "sweep both with the same --angles",
    },
    Trait {
        same: |a, b| a.provenance.options.signed == b.provenance.options.signed,
        told: |shard| {
            let signed = shard.provenance.options.signed;
            if signed { "signed" } else { "unsigned" }.to_owned()
        },
        advice: "sweep both with --signed, or both without",
    },
    Trait {
        same: |a, b| a.provenance.options.planes == b.provenance.options.planes,
        told: |shard| format!("over {}", shard.provenance.options.planes.name()),
        advice: "sweep both with the same --planes",
    },
    Trait {
        same: same_neurons,
        told: |shard| match &shard.provenance.options.neurons {
            all if all.is_all() => "among all neurons".to_owned(),
            some => format!("among neurons {some}"),
        },
        advice: "sweep both with the same --neurons and --without-neurons, or both without",
    },
    Trait {
        same: |a, b| a.provenance.plane == b.provenance.plane,
        told: |shard| match shard.provenance.plane {
            Some([i, j]) => format!("in {} alone", Plane { i, j }),
            None => "in all planes".to_owned(),
        },
        advice: "sweep the same planes of both",
    },
    Trait {
        same: |a, b| a.planes == b.planes && a.facts.planes_in_all == b.facts.planes_in_all,
        told: drawn,
        advice: "sweep both with the same --max-planes and --seed, or both without",
    },
];

/// The advice where *auto* made the difference.
const AUTO: &str = "auto gives each shard an epsilon of its own, so sweep the shards with a \
                    number (--epsilon 0.9) or a share of isotropic data (--epsilon null:0.01)";

/// Refuses a shard that differs from the first.
pub(super) fn agree(first: &Shard, other: &Shard) -> Result<(), MergeError> {
    let Some(differing) = TRAITS.iter().find(|each| !(each.same)(first, other)) else {
        return Ok(());
    };
    let auto = [first, other]
        .iter()
        .any(|shard| shard.provenance.options.epsilon == EpsilonChoice::Auto);
    let epsilon = first.facts.epsilon.to_bits() != other.facts.epsilon.to_bits();
    Err(MergeError::Differs {
        file: other.name.clone(),
        theirs: (differing.told)(other),
        first: first.name.clone(),
        ours: (differing.told)(first),
        advice: if auto && epsilon {
            AUTO
        } else {
            differing.advice
        },
    })
}

/// Refuses shards that were centred, each by a mean of its own.
pub(super) fn not_centred(shards: &[Shard]) -> Result<(), MergeError> {
    let is_centred = |source: &Source| source.read_as.center.is_some();
    let centred = |shard: &&Shard| shard.provenance.samples.sources().iter().any(is_centred);
    shards.iter().find(centred).map_or(Ok(()), |shard| {
        let file = shard.name.clone();
        Err(MergeError::Centred { file })
    })
}

/// Refuses another plane than the first shard has at that place.
pub(super) fn agree_on_plane(
    [file, first]: [&str; 2],
    theirs: Plane,
    ours: Plane,
) -> Result<(), MergeError> {
    if theirs == ours {
        return Ok(());
    }
    Err(MergeError::Differs {
        file: file.to_owned(),
        theirs: format!("in {theirs}"),
        first: first.to_owned(),
        ours: format!("in {ours} in its place"),
        advice: "sweep both with the same --max-planes and --seed, or both without",
    })
}

/// Refuses samples that are in two shards, or twice in one.
pub(super) fn no_repeats(shards: &[Shard]) -> Result<(), MergeError> {
    let mut seen: HashMap<(&str, Option<&str>), &str> = HashMap::new();
    for shard in shards {
        for source in shard.provenance.samples.sources() {
            let sha256 = source.sha256.as_deref().unwrap_or_default();
            let Some(before) = seen.insert((sha256, source.key.as_deref()), &shard.name) else {
                continue;
            };
            let array = source.key.as_ref().map(|key| format!("`{key}` of "));
            return Err(MergeError::Repeated {
                samples: format!(
                    "{}{} (SHA-256 {})",
                    array.unwrap_or_default(),
                    source.file_name,
                    short(sha256)
                ),
                place: if before == shard.name {
                    format!("stands twice in {before}")
                } else {
                    format!("was swept for both {before} and {}", shard.name)
                },
            });
        }
    }
    Ok(())
}

/// Whether planes are made among the same vectors, however that was typed.
fn same_neurons(a: &Shard, b: &Shard) -> bool {
    let (ours, theirs) = (&a.provenance.options.neurons, &b.provenance.options.neurons);
    let m = a.vectors() as u32;
    ours == theirs || ours.numbers(m).eq(theirs.numbers(m))
}

fn same_basis(a: Option<&BasisSource>, b: Option<&BasisSource>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            let key = |basis: &BasisSource| (basis.sha256.clone(), basis.key.clone(), basis.shape);
            a.sha256.is_some() && key(a) == key(b)
        }
        _ => false,
    }
}

fn basis(basis: Option<&BasisSource>) -> String {
    let Some(basis) = basis else {
        return "in the neurons' own axes".to_owned();
    };
    let key = basis.key.as_ref().map(|key| format!("`{key}` of "));
    let sha256 = basis.sha256.as_deref().map_or("unknown", short);
    format!(
        "in the basis {}{} ({}, SHA-256 {sha256})",
        key.unwrap_or_default(),
        basis.file_name,
        times(&basis.shape.map(|n| n as u64)),
    )
}

fn drawn(shard: &Shard) -> String {
    let in_all = count(shard.facts.planes_in_all, "plane");
    if shard.planes as u64 == shard.facts.planes_in_all {
        return format!("over all {in_all}");
    }
    let seed = shard.provenance.options.seed;
    let seed = seed.map_or(String::new(), |seed| format!(" (seed {seed})"));
    format!("over {} of {in_all}{seed}", thousands(shard.planes as u64))
}

/// As much of a hash as tells files apart.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

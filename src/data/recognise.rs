//! What files most likely are, those that come together sorted out together: by what
//! they hold, by shape and dtype, and by their names last.

use std::path::PathBuf;

use super::glance::{Glance, Is};
use super::{ArrayInfo, Role, classes};
use crate::words::{count, thousands, times};

/// A layer that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLayer {
    /// What it is called.
    pub name: String,
    /// Entries along its array's first axis.
    pub entries: u64,
    /// Rows that these make.
    pub rows: u64,
    /// Whether it gives way to the first dump that is opened.
    pub gives_way: bool,
}

/// What is open already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// The layers, the shown one first.
    pub layers: Vec<OpenLayer>,
    /// Number of classes of each of the labels.
    pub classes: Vec<u64>,
}

/// What a file, or an array of one, most likely is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The file or folder.
    pub path: PathBuf,
    /// Its name.
    pub file_name: String,
    /// The array's key, of a companion in a file of several.
    pub key: Option<String>,
    /// What it is taken for.
    pub role: Role,
    /// What it is in a few words: `labels for 1,797 samples`.
    pub what: String,
    /// What its header says: `int64`, `8 × 8 pixels, uint8`.
    pub detail: String,
    /// What else it could be.
    pub others: Vec<Role>,
    /// Why it cannot be used; a sentence with both counts.
    pub refused: Option<String>,
}

/// Sorts out files that come together: labels and pictures belong to the layers that
/// have as many samples, whether these are open or come along, and words as many as
/// there are classes are their names.
#[must_use]
pub fn recognise(glances: &[Glance], open: &Open) -> Vec<Recognised> {
    let known = Known::of(glances, open);
    glances
        .iter()
        .flat_map(|glance| known.of_file(glance))
        .collect()
}

/// The layers and labels that there are once all is open.
struct Known<'a> {
    layers: Vec<OpenLayer>,
    classes: &'a [u64],
    /// Whether labels come along.
    labels_come: bool,
}

impl<'a> Known<'a> {
    fn of(glances: &[Glance], open: &'a Open) -> Self {
        let mut come = Vec::new();
        let mut labels_come = false;
        for glance in glances {
            let Is::Arrays(arrays) = &glance.is else {
                labels_come |= matches!(glance.is, Is::Words { numbers: true, .. });
                continue;
            };
            for array in arrays {
                labels_come |= array.role == Role::Labels;
                if array.role == Role::Activations && array.problem.is_none() {
                    let entries = array.shape.first().copied().unwrap_or(0);
                    come.push(OpenLayer {
                        name: glance.file_name(),
                        entries,
                        rows: entries,
                        gives_way: false,
                    });
                }
            }
        }
        let stay = open
            .layers
            .iter()
            .filter(|layer| come.is_empty() || !layer.gives_way);
        let stay = stay.cloned().collect::<Vec<_>>();
        Self {
            layers: come.into_iter().chain(stay).collect(),
            classes: &open.classes,
            labels_come,
        }
    }

    fn fits(&self, entries: u64) -> bool {
        let mut layers = self.layers.iter();
        layers.any(|layer| layer.entries == entries || layer.rows == entries)
    }

    /// Why so many labels or pictures, called so, fit no layer.
    fn misfit(&self, file: &str, entries: u64, noun: &str) -> Option<String> {
        if self.fits(entries) {
            return None;
        }
        let holds = format!("{file} holds {}", count(entries, noun));
        Some(match &self.layers[..] {
            [] => format!("{holds}, but no dump is open that has as many samples: open it first"),
            [layer] => format!(
                "{holds}, but {} has {}",
                layer.name,
                count(layer.entries, "sample")
            ),
            [layer, others @ ..] => format!(
                "{holds}, but {} has {} and none of the {} has as many",
                layer.name,
                count(layer.entries, "sample"),
                match others.len() {
                    1 => "two dumps".to_owned(),
                    n => format!("{} dumps", thousands(n as u64 + 1)),
                }
            ),
        })
    }

    fn of_file(&self, glance: &Glance) -> Vec<Recognised> {
        match &glance.is {
            Is::Arrays(arrays) => self.of_arrays(glance, arrays),
            Is::Words { words, numbers } => vec![self.of_words(glance, *words, *numbers)],
            Is::Pictures(pictures) => {
                let mut images = blank(glance, Role::Images);
                images.what = format!("{} in natural order", count(*pictures, "picture"));
                "a folder of PNGs".clone_into(&mut images.detail);
                images.refused = self.misfit(&images.file_name, *pictures, "picture");
                vec![images]
            }
            Is::Folder(files) => {
                let mut list = blank(glance, Role::Activations);
                list.what = format!("a list of {}", count(*files, "file"));
                "layers or epochs, in natural order".clone_into(&mut list.detail);
                vec![list]
            }
            Is::Unknown => vec![blank(glance, Role::Activations)],
        }
    }

    fn of_arrays(&self, glance: &Glance, arrays: &[ArrayInfo]) -> Vec<Recognised> {
        if let [array] = arrays {
            return vec![self.of_array(glance, array)];
        }
        let of = |role: Role| arrays.iter().filter(move |array| array.role == role);
        let companions = [Role::Labels, Role::Images, Role::ClassNames].map(|role| {
            let mut those = of(role);
            those.next().filter(|_| those.next().is_none())
        });
        let companions = companions.into_iter().flatten();
        let companions = companions.map(|array| self.of_array(glance, array));
        if of(Role::Activations).any(|array| array.problem.is_none()) {
            let mut all = blank(glance, Role::Activations);
            all.what = format!("{} as activations", count(arrays.len() as u64, "array"));
            // What belongs to other samples is left alone.
            let fitting = companions.filter(|companion| companion.refused.is_none());
            return std::iter::once(all).chain(fitting).collect();
        }
        let companions: Vec<_> = companions.collect();
        if companions.is_empty() {
            return vec![blank(glance, Role::Activations)];
        }
        companions
    }

    fn of_array(&self, glance: &Glance, array: &ArrayInfo) -> Recognised {
        let entries = array.shape.first().copied().unwrap_or(0);
        let is_words = array.could_be(Role::ClassNames);
        let role = match array.role {
            Role::Labels | Role::ClassNames if is_words => self.words(entries, array.role),
            // Numbers of one axis are nothing else.
            Role::Other if array.could_be(Role::Labels) => Role::Labels,
            role => role,
        };
        let mut found = blank(glance, role);
        found.key.clone_from(&array.key);
        found.detail.clone_from(&array.dtype);
        let could = |role: &Role| *role != found.role && array.could_be(*role);
        let others = [
            Role::Activations,
            Role::Labels,
            Role::ClassNames,
            Role::Images,
            Role::Basis,
        ];
        // A matrix is a basis by its name alone, which says no such thing here.
        let others = others.into_iter().filter(could);
        found.others = others.filter(|&role| role != Role::Basis).collect();
        match role {
            Role::Labels => self.labels(&mut found, Some(entries)),
            Role::ClassNames => class_names(&mut found, Some(entries)),
            Role::Images => {
                found.what = format!("pictures of {}", count(entries, "sample"));
                found.detail = format!("{}, {}", times(&array.shape), array.dtype);
                found.refused = self.misfit(&found.file_name, entries, "picture");
            }
            Role::Basis => {
                "a privileged basis".clone_into(&mut found.what);
                found.detail = format!("{}, {}", times(&array.shape), array.dtype);
            }
            Role::Activations | Role::Other => {
                "activations".clone_into(&mut found.what);
                found.detail = format!("{}, {}", times(&array.shape), array.dtype);
            }
        }
        found
    }

    fn of_words(&self, glance: &Glance, words: Option<u64>, numbers: bool) -> Recognised {
        let named = if numbers || Role::Labels.is_said_by(&glance.file_name()) {
            Role::Labels
        } else {
            Role::ClassNames
        };
        let named = if Role::ClassNames.is_said_by(&glance.file_name()) {
            Role::ClassNames
        } else {
            named
        };
        // A header may be among the lines of a table.
        let header = words.filter(|&words| words > 0 && self.fits(words - 1));
        let words = match (words, header) {
            (Some(words), Some(_)) if !self.fits(words) => Some(words - 1),
            (words, _) => words,
        };
        let role = match words {
            Some(words) if numbers && !self.classes.contains(&words) => {
                if self.fits(words) {
                    Role::Labels
                } else {
                    named
                }
            }
            Some(words) => self.words(words, named),
            None => named,
        };
        let mut found = blank(glance, role);
        "text".clone_into(&mut found.detail);
        if role == Role::Labels {
            found.others = vec![Role::ClassNames];
            self.labels(&mut found, words);
        } else {
            found.others = vec![Role::Labels];
            class_names(&mut found, words);
        }
        found
    }

    /// What so many words are, which their name says to be that.
    fn words(&self, words: u64, named: Role) -> Role {
        if self.fits(words) {
            Role::Labels
        } else if self.classes.contains(&words)
            || (self.labels_come && self.layers.iter().all(|layer| words < layer.entries))
        {
            Role::ClassNames
        } else {
            named
        }
    }

    fn labels(&self, found: &mut Recognised, entries: Option<u64>) {
        found.what = match entries {
            Some(entries) => format!("labels for {}", count(entries, "sample")),
            None => "labels".to_owned(),
        };
        let misfit = entries.and_then(|n| self.misfit(&found.file_name, n, "label"));
        found.refused = misfit;
    }
}

fn class_names(found: &mut Recognised, names: Option<u64>) {
    found.what = match names {
        Some(names) => format!("names of {}", classes(names as usize)),
        None => "class names".to_owned(),
    };
}

fn blank(glance: &Glance, role: Role) -> Recognised {
    Recognised {
        path: glance.path.clone(),
        file_name: glance.file_name(),
        key: None,
        role,
        what: "activations".to_owned(),
        detail: String::new(),
        others: Vec::new(),
        refused: None,
    }
}

#[cfg(test)]
mod tests;

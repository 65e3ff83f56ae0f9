//! What the tensors of a torch file are called: their places among nested dicts and
//! lists, `optimizer.state[0].exp_avg`.

use std::collections::{HashMap, HashSet};

use super::super::pickle::{Pickle, Value};
use crate::words::thousands;

/// Most tensors of a file.
const MOST_TENSORS: usize = 65_535;
/// Deepest nesting of lists and dicts.
const DEPTH: usize = 32;
/// Most places of lists and dicts that are looked at, those of shared ones anew.
const MOST_PLACES: usize = 4 << 20;
/// Most bytes of all names together.
const MOST_NAMES: usize = 16 << 20;

/// The tensors under the root of a pickle by their names, in its order; a tensor
/// that is the root has none. What is no tensor is left out.
///
/// # Errors
/// A sentence where a pickle is nested too deep or names too much, as one does that
/// holds itself.
pub(super) fn named(pickle: &Pickle) -> Result<Vec<(Option<String>, Value)>, String> {
    if matches!(pickle.root, Value::Tensor(_) | Value::Unread(_)) {
        return Ok(vec![(None, pickle.root)]);
    }
    let mut walk = Walk {
        pickle,
        path: Vec::new(),
        found: Vec::new(),
        taken: HashMap::new(),
        places: 0,
        name_bytes: 0,
    };
    walk.visit(pickle.root)?;
    let found = walk.found.into_iter();
    Ok(found.map(|(name, value)| (Some(name), value)).collect())
}

/// One step of a path.
#[derive(Clone, Copy)]
enum Step {
    Key(Value),
    /// A key that is neither text nor a number, by its place among the keys.
    Nth(usize),
    Item(usize),
}

struct Walk<'a, 'p> {
    pickle: &'p Pickle<'a>,
    path: Vec<Step>,
    found: Vec<(String, Value)>,
    /// The names so far, and the number that the next of each would get.
    taken: HashMap<String, u32>,
    places: usize,
    name_bytes: usize,
}

impl Walk<'_, '_> {
    fn visit(&mut self, value: Value) -> Result<(), String> {
        let pickle = self.pickle;
        match value {
            Value::Tensor(_) | Value::Unread(_) => return self.name(value),
            Value::List(_) | Value::Dict(_) if self.path.len() >= DEPTH => {
                return Err(format!(
                    "it nests lists and dicts more than {DEPTH} deep: save a flat dict of tensors"
                ));
            }
            Value::List(place) => {
                let items = &pickle.lists[place as usize];
                self.count(items.len())?;
                for (number, &item) in items.iter().enumerate() {
                    self.under(Step::Item(number), item)?;
                }
            }
            Value::Dict(place) => {
                let pairs = &pickle.dicts[place as usize];
                self.count(pairs.len())?;
                let last = last_of_each(pickle, pairs);
                for (number, &(key, item)) in pairs.iter().enumerate() {
                    if !last[number] {
                        continue;
                    }
                    let step = match key {
                        Value::Text(_) | Value::Int(_) => Step::Key(key),
                        _ => Step::Nth(number),
                    };
                    self.under(step, item)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn under(&mut self, step: Step, value: Value) -> Result<(), String> {
        self.path.push(step);
        let visited = self.visit(value);
        self.path.pop();
        visited
    }

    fn count(&mut self, more: usize) -> Result<(), String> {
        self.places = self.places.saturating_add(more);
        if self.places > MOST_PLACES {
            return Err(format!(
                "its lists and dicts have more than {} places: save a dict of tensors alone",
                thousands(MOST_PLACES as u64)
            ));
        }
        Ok(())
    }

    fn name(&mut self, value: Value) -> Result<(), String> {
        let mut name = String::new();
        for &step in &self.path {
            let part = match step {
                Step::Key(Value::Text(text)) if name.is_empty() => {
                    self.pickle.text(text).into_owned()
                }
                Step::Key(Value::Text(text)) => format!(".{}", self.pickle.text(text)),
                Step::Key(Value::Int(number)) => format!("[{number}]"),
                Step::Item(number) => format!("[{number}]"),
                Step::Key(_) => "[?]".to_owned(),
                Step::Nth(number) => format!("[key {number}]"),
            };
            name += &part;
            if self.name_bytes + name.len() > MOST_NAMES {
                return Err(format!(
                    "the names of its tensors take more than {} bytes: save a dict of short names",
                    thousands(MOST_NAMES as u64)
                ));
            }
        }
        // `{'a': {'b': x}, 'a.b': y}` has two of a name.
        if let Some(&next) = self.taken.get(&name) {
            let numbered = |number: u32| format!("{name} ({number})");
            let mut number = next;
            while self.taken.contains_key(&numbered(number)) {
                number += 1;
            }
            let numbered = numbered(number);
            self.taken.insert(name, number + 1);
            name = numbered;
        }
        self.name_bytes += 2 * name.len();
        if self.found.len() == MOST_TENSORS {
            return Err(format!(
                "it holds more than {} tensors: save fewer of them",
                thousands(MOST_TENSORS as u64)
            ));
        }
        self.taken.insert(name.clone(), 2);
        self.found.push((name, value));
        Ok(())
    }
}

/// Which pairs a dict keeps: of one text, what was set last.
fn last_of_each(pickle: &Pickle, pairs: &[(Value, Value)]) -> Vec<bool> {
    let mut seen = HashSet::new();
    let mut keep: Vec<bool> = pairs
        .iter()
        .rev()
        .map(|&(key, _)| match key {
            Value::Text(text) => seen.insert(pickle.span(text)),
            _ => true,
        })
        .collect();
    keep.reverse();
    keep
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(pickle: &[u8]) -> String {
        let pickle = Pickle::read(pickle, pickle.len() as u64).unwrap();
        named(&pickle).unwrap_err()
    }

    #[test]
    fn a_list_that_holds_itself_comes_to_an_end() {
        assert!(error_of(b"]q\0h\0a.").contains("32 deep"));
        assert!(error_of(b"}q\0K\x01h\0s.").contains("32 deep"));
    }

    /// Ten lists of ten of the next, nine times over: a billion places of ninety.
    #[test]
    fn what_is_shared_is_not_walked_without_end() {
        let mut pickle = b"](K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01eq\0".to_vec();
        for level in 0..9u8 {
            pickle.extend(b"](");
            pickle.extend([b'h', level].repeat(10));
            pickle.extend([b'e', b'q', level + 1]);
        }
        pickle.push(b'.');
        assert!(error_of(&pickle).contains("more than 4,194,304 places"));
    }

    #[test]
    fn a_key_set_twice_is_there_once() {
        let tensor = "ctorch._utils\n_rebuild_sparse_tensor\n)R";
        let pickle = format!("}}X\x01\0\0\0a{tensor}sX\x01\0\0\0a{tensor}s.");
        let pickle = Pickle::read(pickle.as_bytes(), 100).unwrap();
        let names = named(&pickle).unwrap();
        assert_eq!(names.len(), 1);
        assert_eq!(names[0].0.as_deref(), Some("a"));
    }
}

//! What calls of the known names come to: tensors and their storages, described.

use super::names::{Global, Rebuild};
use super::{ENTRY, Machine, Problem, Storage, Tensor, Value};

/// Most dimensions of a tensor, as many as NumPy knows.
const MOST_AXES: usize = 64;

impl Machine<'_> {
    /// What a call of a name would give.
    pub(super) fn call(&mut self) -> Result<(), Problem> {
        let args = self.pop()?;
        let callee = self.pop()?;
        let Value::List(args) = args else {
            return Err(self.damaged("it calls with what is no tuple"));
        };
        let value = match callee {
            Value::Global(global) => self.made_by(global, args)?,
            _ => return Err(self.damaged("it calls what is no name")),
        };
        self.push(value)
    }

    fn made_by(&mut self, global: Global, args: u32) -> Result<Value, Problem> {
        match global {
            Global::Rebuild(rebuild) => self.rebuilt(rebuild, args),
            Global::Inner => Ok(self.arg(args, 0).unwrap_or(Value::Other)),
            Global::FromType => {
                // The function, the type, its arguments, the state.
                let (function, inner) = (self.arg(args, 0), self.arg(args, 2));
                match (function, inner) {
                    (Some(Value::Global(Global::Rebuild(rebuild))), Some(Value::List(inner))) => {
                        self.rebuilt(rebuild, inner)
                    }
                    (Some(Value::Global(Global::Inner)), Some(Value::List(inner))) => {
                        Ok(self.arg(inner, 0).unwrap_or(Value::Other))
                    }
                    _ => Ok(Value::Unread("is a tensor of a kind that is not read")),
                }
            }
            Global::Dict => {
                let pairs = match self.arg(args, 0) {
                    Some(Value::List(items)) => self.pairs_of(items),
                    _ => Vec::new(),
                };
                self.new_dict(pairs)
            }
            Global::List => Ok(match self.arg(args, 0) {
                Some(Value::List(items)) => Value::List(items),
                _ => self.new_list(Vec::new())?,
            }),
            Global::Unread(why) => Ok(Value::Unread(why)),
            Global::Inert | Global::Scalar(_) => Ok(Value::Other),
        }
    }

    /// Pairs that a dict is made of.
    fn pairs_of(&self, items: u32) -> Vec<(Value, Value)> {
        let items = self.made.lists[items as usize].iter();
        let pair = |item: &Value| match item {
            Value::List(pair) => match self.made.lists[*pair as usize][..] {
                [key, value] => Some((key, value)),
                _ => None,
            },
            _ => None,
        };
        items.filter_map(pair).collect()
    }

    fn rebuilt(&mut self, rebuild: Rebuild, args: u32) -> Result<Value, Problem> {
        let (Some(Value::Storage(storage)), Some(offset)) = (self.arg(args, 0), self.arg(args, 1))
        else {
            return Err(self.damaged("a tensor has no storage"));
        };
        let storage = self.storages[storage as usize];
        let offset = self.whole(offset)?;
        let shape = self.wholes(self.arg(args, 2))?;
        let strides = self.wholes(self.arg(args, 3))?;
        if shape.len() != strides.len() {
            return Err(self.damaged("a tensor has not as many strides as dimensions"));
        }
        let scalar = match (rebuild, self.arg(args, 6)) {
            (Rebuild::Typed, _) => storage.scalar,
            (Rebuild::Untyped, Some(Value::Global(Global::Scalar(scalar)))) => scalar,
            _ => return Err(self.damaged("a tensor has no dtype")),
        };
        self.charge(ENTRY + 32 * shape.len() as u64)?;
        self.made.tensors.push(Tensor {
            storage,
            scalar,
            offset,
            shape,
            strides,
        });
        Ok(Value::Tensor(self.made.tensors.len() as u32 - 1))
    }

    /// The storage that a persistent id stands for.
    pub(super) fn storage(&mut self) -> Result<(), Problem> {
        let Value::List(id) = self.pop()? else {
            return Err(self.damaged("a storage's id is no tuple"));
        };
        let &[
            Value::Text(tag),
            Value::Global(kind),
            Value::Text(key),
            _,
            Value::Int(values),
            ..,
        ] = &self.made.lists[id as usize][..]
        else {
            return Err(self.damaged("a storage's id is not understood"));
        };
        let (Global::Scalar(scalar), b"storage") = (kind, self.made.span(tag)) else {
            return Err(self.damaged("a storage's id is not understood"));
        };
        let values = self.whole(Value::Int(values))?;
        self.charge(ENTRY)?;
        self.storages.push(Storage {
            key,
            scalar,
            values,
        });
        self.push(Value::Storage(self.storages.len() as u32 - 1))
    }

    fn whole(&self, value: Value) -> Result<u64, Problem> {
        match value {
            Value::Int(n) => u64::try_from(n).ok(),
            _ => None,
        }
        .ok_or(self.damaged("a size is no whole number"))
    }

    fn wholes(&self, value: Option<Value>) -> Result<Vec<u64>, Problem> {
        let Some(Value::List(place)) = value else {
            return Err(self.damaged("a shape is no tuple"));
        };
        let items = &self.made.lists[place as usize];
        if items.len() > MOST_AXES {
            return Err(self.damaged("a tensor has more than 64 dimensions"));
        }
        items.iter().map(|&item| self.whole(item)).collect()
    }

    fn arg(&self, args: u32, place: usize) -> Option<Value> {
        self.made.lists[args as usize].get(place).copied()
    }
}

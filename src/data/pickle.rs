//! The pickle inside a torch file, read as data.
//!
//! A pickle is a program for a machine with a stack. The machine here knows the
//! opcodes that `torch.save` writes and the names that tensors need, as torch's own
//! `weights_only` loading does, and builds lists, dicts and descriptions of tensors.
//! It imports nothing and calls nothing: any other name is an error that tells it.
//!
//! Values are small and stand in tables, so that what is used twice is there once,
//! nothing is ever freed by recursion, and a list may hold itself. All that the
//! machine makes is charged to a budget that grows with the pickle's length.

mod calls;
mod names;

use std::collections::HashMap;

use super::error::printable;
use super::literal::shortened;
use crate::words::{count, thousands};
pub(super) use names::Scalar;
use names::{Global, known};

/// Bytes that the smallest pickle may take while it is read.
const BASE_BUDGET: u64 = 32 << 20;
/// Bytes on top for each byte of the pickle; what torch writes takes under ten.
const BUDGET_A_BYTE: u64 = 32;
/// What a value is charged: itself, with room for a table to grow.
const VALUE: u64 = 32;
/// What a table entry is charged: a list, a tensor, a place in the memo.
const ENTRY: u64 = 96;
/// Whether a file that begins so is a pickle of a protocol that says its number.
pub(super) fn looks_so(start: &[u8]) -> bool {
    matches!(start, [0x80, 2..=5, _, ..])
}

/// A value on the machine's stack.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// Nothing that a tensor is made of, such as `None` or `True`.
    Other,
    Int(i64),
    Text(Span),
    /// A list, a tuple or a set: its place among [`Pickle::lists`].
    List(u32),
    /// Its place among [`Pickle::dicts`].
    Dict(u32),
    Global(Global),
    /// Its place among the storages.
    Storage(u32),
    /// Its place among [`Pickle::tensors`].
    Tensor(u32),
    /// A tensor that is not read: why, as a sentence that lacks its subject.
    Unread(&'static str),
}

/// Bytes of the pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    length: u32,
}

/// A run of values that lie in a file of their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Storage {
    /// The file's name.
    pub key: Span,
    pub scalar: Scalar,
    /// Values that it should hold; bytes if it is untyped.
    pub values: u64,
}

/// A view of a storage.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub storage: Storage,
    pub scalar: Scalar,
    /// Its first value.
    pub offset: u64,
    pub shape: Vec<u64>,
    pub strides: Vec<u64>,
}

/// What a pickle holds.
pub(super) struct Pickle<'a> {
    bytes: &'a [u8],
    pub root: Value,
    pub lists: Vec<Vec<Value>>,
    pub dicts: Vec<Vec<(Value, Value)>>,
    pub tensors: Vec<Tensor>,
}

impl<'a> Pickle<'a> {
    /// Reads a pickle of which `stored` bytes are in the file, the rest being gained
    /// by unpacking; the error is a sentence that lacks its subject, the pickle.
    pub fn read(bytes: &'a [u8], stored: u64) -> Result<Self, Problem> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(Problem::TooLarge(bytes.len()));
        }
        let justified = stored.saturating_mul(4).min(bytes.len() as u64);
        let mut machine = Machine {
            at: 0,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            storages: Vec::new(),
            budget: BASE_BUDGET + BUDGET_A_BYTE * justified,
            made: Pickle {
                bytes,
                root: Value::Other,
                lists: Vec::new(),
                dicts: Vec::new(),
                tensors: Vec::new(),
            },
        };
        while machine.step()? {}
        machine.made.root = machine.pop()?;
        Ok(machine.made)
    }

    /// A text of the pickle.
    pub fn text(&self, span: Span) -> std::borrow::Cow<'a, str> {
        String::from_utf8_lossy(self.span(span))
    }

    /// The bytes of a text.
    pub fn span(&self, span: Span) -> &'a [u8] {
        let start = span.start as usize;
        &self.bytes[start..start + span.length as usize]
    }
}

/// Why a pickle is not read; each a sentence that lacks its subject, the pickle.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error(
        "calls `{module}.{name}`, which no tensor needs: it was refused and nothing was run{}",
        advice(module)
    )]
    Name { module: String, name: String },
    #[error("uses {0}, which torch does not write: it was refused and nothing was run")]
    Opcode(String),
    #[error("breaks off at byte {}", thousands(*.0 as u64))]
    Cut(usize),
    #[error("recalls entry {} of its memo, which it never made: it is damaged, copy or save it again", thousands(u64::from(*.0)))]
    Memo(u32),
    #[error("is damaged at byte {}: {what}", thousands(*at as u64))]
    Damaged { at: usize, what: &'static str },
    #[error("takes more memory than its {} can justify", count(*.0 as u64, "byte"))]
    TooLarge(usize),
}

fn advice(module: &str) -> &'static str {
    let whole_model = ["torch.nn.", "__main__", "torchvision.", "transformers."];
    if whole_model.iter().any(|start| module.starts_with(start)) || module == "torch.nn" {
        ". It seems to be a whole model: save its tensors, torch.save(model.state_dict(), f)"
    } else {
        ". Ask for a file of tensors alone, as torch.save({'layer1': x}, f) writes it"
    }
}

/// The machine.
struct Machine<'a> {
    made: Pickle<'a>,
    /// The next byte.
    at: usize,
    stack: Vec<Value>,
    /// Where on the stack the marks lie.
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
    storages: Vec<Storage>,
    /// Bytes that may still be taken.
    budget: u64,
}

impl Machine<'_> {
    /// Does what the next opcode says; `false` at the last one.
    fn step(&mut self) -> Result<bool, Problem> {
        let opcode = self.byte()?;
        match opcode {
            b'.' => return Ok(false),
            // Protocol, and frames, which say nothing.
            0x80 => self.skip(1)?,
            0x95 => self.skip(8)?,
            // A value, or the state of an object, which is no part of a tensor.
            b'0' | b'b' => {
                self.pop()?;
            }
            b'1' => {
                self.items()?;
            }
            b'(' => {
                self.charge(VALUE)?;
                self.marks.push(self.stack.len());
            }
            b'q' | b'r' | b'h' | b'j' | 0x94 => self.memo(opcode)?,
            b']'
            | b')'
            | b'}'
            | 0x8f
            | b'a'
            | b'e'
            | b'l'
            | b't'
            | 0x85..=0x87
            | b'd'
            | b's'
            | b'u'
            | 0x90 => self.container(opcode)?,
            b'c' | 0x93 | b'i' => self.global(opcode)?,
            b'R' | 0x81 => self.call()?,
            b'Q' => self.storage()?,
            _ => {
                let value = self.constant(opcode)?;
                self.push(value)?;
            }
        }
        Ok(true)
    }

    /// Numbers and texts.
    fn constant(&mut self, opcode: u8) -> Result<Value, Problem> {
        Ok(match opcode {
            b'N' | 0x88 | 0x89 => Value::Other,
            b'K' => Value::Int(i64::from(self.byte()?)),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(self.array()?))),
            b'J' => Value::Int(i64::from(i32::from_le_bytes(self.array()?))),
            0x8a => {
                let length = usize::from(self.byte()?);
                self.long(length)?
            }
            0x8b => {
                let length = self.length4()?;
                self.long(length)?
            }
            b'G' => {
                self.skip(8)?;
                Value::Other
            }
            b'X' | b'T' => {
                let length = self.length4()?;
                Value::Text(self.take(length)?)
            }
            0x8c | b'U' => {
                let length = usize::from(self.byte()?);
                Value::Text(self.take(length)?)
            }
            0x8d => {
                let length = self.length8()?;
                Value::Text(self.take(length)?)
            }
            b'B' => {
                let length = self.length4()?;
                self.skip(length)?;
                Value::Other
            }
            b'C' => {
                let length = usize::from(self.byte()?);
                self.skip(length)?;
                Value::Other
            }
            0x8e => {
                let length = self.length8()?;
                self.skip(length)?;
                Value::Other
            }
            other => {
                let shown = if other.is_ascii_graphic() {
                    format!("the opcode `{}`", char::from(other))
                } else {
                    format!("the opcode 0x{other:02x}")
                };
                return Err(Problem::Opcode(shown));
            }
        })
    }

    /// A whole number of so many bytes.
    fn long(&mut self, length: usize) -> Result<Value, Problem> {
        let span = self.take(length)?;
        let bytes = self.made.span(span);
        let Some(&last) = bytes.last() else {
            return Ok(Value::Int(0));
        };
        if length > 8 {
            return Ok(Value::Other);
        }
        let mut wide = [if last < 128 { 0 } else { 0xff }; 8];
        wide[..length].copy_from_slice(bytes);
        Ok(Value::Int(i64::from_le_bytes(wide)))
    }

    fn memo(&mut self, opcode: u8) -> Result<(), Problem> {
        let place = match opcode {
            b'q' | b'h' => u32::from(self.byte()?),
            b'r' | b'j' => u32::from_le_bytes(self.array()?),
            _ => self.memo.len() as u32,
        };
        if matches!(opcode, b'h' | b'j') {
            let value = self.memo.get(&place).copied();
            return self.push(value.ok_or(Problem::Memo(place))?);
        }
        let value = *self
            .stack
            .last()
            .ok_or(self.damaged("its stack is empty"))?;
        self.charge(ENTRY)?;
        self.memo.insert(place, value);
        Ok(())
    }

    /// Lists, tuples, sets and dicts: made and filled.
    fn container(&mut self, opcode: u8) -> Result<(), Problem> {
        match opcode {
            b']' | b')' | 0x8f => self.list(Vec::new()),
            b'}' => self.dict(Vec::new()),
            b'l' | b't' => {
                let items = self.items()?;
                self.list(items)
            }
            0x85..=0x87 => {
                let length = usize::from(opcode - 0x84);
                let start = self.below_top(length)?;
                let items = self.stack.split_off(start);
                self.list(items)
            }
            b'd' => {
                let items = self.items()?;
                let pairs = self.pairs(&items)?;
                self.dict(pairs)
            }
            b'a' => {
                let item = self.pop()?;
                self.append(&[item])
            }
            b'e' | 0x90 => {
                let items = self.items()?;
                self.append(&items)
            }
            b's' => {
                let start = self.below_top(2)?;
                let items = self.stack.split_off(start);
                self.set(&items)
            }
            _ => {
                let items = self.items()?;
                self.set(&items)
            }
        }
    }

    fn list(&mut self, items: Vec<Value>) -> Result<(), Problem> {
        let value = self.new_list(items)?;
        self.push(value)
    }

    fn new_list(&mut self, items: Vec<Value>) -> Result<Value, Problem> {
        self.charge(ENTRY + VALUE * items.len() as u64)?;
        self.made.lists.push(items);
        Ok(Value::List(self.made.lists.len() as u32 - 1))
    }

    fn dict(&mut self, pairs: Vec<(Value, Value)>) -> Result<(), Problem> {
        let value = self.new_dict(pairs)?;
        self.push(value)
    }

    fn new_dict(&mut self, pairs: Vec<(Value, Value)>) -> Result<Value, Problem> {
        self.charge(ENTRY + 2 * VALUE * pairs.len() as u64)?;
        self.made.dicts.push(pairs);
        Ok(Value::Dict(self.made.dicts.len() as u32 - 1))
    }

    /// Adds items to the list on top; what is no list is nothing of a tensor.
    fn append(&mut self, items: &[Value]) -> Result<(), Problem> {
        self.charge(VALUE * items.len() as u64)?;
        match self.top()? {
            Value::List(place) => self.made.lists[place as usize].extend(items),
            Value::Other => {}
            _ => return Err(self.damaged("it adds items to what is no list")),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Value]) -> Result<(), Problem> {
        let pairs = self.pairs(items)?;
        self.charge(2 * VALUE * pairs.len() as u64)?;
        match self.top()? {
            Value::Dict(place) => self.made.dicts[place as usize].extend(pairs),
            Value::Other => {}
            _ => return Err(self.damaged("it sets keys of what is no dict")),
        }
        Ok(())
    }

    fn pairs(&self, items: &[Value]) -> Result<Vec<(Value, Value)>, Problem> {
        let pairs = items.chunks_exact(2);
        if !pairs.remainder().is_empty() {
            return Err(self.damaged("a key has no value"));
        }
        Ok(pairs.map(|pair| (pair[0], pair[1])).collect())
    }

    /// A name: of the module and in it.
    fn global(&mut self, opcode: u8) -> Result<(), Problem> {
        let (module, name) = if opcode == 0x93 {
            let start = self.below_top(2)?;
            let names = self.stack.split_off(start);
            let (Value::Text(module), Value::Text(name)) = (names[0], names[1]) else {
                return Err(self.damaged("a name is no text"));
            };
            (module, name)
        } else {
            (self.line()?, self.line()?)
        };
        let (module, name) = (self.made.text(module), self.made.text(name));
        // `i` is a name and its call in one, which torch never writes.
        match known(&module, &name).filter(|_| opcode != b'i') {
            Some(global) => self.push(Value::Global(global)),
            None => Err(Problem::Name {
                module: printable(&shortened(&module)),
                name: printable(&shortened(&name)),
            }),
        }
    }

    /// The values above the last mark, which is taken away with them.
    fn items(&mut self) -> Result<Vec<Value>, Problem> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len());
        let mark = mark.ok_or(self.damaged("a mark is missing"))?;
        Ok(self.stack.split_off(mark))
    }

    /// Where the last values begin; the values above the last mark are as many.
    fn below_top(&self, length: usize) -> Result<usize, Problem> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let start = self.stack.len().checked_sub(length);
        start
            .filter(|&start| start >= floor)
            .ok_or(self.damaged("its stack is empty"))
    }

    fn top(&self) -> Result<Value, Problem> {
        let top = self.stack.last().copied();
        top.ok_or(self.damaged("its stack is empty"))
    }

    fn push(&mut self, value: Value) -> Result<(), Problem> {
        self.charge(VALUE)?;
        self.stack.push(value);
        Ok(())
    }

    fn pop(&mut self) -> Result<Value, Problem> {
        let start = self.below_top(1)?;
        let value = self.stack[start];
        self.stack.truncate(start);
        Ok(value)
    }

    fn charge(&mut self, bytes: u64) -> Result<(), Problem> {
        let left = self.budget.checked_sub(bytes);
        self.budget = left.ok_or(Problem::TooLarge(self.made.bytes.len()))?;
        Ok(())
    }

    fn damaged(&self, what: &'static str) -> Problem {
        Problem::Damaged { at: self.at, what }
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        self.array().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let bytes = self.made.bytes;
        let next = bytes.get(self.at..).and_then(<[u8]>::first_chunk);
        let next = *next.ok_or(Problem::Cut(bytes.len()))?;
        self.at += N;
        Ok(next)
    }

    fn length4(&mut self) -> Result<usize, Problem> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    fn length8(&mut self) -> Result<usize, Problem> {
        let length = u64::from_le_bytes(self.array()?);
        Ok(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn skip(&mut self, length: usize) -> Result<(), Problem> {
        self.take(length).map(|_| ())
    }

    fn take(&mut self, length: usize) -> Result<Span, Problem> {
        let there = self.made.bytes.len() - self.at;
        if length > there {
            return Err(Problem::Cut(self.made.bytes.len()));
        }
        let span = Span {
            start: self.at as u32,
            length: length as u32,
        };
        self.at += length;
        Ok(span)
    }

    /// Up to the end of the line, which is passed over.
    fn line(&mut self) -> Result<Span, Problem> {
        let rest = &self.made.bytes[self.at..];
        let end = rest.iter().position(|&byte| byte == b'\n');
        let span = self.take(end.ok_or(Problem::Cut(self.made.bytes.len()))?)?;
        self.skip(1)?;
        Ok(span)
    }
}

#[cfg(test)]
mod tests;

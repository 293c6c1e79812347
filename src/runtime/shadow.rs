//! What is remembered of a linked pair: per row the values last observed and accepted, or last sent, on each side.
//!
//! A shadow is stored as one blob: a byte of flags a row, then values; values that are the same on both sides are stored
//! once, texts of more than 96 bytes as their SHA-256. Which row is which says the layout, a list of row digests.

use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::side::{Side, Sides};
use crate::value::{Kind, Value, read_text, write_text};

/// Texts longer than this, in bytes, are remembered by their hash.
const LONG: usize = 96;

/// A remembered value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As it was.
    Value(Value),
    /// The SHA-256 of a long text.
    Hash([u8; 32]),
}

impl Mark {
    /// The mark of a value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Text(text) if text.len() > LONG => {
                Self::Hash(Sha256::digest(text.as_bytes()).into())
            }
            other => Self::Value(other.clone()),
        }
    }

    /// Whether a value is this one; `same` decides where both are known in full.
    pub fn is(&self, value: &Value, same: impl FnOnce(&Value) -> bool) -> bool {
        match self {
            Self::Value(marked) => marked == value || same(marked),
            Self::Hash(_) => Self::of(value) == *self,
        }
    }
}

/// How far a row of a pair has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Without a shadow; the pair was found by a link or a stamp.
    #[default]
    Recovered,
    /// Without a shadow yet; the pair was found by a match key, or made.
    FirstMet,
    /// With a shadow.
    Known {
        /// The values.
        marks: Sides<Mark>,
        /// Whether they were consistent with each other.
        consistent: Consistency,
    },
}

/// Whether a pair of values was consistent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// It was.
    Consistent,
    /// It was not.
    Inconsistent,
}

/// What is remembered of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The shadow.
    pub state: State,
    /// Hash of the drift that was reported last.
    pub drift: Option<u64>,
    /// The side of the last write, until a round without one.
    pub last: Option<Side>,
    /// Writes in a row that answered a change of the very side written before.
    pub streak: u8,
    /// The last write was refused, and the pair rests unequal because of that.
    pub refused: bool,
}

impl Trace {
    /// A row at its start.
    pub fn new(state: State) -> Self {
        Self {
            state,
            ..Self::default()
        }
    }
}

const STATE: u8 = 0b11;
const FIRST_MET: u8 = 1;
const PAIR: u8 = 2;
const TWIN: u8 = 3;
const CONSISTENT: u8 = 1 << 2;
const LAST_LEFT: u8 = 1 << 3;
const LAST_RIGHT: u8 = 1 << 4;
const DRIFT: u8 = 1 << 5;
const STREAK: u8 = 1 << 6;
const REFUSED: u8 = 1 << 7;

/// The blob of a shadow.
pub fn encode(layout: u32, rows: &[Trace]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + rows.len() * 20);
    put_number(&mut out, u64::from(layout));
    for row in rows {
        put_row(&mut out, row);
    }
    out
}

fn put_row(out: &mut Vec<u8>, row: &Trace) {
    let mut flags = match &row.state {
        State::Recovered => 0,
        State::FirstMet => FIRST_MET,
        State::Known { marks, consistent } => {
            let kind = if marks.left == marks.right {
                TWIN
            } else {
                PAIR
            };
            kind | if *consistent == Consistency::Consistent {
                CONSISTENT
            } else {
                0
            }
        }
    };
    flags |= match row.last {
        None => 0,
        Some(Side::Left) => LAST_LEFT,
        Some(Side::Right) => LAST_RIGHT,
    };
    flags |= if row.drift.is_some() { DRIFT } else { 0 };
    flags |= if row.streak > 0 { STREAK } else { 0 };
    flags |= if row.refused { REFUSED } else { 0 };
    out.push(flags);
    if let State::Known { marks, .. } = &row.state {
        put_mark(out, &marks.left);
        if flags & STATE == PAIR {
            put_mark(out, &marks.right);
        }
    }
    if let Some(drift) = row.drift {
        out.extend_from_slice(&drift.to_le_bytes());
    }
    if row.streak > 0 {
        out.push(row.streak);
    }
}

fn put_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n as u8 & 0x7f) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_mark(out: &mut Vec<u8>, mark: &Mark) {
    match mark {
        Mark::Hash(hash) => {
            out.push(9);
            out.extend_from_slice(hash);
        }
        Mark::Value(value) => put_value(out, value),
    }
}

/// Appends a value: a tag and its bytes.
pub fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Blank => out.push(0),
        Value::Bool(false) => out.push(1),
        Value::Bool(true) => out.push(2),
        Value::Text(text) => put_bytes(out, 3, text.as_bytes()),
        Value::DateTime(ms) => {
            out.push(4);
            out.extend_from_slice(&ms.to_le_bytes());
        }
        Value::Number(n) => {
            out.push(5);
            out.extend_from_slice(&n.serialize());
        }
        Value::Date(_) => put_bytes(out, 6, write_text(value).as_bytes()),
        Value::Time(_) => put_bytes(out, 7, write_text(value).as_bytes()),
        Value::Set(items) => {
            out.push(8);
            put_number(out, items.len() as u64);
            for item in items {
                put_number(out, item.len() as u64);
                out.extend_from_slice(item.as_bytes());
            }
        }
    }
}

/// Reads what [`encode`] and [`put_value`] wrote. A damaged blob ends early, and its rows are without a shadow.
pub struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    /// A reader at the start of a blob.
    pub const fn new(blob: &'b [u8]) -> Self {
        Self { rest: blob }
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: usize) -> Option<&'b [u8]> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    /// A number of variable length.
    pub fn number(&mut self) -> Option<u64> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = usize::try_from(self.number()?).ok()?;
        std::str::from_utf8(self.bytes(length)?).ok()
    }

    /// A slot.
    pub fn slot(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.array()?))
    }

    /// A value.
    pub fn value(&mut self) -> Option<Value> {
        let tag = self.byte()?;
        self.tagged(tag)
    }

    fn tagged(&mut self, tag: u8) -> Option<Value> {
        Some(match tag {
            0 => Value::Blank,
            1 => Value::Bool(false),
            2 => Value::Bool(true),
            3 => Value::text(self.text()?),
            4 => Value::DateTime(i64::from_le_bytes(self.array()?)),
            5 => Value::Number(rust_decimal::Decimal::deserialize(self.array()?)),
            6 => read_text(Kind::Date, self.text()?).ok()?,
            7 => read_text(Kind::Time, self.text()?).ok()?,
            8 => {
                let count = self.number()?;
                let items: Option<Vec<&str>> = (0..count).map(|_| self.text()).collect();
                Value::set(items?)
            }
            _ => return None,
        })
    }

    fn mark(&mut self) -> Option<Mark> {
        match self.byte()? {
            9 => Some(Mark::Hash(self.array()?)),
            tag => self.tagged(tag).map(Mark::Value),
        }
    }

    /// A row.
    pub fn row(&mut self) -> Option<Trace> {
        let flags = self.byte()?;
        let consistent = if flags & CONSISTENT == 0 {
            Consistency::Inconsistent
        } else {
            Consistency::Consistent
        };
        let state = match flags & STATE {
            0 => State::Recovered,
            FIRST_MET => State::FirstMet,
            PAIR => State::Known {
                marks: Sides::new(self.mark()?, self.mark()?),
                consistent,
            },
            _ => {
                let mark = self.mark()?;
                State::Known {
                    marks: Sides::new(mark.clone(), mark),
                    consistent,
                }
            }
        };
        let drift = if flags & DRIFT == 0 {
            None
        } else {
            Some(u64::from_le_bytes(self.array()?))
        };
        let streak = if flags & STREAK == 0 { 0 } else { self.byte()? };
        let last = match flags & (LAST_LEFT | LAST_RIGHT) {
            LAST_LEFT => Some(Side::Left),
            LAST_RIGHT => Some(Side::Right),
            _ => None,
        };
        Some(Trace {
            state,
            drift,
            last,
            streak,
            refused: flags & REFUSED != 0,
        })
    }
}

/// The layout that a blob was written in.
pub fn layout_of(blob: &[u8]) -> Option<u32> {
    Reader::new(blob)
        .number()
        .and_then(|n| u32::try_from(n).ok())
}

/// The rows of a blob written in the layout `stored`, brought into the order of `wanted`; rows that the blob does not have
/// are recovered.
pub fn decode(blob: &[u8], stored: &[SmolStr], wanted: &[SmolStr]) -> Vec<Trace> {
    let mut reader = Reader::new(blob);
    if reader.number().is_none() {
        return vec![Trace::default(); wanted.len()];
    }
    let mut rows: Vec<Trace> = Vec::with_capacity(wanted.len());
    while rows.len() < stored.len() {
        match reader.row() {
            Some(row) => rows.push(row),
            None => break,
        }
    }
    if stored == wanted {
        rows.resize_with(wanted.len(), Trace::default);
        return rows;
    }
    let find = |digest: &SmolStr| {
        stored
            .iter()
            .position(|d| d == digest)
            .and_then(|at| rows.get(at).cloned())
    };
    wanted.iter().map(|d| find(d).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(left: &str, right: &str) -> Trace {
        let mark = |t: &str| Mark::of(&Value::text(t));
        let consistent = if left == right {
            Consistency::Consistent
        } else {
            Consistency::Inconsistent
        };
        Trace::new(State::Known {
            marks: Sides::new(mark(left), mark(right)),
            consistent,
        })
    }

    #[test]
    fn what_is_encoded_decodes() {
        let layout: Vec<SmolStr> = ["a", "b", "c", "d"].map(SmolStr::new).into();
        let long = "x".repeat(1000);
        let rows = vec![
            known("Ann", "Ann"),
            Trace {
                drift: Some(7),
                last: Some(Side::Right),
                streak: 3,
                refused: true,
                ..known("Ann", "Bob")
            },
            Trace::new(State::FirstMet),
            known(&long, ""),
        ];
        let blob = encode(5, &rows);
        assert_eq!(layout_of(&blob), Some(5));
        assert_eq!(decode(&blob, &layout, &layout), rows);
        assert!(blob.len() < 80, "{}", blob.len());
    }

    #[test]
    fn rows_move_by_digest_and_changed_rows_are_recovered() {
        let layout = |names: [&str; 2]| names.map(SmolStr::new);
        let blob = encode(1, &[known("Ann", "Ann"), known("Lee", "Lee")]);
        let rows = decode(&blob, &layout(["a", "b"]), &layout(["b", "c"]));
        assert_eq!(rows, [known("Lee", "Lee"), Trace::default()]);
    }

    #[test]
    fn a_damaged_blob_is_without_a_shadow() {
        let layout = ["a", "b"].map(SmolStr::new);
        let blob = encode(1, &[known("Ann", "Ann"), known("Lee", "Lee")]);
        for cut in 0..blob.len() {
            assert_eq!(decode(&blob[..cut], &layout, &layout).len(), 2);
        }
    }
}

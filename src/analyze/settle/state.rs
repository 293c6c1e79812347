//! What a network holds at a moment, and the same packed into one number.

use super::network::{Network, Symbol};
use crate::merge::Shadow;
use crate::model::Phase;
use crate::side::Sides;

/// What is remembered of a row: the values of its shadow, each as the first of its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    pub shadow: Shadow,
    pub marks: Sides<Symbol>,
}

impl Trace {
    pub const fn without(shadow: Shadow) -> Self {
        Self {
            shadow,
            marks: Sides::new(0, 0),
        }
    }
}

/// What a network holds at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// By cell.
    pub cells: Vec<Symbol>,
    /// By row.
    pub traces: Vec<Trace>,
    /// By rule that runs later: whether it was started and has not run.
    pub pending: u64,
}

/// What some bits of a packed state are.
#[derive(Clone, Copy, Debug)]
enum Field {
    Cell(usize),
    /// The row, and the bits of its right mark.
    Trace(usize, u32),
    Pending(usize),
}

/// How states are packed. What cannot differ takes no bits.
#[derive(Debug)]
pub(super) struct Layout {
    fields: Vec<(Field, u32)>,
}

/// The bits that so many values need.
const fn bits(values: usize) -> u32 {
    usize::BITS - values.saturating_sub(1).leading_zeros()
}

impl Layout {
    /// The packing of a network's states; none where they do not fit.
    pub fn new(network: &Network) -> Option<Self> {
        let mut fields = Vec::new();
        for (at, cell) in network.cells.iter().enumerate() {
            fields.push((Field::Cell(at), bits(cell.size())));
        }
        for (at, row) in network.rows.iter().enumerate() {
            let right = bits(row.class.right.len());
            fields.push((
                Field::Trace(at, right),
                2 + bits(row.class.left.len()) + right,
            ));
        }
        for (at, rule) in network.rules.iter().enumerate() {
            if rule.phase == Phase::Later {
                fields.push((Field::Pending(at), 1));
            }
        }
        let width: u32 = fields.iter().map(|(_, width)| width).sum();
        let fits = width <= u128::BITS && network.rules.len() <= 64 && network.cells.len() <= 64;
        fits.then_some(Self { fields })
    }

    /// The number of a state.
    pub fn pack(&self, state: &State) -> u128 {
        let mut packed = 0;
        for (field, width) in &self.fields {
            let value = match *field {
                Field::Cell(at) => state.cells.get(at).copied().unwrap_or(0).into(),
                Field::Trace(at, right) => state.traces.get(at).map_or(0, |t| {
                    let shadow: u64 = match t.shadow {
                        Shadow::Recovered => 0,
                        Shadow::FirstMet => 1,
                        Shadow::Known => 2,
                    };
                    (u64::from(t.marks.left) << right | u64::from(t.marks.right)) << 2 | shadow
                }),
                Field::Pending(at) => state.pending >> at & 1,
            };
            packed = packed << width | u128::from(value);
        }
        packed
    }

    /// The state of a number; `state` is one of this network, and is overwritten.
    pub fn unpack(&self, mut packed: u128, state: &mut State) {
        state.pending = 0;
        for (field, width) in self.fields.iter().rev() {
            let value = packed as u64 & ((1 << width) - 1);
            packed >>= width;
            let symbol = |v: u64| v as Symbol;
            match *field {
                Field::Cell(at) => put(&mut state.cells, at, symbol(value)),
                Field::Trace(at, right) => {
                    let trace = match value & 3 {
                        0 => Trace::without(Shadow::Recovered),
                        1 => Trace::without(Shadow::FirstMet),
                        _ => Trace {
                            shadow: Shadow::Known,
                            marks: Sides::new(
                                symbol(value >> (2 + right)),
                                symbol(value >> 2 & ((1 << right) - 1)),
                            ),
                        },
                    };
                    put(&mut state.traces, at, trace);
                }
                Field::Pending(at) => state.pending |= value << at,
            }
        }
    }
}

/// Sets an element that is there.
pub(super) fn put<T>(list: &mut [T], at: usize, value: T) {
    if let Some(slot) = list.get_mut(at) {
        *slot = value;
    }
}

//! The two ends of a sync.

use std::ops::Not;

use serde::{Deserialize, Serialize};

/// One end of a sync. `!side` is the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The system written on the left of the arrow.
    Left,
    /// The system written on the right of the arrow.
    Right,
}

impl Side {
    /// Both sides, left first.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];
}

impl Not for Side {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// A value for each side, addressed by [`Side`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
pub struct Sides<T> {
    /// What belongs to the left end.
    pub left: T,
    /// What belongs to the right end.
    pub right: T,
}

impl<T> Sides<T> {
    /// A pair from its two members, left first.
    pub const fn new(left: T, right: T) -> Self {
        Self { left, right }
    }

    /// A pair from the member of one side and that of the other.
    pub fn of(side: Side, own: T, other: T) -> Self {
        match side {
            Side::Left => Self::new(own, other),
            Side::Right => Self::new(other, own),
        }
    }

    /// The member of one side.
    pub const fn get(&self, side: Side) -> &T {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// The member of one side, to be changed.
    pub const fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    /// Both members mapped by one function.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Sides<U> {
        Sides {
            left: f(self.left),
            right: f(self.right),
        }
    }
}

//! Field rows: what may travel, which way, and who wins.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Expr, Origin};
use crate::side::{Side, Sides};
use crate::value::Value;

/// One line of a sync: two cells, and a lane for each direction that it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The left field's name, or the name that it was given with `as`.
    pub name: SmolStr,
    /// Where it is written.
    pub origin: Origin,
    /// Changes whenever anything else in the row changes: pairs with a shadow of another digest are recovered.
    pub digest: SmolStr,
    /// The two cells.
    pub cells: Sides<Cell>,
    /// The lane that starts at each side: `left` writes the right cell.
    pub lanes: Sides<Option<Lane>>,
    /// On a two-way row with a normaliser: the normal form, over [`Expr::Input`]. Values with one normal form are equal.
    pub normal: Option<Expr>,
    /// Who wins when both sides changed, on a two-way row.
    pub authority: Option<Authority>,
    /// The row writes only where this holds.
    pub when: Option<Expr>,
    /// Rounds after which the row must be quiet.
    pub bound: u32,
}

/// One end of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// How its value is read: a field, a constant, a computation over the record of this side.
    pub read: Expr,
    /// The field that is written, where the cell is a field.
    pub field: Option<SmolStr>,
}

/// One direction of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// The value for the target, over [`Expr::Input`], which is the source cell's value.
    pub value: Expr,
    /// What happens where that fails.
    pub failure: Fallback,
    /// What a blank source does to the target.
    pub blank: BlankPolicy,
    /// When the lane may write.
    pub timing: Timing,
    /// Stands in for a blank source. On the target it reads as a blank, so that it never travels back as data.
    pub default: Option<Value>,
    /// Drift on the target, which may not write, is undone.
    pub enforce: bool,
}

/// What happens to a value that a map, a table or a function does not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The row is held and reported; the others go on.
    Reject,
    /// The value passes as it is.
    Keep,
    /// It counts as blank.
    Blank,
    /// This value stands for it.
    Value(Value),
}

impl Fallback {
    /// Whether all that it may give is known, and like this. Blanks count as if they were.
    pub fn gives_only(&self, like_this: impl FnOnce(&Value) -> bool) -> bool {
        match self {
            Self::Reject | Self::Blank => true,
            Self::Keep => false,
            Self::Value(other) => like_this(other),
        }
    }
}

/// Whether a cleared value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlankPolicy {
    /// A blank source leaves the target as it is.
    Keeps,
    /// A blank source clears the target.
    Clears,
}

/// When a lane may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Whenever the source changed.
    Always,
    /// In the create of the target record only.
    OnCreate,
    /// Only into a blank target.
    FillOnly,
}

/// Who wins a conflict on a two-way row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// This side wins; a lone edit of the other side travels.
    Wins(Side),
    /// The other side may only fill a blank; any other edit there is put back and logged.
    PreferUnlessBlank(Side),
    /// The newer edit wins; where time cannot tell, and at the first meeting, this side.
    LatestElse(Side),
    /// A person decides; at the first meeting too.
    Ask,
}

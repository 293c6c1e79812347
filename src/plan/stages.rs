//! Stages: a row whose two cells show where a pair is in a lifecycle, and the moves that its sides may make.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Expr;
use crate::side::{Side, Sides};

/// What makes a row one of stages: a changed cell is a move, which is carried out if it is permitted, and else held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stages {
    /// The stages, from the first to the last.
    pub stages: Vec<Stage>,
    /// The permitted moves.
    pub moves: Vec<Move>,
    /// The side whose cell decides at a first meeting: that of the lifecycle's last column.
    pub decides: Side,
    /// The side whose move counts where both moved, and neither move follows on the other.
    pub truth: Option<Side>,
}

/// A stage: what each cell shows in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name.
    pub name: SmolStr,
    /// The values of each side, the first of which is written. Empty on at most one side of all stages: nothing is written
    /// there.
    pub values: Sides<Vec<SmolStr>>,
}

/// A move that a side may make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The stage that is left.
    pub from: SmolStr,
    /// The stage that is entered.
    pub to: SmolStr,
    /// Who may make it.
    pub by: Side,
    /// When it is permitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// A cell that does not move backwards is cleared, and set then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clear_first: bool,
}

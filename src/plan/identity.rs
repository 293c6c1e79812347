//! How records of both sides are recognised as one, made, and given up.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Expr;
use crate::side::Sides;
use crate::value::Value;

/// The identity rules of a sync. `create.left` and `delete.left` are about records of the left side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// What a side's own record must satisfy to be matched or created from; none admits all.
    pub admission: Sides<Option<Expr>>,
    /// Whether records of a side start matches and creates at all: false where the spec names `from` for the other side only
    /// and this one is never created from.
    pub originates: Sides<bool>,
    /// Linked pairs rest while this does not hold for the side's record.
    pub active_while: Sides<Option<Expr>>,
    /// What happens to a linked pair whose record is no longer admitted.
    pub leave: Leave,
    /// Match keys, tried in this order.
    pub keys: Vec<MatchKey>,
    /// What happens when several records of a side match.
    pub many: Sides<Many>,
    /// The field on each side that holds the other side's id.
    pub stamp: Sides<Option<SmolStr>>,
    /// Whether records are created on each side.
    pub create: Sides<bool>,
    /// Values set on every create on each side, before any row: the record type, the pipeline.
    pub create_with: Sides<Vec<(SmolStr, Value)>>,
    /// What a delete on the other side does on each side.
    pub delete: Sides<DeletePolicy>,
    /// Syncs of a shared object whose keys are tried first: a hit joins them.
    pub yields_to: Vec<SmolStr>,
    /// On conversion of the record on the right, the link follows to this sync.
    pub converts_to: Option<SmolStr>,
    /// Syncs whose records come first, beyond those that references order.
    pub after: Vec<After>,
}

/// One match key: all parts are equal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MatchKey {
    /// The parts; a record with a blank part does not match by this key.
    pub parts: Vec<MatchPart>,
}

/// One part of a match key: an expression over each side's record, in the normal form of the row that maps the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MatchPart {
    /// What is compared.
    pub sides: Sides<Expr>,
    /// Case and surrounding blanks do not count.
    pub fold: bool,
}

/// What happens when several records of a side match one of the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Many {
    /// All are held for a person.
    Hold,
    /// The first of this total order is taken; the others are held and reported.
    First(Vec<SortKey>),
}

/// One criterion of an order; the record's id always comes last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SortKey {
    /// The field.
    pub field: SmolStr,
    /// Which end comes first.
    pub order: Order,
}

/// The direction of an order. Blanks come last in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Smallest, earliest first.
    Ascending,
    /// Largest, latest first.
    Descending,
}

/// What a delete on the other side does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeletePolicy {
    /// The record stays; the link stays with a tombstone.
    Keep,
    /// The record stays; the link is given up.
    Unlink,
    /// The record is archived (deleted, restorable).
    Archive,
    /// This field is set to true.
    Flag(SmolStr),
    /// The record is deleted.
    Propagate,
}

/// What happens to a linked pair whose record is no longer admitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Leave {
    /// It goes on.
    #[default]
    Continue,
    /// It rests until it is admitted again.
    Freeze,
    /// The link is given up.
    Unlink,
}

/// A sync whose records come first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The sync waited for.
    pub sync: SmolStr,
    /// What happens where the parent will never come.
    pub otherwise: Absent,
}

/// What happens to a record whose parent will never come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// It waits, and is reported (R007).
    Wait,
    /// It goes without its parent.
    Without,
    /// It is synced by this other sync of the same left object.
    As(SmolStr),
}

//! Field rows with names resolved.

use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::{Arrow, Clause, Expr, FieldRef, FieldsId, MapId, NormalizeId, SyncId};
use crate::side::{Side, Sides};
use crate::source::{Span, Spanned};
use crate::value::Value;

pub use crate::plan::{Authority, BlankPolicy, Fallback, Timing};

/// One line of a sync. The names of its cells are known; whether their types fit is the business of the rules.
///
/// There are more of these than of anything else, and every rule looks at them: what few rows have is boxed.
#[derive(Clone, Debug)]
pub struct Row {
    /// The left field's name, or that given by `as`.
    pub name: SmolStr,
    /// The whole row, without the trailing comment.
    pub span: Span,
    /// From the left cell to the right one, without clauses.
    pub head: Span,
    /// The documentation above it.
    pub docs: Option<Box<str>>,
    /// The arrow.
    pub arrow: Spanned<Arrow>,
    /// The two cells.
    pub cells: Sides<Cell>,
    /// The lane that starts at each side, where the arrow has that direction.
    pub lanes: Sides<Option<Lane>>,
    /// How values change, as stated.
    pub via: Option<Box<Via>>,
    /// The references of `through`, as stated.
    pub through: Option<Box<Spanned<Vec<SyncId>>>>,
    /// The normal form over [`ExprKind::Input`](super::ExprKind::Input), on a row with a normaliser.
    pub normal: Option<Box<Expr>>,
    /// The authority that the row states itself; the sync's truth holds where it states none.
    pub authority: Option<Spanned<Authority>>,
    /// The condition.
    pub when: Option<Box<Expr>>,
    /// The companion fields of an amount: its currency on each side.
    pub currency: Option<Box<Spanned<Sides<Option<FieldRef>>>>>,
    /// The shared block that it comes from.
    pub shared: Option<FieldsId>,
    /// The clauses that may be about one direction, as stated, for the rule on contradictions.
    pub stated: ThinVec<Spanned<Stated>>,
    /// All clauses, for remedies that change one of them.
    pub clauses: ThinVec<Clause>,
}

/// A clause as it was stated. The side is the source of the direction that a prefix arrow limited it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// `blank clears`, `blank keeps`.
    Blank(Option<Side>, BlankPolicy),
    /// `on create`, `fill only`.
    Timing(Option<Side>, Timing),
    /// `default V`.
    Default(Option<Side>),
    /// `enforce`.
    Enforce(Option<Side>),
    /// One half of `via { -> f, <- g }`, by the side that its values come from.
    Half(Side),
}

/// One end of a row.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What it is.
    pub node: CellKind,
    /// Where it is written.
    pub span: Span,
}

/// What an end of a row can be.
#[derive(Clone, Debug)]
pub enum CellKind {
    /// A field.
    Field(FieldRef),
    /// A computation over the record of this side, a path or a constant: read only.
    Computed(Box<Expr>),
    /// A name in it is unknown, and reported.
    Unknown,
}

impl Cell {
    /// The field, where it is one.
    pub const fn field(&self) -> Option<FieldRef> {
        if let CellKind::Field(f) = self.node {
            Some(f)
        } else {
            None
        }
    }
}

/// One direction of a row, with all that clauses and defaults say of it.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The value for the target over [`ExprKind::Input`](super::ExprKind::Input).
    pub value: Expr,
    /// What happens where that fails.
    pub failure: Fallback,
    /// What a blank source does.
    pub blank: BlankPolicy,
    /// When it may write.
    pub timing: Timing,
    /// What stands in for a blank source.
    pub default: Option<Box<Spanned<Value>>>,
    /// Drift on the target is undone.
    pub enforce: bool,
}

/// The `via` clause.
#[derive(Clone, Debug)]
pub struct Via {
    /// The clause without its `else`.
    pub span: Span,
    /// What stands behind it.
    pub kind: ViaKind,
    /// `else …` on the row itself.
    pub otherwise: Option<Spanned<Fallback>>,
}

/// What a `via` applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViaKind {
    /// A picklist map.
    Map(MapId),
    /// A picklist map, over each member of a set.
    Each(MapId),
    /// A normalisation table.
    Normalize(NormalizeId),
    /// A function that is idempotent: it defines the row's equality.
    Normaliser(SmolStr),
    /// A function and its inverse, known or declared.
    Lens(SmolStr),
    /// A function without an inverse.
    OneWay(SmolStr),
    /// The name is unknown, and reported.
    Unknown,
}

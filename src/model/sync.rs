//! Syncs with names resolved.

use smol_str::SmolStr;

use super::{Expr, FieldRef, ObjectRef, Row, SyncId};
use crate::side::{Side, Sides};
use crate::source::{Span, Spanned};
use crate::value::Value;

pub use crate::plan::{Leave, Mode, Order};

/// The direction of a sync, a row or a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrow {
    /// `->`
    Right,
    /// `<-`
    Left,
    /// `<->`
    Both,
}

impl Arrow {
    /// Whether values travel from this side to the other.
    pub const fn goes_from(self, side: Side) -> bool {
        matches!(
            (self, side),
            (Self::Both, _) | (Self::Right, Side::Left) | (Self::Left, Side::Right)
        )
    }

    /// The arrow of one direction alone.
    pub const fn from(side: Side) -> Self {
        match side {
            Side::Left => Self::Right,
            Side::Right => Self::Left,
        }
    }

    /// As it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Right => "->",
            Self::Left => "<-",
            Self::Both => "<->",
        }
    }
}

/// `sync NAME: left ARROW right { … }`.
#[derive(Clone, Debug)]
pub struct Sync {
    /// The declared name.
    pub name: Spanned<SmolStr>,
    /// The documentation above it.
    pub docs: Option<Box<str>>,
    /// The header line.
    pub header: Span,
    /// The whole declaration.
    pub span: Span,
    /// The pair.
    pub ends: Sides<End>,
    /// The pair's direction.
    pub arrow: Spanned<Arrow>,
    /// What is done with the records.
    pub mode: Mode,
    /// `truth SIDE`.
    pub truth: Option<Spanned<Side>>,
    /// `truth` names a system that is unknown, and reported.
    pub truth_poisoned: bool,
    /// `match`, in order.
    pub keys: Vec<Key>,
    /// `many SIDE …`.
    pub many: Sides<Option<Spanned<Many>>>,
    /// `key`: the field on each side that holds the other side's id.
    pub stamp: Sides<Option<Spanned<FieldRef>>>,
    /// `create in …`: the sides in which records are made.
    pub create: Sides<Option<Span>>,
    /// `delete …`: what a delete on the other side does on each side.
    pub delete: Sides<Option<Spanned<DeletePolicy>>>,
    /// `after …`.
    pub after: Vec<After>,
    /// `yields to …`.
    pub yields_to: Vec<Spanned<SyncId>>,
    /// `converts to …`.
    pub converts_to: Option<Spanned<SyncId>>,
    /// `from SIDE where …`.
    pub from: Sides<Option<Filter>>,
    /// `while SIDE where …`.
    pub active_while: Sides<Option<Filter>>,
    /// `leave …`.
    pub leave: Option<Spanned<Leave>>,
    /// `record type SYSTEM "X"`, `pipeline SYSTEM "x"`: the field that it sets, the value, and its name as written.
    pub narrowed: Sides<Option<Spanned<Narrowing>>>,
    /// `protect …`.
    pub protect: Vec<Protect>,
    /// `handoff …`.
    pub handoff: Option<Handoff>,
    /// The rows, those of shared blocks included, in the order of the spec.
    pub rows: Vec<Row>,
}

/// A record type or a pipeline that a sync is narrowed to.
#[derive(Clone, Debug, PartialEq)]
pub struct Narrowing {
    /// The field that holds it.
    pub field: Option<FieldRef>,
    /// The value that is set and admitted.
    pub value: Value,
    /// As written.
    pub name: SmolStr,
}

/// One end of a sync.
#[derive(Clone, Debug)]
pub struct End {
    /// Where it is written.
    pub span: Span,
    /// The object; none where a name is unknown.
    pub object: Option<ObjectRef>,
}

/// A match key.
#[derive(Clone, Debug)]
pub struct Key {
    /// The statement.
    pub span: Span,
    /// Its parts, all of which must be equal.
    pub parts: Vec<KeyPart>,
}

/// `left = right` of a match key.
#[derive(Clone, Debug)]
pub struct KeyPart {
    /// Where it is written.
    pub span: Span,
    /// What is compared.
    pub sides: Sides<Expr>,
}

/// What happens when several records match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Many {
    /// All are held.
    Hold,
    /// The first of a total order.
    First(Vec<SortKey>),
}

/// One criterion of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The field; none for the record's id.
    pub field: Option<FieldRef>,
    /// Latest or largest first.
    pub order: Order,
    /// Where it is written.
    pub span: Span,
}

/// What a delete on the other side does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletePolicy {
    /// The record stays.
    Keep,
    /// The link is given up.
    Unlink,
    /// The record is archived.
    Archive,
    /// A field is set; none where its name is unknown.
    Flag(Option<FieldRef>),
    /// The record is deleted.
    Propagate,
}

/// `after SYNC else …`.
#[derive(Clone, Debug)]
pub struct After {
    /// The sync waited for.
    pub sync: Spanned<SyncId>,
    /// What happens where the parent never comes.
    pub otherwise: Absent,
}

/// What happens to a record whose parent never comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It waits.
    Wait,
    /// It goes without.
    Without,
    /// Another sync takes it.
    As(SyncId),
}

/// `from SIDE where EXPR`.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The statement.
    pub span: Span,
    /// The condition; none where `from SIDE` stands alone and admits all.
    pub condition: Option<Expr>,
}

/// `protect SIDE.{…}`.
#[derive(Clone, Debug)]
pub struct Protect {
    /// The field's side.
    pub side: Side,
    /// The field.
    pub field: FieldRef,
    /// Set once, then locked.
    pub after_create: bool,
    /// Where the field is written in the statement.
    pub span: Span,
}

/// `handoff requires …, within …`.
#[derive(Clone, Debug)]
pub struct Handoff {
    /// The statement.
    pub span: Span,
    /// The fields that must be filled.
    pub requires: Vec<Spanned<FieldRef>>,
    /// How fast, in seconds.
    pub within: Option<i64>,
}

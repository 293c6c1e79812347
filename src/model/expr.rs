//! Expressions with names resolved. Functions of the spec are unfolded into their bodies.

use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::{FieldRef, MapId, NormalizeId, SyncId};
use crate::side::Side;
use crate::source::Span;
use crate::value::{Kind, Value};

/// An expression, its place, and the kind of its values where it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub node: ExprKind,
    /// Where it is written.
    pub span: Span,
    /// The kind of its values; none where it is poisoned, or blank.
    pub kind: Option<Kind>,
}

/// The forms of an expression. Meanings are those of the plan's expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A name in it is unknown, and reported.
    Unknown,
    /// The value that passes through a row.
    Input,
    /// A constant.
    Const(Value),
    /// An id of the environment: `env.inbound_queue`.
    Env(SmolStr),
    /// A field of the record on a side.
    Field {
        /// The record's side.
        side: Side,
        /// The field.
        field: FieldRef,
    },
    /// A field of the record that a reference names.
    Related {
        /// The side of the record that holds the reference.
        side: Side,
        /// The reference.
        reference: FieldRef,
        /// The field of the object that it refers to.
        field: FieldRef,
    },
    /// A function of the library.
    Call {
        /// Its name, known to exist.
        function: SmolStr,
        /// The arguments.
        arguments: ThinVec<Expr>,
    },
    /// A picklist map.
    Map {
        /// The map.
        map: MapId,
        /// The side that the value comes from.
        from: Side,
        /// The value.
        input: Box<Expr>,
        /// The controlling value, for a map with `within`.
        within: Option<Box<Expr>>,
    },
    /// A picklist map over each member of a set.
    Each {
        /// The map.
        map: MapId,
        /// The side that the set comes from.
        from: Side,
        /// The set.
        input: Box<Expr>,
    },
    /// A normalisation table.
    Normalize {
        /// The table.
        table: NormalizeId,
        /// The text.
        input: Box<Expr>,
    },
    /// The counterpart of a reference, by the links of syncs.
    Linked {
        /// The syncs, asked in this order.
        syncs: ThinVec<SyncId>,
        /// The side that the id comes from.
        from: Side,
        /// The id.
        input: Box<Expr>,
    },
    /// Not.
    Not(Box<Expr>),
    /// All hold.
    All(ThinVec<Expr>),
    /// One holds.
    Any(ThinVec<Expr>),
    /// Two values compared.
    Compare {
        /// How.
        comparison: Comparison,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// Whether a value is one of a list, or a set of which a member is.
    In {
        /// The value.
        input: Box<Expr>,
        /// The list, with the place of each value.
        list: ThinVec<(Value, Span)>,
    },
    /// Whether a value is not blank.
    IsSet(Box<Expr>),
    /// Whether a field changed since the shadow.
    Changed {
        /// The record's side.
        side: Side,
        /// The field.
        field: FieldRef,
    },
    /// What an expression over the record that starts an automation gave before the change.
    Before(Box<Expr>),
    /// Two numbers, a date and days, two texts.
    Arithmetic {
        /// Which.
        operation: Operation,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// When a stage was entered; of lifecycles only.
    Entered(SmolStr),
}

pub use crate::plan::{Comparison, Operation};

impl Expr {
    /// The poisoned expression.
    pub const fn unknown(span: Span) -> Self {
        Self {
            node: ExprKind::Unknown,
            span,
            kind: None,
        }
    }

    /// A constant.
    pub const fn constant(value: Value, span: Span) -> Self {
        let kind = value.kind();
        Self {
            node: ExprKind::Const(value),
            span,
            kind,
        }
    }

    /// Whether a name in it is unknown.
    pub fn is_poisoned(&self) -> bool {
        let mut poisoned = false;
        self.visit(&mut |e| poisoned |= e.node == ExprKind::Unknown);
        poisoned
    }

    /// Every field that it reads of a record itself, with the side and the place.
    pub fn fields(&self) -> Vec<(Side, FieldRef, Span)> {
        let mut found = Vec::new();
        self.visit(&mut |e| match e.node {
            ExprKind::Field { side, field } | ExprKind::Changed { side, field } => {
                found.push((side, field, e.span))
            }
            ExprKind::Related {
                side, reference, ..
            } => found.push((side, reference, e.span)),
            _ => {}
        });
        found
    }

    /// Calls a function on this expression and on all within it, outermost first.
    pub fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Self)) {
        f(self);
        match &self.node {
            ExprKind::Unknown
            | ExprKind::Input
            | ExprKind::Const(_)
            | ExprKind::Env(_)
            | ExprKind::Field { .. }
            | ExprKind::Related { .. }
            | ExprKind::Changed { .. }
            | ExprKind::Entered(_) => {}
            ExprKind::Map { input, within, .. } => {
                input.visit(f);
                if let Some(within) = within {
                    within.visit(f);
                }
            }
            ExprKind::Each { input, .. }
            | ExprKind::Normalize { input, .. }
            | ExprKind::Linked { input, .. }
            | ExprKind::In { input, .. }
            | ExprKind::IsSet(input)
            | ExprKind::Before(input)
            | ExprKind::Not(input) => input.visit(f),
            ExprKind::Call {
                arguments: list, ..
            }
            | ExprKind::All(list)
            | ExprKind::Any(list) => {
                list.iter().for_each(|e| e.visit(f));
            }
            ExprKind::Compare { left, right, .. } | ExprKind::Arithmetic { left, right, .. } => {
                left.visit(f);
                right.visit(f);
            }
        }
    }

    /// Calls a function on this expression and on all within it, innermost first, each to be changed.
    pub fn rewrite(&mut self, f: &mut impl FnMut(&mut Self)) {
        match &mut self.node {
            ExprKind::Unknown
            | ExprKind::Input
            | ExprKind::Const(_)
            | ExprKind::Env(_)
            | ExprKind::Field { .. }
            | ExprKind::Related { .. }
            | ExprKind::Changed { .. }
            | ExprKind::Entered(_) => {}
            ExprKind::Map { input, within, .. } => {
                input.rewrite(f);
                if let Some(within) = within {
                    within.rewrite(f);
                }
            }
            ExprKind::Each { input, .. }
            | ExprKind::Normalize { input, .. }
            | ExprKind::Linked { input, .. }
            | ExprKind::In { input, .. }
            | ExprKind::IsSet(input)
            | ExprKind::Before(input)
            | ExprKind::Not(input) => input.rewrite(f),
            ExprKind::Call {
                arguments: list, ..
            }
            | ExprKind::All(list)
            | ExprKind::Any(list) => list.iter_mut().for_each(|e| e.rewrite(f)),
            ExprKind::Compare { left, right, .. } | ExprKind::Arithmetic { left, right, .. } => {
                left.rewrite(f);
                right.rewrite(f);
            }
        }
        f(self);
    }
}

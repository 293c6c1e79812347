//! Writers that are not this spec: automations of the two systems, declared in it or read from their metadata.

use smol_str::SmolStr;

use super::{Expr, FieldRef, ObjectRef, SystemId};
use crate::source::Span;

pub use crate::plan::{Entry, Events, Phase};

/// An automation that lives in a system, as guarded reads and writes.
///
/// In its expressions the record that starts it is the left one: [`ExprKind::Field`](super::ExprKind::Field) names a field
/// of that record, [`ExprKind::Changed`](super::ExprKind::Changed) whether the change that started it was one of the field,
/// [`ExprKind::Related`](super::ExprKind::Related) a field of a record that it refers to.
#[derive(Clone, Debug)]
pub struct Automation {
    /// What it is called in its system.
    pub name: SmolStr,
    /// What it is, in words: `declared automation`, `record-triggered flow`, `workflow rule`, `formula field`.
    pub kind: &'static str,
    /// Where it is written: the declaration, or its element in the metadata.
    pub span: Span,
    /// The system in which it runs.
    pub system: SystemId,
    /// The object whose records start it; none where its name is unknown.
    pub object: Option<ObjectRef>,
    /// When in a transaction it runs.
    pub phase: Phase,
    /// Its turn among those of its kind, object and phase, where its system has it fixed.
    pub order: Option<u32>,
    /// Which events start it.
    pub events: Events,
    /// It runs only if one of these fields has changed; on any change where there are none.
    pub changes: Vec<FieldRef>,
    /// Whether a guard that held before the change, too, starts it.
    pub entry: Entry,
    /// The condition under which it runs.
    pub guard: Option<Expr>,
    /// What it writes.
    pub effects: Vec<Effect>,
    /// Why it is not fully understood; none where all it does is in `effects`.
    pub opaque: Option<String>,
}

/// One write of an automation.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Where it is written.
    pub span: Span,
    /// The field that is written.
    pub target: FieldRef,
    /// Of which record.
    pub record: Written,
    /// The condition beyond the automation's own.
    pub when: Option<Expr>,
    /// What is written; none where only the field is known.
    pub value: Option<Expr>,
}

/// Which record an effect writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The record that started the automation.
    Itself,
    /// The record that a reference of it names.
    Referenced(FieldRef),
    /// The records of the target's object whose reference, this field, names it.
    Referring(FieldRef),
    /// A record that is made.
    Made,
    /// Records that are found by other means.
    Found,
}

//! Writers that are not this spec: automations of the two systems, declared in it or read from their metadata.

use smol_str::SmolStr;

use super::{Expr, FieldRef, ObjectRef, SystemId};
use crate::source::Span;

pub use crate::plan::{Entry, Events, Phase, StartedBy};

/// An automation that lives in a system, as guarded reads and writes.
///
/// In its expressions the record that starts it is the left one: [`ExprKind::Field`](super::ExprKind::Field) names a field
/// of that record, [`ExprKind::Changed`](super::ExprKind::Changed) whether the change that started it was one of the field,
/// [`ExprKind::Related`](super::ExprKind::Related) a field of a record that it refers to,
/// [`ExprKind::Before`](super::ExprKind::Before) what a field held before that change.
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
    /// Whose saves start it.
    pub by: StartedBy,
    /// Whether a guard that held before the change, too, starts it.
    pub entry: Entry,
    /// The condition under which it runs.
    pub guard: Option<Expr>,
    /// What it writes.
    pub effects: Vec<Effect>,
    /// Why it is not fully understood; none where all it does is in `effects`.
    pub opaque: Option<String>,
    /// What its conditions and values ask of whoever is at work and nothing here says, such as `$Permission.Bypass`; sorted.
    pub asks: Vec<SmolStr>,
}

/// When an automation has its turn among those of its record and phase: by kind, then by the order of its kind, then by the
/// name that decides there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn(u32, u32, SmolStr);

impl Turn {
    /// The turn of what no platform orders.
    pub const FIRST: Self = Self(0, 0, SmolStr::new_static(""));
    /// The turn of what comes after all that a platform does.
    pub const LAST: Self = Self(u32::MAX, 0, SmolStr::new_static(""));
}

impl Automation {
    /// How often it runs for a record in one transaction. Field updates of workflow rules fire the automations of the record
    /// once more (Apex Developer Guide, Triggers and Order of Execution); processes are evaluated again five times; flows run
    /// once for a record. Code may ask for more, and is taken to run twice.
    pub fn limit(&self) -> u8 {
        match self.kind {
            "record-triggered flow" | "platform" => 1,
            "process" => 6,
            _ => 2,
        }
    }

    /// When it has its turn in its phase of a transaction: by the order of kinds, where the platform fixes one (the same
    /// page), and flows by their trigger order. Those up to 1,000 come first, then those without one, in the order in which
    /// they were made, which no file tells; flows of one number go by their names (Salesforce Help: Define the Run Order of
    /// Record-Triggered Flows for an Object).
    pub fn turn(&self) -> Turn {
        const WITHOUT: u32 = 1_000;
        let before = self.phase == Phase::BeforeSave;
        let kind = match self.kind {
            "record-triggered flow" if before => 0,
            "platform" => 5,
            "assignment rule" => 2,
            "workflow rule" => 3,
            "process" => 4,
            "record-triggered flow" => 5,
            _ => 1,
        };
        match self.order {
            None => Turn(kind, WITHOUT + 1, SmolStr::default()),
            Some(order) if order <= WITHOUT => Turn(kind, order, self.name.clone()),
            Some(order) => Turn(kind, order.saturating_add(1), self.name.clone()),
        }
    }
}

/// One write of an automation.
#[derive(Clone, Debug, PartialEq)]
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
    /// What stands for it where it is the moment of the write: a later one than the record has; or the day of it: a day. No clock
    /// says which.
    pub stamp: Option<Expr>,
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

impl Written {
    /// Whether it is the record itself, or one that a reference ties to it.
    pub const fn is_tied(self) -> bool {
        match self {
            Self::Itself | Self::Referenced(_) | Self::Referring(_) => true,
            Self::Made | Self::Found => false,
        }
    }
}

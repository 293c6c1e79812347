//! What the two systems do by themselves, read from their metadata: flows, processes, workflow rules, formulas, code.
//!
//! In come metadata files and the catalog of their system; out goes [`Automations`]: each automation by names as guarded
//! reads and writes, with its place. Nothing is left out in silence: what is not understood is a reason of its automation,
//! and a file that cannot be read is a finding. Knows no ids, no spec and no other system: whether a name exists in a
//! catalog, and what follows from an automation, is for others to say.
//!
//! Conditions and values are formulas ([`crate::formula`]) over the record that starts the automation: a plain reference
//! (`StageName`, `Account.Industry`) is a field of that record or of one that it refers to, `PRIORVALUE(…)` and
//! `ISCHANGED(…)` speak of the change, `$User.Id` is a global. A reference in braces (`{!Get_Rule.Owner__c}`) is something
//! that the automation finds out while it runs and that is not a field of its record.

mod apex;
mod approval;
mod assigned;
mod condition;
mod conversion;
mod criteria;
mod derived;
mod draft;
mod entitlement;
mod flow;
mod hubspot;
mod kind;
mod load;
mod logic;
mod lookup;
mod names;
mod numbered;
mod order;
mod percent;
mod relations;
mod report;
mod routing;
mod started;
mod topic;
mod versions;
mod workflow;

pub use kind::Kind;
pub use load::load;
pub use report::{Account, Count, Reason, json_line, trigger};

use std::fmt;

use smol_str::SmolStr;

use crate::formula::Expr;
use crate::source::Span;

/// The automations of one system.
#[derive(Clone, Debug, Default)]
pub struct Automations {
    /// Those that run, in the order of their files, then of their places.
    pub active: Vec<Automation>,
    /// Those that are switched off.
    pub inactive: Vec<Inactive>,
}

/// An automation that is switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inactive {
    /// What it is.
    pub kind: Kind,
    /// What it is called in its system.
    pub name: SmolStr,
    /// Where it is written.
    pub span: Span,
}

/// An automation that runs in a system.
#[derive(Clone, Debug)]
pub struct Automation {
    /// What it is called in its system.
    pub name: SmolStr,
    /// What it is.
    pub kind: Kind,
    /// The file that holds it: a path relative to the project's root.
    pub file: SmolStr,
    /// The element of the file.
    pub element: SmolStr,
    /// The place of that element.
    pub span: Span,
    /// The object whose records start it, or for a calculated field the object that has it; none where people, other
    /// automations or the clock start it.
    pub object: Option<SmolStr>,
    /// Which events of a record start it; none where no event does.
    pub events: Option<Events>,
    /// When in a transaction it runs. Parts of it may run later: each effect tells its own phase.
    pub phase: Phase,
    /// Other events that start it, each with its phase: code may run before and after a save. Sorted.
    pub also: Vec<(Phase, Events)>,
    /// Its turn among those of its kind, object and phase, where somebody has fixed it.
    pub order: Option<u32>,
    /// Whether a guard that held before the change, too, starts it.
    pub entry: Entry,
    /// It runs only if one of these fields of its object has changed; whatever has changed where there are none.
    pub changes: Vec<SmolStr>,
    /// The condition under which it runs at all.
    pub guard: Option<Expr>,
    /// A condition that starts it for a record once, as soon as it becomes true, beside the guard.
    pub first: Option<Expr>,
    /// The fields that it reads, sorted.
    pub reads: Vec<FieldName>,
    /// What it writes, in its order.
    pub effects: Vec<Effect>,
    /// The objects whose records it deletes, sorted.
    pub deletes: Vec<SmolStr>,
    /// Whether it locks the record against edits.
    pub locks: bool,
    /// How far it is understood.
    pub understood: Understood,
    /// Why it is not fully understood; empty where it is.
    pub reasons: Vec<String>,
}

impl Automation {
    /// The fields that it writes, sorted, each once.
    pub fn writes(&self) -> Vec<&FieldName> {
        let mut fields: Vec<&FieldName> = self.effects.iter().map(|e| &e.target).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

/// One write of an automation.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The element that writes, in the words of its file.
    pub element: SmolStr,
    /// Its place; in another file where a flow calls one.
    pub span: Span,
    /// The field that is written.
    pub target: FieldName,
    /// Of which record.
    pub record: Written,
    /// When.
    pub phase: Phase,
    /// The condition beyond the automation's own; none where it is always written.
    pub when: Option<Expr>,
    /// What is written; none where only the field is known.
    pub value: Option<Expr>,
}

/// Which record an effect writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The record that started the automation.
    Itself,
    /// The record that this field of it refers to.
    Referenced(SmolStr),
    /// The records of the target's object whose reference, this field, names it.
    Referring(SmolStr),
    /// A record that is made.
    Made,
    /// Records that are found by other means.
    Found,
}

/// A field, by the names of its object and itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName {
    /// The object.
    pub object: SmolStr,
    /// The field.
    pub field: SmolStr,
}

impl FieldName {
    /// The field of an object.
    pub fn new(object: impl Into<SmolStr>, field: impl Into<SmolStr>) -> Self {
        Self {
            object: object.into(),
            field: field.into(),
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.object, self.field)
    }
}

/// When in a transaction an automation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before the record is stored: what it assigns is stored with it.
    BeforeSave,
    /// After the record is stored, in the same transaction.
    AfterSave,
    /// In a transaction of its own, later.
    Later,
    /// Whenever it is read.
    Derived,
}

/// Which events of a record start an automation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Events {
    /// A record is made.
    Created,
    /// A record is changed.
    Updated,
    /// Either.
    Saved,
    /// A record is deleted.
    Deleted,
}

/// Whether a guard has to become true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It runs at each event at which the guard holds.
    EveryTime,
    /// It runs at an event that makes the guard true.
    BecomesTrue,
    /// It runs at the first event that makes the guard true, and never again for that record.
    Once,
}

/// How far an automation is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Understood {
    /// All that it writes is in its effects.
    Full,
    /// What is in its effects is right, and there may be more.
    Partly,
    /// Code, or something else that cannot be read: its effects are what its text names, all of them merely possible.
    Opaque,
}

impl Understood {
    /// In one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partly => "partly",
            Self::Opaque => "opaque",
        }
    }
}

//! What the systems do by themselves, in the names of the plan. A run neither executes nor needs it: tests and replays do,
//! so that a world in memory answers a write as the real systems would.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Expr, Origin};

/// An automation that lives in a system, as guarded writes.
///
/// In its expressions the record that starts it is the left one, and the same record before the change the right one.
/// [`Expr::Changed`] asks whether the change that started it was one of the field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Automation {
    /// What it is called in its system.
    pub name: SmolStr,
    /// What it is, in words.
    pub kind: SmolStr,
    /// Where it is written.
    pub origin: Origin,
    /// The object whose records start it, as a key of the plan's objects.
    pub object: SmolStr,
    /// When in a transaction it runs.
    pub phase: Phase,
    /// How often it runs for a record in one transaction.
    pub limit: u8,
    /// Which events start it.
    pub events: Events,
    /// It runs only if one of these fields has changed; on any change where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<SmolStr>,
    /// Whose saves start it.
    #[serde(default, skip_serializing_if = "StartedBy::is_anyone")]
    pub by: StartedBy,
    /// Whether a guard that held before the change, too, starts it.
    pub entry: Entry,
    /// The condition under which it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Expr>,
    /// What it writes.
    pub effects: Vec<Effect>,
    /// Why it is not fully understood; none where all that it does is in `effects`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opaque: Option<String>,
}

/// One write of an automation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The object that is written, as a key of the plan's objects.
    pub object: SmolStr,
    /// The field that is written.
    pub field: SmolStr,
    /// Of which record.
    pub record: Reached,
    /// The condition beyond the automation's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// What is written; none where only the field is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Expr>,
}

/// Which record an effect writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// The record that started the automation.
    Itself,
    /// The record that this reference of it names.
    Referenced(SmolStr),
    /// The records whose reference, this field, names it.
    Referring(SmolStr),
    /// A record that is made.
    Made,
    /// Records that are found by other means.
    Found,
}

/// When in a transaction an automation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before the record is stored: what it assigns is stored with it and starts nothing by itself.
    BeforeSave,
    /// After the record is stored, in the same transaction: its writes are updates and start automations again.
    AfterSave,
    /// In a transaction of its own, later.
    Later,
    /// Whenever it is read: a formula or a roll-up, whose value is never stored by a write.
    Derived,
}

/// Which events start an automation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// It runs at each event at which the guard holds.
    EveryTime,
    /// It runs at an event that makes the guard true.
    BecomesTrue,
    /// It runs at the first event that makes the guard true, and never again for that record.
    Once,
}

/// Whose saves start an automation, as far as its condition asks who is at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StartedBy {
    /// Everyone's.
    #[default]
    Anyone,
    /// Those of people, and of what the platform does later in the name of others.
    People,
    /// Those of the user of the sync, and what follows from them in the same transaction.
    Sync,
}

impl StartedBy {
    /// Whether it is the same for everyone.
    pub const fn is_anyone(&self) -> bool {
        matches!(self, Self::Anyone)
    }

    /// Whether a save of one of two starts what this one starts.
    pub fn includes(self, other: Self) -> bool {
        self.is_anyone() || self == other
    }
}

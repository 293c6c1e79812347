//! A `test` block in the names of the plan: what is there, what people do, what must hold. Run by the engine that runs
//! production. Fields that no row reads may be named; they are in no object of the plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Origin;
use crate::value::Value;

/// One test of a spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What is promised, in the words of the spec.
    pub name: String,
    /// Where it is written.
    pub origin: Origin,
    /// The steps in order.
    pub steps: Vec<CaseStep>,
}

/// One line of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CaseStep {
    /// Where it is written.
    pub origin: Origin,
    /// When it happens; the time of the step before where nothing is said.
    pub at: Option<Moment>,
    /// What happens.
    pub action: CaseAction,
}

/// `day 1 10:05`, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// The day, from 1.
    pub day: u32,
    /// Minutes since midnight.
    pub minute: u32,
}

/// What a line of a test does. An object is a `system.object`; an alias names a pair across both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseAction {
    /// A record that is there from the start.
    Given {
        /// Its object.
        object: SmolStr,
        /// Its alias.
        alias: SmolStr,
        /// Its fields.
        values: BTreeMap<SmolStr, Value>,
    },
    /// A person edits a record.
    Edit {
        /// The object.
        object: SmolStr,
        /// The record.
        alias: SmolStr,
        /// The fields set.
        values: BTreeMap<SmolStr, Value>,
    },
    /// Two records of one object become the second.
    Merge {
        /// The object.
        object: SmolStr,
        /// The record that goes.
        alias: SmolStr,
        /// The record that stays.
        into: SmolStr,
    },
    /// A record is converted, as the platform converts records of its object.
    Convert {
        /// The object.
        object: SmolStr,
        /// The record.
        alias: SmolStr,
    },
    /// A record is deleted.
    Delete {
        /// The object.
        object: SmolStr,
        /// The record.
        alias: SmolStr,
    },
    /// An owner is deactivated.
    Deactivate {
        /// The object.
        object: SmolStr,
        /// The record.
        alias: SmolStr,
    },
    /// Rounds until quiet.
    Settle,
    /// What must hold now.
    Expect(Expected),
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expected {
    /// One more round writes nothing.
    Quiet,
    /// A record is there, with these values.
    Record {
        /// The object.
        object: SmolStr,
        /// The alias.
        alias: SmolStr,
        /// The fields.
        values: BTreeMap<SmolStr, Value>,
    },
    /// There is no such record.
    NoRecord {
        /// The object.
        object: SmolStr,
        /// The alias.
        alias: SmolStr,
    },
}

//! `test` blocks with names resolved.

use smol_str::SmolStr;

use super::{FieldRef, ObjectRef};
use crate::source::{Span, Spanned};
use crate::value::Value;

/// Fields with their values and places.
pub type Values = Vec<(FieldRef, Value, Span)>;

/// A test of the spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: Spanned<String>,
    /// The whole block.
    pub span: Span,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// One line of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it is written.
    pub span: Span,
    /// When it happens; the time of the step before where nothing is said.
    pub at: Option<Moment>,
    /// What happens.
    pub kind: StepKind,
}

/// `day 1 10:05`, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The day, from 1.
    pub day: u32,
    /// Minutes since midnight.
    pub minute: u32,
}

/// What a line of a test does.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// A record that is there from the start.
    Given {
        /// Its object.
        object: ObjectRef,
        /// Its alias, which names the pair across both sides.
        alias: SmolStr,
        /// Its fields.
        values: Values,
    },
    /// An edit by a person.
    Edit {
        /// The object.
        object: ObjectRef,
        /// The record.
        alias: SmolStr,
        /// The fields set.
        values: Values,
    },
    /// Two records of one object become the second.
    Merge {
        /// The object.
        object: ObjectRef,
        /// The record that goes.
        alias: SmolStr,
        /// The record that stays.
        into: SmolStr,
    },
    /// A lead is converted.
    Convert {
        /// The object.
        object: ObjectRef,
        /// The record.
        alias: SmolStr,
    },
    /// A record is deleted.
    Delete {
        /// The object.
        object: ObjectRef,
        /// The record.
        alias: SmolStr,
    },
    /// An owner is deactivated.
    Deactivate {
        /// The object.
        object: ObjectRef,
        /// The record.
        alias: SmolStr,
    },
    /// Rounds until quiet.
    Settle,
    /// What must hold now.
    Expect(Expectation),
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// One more round writes nothing.
    Quiet,
    /// A record is there, with these values.
    Record {
        /// The object.
        object: ObjectRef,
        /// The alias.
        alias: SmolStr,
        /// The fields.
        values: Values,
    },
    /// There is no such record.
    NoRecord {
        /// The object.
        object: ObjectRef,
        /// The alias.
        alias: SmolStr,
    },
}

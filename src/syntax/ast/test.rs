//! `test`: records, edits, and what must come of them.

use super::{Block, Expr, Name, Number, ObjectRef};
use crate::source::Span;

/// `test "a rep's phone beats a form fill" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What it shows.
    pub name: Name,
    /// Its steps.
    pub body: Block<TestLine>,
}

/// A line of a test.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "broken lines are rare")]
pub enum TestLine {
    /// A step.
    Step(Step),
    /// Could not be read; reported.
    Broken,
}

/// A step, and when it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// `at day 1 10:00`; right away where it is not said.
    pub at: Option<Moment>,
    /// What happens.
    pub node: StepKind,
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// `given hubspot.contact ann { … }`
    Given(Record),
    /// `settle`: rounds until nothing is written.
    Settle,
    /// `at day 1 10:00 hubspot.contact ann { … }`: someone edits a record.
    Edit(Record),
    /// `merge hubspot.contact ann into bob`
    Merge {
        /// Which goes.
        record: RecordRef,
        /// Which stays.
        into: Name,
    },
    /// `convert salesforce.Lead ann`
    Convert(RecordRef),
    /// `delete hubspot.contact ann`
    Delete(RecordRef),
    /// `deactivate salesforce.User ann`
    Deactivate(RecordRef),
    /// `expect quiet`
    Expect(Expect),
}

/// What must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    /// `expect quiet`: one more round writes nothing.
    Quiet,
    /// `expect no salesforce.Lead ann`
    No(RecordRef),
    /// `expect hubspot.contact ann { phone = "…" }`: it is there, and these fields have these values.
    Record(Record),
}

/// `day 1 10:05`, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day, from 1.
    pub day: Number,
    /// The time of that day; `None` where there is no such time, which has been reported.
    pub time: Option<jiff::civil::Time>,
    /// All of it.
    pub span: Span,
}

/// `hubspot.contact ann`. An alias names a pair across both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordRef {
    /// The object; exactly one.
    pub object: ObjectRef,
    /// The alias.
    pub alias: Name,
    /// Both.
    pub span: Span,
}

/// `hubspot.contact ann { phone = "…" }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which.
    pub record: RecordRef,
    /// Its values.
    pub values: Block<Assign>,
}

/// `phone = "…"`.
#[derive(Clone, Debug, PartialEq)]
pub enum Assign {
    /// A field and its value; the name `blank` stands for nothing.
    Field {
        /// Which field.
        field: Name,
        /// Its value.
        value: Expr,
    },
    /// Could not be read; reported.
    Broken,
}

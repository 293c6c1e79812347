//! `automation`: a writer that is not this spec.

use super::{Block, Expr, Name, Path};

/// `automation salesforce "Set account tier" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Automation {
    /// Where it runs.
    pub system: Name,
    /// What it is called there.
    pub name: Name,
    /// When it runs and what it does.
    pub body: Block<AutomationLine>,
}

/// A line of an automation.
#[derive(Clone, Debug, PartialEq)]
pub enum AutomationLine {
    /// `when Account.Rating = Hot`
    When(Trigger),
    /// `writes Account.Segment__c`: which fields is known, their values are not.
    Writes(Vec<Path>),
    /// `sets Account.Segment__c = "priority"`
    Sets {
        /// Which field.
        field: Path,
        /// To what.
        value: Expr,
    },
    /// Could not be read; reported.
    Broken,
}

/// When an automation runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// `Account.NumberOfEmployees changes and Account.Rating = Hot`: on every change of one of these, where the condition, if
    /// there is one, holds then.
    Changes(Vec<Path>, Option<Expr>),
    /// When a change makes this true.
    BecomesTrue(Expr),
}

//! `signoff` and `allow`: who agreed to what.

use super::{Name, Path};
use crate::source::Span;

/// `signoff design by sales, marketing, revops before sandbox`.
#[derive(Clone, Debug, PartialEq)]
pub struct Signoff {
    /// What is approved.
    pub name: Name,
    /// By whom; all of them.
    pub by: Vec<Name>,
    /// Before which environment.
    pub before: Name,
}

/// `allow P008 in Person because "…" by "revops@acme.example" until 2027-06-30`.
#[derive(Clone, Debug, PartialEq)]
pub struct Allow {
    /// The code or slug of the finding.
    pub code: Name,
    /// Where it is tolerated: an item, or a row of it.
    pub path: Path,
    /// Why.
    pub because: Name,
    /// Who says so.
    pub by: Name,
    /// The last day of it.
    pub until: Date,
}

/// A day: `2027-06-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Which; `None` where there is no such day, which has been reported.
    pub day: Option<jiff::civil::Date>,
    /// Where.
    pub span: Span,
}

//! N005: two declarations of one name.

use crate::diagnostic::{Code, Diagnostic, rule};
use crate::source::Span;

rule! {
    /// # What it checks
    /// Within a file no two maps, functions, constants or blocks of shared rows have one name; within a project no two
    /// systems, syncs, relations or lifecycles; within a lifecycle no two stages or
    /// columns.
    ///
    /// # Why it matters
    /// Which of the two is meant would depend on the order of the files.
    ///
    /// # Example
    /// ```sync,fail
    /// const Open = ("new", "open")
    /// const Open = ("new", "waiting")
    /// ```
    /// ```sync,pass
    /// const Open    = ("new", "open")
    /// const Waiting = ("waiting")
    /// ```
    ///
    /// # How to fix
    /// Give one of them another name, or delete the one that is not needed.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub N005
}

/// A name that is declared a second time.
pub fn describe(name: &str, first: Span, again: Span) -> Diagnostic {
    Diagnostic::new(Code::N005, format!("`{name}` is declared twice"))
        .at(again, "declared again here")
        .at(first, "first declared here")
        .help("give one of them another name")
}

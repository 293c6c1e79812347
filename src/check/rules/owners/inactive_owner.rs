//! O005: an owner that the spec names and who has left.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use super::named::named;

rule! {
    /// # What it checks
    /// Owners that a route or an owner's row names are active.
    ///
    /// # Why it matters
    /// Systems refuse to give records to somebody who has left; where they do not, nobody looks at them.
    ///
    /// # Example
    /// ```sync,fail
    /// route crm.Case on create {
    ///   else -> user "bo@crm.example"
    /// }
    /// ```
    /// ```sync,pass
    /// route crm.Case on create {
    ///   else -> user "ann@crm.example"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name somebody who is active.
    ///
    /// # How to waive
    /// It cannot be waived: name somebody who is active.
    pub O005
}

/// Finds owners who have left.
pub fn run(cx: &mut Cx<'_>) {
    let mut told = Vec::new();
    for named in named(cx.model, cx.facts) {
        let left = !named.found.is_empty() && named.found.iter().all(|o| !o.active);
        if left && !told.contains(&named.span) {
            told.push(named.span);
            cx.report(
                Diagnostic::new(Code::O005, format!("`{}` is no longer active", named.name))
                    .at(named.span, "would own records here")
                    .note("a record that is given to somebody who has left is refused, or nobody looks at it")
                    .help("name somebody who is active, or a queue"),
            );
        }
    }
}

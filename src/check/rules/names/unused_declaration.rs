//! N006: a declaration that nothing refers to.

use std::collections::HashSet;

use crate::analyze::forgotten_map;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::source::Span;

rule! {
    /// # What it checks
    /// Every map, function, constant, block of shared rows and `use` is used somewhere.
    ///
    /// # Why it matters
    /// A map that no row applies looks like a decision and changes nothing.
    ///
    /// # Example
    /// ```sync,fail
    /// const Late = ("waiting", "closed")
    /// ```
    /// ```sync,pass
    /// const Late = ("waiting", "closed")
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where state in Late
    ///   key crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Use it or delete it.
    ///
    /// # How to waive
    /// `allow N006 in Late because "…" by "…" until 2027-06-30`
    pub N006
}

struct UnusedDeclaration<'m> {
    what: &'static str,
    name: &'m str,
    span: Span,
}

/// Finds declarations that nothing refers to. A map that a row forgets to apply is the business of the rule on that row.
pub fn run(cx: &mut Cx<'_>) {
    if cx.model.unused.is_empty() {
        return;
    }
    let rows = cx.model.rows();
    let forgotten: HashSet<&str> = rows
        .filter_map(|row| forgotten_map(row, &cx.facts.declared))
        .map(|m| m.name.node.as_str())
        .collect();
    let unused = cx.model.unused.iter();
    for (what, name, span) in unused.filter(|(_, n, _)| !forgotten.contains(n.as_str())) {
        let finding = UnusedDeclaration {
            what,
            name,
            span: *span,
        };
        cx.report(finding.describe());
    }
}

impl UnusedDeclaration<'_> {
    fn describe(&self) -> Diagnostic {
        Diagnostic::new(
            Code::N006,
            format!("nothing uses the {} `{}`", self.what, self.name),
        )
        .at(self.span, "declared here")
        .help("use it, or delete it")
    }
}

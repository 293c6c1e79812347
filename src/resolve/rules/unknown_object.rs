//! N002: an object that the catalog does not have.

use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::syntax::ast::Name;
use crate::text::closest;

rule! {
    /// # What it checks
    /// Every object that the spec names stands in the catalog of its system.
    ///
    /// # Why it matters
    /// The catalog is the snapshot of what the system has. An object that is not in it does not exist, is not visible to
    /// the user who took the snapshot, or was made after it.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.tickett -> crm.Case, append only {
    ///   subject -> Subject
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   subject -> Subject
    /// }
    /// ```
    ///
    /// # How to fix
    /// Correct the name, or take a new snapshot and commit it: `accordant catalog import`.
    ///
    /// # How to waive
    /// It cannot be waived: there is nothing to write to.
    pub N002
}

/// An unknown object.
pub fn describe(name: &Name, catalog: &Catalog) -> Diagnostic {
    let names = catalog.objects.iter().map(|o| o.name.as_str());
    let help = match closest(&name.text, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "if it is new, take a snapshot of it: accordant catalog import --system {} FILE",
            catalog.system
        ),
    };
    Diagnostic::new(
        Code::N002,
        format!("{} has no object `{}`", catalog.system, name.text),
    )
    .at(name.span, "not in the catalog")
    .help(help)
}

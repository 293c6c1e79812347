//! N003: a field that the catalog's object does not have.

use crate::catalog::Object;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::syntax::ast::Name;
use crate::text::closest;

rule! {
    /// # What it checks
    /// Every field that the spec names stands in the catalog, in the object where it is looked for.
    ///
    /// # Why it matters
    /// A field that is not there cannot be read or written. On Salesforce, fields that the integration user may not see
    /// are missing from its describe results, and nothing else says so.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   subjct -> Subject
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   subject -> Subject
    /// }
    /// ```
    ///
    /// # How to fix
    /// Correct the name. If the field is new, or was not visible when the snapshot was taken, take a new one and commit it:
    /// `accordant catalog import`.
    ///
    /// # How to waive
    /// It cannot be waived: there is nothing to write to.
    pub N003
}

/// An unknown field of an object, `system.Object`.
pub fn describe(name: &Name, owner: &str, object: &Object) -> Diagnostic {
    let help = match closest(&name.text, object.fields.iter().map(|f| f.name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "if it is new, or was not visible to the user who took the snapshot, import the catalog again".to_owned(),
    };
    Diagnostic::new(
        Code::N003,
        format!("`{owner}` has no field `{}`", name.text),
    )
    .at(name.span, "not in the catalog")
    .help(help)
}

//! N007: a label where the API name is meant.

use crate::catalog::{Field, Object};
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::syntax::ast::Name;

rule! {
    /// # What it checks
    /// Objects and fields are named by their API names, not by the labels that people see on the screen.
    ///
    /// # Why it matters
    /// Labels change, are translated, and may be given twice; the API name stays.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   `Ticket name` -> Subject
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   subject -> Subject
    /// }
    /// ```
    ///
    /// # How to fix
    /// Write the API name that the message gives.
    ///
    /// # How to waive
    /// It cannot be waived: the API knows no labels.
    pub N007
}

fn describe(name: &Name, api_name: &str, owner: &str, what: &str) -> Diagnostic {
    Diagnostic::new(
        Code::N007,
        format!(
            "`{}` is the label of a {what} of {owner}, not its API name",
            name.text
        ),
    )
    .at(name.span, "a label")
    .help(format!("write `{api_name}`"))
}

/// The label of a field of an object, `system.Object`.
pub fn field(name: &Name, owner: &str, field: &Field) -> Diagnostic {
    describe(name, &field.name, &format!("`{owner}`"), "field")
}

/// The label of an object of a system.
pub fn object(name: &Name, system: &str, object: &Object) -> Diagnostic {
    describe(name, &object.name, system, "object")
}

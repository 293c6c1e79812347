//! K003: a value that its field has, and that nobody can choose any more.

use super::words::some;
use crate::analyze::StatedValue;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{Catalogued, FieldView, Role};

rule! {
    /// # What it checks
    /// Values that the spec writes are active. Inactive values that it only reads are listed once for a map, as a hint:
    /// old records may still have them.
    ///
    /// # Why it matters
    /// A restricted picklist refuses an inactive value as it refuses an unknown one; elsewhere it brings back what
    /// somebody took out of the list on purpose.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new, open -> New
    ///   waiting   -> "On Hold"
    ///   closed    -> Closed
    /// }
    /// ```
    /// ```sync,pass
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new, open -> New
    ///   waiting   -> Escalated
    ///   closed    -> Closed
    /// }
    /// ```
    ///
    /// # How to fix
    /// Write an active value, or activate this one in the system and read the catalog again.
    ///
    /// # How to waive
    /// `allow K003 in State because "…" by "…" until 2027-06-30`
    pub K003
}

struct Inactive<'m> {
    stated: &'m StatedValue,
    others: Vec<&'m str>,
    field: FieldView<'m>,
}

/// Finds inactive values: those that are written one by one, those that are read once for each side of a map.
pub fn run(cx: &mut Cx<'_>) {
    let mut found: Vec<Inactive<'_>> = Vec::new();
    for stated in cx
        .facts
        .stated
        .iter()
        .filter(|s| s.standing == Catalogued::Inactive)
    {
        let Some(field) = cx
            .model
            .field(stated.field)
            .filter(|f| deactivated(*f, stated))
        else {
            continue;
        };
        let group = found.iter_mut().find(|f| {
            stated.role == Role::Compared
                && f.stated.role == Role::Compared
                && f.stated.map == stated.map
        });
        match group.filter(|_| stated.map.is_some()) {
            Some(group) => group.others.push(&stated.value.value),
            None => found.push(Inactive {
                stated,
                others: Vec::new(),
                field,
            }),
        }
    }
    let found: Vec<_> = found.iter().map(Inactive::describe).collect();
    found.into_iter().for_each(|f| cx.report(f));
}

/// Whether no entry of the value is active; one that is merely hidden from people can still be written and read.
fn deactivated(field: FieldView<'_>, stated: &StatedValue) -> bool {
    field
        .picklist()
        .is_some_and(|p| !p.entries(&stated.value.value).any(|v| v.active))
}

impl Inactive<'_> {
    fn describe(&self) -> Diagnostic {
        let value = self.stated.value.value.as_str();
        let field = self.field.full_name();
        let system = self.field.system.kind.title();
        match self.stated.role {
            Role::Written => {
                let finding = Diagnostic::new(
                    Code::K003,
                    format!("`{value}` is no longer active in `{field}`"),
                )
                .at(self.stated.value.span, "it would be written here")
                .help("write an active value, or activate it and read the catalog again");
                if self.field.rejects_unknown() {
                    finding.note(format!(
                        "{system} refuses inactive values of `{}`, and the record with them",
                        self.field.name()
                    ))
                } else {
                    finding.note("somebody took it out of the list, and the sync would bring it back into reports")
                }
            }
            Role::Compared => {
                let mut values = vec![value];
                values.extend(&self.others);
                let are = if values.len() == 1 { "is" } else { "are" };
                Diagnostic::new(
                    Code::K003,
                    format!(
                        "{} {are} no longer active in `{field}`",
                        some(&values, "and")
                    ),
                )
                .level(Level::Hint)
                .at(self.stated.value.span, "only old records can still have it")
                .help("keep it while there are such records")
            }
        }
    }
}

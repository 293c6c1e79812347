//! K009: the label of a value where the API value is meant.

use super::words::{consequence, written};
use crate::analyze::{StatedValue, standing};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{Catalogued, FieldView, Role};

rule! {
    /// # What it checks
    /// Values are written by their API names, not by the labels that people see.
    ///
    /// # Why it matters
    /// The systems store and compare API values. A label is an unknown value to them: it is refused, or stored beside
    /// the list, or never found.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where state = "Waiting on customer"
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none"
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where state = waiting
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Write the API value that the finding names.
    ///
    /// # How to waive
    /// `allow K009 in Ticket because "…" by "…" until 2027-06-30`
    pub K009
}

struct LabelForValue<'m> {
    stated: &'m StatedValue,
    field: FieldView<'m>,
    meant: &'m str,
}

/// Finds labels that stand where values are meant.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for stated in cx
        .facts
        .stated
        .iter()
        .filter(|s| s.standing == Catalogued::Label)
    {
        let Some(field) = cx.model.field(stated.field) else {
            continue;
        };
        if let (_, Some(entry)) = standing(field, &stated.value.value) {
            found.push(
                LabelForValue {
                    stated,
                    field,
                    meant: &entry.value,
                }
                .describe(),
            );
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

impl LabelForValue<'_> {
    fn describe(&self) -> Diagnostic {
        let label = &self.stated.value.value;
        let stored = self.stated.role == Role::Written && !self.field.rejects_unknown();
        let level = if stored { Level::Warning } else { Level::Error };
        Diagnostic::new(
            Code::K009,
            format!(
                "`{label}` is a label of `{}`, not a value",
                self.field.full_name()
            ),
        )
        .level(level)
        .at(
            self.stated.value.span,
            format!("the value with this label is `{}`", self.meant),
        )
        .note(consequence(self.stated, self.field))
        .help(format!("write the value\n  {}", written(self.meant)))
    }
}

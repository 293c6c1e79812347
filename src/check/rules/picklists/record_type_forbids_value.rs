//! K007: a value that the record type of the sync does not allow.

use smol_str::SmolStr;

use super::words::some;
use crate::analyze::range;
use crate::catalog::RecordType;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{FieldView, RowView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// In a sync that is narrowed to a record type, every value that a row can write is one that the record type allows,
    /// as far as the catalog knows its values.
    ///
    /// # Why it matters
    /// A record type has its own part of each list. A restricted picklist refuses the rest for its records; otherwise the
    /// value is stored, and people cannot choose it again after an edit.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   record type crm "Support"
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject     -> Subject  default "none"
    ///   "Escalated" -> Status
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   record type crm "Support"
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject   -> Subject  default "none"
    ///   "Working" -> Status
    /// }
    /// ```
    ///
    /// # How to fix
    /// Write another value, or allow this one for the record type and read the catalog again.
    ///
    /// # How to waive
    /// `allow K007 in Ticket because "…" by "…" until 2027-06-30`
    pub K007
}

struct Forbidden<'m> {
    target: FieldView<'m>,
    record_type: &'m RecordType,
    narrowed: Span,
    place: Span,
    values: Vec<SmolStr>,
}

/// Finds rows that can write what the record type forbids, once for each row.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for row in cx.model.rows() {
        for side in Side::BOTH {
            found.extend(forbidden(row, side).map(|f| f.describe()));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn forbidden(row: RowView<'_>, side: Side) -> Option<Forbidden<'_>> {
    let narrowed = row.sync.sync.narrowed.get(side).as_ref()?;
    let (_, target) = row.writes(side)?;
    let record_type = target.object.record_type(&narrowed.node.name)?;
    let allowed = allowed(target, record_type)?;
    let known = |v: &SmolStr| target.picklist().is_some_and(|p| p.get(v).is_some());
    let mut values = range(row, !side).values;
    values.retain(|v| known(v) && !allowed.contains(v));
    let place = row.row.via.as_ref().map_or(row.row.head, |v| v.span);
    let narrowed = narrowed.span;
    (!values.is_empty()).then_some(Forbidden {
        target,
        record_type,
        narrowed,
        place,
        values,
    })
}

/// The part of a field's list that a record type allows: its own, or that of its process for the field of the stages.
fn allowed<'m>(field: FieldView<'m>, record_type: &'m RecordType) -> Option<&'m [SmolStr]> {
    if let Some(values) = record_type.picklists.get(&field.field.name) {
        return Some(values);
    }
    let process = record_type
        .process
        .as_ref()
        .filter(|_| field.object.pipeline(field.name()).is_some())?;
    field
        .object
        .processes
        .iter()
        .find(|p| p.name == *process)
        .map(|p| p.values.as_slice())
}

impl Forbidden<'_> {
    fn describe(&self) -> Diagnostic {
        let (name, field) = (&self.record_type.name, self.target.full_name());
        let message = format!(
            "records of type `{name}` may not have {} in `{field}`",
            some(&self.values, "or")
        );
        let fate = if self.target.rejects_unknown() {
            "would be refused"
        } else {
            "would have a value that nobody can choose"
        };
        let finding = Diagnostic::new(Code::K007, message)
            .at(self.place, "this row can write that")
            .at(self.narrowed, "and the sync makes records of this type")
            .note(format!(
                "a record type has its own part of the list: such a record {fate}"
            ));
        match allowed(self.target, self.record_type) {
            Some(values) if !values.is_empty() && values.len() <= 12 => {
                let all: Vec<String> = values.iter().map(|v| crate::text::quoted(v)).collect();
                finding.help(format!("write one of {}", all.join(", ")))
            }
            _ => finding.help("write a value that the record type allows, or allow it there and read the catalog again"),
        }
    }
}

//! K007: a value that the record type or the pipeline of the sync does not allow.

use smol_str::SmolStr;

use super::words::some;
use crate::analyze::{Portion, PortionOf, portion, range};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{FieldView, RowView, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// In a sync that is narrowed to a record type, every value that a row can write is one that the record type allows,
    /// as far as the catalog knows its values. In one that is narrowed to a pipeline, every stage is one of the pipeline.
    ///
    /// # Why it matters
    /// A record type has its own part of each list, and a pipeline its own stages. A restricted picklist refuses the rest for its records; otherwise the
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
    part: Portion<'m>,
    narrowed: Span,
    place: Span,
    values: Vec<SmolStr>,
}

/// Finds rows that can write what the record type or the pipeline forbids, once for each row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows() {
        for side in Side::BOTH {
            if let Some(found) = forbidden(row, side) {
                cx.report(found.describe());
            }
        }
    }
}

fn forbidden(row: RowView<'_>, side: Side) -> Option<Forbidden<'_>> {
    let narrowed = row.sync.sync.narrowed.get(side).as_ref()?;
    let (_, target) = row.writes(side)?;
    let part = portion(row.sync, side, target)?;
    let known = |v: &SmolStr| target.picklist().is_some_and(|p| p.get(v).is_some());
    let mut values = range(row, !side).values;
    values.retain(|v| known(v) && !part.values.contains(&v));
    let place = row.row.via.as_ref().map_or(row.row.head, |v| v.span);
    (!values.is_empty()).then_some(Forbidden {
        target,
        part,
        narrowed: narrowed.span,
        place,
        values,
    })
}

impl Forbidden<'_> {
    fn describe(&self) -> Diagnostic {
        let (name, field) = (self.part.name, self.target.full_name());
        let (kind, has, makes) = match self.part.of {
            PortionOf::RecordType => (
                "type",
                "a record type has its own part of the list",
                "and the sync makes records of this type",
            ),
            PortionOf::Pipeline => (
                "pipeline",
                "a pipeline has its own stages",
                "and the sync makes records of this pipeline",
            ),
        };
        let message = format!(
            "records of {kind} `{name}` may not have {} in `{field}`",
            some(&self.values, "or")
        );
        let fate = if self.target.rejects_unknown() {
            "would be refused"
        } else {
            "would have a value that nobody can choose"
        };
        let finding = Diagnostic::new(Code::K007, message)
            .at(self.place, "this row can write that")
            .at(self.narrowed, makes)
            .note(format!("{has}: such a record {fate}"));
        let values = &self.part.values;
        if !values.is_empty() && values.len() <= 12 {
            let all: Vec<String> = values.iter().map(|v| crate::text::quoted(v)).collect();
            finding.help(format!("write one of {}", all.join(", ")))
        } else {
            finding.help(format!(
                "write a value that the {kind} allows, or allow it there and read the catalog again"
            ))
        }
    }
}

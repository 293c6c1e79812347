//! L014: a handoff requires a field that no row carries.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{CellKind, FieldRef, FieldView, RowView, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Every field that a `handoff` requires is carried by a row of its sync.
    ///
    /// # Why it matters
    /// A handoff promises the other team what they need to know. A field that no row brings is filled where it was, and nobody
    /// who has to act sees it.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Person: desk.contact <-> crm.Person {
    ///   email <-> Email
    ///   handoff requires score, within 5 minutes
    /// }
    /// ```
    /// ```sync,pass
    /// sync Person: desk.contact <-> crm.Person {
    ///   email <-> Email
    ///   score  -> Title
    ///   handoff requires score, within 5 minutes
    /// }
    /// ```
    ///
    /// # How to fix
    /// Add the row that brings it, or do not require it.
    ///
    /// # How to waive
    /// `allow L014 in Person because "…" by "…" until 2027-06-30`
    pub L014
}

struct HandoffWithoutContext<'m> {
    sync: SyncView<'m>,
    field: FieldView<'m>,
    place: Span,
}

/// Finds required fields that no row of the sync reads or writes.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let Some(handoff) = &sync.sync.handoff else {
        return;
    };
    if cx.model.is_incomplete(sync.sync.span) {
        return;
    }
    for required in &handoff.requires {
        let Some(field) = cx.model.field(required.node) else {
            continue;
        };
        if !sync.rows().any(|row| carries(row, required.node)) {
            let found = HandoffWithoutContext {
                sync,
                field,
                place: required.span,
            };
            cx.report(found.describe());
        }
    }
}

/// Whether a row brings a field across, or fills it.
fn carries(row: RowView<'_>, field: FieldRef) -> bool {
    let cell = |side: Side| match &row.row.cells.get(side).node {
        CellKind::Field(f) => *f == field,
        CellKind::Computed(e) => e.fields().iter().any(|(_, f, _)| *f == field),
        CellKind::Unknown => true,
    };
    Side::BOTH.into_iter().any(cell)
}

impl HandoffWithoutContext<'_> {
    fn describe(&self) -> Diagnostic {
        let name = self.field.name();
        let side = Side::BOTH
            .into_iter()
            .find(|s| self.sync.sync.ends.get(*s).object == Some(self.field.id.object))
            .unwrap_or(Side::Left);
        let other = self.sync.side_name(!side);
        let row = match side {
            Side::Left => format!("{name} -> …"),
            Side::Right => format!("… <- {name}"),
        };
        Diagnostic::new(
            Code::L014,
            format!("the handoff requires `{name}`, and no row brings it to `{other}`"),
        )
        .at(self.place, "required here")
        .at(
            self.sync.sync.header,
            "by this sync, which does not carry it",
        )
        .note(format!(
            "it is filled, and whoever takes over in `{other}` never sees it"
        ))
        .help(format!("add the row that carries it\n  {row}"))
    }
}

//! P007: a create that could overwrite what it may only write once.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{ExprKind, FieldView, RowView, SyncView, Timing};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Where records are made by a unique field that others fill, too (an address, and no `key`), no required field of the
    /// new record is written `on create`. One warning for a sync.
    ///
    /// # Why it matters
    /// Such a create is an upsert: if somebody makes a record with that address between the search and the write, it meets
    /// theirs. What is required has to be sent along, and overwrites what it may only write once. By a `key` it can only
    /// meet a record of this sync.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Device: desk.ticket <-> crm.Device__c {
    ///   truth  desk
    ///   match  reference = Serial__c
    ///   many   desk hold
    ///   many   crm hold
    ///   create in crm
    ///   delete keep
    ///   reference -> Serial__c
    ///   subject -> Name  default "none", on create
    /// }
    /// ```
    /// ```sync,pass
    /// sync Device: desk.ticket <-> crm.Device__c {
    ///   truth  desk
    ///   match  reference = Serial__c
    ///   many   desk hold
    ///   many   crm hold
    ///   create in crm
    ///   delete keep
    ///   reference -> Serial__c
    ///   subject -> Name  default "none"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name a field in `key` that only this sync fills, or let the row write updates as well.
    ///
    /// # How to waive
    /// `allow P007 in Device because "…" by "…" until 2027-06-30`
    pub P007
}

struct Race<'m> {
    sync: SyncView<'m>,
    side: Side,
    /// The unique field that others fill, too, and where it is matched.
    unique: FieldView<'m>,
    matched: Span,
    row: RowView<'m>,
    target: FieldView<'m>,
}

/// Finds creates that may overwrite; once a sync.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    if let Some(race) = Side::BOTH.into_iter().find_map(|side| race(sync, side)) {
        cx.report(race.describe());
    }
}

fn race(sync: SyncView<'_>, side: Side) -> Option<Race<'_>> {
    if !sync.creates(side) || sync.sync.stamp.get(side).is_some() {
        return None;
    }
    let (unique, matched) = sync.sync.keys.iter().find_map(|key| {
        let [part] = key.parts.as_slice() else {
            return None;
        };
        let ExprKind::Field { field, .. } = part.sides.get(side).node else {
            return None;
        };
        let field = sync.model.field(field)?;
        (field.field.unique && field.upserts()).then_some((field, key.span))
    })?;
    let (row, target) = sync.rows().find_map(|row| {
        let (lane, target) = row.writes(side)?;
        let once = lane.timing == Timing::OnCreate && target.field.required;
        once.then_some((row, target))
    })?;
    Some(Race {
        sync,
        side,
        unique,
        matched,
        row,
        target,
    })
}

impl Race<'_> {
    fn describe(&self) -> Diagnostic {
        let (unique, target) = (self.unique.full_name(), self.target.name());
        Diagnostic::new(
            Code::P007,
            format!("`{target}` is written once, and a create by `{unique}` may meet a record that has it"),
        )
        .at(self.row.row.head, "required, and `on create`")
        .at(self.matched, format!("others fill `{}`, too", self.unique.name()))
        .note("what is required is sent along, and overwrites what somebody wrote in the same moment")
        .help(format!(
            "name a field that only this sync fills, or let the row write updates as well\n  key  {}.…",
            self.sync.side_name(self.side)
        ))
    }
}

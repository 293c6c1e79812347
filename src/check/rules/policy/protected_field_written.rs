//! P003: a protected field is written.

use std::collections::BTreeMap;

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::{Write, Writing};
use crate::model::{Arrow, FieldRef, FieldView, Mode, Model, Part, Protect, RowView, Timing};

rule! {
    /// # What it checks
    /// No row, key stamp, flag, record type or currency of any sync writes a field that `protect` names. A field that is protected
    /// `after create` is written in creates only.
    ///
    /// # Why it matters
    /// A protected field is a promise to the people who own it. It is proved here, and refused again when the plan runs.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   due_on <-> DueOn__c
    ///   protect crm.DueOn__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   due_on <- DueOn__c
    ///   protect crm.DueOn__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the value travel the other way only, or give the protection up.
    ///
    /// # How to waive
    /// It cannot be waived: the plan refuses such a write.
    pub P003
}

struct ProtectedFieldWritten<'m> {
    write: &'m Write,
    field: FieldView<'m>,
    row: Option<RowView<'m>>,
    protect: &'m Protect,
}

/// Finds writes to protected fields, whichever sync protects them.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    let mut protected: BTreeMap<FieldRef, Vec<&Protect>> = BTreeMap::new();
    for protect in model.syncs.iter().flat_map(|s| &s.protect) {
        protected.entry(protect.field).or_default().push(protect);
    }
    columns(cx, &protected);
    for write in cx.facts.writes.iter().flatten() {
        let Some(protects) = protected.get(&write.field) else {
            continue;
        };
        let row = write.row().and_then(|id| model.row(id));
        let broken = protects
            .iter()
            .copied()
            .find(|p| !(p.after_create && creates_only(model, write, row)));
        if let Some((protect, field)) = broken
            .zip(model.field(write.field))
            .filter(|_| writes_at_all(model, write))
        {
            cx.report(
                ProtectedFieldWritten {
                    write,
                    field,
                    row,
                    protect,
                }
                .describe(),
            );
        }
    }
}

/// The columns of lifecycles are written when another one moves; once a column.
fn columns(cx: &mut Cx<'_>, protected: &BTreeMap<FieldRef, Vec<&Protect>>) {
    let mut told: Vec<(usize, FieldRef)> = Vec::new();
    let mut found = Vec::new();
    for write in &cx.facts.stage_writes {
        let at = (write.lifecycle, write.target);
        let protect = protected.get(&write.target).and_then(|p| p.first());
        let lifecycle = cx.model.lifecycles.get(write.lifecycle);
        let (Some(protect), Some(lifecycle)) = (protect, lifecycle) else {
            continue;
        };
        if told.contains(&at) {
            continue;
        }
        told.push(at);
        let mut columns = lifecycle.columns.iter();
        let column = columns.find(|c| c.field == Some(write.target));
        found.push(
            Diagnostic::new(
                Code::P003,
                format!(
                    "`{}` is protected, and a lifecycle writes it",
                    cx.model.field_name(write.target)
                ),
            )
            .at(
                column.map_or(write.span, |c| c.name.span),
                "this column is written when another one moves",
            )
            .at(protect.span, "protected here")
            .help("take the column out, or give the protection up"),
        );
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn writes_at_all(model: &Model, write: &Write) -> bool {
    model
        .sync(write.sync)
        .is_some_and(|s| s.sync.mode != Mode::LinkOnly)
}

/// Whether a write happens in creates only: a row `on create`, what a new record is narrowed to, an activity.
fn creates_only(model: &Model, write: &Write, row: Option<RowView<'_>>) -> bool {
    let Some(sync) = model.sync(write.sync) else {
        return true;
    };
    let lane = row.and_then(|r| r.lane(!write.side));
    sync.sync.mode == Mode::AppendOnly
        || match write.by {
            Writing::Row(_) => lane.is_some_and(|l| l.timing == Timing::OnCreate),
            Writing::Key | Writing::Flag => false,
            Writing::Narrowing => true,
        }
}

impl ProtectedFieldWritten<'_> {
    fn describe(&self) -> Diagnostic {
        let (side, after) = (self.write.side, self.protect.after_create);
        let other = self
            .row
            .and_then(|r| r.sync.system(!side))
            .map(|s| s.kind.title());
        let (what, here) = match (self.row, other) {
            (Some(row), _) if row.is_companion() => {
                ("this currency", "written here with its amount".to_owned())
            }
            (Some(_), Some(other)) => ("this row", format!("written here when {other} changes")),
            _ => ("this statement", "written here".to_owned()),
        };
        let protected = if after {
            "protected after its create"
        } else {
            "protected"
        };
        let finding = Diagnostic::new(
            Code::P003,
            format!(
                "`{}` is {protected}, and {what} writes it",
                self.field.full_name()
            ),
        )
        .at(self.write.span, here)
        .at(self.protect.span, "protected here");
        let Some(row) = self
            .row
            .filter(|r| !r.is_companion() && r.field(!side).is_some())
        else {
            return finding.help("use another field, or give the protection up");
        };
        match (after, row.two_way()) {
            (true, _) => finding.help(format!(
                "write it in the create only\n  {}",
                row.draft(row.row.arrow.node)
                    .with(Part::Timing, Some(!side), "on create")
            )),
            (false, true) => finding.help(format!(
                "let it travel one way\n  {}",
                row.draft(Arrow::from(side))
            )),
            (false, false) => finding.help("delete the row, or give the protection up"),
        }
    }
}

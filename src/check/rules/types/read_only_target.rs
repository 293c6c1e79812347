//! T004: a row, or a stamp, writes what cannot be written.

use crate::check::Cx;
use crate::check::rules::computed;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::Write;
use crate::model::{Arrow, CellKind, FieldView, Mode, Part, RowView, SyncView, Timing};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Every field that a sync writes can be written at that moment: in a create, in an update, or in both.
    ///
    /// # Why it matters
    /// The platform refuses the whole record, or drops the value without a word.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   amount -> Age__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   amount -> Amount__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the value travel the other way, or write another field. What can be set in a create only takes `on create`.
    ///
    /// # How to waive
    /// It cannot be waived: the write can never succeed.
    pub T004
}

struct ReadOnlyTarget<'m> {
    field: FieldView<'m>,
    row: Option<RowView<'m>>,
    why: Why,
    span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Calculated,
    ReadOnly,
    CreateOnly,
    UpdateOnly,
}

struct ComputedTarget<'m> {
    row: RowView<'m>,
    side: Side,
}

/// Finds writes to fields that cannot take them, and rows that lead into something that is no field.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let facts = cx.facts;
    for write in facts.writes_of(sync.id) {
        let Some(field) = cx.model.field(write.field) else {
            continue;
        };
        let row = write.row().and_then(|id| cx.model.row(id));
        if let Some(why) = refusal(sync, field, row, write) {
            cx.report(
                ReadOnlyTarget {
                    field,
                    row,
                    why,
                    span: write.span,
                }
                .describe(write.side),
            );
        }
    }
    for row in sync.rows().filter(|r| !r.two_way()) {
        let into = |s: &Side| {
            row.lane(!*s).is_some() && matches!(row.row.cells.get(*s).node, CellKind::Computed(_))
        };
        if let Some(side) = Side::BOTH.into_iter().find(into) {
            cx.report(ComputedTarget { row, side }.describe());
        }
    }
}

fn refusal(
    sync: SyncView<'_>,
    field: FieldView<'_>,
    row: Option<RowView<'_>>,
    write: &Write,
) -> Option<Why> {
    let lane = row.and_then(|r| r.lane(!write.side));
    let on_create = lane.is_some_and(|l| l.timing == Timing::OnCreate);
    let creates = sync.makes(write.side);
    let updates = sync.sync.mode == Mode::Merge && !on_create;
    if sync.sync.mode == Mode::LinkOnly {
        None
    } else if field.field.read_only() {
        Some(if field.field.calculated {
            Why::Calculated
        } else {
            Why::ReadOnly
        })
    } else if updates && !field.field.updatable {
        Some(Why::CreateOnly)
    } else if creates && on_create && !field.field.creatable {
        Some(Why::UpdateOnly)
    } else {
        None
    }
}

impl ReadOnlyTarget<'_> {
    fn describe(&self, side: Side) -> Diagnostic {
        let (what, why) = match self.why {
            Why::Calculated => (
                "is calculated",
                "the system computes it from other fields, and takes no value for it",
            ),
            Why::ReadOnly => (
                "is read-only",
                "the system fills it by itself, and takes no value for it",
            ),
            Why::CreateOnly => (
                "can be set in a create only",
                "an update that carries it is refused",
            ),
            Why::UpdateOnly => (
                "cannot be set in a create",
                "a create that carries it is refused",
            ),
        };
        let finding = Diagnostic::new(
            Code::T004,
            format!(
                "`{}` {what}, and it is written here",
                self.field.full_name()
            ),
        )
        .at(self.span, what)
        .note(why);
        let back = self
            .row
            .filter(|r| r.field(!side).is_some() && self.why != Why::UpdateOnly);
        match (back, self.why) {
            (Some(row), Why::CreateOnly) => finding.help(format!(
                "write it in the create only\n  {}",
                row.draft(row.row.arrow.node)
                    .with(Part::Timing, Some(!side), "on create")
            )),
            (Some(row), _) => finding.help(format!(
                "let it travel the other way, or write another field\n  {}",
                row.draft(Arrow::from(side))
            )),
            (None, _) => finding.help("write another field"),
        }
    }
}

impl ComputedTarget<'_> {
    fn describe(&self) -> Diagnostic {
        let span = self.row.row.cells.get(self.side).span;
        Diagnostic::new(
            Code::T004,
            "the arrow leads into something that is not a field",
        )
        .at(span, "a constant, a computation or a path can only be read")
        .at(self.row.row.arrow.span, "and this arrow writes it")
        .help(computed::help(self.row, self.side))
    }
}

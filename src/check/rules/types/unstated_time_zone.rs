//! T006: a day meets an instant, and nothing says in which time zone.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::model::{FieldView, Part, RowView, SyncView};
use crate::side::Side;
use crate::value::Kind;

rule! {
    /// # What it checks
    /// Where one field holds a day and the other an instant, the row says in which time zone the day is meant.
    ///
    /// # Why it matters
    /// At eleven in the evening in New York it is tomorrow in London. A close date that is a day off lands in another quarter.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   opened_at -> OpenedOn__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   opened_at -> OpenedOn__c  via date("America/New_York")
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name the time zone in which people read the day.
    ///
    /// # How to waive
    /// It cannot be waived sensibly: without a time zone there is no day.
    pub T006
}

struct UnstatedTimeZone<'m> {
    row: RowView<'m>,
    source: Option<FieldView<'m>>,
    target: FieldView<'m>,
    instant: bool,
}

/// Finds rows between a day and an instant without a conversion; once a row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows() {
        if let Some(found) = Side::BOTH.into_iter().find_map(|to| unstated(row, to)) {
            cx.report(found.describe());
        }
    }
}

fn unstated(row: RowView<'_>, to: Side) -> Option<UnstatedTimeZone<'_>> {
    let kind = row.lane(!to)?.value.kind?;
    if !matches!(kind, Kind::Date | Kind::DateTime) {
        return None;
    }
    let (lane, target) = row.writes(to)?;
    let instant = match (kind, target.kind()) {
        (Kind::DateTime, Kind::Date) => true,
        (Kind::Date, Kind::DateTime) => false,
        _ => return None,
    };
    (!lane.value.is_poisoned()).then_some(UnstatedTimeZone {
        row,
        source: row.field(!to),
        target,
        instant,
    })
}

impl UnstatedTimeZone<'_> {
    fn describe(&self) -> Diagnostic {
        let source = self.source.map_or("the source", FieldView::name);
        let (comes, holds) = if self.instant {
            ("an instant", "a day")
        } else {
            ("a day", "an instant")
        };
        let target = self.target.name();
        Diagnostic::new(
            Code::T006,
            format!("`{source}` is {comes}, `{target}` is {holds}, and no time zone is stated"),
        )
        .at(self.row.row.head, format!("from {comes} to {holds}"))
        .note("the same instant is another day in another part of the world")
        .help(format!(
            "name the time zone in which people read the day\n  {}",
            self.row.draft(self.row.row.arrow.node).with(
                Part::Via,
                None,
                "via date(\"America/New_York\")"
            )
        ))
    }
}

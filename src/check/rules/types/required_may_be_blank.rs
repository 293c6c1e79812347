//! T013: a required field is fed by a source that may be blank.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::create_may_lack;
use crate::model::{FieldView, Part, RowView, SyncView};
use crate::side::Side;
use crate::value::Kind;

rule! {
    /// # What it checks
    /// Where a sync creates records, what feeds a required field always has a value: the source is required itself, the
    /// admission asks for it (`is set`), it is computed so, or a `default` stands in.
    ///
    /// # Why it matters
    /// Most records have the value, so the tests pass. The first one without it is refused.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "no subject"
    /// }
    /// ```
    ///
    /// # How to fix
    /// State a `default`, or admit only records that have a value.
    ///
    /// # How to waive
    /// `allow T013 in Ticket because "…" by "…" until 2027-06-30`: a record without the value is held.
    pub T013
}

struct RequiredMayBeBlank<'m> {
    row: RowView<'m>,
    to: Side,
    target: FieldView<'m>,
}

/// Finds rows that may leave a required field of a new record blank.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for (row, to) in sync.ways() {
        if create_may_lack(row, to)
            && let Some((_, target)) = row.writes(to)
        {
            cx.report(RequiredMayBeBlank { row, to, target }.describe());
        }
    }
}

impl RequiredMayBeBlank<'_> {
    fn describe(&self) -> Diagnostic {
        let source = self
            .row
            .field(!self.to)
            .map_or("its source", FieldView::name);
        let default = match (self.target.kind(), self.target.choices().next()) {
            (_, Some(choice)) => format!("\"{}\"", choice.value),
            (Kind::Text | Kind::Set, None) => "\"Unknown\"".to_owned(),
            (Kind::Number, None) => "0".to_owned(),
            (Kind::Bool, None) => "false".to_owned(),
            _ => "…".to_owned(),
        };
        let row = self.row.draft(self.row.row.arrow.node).with(
            Part::Default,
            Some(!self.to),
            format!("default {default}"),
        );
        let side = self.row.sync.side_name(!self.to);
        let admit = match self.row.field(!self.to) {
            Some(field) => format!(
                "\nor admit only records that have one\n  from {side} where {} is set",
                field.name()
            ),
            None => String::new(),
        };
        Diagnostic::new(
            Code::T013,
            format!(
                "`{}` is required, and `{source}` may be blank",
                self.target.full_name()
            ),
        )
        .at(self.row.row.head, "a blank comes this way")
        .at(
            self.row.sync.made_at(self.to),
            "and records are created here",
        )
        .note(format!(
            "{} refuses a create without it",
            self.target.system.kind.title()
        ))
        .help(format!("say what stands in for a blank\n  {row}{admit}"))
    }
}

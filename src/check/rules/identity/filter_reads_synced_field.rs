//! G007: a sync that takes records out of its own filter.

use crate::analyze::{Answer, Rest, Written, escapes, range};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Authority, BlankPolicy, Filter, Mode, RowView, SyncView, Timing};
use crate::side::Side;
use crate::value::{Kind, Value};

rule! {
    /// # What it checks
    /// Where a row of the sync can write a value that its own filter does not admit, `leave` says what happens to a pair that
    /// leaves the filter.
    ///
    /// # Why it matters
    /// A write of the sync can take a record out of its own filter. Whether the pair then goes on, stands still half
    /// updated, or is given up should not be a guess.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist State: desk.ticket.state <-> crm.Case.Status {
    ///   new    <-> New
    ///   open   <-> Working, Escalated
    ///   waiting -> Working
    ///   closed <-> Closed
    /// }
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  crm
    ///   from   desk where state in (new, open)
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   key    crm.Desk_Ticket_Id__c
    ///   delete keep
    ///   state <-> Status  via State
    /// }
    /// ```
    /// ```sync,pass
    /// picklist State: desk.ticket.state <-> crm.Case.Status {
    ///   new    <-> New
    ///   open   <-> Working, Escalated
    ///   waiting -> Working
    ///   closed <-> Closed
    /// }
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  crm
    ///   from   desk where state in (new, open)
    ///   leave  continue
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   key    crm.Desk_Ticket_Id__c
    ///   delete keep
    ///   state <-> Status  via State
    /// }
    /// ```
    ///
    /// # How to fix
    /// Say `leave continue`, `leave freeze` or `leave unlink`, or filter by a field that the sync does not write.
    ///
    /// # How to waive
    /// It cannot be waived: state what happens.
    pub G007
}

struct Leaves<'m> {
    row: RowView<'m>,
    side: Side,
    filter: &'m Filter,
    /// A value that the row can write, and with which the filter no longer admits a record.
    out: Value,
}

/// Finds filters that a row of the same sync can change; once a side.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    if sync.sync.leave.is_some() || sync.sync.mode == Mode::AppendOnly {
        return;
    }
    for side in Side::BOTH {
        if let Some(found) = sync.rows().find_map(|row| leaves(row, side)) {
            cx.report(found.describe());
        }
    }
}

fn leaves(row: RowView<'_>, side: Side) -> Option<Leaves<'_>> {
    let filter = row.sync.sync.from.get(side).as_ref()?;
    let condition = filter.condition.as_ref()?;
    let (lane, target) = row.writes(side)?;
    let reads = condition.fields().iter().any(|(_, f, _)| *f == target.id);
    if !reads || lane.timing == Timing::OnCreate || row.sync.model.is_incomplete(row.sync.sync.span)
    {
        return None;
    }
    let range = range(row, !side);
    let listed = range.rest == Rest::Closed && target.kind() == Kind::Text;
    let prefers = row.two_way() && row.authority() == Some(Authority::PreferUnlessBlank(side));
    let written = Written {
        values: listed.then(|| range.values.iter().map(Value::text).collect()),
        blank: lane.blank == BlankPolicy::Clears,
        fills: lane.timing == Timing::FillOnly || prefers,
    };
    let cell = (side, target.id);
    let Answer::Yes(example) = escapes(row.sync.model, condition, cell, &written) else {
        return None;
    };
    let mut changed = example.into_iter().filter(|(c, _)| c.side != side);
    let (_, out) = changed.next()?;
    Some(Leaves {
        row,
        side,
        filter,
        out,
    })
}

impl Leaves<'_> {
    fn describe(&self) -> Diagnostic {
        let (here, there) = (
            self.row.sync.side_name(self.side),
            self.row.sync.side_name(!self.side),
        );
        let target = self.row.field(self.side).map_or("", |f| f.name());
        let source = self.row.field(!self.side).map_or("the value", |f| f.name());
        let becomes = match &self.out {
            Value::Blank => format!("`{target}` becomes blank"),
            value => format!("`{target}` becomes `{value}`"),
        };
        Diagnostic::new(
            Code::G007,
            format!("`{}` can take a record out of its own filter", self.row.sync.sync.name.node),
        )
        .at(self.filter.span, format!("reads `{target}`, and no `leave` says what then"))
        .at(self.row.row.head, "and this row writes it")
        .note(format!(
            "first a record of `{here}` is admitted and linked; then somebody changes `{source}` in `{there}`; the next run writes it, and {becomes}; from then on the filter does not admit the record, in the midst of its pair"
        ))
        .help("say what happens to such a pair\n  leave  continue\n  leave  freeze\n  leave  unlink")
    }
}

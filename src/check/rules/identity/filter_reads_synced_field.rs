//! G007: a sync that takes records out of its own filter.

use crate::analyze::{Rest, disjoint, equals, range};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Expr, Filter, Mode, RowView, Timing};
use crate::side::Side;
use crate::value::Value;

rule! {
    /// # What it checks
    /// Where a filter reads a field that the sync itself writes on that side, `leave` says what happens to a pair that
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
    /// A value that the row can write and that the filter does not admit, where the values can be listed.
    out: Option<Value>,
}

/// Finds filters that a row of the same sync can change; once a side.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx.model.sync_views() {
        if sync.sync.leave.is_some() || sync.sync.mode == Mode::AppendOnly {
            continue;
        }
        for side in Side::BOTH {
            found.extend(
                sync.rows()
                    .find_map(|row| leaves(row, side))
                    .map(|f| f.describe()),
            );
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
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
    let excluded = |value: &Value| {
        let written: Expr = equals(side, target.id, value.clone());
        disjoint(row.sync.model, condition, &written)
    };
    let written = range(row, !side);
    let mut values = written.values.iter().map(Value::text);
    let out = values.find(|v| target.picklist().is_some() && excluded(v));
    // Where all values are known and all admitted, nothing leaves.
    let stays = written.rest == Rest::Closed && !written.values.is_empty() && out.is_none();
    let found = Leaves {
        row,
        side,
        filter,
        out,
    };
    (!stays || target.picklist().is_none()).then_some(found)
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
            Some(value) => format!("`{target}` becomes `{value}`"),
            None => format!("`{target}` follows"),
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

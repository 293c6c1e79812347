//! I006: an order of duplicates that does not always decide.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Many, SortKey, SyncView};
use crate::side::Side;

rule! {
    /// # What it checks
    /// The order of `many … keep first by …` is total: its last criterion is the record's id or a unique field.
    ///
    /// # Why it matters
    /// Two duplicates of one import have the same creation date. A rule that cannot choose between them chooses by
    /// chance, and differently on the next run.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm  keep first by CreatedDate
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm  keep first by CreatedDate, Id
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// Add `Id` as the last criterion.
    ///
    /// # How to waive
    /// It cannot be waived: add `Id`.
    pub I006
}

struct NotTotal<'m> {
    last: &'m SortKey,
    name: &'m str,
}

/// Finds orders whose last criterion may be equal for two records.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx.model.sync_views() {
        for side in Side::BOTH {
            found.extend(judge(sync, side).map(|f| f.describe()));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn judge(sync: SyncView<'_>, side: Side) -> Option<NotTotal<'_>> {
    let stated = sync.sync.many.get(side).as_ref()?;
    let Many::First(order) = &stated.node else {
        return None;
    };
    let total = |key: &SortKey| match key.field {
        None => true,
        Some(field) => sync.model.field(field).is_some_and(|f| f.identifies()),
    };
    let last = order.last().filter(|_| !order.iter().any(total))?;
    let name = sync.model.field(last.field?)?.field.name.as_str();
    Some(NotTotal { last, name })
}

impl NotTotal<'_> {
    fn describe(&self) -> Diagnostic {
        let name = self.name;
        Diagnostic::new(
            Code::I006,
            format!("two records may have the same `{name}`, and then this order does not decide"),
        )
        .at(self.last.span, "the last criterion of this order")
        .note("duplicates of one import are alike in everything but their id")
        .help(format!("end with the id\n  {name}, Id"))
    }
}

//! I017: a first run that makes a record of everything.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Mode, SyncView};
use crate::side::Side;
use crate::text::{quoted, some};

rule! {
    /// # What it checks
    /// Where records are created, `from … where` bounds what the other side gives. All syncs without such a bound are one
    /// hint.
    ///
    /// # Why it matters
    /// The first run makes a record of everything that is there and matches nothing: old leads, test data, people who have
    /// never been customers. Both systems bill by the record, or by the contact.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none", via truncate(80)
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where opened_at >= 2026-01-01
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none", via truncate(80)
    /// }
    /// ```
    ///
    /// # How to fix
    /// Admit what is worth a record, with `from … where`. Nothing to do where all of it is.
    ///
    /// # How to waive
    /// `allow I017 in Ticket because "all of it is meant" by "…" until 2027-06-30`
    pub I017
}

/// Finds creations without a bound, all of them at once.
pub fn run(cx: &mut Cx<'_>) {
    let unbounded = |sync: &SyncView<'_>| {
        Side::BOTH.into_iter().find(|to| {
            let from = !*to;
            let known = |side: Side| sync.object(side).is_some();
            sync.makes(*to)
                && known(from)
                && known(*to)
                && sync.sync.mode != Mode::LinkOnly
                && sync.sync.arrow.node.goes_from(from)
                && sync.sync.from.get(from).is_none()
                && sync.sync.narrowed.get(from).is_none()
                && !sync.model.is_incomplete(sync.sync.span)
        })
    };
    let found: Vec<(SyncView<'_>, Side)> = cx
        .model
        .sync_views()
        .filter_map(|s| Some((s, unbounded(&s)?)))
        .collect();
    let Some((first, to)) = found.first() else {
        return;
    };
    let names: Vec<String> = found
        .iter()
        .map(|(s, _)| quoted(&s.sync.name.node))
        .collect();
    let from = first.side_name(!*to);
    let finding = Diagnostic::new(
        Code::I017,
        format!(
            "the first run of {} makes a record of everything that matches nothing",
            some(&names, 5, "and")
        ),
    )
    .at(first.made_at(*to), format!("of all that `{from}` has"))
    .note("old and test records come along, and both systems bill by the record or the contact")
    .help(format!(
        "admit what is worth a record, where not all of it is\n  from  {from} where …"
    ));
    cx.report(finding);
}

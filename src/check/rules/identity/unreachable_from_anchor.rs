//! I012: records that wait for a parent which never comes.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Absent, Fallback, Mode, SyncId, SyncView};
use crate::side::Side;
use crate::source::Span;
use crate::text::{either, quoted};

rule! {
    /// # What it checks
    /// Where a record is made that refers to another one, the sync of that other record makes records on the same side, too;
    /// or `after … else` says what happens to a record whose parent never comes.
    ///
    /// # Why it matters
    /// A record waits until its parent is linked. Where nothing ever makes the parent, it waits for ever.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Person: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_person_id, crm.Desk_Customer_Id__c
    ///   create in desk
    ///   delete keep
    ///   surname <- LastName
    /// }
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///   subject      -> Subject    default "none", via truncate(80)
    ///   requester_id -> ContactId  through Person
    /// }
    /// ```
    /// ```sync,pass
    /// sync Person: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_person_id, crm.Desk_Customer_Id__c
    ///   create in desk
    ///   delete keep
    ///   surname <- LastName
    /// }
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   after Person else without
    ///   key crm.Desk_Ticket_Id__c
    ///   subject      -> Subject    default "none", via truncate(80)
    ///   requester_id -> ContactId  through Person
    /// }
    /// ```
    ///
    /// # How to fix
    /// Say what happens with `after … else without`, or let the parent's sync create on that side.
    ///
    /// # How to waive
    /// `allow I012 in Ticket because "every customer is there already" by "…" until 2027-06-30`
    pub I012
}

struct Waiting<'m> {
    sync: SyncView<'m>,
    side: Side,
    place: Span,
    parents: Vec<SyncView<'m>>,
}

/// Finds references whose parent nothing makes; each sync, side and parent once.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx.model.sync_views() {
        for side in Side::BOTH.into_iter().filter(|s| sync.makes(*s)) {
            found.extend(waiting(sync, side).into_iter().map(|f| f.describe()));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn waiting(sync: SyncView<'_>, side: Side) -> Vec<Waiting<'_>> {
    let mut found: Vec<Waiting<'_>> = Vec::new();
    let mut told: Vec<Vec<SyncId>> = Vec::new();
    let mut add = |syncs: Vec<SyncId>, place: Span| {
        let parents: Vec<_> = syncs.iter().filter_map(|id| sync.model.sync(*id)).collect();
        let settled = |id: &SyncId| {
            let mut after = sync.sync.after.iter();
            after.any(|a| a.sync.node == *id && a.otherwise != Absent::Wait)
        };
        let never = |p: &SyncView<'_>| {
            p.id != sync.id
                && p.sync.mode == Mode::Merge
                && !p.makes(side)
                && p.object(side).is_some()
        };
        let stuck = !parents.is_empty() && parents.iter().all(never) && !syncs.iter().any(settled);
        if stuck && !told.contains(&syncs) {
            told.push(syncs);
            found.push(Waiting {
                sync,
                side,
                place,
                parents,
            });
        }
    };
    for row in sync.rows() {
        let Some(through) = &row.row.through else {
            continue;
        };
        let waits = row
            .writes(side)
            .is_some_and(|(lane, _)| lane.failure == Fallback::Reject);
        if waits {
            add(through.node.clone(), row.row.head);
        }
    }
    for after in sync
        .sync
        .after
        .iter()
        .filter(|a| a.otherwise == Absent::Wait)
    {
        add(vec![after.sync.node], after.sync.span);
    }
    found
}

impl Waiting<'_> {
    fn describe(&self) -> Diagnostic {
        let system = self.sync.side_name(self.side);
        let names: Vec<String> = self
            .parents
            .iter()
            .map(|p| quoted(&p.sync.name.node))
            .collect();
        let object = self.sync.sync.ends.get(self.side).object;
        let object = object.map_or_else(Default::default, |o| self.sync.model.object_name(o));
        let mut finding = Diagnostic::new(
            Code::I012,
            format!(
                "a new `{object}` may wait for ever: {} makes nothing in `{system}`",
                either(&names)
            ),
        )
        .at(self.place, "waits here until its parent is linked");
        let mut pasted = String::new();
        for parent in &self.parents {
            finding = finding.at(
                parent.sync.name.span,
                format!("never creates in `{system}`"),
            );
            pasted += &format!("\n  after  {} else without", parent.sync.name.node);
        }
        finding
            .note("a parent that is only on the other side never comes")
            .help(format!(
                "say what happens to such a record, or let the parent's sync create there{pasted}"
            ))
    }
}

//! O006: an owner who may have no counterpart, and nobody in his place.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Fallback, FieldView, Mode, RowView, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Where records are made on a side that gives each an owner, and a row brings the owner along `through` a sync, a
    /// route for that object says who gets a record whose owner has no counterpart. Activities that are only appended are
    /// left out.
    ///
    /// # Why it matters
    /// People leave, and some have an account in one system only. Their new records would belong to the integration user.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Agent: desk.agent <-> crm.User, link only {
    ///   match email = Email
    ///   many  desk hold
    ///   many  crm hold
    /// }
    /// sync Visit: desk.ticket <-> crm.Visit__c {
    ///   truth  desk
    ///   match  subject = Name
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject  <-> Name
    ///   agent_id ->  OwnerId  through Agent
    /// }
    /// ```
    /// ```sync,pass
    /// sync Agent: desk.agent <-> crm.User, link only {
    ///   match email = Email
    ///   many  desk hold
    ///   many  crm hold
    /// }
    /// sync Visit: desk.ticket <-> crm.Visit__c {
    ///   truth  desk
    ///   match  subject = Name
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject  <-> Name
    ///   agent_id ->  OwnerId  through Agent
    /// }
    /// route crm.Visit__c on create { else -> user "ann@crm.example" }
    /// ```
    ///
    /// # How to fix
    /// State a route for the object.
    ///
    /// # How to waive
    /// `allow O006 in Visit because "everybody has both accounts" by "…" until 2027-06-30`
    pub O006
}

struct MissingFallback<'m> {
    row: RowView<'m>,
    target: FieldView<'m>,
    made: Span,
}

/// Finds owners that may stay behind.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows() {
        for side in Side::BOTH {
            if let Some(found) = judge(row, side) {
                cx.report(found.describe());
            }
        }
    }
}

fn judge(row: RowView<'_>, side: Side) -> Option<MissingFallback<'_>> {
    row.row.through.as_ref()?;
    let (lane, target) = row.writes(side)?;
    let sync = row.sync;
    let given = target.is_owner() && !target.field.nillable && !target.field.custom;
    let made = *sync.sync.create.get(side);
    let open = lane.failure == Fallback::Reject;
    let routed = sync
        .model
        .routes
        .iter()
        .any(|r| r.object == target.id.object);
    let alone = given && open && !routed && sync.sync.mode == Mode::Merge;
    let made = made.filter(|_| alone)?;
    Some(MissingFallback { row, target, made })
}

impl MissingFallback<'_> {
    fn describe(&self) -> Diagnostic {
        let object = self.row.sync.model.object_name(self.target.id.object);
        Diagnostic::new(
            Code::O006,
            format!("nobody gets a new `{object}` whose owner has no counterpart"),
        )
        .at(
            self.row.row.head,
            "the owner comes along here, if there is a link",
        )
        .at(self.made, "records are made here")
        .note("without one, the record would belong to the integration user")
        .help(format!(
            "say who gets it\n  route {object} on create {{ else -> user env.default_owner }}"
        ))
    }
}

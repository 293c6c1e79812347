//! I007: records are created on a side where nothing recognises those that are there.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Arrow, Mode, SyncView};
use crate::side::Side;
use crate::source::Span;

use super::words::{likely_key, likely_match};

rule! {
    /// # What it checks
    /// Where records are created, a `match` recognises those that exist already. A pair that goes one way may do with a `key`
    /// on that side: what stands there came from here.
    ///
    /// # Why it matters
    /// A `key` knows only the records that this sync has stamped before. On the first run over two systems that are in use
    /// nothing is stamped, and a create that recognises nothing makes two of everything.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject <-> Subject  default "none"
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject <-> Subject  default "none"
    /// }
    /// ```
    ///
    /// # How to fix
    /// State a `match` for records that exist already, and name a unique external-id field of that side in `key`.
    ///
    /// # How to waive
    /// `allow I007 in Ticket because "that side is empty until the first run" by "…" until 2027-06-30`
    pub I007
}

struct Anonymous<'m> {
    sync: SyncView<'m>,
    side: Side,
    created: Span,
}

/// Finds syncs that create and match nothing; once a sync, at its first `create`. A sync that has no identity at all is the
/// business of I001.
pub fn run(cx: &mut Cx<'_>) {
    let blind =
        |s: &SyncView<'_>| s.sync.mode == Mode::Merge && s.recognises() && s.sync.keys.is_empty();
    let found: Vec<_> = cx
        .model
        .sync_views()
        .filter(blind)
        .filter_map(anonymous)
        .map(|f| f.describe())
        .collect();
    found.into_iter().for_each(|f| cx.report(f));
}

fn anonymous(sync: SyncView<'_>) -> Option<Anonymous<'_>> {
    Side::BOTH.into_iter().find_map(|side| {
        let filled_from_here =
            sync.sync.arrow.node != Arrow::Both && sync.sync.stamp.get(side).is_some();
        let created = sync.sync.create.get(side).filter(|_| !filled_from_here)?;
        Some(Anonymous {
            sync,
            side,
            created,
        })
    })
}

impl Anonymous<'_> {
    fn describe(&self) -> Diagnostic {
        let object = self.sync.sync.ends.get(self.side).object;
        let object = object.map_or_else(Default::default, |o| self.sync.model.object_name(o));
        let finding = Diagnostic::new(
            Code::I007,
            format!(
                "records are created in `{object}`, and nothing recognises those that are there"
            ),
        )
        .at(self.created, "created here, without `match`");
        let by_match = likely_match(self.sync);
        match self.sync.sync.stamp.get(self.side) {
            Some(key) => finding
                .at(key.span, "knows only what was stamped before")
                .note("every record that exists on both sides already, and is not stamped yet, would be made once more")
                .help(format!("say which fields identify a record\n  {by_match}")),
            None => finding
                .note("records that exist on both sides already, and all of them after a lost state file, are made once more")
                .help(format!("name a unique external-id field, and say how existing records match\n  key    {}\n  {by_match}", likely_key(self.sync, self.side))),
        }
    }
}

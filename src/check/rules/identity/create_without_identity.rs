//! I007: records are created on a side where nothing recognises those that are there.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Mode, SyncView};
use crate::side::Side;
use crate::source::Span;

use super::words::{likely_key, likely_match};

rule! {
    /// # What it checks
    /// On each side in which records are created there is a `key`, or the sync has a `match`.
    ///
    /// # Why it matters
    /// A create that cannot recognise what is there makes every record anew: after a lost state file, or on the first run
    /// over existing data, there are two of everything.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   key    desk.crm_case_id
    ///   create in crm
    ///   delete keep
    ///   subject <-> Subject  default "none"
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject <-> Subject  default "none"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name a unique external-id field of that side in `key`, and state a `match` for records that exist already.
    ///
    /// # How to waive
    /// `allow I007 in Ticket because "…" by "…" until 2027-06-30`
    pub I007
}

struct Anonymous<'m> {
    sync: SyncView<'m>,
    side: Side,
    created: Span,
}

/// Finds sides of creation without any identity. A sync that has none at all is the business of I001.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx
        .model
        .sync_views()
        .filter(|s| s.sync.mode != Mode::AppendOnly && s.recognises())
    {
        for side in Side::BOTH {
            if let Some(created) = *sync.sync.create.get(side)
                && sync.sync.keys.is_empty()
                && sync.sync.stamp.get(side).is_none()
            {
                found.push(
                    Anonymous {
                        sync,
                        side,
                        created,
                    }
                    .describe(),
                );
            }
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

impl Anonymous<'_> {
    fn describe(&self) -> Diagnostic {
        let object = self.sync.sync.ends.get(self.side).object;
        let object = object.map_or_else(Default::default, |o| self.sync.model.object_name(o));
        let side = self.sync.side_name(self.side);
        Diagnostic::new(Code::I007, format!("records are created in `{object}`, and nothing recognises those that are there"))
            .at(self.created, format!("created here, without a `key` on {side} and without `match`"))
            .note("records that exist on both sides already, and all of them after a lost state file, are made once more")
            .help(format!("name a unique external-id field, and say how existing records match\n  key    {}\n  {}", likely_key(self.sync, self.side), likely_match(self.sync)))
    }
}

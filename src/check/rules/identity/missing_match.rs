//! I001: a sync that has no way to recognise existing records.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Mode, SyncView};
use crate::side::Side;

use super::words::likely_match;

rule! {
    /// # What it checks
    /// A sync that links records of two sides says how two of them are recognised as one: by `match`, or by a `key` field
    /// that holds the other side's id.
    ///
    /// # Why it matters
    /// Without it no two records ever belong together: nothing is updated, and where records are created, every one that
    /// exists on both sides is made once more.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// State a `match` over fields that identify a record, and a `key` on each side in which records are created.
    ///
    /// # How to waive
    /// `allow I001 in Ticket because "…" by "…" until 2027-06-30`
    pub I001
}

struct MissingMatch<'m> {
    sync: SyncView<'m>,
}

/// Finds syncs without `match` and without `key`; those that only append write anew on purpose.
pub fn run(cx: &mut Cx<'_>) {
    let open = cx
        .model
        .sync_views()
        .filter(|s| s.sync.mode != Mode::AppendOnly && !s.recognises())
        .filter(|s| Side::BOTH.into_iter().all(|side| s.object(side).is_some()));
    let found: Vec<_> = open.map(|sync| MissingMatch { sync }.describe()).collect();
    found.into_iter().for_each(|f| cx.report(f));
}

impl MissingMatch<'_> {
    fn describe(&self) -> Diagnostic {
        let sync = self.sync;
        let name = &sync.sync.name.node;
        let finding = Diagnostic::new(
            Code::I001,
            format!("nothing says how `{name}` recognises two records as one"),
        )
        .at(sync.sync.header, "neither `match` nor `key` is stated here");
        let created = Side::BOTH
            .into_iter()
            .find_map(|side| *sync.sync.create.get(side));
        let finding = match created {
            Some(place) => finding
                .at(place, "and records are created here")
                .note("every record that exists on both sides already would be made once more"),
            None => {
                finding.note("no two records would ever be linked, and nothing would be updated")
            }
        };
        finding.help(format!(
            "say which fields identify a record\n  {}",
            likely_match(sync)
        ))
    }
}

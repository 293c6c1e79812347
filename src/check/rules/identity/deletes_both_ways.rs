//! I009: a delete on either side takes the other record away.

use super::words::delete_line;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{DeletePolicy, Mode, SyncView};
use crate::side::Side;

rule! {
    /// # What it checks
    /// Deletes travel in one direction at most: not both sides say `archive` or `propagate`.
    ///
    /// # Why it matters
    /// With deletes in both directions a clean-up in either system, or a filter that somebody narrowed, empties both.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete in desk archive, in crm propagate
    ///   notes <-> Description
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete in desk archive, in crm unlink
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the system of record delete, and keep or unlink there.
    ///
    /// # How to waive
    /// `allow I009 in Ticket because "…" by "…" until 2027-06-30`
    pub I009
}

struct BothWays<'m> {
    sync: SyncView<'m>,
}

/// Finds syncs in which both sides lose a record when the other one goes.
pub fn run(cx: &mut Cx<'_>) {
    let goes = |sync: SyncView<'_>, side: Side| {
        let policy = sync.sync.delete.get(side).as_ref().map(|d| &d.node);
        matches!(
            policy,
            Some(DeletePolicy::Archive | DeletePolicy::Propagate)
        )
    };
    let both = cx
        .model
        .sync_views()
        .filter(|s| s.sync.mode == Mode::Merge && goes(*s, Side::Left) && goes(*s, Side::Right));
    let found: Vec<_> = both.map(|sync| BothWays { sync }.describe()).collect();
    found.into_iter().for_each(|f| cx.report(f));
}

impl BothWays<'_> {
    fn describe(&self) -> Diagnostic {
        let sync = self.sync.sync;
        let side = sync.truth.as_ref().map_or(Side::Right, |t| t.node);
        let message = format!(
            "a delete on either side of `{}` takes the other record away",
            sync.name.node
        );
        let mut finding = Diagnostic::new(Code::I009, message);
        if let (Some(left), Some(right)) = (&sync.delete.left, &sync.delete.right) {
            finding = if left.span == right.span {
                finding.at(left.span, "on both sides")
            } else {
                finding
                    .at(left.span, "gone from here")
                    .at(right.span, "and from here")
            };
        }
        finding
            .note("a clean-up in one system would empty the other, whichever it starts in")
            .help(format!(
                "let one system decide, and keep the record there\n  {}",
                delete_line(self.sync, side, "keep")
            ))
    }
}

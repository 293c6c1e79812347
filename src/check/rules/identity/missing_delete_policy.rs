//! I008: nothing says what a delete on one side does on the other.

use super::words::delete_line;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Arrow, Mode, SyncView};
use crate::side::Side;
use crate::text::list;

rule! {
    /// # What it checks
    /// A sync that creates records, or links them both ways, says for each side that it writes what happens there when
    /// the counterpart is deleted.
    ///
    /// # Why it matters
    /// Some teams expect a delete to travel, others would lose a customer by it. There is no default that is right for
    /// both, so it has to be said.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   notes <-> Description
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete in desk archive, in crm keep
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// `delete keep` leaves the other record alone on both sides.
    ///
    /// # How to waive
    /// `allow I008 in Ticket because "…" by "…" until 2027-06-30`: records are kept.
    pub I008
}

struct MissingDelete<'m> {
    sync: SyncView<'m>,
    sides: Vec<Side>,
}

/// Finds syncs that leave a side open.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx.model.sync_views().filter(|s| s.sync.mode == Mode::Merge) {
        let two_way = sync.sync.arrow.node == Arrow::Both;
        let open = |s: &Side| {
            let written = sync.sync.arrow.node.goes_from(!*s);
            sync.object(*s).is_some()
                && written
                && (two_way || sync.creates(*s))
                && sync.sync.delete.get(*s).is_none()
        };
        let sides: Vec<Side> = Side::BOTH.into_iter().filter(open).collect();
        if !sides.is_empty() {
            found.push(MissingDelete { sync, sides }.describe());
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

impl MissingDelete<'_> {
    fn describe(&self) -> Diagnostic {
        let sync = self.sync.sync;
        let names: Vec<String> = self
            .sides
            .iter()
            .map(|s| format!("`{}`", self.sync.side_name(*s)))
            .collect();
        let message = format!(
            "nothing says what a delete does to the other record in {}",
            list(&names)
        );
        let finding =
            Diagnostic::new(Code::I008, message).at(sync.header, "no `delete` for it here");
        let stated = Side::BOTH
            .into_iter()
            .find_map(|s| sync.delete.get(s).as_ref());
        let finding = match stated {
            Some(other) => finding.at(other.span, "only the other side is said"),
            None => finding,
        };
        let line = match self.sides.as_slice() {
            [one] if stated.is_some() => delete_line(self.sync, *one, "keep"),
            _ => "delete  keep".to_owned(),
        };
        finding
            .note("a delete that travels can cost a customer, and one that does not leaves a record without its other half")
            .help(format!("say that it stays, or archive, unlink or flag it\n  {line}"))
    }
}

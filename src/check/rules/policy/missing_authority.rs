//! P001: a two-way row for which nothing says who wins.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Arrow, RowView, SyncView};

rule! {
    /// # What it checks
    /// Every two-way row says who wins when both sides changed: by `truth` of its sync, or by a clause of its own.
    ///
    /// # Why it matters
    /// Sooner or later a rep and a form change the same field between two runs. Without a rule the order of the run
    /// decides, and nobody can say afterwards why.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
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
    ///
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name the system of record with `truth`, or say on the row who wins.
    ///
    /// # How to waive
    /// It cannot be waived: a row without an authority cannot be compiled.
    pub P001
}

struct MissingAuthority<'m> {
    row: RowView<'m>,
}

/// Finds two-way rows without an authority; once for each sync, at its first one.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    if !sync.merges() || sync.sync.arrow.node != Arrow::Both || sync.sync.truth_poisoned {
        return;
    }
    let mut open = sync
        .rows()
        .filter(|r| r.two_way() && r.authority().is_none());
    if let Some(row) = open.next() {
        let more = open.count();
        cx.report(MissingAuthority { row }.describe(more));
    }
}

impl MissingAuthority<'_> {
    fn describe(&self, more: usize) -> Diagnostic {
        let sync = self.row.sync;
        let others = match more {
            0 => String::new(),
            n => format!(
                ", nor on {} of this sync",
                crate::text::count(n, "other two-way row")
            ),
        };
        let left = sync.side_name(crate::side::Side::Left);
        let right = sync.side_name(crate::side::Side::Right);
        Diagnostic::new(Code::P001, format!("nothing says who wins on `{}`{others}", self.row.row.name))
            .at(self.row.row.head, "both sides may change it")
            .at(sync.sync.header, "and this sync has no `truth`")
            .note("when both sides change between two runs, one of the edits is lost")
            .help(format!("name the system of record\n  truth {left}\nor\n  truth {right}\nor let the row say it: {right} wins, latest else {right}, ask"))
    }
}

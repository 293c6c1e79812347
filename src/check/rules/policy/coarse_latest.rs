//! P008: the newer edit is to win, and only the times of whole records are known.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::model::{Authority, RowView, SyncView};
use crate::side::Side;

rule! {
    /// # What it checks
    /// Rows with `latest else SIDE` compare times of fields. Where a system keeps times of records only, the time of the record
    /// decides.
    ///
    /// # Why it matters
    /// A rep who changed the title last week, and the phone today, makes the title look as new as the phone. The time decides
    /// only where both sides have changed the same field since the last run.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   phone <-> SuppliedPhone  latest else desk
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
    ///   phone <-> SuppliedPhone  desk wins
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let a side win, let a person decide with `ask`, or accept it and say why.
    ///
    /// # How to waive
    /// `allow P008 in Ticket because "…" by "…" until 2027-06-30`
    pub P008
}

struct CoarseLatest<'m> {
    first: RowView<'m>,
    system: &'static str,
}

/// Finds rows by time between systems of which one keeps no times of fields; once a sync, at the first row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let coarse = |s: &Side| sync.system(*s).is_some_and(|s| !s.profile.field_times);
    let Some(system) = Side::BOTH
        .into_iter()
        .find(coarse)
        .and_then(|s| sync.system(s))
    else {
        return;
    };
    let by_time =
        |r: &RowView<'_>| r.two_way() && matches!(r.authority(), Some(Authority::LatestElse(_)));
    let mut rows = sync.rows().filter(|r| by_time(r) && !r.is_companion());
    if let Some(first) = rows.next() {
        let more = rows.count();
        cx.report(
            CoarseLatest {
                first,
                system: system.kind.title(),
            }
            .describe(more),
        );
    }
}

impl CoarseLatest<'_> {
    fn describe(&self, more: usize) -> Diagnostic {
        let row = self.first.row;
        let others = match more {
            0 => String::new(),
            n => format!(", and on {}", crate::text::count(n, "other row")),
        };
        let span = row.authority.as_ref().map_or(row.head, |a| a.span);
        Diagnostic::new(Code::P008, format!("the time of the whole record decides on `{}`{others}", row.name))
            .at(span, "meant is the newer edit of this field")
            .note(format!(
                "{} keeps no times of fields, so a record that changed elsewhere looks newer than it is",
                self.system
            ))
            .help("let a side win, write `ask`, or allow it with a reason: allow P008 in … because …")
    }
}

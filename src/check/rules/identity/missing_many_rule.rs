//! I005: a match without a word on what happens when several records match.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Mode, SyncView};
use crate::side::Side;
use crate::text::list;

use super::words::{Telling, telling};

rule! {
    /// # What it checks
    /// Where records are matched, each side says with `many` what happens when several of its records match. A side
    /// whose keys the platform keeps unique needs no such word.
    ///
    /// # Why it matters
    /// Real data has duplicates. Without a rule one of them is picked by chance, today this one and tomorrow another.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm  keep first by CreatedDate, Id
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// `hold` them all for a person, or name a total order by which the first one is kept.
    ///
    /// # How to waive
    /// It cannot be waived: a match without a rule cannot be compiled.
    pub I005
}

struct MissingMany<'m> {
    sync: SyncView<'m>,
    sides: Vec<Side>,
}

/// Finds sides that match by keys which are not unique, and say nothing about it.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx
        .model
        .sync_views()
        .filter(|s| s.sync.mode != Mode::AppendOnly)
    {
        let told = |s: &Side| telling(sync, *s);
        let open = |s: &Side| told(s) == Telling::Few;
        let sides: Vec<Side> = Side::BOTH.into_iter().filter(open).collect();
        // A key that identifies nothing is told by I002.
        let vague = Side::BOTH.iter().any(|s| told(s) == Telling::Kinds);
        if !sides.is_empty() && !vague {
            found.push(MissingMany { sync, sides }.describe());
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

impl MissingMany<'_> {
    fn describe(&self) -> Diagnostic {
        let sync = self.sync;
        let objects: Vec<String> = self
            .sides
            .iter()
            .filter_map(|s| sync.sync.ends.get(*s).object)
            .map(|o| format!("`{}`", sync.model.object_name(o)))
            .collect();
        let place = sync.sync.keys.first().map_or(sync.sync.header, |k| k.span);
        let lines: Vec<String> = self
            .sides
            .iter()
            .map(|s| format!("  many  {} hold", sync.side_name(*s)))
            .collect();
        Diagnostic::new(
            Code::I005,
            format!(
                "nothing says what happens when several records of {} match",
                list(&objects)
            ),
        )
        .at(place, "more than one record may match this")
        .note("duplicates exist, and without a rule one of them would be taken by chance")
        .help(format!(
            "hold them for a person, or keep the first of a total order\n{}",
            lines.join("\n")
        ))
    }
}

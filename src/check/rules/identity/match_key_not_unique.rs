//! I002: a match by what no record has to itself.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::side::Side;
use crate::text::list;

use super::words::{Telling, likely_match, telling};

rule! {
    /// # What it checks
    /// A `match` is not by lists of values and true-or-false fields alone. Where `many` says what happens when several
    /// records match, nothing is said.
    ///
    /// # Why it matters
    /// There are more records than values: any record would match hundreds of others, and be linked with one by chance.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  priority = Priority
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  email = SuppliedEmail and priority = Priority
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// Match by what identifies a record: an address, a domain, a number.
    ///
    /// # How to waive
    /// It cannot be waived: a match without a rule for several cannot be compiled.
    pub I002
}

/// Finds keys that identify nothing, once a sync.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx.model.sync_views() {
        let vague = |s: &Side| telling(sync, *s) == Telling::Kinds;
        if !Side::BOTH.iter().any(vague) {
            continue;
        }
        let silent = Side::BOTH
            .into_iter()
            .filter(|s| sync.sync.many.get(*s).is_none());
        let many: Vec<String> = silent
            .map(|s| format!("many  {} hold", sync.side_name(s)))
            .collect();
        let place = sync.sync.keys.first().map_or(sync.sync.header, |k| k.span);
        let objects: Vec<String> = Side::BOTH
            .into_iter()
            .filter(vague)
            .filter_map(|s| sync.sync.ends.get(s).object)
            .map(|o| format!("`{}`", sync.model.object_name(o)))
            .collect();
        let finding = Diagnostic::new(
            Code::I002,
            format!("this tells kinds of {} apart, and no single record", list(&objects)),
        )
        .at(place, "only lists of values, or true and false")
        .note("there are more records than values, and a record would be linked with one of many by chance")
        .help(format!(
            "match by what identifies a record, and say what happens when several match\n  {}\n  {}",
            likely_match(sync),
            many.join("\n  ")
        ));
        found.push(finding);
    }
    found.into_iter().for_each(|f| cx.report(f));
}

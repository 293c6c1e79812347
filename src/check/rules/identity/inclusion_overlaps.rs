//! I010: two syncs that would each make a record of the same one.

use std::collections::HashMap;

use crate::analyze::{Answer, Example, admission, satisfy};
use crate::check::Cx;
use crate::check::rules::example::in_words;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Expr, Mode, ObjectRef, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Where two syncs make records of one object from records of one object, their filters exclude each other, or one
    /// yields to the other. Record types and pipelines count as filters.
    ///
    /// # Why it matters
    /// A record that both admit is made twice, or by whichever sync comes first.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Urgent: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   from   desk where priority in (urgent, high)
    ///   leave  continue
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject -> Subject  default "none", via truncate(80)
    /// }
    /// sync Vip: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   from   desk where vip
    ///   leave  continue
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject -> Subject  default "none", via truncate(80)
    /// }
    /// ```
    /// ```sync,pass
    /// sync Urgent: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   from   desk where priority in (urgent, high) and not vip
    ///   leave  continue
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject -> Subject  default "none", via truncate(80)
    /// }
    /// sync Vip: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   from   desk where vip
    ///   leave  continue
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in crm
    ///   delete keep
    ///   subject -> Subject  default "none", via truncate(80)
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the filters exclude each other.
    ///
    /// # How to waive
    /// `allow I010 in Vip because "…" by "…" until 2027-06-30`
    pub I010
}

struct Overlap<'m> {
    first: SyncView<'m>,
    second: SyncView<'m>,
    /// The side that the records come from.
    from: Side,
    example: Example,
}

/// Finds pairs of syncs that overlap, each pair once.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    let mut before: HashMap<(Option<ObjectRef>, Option<ObjectRef>), Vec<SyncView<'_>>> =
        HashMap::new();
    for second in cx.model.sync_views() {
        let ends = &second.sync.ends;
        let alike = before
            .entry((ends.left.object, ends.right.object))
            .or_default();
        for first in alike.iter() {
            let overlap = Side::BOTH
                .into_iter()
                .find_map(|from| overlap(*first, second, from));
            found.extend(overlap.map(|f| f.describe()));
        }
        alike.push(second);
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn overlap<'m>(first: SyncView<'m>, second: SyncView<'m>, from: Side) -> Option<Overlap<'m>> {
    let both = |holds: &dyn Fn(SyncView<'_>) -> bool| holds(first) && holds(second);
    let same = |side: Side| {
        let object = first.sync.ends.get(side).object;
        object.is_some() && object == second.sync.ends.get(side).object
    };
    let creates = |s: SyncView<'_>| s.sync.mode == Mode::Merge && s.creates(!from);
    let yields = first.yields_to(second.id) || second.yields_to(first.id);
    if !same(from) || !same(!from) || !both(&creates) || yields {
        return None;
    }
    let admitted: Vec<Expr> = [first, second]
        .into_iter()
        .flat_map(|s| admission(s, from))
        .collect();
    let admitted: Vec<&Expr> = admitted.iter().collect();
    match satisfy(first.model, &admitted, &[]) {
        Answer::Yes(example) => Some(Overlap {
            first,
            second,
            from,
            example,
        }),
        Answer::No | Answer::Unknown => None,
    }
}

impl Overlap<'_> {
    fn describe(&self) -> Diagnostic {
        let object = self.first.sync.ends.get(self.from).object;
        let object = object.map_or_else(Default::default, |o| self.first.model.object_name(o));
        let names = [self.first, self.second].map(|s| s.sync.name.node.clone());
        let place = |s: SyncView<'_>| -> Span {
            let filter = s.sync.from.get(self.from).as_ref().map(|f| f.span);
            let narrowed = s.sync.narrowed.get(self.from).as_ref().map(|n| n.span);
            filter.or(narrowed).unwrap_or(s.sync.header)
        };
        let whose = if self.example.is_empty() {
            String::new()
        } else {
            format!(" whose {}", in_words(self.first.model, &self.example))
        };
        Diagnostic::new(
            Code::I010,
            format!(
                "`{}` and `{}` would each make a record of a `{object}`{whose}",
                names[0], names[1]
            ),
        )
        .at(place(self.second), "admitted here")
        .at(place(self.first), "and admitted here")
        .note("it is made twice, or by whichever of the two comes first")
        .help("let the filters exclude each other")
    }
}

//! I015: one record could become two of different kinds.

use std::collections::HashMap;

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Mode, ObjectRef, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Where two syncs take the same object of one side to different objects of the other, and both create there, one of
    /// them yields to the other.
    ///
    /// # Why it matters
    /// A customer who is there as a person already would come in a second time as a prospect: two records, two owners,
    /// and sales calls somebody who bought last week.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Person: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_person_id, crm.Desk_Customer_Id__c
    ///   create in crm
    ///   delete keep
    ///   surname <-> LastName  default "Unknown"
    /// }
    /// sync Prospect: desk.customer <-> crm.Prospect {
    ///   truth  desk
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_prospect_id, crm.Desk_Customer_Id__c
    ///   create in crm
    ///   delete keep
    ///   surname <-> LastName  default "Unknown"
    ///   company <-> Company   default "Unknown"
    /// }
    /// ```
    /// ```sync,pass
    /// sync Person: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_person_id, crm.Desk_Customer_Id__c
    ///   create in crm
    ///   delete keep
    ///   surname <-> LastName  default "Unknown"
    /// }
    /// sync Prospect: desk.customer <-> crm.Prospect {
    ///   truth  desk
    ///   yields to Person
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_prospect_id, crm.Desk_Customer_Id__c
    ///   create in crm
    ///   delete keep
    ///   surname <-> LastName  default "Unknown"
    ///   company <-> Company   default "Unknown"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the earlier stage yield: the keys of the other sync are tried first, and a hit joins it.
    ///
    /// # How to waive
    /// `allow I015 in Prospect because "…" by "…" until 2027-06-30`
    pub I015
}

struct OtherObject<'m> {
    yielding: (SyncView<'m>, Span),
    first: (SyncView<'m>, Span),
    side: Side,
}

/// Finds pairs of syncs that would make two records of one.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    let mut before: HashMap<(Side, ObjectRef), Vec<SyncView<'_>>> = HashMap::new();
    for later in cx.model.sync_views() {
        for side in Side::BOTH {
            let Some(known) = later.sync.ends.get(!side).object else {
                continue;
            };
            let alike = before.entry((side, known)).or_default();
            for earlier in alike.iter() {
                found.extend(rivals(*earlier, later, side).map(|f| f.describe()));
            }
            alike.push(later);
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

/// `side` is that of the creation.
fn rivals<'m>(earlier: SyncView<'m>, later: SyncView<'m>, side: Side) -> Option<OtherObject<'m>> {
    let merge = |s: SyncView<'_>| s.sync.mode == Mode::Merge;
    let object = |s: SyncView<'_>, side: Side| s.sync.ends.get(side).object;
    let shared = object(earlier, !side)? == object(later, !side)?;
    let apart = object(earlier, side)? != object(later, side)?;
    let settled = earlier.yields_to(later.id) || later.yields_to(earlier.id);
    if !(merge(earlier) && merge(later) && shared && apart) || settled {
        return None;
    }
    let (a, b) = (
        (earlier, (*earlier.sync.create.get(side))?),
        (later, (*later.sync.create.get(side))?),
    );
    // What is converted into the other comes before it, and yields.
    let converts = earlier
        .sync
        .converts_to
        .as_ref()
        .is_some_and(|c| c.node == later.id);
    let (yielding, first) = if converts { (a, b) } else { (b, a) };
    Some(OtherObject {
        yielding,
        first,
        side,
    })
}

impl OtherObject<'_> {
    fn describe(&self) -> Diagnostic {
        let ((yielding, here), (first, there)) = (self.yielding, self.first);
        let name = |s: SyncView<'_>, side: Side| {
            let object = s.sync.ends.get(side).object;
            object.map_or_else(Default::default, |o| s.model.object_name(o))
        };
        let message = format!(
            "one `{}` could become a `{}` and a `{}`",
            name(yielding, !self.side),
            name(first, self.side),
            name(yielding, self.side)
        );
        let other = &first.sync.name.node;
        Diagnostic::new(Code::I015, message)
            .at(here, format!("`{}` creates here", yielding.sync.name.node))
            .at(
                there,
                format!("and `{other}` here, and neither yields to the other"),
            )
            .note("a record that is known as the one would be made a second time as the other")
            .help(format!(
                "try the keys of `{other}` first\n  yields  to {other}"
            ))
    }
}

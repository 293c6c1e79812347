//! I013: records that are known only by what people change.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Expr, FieldView, Key, KeyPart, Mode, SyncView};
use crate::side::Side;

use super::words::{creates_twice, likely_key};

rule! {
    /// # What it checks
    /// A sync whose `match` reads fields that people change has a `key`, on one side at least. Syncs that only link are
    /// left out.
    ///
    /// # Why it matters
    /// The links know which records belong together. Where they are lost, or start anew, a record whose address has changed
    /// on one side in the meantime matches nothing any more, and is made again or forgotten.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   key    crm.Desk_Ticket_Id__c
    ///   delete keep
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name a unique external-id field in `key`: it holds the id of the other record, which never changes.
    ///
    /// # How to waive
    /// `allow I013 in Ticket because "…" by "…" until 2027-06-30`
    pub I013
}

struct Mutable<'m> {
    sync: SyncView<'m>,
    key: &'m Key,
    field: FieldView<'m>,
}

/// Finds syncs that nothing but such a match holds together; once a sync.
pub fn run(cx: &mut Cx<'_>) {
    let found: Vec<_> = cx
        .model
        .sync_views()
        .filter_map(mutable)
        .map(|f| f.describe())
        .collect();
    found.into_iter().for_each(|f| cx.report(f));
}

fn mutable(sync: SyncView<'_>) -> Option<Mutable<'_>> {
    let stamped = Side::BOTH.iter().any(|s| sync.sync.stamp.get(*s).is_some());
    if stamped
        || creates_twice(sync)
        || sync.sync.mode != Mode::Merge
        || sync.model.is_incomplete(sync.sync.span)
    {
        return None;
    }
    // An external id is changed by programs, if at all.
    let by_people = |f: &FieldView<'_>| f.field.updatable && !f.field.external_id;
    let changes = |e: &Expr| {
        let mut fields = e.fields().into_iter();
        fields.find_map(|(_, f, _)| sync.model.field(f).filter(by_people))
    };
    let of_part =
        |part: &KeyPart| Some((changes(&part.sides.left)?, changes(&part.sides.right)?).0);
    let of_key = |key: &Key| key.parts.iter().find_map(of_part);
    let key = sync.sync.keys.first()?;
    let steady = sync.sync.keys.iter().any(|k| of_key(k).is_none());
    let field = of_key(key).filter(|_| !steady)?;
    Some(Mutable { sync, key, field })
}

impl Mutable<'_> {
    fn describe(&self) -> Diagnostic {
        let key = likely_key(self.sync, Side::Right);
        Diagnostic::new(
            Code::I013,
            format!(
                "pairs of `{}` are known only by what people change, such as `{}`",
                self.sync.sync.name.node,
                self.field.full_name()
            ),
        )
        .at(self.key.span, "and no `key` keeps the other record's id")
        .note("a record whose value has changed since then matches nothing any more once the links are lost")
        .help(format!("name a unique external-id field\n  key  {key}"))
    }
}

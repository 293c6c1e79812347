//! I004: records are created on a side that offers no unique id of the other side.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{FieldView, Mode, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// On each side in which records are created, `key` names a field that the platform keeps unique and finds records
    /// by. A sync that only appends creates on the side that its arrow points to.
    ///
    /// # Why it matters
    /// With such a field a create is an upsert: sent twice, after a crash or a lost answer, it still makes one record.
    /// Without it the sync has to wait and search, and a duplicate remains possible.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   subject -> Subject  default "none"
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Add a unique external-id field on that side and name it in `key`.
    ///
    /// # How to waive
    /// `allow I004 in Ticket because "…" by "…" until 2027-06-30`
    pub I004
}

struct NoExternalId<'m> {
    sync: SyncView<'m>,
    side: Side,
    created: Span,
    stamp: Option<(FieldView<'m>, Span)>,
}

/// Finds sides of creation without a unique key. Where nothing identifies a record at all, other rules say so.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx.model.sync_views() {
        for side in Side::BOTH {
            found.extend(judge(sync, side).map(|f| f.describe()));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn judge(sync: SyncView<'_>, side: Side) -> Option<NoExternalId<'_>> {
    let created = match sync.sync.mode {
        Mode::AppendOnly => sync
            .sync
            .arrow
            .node
            .goes_from(!side)
            .then_some(sync.sync.header)?,
        Mode::Merge | Mode::LinkOnly => (*sync.sync.create.get(side))?,
    };
    sync.object(side)?;
    let stamp = sync.sync.stamp.get(side).as_ref();
    let stamp = stamp.and_then(|s| Some((sync.model.field(s.node)?, s.span)));
    let identified = sync.sync.mode == Mode::AppendOnly || !sync.sync.keys.is_empty();
    let lacking = match stamp {
        Some((field, _)) => !field.upserts(),
        None => identified,
    };
    lacking.then_some(NoExternalId {
        sync,
        side,
        created,
        stamp,
    })
}

impl NoExternalId<'_> {
    fn describe(&self) -> Diagnostic {
        let side = self.sync.side_name(self.side);
        let object = self.sync.sync.ends.get(self.side).object;
        let object = object.map_or_else(Default::default, |o| self.sync.model.object_name(o));
        let finding = match self.stamp {
            Some((field, span)) => Diagnostic::new(
                Code::I004,
                format!(
                    "`{}` is no unique id to create records by",
                    field.full_name()
                ),
            )
            .at(span, "the key of this side")
            .at(self.created, "on which records are created")
            .help(
                "mark the field as a unique external id in the system, and read the catalog again",
            ),
            None => Diagnostic::new(
                Code::I004,
                format!("records of `{object}` are created without a unique id"),
            )
            .at(self.created, "created here")
            .help(format!(
                "add a unique external-id field there and name it\n  key  {side}.{}",
                self.candidate()
            )),
        };
        finding.note("after a crash or a lost answer nobody can tell whether the record was made: it may be made twice")
    }

    /// A field that is there already and would do.
    fn candidate(&self) -> String {
        let object = self.sync.object(self.side);
        let free = object.and_then(|o| {
            o.fields
                .iter()
                .find(|f| f.custom && f.external_id && f.unique && f.updatable)
        });
        free.map_or_else(|| "…".to_owned(), |f| f.name.to_string())
    }
}

//! I004: records are created on a side that offers no unique id of the other side.

use super::words::{creates_twice, likely_key};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{ExprKind, FieldView, Mode, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// On each side in which records are created, `key` names a field that the platform keeps unique and finds records
    /// by, or records match by such a field. A sync that only appends creates on the side that its arrow points to.
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
    let lacking = lacking && !refuses_duplicates(sync, side) && !creates_twice(sync);
    lacking.then_some(NoExternalId {
        sync,
        side,
        created,
        stamp,
    })
}

/// Whether records match by a field that the platform keeps unique: a second create is refused, and finds the first.
fn refuses_duplicates(sync: SyncView<'_>, side: Side) -> bool {
    sync.sync.keys.iter().any(|key| match key.parts.as_slice() {
        [part] => match part.sides.get(side).node {
            ExprKind::Field { field, .. } => sync
                .model
                .field(field)
                .is_some_and(|f| f.field.unique && f.upserts()),
            _ => false,
        },
        _ => false,
    })
}

impl NoExternalId<'_> {
    fn describe(&self) -> Diagnostic {
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
            .help("name a field that the system keeps unique and finds records by, or add one"),
            None => Diagnostic::new(
                Code::I004,
                format!("records of `{object}` are created without a unique id"),
            )
            .at(self.created, "created here")
            .help(format!(
                "name a unique external-id field of it, or add one\n  key  {}",
                likely_key(self.sync, self.side)
            )),
        };
        finding.note("after a crash or a lost answer nobody can tell whether the record was made: it may be made twice")
    }
}

//! Who writes which field: rows, key stamps, flags of deletes, and what a create sets.

use rayon::prelude::*;

use crate::model::{DeletePolicy, FieldRef, FieldView, Mode, Model, RowId, SyncId, SyncView};
use crate::side::Side;
use crate::source::Span;

/// One way in which a sync may write a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// The sync.
    pub sync: SyncId,
    /// The side of the field.
    pub side: Side,
    /// The field.
    pub field: FieldRef,
    /// What writes it.
    pub by: Writing,
    /// Whether the field says to whom a record belongs.
    pub owner: bool,
    /// Where the write is stated: the field's place in its row, or the statement.
    pub span: Span,
}

/// What of a sync writes a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// A row.
    Row(RowId),
    /// `key`: the id of the other record.
    Key,
    /// `delete … flag`: true, when the other record is gone.
    Flag,
    /// `record type`, `pipeline`: what a new record is narrowed to.
    Narrowing,
}

impl Write {
    /// The row that writes it, where a row does.
    pub const fn row(&self) -> Option<RowId> {
        match self.by {
            Writing::Row(row) => Some(row),
            Writing::Key | Writing::Flag | Writing::Narrowing => None,
        }
    }
}

/// Every write, by sync.
pub fn writes(model: &Model) -> Vec<Vec<Write>> {
    model.par_sync_views().map(of_sync).collect()
}

fn of_sync(view: SyncView<'_>) -> Vec<Write> {
    let mut found = Vec::with_capacity(2 * view.sync.rows.len() + 2);
    for side in Side::BOTH {
        let write = |field: FieldView<'_>, by, span| Write {
            sync: view.id,
            side,
            field: field.id,
            by,
            owner: field.is_owner(),
            span,
        };
        for row in view.rows() {
            if let Some((_, field)) = row.writes(side) {
                let span = row.row.cells.get(side).span;
                found.push(write(field, Writing::Row(row.id), span));
            }
        }
        for (field, by, span) in statements(view, side) {
            let field = view.model.field(field);
            found.extend(field.map(|f| write(f, by, span)));
        }
    }
    found
}

/// What a sync writes on a side beside its rows. Of a side that it never writes, the key is only read.
fn statements(view: SyncView<'_>, side: Side) -> impl Iterator<Item = (FieldRef, Writing, Span)> {
    let sync = view.sync;
    let updates = sync.mode != Mode::LinkOnly && sync.arrow.node.goes_from(!side);
    let key = sync.stamp.get(side).iter();
    let key = key.map(|s| (s.node, Writing::Key, s.span));
    let flag = sync.delete.get(side).iter().filter_map(|d| match d.node {
        DeletePolicy::Flag(field) => Some((field?, Writing::Flag, d.span)),
        _ => None,
    });
    let narrowed = sync.narrowed.get(side).iter();
    let narrowed = narrowed.filter_map(|n| Some((n.node.field?, Writing::Narrowing, n.span)));
    key.chain(flag).filter(move |_| updates).chain(narrowed)
}

//! Who writes which field: rows, key stamps, and what a create sets.

use rayon::prelude::*;

use crate::model::{FieldRef, FieldView, Model, RowId, SyncId, SyncView};
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
    /// The row that writes it; none for a key stamp and for what narrows the sync.
    pub row: Option<RowId>,
    /// Whether the field says to whom a record belongs.
    pub owner: bool,
    /// Where the write is stated: the field's place in its row, or the statement.
    pub span: Span,
}

/// Every write, by sync.
pub fn writes(model: &Model) -> Vec<Vec<Write>> {
    model.par_sync_views().map(of_sync).collect()
}

fn of_sync(view: SyncView<'_>) -> Vec<Write> {
    let mut found = Vec::with_capacity(2 * view.sync.rows.len() + 2);
    for side in Side::BOTH {
        let write = |field: FieldView<'_>, row, span| Write {
            sync: view.id,
            side,
            field: field.id,
            row,
            owner: field.is_owner(),
            span,
        };
        for row in view.rows() {
            if let Some((_, field)) = row.writes(side) {
                let span = row.row.cells.get(side).span;
                found.push(write(field, Some(row.id), span));
            }
        }
        let stamp = view.sync.stamp.get(side).iter();
        let narrowed = view.sync.narrowed.get(side).iter();
        let stated = stamp.map(|s| (Some(s.node), s.span));
        let stated = stated.chain(narrowed.map(|n| (n.node.field, n.span)));
        for (field, span) in stated {
            let field = field.and_then(|f| view.model.field(f));
            found.extend(field.map(|f| write(f, None, span)));
        }
    }
    found
}

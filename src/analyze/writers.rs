//! Who writes which field: rows, key stamps, and what a create sets.

use rayon::prelude::*;

use crate::model::{FieldRef, Model, RowId, SyncId, SyncView};
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
    /// Where the write is stated: the field's place in its row, or the statement.
    pub span: Span,
}

/// Every write of every sync.
pub fn writes(model: &Model) -> Vec<Write> {
    model.par_sync_views().flat_map_iter(of_sync).collect()
}

fn of_sync(view: SyncView<'_>) -> Vec<Write> {
    let sync = view.id;
    let mut found = Vec::with_capacity(2 * view.sync.rows.len() + 2);
    for side in Side::BOTH {
        for row in view.rows() {
            if let Some((_, field)) = row.writes(side) {
                let span = row.row.cells.get(side).span;
                found.push(Write {
                    sync,
                    side,
                    field: field.id,
                    row: Some(row.id),
                    span,
                });
            }
        }
        if let Some(stamp) = view.sync.stamp.get(side) {
            found.push(Write {
                sync,
                side,
                field: stamp.node,
                row: None,
                span: stamp.span,
            });
        }
        if let Some(narrowed) = view.sync.narrowed.get(side)
            && let Some(field) = narrowed.node.field
        {
            found.push(Write {
                sync,
                side,
                field,
                row: None,
                span: narrowed.span,
            });
        }
    }
    found
}

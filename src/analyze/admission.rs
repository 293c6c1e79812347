//! Which records of a side a sync takes.

use crate::model::{Expr, SyncView};
use crate::side::Side;

use super::satisfy::equals;

/// The conditions that a record of a side meets to be matched, and to be created on the other side: what `from` says, and
/// the record type or pipeline that the sync is narrowed to.
pub fn admission(sync: SyncView<'_>, side: Side) -> Vec<Expr> {
    let stated = sync.sync.from.get(side).as_ref();
    let stated = stated.and_then(|f| f.condition.clone());
    let narrowed = sync.sync.narrowed.get(side).as_ref();
    let narrowed = narrowed.and_then(|n| Some(equals(side, n.node.field?, n.node.value.clone())));
    narrowed.into_iter().chain(stated).collect()
}

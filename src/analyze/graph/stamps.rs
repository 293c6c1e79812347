//! Writes of the present moment, of which nobody knows what they store.

use std::collections::BTreeSet;

use super::build::Writers;
use super::making::{Part, Reads};
use super::parts::Component;
use super::place::Place;
use crate::model::{CellKind, Expr, ExprKind};
use crate::side::Side;

/// How writes of the present moment are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamps {
    /// Nobody knows which moments they store.
    Unknown,
    /// Each stores a later moment than stands there.
    Later,
}

/// Stamps of a part that are known well enough for what becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Days: one is like another.
    Days,
    /// Moments, too: each is later than the one before, but which values they meet is not known.
    Moments,
}

/// Whether the present is written in a part, and kept, copied and asked for: nothing compares it, or makes something else of it,
/// which it would have to be known for.
pub(super) fn kept_stamps(writers: Writers<'_>, component: &Component) -> Option<Kept> {
    let part = Part::new(writers, component, Reads::All);
    let stamps = part
        .effects()
        .filter_map(|(_, e)| Some((e, e.stamp.as_ref()?)));
    let stamps: Vec<_> = stamps.collect();
    let stamped: BTreeSet<Place> = stamps.iter().map(|(e, _)| Place::Field(e.target)).collect();
    let rows = part.rows.iter().filter_map(|r| part.model.row(*r));
    let stated = rows.flat_map(|view| {
        let computed = Side::BOTH.map(|s| match &view.row.cells.get(s).node {
            CellKind::Computed(e) => Some(&**e),
            CellKind::Field(_) | CellKind::Unknown => None,
        });
        let lanes = Side::BOTH.map(|s| Some(&view.lane(s)?.value));
        let when = view.row.when.as_deref();
        computed.into_iter().chain(lanes).flatten().chain(when)
    });
    let automatic = part.effects().flat_map(|(automation, effect)| {
        let conditions = automation.guard.iter().chain(&effect.when);
        conditions.chain(&effect.value)
    });
    let computes = |e: &Expr| {
        let mut computes = false;
        e.visit(&mut |e| {
            let asks = matches!(
                e.node,
                ExprKind::Compare { .. }
                    | ExprKind::In { .. }
                    | ExprKind::Arithmetic { .. }
                    | ExprKind::Call { .. }
            );
            computes |= asks && Place::read_by(e).iter().any(|p| stamped.contains(p));
        });
        computes
    };
    if stamped.is_empty() || stated.chain(automatic).any(computes) {
        return None;
    }
    let day = |(_, stamp): &(_, &Expr)| matches!(stamp.node, ExprKind::Const(_));
    Some(match stamps.iter().all(day) {
        true => Kept::Days,
        false => Kept::Moments,
    })
}

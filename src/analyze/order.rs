//! The order of execution: what is referred to comes first, else the order of the spec.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::model::{Absent, ExprKind, Model, SyncId};
use crate::side::Side;

/// The syncs in the order of execution.
///
/// `after`, `yields to` and `converts to` always hold: keys lead to a contact before its lead is asked for, and whoever goes on
/// `else as` another sync is known when that begins. References hold between the strongly connected parts of their graph; within one,
/// the record that comes first gets its reference in a second pass, when the other is linked.
pub fn order(model: &Model) -> Vec<SyncId> {
    let count = model.syncs.len();
    let mut stated: Vec<(usize, usize)> = Vec::new();
    let mut references: Vec<(usize, usize)> = Vec::new();
    for view in model.sync_views() {
        let me = view.id.index();
        for after in &view.sync.after {
            stated.push((after.sync.node.index(), me));
            if let Absent::As(other) = after.otherwise {
                stated.push((me, other.index()));
            }
        }
        let first = view.sync.yields_to.iter().chain(&view.sync.converts_to);
        stated.extend(first.map(|s| (s.node.index(), me)));
        for row in view.rows() {
            let lanes = Side::BOTH.into_iter().filter_map(|s| row.lane(s));
            lanes.for_each(|lane| {
                lane.value.visit(&mut |e| {
                    if let ExprKind::Linked { syncs, .. } = &e.node {
                        references.extend(syncs.iter().map(|s| (s.index(), me)));
                    }
                });
            });
        }
    }
    arrange(count, &stated, &references)
        .into_iter()
        .map(|i| SyncId(i as u32))
        .collect()
}

/// Arranges numbers so that the first of each pair comes before the second; references give way within a circle.
fn arrange(count: usize, stated: &[(usize, usize)], references: &[(usize, usize)]) -> Vec<usize> {
    let parts = parts(count, stated.iter().chain(references));
    let part = |i: usize| parts.get(i).copied().unwrap_or_default();
    let mut placed = vec![false; count];
    let mut order = Vec::with_capacity(count);
    while order.len() < count {
        let done = |i: usize| placed.get(i).copied().unwrap_or(true);
        let free = |me: usize, pairs: &[(usize, usize)], inside: bool| {
            pairs
                .iter()
                .filter(|(a, b)| *b == me && a != b)
                .all(|(a, _)| done(*a) || (inside && part(*a) == part(me)))
        };
        let open = || (0..count).filter(|i| !done(*i));
        let next = open()
            .find(|i| free(*i, stated, false) && free(*i, references, false))
            .or_else(|| open().find(|i| free(*i, stated, false) && free(*i, references, true)))
            .or_else(|| open().find(|i| free(*i, stated, true) && free(*i, references, true)))
            .or_else(|| open().next());
        let Some(next) = next else { break };
        if let Some(slot) = placed.get_mut(next) {
            *slot = true;
        }
        order.push(next);
    }
    order
}

/// The strongly connected part of each number.
fn parts<'p>(count: usize, pairs: impl Iterator<Item = &'p (usize, usize)>) -> Vec<usize> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    (0..count).for_each(|_| {
        graph.add_node(());
    });
    for (a, b) in pairs {
        graph.update_edge(NodeIndex::new(*a), NodeIndex::new(*b), ());
    }
    let mut part = vec![0; count];
    for (number, members) in tarjan_scc(&graph).into_iter().enumerate() {
        for member in members {
            if let Some(slot) = part.get_mut(member.index()) {
                *slot = number;
            }
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first_and_the_spec_breaks_ties() {
        assert_eq!(arrange(3, &[], &[]), [0, 1, 2]);
        assert_eq!(arrange(3, &[], &[(2, 0)]), [1, 2, 0]);
        assert_eq!(arrange(3, &[(1, 0)], &[(2, 0), (2, 1)]), [2, 1, 0]);
    }

    #[test]
    fn a_circle_of_references_is_cut_where_nothing_stated_is_broken() {
        assert_eq!(arrange(2, &[], &[(0, 1), (1, 0)]), [0, 1]);
        assert_eq!(arrange(2, &[(1, 0)], &[(0, 1)]), [1, 0]);
        assert_eq!(
            arrange(4, &[], &[(0, 1), (1, 0), (2, 0), (3, 2)]),
            [3, 2, 0, 1]
        );
        assert_eq!(arrange(2, &[(0, 1), (1, 0)], &[]), [0, 1]);
        assert_eq!(arrange(1, &[], &[(0, 0)]), [0]);
    }
}

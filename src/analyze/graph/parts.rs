//! Strongly connected parts of the cell graph that are more than a plain row pair.
//!
//! A pair of cells that one two-way row alone writes is at rest after one round: what is sent is remembered as it was sent,
//! and what the platform stores of it is equal to it, so that nothing that comes back is taken for an edit (lemma L1). Such
//! pairs, and everything without a circle, need no search; so the graph is read once, in linear time (Tarjan, Depth-first
//! search and linear graph algorithms, 1972).

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::cells::Table;
use super::consequence::is_guess;
use super::edge::{Edge, Writer};
use super::tied::Tied;
use crate::model::{FieldRef, Mode, Model, RowId, SyncId};
use crate::side::Side;

/// The most ways to link the records of a part that are looked at.
const ALTERNATIVES: usize = 32;

/// A strongly connected part, with what [ties](super::tied) it to a sync where no row is in it: its cells, and its edges as
/// sorted positions in the list of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Component {
    pub cells: BTreeSet<FieldRef>,
    pub edges: Vec<usize>,
    /// Those of the cells that are blank until a sync fills them, and that people leave alone: what they start there
    /// themselves is no matter of the sync.
    pub given: BTreeSet<FieldRef>,
}

/// The parts that have to be judged, in the order of their first cell.
///
/// A record is linked once among the syncs that share its object: a part that needs two such syncs at the same time is none,
/// and is taken apart by the ways in which its records can be linked.
pub(super) fn parts(model: &Model, edges: &[Edge]) -> Vec<Component> {
    let touched = touched(model, edges);
    let known = |e: &Edge| !is_guess(model, e) && !is_alone(model, e, &touched);
    let all: Vec<usize> = (0..)
        .zip(edges)
        .filter_map(|(i, e)| known(e).then_some(i))
        .collect();
    let tied = Tied::new(model, edges, &all);
    let mut found = BTreeSet::new();
    let parts = |among: &[usize]| {
        let mut parts = components(edges, among);
        parts.iter_mut().for_each(|p| tied.complete(p, among));
        parts
    };
    for whole in parts(&all) {
        if is_settled(model, edges, &whole) {
            continue;
        }
        let ways = alternatives(model, edges, &whole);
        if let [_] = ways.as_slice() {
            found.insert(whole);
            continue;
        }
        for way in ways {
            let live = |i: &usize| match edges.get(*i).map(|e| e.writer) {
                Some(Writer::Row(row, _)) => way.contains(&row.sync),
                _ => true,
            };
            let kept: Vec<usize> = whole.edges.iter().copied().filter(live).collect();
            let settled = |p: &Component| is_settled(model, edges, p);
            found.extend(parts(&kept).into_iter().filter(|p| !settled(p)));
        }
    }
    found.into_iter().collect()
}

/// Who writes a cell, or reads it to write another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Touched {
    Nobody,
    Row(RowId),
    Several,
}

fn touched(model: &Model, edges: &[Edge]) -> Table<Touched> {
    let mut touched = Table::new(model, Touched::Nobody);
    for edge in edges {
        let by = match edge.writer {
            Writer::Row(row, _) => Touched::Row(row),
            _ => Touched::Several,
        };
        for cell in edge.starts.iter().chain([&edge.target]) {
            if let Some(one) = touched.get_mut(*cell).filter(|t| **t != by) {
                *one = if *one == Touched::Nobody {
                    by
                } else {
                    Touched::Several
                };
            }
        }
    }
    touched
}

/// Whether an edge is of a row whose cells nobody else touches, and take what they are given. Nearly all are: such a row is
/// a part of its own, which is settled, and it is in no other one.
fn is_alone(model: &Model, edge: &Edge, touched: &Table<Touched>) -> bool {
    let Writer::Row(row, _) = edge.writer else {
        return false;
    };
    let mut cells = edge.starts.iter().chain([&edge.target]);
    cells.all(|cell| touched.get(*cell) == Some(&Touched::Row(row)) && !refuses(model, *cell))
}

/// Whether the platform does not take every value that a row may write to a cell.
fn refuses(model: &Model, cell: FieldRef) -> bool {
    let system = model.systems.get(cell.object.system.index());
    let any = system.is_some_and(|s| !s.profile.forward_only.is_empty());
    any && model.field(cell).is_some_and(|f| {
        let profile = f.system.profile;
        profile.refuses_backwards(&f.object.name, f.name())
    })
}

/// The strongly connected parts of some edges, each with a circle in it.
fn components(edges: &[Edge], among: &[usize]) -> Vec<Component> {
    let mut nodes: BTreeMap<FieldRef, NodeIndex> = BTreeMap::new();
    let mut graph: DiGraph<FieldRef, ()> = DiGraph::new();
    let mut node = |graph: &mut DiGraph<FieldRef, ()>, field: FieldRef| {
        *nodes.entry(field).or_insert_with(|| graph.add_node(field))
    };
    for edge in among.iter().filter_map(|i| edges.get(*i)) {
        let to = node(&mut graph, edge.target);
        for start in &edge.starts {
            let from = node(&mut graph, *start);
            graph.add_edge(from, to, ());
        }
    }
    let parts = tarjan_scc(&graph);
    let mut part_of: BTreeMap<FieldRef, usize> = BTreeMap::new();
    for (part, members) in parts.iter().enumerate() {
        let fields = members.iter().filter_map(|n| graph.node_weight(*n));
        part_of.extend(fields.map(|f| (*f, part)));
    }
    let mut inside: BTreeMap<usize, Component> = BTreeMap::new();
    for (i, edge) in among.iter().filter_map(|i| Some((*i, edges.get(*i)?))) {
        let Some(part) = part_of.get(&edge.target) else {
            continue;
        };
        if edge.starts.iter().any(|s| part_of.get(s) == Some(part)) {
            let component = inside.entry(*part).or_default();
            component.edges.push(i);
        }
    }
    for (field, part) in part_of {
        if let Some(component) = inside.get_mut(&part) {
            component.cells.insert(field);
        }
    }
    let mut found: Vec<Component> = inside.into_values().collect();
    found.sort();
    found
}

/// Whether a part is at rest by itself: no sync writes in it, or one row alone, whose targets take what they are given, or
/// lifecycles alone, which leave alone what shows the stage already.
fn is_settled(model: &Model, edges: &[Edge], part: &Component) -> bool {
    let mut rows: BTreeSet<RowId> = BTreeSet::new();
    let (mut others, mut steps) = (false, false);
    for edge in part.edges.iter().filter_map(|i| edges.get(*i)) {
        match edge.writer {
            Writer::Row(row, _) => {
                rows.insert(row);
            }
            Writer::Automation(..) => others = true,
            Writer::Step(_) => steps = true,
            Writer::Route(_) => {}
        }
    }
    let refuses = |cell: &FieldRef| refuses(model, *cell);
    match (rows.len(), steps) {
        (0, true) => !others,
        (0, false) => true,
        (1, false) => !others && !part.cells.iter().any(refuses),
        _ => false,
    }
}

/// The largest sets of syncs of a part that can hold records at the same time: no two that share an object of a side.
fn alternatives(model: &Model, edges: &[Edge], part: &Component) -> Vec<BTreeSet<SyncId>> {
    let mut syncs: Vec<SyncId> = Vec::new();
    for edge in part.edges.iter().filter_map(|i| edges.get(*i)) {
        if let Writer::Row(row, _) = edge.writer {
            syncs.push(row.sync);
        }
    }
    syncs.sort_unstable();
    syncs.dedup();
    let mut ways: Vec<BTreeSet<SyncId>> = vec![BTreeSet::new()];
    for sync in syncs {
        let mut next = Vec::new();
        for way in ways {
            let against: Vec<SyncId> = way
                .iter()
                .copied()
                .filter(|other| exclusive(model, *other, sync))
                .collect();
            let mut with: BTreeSet<SyncId> = way
                .iter()
                .copied()
                .filter(|other| !against.contains(other))
                .collect();
            with.insert(sync);
            if !against.is_empty() {
                next.push(way);
            }
            next.push(with);
        }
        next.sort();
        next.dedup();
        next.truncate(ALTERNATIVES);
        ways = next;
    }
    let largest: Vec<BTreeSet<SyncId>> = ways
        .iter()
        .filter(|w| !ways.iter().any(|o| o != *w && o.is_superset(w)))
        .cloned()
        .collect();
    largest
}

/// Whether a record that one sync has linked is none of the other's: they share an object on a side.
pub(super) fn exclusive(model: &Model, a: SyncId, b: SyncId) -> bool {
    let (Some(x), Some(y)) = (model.sync(a), model.sync(b)) else {
        return false;
    };
    let links = |m: Mode| m != Mode::AppendOnly;
    let shared = |side: Side| {
        let (x, y) = (x.sync.ends.get(side).object, y.sync.ends.get(side).object);
        x.is_some() && x == y
    };
    a != b && links(x.sync.mode) && links(y.sync.mode) && Side::BOTH.into_iter().any(shared)
}

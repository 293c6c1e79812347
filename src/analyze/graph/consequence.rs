//! What follows from the edges alone: what a write brings about, who writes the same cell, which code nobody understands.

use std::collections::{BTreeMap, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use super::cells::Table;
use super::edge::{AutomationId, Edge, Writer, recurs};
use super::parts::exclusive;
use crate::analyze::disjoint;
use crate::model::{
    Automation, Effect, Expr, ExprKind, FieldRef, Model, ObjectRef, Protect, RowId, RowView, SyncId,
};
use crate::side::Side;
use crate::value::Value;

/// A protected field that an automation writes as a consequence of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The sync that protects it.
    pub sync: SyncId,
    /// Position in its list of what it protects.
    pub protect: usize,
    /// The writes that lead there, as positions in [`Graph::edges`](super::Graph::edges): a row first, an automation last.
    pub path: Vec<usize>,
}

/// Two writers of one cell that can write at the same time, as positions in [`Graph::edges`](super::Graph::edges): rows, or a
/// row and an automation that overwrites it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rivals {
    /// The one that comes first.
    pub first: usize,
    /// The other one.
    pub second: usize,
}

/// Code that is not understood and names fields which rows write, by the object whose records start it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// The object.
    pub object: ObjectRef,
    /// The code.
    pub automations: Vec<AutomationId>,
    /// The fields that it names and rows write.
    pub fields: Vec<FieldRef>,
}

/// Whether a write is only known from a field's name in code that nobody understands.
pub(super) fn is_guess(model: &Model, edge: &Edge) -> bool {
    let Writer::Automation(id, effect) = edge.writer else {
        return false;
    };
    let automation = model.automations.get(id.index());
    automation.is_some_and(|a| {
        let effect = a.effects.get(effect as usize);
        a.opaque.is_some() && effect.is_some_and(|e| e.value.is_none())
    })
}

/// The automation and the effect of an edge.
pub fn acting<'m>(model: &'m Model, edge: &Edge) -> Option<(&'m Automation, &'m Effect)> {
    let Writer::Automation(id, effect) = edge.writer else {
        return None;
    };
    let automation = model.automations.get(id.index())?;
    Some((automation, automation.effects.get(effect as usize)?))
}

/// The row of an edge.
pub fn row<'m>(model: &'m Model, edge: &Edge) -> Option<RowView<'m>> {
    match edge.writer {
        Writer::Row(row, _) => model.row(row),
        Writer::Automation(..) | Writer::Step(_) | Writer::Route(_) => None,
    }
}

/// Every protected field that a row reaches by way of automations, by the shortest way.
pub(super) fn reached(model: &Model, edges: &[Edge]) -> Vec<Reached> {
    let mut protected: BTreeMap<FieldRef, (SyncId, usize)> = BTreeMap::new();
    for view in model.sync_views() {
        for (at, Protect { field, .. }) in view.sync.protect.iter().enumerate() {
            protected.entry(*field).or_insert((view.id, at));
        }
    }
    if protected.is_empty() {
        return Vec::new();
    }
    let mut leaving: BTreeMap<FieldRef, Vec<usize>> = BTreeMap::new();
    for (i, edge) in edges.iter().enumerate() {
        if !is_guess(model, edge) {
            for start in edge.starts.iter().filter(|s| **s != edge.target) {
                leaving.entry(*start).or_default().push(i);
            }
        }
    }
    // by cell: the write that first came there
    let mut came: BTreeMap<FieldRef, usize> = BTreeMap::new();
    let mut waiting: VecDeque<FieldRef> = VecDeque::new();
    for (i, edge) in edges.iter().enumerate() {
        let synced = matches!(edge.writer, Writer::Row(..) | Writer::Step(_));
        if synced && !came.contains_key(&edge.target) {
            came.insert(edge.target, i);
            waiting.push_back(edge.target);
        }
    }
    let mut found: BTreeMap<FieldRef, Vec<usize>> = BTreeMap::new();
    while let Some(cell) = waiting.pop_front() {
        for i in leaving.get(&cell).into_iter().flatten() {
            let Some(edge) = edges.get(*i) else { continue };
            let automatic = matches!(edge.writer, Writer::Automation(..));
            if automatic && protected.contains_key(&edge.target) {
                let path = || way(edges, &came, cell, *i);
                found.entry(edge.target).or_insert_with(path);
            }
            if let std::collections::btree_map::Entry::Vacant(slot) = came.entry(edge.target) {
                slot.insert(*i);
                waiting.push_back(edge.target);
            }
        }
    }
    let reached = |(field, path): (FieldRef, Vec<usize>)| {
        let (sync, protect) = *protected.get(&field)?;
        Some(Reached {
            sync,
            protect,
            path,
        })
    };
    found.into_iter().filter_map(reached).collect()
}

/// The writes that lead to a cell, then the last one.
fn way(edges: &[Edge], came: &BTreeMap<FieldRef, usize>, to: FieldRef, last: usize) -> Vec<usize> {
    let mut path = vec![last];
    let mut cell = to;
    while let Some(i) = came.get(&cell) {
        path.push(*i);
        let Some(edge) = edges.get(*i).filter(|_| path.len() <= came.len()) else {
            break;
        };
        // a row is where it begins, unless an automation led to its source
        let before = edge.starts.iter().find(|s| {
            came.get(s)
                .and_then(|j| edges.get(*j))
                .is_some_and(|e| matches!(e.writer, Writer::Automation(..)))
        });
        match (edge.writer, before) {
            (Writer::Row(..) | Writer::Step(_) | Writer::Route(_), None) => break,
            (_, Some(before)) => cell = *before,
            (Writer::Automation(..), None) => {
                let Some(start) = edge.starts.iter().find(|s| came.contains_key(s)) else {
                    break;
                };
                cell = *start;
            }
        }
    }
    path.reverse();
    path
}

/// Every two writers of one cell that can write at the same time and need not write the same.
pub(super) fn rivals(model: &Model, edges: &[Edge]) -> Vec<Rivals> {
    let mut writers = Table::new(model, 0_u32);
    for edge in edges {
        if let Some(count) = writers.get_mut(edge.target) {
            *count += 1;
        }
    }
    let mut by_target: BTreeMap<FieldRef, Vec<usize>> = BTreeMap::new();
    for (i, edge) in edges.iter().enumerate() {
        if writers.get(edge.target).is_some_and(|count| *count > 1) {
            by_target.entry(edge.target).or_default().push(i);
        }
    }
    let mut found = Vec::new();
    for writers in by_target.values() {
        let mut pairs = writers
            .iter()
            .enumerate()
            .flat_map(|(at, first)| writers.iter().skip(at + 1).map(move |s| (*first, *s)));
        let rival = pairs.find(|(first, second)| {
            let (Some(a), Some(b)) = (edges.get(*first), edges.get(*second)) else {
                return false;
            };
            match (row(model, a), row(model, b)) {
                (Some(x), Some(y)) => rows_collide(model, x, y, a, b),
                (Some(x), None) => overwrites(model, x, a, b),
                _ => false,
            }
        });
        found.extend(rival.map(|(first, second)| Rivals { first, second }));
    }
    found.sort_by_key(|r| (r.first, r.second));
    found
}

/// Two rows of one sync that write one field are another finding; here are those of two syncs that can hold the record at
/// the same time.
fn rows_collide(model: &Model, x: RowView<'_>, y: RowView<'_>, a: &Edge, b: &Edge) -> bool {
    let (Writer::Row(_, from), Writer::Row(_, other)) = (a.writer, b.writer) else {
        return false;
    };
    let together = x.id.sync != y.id.sync
        && x.sync.merges()
        && y.sync.merges()
        && !exclusive(model, x.id.sync, y.id.sync);
    let same_value = a.starts == b.starts
        && x.lane(from).map(|l| &l.value.node) == y.lane(other).map(|l| &l.value.node);
    together && !same_value && !apart(model, x.row.when.as_deref(), y.row.when.as_deref())
}

fn apart(model: &Model, a: Option<&Expr>, b: Option<&Expr>) -> bool {
    a.zip(b).is_some_and(|(a, b)| disjoint(model, a, b))
}

/// Whether an automation replaces each value that a one-way row writes by one of its own, so that the two sides never agree.
/// On a two-way row the value of the automation travels back, and a row that enforces is judged as a circle.
fn overwrites(model: &Model, row: RowView<'_>, written: &Edge, edge: &Edge) -> bool {
    match written.writer {
        Writer::Row(_, from) => !row.two_way() && replaces(model, row, from, edge),
        _ => false,
    }
}

/// Whether an automation replaces each value that a row writes from this side by one of its own.
pub(super) fn replaces(model: &Model, row: RowView<'_>, from: Side, edge: &Edge) -> bool {
    let Some((automation, effect)) = acting(model, edge) else {
        return false;
    };
    let plain = row
        .lane(from)
        .is_some_and(|l| !l.enforce && l.timing == crate::model::Timing::Always);
    let at_once = automation.phase <= crate::model::Phase::AfterSave
        && automation.entry == crate::model::Entry::EveryTime
        && edge.starts.contains(&edge.target);
    let own_value = effect.value.as_ref().is_some_and(|v| {
        !super::edge::read_by(v).contains(&edge.target) && v.node != ExprKind::Unknown
    });
    let guards = [automation.guard.as_ref(), effect.when.as_ref()];
    let never = guards
        .into_iter()
        .any(|g| apart(model, row.row.when.as_deref(), g));
    let asks_target = guards.into_iter().flatten().any(|g| {
        let reads = super::edge::read_by(g);
        reads.contains(&edge.target)
    });
    plain && at_once && own_value && !never && !asks_target && recurs(automation, effect)
}

/// The code that nobody understands and that names fields which rows write.
pub(super) fn opaque(model: &Model, edges: &[Edge]) -> Vec<Opaque> {
    if model.automations.is_empty() {
        return Vec::new();
    }
    let mut written = Table::new(model, false);
    for edge in edges.iter().filter(|e| matches!(e.writer, Writer::Row(..))) {
        if let Some(written) = written.get_mut(edge.target) {
            *written = true;
        }
    }
    let mut found: BTreeMap<ObjectRef, Opaque> = BTreeMap::new();
    for edge in edges.iter().filter(|e| is_guess(model, e)) {
        let (Writer::Automation(id, _), Some((automation, _))) = (edge.writer, acting(model, edge))
        else {
            continue;
        };
        if written.get(edge.target) != Some(&true) {
            continue;
        }
        let object = automation.object.unwrap_or(edge.target.object);
        let one = found.entry(object).or_insert_with(|| Opaque {
            object,
            automations: Vec::new(),
            fields: Vec::new(),
        });
        if !one.automations.contains(&id) {
            one.automations.push(id);
        }
        if !one.fields.contains(&edge.target) {
            one.fields.push(edge.target);
        }
    }
    found.into_values().collect()
}

/// An automation that fills a field whenever it is blank: its edge, where a row clears that field. What a person clears on
/// the other side then comes back.
pub(super) fn refills(model: &Model, edges: &[Edge]) -> Vec<Rivals> {
    let automatic = |(_, e): &(usize, &Edge)| matches!(e.writer, Writer::Automation(..));
    let automatic: Vec<_> = edges.iter().enumerate().filter(automatic).collect();
    if automatic.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (first, edge) in edges.iter().enumerate() {
        let (Some(view), Writer::Row(_, from)) = (row(model, edge), edge.writer) else {
            continue;
        };
        let clears = view
            .lane(from)
            .is_some_and(|l| l.blank == crate::model::BlankPolicy::Clears);
        if !view.two_way() || !clears {
            continue;
        }
        let filled = automatic.iter().find(|(_, other)| {
            other.target == edge.target
                && acting(model, other).is_some_and(|(a, e)| fills_blank(model, a, e))
        });
        found.extend(filled.map(|(second, _)| Rivals {
            first,
            second: *second,
        }));
    }
    found
}

/// Whether an effect writes a value where its target is blank, and leaves it alone where it is not.
fn fills_blank(model: &Model, automation: &Automation, effect: &Effect) -> bool {
    let conditions = || automation.guard.iter().chain(&effect.when);
    let holds = |value: Value| {
        let cells = |cell: crate::analyze::Cell| {
            (cell.through.is_none() && cell.field == effect.target).then(|| value.clone())
        };
        let known = crate::analyze::Known {
            model,
            input: None,
            cells: &cells,
        };
        conditions().map(|c| known.holds(c)).collect::<Vec<_>>()
    };
    let blank_may = !holds(Value::Blank).contains(&Some(false));
    let filled_not = holds(Value::text("something")).contains(&Some(false));
    let writes = effect
        .value
        .as_ref()
        .is_some_and(|v| !matches!(v.node, ExprKind::Const(Value::Blank)));
    recurs(automation, effect) && blank_may && filled_not && writes
}

/// Syncs whose references lead in a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// The syncs, in the order of the spec.
    pub syncs: Vec<SyncId>,
    /// The rows whose references make the circle.
    pub rows: Vec<RowId>,
}

/// The circles of references between syncs.
pub(super) fn circles(model: &Model) -> Vec<Circle> {
    let mut references: BTreeMap<(SyncId, SyncId), RowId> = BTreeMap::new();
    for row in model.rows().filter(|r| r.sync.merges()) {
        let lanes = Side::BOTH.into_iter().filter_map(|s| row.lane(s));
        lanes.for_each(|lane| {
            lane.value.visit(&mut |e| {
                if let ExprKind::Linked { syncs, .. } = &e.node {
                    for to in syncs {
                        references.entry((row.id.sync, *to)).or_insert(row.id);
                    }
                }
            });
        });
    }
    let mut graph: DiGraph<SyncId, ()> = DiGraph::new();
    let nodes: Vec<_> = model.sync_views().map(|s| graph.add_node(s.id)).collect();
    for (from, to) in references.keys() {
        if let (Some(from), Some(to)) = (nodes.get(from.index()), nodes.get(to.index())) {
            graph.add_edge(*from, *to, ());
        }
    }
    let mut found: Vec<Circle> = Vec::new();
    for part in tarjan_scc(&graph) {
        let mut syncs: Vec<SyncId> = part
            .iter()
            .filter_map(|n| graph.node_weight(*n))
            .copied()
            .collect();
        syncs.sort_unstable();
        let inside = |id: &SyncId| syncs.contains(id);
        let rows: Vec<RowId> = references
            .iter()
            .filter(|((from, to), _)| inside(from) && inside(to))
            .map(|(_, row)| *row)
            .collect();
        if !rows.is_empty() {
            found.push(Circle { syncs, rows });
        }
    }
    found.sort_by(|a, b| a.syncs.cmp(&b.syncs));
    found
}

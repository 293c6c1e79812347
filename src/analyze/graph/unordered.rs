//! Automations that nothing orders and that do not commute: which of them runs first decides what a synced field holds.
//!
//! Candidates are two automations of one object, phase and turn, of which one writes what the other one writes or reads, and
//! of which one writes a field that a sync reads or writes. Both orders of each pair are then run from every state of the
//! fields that they touch, along with whatever else writes the field: what a later automation overwrites in either order is
//! no difference. A field that one of them writes and that no sync has is left to the automations: people do not edit it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::build::{Built, Writers, build};
use super::domain::Seeds;
use super::edge::{AutomationId, Edge, Writer, read_by};
use super::making::Reads;
use super::memo::Memo;
use super::parts::Component;
use crate::analyze::disjoint;
use crate::analyze::settle::network::CellId;
use crate::analyze::settle::{Disagreement, Limits, Network, disagreements, most_steps};
use crate::model::{Automation, Events, FieldRef, Model, ObjectRef, Phase};

/// Steps that the search for a difference may take, and the states that it may have.
const STEPS: u64 = 10_000;
const STATES: usize = 10_000;

/// Two automations whose order decides about a synced field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unordered {
    /// The automations, in the order of the model.
    pub automations: [AutomationId; 2],
    /// The fields, and who writes them.
    pub built: Built,
    /// From where they differ.
    pub found: Disagreement,
    /// The first synced field that does.
    pub differs: CellId,
}

/// Every two automations that nothing orders and that do not commute on a synced field.
pub(super) fn unordered(writers: Writers<'_>) -> Vec<Unordered> {
    if writers.model.automations.len() < 2 {
        return Vec::new();
    }
    let synced = synced(writers.edges);
    let by_target = by_target(writers.edges);
    let known: Memo<(Network, Vec<CellId>), Vec<Disagreement>> = Memo::default();
    let pairs = candidates(writers, &synced);
    pairs
        .into_par_iter()
        .filter_map(|pair| {
            let component = around(writers, &by_target, pair, &synced);
            let mut built = build(writers, &component, Seeds::Few, Reads::All);
            keep_to_themselves(&mut built, &component, &synced);
            if most_steps(&built.network) > STEPS {
                return None;
            }
            let places = (0..).map(CellId).zip(&built.places);
            let asked = places.filter(|(_, p)| p.field().is_some_and(|f| synced.contains(&f)));
            let asked: Vec<CellId> = asked.map(|(at, _)| at).collect();
            let limits = Limits {
                states: STATES,
                ..Limits::default()
            };
            let key = (built.network.clone(), asked);
            let all = known.get(&key, |(network, asked)| {
                disagreements(network, |cell| asked.contains(&cell), limits)
            });
            let of = |at: usize| built.automations.get(at).copied().flatten();
            let ours = |d: &Disagreement| d.rules.map(|r| of(r.index())) == pair.map(Some);
            let found = all.into_iter().find(ours)?;
            let [here, there] = &found.ends;
            let mut ends = (0..).map(CellId).zip(here.iter().zip(there));
            let differs = ends.find(|(at, (x, y))| x != y && key.1.contains(at));
            let (differs, _) = differs?;
            Some(Unordered {
                automations: pair,
                built,
                found,
                differs,
            })
        })
        .collect()
}

/// The fields that syncs read or write again and again.
fn synced(edges: &[Edge]) -> BTreeSet<FieldRef> {
    let of_sync = |e: &&Edge| matches!(e.writer, Writer::Row(..) | Writer::Step(_));
    let fields = edges.iter().filter(of_sync);
    fields
        .flat_map(|e| e.starts.iter().copied().chain([e.target]))
        .collect()
}

fn by_target(edges: &[Edge]) -> BTreeMap<FieldRef, Vec<usize>> {
    let mut found: BTreeMap<FieldRef, Vec<usize>> = BTreeMap::new();
    for (at, edge) in edges.iter().enumerate() {
        if matches!(edge.writer, Writer::Automation(..)) {
            found.entry(edge.target).or_default().push(at);
        }
    }
    found
}

/// What automations of one object and phase do with one field.
#[derive(Default)]
struct Use {
    written: Vec<AutomationId>,
    read: Vec<AutomationId>,
}

/// The pairs that may differ: each once, in the order of the model.
fn candidates(writers: Writers<'_>, synced: &BTreeSet<FieldRef>) -> Vec<[AutomationId; 2]> {
    let model = writers.model;
    let mut touch: BTreeSet<AutomationId> = BTreeSet::new();
    let mut uses: BTreeMap<(ObjectRef, Phase, FieldRef), Use> = BTreeMap::new();
    for edge in writers.edges {
        let Writer::Automation(id, _) = edge.writer else {
            continue;
        };
        let Some(automation) = model.automations.get(id.index()) else {
            continue;
        };
        let (Some(object), false) = (automation.object, automation.phase == Phase::Derived) else {
            continue;
        };
        if synced.contains(&edge.target) {
            touch.insert(id);
        }
        let phase = automation.phase;
        let written = uses.entry((object, phase, edge.target)).or_default();
        written.written.push(id);
        for field in read_in(automation, edge) {
            uses.entry((object, phase, field))
                .or_default()
                .read
                .push(id);
        }
    }
    let mut pairs: BTreeSet<[AutomationId; 2]> = BTreeSet::new();
    for ((_, _, field), one) in &uses {
        for writer in &one.written {
            let rivals = one.written.iter().filter(|_| synced.contains(field));
            let readers = one.read.iter();
            for other in rivals.chain(readers) {
                if touch.contains(writer) || touch.contains(other) {
                    pairs.insert([*writer.min(other), *writer.max(other)]);
                }
            }
        }
    }
    let apart = |pair: &[AutomationId; 2]| !may_meet(model, *pair);
    pairs.into_iter().filter(|p| !apart(p)).collect()
}

/// A field that an automation writes and no sync has is its own: people do not write it.
fn keep_to_themselves(built: &mut Built, component: &Component, synced: &BTreeSet<FieldRef>) {
    let own = |f: FieldRef| component.cells.contains(&f) && !synced.contains(&f);
    for (place, cell) in built.places.iter().zip(&mut built.network.cells) {
        cell.edited &= !place.field().is_some_and(own);
    }
}

/// What an effect depends on.
fn read_in(automation: &Automation, edge: &Edge) -> Vec<FieldRef> {
    let guard = automation.guard.iter().flat_map(read_by);
    let mut read: Vec<FieldRef> = guard.chain(edge.reads.iter().copied()).collect();
    read.extend(&automation.changes);
    read
}

/// Whether one save can start both, and nothing says which one runs first.
fn may_meet(model: &Model, pair: [AutomationId; 2]) -> bool {
    let [a, b] = pair.map(|id| model.automations.get(id.index()));
    let Some((a, b)) = a.zip(b) else { return false };
    let guards = a.guard.as_ref().zip(b.guard.as_ref());
    let events = a.events == b.events || [a.events, b.events].contains(&Events::Saved);
    pair.first() != pair.last()
        && events
        && a.turn() == b.turn()
        && guards.is_none_or(|(x, y)| !disjoint(model, x, y))
}

/// The pair, and whatever writes the fields that it writes.
fn around(
    writers: Writers<'_>,
    by_target: &BTreeMap<FieldRef, Vec<usize>>,
    pair: [AutomationId; 2],
    synced: &BTreeSet<FieldRef>,
) -> Component {
    let own = || {
        let edges = pair.iter().filter_map(|id| effects(writers.edges, *id));
        edges.flatten()
    };
    let mut cells: BTreeSet<FieldRef> = BTreeSet::new();
    for (_, edge) in own() {
        cells.insert(edge.target);
    }
    let written = cells.iter().filter(|f| synced.contains(f));
    let others = written.filter_map(|f| by_target.get(f)).flatten();
    let mut edges: Vec<usize> = own().map(|(at, _)| at).chain(others.copied()).collect();
    edges.sort_unstable();
    edges.dedup();
    Component {
        cells,
        edges,
        ..Component::default()
    }
}

/// The edges of an automation, which stand side by side.
fn effects(edges: &[Edge], id: AutomationId) -> Option<impl Iterator<Item = (usize, &Edge)>> {
    let key = |e: &Edge| match e.writer {
        Writer::Row(..) | Writer::Step(_) | Writer::Route(_) => None,
        Writer::Automation(id, _) => Some(id),
    };
    let first = edges.partition_point(|e| key(e) < Some(id));
    let all = edges.get(first..)?.iter().zip(first..);
    Some(
        all.take_while(move |(e, _)| key(e) == Some(id))
            .map(|(e, at)| (at, e)),
    )
}

//! From a part of the cell graph to a network of finite tables.
//!
//! One record of each object stands for all of its records that are linked and refer to each other, or [two](crowded) of those that
//! refer to one. In come the rows and the
//! automations that write within the part, as the model has them; out goes a [`Network`], with what stands behind its
//! positions. What a function or a platform makes of a value is added to the values until nothing new comes; where that has
//! no end, the part is [open](Built::open).

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::domain::Seeds;
use super::edge::{AutomationId, Edge, Writer};
use super::making::{Part, Reads};
use super::parts::Component;
use super::place::Place;
use super::samples::Changes;
use super::stamps::Stamps;
use super::steps::Step;
use super::tabulate;
use super::twins::twins;
use crate::analyze::admission::admission;
use crate::analyze::settle::network::{RecordId, RuleId};
use crate::analyze::settle::{Network, alike};
use crate::model::{
    CellKind, Effect, Expr, ExprKind, Fallback, FieldRef, Lane, Lifecycle, Model, ObjectRef, RowId,
    SyncId,
};
use crate::side::Side;
use crate::source::Span;
use crate::value::Value;

/// Everything that writes, of which parts are parts.
#[derive(Clone, Copy)]
pub(super) struct Writers<'m> {
    pub model: &'m Model,
    pub stamps: Stamps,
    pub edges: &'m [Edge],
    pub steps: &'m [Step],
    /// By sync: its place in the order of execution.
    pub turns: &'m [usize],
    pub by_target: &'m ByTarget,
}

impl<'m> Writers<'m> {
    /// What an effect writes; none where nobody knows.
    pub fn value(self, effect: &'m Effect) -> Option<&'m Expr> {
        let stamp = match self.stamps {
            Stamps::Unknown => None,
            Stamps::Later => effect.stamp.as_ref(),
        };
        effect.value.as_ref().or(stamp)
    }

    /// Puts rows in the order in which their syncs are executed; those of one sync in its order.
    pub fn arrange(self, rows: &mut [RowId]) {
        let turn = |row: &RowId| self.turns.get(row.sync.index()).copied();
        rows.sort_by_key(|row| (turn(row), *row));
    }

    /// The rows that write a field.
    pub fn rows_into(self, field: FieldRef) -> impl Iterator<Item = RowId> {
        let edges = self.edges.iter().filter(move |e| e.target == field);
        edges.filter_map(|e| match e.writer {
            Writer::Row(row, _) => Some(row),
            Writer::Automation(..) | Writer::Step(_) | Writer::Route(_) => None,
        })
    }
}

/// The effects of automations by what they write.
pub(super) type ByTarget = BTreeMap<FieldRef, Vec<(AutomationId, usize)>>;

/// The effects of automations among some writes, by what they write.
pub(super) fn by_target(edges: &[Edge]) -> ByTarget {
    let mut found = ByTarget::new();
    for edge in edges {
        if let Writer::Automation(id, effect) = edge.writer {
            let effects = found.entry(edge.target).or_default();
            effects.push((id, effect as usize));
        }
    }
    found
}

/// A network, and what its positions stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// What is judged.
    pub network: Network,
    /// By cell.
    pub places: Vec<Place>,
    /// By cell: the values of its domain.
    pub values: Vec<Vec<Value>>,
    /// By record: its object.
    pub objects: Vec<ObjectRef>,
    /// The first of its records that are there for a second time, where there are such.
    pub twins: Option<RecordId>,
    /// By row.
    pub rows: Vec<RowId>,
    /// Those rows that are none of the part, and write what it reads.
    pub beside: BTreeSet<RowId>,
    /// Whether there are more who write what it reads than were looked at.
    pub cut: bool,
    /// By automation: which one it is; none for the computed cell of a row, and for a step of a lifecycle.
    pub automations: Vec<Option<AutomationId>>,
    /// The automations that are steps of lifecycles: each with its lifecycle, by its position in the model.
    pub steps: BTreeMap<RuleId, usize>,
    /// Whether functions make values of others: what holds of the values that were tried is then no proof for all.
    pub tried: bool,
    /// Whether values are left out that conditions tell apart, or conditions ask functions of them, and those that were tried need
    /// not be of each sort.
    pub sampled: bool,
}

impl Built {
    /// Leaves out values that are like others.
    fn shrink(&mut self) {
        let Some(fewer) = alike::fewer(&self.network) else {
            return;
        };
        self.network = fewer.network;
        for (values, kept) in self.values.iter_mut().zip(fewer.kept) {
            let kept = kept.iter();
            let kept = kept.filter_map(|v| values.get(usize::from(*v)).cloned());
            *values = kept.collect();
        }
    }

    /// Whether a record is there for a second time.
    pub fn is_second(&self, record: RecordId) -> bool {
        self.twins.is_some_and(|twins| record >= twins)
    }

    /// The rows of the part itself.
    pub fn own_rows(&self) -> impl Iterator<Item = RowId> {
        let rows = self.rows.iter().copied();
        rows.filter(|r| !self.beside.contains(r))
    }

    /// What its rows and automations compute and ask.
    pub(super) fn expressions<'m>(&self, model: &'m Model) -> Vec<&'m Expr> {
        let mut found: Vec<&Expr> = Vec::new();
        for view in self.rows.iter().filter_map(|row| model.row(*row)) {
            for side in Side::BOTH {
                if let CellKind::Computed(e) = &view.row.cells.get(side).node {
                    found.push(e);
                }
            }
            found.extend(view.row.when.as_deref());
        }
        let automations = self.automations.iter().flatten();
        for automation in automations.filter_map(|id| model.automations.get(id.index())) {
            found.extend(&automation.guard);
            for effect in &automation.effects {
                found.extend(effect.when.iter().chain(&effect.value));
            }
        }
        found
    }

    /// A sync beside the part that need not hold each record to which it writes here: all others make what they do not find, on
    /// both sides, and take every record.
    pub(super) fn leaving(&self, model: &Model) -> Option<SyncId> {
        let own: BTreeSet<SyncId> = self.own_rows().map(|r| r.sync).collect();
        let mut other = self.beside.iter().map(|r| r.sync);
        other.find(|id| {
            let view = model.sync(*id).filter(|_| !own.contains(id));
            view.is_some_and(|view| {
                let takes_all = |side: Side| {
                    let made = view.sync.create.get(side).is_some();
                    let suspended = view.sync.active_while.get(side).is_some();
                    made && !suspended && admission(view, side).is_empty()
                };
                !Side::BOTH.into_iter().all(takes_all)
            })
        })
    }

    /// Its own rows, then its lifecycles, then its automations, each as it is called and where: a finding on the part is about
    /// one of them.
    pub fn subjects<'m>(&self, model: &'m Model) -> impl Iterator<Item = (&'m SmolStr, Span)> {
        let rows = self.own_rows().filter_map(|r| model.row(r));
        let rows = rows.map(|view| (&view.row.name, view.row.head));
        let lifecycles = self.lifecycles(model);
        let automations = self.automations.iter().flatten();
        let automations = automations.filter_map(|id| model.automations.get(id.index()));
        rows.chain(lifecycles.map(|l| (&l.name.node, l.name.span)))
            .chain(automations.map(|a| (&a.name, a.span)))
    }

    /// The lifecycles that write in it, a lifecycle as often as it has steps.
    pub fn lifecycles<'m>(&self, model: &'m Model) -> impl Iterator<Item = &'m Lifecycle> {
        let steps = self.steps.values();
        steps.filter_map(|l| model.lifecycles.get(*l))
    }
}

/// The network of a part.
pub(super) fn build(
    writers: Writers<'_>,
    component: &Component,
    seeds: Seeds,
    reads: Reads,
) -> Built {
    let mut built = whole(writers, component, seeds, reads);
    built.shrink();
    built
}

/// The network of a part in which two records refer to one; none where none do, or it is not clear which of them is meant.
pub(super) fn crowded(writers: Writers<'_>, component: &Component, seeds: Seeds) -> Option<Built> {
    let built = whole(writers, component, seeds, Reads::All);
    let mut twins = twins(writers.model, &built)?;
    twins.shrink();
    Some(twins)
}

/// The network of a part, with all values.
fn whole(writers: Writers<'_>, component: &Component, seeds: Seeds, reads: Reads) -> Built {
    let model = writers.model;
    let mut part = Part::new(writers, component, reads);
    let (named, changes) = part.name();
    part.values = part
        .places
        .iter()
        .map(|p| named.seeds(*p, p.view(model), changes, seeds))
        .collect();
    part.seeds = part.values.iter().map(Vec::len).collect();
    part.counts = part.counts();
    part.close();
    let mut built = tabulate::tabulate(&part);
    let asked = part.is_sampled();
    built.tried = changes == Changes::Some || asked;
    built.sampled = named.sampled || asked;
    for (cell, place) in built.network.cells.iter_mut().zip(&built.places) {
        if place.field().is_some_and(|f| component.given.contains(&f)) {
            (cell.edited, cell.seeds) = (false, 1);
        }
    }
    built
}

/// What a lane makes of a value, before defaults; none where it is refused.
pub(super) fn image(model: &Model, lane: &Lane, lane_value: &Expr, value: &Value) -> Option<Value> {
    if value.is_blank() {
        return Some(Value::Blank);
    }
    match (
        crate::analyze::eval(model, lane_value, value),
        &lane.failure,
    ) {
        (Some(image), _) => Some(image),
        (None, Fallback::Reject) => None,
        (None, Fallback::Keep) => Some(value.clone()),
        (None, Fallback::Blank) => Some(Value::Blank),
        (None, Fallback::Value(other)) => Some(other.clone()),
    }
}

/// An expression as the search sees it: the counterpart of a record stands for the record, a name of the environment for
/// some text of its own.
pub(super) fn simple(e: &Expr) -> Expr {
    let mut simple = e.clone();
    simple.rewrite(&mut |e| {
        let node = std::mem::replace(&mut e.node, ExprKind::Unknown);
        e.node = match node {
            ExprKind::Linked { input, .. } => input.node,
            ExprKind::Env(name) => ExprKind::Const(Value::text(format!("env.{name}"))),
            other => other,
        };
    });
    simple
}

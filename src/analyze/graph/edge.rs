//! Who writes which cell, and which cells make it write again: the edges of the cell graph.

use super::steps::Step;
use crate::model::{
    Automation, CellKind, Effect, Entry, Events, Expr, ExprKind, FieldRef, Mode, Model, Phase,
    Route, RowId, RowView, Timing, Written,
};
use crate::side::Side;
use crate::source::Span;

/// An automation of [`Model::automations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AutomationId(pub u32);

impl AutomationId {
    /// The id as a position.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Who writes a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Writer {
    /// A row, in the direction that starts at this side.
    Row(RowId, Side),
    /// An effect of an automation, by its position.
    Automation(AutomationId, u32),
    /// A lifecycle, by the position of the step in [`Graph::steps`](super::Graph::steps).
    Step(u32),
    /// A route, by its position in [`Model::routes`].
    Route(u32),
}

/// A way in which a cell is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Who writes.
    pub writer: Writer,
    /// What is written.
    pub target: FieldRef,
    /// The cells whose change makes it write another value: triggered *and* activated, in the terms of Baralis, Ceri and
    /// Paraboschi. Where the target itself is among them, an overwritten value is put back.
    pub starts: Box<[FieldRef]>,
    /// The cells that decide what is written, beside those.
    pub reads: Box<[FieldRef]>,
    /// Where the write is stated.
    pub span: Span,
}

/// Every write of rows, lifecycles, routes and automations, in this order, each in the order of the model.
pub(super) fn edges(model: &Model, steps: &[Step]) -> Vec<Edge> {
    let rows: usize = model.syncs.iter().map(|s| s.rows.len()).sum();
    let mut found = Vec::with_capacity(2 * rows);
    for row in model.rows().filter(|r| r.sync.sync.mode != Mode::LinkOnly) {
        found.extend(Side::BOTH.into_iter().filter_map(|from| of_row(row, from)));
    }
    found.extend((0..).zip(steps).map(|(at, step)| of_step(at, step)));
    let routes = (0..).zip(&model.routes);
    found.extend(routes.filter_map(|(at, route)| of_route(model, at, route)));
    let written: Vec<FieldRef> = {
        let effects = model.automations.iter().flat_map(|a| &a.effects);
        // only automations ask
        let asked = found.iter().filter(|_| !model.automations.is_empty());
        let mut all: Vec<FieldRef> = asked.map(|e| e.target).collect();
        all.extend(effects.map(|e| e.target));
        all.sort_unstable();
        all.dedup();
        all
    };
    for (i, automation) in model.automations.iter().enumerate() {
        let id = AutomationId(i as u32);
        for (at, effect) in automation.effects.iter().enumerate() {
            if !recurs(automation, effect) {
                continue;
            }
            found.push(Edge {
                writer: Writer::Automation(id, at as u32),
                ..of_effect(automation, effect, &written)
            });
        }
    }
    found
}

/// A lane of a row that is written again and again: not of activities, and not in creates alone.
fn of_row(row: RowView<'_>, from: Side) -> Option<Edge> {
    if !row.sync.sync.arrow.node.goes_from(from) {
        return None;
    }
    let (lane, target) = row.writes(!from)?;
    let mut starts = match &row.row.cells.get(from).node {
        CellKind::Field(field) => vec![*field],
        CellKind::Computed(e) => read_by(e),
        CellKind::Unknown => Vec::new(),
    };
    if lane.enforce {
        starts.push(target.id);
    }
    let once = lane.timing == Timing::OnCreate || row.sync.sync.mode == Mode::AppendOnly;
    let mut reads = read_by(&lane.value);
    if once {
        reads.append(&mut starts);
    }
    reads.extend(row.row.when.as_deref().into_iter().flat_map(read_by));
    Some(Edge {
        writer: Writer::Row(row.id, from),
        target: target.id,
        starts: tidy(starts),
        reads: tidy(reads),
        span: row.row.head,
    })
}

/// A step of a lifecycle: the column that has moved makes it write the other one.
fn of_step(at: u32, step: &Step) -> Edge {
    let guards = step.writes.iter().filter_map(|w| w.when.as_ref());
    Edge {
        writer: Writer::Step(at),
        target: step.target,
        starts: Box::new([step.source]),
        reads: tidy(guards.flat_map(read_by).collect()),
        span: step.span,
    }
}

/// A route names the owner of a record that is made: nothing makes it do so again.
fn of_route(model: &Model, at: u32, route: &Route) -> Option<Edge> {
    let system = model.systems.get(route.object.system.index())?;
    let field = model.object(route.object)?.field(system.profile.owner?)?;
    let conditions = route.branches.iter().filter_map(|b| b.condition.as_ref());
    Some(Edge {
        writer: Writer::Route(at),
        target: FieldRef {
            object: route.object,
            field,
        },
        starts: Box::default(),
        reads: tidy(conditions.flat_map(read_by).collect()),
        span: route.place,
    })
}

/// Whether an effect can come again for a linked record. What happens when a record is made or deleted comes once; a record
/// that is made is another one; and along references within one object a chain of records ends.
pub(super) fn recurs(automation: &Automation, effect: &Effect) -> bool {
    let again = !matches!(automation.events, Events::Created | Events::Deleted);
    let elsewhere = effect.record == Written::Made
        || effect.record != Written::Itself && Some(effect.target.object) == automation.object;
    again && !elsewhere
}

fn of_effect(automation: &Automation, effect: &Effect, written: &[FieldRef]) -> Edge {
    let decides = automation.guard.iter().chain(&effect.when);
    let guards: Vec<FieldRef> = decides.clone().flat_map(read_by).collect();
    let value: Vec<FieldRef> = effect.value.iter().flat_map(read_by).collect();
    let object = automation.object;
    let saved = |f: &&FieldRef| Some(f.object) == object;
    let changes = changed(automation);
    let starts = match (automation.entry, &changes) {
        _ if automation.phase == Phase::Derived => {
            [value.clone(), guards.clone(), automation.changes.clone()].concat()
        }
        (Entry::BecomesTrue | Entry::Once, _) => guards.clone(),
        (Entry::EveryTime, Some(changes)) => changes.clone(),
        // Nobody knows what it reads: whatever is saved may move it.
        (Entry::EveryTime, None) if effect.value.is_none() => {
            written.iter().filter(saved).copied().collect()
        }
        (Entry::EveryTime, None) if effect.record == Written::Itself => {
            [value.clone(), guards.clone(), vec![effect.target]].concat()
        }
        // Any save of the record writes the other one once more.
        (Entry::EveryTime, None) => written.iter().filter(saved).copied().collect(),
    };
    Edge {
        writer: Writer::Automation(AutomationId(0), 0),
        target: effect.target,
        starts: tidy(starts),
        reads: tidy([value, guards].concat()),
        span: effect.span,
    }
}

/// The fields of which one must change for the automation to run, where it asks for that: as it says, or as its guard does.
fn changed(automation: &Automation) -> Option<Vec<FieldRef>> {
    if !automation.changes.is_empty() {
        return Some(automation.changes.clone());
    }
    automation.guard.as_ref().and_then(asks_change)
}

/// The fields of which one has changed wherever a condition holds.
fn asks_change(e: &Expr) -> Option<Vec<FieldRef>> {
    match &e.node {
        ExprKind::Changed { field, .. } => Some(vec![*field]),
        ExprKind::All(parts) => parts.iter().find_map(asks_change),
        ExprKind::Any(parts) if !parts.is_empty() => {
            let each: Option<Vec<Vec<FieldRef>>> = parts.iter().map(asks_change).collect();
            each.map(|fields| fields.concat())
        }
        _ => None,
    }
}

/// Every field that an expression reads, along references too.
pub(super) fn read_by(e: &Expr) -> Vec<FieldRef> {
    let mut found = Vec::new();
    e.visit(&mut |e| match e.node {
        ExprKind::Field { field, .. } | ExprKind::Changed { field, .. } => found.push(field),
        ExprKind::Related {
            reference, field, ..
        } => found.extend([reference, field]),
        _ => {}
    });
    found
}

fn tidy(mut fields: Vec<FieldRef>) -> Box<[FieldRef]> {
    fields.sort_unstable();
    fields.dedup();
    fields.into_boxed_slice()
}

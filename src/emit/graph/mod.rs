//! Drawings of the cell graph: fields of both systems, the rows and lifecycles between them, and the automations and routes
//! that read and write them.
//!
//! In come the model and its [`Graph`](crate::analyze::graph::Graph), out goes text: Graphviz, Mermaid or SVG, or a list of
//! who writes one field. What is drawn is what rows touch, and the automations that touch it.

mod dot;
mod list;
mod mermaid;
mod svg;

pub use dot::dot;
pub use list::{find_field, writers};
pub use mermaid::mermaid;
pub use svg::svg;

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use crate::analyze::graph::{AutomationId, Edge, Graph, Writer, row};
use crate::model::{FieldRef, Model, ObjectRef, RowId, SystemId};
use crate::side::Side;

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// The objects with the fields that are drawn, in the order of the syncs.
    pub objects: Vec<Object>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The automations.
    pub automations: Vec<Automation>,
}

/// An object and its fields that are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// `salesforce.Contact`.
    pub name: SmolStr,
    /// Its system.
    pub system: SystemId,
    /// The fields: each with its name.
    pub fields: Vec<(FieldRef, SmolStr)>,
}

/// A row between two fields, or a lifecycle of which they are columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: SmolStr,
    /// Where values come from; on a two-way row the left field.
    pub from: FieldRef,
    /// What is written.
    pub to: FieldRef,
    /// Whether values travel back, too.
    pub both: bool,
}

/// An automation or a route, what it reads and what it writes, as far as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automation {
    /// A name for it that every notation takes.
    pub id: SmolStr,
    /// What it is called.
    pub name: SmolStr,
    /// What it is.
    pub kind: &'static str,
    /// Its system.
    pub system: SystemId,
    /// The fields that start it or that it reads.
    pub reads: Vec<FieldRef>,
    /// The fields that it writes.
    pub writes: Vec<FieldRef>,
}

/// What makes one line of a drawing, whichever way values travel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Line {
    Row(RowId),
    /// The lifecycle, by its position in the model, and two of its columns.
    Stages(usize, FieldRef, FieldRef),
}

/// Gathers what is drawn: all that syncs touch, or what leads to one field.
pub fn drawing(model: &Model, graph: &Graph, only: Option<FieldRef>) -> Drawing {
    let shown: Vec<&Edge> = match only {
        Some(field) => upstream(graph, field),
        None => touching(graph),
    };
    let mut drawing = Drawing::default();
    let mut lines: BTreeMap<Line, usize> = BTreeMap::new();
    let mut acting: BTreeMap<Actor, (BTreeSet<FieldRef>, BTreeSet<FieldRef>)> = BTreeMap::new();
    for edge in shown {
        let other = |f: &&FieldRef| **f != edge.target;
        let sources = || edge.starts.iter().chain(&edge.reads).filter(other);
        let Some(line) = Line::of(graph, edge) else {
            if let Some(actor) = Actor::of(edge) {
                let (reads, writes) = acting.entry(actor).or_default();
                reads.extend(sources());
                writes.insert(edge.target);
            }
            continue;
        };
        let Some(from) = sources().next().copied() else {
            continue;
        };
        if let Some(known) = lines.get(&line).and_then(|i| drawing.rows.get_mut(*i)) {
            known.both |= known.from == edge.target;
            continue;
        }
        lines.insert(line, drawing.rows.len());
        let (left, right) = match edge.writer {
            Writer::Row(_, Side::Right) => (edge.target, from),
            _ => (from, edge.target),
        };
        drawing.put(model, left);
        drawing.put(model, right);
        drawing.rows.push(Row {
            name: name(model, graph, edge),
            from,
            to: edge.target,
            both: false,
        });
    }
    for (actor, (reads, writes)) in acting {
        drawing.act(model, actor, reads, writes);
    }
    drawing
}

fn name(model: &Model, graph: &Graph, edge: &Edge) -> SmolStr {
    let row = row(model, edge).map(|r| r.row.name.clone());
    let lifecycle = || Some(graph.lifecycle(model, edge)?.name.node.clone());
    row.or_else(lifecycle).unwrap_or_default()
}

impl Line {
    fn of(graph: &Graph, edge: &Edge) -> Option<Self> {
        match edge.writer {
            Writer::Row(row, _) => Some(Self::Row(row)),
            Writer::Step(at) => {
                let step = graph.steps.get(at as usize)?;
                let (a, b) = (step.source, step.target);
                Some(Self::Stages(step.lifecycle, a.min(b), a.max(b)))
            }
            Writer::Automation(..) | Writer::Route(_) => None,
        }
    }
}

/// What is drawn beside the fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Actor {
    Route(u32),
    Automation(AutomationId),
}

impl Actor {
    const fn of(edge: &Edge) -> Option<Self> {
        match edge.writer {
            Writer::Automation(id, _) => Some(Self::Automation(id)),
            Writer::Route(at) => Some(Self::Route(at)),
            Writer::Row(..) | Writer::Step(_) => None,
        }
    }

    /// A name that every notation takes.
    fn id(self) -> SmolStr {
        match self {
            Self::Route(at) => format_smolstr!("r{at}"),
            Self::Automation(id) => format_smolstr!("a{}", id.0),
        }
    }
}

/// The edges of syncs, and those of routes and automations that write what they touch.
fn touching(graph: &Graph) -> Vec<&Edge> {
    let of_sync = |edge: &Edge| matches!(edge.writer, Writer::Row(..) | Writer::Step(_));
    let mut touched: BTreeSet<FieldRef> = BTreeSet::new();
    for edge in graph.edges.iter().filter(|e| of_sync(e)) {
        touched.insert(edge.target);
        touched.extend(&edge.starts);
    }
    let concerns = |edge: &&Edge| of_sync(edge) || touched.contains(&edge.target);
    graph.edges.iter().filter(concerns).collect()
}

/// The edges that lead to a field, directly or by way of others.
fn upstream(graph: &Graph, field: FieldRef) -> Vec<&Edge> {
    let mut seen: BTreeSet<FieldRef> = BTreeSet::from([field]);
    let mut waiting = vec![field];
    let mut found: BTreeSet<usize> = BTreeSet::new();
    while let Some(target) = waiting.pop() {
        for (i, edge) in graph
            .edges
            .iter()
            .enumerate()
            .filter(|(_, e)| e.target == target)
        {
            found.insert(i);
            for source in edge.starts.iter().chain(&edge.reads) {
                if seen.insert(*source) {
                    waiting.push(*source);
                }
            }
        }
    }
    found
        .into_iter()
        .filter_map(|i| graph.edges.get(i))
        .collect()
}

impl Drawing {
    /// Draws a route or an automation beside the fields that it reads and writes.
    fn act(
        &mut self,
        model: &Model,
        actor: Actor,
        reads: BTreeSet<FieldRef>,
        writes: BTreeSet<FieldRef>,
    ) {
        let (name, kind, system, readable) = match actor {
            Actor::Automation(id) => {
                let Some(a) = model.automations.get(id.index()) else {
                    return;
                };
                // of what opaque code may read, nothing is known
                (a.name.clone(), a.kind, a.system, a.opaque.is_none())
            }
            Actor::Route(at) => {
                let Some(route) = model.routes.get(at as usize) else {
                    return;
                };
                let object = route.object;
                let name = format_smolstr!("route {}", model.object_name(object));
                (name, "for new records", object.system, true)
            }
        };
        let reads: Vec<FieldRef> = reads.into_iter().filter(|_| readable).collect();
        let fields = reads.iter().chain(&writes);
        fields.for_each(|f| self.put(model, *f));
        self.automations.push(Automation {
            id: actor.id(),
            name,
            kind,
            system,
            reads,
            writes: writes.into_iter().collect(),
        });
    }

    fn put(&mut self, model: &Model, field: FieldRef) {
        let at = self.place(model, field.object);
        let name = model.field(field).map_or("", |f| f.name());
        if let Some(object) = self.objects.get_mut(at)
            && object.fields.iter().all(|(f, _)| *f != field)
        {
            object.fields.push((field, name.into()));
        }
    }

    fn place(&mut self, model: &Model, object: ObjectRef) -> usize {
        let name = model.object_name(object);
        if let Some(at) = self.objects.iter().position(|o| o.name == name) {
            return at;
        }
        self.objects.push(Object {
            name,
            system: object.system,
            fields: Vec::new(),
        });
        self.objects.len() - 1
    }
}

/// A name of a field that every notation takes.
fn field_id(field: FieldRef) -> String {
    format!(
        "f{}_{}_{}",
        field.object.system.0, field.object.object.0, field.field.0
    )
}

//! Drawings of the cell graph: fields of both systems, the rows between them, and the automations that read and write them.
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

use smol_str::SmolStr;

use crate::analyze::graph::{AutomationId, Edge, Graph, Writer};
use crate::model::{FieldRef, Model, ObjectRef, SystemId};
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

/// A row between two fields.
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

/// An automation, what it reads and what it writes, as far as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automation {
    /// Which.
    pub id: AutomationId,
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

/// Gathers what is drawn: all that rows touch, or what leads to one field.
pub fn drawing(model: &Model, graph: &Graph, only: Option<FieldRef>) -> Drawing {
    let shown: Vec<&Edge> = match only {
        Some(field) => upstream(graph, field),
        None => touching(graph),
    };
    let mut drawing = Drawing::default();
    let mut rows: BTreeMap<_, usize> = BTreeMap::new();
    let mut acting: BTreeMap<AutomationId, (BTreeSet<FieldRef>, BTreeSet<FieldRef>)> =
        BTreeMap::new();
    for edge in shown {
        match edge.writer {
            Writer::Row(row, side) => {
                let sources = edge.starts.iter().chain(&edge.reads);
                let Some(from) = sources.copied().find(|f| *f != edge.target) else {
                    continue;
                };
                if let Some(known) = rows.get(&row).and_then(|i| drawing.rows.get_mut(*i)) {
                    known.both |= known.from == edge.target;
                    continue;
                }
                rows.insert(row, drawing.rows.len());
                drawing.rows.push(Row {
                    name: model
                        .row(row)
                        .map(|r| r.row.name.clone())
                        .unwrap_or_default(),
                    from,
                    to: edge.target,
                    both: false,
                });
                let (left, right) = if side == Side::Left {
                    (from, edge.target)
                } else {
                    (edge.target, from)
                };
                drawing.put(model, left);
                drawing.put(model, right);
            }
            Writer::Automation(id, _) => {
                let (reads, writes) = acting.entry(id).or_default();
                reads.extend(
                    edge.starts
                        .iter()
                        .chain(&edge.reads)
                        .filter(|f| **f != edge.target),
                );
                writes.insert(edge.target);
            }
        }
    }
    for (id, (reads, writes)) in acting {
        let Some(automation) = model.automations.get(id.index()) else {
            continue;
        };
        // of what opaque code may read, nothing is known
        let reads: Vec<FieldRef> = match automation.opaque {
            None => reads.into_iter().collect(),
            Some(_) => Vec::new(),
        };
        reads
            .iter()
            .chain(&writes)
            .for_each(|f| drawing.put(model, *f));
        drawing.automations.push(Automation {
            id,
            name: automation.name.clone(),
            kind: automation.kind,
            system: automation.system,
            reads,
            writes: writes.into_iter().collect(),
        });
    }
    drawing
}

/// The edges of rows, and those of automations that write or are started by what rows touch.
fn touching(graph: &Graph) -> Vec<&Edge> {
    let mut touched: BTreeSet<FieldRef> = BTreeSet::new();
    for edge in &graph.edges {
        if matches!(edge.writer, Writer::Row(..)) {
            touched.insert(edge.target);
            touched.extend(&edge.starts);
        }
    }
    let concerns =
        |edge: &&Edge| matches!(edge.writer, Writer::Row(..)) || touched.contains(&edge.target);
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

/// A name of an automation that every notation takes.
fn automation_id(id: AutomationId) -> String {
    format!("a{}", id.0)
}

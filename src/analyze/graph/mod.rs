//! The cell graph: who writes which field of both systems, and whether the updates come to rest.
//!
//! In comes the [`Model`], out goes the [`Graph`]: an edge for every write, and the strongly connected parts that are more
//! than a plain row pair, each as a network of finite tables with its judgement. No words: what a verdict means to people is
//! the business of the rules.
//!
//! The three questions are those of the literature on active rules (Aiken, Widom, Hellerstein: Static analysis techniques for
//! predicting the behavior of active database rules, 1995): does it terminate, does it end in one state whatever the order,
//! and does an observer see one course of events. Triggering and activation are told apart as Baralis, Ceri and Paraboschi
//! do (Improved rule analysis by means of triggering and activation graphs, 1995): an edge stands for a write that a change
//! both starts and gives another result.

mod asks;
mod build;
mod cells;
mod climb;
mod consequence;
mod domain;
mod edge;
mod growth;
mod leading;
mod making;
mod members;
mod memo;
mod parts;
mod place;
mod proof;
mod remedy;
mod samples;
mod scenario;
mod stamps;
mod steps;
mod tabulate;
mod tied;
mod times;
mod twins;
mod unordered;
mod values;
mod verdict;
mod writes;

pub use build::Built;
pub use consequence::{Circle, Opaque, Reached, Rivals, acting, row};
pub use edge::{AutomationId, Edge, Writer};
pub use growth::Growth;
pub use place::Place;
pub use proof::Grounds;
pub use remedy::Remedy;
pub use scenario::scenarios;
pub use steps::Step;
pub use unordered::Unordered;
pub use verdict::{Alone, Judged};

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::analyze::StageWrite;
use crate::model::{FieldRef, Lifecycle, Model, Route, RowId};

/// Who writes what, and whether it comes to rest.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Every write.
    pub edges: Vec<Edge>,
    /// What lifecycles write.
    pub steps: Vec<Step>,
    /// The parts that are more than a plain row pair.
    pub parts: Vec<Judged>,
    /// Protected fields that automations write as a consequence.
    pub reached: Vec<Reached>,
    /// Writers of one cell that do not agree.
    pub rivals: Vec<Rivals>,
    /// Rows that clear a field which an automation fills at once.
    pub refills: Vec<Rivals>,
    /// Automations whose order decides what a synced field holds, and that nothing orders.
    pub unordered: Vec<Unordered>,
    /// Code that nobody understands.
    pub opaque: Vec<Opaque>,
    /// Syncs whose references lead in a circle.
    pub circles: Vec<Circle>,
}

/// The cell graph of a model and of what its lifecycles write.
pub fn graph(model: &Model, stage_writes: &[StageWrite]) -> Graph {
    let steps = steps::steps(model, stage_writes);
    let edges = edge::edges(model, &steps);
    let parts = parts::parts(model, &edges);
    let by_target = build::by_target(&edges);
    let mut turns = vec![0; model.syncs.len()];
    for (turn, sync) in crate::analyze::order(model).into_iter().enumerate() {
        if let Some(place) = turns.get_mut(sync.index()) {
            *place = turn;
        }
    }
    let writers = build::Writers {
        model,
        stamps: stamps::Stamps::Unknown,
        edges: &edges,
        steps: &steps,
        turns: &turns,
        by_target: &by_target,
    };
    let known = verdict::Known::default();
    let parts = parts
        .par_iter()
        .map(|p| verdict::judged(writers, p, &known))
        .collect();
    Graph {
        reached: consequence::reached(model, &edges),
        rivals: consequence::rivals(model, &edges),
        refills: consequence::refills(model, &edges),
        unordered: unordered::unordered(writers),
        opaque: consequence::opaque(model, &edges),
        circles: consequence::circles(model),
        parts,
        edges,
        steps,
    }
}

impl Graph {
    /// The lifecycle of an edge.
    pub fn lifecycle<'m>(&self, model: &'m Model, edge: &Edge) -> Option<&'m Lifecycle> {
        let Writer::Step(at) = edge.writer else {
            return None;
        };
        model.lifecycles.get(self.steps.get(at as usize)?.lifecycle)
    }

    /// The route of an edge.
    pub fn route<'m>(&self, model: &'m Model, edge: &Edge) -> Option<&'m Route> {
        match edge.writer {
            Writer::Route(at) => model.routes.get(at as usize),
            Writer::Row(..) | Writer::Automation(..) | Writer::Step(_) => None,
        }
    }

    /// The rounds after which each row of a judged part is quiet: none for a row that never is, or of which nobody knows.
    pub fn bounds(&self) -> BTreeMap<RowId, u32> {
        let mut bounds: BTreeMap<RowId, u32> = BTreeMap::new();
        for part in &self.parts {
            let Some(rounds) = part.judgement.verdict().rounds() else {
                continue;
            };
            for row in part.built.own_rows() {
                let bound = bounds.entry(row).or_default();
                *bound = rounds.max(part.counted).max(*bound);
            }
        }
        // each turn of a counter may begin anew what it leads to
        for counter in self.parts.iter().filter(|p| p.counted > 0) {
            let led = self.led(&counter.built);
            let own: BTreeSet<RowId> = counter.built.own_rows().collect();
            let behind = |(row, _): &(&RowId, &mut u32)| led.contains(*row) && !own.contains(*row);
            for (_, bound) in bounds.iter_mut().filter(behind) {
                *bound = bound.saturating_mul(counter.counted.saturating_add(1));
            }
        }
        bounds
    }

    /// The rows that write what the cells of a part lead to.
    fn led(&self, built: &Built) -> BTreeSet<RowId> {
        let mut cells: BTreeSet<FieldRef> = BTreeSet::new();
        let mut rows: BTreeSet<RowId> = BTreeSet::new();
        for edge in &self.edges {
            if let Writer::Row(row, _) = edge.writer
                && built.own_rows().any(|own| own == row)
            {
                cells.insert(edge.target);
                cells.extend(&edge.starts);
            }
        }
        loop {
            let known = cells.len();
            for edge in &self.edges {
                if edge.starts.iter().any(|c| cells.contains(c)) {
                    cells.insert(edge.target);
                    rows.extend(match edge.writer {
                        Writer::Row(row, _) => Some(row),
                        _ => None,
                    });
                }
            }
            if cells.len() == known {
                return rows;
            }
        }
    }
}

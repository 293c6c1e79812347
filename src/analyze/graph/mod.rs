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

mod build;
mod consequence;
mod domain;
mod edge;
mod parts;
mod place;
mod proof;
mod scenario;
mod tabulate;
mod verdict;

pub use build::Built;
pub use consequence::{Circle, Opaque, Reached, Rivals, acting, row};
pub use edge::{AutomationId, Edge, Writer};
pub use place::Place;
pub use proof::Grounds;
pub use scenario::scenario;
pub use verdict::{Growth, Judged, Remedy};

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::model::{Model, RowId};

/// Who writes what, and whether it comes to rest.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Every write.
    pub edges: Vec<Edge>,
    /// The parts that are more than a plain row pair.
    pub parts: Vec<Judged>,
    /// Protected fields that automations write as a consequence.
    pub reached: Vec<Reached>,
    /// Writers of one cell that do not agree.
    pub rivals: Vec<Rivals>,
    /// Rows that clear a field which an automation fills at once.
    pub refills: Vec<Rivals>,
    /// Code that nobody understands.
    pub opaque: Vec<Opaque>,
    /// Syncs whose references lead in a circle.
    pub circles: Vec<Circle>,
}

/// The cell graph of a model.
pub fn graph(model: &Model) -> Graph {
    let edges = edge::edges(model);
    let parts = parts::parts(model, &edges);
    let parts = parts
        .par_iter()
        .map(|p| verdict::judged(model, &edges, p))
        .collect();
    Graph {
        reached: consequence::reached(model, &edges),
        rivals: consequence::rivals(model, &edges),
        refills: consequence::refills(model, &edges),
        opaque: consequence::opaque(model, &edges),
        circles: consequence::circles(model),
        parts,
        edges,
    }
}

impl Graph {
    /// The rounds after which each row of a judged part is quiet: none for a row that never is, or of which nobody knows.
    pub fn bounds(&self) -> BTreeMap<RowId, u32> {
        let mut bounds: BTreeMap<RowId, u32> = BTreeMap::new();
        for part in &self.parts {
            let Some(rounds) = part.judgement.verdict().rounds() else {
                continue;
            };
            for row in &part.built.rows {
                let bound = bounds.entry(*row).or_default();
                *bound = rounds.max(*bound);
            }
        }
        bounds
    }
}

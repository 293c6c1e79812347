//! Stages compiled: names become positions, and guards nodes.

use smol_str::SmolStr;

use super::Node;
use crate::plan::{self, PlanError};
use crate::side::{Side, Sides};

/// The stages that the cells of a row show, and the moves between them.
#[derive(Debug)]
pub struct Stages {
    /// The stages, from the first to the last.
    pub stages: Vec<plan::Stage>,
    /// The permitted moves.
    pub moves: Vec<Move>,
    /// The side that decides at a first meeting.
    pub decides: Side,
    /// The side whose move counts where nothing else decides.
    pub truth: Option<Side>,
    /// Per side the order of values that do not move backwards.
    pub order: Sides<Option<Vec<SmolStr>>>,
}

/// A permitted move.
#[derive(Debug)]
pub struct Move {
    /// The stage that is left.
    pub from: usize,
    /// The stage that is entered.
    pub to: usize,
    /// Who may make it.
    pub by: Side,
    /// When.
    pub when: Option<Node>,
    /// A cell that does not move backwards is cleared, and set then.
    pub clear_first: bool,
}

impl Stages {
    /// Compiles the stages of a row.
    pub(super) fn compile<'p>(
        plan: &'p plan::Stages,
        order: Sides<Option<Vec<SmolStr>>>,
        mut node: impl FnMut(&'p plan::Expr) -> Result<Node, PlanError>,
    ) -> Result<Self, PlanError> {
        let place = |name: &SmolStr| {
            let found = plan.stages.iter().position(|s| s.name == *name);
            found.ok_or_else(|| PlanError::Inconsistent {
                reason: format!("a move names the stage `{name}`, which there is not"),
            })
        };
        let mut moves = Vec::with_capacity(plan.moves.len());
        for m in &plan.moves {
            moves.push(Move {
                from: place(&m.from)?,
                to: place(&m.to)?,
                by: m.by,
                when: m.when.as_ref().map(&mut node).transpose()?,
                clear_first: m.clear_first,
            });
        }
        Ok(Self {
            stages: plan.stages.clone(),
            moves,
            decides: plan.decides,
            truth: plan.truth,
            order,
        })
    }

    /// What a stage is called.
    pub fn name(&self, stage: usize) -> &str {
        self.stages.get(stage).map_or("", |s| s.name.as_str())
    }

    /// The values that a side shows in a stage.
    pub fn values(&self, stage: usize, side: Side) -> &[SmolStr] {
        self.stages.get(stage).map_or(&[], |s| s.values.get(side))
    }

    /// The side that shows every stage.
    pub fn full(&self) -> Side {
        let full = |side: &Side| self.stages.iter().all(|s| !s.values.get(*side).is_empty());
        match (full(&self.decides), full(&!self.decides)) {
            (false, true) => !self.decides,
            _ => self.decides,
        }
    }

    /// Whether moves, one after the other and whoever makes them, lead from one stage to another.
    pub fn leads(&self, from: usize, to: usize) -> bool {
        let mut reached = vec![from];
        let mut next = 0;
        while let Some(at) = reached.get(next).copied() {
            next += 1;
            for m in self.moves.iter().filter(|m| m.from == at) {
                if !reached.contains(&m.to) {
                    reached.push(m.to);
                }
            }
        }
        reached.contains(&to)
    }
}

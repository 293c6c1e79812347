//! What a move writes: for each line and each column of the entered stage one guarded write.

use smol_str::SmolStr;

use super::Life;
use crate::model::{Expr, FieldRef, StageIdx, SystemId};
use crate::source::Span;

/// One write of a lifecycle: when a system that may do so moves one of the columns into a stage, another column is set.
#[derive(Clone, Debug, PartialEq)]
pub struct StageWrite {
    /// The lifecycle, by its position in the model.
    pub lifecycle: usize,
    /// The line that permits the move, by its position in the lifecycle.
    pub transition: usize,
    /// Where that line is written.
    pub span: Span,
    /// The stages that the move may leave.
    pub from: Vec<StageIdx>,
    /// The stage that it enters.
    pub to: StageIdx,
    /// Who moves.
    pub by: SystemId,
    /// The field whose edit is the move.
    pub source: FieldRef,
    /// The values of it that mean the entered stage: one of these comes.
    pub entered: Vec<SmolStr>,
    /// The condition of the line.
    pub when: Option<Expr>,
    /// The field that is written.
    pub target: FieldRef,
    /// What is written.
    pub value: SmolStr,
    /// The field is cleared first, where it does not move backwards.
    pub clear_first: bool,
}

/// The writes of a lifecycle: by line, moving column and written column.
pub(super) fn of(life: Life<'_>) -> Vec<StageWrite> {
    let mut found = Vec::new();
    for (number, t) in life.lifecycle.transitions.iter().enumerate() {
        for by in life.movers(t) {
            let mut ways: Vec<usize> = t
                .from
                .iter()
                .flat_map(|from| life.ways(t, from.node, by))
                .collect();
            ways.sort_unstable();
            ways.dedup();
            for source in ways {
                let targets = life.columns().filter(|c| *c != source);
                found.extend(targets.filter_map(|target| {
                    let entered = life.lifecycle.cell(t.to.node, source);
                    Some(StageWrite {
                        lifecycle: life.number,
                        transition: number,
                        span: t.span,
                        from: t.from.iter().map(|f| f.node).collect(),
                        to: t.to.node,
                        by,
                        source: life.field(source)?.id,
                        entered: entered.iter().map(|v| v.value.clone()).collect(),
                        when: t.when.clone(),
                        target: life.field(target)?.id,
                        value: life.written(t.to.node, target)?.into(),
                        clear_first: t.clear_first.is_some(),
                    })
                }));
            }
        }
    }
    found
}

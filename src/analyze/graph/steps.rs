//! Lifecycles as writers: where a column has moved, another one is set.
//!
//! A step is told as an automation that runs later, on its own: the sync that carries it out does so. It writes where the
//! column that it reads shows the entered stage, the other one still shows a stage that the line leaves, and the condition
//! of the line holds; a line that says `clear first` clears a field before that would refuse to go back. What shows the entered
//! stage already is left alone, so a step alone comes to rest at once.

use super::place::Place;
use super::tabulate::Tables;
use crate::analyze::StageWrite;
use crate::analyze::settle::network::{CellId, Effect, Guard, Rule, Source, Symbol};
use crate::model::{Entry, FieldRef, Model, Phase, StageIdx, Turn};
use crate::source::Span;
use crate::value::Value;

/// What a lifecycle writes into one column where another one has moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The lifecycle, by its position in the model.
    pub lifecycle: usize,
    /// The field whose edit is the move.
    pub source: FieldRef,
    /// The field that is written.
    pub target: FieldRef,
    /// The name of the lifecycle.
    pub span: Span,
    /// The lines with what each writes, in their order.
    pub writes: Vec<StageWrite>,
}

/// The steps of all lifecycles: by lifecycle, then in the order of their first lines.
pub(super) fn steps(model: &Model, writes: &[StageWrite]) -> Vec<Step> {
    let mut found: Vec<Step> = Vec::new();
    for write in writes {
        let same = |s: &&mut Step| {
            (s.lifecycle, s.source, s.target) == (write.lifecycle, write.source, write.target)
        };
        match found.iter_mut().rev().find(same) {
            Some(step) => step.writes.push(write.clone()),
            None => found.push(Step {
                lifecycle: write.lifecycle,
                source: write.source,
                target: write.target,
                span: model
                    .lifecycles
                    .get(write.lifecycle)
                    .map_or(write.span, |l| l.name.span),
                writes: vec![write.clone()],
            }),
        }
    }
    found
}

impl Step {
    /// The values that it compares and writes, each with its field.
    pub(super) fn named<'m>(&'m self, model: &'m Model) -> Vec<(FieldRef, &'m str)> {
        let mut found = Vec::new();
        for write in &self.writes {
            found.extend(write.entered.iter().map(|v| (self.source, v.as_str())));
            found.push((self.target, write.value.as_str()));
            for stage in &write.from {
                let shown = self.shown(model, *stage).into_iter();
                found.extend(shown.map(|v| (self.target, v)));
            }
        }
        found
    }

    /// What the written column shows in a stage.
    fn shown<'m>(&self, model: &'m Model, stage: StageIdx) -> Vec<&'m str> {
        let Some(lifecycle) = model.lifecycles.get(self.lifecycle) else {
            return Vec::new();
        };
        let mut columns = lifecycle.columns.iter();
        let column = columns.position(|c| c.field == Some(self.target));
        let cell = column.map(|c| lifecycle.cell(stage, c));
        let values = cell.into_iter().flatten();
        values.map(|v| v.value.as_str()).collect()
    }
}

impl Tables<'_, '_> {
    /// The rule of a step. Of several lines that permit a move the first one counts.
    pub(super) fn step(&mut self, id: u32) {
        let part = self.part;
        let Some(step) = part.writers.steps.get(id as usize) else {
            return;
        };
        let field = |f| part.position(Place::Field(f));
        let Some((source, target)) = field(step.source).zip(field(step.target)) else {
            return;
        };
        let symbols = |at: usize, values: &mut dyn Iterator<Item = &str>| -> Vec<Symbol> {
            let position = |v: &str| part.symbol(at, &Value::text(v));
            let mut all: Vec<Symbol> = values.filter_map(position).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let mut effects = Vec::new();
        for write in &step.writes {
            let entered = symbols(source, &mut write.entered.iter().map(|v| v.as_str()));
            let there = step.shown(part.model, write.to);
            let mut left = Vec::new();
            for stage in &write.from {
                let shown = step.shown(part.model, *stage);
                let shown = shown.into_iter().filter(|v| !there.contains(v));
                let blank = step.shown(part.model, *stage).is_empty();
                left.extend(symbols(target, &mut shown.into_iter()));
                left.extend(blank.then_some(0));
            }
            let Some(value) = part.symbol(target, &Value::text(&write.value)) else {
                continue;
            };
            let mut conditions = vec![
                Guard::In(CellId(source as u16), entered),
                Guard::In(CellId(target as u16), left),
            ];
            let when = write.when.as_ref();
            let when = when.map(|w| part.times.told(part.model, write, w));
            conditions.extend(when.map(|w| self.guard(&w)));
            effects.push(Effect {
                target: CellId(target as u16),
                when: Guard::All(conditions),
                value: Source::Constant(value),
                clears: write.clear_first,
            });
        }
        // of effects that write one cell the last one counts
        effects.reverse();
        let rule = Rule {
            record: self.record(step.source.object),
            phase: Phase::Later,
            starts: vec![CellId(source as u16)],
            entry: Entry::EveryTime,
            guard: Guard::Always,
            effects,
            limit: 1,
            rank: 0,
        };
        let at = self.push(rule, Turn::LAST, None);
        self.built.steps.insert(at, step.lifecycle);
    }
}

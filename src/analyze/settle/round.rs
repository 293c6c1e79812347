//! One run of the plan over a network: the rows of each sync are decided on by the merge table, and what they write is saved.

use super::engine::Unknown;
use super::network::{BLANK, CellId, Row, RowId, Symbol, Writer};
use super::run::{Asked, Run, Write};
use super::state::{Trace, put};
use crate::merge::{self, Decision, Lane, Shadow};
use crate::model::Authority;
use crate::side::{Side, Sides};

/// A row of a network at a moment, as the merge table asks for it.
struct Asking<'r> {
    run: &'r Run<'r, 'r>,
    at: usize,
    row: &'r Row,
    class: &'r Sides<Vec<Symbol>>,
    values: Sides<Symbol>,
    trace: Trace,
}

impl Asking<'_> {
    fn class(&self, side: Side, value: Symbol) -> Symbol {
        let classes = self.class.get(side);
        classes.get(usize::from(value)).copied().unwrap_or_default()
    }
}

impl merge::Row for Asking<'_> {
    type Value = Symbol;
    type Failure = ();

    fn authority(&self) -> Authority {
        self.row.authority
    }

    fn lane(&self, from: Side) -> Option<Lane<'_, Symbol>> {
        let lane = self.row.lanes.get(from).as_ref()?;
        Some(Lane {
            blank: lane.blank,
            timing: lane.timing,
            default: lane.default.as_ref(),
            enforce: lane.enforce,
        })
    }

    fn value(&self, side: Side) -> &Symbol {
        self.values.get(side)
    }

    fn shadow(&self) -> Shadow {
        self.trace.shadow
    }

    fn changed(&self, side: Side) -> bool {
        self.class(side, *self.values.get(side)) != *self.trace.marks.get(side)
    }

    fn newer(&self) -> Option<Side> {
        match self.run.engine.unknown {
            Unknown::Inert(newer) => newer,
            Unknown::Free if self.run.choose(2) == 0 => Some(Side::Left),
            Unknown::Free => Some(Side::Right),
        }
    }

    fn awake(&self) -> Result<bool, ()> {
        Ok(self
            .run
            .holds(&self.row.when, Asked::Sync(self.row.sync.index())))
    }

    fn same(&self, side: Side, x: &Symbol, y: &Symbol) -> bool {
        self.class(side, *x) == self.class(side, *y)
    }

    fn cleared(&self, side: Side) -> Symbol {
        let cells = &self.run.engine.network.cells;
        let cell = cells.get(self.row.cells.get(side).index());
        cell.map_or(BLANK, |c| c.empty)
    }

    fn blank(&self, side: Side, value: &Symbol) -> bool {
        self.class(side, *value) == 0
    }

    fn image(&self, from: Side, value: &Symbol) -> Result<Symbol, ()> {
        let Some(lane) = self.row.lanes.get(from) else {
            return Ok(0);
        };
        if self.blank(from, value) {
            return Ok(0);
        }
        let image = lane.image.get(usize::from(*value)).copied().flatten();
        image.ok_or(())
    }

    fn fits(&self, target: Side, value: &Symbol) -> Result<(), ()> {
        let cell = self
            .run
            .engine
            .network
            .cells
            .get(self.row.cells.get(target).index());
        let takes = cell.and_then(|c| c.takes.get(usize::from(*value)).copied());
        if takes.unwrap_or_default() {
            Ok(())
        } else {
            Err(())
        }
    }
}

impl Run<'_, '_> {
    fn asking(&self, at: usize) -> Option<Asking<'_>> {
        let row = self.engine.network.rows.get(at)?;
        Some(Asking {
            run: self,
            at,
            row,
            class: self.engine.class.get(at)?,
            values: row.cells.map(|c| self.cell(c.index())),
            trace: *self.state.traces.get(at)?,
        })
    }

    /// Whether a cell differs from the shadow of a row of a sync.
    pub(super) fn differs(&self, sync: usize, cell: CellId) -> bool {
        let rows = self.engine.rows.get(sync).into_iter().flatten();
        rows.filter_map(|at| self.asking(*at)).any(|row| {
            row.trace.shadow == Shadow::Known
                && Side::BOTH
                    .into_iter()
                    .any(|side| *row.row.cells.get(side) == cell && merge::Row::changed(&row, side))
        })
    }

    /// One run of the plan. Whether it wrote anything.
    pub fn round(&mut self) -> bool {
        let mut wrote = false;
        for sync in 0..self.engine.network.syncs.len() {
            wrote |= self.sync(sync);
        }
        wrote
    }

    fn sync(&mut self, sync: usize) -> bool {
        let engine = self.engine;
        let Some(rows) = engine.rows.get(sync) else {
            return false;
        };
        let mut sent: Sides<Vec<Write>> = Sides::default();
        let mut traces: Vec<(usize, Trace)> = Vec::new();
        for row in rows.iter().filter_map(|at| self.asking(*at)) {
            let known = |values: Sides<Symbol>| Trace {
                shadow: Shadow::Known,
                marks: Sides::new(
                    row.class(Side::Left, values.left),
                    row.class(Side::Right, values.right),
                ),
            };
            let trace = match merge::decide(&row) {
                Decision::Adopt | Decision::Accept | Decision::Recover => known(row.values),
                Decision::Write { side, value, .. } => {
                    let cell = row.row.cells.get(side).index();
                    let writer = Writer::Row(RowId(row.at as u16), !side);
                    sent.get_mut(side).push((cell, value, Some(writer)));
                    let mut after = row.values;
                    *after.get_mut(side) = value;
                    known(after)
                }
                Decision::Rest
                | Decision::Quiet
                | Decision::Drift(_)
                | Decision::Ask
                | Decision::Hold(()) => continue,
            };
            traces.push((row.at, trace));
        }
        let before = if engine.reads_back {
            self.state.cells.clone()
        } else {
            Vec::new()
        };
        for (at, trace) in traces {
            put(&mut self.state.traces, at, trace);
        }
        for side in Side::BOTH {
            let of = |write: &Write| engine.network.cells.get(write.0).map(|c| c.record);
            let mut rest = sent.get(side).as_slice();
            while let Some(record) = rest.first().and_then(of) {
                let own = rest.iter().take_while(|w| of(w) == Some(record)).count();
                let (writes, others) = rest.split_at(own);
                self.send(record.index(), writes);
                rest = others;
            }
        }
        if engine.reads_back {
            self.read_back(&sent, &before);
        }
        !(sent.left.is_empty() && sent.right.is_empty())
    }

    /// A forward-only cell that stands otherwise than it was written was refused: the pair as it was is remembered.
    fn read_back(&mut self, sent: &Sides<Vec<Write>>, before: &[Symbol]) {
        let engine = self.engine;
        for (cell, value, writer) in sent.left.iter().chain(&sent.right) {
            let Some(Writer::Row(row, _)) = writer else {
                continue;
            };
            let now = self.cell(*cell);
            let alike = engine
                .network
                .cells
                .get(*cell)
                .filter(|c| c.forward.is_some());
            let Some(class) = alike.map(|c| &c.class) else {
                continue;
            };
            if class.get(usize::from(now)) == class.get(usize::from(*value)) {
                continue;
            }
            let (Some(of), Some(classes)) = (
                engine.network.rows.get(row.index()),
                engine.class.get(row.index()),
            ) else {
                continue;
            };
            let mark = |side: Side| {
                let held = before.get(of.cells.get(side).index()).copied().unwrap_or(0);
                let class = classes.get(side).get(usize::from(held));
                class.copied().unwrap_or_default()
            };
            let trace = Trace {
                shadow: Shadow::Known,
                marks: Sides::new(mark(Side::Left), mark(Side::Right)),
            };
            put(&mut self.state.traces, row.index(), trace);
        }
    }
}

//! The independent parts of a network: cells that nothing brings together are judged apart.
//!
//! A part is what rows, automations and conditions connect (its cone of influence, in both directions, so that a verdict
//! about a part is one about the whole). An automation that every save of a record starts connects all cells of the record.

use super::engine::Act;
use super::network::{
    CellId, Effect, Guard, Network, Row, RowId, Rule, RuleId, Source, Table, Writer,
};
use super::witness::{StepKind, Witness};

/// A part, as a network of its own, and where it was taken from.
#[derive(Debug)]
pub(super) struct Part {
    pub network: Network,
    pub cells: Vec<CellId>,
    pub rows: Vec<RowId>,
    pub rules: Vec<RuleId>,
}

/// The parts of a network in the order of their first cells. Cells that nobody writes or reads are in none.
pub(super) fn parts(network: &Network) -> Vec<Part> {
    let mut groups = Groups((0..network.cells.len()).collect());
    let rows: Vec<Vec<CellId>> = network.rows.iter().map(cells_of_row).collect();
    let rules: Vec<Vec<CellId>> = network
        .rules
        .iter()
        .map(|r| cells_of_rule(network, r))
        .collect();
    for cells in rows.iter().chain(&rules) {
        for cell in cells {
            groups.join(cells.first().map_or(0, |c| c.index()), cell.index());
        }
    }
    let home =
        |groups: &mut Groups, cells: &[CellId]| cells.first().map(|c| groups.find(c.index()));
    let mut roots: Vec<usize> = Vec::new();
    for cells in rows.iter().chain(&rules) {
        roots.extend(home(&mut groups, cells));
    }
    roots.sort_unstable();
    roots.dedup();
    let part = |root: usize| {
        let mut of = |cells: &Vec<CellId>| home(&mut groups, cells) == Some(root);
        let rows = (0..)
            .zip(&rows)
            .filter(|(_, c)| of(c))
            .map(|(at, _)| RowId(at));
        let rows: Vec<RowId> = rows.collect();
        let rules = (0..)
            .zip(&rules)
            .filter(|(_, c)| of(c))
            .map(|(at, _)| RuleId(at));
        let rules: Vec<RuleId> = rules.collect();
        let cells = (0..network.cells.len()).filter(|at| groups.find(*at) == root);
        let cells: Vec<CellId> = cells.map(|at| CellId(at as u16)).collect();
        cut(network, cells, rows, rules)
    };
    roots.into_iter().map(part).collect()
}

fn cut(network: &Network, cells: Vec<CellId>, rows: Vec<RowId>, rules: Vec<RuleId>) -> Part {
    let place = |cell: &mut CellId| {
        let at = cells.iter().position(|c| c == cell).unwrap_or_default();
        *cell = CellId(at as u16);
    };
    let own = |id: &CellId| network.cells.get(id.index()).cloned();
    let mut part = Network {
        records: network.records.clone(),
        cells: cells.iter().filter_map(own).collect(),
        syncs: network.syncs.clone(),
        rows: rows
            .iter()
            .filter_map(|r| network.rows.get(r.index()).cloned())
            .collect(),
        rules: rules
            .iter()
            .filter_map(|r| network.rules.get(r.index()).cloned())
            .collect(),
    };
    for row in &mut part.rows {
        place(&mut row.cells.left);
        place(&mut row.cells.right);
        each_in_guard(&mut row.when, &place);
    }
    for rule in &mut part.rules {
        rule.starts.iter_mut().for_each(place);
        each_in_guard(&mut rule.guard, &place);
        for effect in &mut rule.effects {
            place(&mut effect.target);
            each_in_guard(&mut effect.when, &place);
            if let Source::Table(table) = &mut effect.value {
                table.inputs.iter_mut().for_each(place);
            }
        }
    }
    Part {
        network: part,
        cells,
        rows,
        rules,
    }
}

fn each_in_guard(guard: &mut Guard, place: &impl Fn(&mut CellId)) {
    match guard {
        Guard::Always | Guard::Unknown => {}
        Guard::In(cell, _) | Guard::Bound(cell, _) | Guard::Changed(cell) => place(cell),
        Guard::Where(table) => table.inputs.iter_mut().for_each(place),
        Guard::Not(inner) | Guard::Before(inner) => each_in_guard(inner, place),
        Guard::All(parts) | Guard::Any(parts) => {
            parts.iter_mut().for_each(|g| each_in_guard(g, place));
        }
    }
}

fn cells_of_row(row: &Row) -> Vec<CellId> {
    let mut cells = vec![row.cells.left, row.cells.right];
    cells_of_guard(&row.when, &mut cells);
    cells
}

/// Every cell that a rule reads or writes.
pub(super) fn cells_of_rule(network: &Network, rule: &Rule) -> Vec<CellId> {
    let mut cells: Vec<CellId> = rule.effects.iter().map(|e| e.target).collect();
    cells.extend(&rule.starts);
    cells_of_guard(&rule.guard, &mut cells);
    for Effect { when, value, .. } in &rule.effects {
        cells_of_guard(when, &mut cells);
        if let Source::Table(Table { inputs, .. }) = value {
            cells.extend(inputs);
        }
    }
    let derived = rule.phase == crate::model::Phase::Derived;
    if rule.starts.is_empty() && !derived {
        let own = network.cells.iter().enumerate();
        let own = own.filter(|(_, c)| c.record == rule.record);
        cells.extend(own.map(|(at, _)| CellId(at as u16)));
    }
    cells
}

/// Adds every cell that a condition reads.
pub(super) fn cells_of_guard(guard: &Guard, cells: &mut Vec<CellId>) {
    guard.visit(&mut |g| match g {
        Guard::In(cell, _) | Guard::Bound(cell, _) | Guard::Changed(cell) => cells.push(*cell),
        Guard::Where(table) => cells.extend(&table.inputs),
        _ => {}
    });
}

impl Part {
    /// A writer of the part as one of the whole.
    pub fn writer(&self, writer: Writer) -> Writer {
        match writer {
            Writer::Row(row, side) => {
                Writer::Row(self.rows.get(row.index()).copied().unwrap_or(row), side)
            }
            Writer::Rule(rule) => {
                Writer::Rule(self.rules.get(rule.index()).copied().unwrap_or(rule))
            }
        }
    }

    /// A cell of the part as one of the whole.
    pub fn cell(&self, cell: CellId) -> CellId {
        self.cells.get(cell.index()).copied().unwrap_or(cell)
    }

    /// A witness of the part as one of the whole, whose other cells are blank.
    pub fn witness(&self, witness: Witness, whole: &Network) -> Witness {
        let spread = |values: Vec<u16>| {
            let mut all: Vec<u16> = whole.cells.iter().map(|c| c.empty).collect();
            for (cell, value) in self.cells.iter().zip(values) {
                super::state::put(&mut all, cell.index(), value);
            }
            all
        };
        let mut witness = witness;
        witness.about.clone_from(&self.cells);
        witness.given = spread(witness.given);
        for step in &mut witness.steps {
            step.cells = spread(std::mem::take(&mut step.cells));
            for Act { writer, cell, .. } in &mut step.acts {
                *writer = self.writer(*writer);
                *cell = self.cell(*cell);
            }
            if let StepKind::Edit(_, values) = &mut step.kind {
                values
                    .iter_mut()
                    .for_each(|(cell, _)| *cell = self.cell(*cell));
            }
        }
        witness
    }
}

/// Disjoint sets: each member leads to another one of its set, and at last to the set's own.
struct Groups(Vec<usize>);

impl Groups {
    fn find(&mut self, mut at: usize) -> usize {
        while let Some(&up) = self.0.get(at).filter(|up| **up != at) {
            let higher = self.0.get(up).copied().unwrap_or(up);
            super::state::put(&mut self.0, at, higher);
            at = up;
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        super::state::put(&mut self.0, one.max(other), one.min(other));
    }
}

//! A part with a second record of what may refer to one record many times.
//!
//! In a part each object has one record. That is all there is where records that refer to one do not meet. Where they write to it, and
//! get something of it, too, each of them changes what the others get: a part that comes to rest with one of them is looked at once more
//! with two. The records of the referring object, and those with which they are linked, are there twice then.

use std::collections::BTreeSet;

use super::build::Built;
use super::place::Place;
use crate::analyze::settle::network::{CellId, Effect, Guard, RecordId, Row, Rule, Source, Table};
use crate::model::{Automation, ExprKind, FieldRef, Model, ObjectRef, Written};

/// The part with two of the records that refer to one; none where there are no such, or where it is not clear which of the two
/// somebody writes to or reads.
pub(super) fn twins(model: &Model, built: &Built) -> Option<Built> {
    let child = built.steps.is_empty().then(|| child(model, built))??;
    let doubled = together(built, child);
    let is_doubled = |o: ObjectRef| doubled.contains(&o);
    let parent = built.objects.iter().copied().find(|o| !is_doubled(*o))?;
    let all_told = doubled.len() + together(built, parent).len() == built.objects.len();
    let clear = effects(model, built).all(|(automation, target, record)| {
        let from = automation.object.is_some_and(is_doubled);
        match (from, is_doubled(target.object)) {
            (true, false) => matches!(record, Written::Referenced(_)),
            (false, true) => matches!(record, Written::Referring(_)),
            _ => record == Written::Itself,
        }
    });
    if !all_told || !clear {
        return None;
    }
    Doubling::new(built, &doubled).double()
}

/// The effects that write in a part, with their automations.
fn effects<'m>(
    model: &'m Model,
    built: &'m Built,
) -> impl Iterator<Item = (&'m Automation, FieldRef, Written)> {
    let ids = built.automations.iter().flatten();
    let automations = ids.filter_map(|id| model.automations.get(id.index()));
    let all = automations.flat_map(|a| a.effects.iter().map(move |e| (a, e.target, e.record)));
    all.filter(|(_, target, _)| built.places.contains(&Place::Field(*target)))
}

/// An object whose records write to the one that they refer to, and get something of it: it writes to them, or they read it.
fn child(model: &Model, built: &Built) -> Option<ObjectRef> {
    let written = effects(model, built).filter_map(|(.., record)| match record {
        Written::Referring(reference) => Some(reference.object),
        _ => None,
    });
    let mut gets: BTreeSet<ObjectRef> = written.collect();
    for e in built.expressions(model) {
        e.visit(&mut |e| {
            if let ExprKind::Related { reference, .. } = e.node {
                gets.insert(reference.object);
            }
        });
    }
    let mut gives = effects(model, built).filter_map(|(.., record)| match record {
        Written::Referenced(reference) => Some(reference.object),
        _ => None,
    });
    // what one side of a sync gets, the other side has as well
    gives.find(|object| together(built, *object).iter().any(|o| gets.contains(o)))
}

/// The objects whose records are linked with one of this object, itself among them.
fn together(built: &Built, object: ObjectRef) -> BTreeSet<ObjectRef> {
    let of = |record: RecordId| built.objects.get(record.index()).copied();
    let pairs: Vec<[ObjectRef; 2]> = {
        let syncs = built.network.syncs.iter().map(|s| s.records);
        syncs
            .filter_map(|r| Some([of(r.left)?, of(r.right)?]))
            .collect()
    };
    let mut found = BTreeSet::from([object]);
    loop {
        let known = found.len();
        for pair in &pairs {
            if pair.iter().any(|o| found.contains(o)) {
                found.extend(pair);
            }
        }
        if found.len() == known {
            return found;
        }
    }
}

/// A part of which some records are being doubled.
struct Doubling<'b> {
    built: &'b Built,
    /// By record: its second one.
    records: Vec<Option<RecordId>>,
    /// By cell: that of the second record.
    cells: Vec<Option<CellId>>,
}

impl<'b> Doubling<'b> {
    fn new(built: &'b Built, doubled: &BTreeSet<ObjectRef>) -> Self {
        let mut next = (built.objects.len() as u16..).map(RecordId);
        let records = built.objects.iter();
        let records: Vec<Option<RecordId>> = records
            .map(|o| doubled.contains(o).then(|| next.next()).flatten())
            .collect();
        let mut next = (built.network.cells.len() as u16..).map(CellId);
        let second = |record: RecordId| records.get(record.index()).copied().flatten();
        let cells = built.network.cells.iter();
        let cells = cells.map(|c| second(c.record).and_then(|_| next.next()));
        Self {
            built,
            cells: cells.collect(),
            records,
        }
    }

    fn record(&self, record: RecordId) -> Option<RecordId> {
        self.records.get(record.index()).copied().flatten()
    }

    /// The cell of the second record; a cell that is there once stands for itself.
    fn cell(&self, cell: CellId) -> CellId {
        let second = self.cells.get(cell.index()).copied().flatten();
        second.unwrap_or(cell)
    }

    fn is_doubled(&self, cell: CellId) -> bool {
        self.cell(cell) != cell
    }

    fn double(&self) -> Option<Built> {
        let mut built = self.built.clone();
        let network = &mut built.network;
        for (at, second) in self.records.iter().enumerate() {
            if second.is_some() {
                network.records.push(*self.built.network.records.get(at)?);
                built.objects.push(*self.built.objects.get(at)?);
            }
        }
        for (at, second) in self.cells.iter().enumerate() {
            if second.is_some() {
                let mut cell = self.built.network.cells.get(at)?.clone();
                cell.record = self.record(cell.record)?;
                network.cells.push(cell);
                built.places.push(*self.built.places.get(at)?);
                built.values.push(self.built.values.get(at)?.clone());
            }
        }
        // of one sync, so that both are decided on from one read
        for (row, id) in self.built.network.rows.iter().zip(&self.built.rows) {
            if row.cells.left != self.cell(row.cells.left) {
                network.rows.push(Row {
                    cells: row.cells.map(|c| self.cell(c)),
                    when: self.guard(&row.when),
                    ..row.clone()
                });
                built.rows.push(*id);
            }
        }
        network.rules.clear();
        built.automations.clear();
        for (rule, id) in self.built.network.rules.iter().zip(&self.built.automations) {
            let both = match self.record(rule.record) {
                Some(record) => vec![rule.clone(), self.of_second(rule, record)],
                None => vec![self.of_one(rule)?],
            };
            built.automations.extend(both.iter().map(|_| *id));
            network.rules.extend(both);
        }
        built.twins = Some(RecordId(self.built.objects.len() as u16));
        Some(built)
    }

    /// The rule of the second record.
    fn of_second(&self, rule: &Rule, record: RecordId) -> Rule {
        let effects = rule.effects.iter().map(|effect| Effect {
            target: self.cell(effect.target),
            when: self.guard(&effect.when),
            value: self.source(&effect.value),
            ..effect.clone()
        });
        Rule {
            record,
            starts: rule.starts.iter().map(|c| self.cell(*c)).collect(),
            guard: self.guard(&rule.guard),
            effects: effects.collect(),
            ..rule.clone()
        }
    }

    /// The rule of a record that is there once: it writes to both. None where it reads one of them.
    fn of_one(&self, rule: &Rule) -> Option<Rule> {
        let mut effects = Vec::new();
        for effect in &rule.effects {
            effects.push(effect.clone());
            if self.is_doubled(effect.target) {
                effects.push(Effect {
                    target: self.cell(effect.target),
                    ..effect.clone()
                });
            }
        }
        let same = self.guard(&rule.guard) == rule.guard
            && rule.starts.iter().all(|c| !self.is_doubled(*c))
            && effects
                .iter()
                .all(|e| self.guard(&e.when) == e.when && self.source(&e.value) == e.value);
        same.then(|| Rule {
            effects,
            ..rule.clone()
        })
    }

    fn source(&self, source: &Source) -> Source {
        match source {
            Source::Table(table) => Source::Table(self.table(table)),
            other => other.clone(),
        }
    }

    fn table(&self, table: &Table) -> Table {
        Table {
            inputs: table.inputs.iter().map(|c| self.cell(*c)).collect(),
            values: table.values.clone(),
        }
    }

    fn guard(&self, guard: &Guard) -> Guard {
        let each = |parts: &[Guard]| parts.iter().map(|g| self.guard(g)).collect();
        match guard {
            Guard::Always | Guard::Unknown => guard.clone(),
            Guard::In(cell, values) => Guard::In(self.cell(*cell), values.clone()),
            Guard::Bound(cell, values) => Guard::Bound(self.cell(*cell), values.clone()),
            Guard::Changed(cell) => Guard::Changed(self.cell(*cell)),
            Guard::Before(inner) => Guard::Before(Box::new(self.guard(inner))),
            Guard::Where(table) => Guard::Where(self.table(table)),
            Guard::Not(inner) => Guard::Not(Box::new(self.guard(inner))),
            Guard::All(parts) => Guard::All(each(parts)),
            Guard::Any(parts) => Guard::Any(each(parts)),
        }
    }
}

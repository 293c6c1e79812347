//! The values that the cells of a part are tried with: what it names, and what functions and platforms make of that.

use super::build::{image, simple};
use super::domain::{Changes, LONGEST, Named};
use super::making::Part;
use super::place::{Place, store};
use super::writes::Write;
use crate::formula;
use crate::model::{CellKind, Expr, ExprKind, Fallback, Model, RowId};
use crate::side::Side;
use crate::value::{Kind, Value};

/// The most values that functions and platforms add to a cell.
const MADE: usize = 32;

impl Part<'_> {
    /// The values that the part names, and whether any function changes some.
    pub fn name(&self) -> (Named, Changes) {
        let mut named = Named::default();
        let mut changes = false;
        for view in self.rows.iter().filter_map(|r| self.model.row(*r)) {
            named_in(self.model, &mut named, view.row.when.as_deref());
            for from in Side::BOTH {
                let source = Place::of_row(self.model, view.id, from);
                let target = Place::of_row(self.model, view.id, !from);
                if let CellKind::Computed(e) = &view.row.cells.get(from).node {
                    named.gather(self.model, e);
                    changes |= computes(e);
                }
                let Some(lane) = view.lane(from) else {
                    continue;
                };
                changes |= computes(&lane.value);
                if let Some(place) = source {
                    lane.value.visit(&mut |e| {
                        let values = super::domain::telling(self.model, e);
                        values.iter().for_each(|v| named.put(place, v));
                    });
                }
                if let (Some(place), Some(default)) = (target, &lane.default) {
                    named.put(place, &default.node);
                }
                if let (Some(place), Fallback::Value(value)) = (target, &lane.failure) {
                    named.put(place, value);
                }
            }
        }
        for place in &self.places {
            if let Place::Started(_) = place {
                named.put(*place, &Value::Bool(true));
            }
        }
        for (automation, effect) in self.effects() {
            named_in(self.model, &mut named, automation.guard.as_ref());
            named_in(self.model, &mut named, effect.when.as_ref());
            let value = self.writers.value(effect);
            named_in(self.model, &mut named, value);
            changes |= value.is_some_and(computes);
        }
        for step in self.all_steps() {
            for (field, value) in step.named(self.model) {
                named.put(Place::Field(field), &Value::text(value));
            }
            for write in &step.writes {
                named_in(self.model, &mut named, write.when.as_ref());
            }
        }
        for (place, value) in self.times.values() {
            named.put(place, &value);
        }
        let mut writes = Write::of_rows(self.model, &self.rows);
        let effects = self.effects();
        writes.extend(effects.map(|(_, e)| Write::of_effect(e, self.writers.value(e))));
        named.join_members(self.model, &writes);
        // what becomes of a named value is named where it comes from, too: people enter it there
        named.trace_back(self.model, &writes);
        let changes = if changes {
            Changes::Some
        } else {
            Changes::None
        };
        (named, changes)
    }

    /// Whether a condition asks a function of values that are not all of its sorts: one of formulas, about which no more is
    /// known than what it makes of a value, or one that gives the same for each value that the part has.
    pub fn is_sampled(&self) -> bool {
        let rows = self.rows.iter().filter_map(|r| self.model.row(*r));
        let rows = rows.filter_map(|view| view.row.when.as_deref());
        let effects = self.effects();
        let effects = effects.flat_map(|(a, e)| a.guard.iter().chain(&e.when));
        rows.chain(effects).any(|condition| {
            let mut sampled = false;
            condition.visit(&mut |e| {
                let asks = e.kind == Some(Kind::Bool) && is_atom(e) && computes(e);
                sampled = sampled || asks && !self.tells_apart(e);
            });
            sampled
        })
    }

    /// Whether a question holds of some values of the part, and not of others.
    fn tells_apart(&self, e: &Expr) -> bool {
        let mut own = false;
        e.visit(&mut |e| {
            if let ExprKind::Call { function, .. } = &e.node {
                own |= formula::own(function).is_some();
            }
        });
        let Some(rows) = self.table(e).filter(|_| !own) else {
            return !own;
        };
        let truth = |holds: bool| {
            let wanted = Value::Bool(holds);
            rows.iter().any(|(_, v)| v.as_ref() == Some(&wanted))
        };
        truth(true) && truth(false)
    }

    /// Adds what functions and platforms make of the values, until nothing new comes. Cells whose values have no
    /// end are open.
    pub fn close(&mut self) {
        for _ in 0..=MADE {
            let mut made: Vec<(usize, Value)> = Vec::new();
            for view in self.rows.iter().filter_map(|r| self.model.row(*r)) {
                for from in Side::BOTH {
                    self.images(view.id, from, &mut made);
                }
            }
            for (_, effect) in self.effects() {
                let target = self.position(Place::Field(effect.target));
                let (Some(target), Some(value)) = (target, self.writers.value(effect)) else {
                    continue;
                };
                for (_, image) in self.table(&simple(value)).unwrap_or_default() {
                    made.extend(image.map(|v| (target, v)));
                }
            }
            for (at, (place, values)) in self.places.iter().zip(&self.values).enumerate() {
                let view = place.view(self.model);
                made.extend(values.iter().map(|v| (at, store(view, v))));
            }
            let mut grown = false;
            for (at, value) in made {
                let (Some(values), Some(seeds)) = (self.values.get_mut(at), self.seeds.get(at))
                else {
                    continue;
                };
                if values.contains(&value) {
                    continue;
                }
                let long = value.as_text().is_some_and(|t| t.len() > LONGEST);
                if long || values.len() >= seeds + MADE {
                    self.open.insert(at);
                    continue;
                }
                values.push(value);
                grown = true;
            }
            if !grown {
                break;
            }
        }
    }

    /// What a direction of a row makes of the values of its source.
    fn images(&self, row: RowId, from: Side, made: &mut Vec<(usize, Value)>) {
        let Some(view) = self.model.row(row) else {
            return;
        };
        let source = Place::of_row(self.model, row, from).and_then(|p| self.position(p));
        let target = Place::of_row(self.model, row, !from).and_then(|p| self.position(p));
        let Some(source) = source else { return };
        if let CellKind::Computed(e) = &view.row.cells.get(from).node {
            for (_, image) in self.table(&simple(e)).unwrap_or_default() {
                made.extend(image.map(|v| (source, v)));
            }
        }
        let (Some(lane), Some(target)) = (view.lane(from), target) else {
            return;
        };
        let lane_value = simple(&lane.value);
        for value in self.values.get(source).into_iter().flatten() {
            if let Some(image) = image(self.model, lane, &lane_value, value) {
                made.push((target, image));
            }
        }
        if let Some(default) = &lane.default {
            made.push((target, default.node.clone()));
        }
    }
}

fn named_in(model: &Model, named: &mut Named, e: Option<&Expr>) {
    if let Some(e) = e {
        named.gather(model, e);
    }
}

/// Whether it is a question without parts that are questions.
const fn is_atom(e: &Expr) -> bool {
    !matches!(
        e.node,
        ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_)
    )
}

/// Whether an expression makes new values: by a function, a table or arithmetic. A member that is put to others makes of sets with
/// and without it, which are all there, sets with it.
fn computes(e: &Expr) -> bool {
    let mut found = false;
    e.visit(&mut |e| {
        found |= match &e.node {
            ExprKind::Call { .. } => super::domain::put_to(e).is_none(),
            node => matches!(
                node,
                ExprKind::Normalize { .. } | ExprKind::Arithmetic { .. }
            ),
        };
    });
    found
}

//! The values that the cells of a part are tried with: what it names, and what functions and platforms make of that.

use super::build::{image, simple};
use super::domain::{LONGEST, Named};
use super::growth::{measure, named};
use super::making::Part;
use super::place::{Place, store};
use super::samples::Changes;
use super::writes::Write;
use crate::analyze::{Cell, Known};
use crate::formula;
use crate::model::{Automation, CellKind, Effect, Expr, ExprKind, Fallback, Model, Phase, RowId};
use crate::side::Side;
use crate::value::{Kind, Value};

use rust_decimal::Decimal;

/// The most values that functions and platforms add to a cell.
const MADE: usize = 32;
/// The most that they add where that is all.
const COUNTED: usize = 256;

/// A value that was made for a cell, and how often on its way something wrote that would not have begun there.
type Made = (usize, Value, usize);

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

    /// Whether something is counted: numbers and days are made of others.
    pub fn counts(&self) -> bool {
        let mut made = self.effects().filter_map(|(_, e)| self.writers.value(e));
        made.any(|e| matches!(e.node, ExprKind::Arithmetic { .. }))
    }

    /// Adds what functions and platforms make of the values, until nothing new comes. Cells whose values have no
    /// end are open. What counts may take longer to its end.
    pub fn close(&mut self) {
        let begun = self.values.clone();
        self.grow(MADE, &|_| true);
        if self.open.is_empty() {
            return;
        }
        let mut sizes: Vec<Decimal> = begun.iter().flatten().filter_map(measure).collect();
        for (automation, effect) in self.effects() {
            let stated = automation
                .guard
                .iter()
                .chain(&effect.when)
                .chain(&effect.value);
            stated.for_each(|e| named(e, &mut |_, _, at| sizes.push(at)));
        }
        let room = room(&sizes);
        let few = std::mem::replace(&mut self.values, begun);
        let open = std::mem::take(&mut self.open);
        self.grow(COUNTED, &room);
        if !self.open.is_empty() || !self.is_tabled() {
            (self.values, self.open) = (few, open);
        }
    }

    /// Whether all that is asked of the values can be told in tables.
    fn is_tabled(&self) -> bool {
        let effects = self.effects();
        let asked =
            effects.flat_map(|(a, e)| a.guard.iter().chain(&e.when).chain(self.writers.value(e)));
        let rows = self.rows.iter().filter_map(|r| self.model.row(*r));
        let mut asked = asked.chain(rows.filter_map(|view| view.row.when.as_deref()));
        asked.all(|e| {
            let mut small = true;
            e.visit(&mut |e| small &= !is_atom(e) || self.combinations(e).is_some());
            small
        })
    }

    /// Adds values until nothing new comes, or so many were added to a cell, or one for which there is no room.
    fn grow(&mut self, most: usize, room: &dyn Fn(&Value) -> bool) {
        let mut late: Vec<Vec<usize>> = self.values.iter().map(|v| vec![0; v.len()]).collect();
        loop {
            let mut made: Vec<Made> = Vec::new();
            for view in self.rows.iter().filter_map(|r| self.model.row(*r)) {
                for from in Side::BOTH {
                    self.images(view.id, from, &late, &mut made);
                }
            }
            for (automation, effect) in self.effects() {
                self.written(automation, effect, &late, &mut made);
            }
            for (at, (place, values)) in self.places.iter().zip(&self.values).enumerate() {
                let view = place.view(self.model);
                let late = late.get(at).into_iter().flatten();
                let stored = values
                    .iter()
                    .zip(late)
                    .map(|(v, late)| (at, store(view, v), *late));
                made.extend(stored);
            }
            let mut grown = false;
            for (at, value, since) in made {
                let (Some(values), Some(seeds), Some(late)) = (
                    self.values.get_mut(at),
                    self.seeds.get(at),
                    late.get_mut(at),
                ) else {
                    continue;
                };
                if let Some(known) = values.iter().position(|v| *v == value) {
                    if let Some(late) = late.get_mut(known).filter(|l| **l > since) {
                        (*late, grown) = (since, true);
                    }
                    continue;
                }
                let long = value.as_text().is_some_and(|t| t.len() > LONGEST);
                if !room(&value) {
                    self.open.insert(at);
                    return;
                }
                if long || values.len() >= seeds + most {
                    self.open.insert(at);
                    continue;
                }
                values.push(value);
                late.push(since);
                grown = true;
            }
            if !grown {
                break;
            }
        }
    }

    /// What an effect makes of values with which it may run. What runs later was begun before others wrote, so often at most as
    /// there are others that run later: it may make something of what these left, though it would not begin there.
    fn written(
        &self,
        automation: &Automation,
        effect: &Effect,
        late: &[Vec<usize>],
        made: &mut Vec<Made>,
    ) {
        let target = self.position(Place::Field(effect.target));
        let (Some(target), Some(value)) = (target, self.writers.value(effect)) else {
            return;
        };
        let later =
            |(a, e): &(&Automation, &Effect)| a.phase == Phase::Later && e.target == effect.target;
        let others = match automation.phase {
            Phase::Later => self.effects().filter(later).count().saturating_sub(1),
            _ => 0,
        };
        let value = simple(value);
        let places = Place::read_by(&value);
        let at: Vec<Option<usize>> = places.iter().map(|p| self.position(*p)).collect();
        for (chosen, image) in self.table(&value).unwrap_or_default() {
            let Some(image) = image else { continue };
            let since = at
                .iter()
                .zip(&chosen)
                .filter_map(|(at, pick)| late.get((*at)?)?.get(*pick));
            let mut since = since.copied().max().unwrap_or_default();
            let held = |cell: Cell| {
                let place = Place::of_cell(cell);
                let i = places.iter().position(|p| *p == place)?;
                self.values
                    .get((*at.get(i)?)?)?
                    .get(*chosen.get(i)?)
                    .cloned()
            };
            let known = Known {
                model: self.model,
                input: None,
                cells: &held,
            };
            let fails = |e: &Option<Expr>| {
                let e = e.as_ref().map(simple);
                e.is_some_and(|e| known.holds(&e) == Some(false))
            };
            if fails(&effect.when) {
                continue;
            }
            match fails(&automation.guard) {
                true if since >= others => continue,
                true => since += 1,
                false => since = 0,
            }
            made.push((target, image, since));
        }
    }

    /// What a direction of a row makes of the values of its source.
    fn images(&self, row: RowId, from: Side, late: &[Vec<usize>], made: &mut Vec<Made>) {
        let Some(view) = self.model.row(row) else {
            return;
        };
        let source = Place::of_row(self.model, row, from).and_then(|p| self.position(p));
        let target = Place::of_row(self.model, row, !from).and_then(|p| self.position(p));
        let Some(source) = source else { return };
        if let CellKind::Computed(e) = &view.row.cells.get(from).node {
            for (_, image) in self.table(&simple(e)).unwrap_or_default() {
                made.extend(image.map(|v| (source, v, 0)));
            }
        }
        let (Some(lane), Some(target)) = (view.lane(from), target) else {
            return;
        };
        let lane_value = simple(&lane.value);
        let values = self.values.get(source).into_iter().flatten();
        let late = late.get(source).into_iter().flatten();
        for (value, late) in values.zip(late) {
            if let Some(image) = image(self.model, lane, &lane_value, value) {
                made.push((target, image, *late));
            }
        }
        if let Some(default) = &lane.default {
            made.push((target, default.node.clone(), 0));
        }
    }
}

/// Whether a value lies no farther from some than these from each other: what has passed them all goes on for ever.
fn room(sizes: &[Decimal]) -> impl Fn(&Value) -> bool + use<> {
    let (low, high) = (sizes.iter().min().copied(), sizes.iter().max().copied());
    move |value| {
        let inside = |size: Decimal| {
            let (low, high) = (low?, high?);
            let wide = high.checked_sub(low)?;
            Some(low.checked_sub(wide)? <= size && size <= high.checked_add(wide)?)
        };
        measure(value).is_none_or(|size| inside(size) == Some(true))
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

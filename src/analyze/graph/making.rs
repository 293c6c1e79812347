//! A part under way: its rows and automations, the cells that they write and read, and the values that these are tried with.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Writers;
use super::edge::{AutomationId, Writer};
use super::parts::{Component, exclusive};
use super::place::Place;
use super::steps::Step;
use super::times::Times;
use crate::analyze::{Cell, Known};
use crate::model::{CellKind, Expr, FieldRef, Model, ObjectRef, RowId, SyncId};
use crate::side::Side;
use crate::value::Value;

/// The most combinations of values that a function is tried with.
pub(super) const COMBINATIONS: usize = 4_096;

/// The most cells of a part beside which more are looked for.
const AROUND: usize = 12;

/// Which cells a network has beside those of its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// All that conditions and values read.
    All,
    /// With the writers of what they read, and with what these read: a record keeps what these leave it, and not whatever people
    /// enter.
    Around,
    /// As [`Around`](Self::Around), and with what other syncs write to the records that are tied to those of the part: they hold
    /// these as well.
    Related,
    /// None: a condition that reads others may hold or not, a value that does is unknown. What comes to rest so comes to rest
    /// in any case.
    Inside,
}

/// An automation as far as it concerns a part: the positions of the effects that write in it.
#[derive(Clone, Debug)]
pub(super) struct Acting {
    pub id: AutomationId,
    pub effects: Vec<usize>,
}

/// A part under way.
pub(super) struct Part<'m> {
    pub model: &'m Model,
    pub writers: Writers<'m>,
    pub rows: Vec<RowId>,
    /// Those of the rows that are none of the part.
    pub beside: BTreeSet<RowId>,
    /// Whether more write what it reads.
    pub cut: bool,
    pub acting: Vec<Acting>,
    /// Positions in the list of all steps.
    pub steps: Vec<u32>,
    /// What their conditions compare with the times of stages.
    pub times: Times,
    pub places: Vec<Place>,
    pub positions: BTreeMap<Place, usize>,
    pub values: Vec<Vec<Value>>,
    /// By cell: how many of its values were there before functions and platforms added theirs.
    pub seeds: Vec<usize>,
    /// The cells whose values have no end. What lies beyond the last one stands for it.
    pub open: BTreeSet<usize>,
    /// Whether people enter the first values alone, since others are counted from these.
    pub counts: bool,
}

impl<'m> Part<'m> {
    /// With the rows, automations, steps and cells of a part, and no values yet.
    pub fn new(writers: Writers<'m>, component: &Component, reads: Reads) -> Self {
        let mut rows = BTreeSet::new();
        let mut steps = Vec::new();
        let mut acting: BTreeMap<AutomationId, Vec<usize>> = BTreeMap::new();
        let edges = component.edges.iter();
        for edge in edges.filter_map(|i| writers.edges.get(*i)) {
            match edge.writer {
                Writer::Row(row, _) => {
                    rows.insert(row);
                }
                Writer::Step(step) => steps.push(step),
                Writer::Route(_) => {}
                Writer::Automation(id, effect) => {
                    acting.entry(id).or_default().push(effect as usize)
                }
            }
        }
        let mut part = Self {
            model: writers.model,
            writers,
            times: Times::of(writers.model, all_steps(writers, &steps)),
            steps,
            rows: rows.into_iter().collect(),
            beside: BTreeSet::new(),
            cut: false,
            acting: acting
                .into_iter()
                .map(|(id, effects)| Acting { id, effects })
                .collect(),
            places: Vec::new(),
            positions: BTreeMap::new(),
            values: Vec::new(),
            seeds: Vec::new(),
            open: BTreeSet::new(),
            counts: false,
        };
        writers.arrange(&mut part.rows);
        for field in &component.cells {
            part.add(Place::Field(*field));
        }
        for row in part.rows.clone() {
            part.add_row(row, reads);
        }
        if reads != Reads::Inside {
            for acting in part.acting.clone() {
                part.add_automation(&acting);
            }
            let steps = part.all_steps().flat_map(|s| &s.writes);
            let guards: Vec<&Expr> = steps.filter_map(|w| w.when.as_ref()).collect();
            let read = guards.into_iter().flat_map(Place::read_by);
            read.collect::<Vec<_>>()
                .into_iter()
                .for_each(|p| part.add(p));
            part.add_sources(component);
        }
        if matches!(reads, Reads::Around | Reads::Related) {
            part.add_around(reads);
        }
        let acting = part.acting.iter().map(|a| a.id);
        let once: Vec<AutomationId> = acting.filter(|id| part.starts_once(*id)).collect();
        once.into_iter().for_each(|id| part.add(Place::Started(id)));
        part
    }

    fn starts_once(&self, id: AutomationId) -> bool {
        let automation = self.model.automations.get(id.index());
        automation.is_some_and(|a| a.entry == crate::model::Entry::Once)
    }

    /// Adds the automations that decide by cells of the part alone what stands in cells that the part only reads: people do not
    /// leave other values there.
    fn add_sources(&mut self, component: &Component) {
        let by_target = self.writers.by_target;
        let fields = self.places.iter().filter_map(|p| p.field());
        let fields: Vec<FieldRef> = fields.filter(|f| !component.cells.contains(f)).collect();
        let effects = fields.iter().filter_map(|f| by_target.get(f)).flatten();
        for (id, effect) in effects.copied().collect::<Vec<_>>() {
            if self.decides(id, effect) {
                self.act(id, effect);
            }
        }
    }

    /// An effect of an automation is one of the part.
    fn act(&mut self, id: AutomationId, effect: usize) {
        match self.acting.binary_search_by_key(&id, |a| a.id) {
            Ok(at) => {
                let effects = self.acting.get_mut(at).map(|a| &mut a.effects);
                if let Some(effects) = effects
                    && let Err(at) = effects.binary_search(&effect)
                {
                    effects.insert(at, effect);
                }
            }
            Err(at) => self.acting.insert(
                at,
                Acting {
                    id,
                    effects: vec![effect],
                },
            ),
        }
    }

    /// Adds whatever writes to the records of the part, and is known, in the cells that the part has, and the cells that it reads,
    /// until there is no more, or there are too many.
    fn add_around(&mut self, reads: Reads) {
        let mut seen = BTreeSet::new();
        loop {
            let fields = self.places.iter().filter_map(|p| p.field());
            let new: Vec<FieldRef> = fields.filter(|f| seen.insert(*f)).collect();
            self.cut = self.places.len() > AROUND;
            if new.is_empty() || self.cut {
                return;
            }
            for field in &new {
                let effects = self.writers.by_target.get(field);
                for (id, effect) in effects.into_iter().flatten() {
                    if self.is_own(*id, *effect) {
                        self.act(*id, *effect);
                    }
                }
                for row in self.writers.rows_into(*field) {
                    if self.holds_too(row.sync, reads) && !self.rows.contains(&row) {
                        self.rows.push(row);
                        self.beside.insert(row);
                    }
                }
            }
            self.writers.arrange(&mut self.rows);
            for row in self.rows.clone() {
                self.add_row(row, reads);
            }
            for acting in self.acting.clone() {
                self.add_automation(&acting);
            }
        }
    }

    /// Whether a sync holds records of the part at the same time as those whose rows it has: it is one of them, or may be another
    /// one that holds what is tied to theirs.
    fn holds_too(&self, sync: SyncId, reads: Reads) -> bool {
        let mut held = self.rows.iter().map(|r| r.sync);
        match reads {
            Reads::Related => held.all(|other| !exclusive(self.model, other, sync)),
            Reads::All | Reads::Around | Reads::Inside => held.any(|other| other == sync),
        }
    }

    /// Whether it is known what an effect writes, to its own record or to one that is tied to it.
    fn is_own(&self, id: AutomationId, effect: usize) -> bool {
        let automation = self.model.automations.get(id.index());
        let effect = automation.and_then(|a| a.effects.get(effect));
        effect.is_some_and(|e| e.record.is_tied() && self.writers.value(e).is_some())
    }

    /// Whether it is known what an effect writes, to its own record or to one that is tied to it, and it depends on cells of the
    /// part alone.
    fn decides(&self, id: AutomationId, effect: usize) -> bool {
        let automation = self.model.automations.get(id.index());
        let Some((automation, effect)) = automation.and_then(|a| Some((a, a.effects.get(effect)?)))
        else {
            return false;
        };
        let stated = automation.guard.iter().chain(&effect.when);
        let value = self.writers.value(effect);
        let stated = stated.chain(value).flat_map(Place::read_by);
        let changes = automation.changes.iter().map(|f| Place::Field(*f));
        effect.record.is_tied()
            && value.is_some()
            && changes
                .chain(stated)
                .all(|p| self.positions.contains_key(&p))
    }

    fn add(&mut self, place: Place) {
        let next = self.places.len();
        if let std::collections::btree_map::Entry::Vacant(slot) = self.positions.entry(place) {
            slot.insert(next);
            self.places.push(place);
        }
    }

    fn add_row(&mut self, id: RowId, reads: Reads) {
        let Some(view) = self.model.row(id) else {
            return;
        };
        for side in Side::BOTH {
            if let Some(place) = Place::of_row(self.model, id, side) {
                self.add(place);
            }
            if let CellKind::Computed(e) = &view.row.cells.get(side).node {
                Place::read_by(e).into_iter().for_each(|p| self.add(p));
            }
        }
        if let Some(when) = view.row.when.as_ref().filter(|_| reads != Reads::Inside) {
            Place::read_by(when).into_iter().for_each(|p| self.add(p));
        }
    }

    fn add_automation(&mut self, acting: &Acting) {
        let Some(automation) = self.model.automations.get(acting.id.index()) else {
            return;
        };
        let mut read: Vec<Place> = automation
            .changes
            .iter()
            .map(|f| Place::Field(*f))
            .collect();
        read.extend(automation.guard.iter().flat_map(Place::read_by));
        for effect in acting
            .effects
            .iter()
            .filter_map(|i| automation.effects.get(*i))
        {
            let stated = effect.when.iter().chain(self.writers.value(effect));
            read.extend(stated.flat_map(Place::read_by));
        }
        read.into_iter().for_each(|p| self.add(p));
    }

    /// Whether a sync of the part stamps its key on the records of an object.
    pub fn is_stamped(&self, object: ObjectRef) -> bool {
        let mut rows = self.rows.iter().filter_map(|r| self.model.row(*r));
        rows.any(|view| {
            let sync = view.sync.sync;
            let own = |side: &Side| sync.ends.get(*side).object == Some(object);
            let mut sides = Side::BOTH.into_iter().filter(own);
            sides.any(|side| sync.stamp.get(side).is_some())
        })
    }

    /// The steps of lifecycles of the part.
    pub fn all_steps(&self) -> impl Iterator<Item = &'m Step> {
        all_steps(self.writers, &self.steps)
    }

    /// The effects of the part, with their automations.
    pub fn effects(
        &self,
    ) -> impl Iterator<Item = (&'m crate::model::Automation, &'m crate::model::Effect)> {
        let model = self.model;
        self.acting.iter().flat_map(move |acting| {
            let automation = model.automations.get(acting.id.index());
            acting
                .effects
                .iter()
                .filter_map(move |i| Some((automation?, automation?.effects.get(*i)?)))
        })
    }

    /// The position of a value in the domain of a cell; what lies beyond the last value of an open one stands for it.
    pub fn symbol(&self, at: usize, value: &Value) -> Option<u16> {
        let values = self.values.get(at)?;
        let found = values.iter().position(|v| v == value);
        let open = || {
            let last = values.len().checked_sub(1)?;
            self.open.contains(&at).then_some(last)
        };
        u16::try_from(found.or_else(open)?).ok()
    }

    /// The position of a place.
    pub fn position(&self, place: Place) -> Option<usize> {
        self.positions.get(&place).copied()
    }

    /// The cells that an expression reads, and how many values each has; none where they have too many together, or one is not of
    /// the part.
    pub fn combinations(&self, e: &Expr) -> Option<(Vec<usize>, Vec<usize>)> {
        let places = Place::read_by(e);
        let at: Option<Vec<usize>> = places.iter().map(|p| self.position(*p)).collect();
        let at = at?;
        let sizes: Vec<usize> = at
            .iter()
            .map(|i| self.values.get(*i).map_or(0, Vec::len))
            .collect();
        let count = sizes.iter().try_fold(1_usize, |n, s| n.checked_mul(*s))?;
        (count <= COMBINATIONS).then_some((at, sizes))
    }

    /// The value of an expression for every combination of the values that it reads, the last place counting fastest; none
    /// where there are too many, or it reads what the part does not have.
    pub fn table(&self, e: &Expr) -> Option<Vec<(Vec<usize>, Option<Value>)>> {
        let places = Place::read_by(e);
        let (at, sizes) = self.combinations(e)?;
        let count = sizes.iter().product();
        let mut rows = Vec::with_capacity(count);
        for number in 0..count {
            let mut rest = number;
            let mut chosen = vec![0; sizes.len()];
            for (slot, size) in chosen.iter_mut().zip(&sizes).rev() {
                *slot = rest % size;
                rest /= size;
            }
            let value = |cell: Cell| {
                let place = Place::of_cell(cell);
                let i = places.iter().position(|p| *p == place)?;
                self.values.get(*at.get(i)?)?.get(*chosen.get(i)?).cloned()
            };
            let known = Known {
                model: self.model,
                input: None,
                cells: &value,
            };
            let result = known.eval(e);
            rows.push((chosen, result));
        }
        Some(rows)
    }
}

fn all_steps<'m>(writers: Writers<'m>, steps: &[u32]) -> impl Iterator<Item = &'m Step> {
    let all = writers.steps;
    steps.iter().filter_map(|i| all.get(*i as usize))
}

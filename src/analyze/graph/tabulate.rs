//! A part whose values are known, as finite tables.

use std::collections::BTreeMap;

use super::asks::{all_before, asks_before, has_order, is_bound, is_listed, is_opaque, not};
use super::build::{Built, image, simple};
use super::edge::AutomationId;
use super::making::{Acting, Part};
use super::place::{Place, store, stored, takes};
use crate::analyze::eval;
use crate::analyze::settle::network::{
    Cell, CellId, Effect, Guard, Lane, Network, Record, RecordId, Row, Rule, RuleId, Source,
    Symbol, Sync, SyncId, Table,
};
use crate::model::{
    Authority, CellKind, Entry, Expr, ExprKind, FieldView, ObjectRef, Phase, RowView, StartedBy,
    Turn,
};
use crate::side::{Side, Sides};
use crate::value::Value;

/// The value of [`Place::Started`] of a record that has started the automation.
const STARTED: Symbol = 1;

/// The network of a part.
pub(super) fn tabulate(part: &Part<'_>) -> Built {
    let mut built = Built {
        places: part.places.clone(),
        values: part.values.clone(),
        beside: part.beside.clone(),
        cut: part.cut,
        ..Built::default()
    };
    let mut tables = Tables {
        part,
        records: BTreeMap::new(),
        turns: Vec::new(),
        built: &mut built,
    };
    tables.cells();
    tables.rows();
    for acting in &part.acting {
        tables.rule(acting);
    }
    for step in &part.steps {
        tables.step(*step);
    }
    tables.rank();
    built
}

/// A network that is being made.
pub(super) struct Tables<'a, 'm> {
    pub part: &'a Part<'m>,
    records: BTreeMap<ObjectRef, RecordId>,
    /// By rule.
    turns: Vec<Turn>,
    pub built: &'a mut Built,
}

impl Tables<'_, '_> {
    fn network(&mut self) -> &mut Network {
        &mut self.built.network
    }

    /// Adds a rule, and gives its position.
    pub fn push(&mut self, rule: Rule, turn: Turn, of: Option<AutomationId>) -> RuleId {
        let at = RuleId(self.built.automations.len() as u16);
        self.built.automations.push(of);
        self.turns.push(turn);
        self.network().rules.push(rule);
        at
    }

    /// Ranks the rules by their turns.
    fn rank(&mut self) {
        let mut all = self.turns.clone();
        all.sort_unstable();
        all.dedup();
        for (rule, turn) in self.built.network.rules.iter_mut().zip(&self.turns) {
            rule.rank = all.binary_search(turn).unwrap_or_default() as u32;
        }
    }

    /// The record of an object.
    pub fn record(&mut self, object: ObjectRef) -> RecordId {
        if let Some(known) = self.records.get(&object) {
            return *known;
        }
        let id = RecordId(self.built.objects.len() as u16);
        self.records.insert(object, id);
        self.built.objects.push(object);
        let stamped = self.part.is_stamped(object);
        self.network().records.push(Record {
            system: object.system.0 as u16,
            stamped,
        });
        id
    }

    fn cells(&mut self) {
        let part = self.part;
        let open = !part.open.is_empty() || part.counts;
        for (at, (place, values)) in part.places.iter().zip(&part.values).enumerate() {
            let seeds = part.seeds.get(at).filter(|_| open);
            let Some(object) = place.object(part.model) else {
                continue;
            };
            let record = self.record(object);
            let view = place.view(part.model);
            let cell = Cell {
                record,
                stores: values
                    .iter()
                    .map(|v| part.symbol(at, &store(view, v)).unwrap_or(0))
                    .collect(),
                empty: part.symbol(at, &store(view, &Value::Blank)).unwrap_or(0),
                class: classes(values, |x, y| alike(view, x, y)),
                takes: values.iter().map(|v| takes(view, v)).collect(),
                forward: forward(view, values),
                edited: view.is_none_or(|v| !v.field.calculated) && place.field().is_some(),
                seeds: *seeds.unwrap_or(&values.len()) as Symbol,
                open: part.open.contains(&at),
                protected: false,
            };
            self.network().cells.push(cell);
        }
    }

    fn rows(&mut self) {
        let part = self.part;
        let mut syncs: BTreeMap<crate::model::SyncId, SyncId> = BTreeMap::new();
        for id in &part.rows {
            let Some(view) = part.model.row(*id) else {
                continue;
            };
            let ends = &view.sync.sync.ends;
            let (Some(left), Some(right)) = (ends.left.object, ends.right.object) else {
                continue;
            };
            let sync = match syncs.get(&id.sync) {
                Some(sync) => *sync,
                None => {
                    let records = Sides::new(self.record(left), self.record(right));
                    let sync = SyncId(self.built.network.syncs.len() as u16);
                    self.network().syncs.push(Sync { records });
                    syncs.insert(id.sync, sync);
                    sync
                }
            };
            if let Some(row) = self.row(view, sync) {
                self.network().rows.push(row);
                self.built.rows.push(*id);
            }
        }
    }

    fn row(&mut self, view: RowView<'_>, sync: SyncId) -> Option<Row> {
        let part = self.part;
        let at = |side| {
            let place = Place::of_row(part.model, view.id, side)?;
            part.position(place)
        };
        let positions = Sides::new(at(Side::Left)?, at(Side::Right)?);
        let mut lanes = Sides::new(None, None);
        for from in Side::BOTH {
            if view.sync.sync.arrow.node.goes_from(from) {
                *lanes.get_mut(from) = self.lane(view, from, positions);
            }
        }
        for side in Side::BOTH {
            if let CellKind::Computed(e) = &view.row.cells.get(side).node {
                self.computed(view, side, e, *positions.get(side));
            }
        }
        // values that travel one way are compared as they are
        let two_way = lanes.left.is_some() && lanes.right.is_some();
        let class = |side: Side| {
            let field = view.field(side);
            let values = part.values.get(*positions.get(side));
            let form = view.row.normal.as_ref().filter(|_| two_way);
            let normal = |v: &Value| match form {
                Some(form) => eval(part.model, form, v).unwrap_or_else(|| v.clone()),
                None => v.clone(),
            };
            classes(values.map_or(&[], Vec::as_slice), |x, y| {
                alike(field, x, y) || alike(field, &normal(x), &normal(y))
            })
        };
        Some(Row {
            sync,
            cells: positions.map(|i| CellId(i as u16)),
            lanes,
            authority: view.authority().unwrap_or(Authority::Wins(Side::Left)),
            when: view
                .row
                .when
                .as_ref()
                .map_or(Guard::Always, |w| self.guard(w)),
            class: Sides::new(class(Side::Left), class(Side::Right)),
        })
    }

    fn lane(&self, view: RowView<'_>, from: Side, positions: Sides<usize>) -> Option<Lane> {
        let part = self.part;
        let lane = view.lane(from)?;
        let sources = part.values.get(*positions.get(from))?;
        let target = *positions.get(!from);
        let value = simple(&lane.value);
        let image = |v: &Value| part.symbol(target, &image(part.model, lane, &value, v)?);
        let ordered = |side| view.field(side).is_some_and(|f| has_order(f.kind()));
        Some(Lane {
            image: sources.iter().map(image).collect(),
            blank: lane.blank,
            timing: lane.timing,
            default: lane
                .default
                .as_ref()
                .and_then(|d| part.symbol(target, &d.node)),
            enforce: lane.enforce,
            ordered: matches!(value.node, ExprKind::Input) && Side::BOTH.into_iter().all(ordered),
        })
    }

    /// The computed cell of a row: a rule that always holds.
    fn computed(&mut self, view: RowView<'_>, side: Side, e: &Expr, target: usize) {
        let Some(object) = view.sync.sync.ends.get(side).object else {
            return;
        };
        let record = self.record(object);
        let target = CellId(target as u16);
        let value = self.source(Some(e), target);
        let rule = Rule {
            record,
            phase: Phase::Derived,
            starts: Vec::new(),
            by: StartedBy::Anyone,
            acts: StartedBy::People,
            entry: Entry::EveryTime,
            guard: Guard::Always,
            effects: vec![Effect {
                target,
                when: Guard::Always,
                value,
                clears: false,
            }],
            limit: 1,
            rank: 0,
        };
        self.push(rule, Turn::FIRST, None);
    }

    fn rule(&mut self, acting: &Acting) {
        let part = self.part;
        let automation = part.model.automations.get(acting.id.index());
        let Some((automation, object)) = automation.and_then(|a| Some((a, a.object?))) else {
            return;
        };
        let record = self.record(object);
        let mut effects = Vec::new();
        for effect in acting
            .effects
            .iter()
            .filter_map(|i| automation.effects.get(*i))
        {
            let Some(target) = part.position(Place::Field(effect.target)) else {
                continue;
            };
            let target = CellId(target as u16);
            let found = effect.record == crate::model::Written::Found;
            let mut when = effect
                .when
                .as_ref()
                .map_or(Guard::Always, |w| self.guard(w));
            if found {
                when = Guard::All(vec![Guard::Unknown, when]);
            }
            effects.push(Effect {
                target,
                when,
                value: self.source(part.writers.value(effect), target),
                clears: false,
            });
        }
        let starts = automation.changes.iter();
        let starts = starts.filter_map(|f| part.position(Place::Field(*f)));
        let guard = automation
            .guard
            .as_ref()
            .map_or(Guard::Always, |g| self.guard(g));
        let (entry, guard) = match part.position(Place::Started(acting.id)) {
            Some(at) => {
                let started = CellId(at as u16);
                effects.push(Effect {
                    target: started,
                    when: Guard::Always,
                    value: Source::Constant(STARTED),
                    clears: false,
                });
                let first = Guard::In(started, vec![0]);
                (Entry::BecomesTrue, Guard::All(vec![first, guard]))
            }
            None => (automation.entry, guard),
        };
        let rule = Rule {
            record,
            phase: automation.phase,
            starts: starts.map(|i| CellId(i as u16)).collect(),
            by: automation.by,
            acts: StartedBy::People,
            entry,
            guard,
            effects,
            limit: automation.limit(),
            rank: 0,
        };
        self.push(rule, automation.turn(), Some(acting.id));
    }

    fn source(&self, e: Option<&Expr>, target: CellId) -> Source {
        let count = self.part.values.get(target.index()).map_or(0, Vec::len);
        let view = self.part.places.get(target.index());
        let view = view.and_then(|p| p.view(self.part.model));
        // what is never blank is emptied by what stands there in the place of a blank
        let emptied = |v: &Value| match v.is_blank() {
            true => store(view, v),
            false => v.clone(),
        };
        let first = Symbol::from(!emptied(&Value::Blank).is_blank());
        let unknown = || Source::Unknown((first..count as Symbol).collect());
        let position = |v: &Value| self.part.symbol(target.index(), &emptied(v));
        let Some(e) = e.map(simple) else {
            return unknown();
        };
        if let ExprKind::Const(value) = &e.node {
            return position(value).map_or_else(unknown, Source::Constant);
        }
        match self.table(&e, position) {
            Some(table) => Source::Table(table),
            None => unknown(),
        }
    }

    /// A function as a table of positions; none where it depends on what nobody knows.
    fn table(&self, e: &Expr, position: impl Fn(&Value) -> Option<Symbol>) -> Option<Table> {
        if is_opaque(e) {
            return None;
        }
        let rows = self.part.table(e)?;
        let inputs = Place::read_by(e);
        let inputs: Option<Vec<usize>> = inputs.iter().map(|p| self.part.position(*p)).collect();
        Some(Table {
            inputs: inputs?.into_iter().map(|i| CellId(i as u16)).collect(),
            values: rows.iter().map(|(_, v)| position(v.as_ref()?)).collect(),
        })
    }

    /// A condition over the cells of the part.
    pub fn guard(&self, e: &Expr) -> Guard {
        match &e.node {
            ExprKind::Not(inner) => Guard::Not(Box::new(self.guard(inner))),
            ExprKind::All(parts) => Guard::All(parts.iter().map(|p| self.guard(p)).collect()),
            ExprKind::Any(parts) => Guard::Any(parts.iter().map(|p| self.guard(p)).collect()),
            ExprKind::Changed { field, .. } => match self.part.position(Place::Field(*field)) {
                Some(at) => Guard::Changed(CellId(at as u16)),
                None => Guard::Unknown,
            },
            ExprKind::Const(Value::Bool(true)) => Guard::Always,
            _ if asks_before(e) => match all_before(e) {
                Some(e) => Guard::Before(Box::new(self.guard(&e))),
                None => Guard::Unknown,
            },
            _ => {
                let (plain, opposite) = (simple(e), not(simple(e)));
                match is_listed(&opposite) {
                    true => Guard::Not(Box::new(self.atom(&opposite))),
                    false => self.atom(&plain),
                }
            }
        }
    }

    /// A condition without parts, as the set of values or combinations of which it holds.
    fn atom(&self, e: &Expr) -> Guard {
        let truth = |v: &Value| Some(Symbol::from(*v == Value::Bool(true)));
        let Some(table) = self.table(e, truth) else {
            return Guard::Unknown;
        };
        let holds = |v: &Option<Symbol>| *v == Some(1);
        match table.inputs.as_slice() {
            [] if table.values.iter().all(holds) => Guard::Always,
            [only] if is_listed(e) => {
                let values = (0..).zip(&table.values);
                let held = values.filter(|(_, v)| holds(v));
                Guard::In(*only, held.map(|(i, _)| i).collect())
            }
            [only] if is_bound(e) => {
                let values = (0..).zip(&table.values);
                let held = values.filter(|(_, v)| holds(v));
                Guard::Bound(*only, held.map(|(i, _)| i).collect())
            }
            _ => Guard::Where(Table {
                inputs: table.inputs,
                values: table
                    .values
                    .iter()
                    .map(|v| Some(Symbol::from(holds(v))))
                    .collect(),
            }),
        }
    }
}

fn alike(view: Option<FieldView<'_>>, x: &Value, y: &Value) -> bool {
    x == y || stored(view).normal(x) == stored(view).normal(y)
}

/// Numbers that equal values have in common: the position of the first of their class.
fn classes(values: &[Value], same: impl Fn(&Value, &Value) -> bool) -> Vec<Symbol> {
    let mut class: Vec<usize> = (0..values.len()).collect();
    for (i, x) in values.iter().enumerate() {
        for (j, y) in values.iter().enumerate().skip(i + 1) {
            let of = |k: usize| class.get(k).copied().unwrap_or(k);
            let (a, b) = (of(i), of(j));
            if a != b && same(x, y) {
                let (low, high) = (a.min(b), a.max(b));
                class
                    .iter_mut()
                    .filter(|c| **c == high)
                    .for_each(|c| *c = low);
            }
        }
    }
    class.into_iter().map(|c| c as Symbol).collect()
}

/// How far each value of a field is that moves forward only: its place in the list.
fn forward(view: Option<FieldView<'_>>, values: &[Value]) -> Option<Vec<Option<u16>>> {
    let view = view?;
    let profile = view.system.profile;
    if !profile.refuses_backwards(&view.object.name, view.name()) {
        return None;
    }
    let place = |value: &Value| {
        let mut options = view.field.options().into_iter().flat_map(|p| &p.values);
        let at = options.position(|o| value.as_text() == Some(&o.value))?;
        u16::try_from(at).ok()
    };
    Some(values.iter().map(place).collect())
}

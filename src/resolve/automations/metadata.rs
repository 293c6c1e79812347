//! Automations that were read from metadata: their names become ids, their formulas expressions.
//!
//! A name that no catalog has is counted and left out: metadata speaks of much that a project does not map. A condition that
//! the model has no words for may hold or not; a value is then unknown.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::formulas::{Case, Event, Formulas, typed};
use super::user::{self, AtWork};
use crate::automation as read;
use crate::catalog::FieldIdx;
use crate::formula::Expr as Formula;
use crate::model::{
    Automation, Effect, Entry, Events, Expr, ExprKind, FieldRef, Model, ObjectRef, Phase,
    StartedBy, SystemId, Written,
};
use crate::platform::SystemKind;
use crate::value::{Kind, Value};

/// Binds the automations of every system, after those that the spec declares.
pub(super) fn bind(model: &mut Model, automations: &[(SmolStr, read::Automations)]) {
    for (name, automations) in automations {
        let at = model.systems.iter().position(|s| s.name.node == *name);
        let Some(system) = at.map(|i| SystemId(i as u32)) else {
            continue;
        };
        let mut unknown = BTreeSet::new();
        let mut found = Vec::new();
        for automation in &automations.active {
            if !declared(model, system, automation) {
                let binding = Binding { model, system };
                found.extend(binding.automation(automation, &mut unknown));
            }
        }
        model.unbound += unknown.len();
        model.automations.append(&mut found);
    }
}

/// Whether the spec says itself what something does that could not be read as a whole, or that asks what nobody here knows.
fn declared(model: &Model, system: SystemId, automation: &read::Automation) -> bool {
    let known = automation.understood == read::Understood::Full;
    !(known && user::asked(automation).is_empty())
        && model
            .automations
            .iter()
            .any(|a| a.system == system && a.name.eq_ignore_ascii_case(&automation.name))
}

/// A way to start an automation: the condition, how it has to come true, the fields of which one has to change.
type Start = (Option<Expr>, Entry, Vec<FieldRef>);

/// What an automation writes in a phase.
type Writes = (read::Phase, Vec<Effect>);

struct Binding<'m> {
    model: &'m Model,
    system: SystemId,
}

impl Binding<'_> {
    /// An automation, once for each phase in which it writes. One that asks who is at work is one for the user of the sync, and
    /// another one for people; one that asks what has changed is one for new records, and another one for those that are there.
    fn automation(
        &self,
        from: &read::Automation,
        unknown: &mut BTreeSet<read::FieldName>,
    ) -> Vec<Automation> {
        let object = from.object.as_ref().and_then(|o| self.object(o));
        let derived = from.phase == read::Phase::Derived;
        let Some(object) = object.filter(|_| from.events.is_some() || derived) else {
            return Vec::new();
        };
        let asks = user::asked(from);
        let anyone = AtWork::anyone(self.model.systems.get(self.system.index()));
        let as_one = asks.is_empty() || anyone.user.is_none() || derived;
        let by: &[StartedBy] = match as_one {
            true => &[StartedBy::Anyone],
            false => &[StartedBy::Sync, StartedBy::People],
        };
        let mut found: Vec<Automation> = Vec::new();
        for by in by {
            let at_work = AtWork { by: *by, ..anyone };
            let mut formulas = Formulas {
                model: self.model,
                object,
                span: from.span,
                at_work,
                event: Event::Saved,
            };
            if !self.asks_of_changes(from) {
                found.extend(self.at_work(from, &formulas, &asks, unknown));
                continue;
            }
            for event in [Event::Saved, Event::Made] {
                formulas.event = event;
                let all = self.at_work(from, &formulas, &asks, unknown);
                found.extend(all.into_iter().filter_map(|a| on(event, a)));
            }
        }
        alike(found)
    }

    /// Whether an automation asks what has changed, or whether the record is new: to Salesforce nothing of a new record has changed
    /// (Salesforce Help: ISCHANGED), to HubSpot what is filled in it has.
    fn asks_of_changes(&self, from: &read::Automation) -> bool {
        let system = self.model.systems.get(self.system.index());
        let told =
            from.understood != read::Understood::Opaque && from.phase != read::Phase::Derived;
        let asks = |e: &Formula| e.calls("ISCHANGED") || e.calls("ISNEW");
        let effects = from.effects.iter();
        let mut stated = from
            .guard
            .iter()
            .chain(&from.first)
            .chain(effects.flat_map(|e| e.when.iter().chain(&e.value)));
        told && system.is_some_and(|s| s.kind == SystemKind::Salesforce)
            && (!from.changes.is_empty() || stated.any(asks))
    }

    /// An automation as it is for whoever is at work, once for each phase in which it writes, and for each way to start it.
    fn at_work(
        &self,
        from: &read::Automation,
        formulas: &Formulas<'_>,
        asks: &[SmolStr],
        unknown: &mut BTreeSet<read::FieldName>,
    ) -> Vec<Automation> {
        let guard = from.guard.as_ref().map(|g| formulas.condition(g));
        if guard.as_ref().is_some_and(is_never) {
            return Vec::new();
        }
        let object = formulas.object;
        let mut phases: Vec<Writes> = Vec::new();
        for effect in &from.effects {
            let effects = self.effect(effect, formulas, unknown);
            match phases.iter_mut().find(|(p, _)| *p == effect.phase) {
                Some((_, all)) => all.extend(effects),
                None => phases.push((effect.phase, effects)),
            }
        }
        let opaque = match from.understood {
            read::Understood::Full => None,
            read::Understood::Partly | read::Understood::Opaque => Some(from.reasons.join("; ")),
        };
        let entry = match from.entry {
            read::Entry::EveryTime => Entry::EveryTime,
            read::Entry::BecomesTrue => Entry::BecomesTrue,
            read::Entry::Once => Entry::Once,
        };
        let mut starts = vec![(guard, entry, self.changes(from, object, unknown))];
        let first = from.first.as_ref().map(|f| formulas.condition(f));
        starts.extend(first.map(|f| (Some(f), Entry::Once, Vec::new())));
        let parts = starts
            .iter()
            .flat_map(|s| phases.iter().map(move |p| (s, p)));
        let make = |((guard, entry, changes), (phase, effects)): (&Start, &Writes)| Automation {
            name: from.name.clone(),
            kind: from.kind.phrase(),
            span: from.span,
            system: self.system,
            object: Some(object),
            phase: self::phase(*phase),
            order: from.order,
            events: of_phase(from, *phase),
            changes: changes.clone(),
            by: formulas.at_work.by,
            entry: *entry,
            guard: guard.clone(),
            effects: effects.clone(),
            opaque: opaque.clone(),
            asks: asks.to_vec(),
        };
        parts.map(make).collect()
    }

    /// The fields that start it. What is computed and not known changes with whatever it reads.
    fn changes(
        &self,
        from: &read::Automation,
        object: ObjectRef,
        unknown: &mut BTreeSet<read::FieldName>,
    ) -> Vec<FieldRef> {
        if from.phase == read::Phase::Derived && from.effects.iter().any(|e| e.value.is_none()) {
            let reads = from.reads.iter();
            return reads.filter_map(|name| self.name(name, unknown)).collect();
        }
        let own = from.changes.iter();
        own.filter_map(|name| {
            let found = field(self.model, object, name);
            if found.is_none() {
                let object = from.object.clone().unwrap_or_default();
                unknown.insert(read::FieldName::new(object, name.clone()));
            }
            found
        })
        .collect()
    }

    fn object(&self, name: &str) -> Option<ObjectRef> {
        let system = self.system;
        let name_of = &self.model.systems.get(system.index())?.name.node;
        let object = self.model.catalogs.get(name_of)?.object(name)?;
        Some(ObjectRef { system, object })
    }

    fn name(
        &self,
        name: &read::FieldName,
        unknown: &mut BTreeSet<read::FieldName>,
    ) -> Option<FieldRef> {
        let object = self.object(&name.object);
        let found = object.and_then(|o| field(self.model, o, &name.field));
        if found.is_none() {
            unknown.insert(name.clone());
        }
        found
    }

    /// One write, taken apart by its cases.
    fn effect(
        &self,
        from: &read::Effect,
        formulas: &Formulas<'_>,
        unknown: &mut BTreeSet<read::FieldName>,
    ) -> Vec<Effect> {
        let Some(target) = self.name(&from.target, unknown) else {
            return Vec::new();
        };
        let record = match &from.record {
            read::Written::Itself => Written::Itself,
            read::Written::Referenced(name) => {
                let found = field(self.model, formulas.object, name);
                found.map_or(Written::Found, Written::Referenced)
            }
            read::Written::Referring(name) => {
                field(self.model, target.object, name).map_or(Written::Found, Written::Referring)
            }
            read::Written::Made => Written::Made,
            read::Written::Found => Written::Found,
        };
        let formulas = &Formulas {
            span: from.span,
            ..*formulas
        };
        let when: Vec<Expr> = from.when.iter().map(|w| formulas.condition(w)).collect();
        let kind = self.model.field(target).map(|f| f.kind());
        let cases = match &from.value {
            Some(value) => formulas.cases(value),
            None => vec![(Vec::new(), None)],
        };
        let stamp = from.value.as_ref().filter(|_| record == Written::Itself);
        let stamp = stamp.and_then(|v| formulas.stamp(target, v));
        let write = |(mut conditions, value): Case| {
            conditions.splice(0..0, when.iter().cloned());
            Effect {
                span: from.span,
                target,
                record,
                when: all(conditions),
                value: value.and_then(|v| fitting(kind, v)),
                stamp: stamp.clone(),
            }
        };
        let written = cases.into_iter().map(write);
        written
            .filter(|e| !e.when.as_ref().is_some_and(is_never))
            .collect()
    }
}

/// Whether a condition never holds.
fn is_never(e: &Expr) -> bool {
    match &e.node {
        ExprKind::Const(Value::Bool(holds)) => !holds,
        ExprKind::All(parts) => parts.iter().any(is_never),
        ExprKind::Any(parts) => parts.iter().all(is_never),
        ExprKind::Not(inner) => matches!(inner.node, ExprKind::Const(Value::Bool(true))),
        _ => false,
    }
}

/// An automation as one of new records alone, or of those that are there; none where it is none of them.
fn on(event: Event, mut automation: Automation) -> Option<Automation> {
    automation.events = match (event, automation.events) {
        (Event::Saved, Events::Saved) => Events::Updated,
        (Event::Made, Events::Saved) => Events::Created,
        (Event::Saved, Events::Updated | Events::Deleted) | (Event::Made, Events::Created) => {
            automation.events
        }
        _ => return None,
    };
    let starts = event == Event::Saved || automation.changes.is_empty();
    starts.then_some(automation)
}

/// Automations without those that are the same for the user of the sync as for people: of these one is left, for anyone.
fn alike(mut all: Vec<Automation>) -> Vec<Automation> {
    let same = |a: &Automation, b: &Automation| {
        a.phase == b.phase && a.events == b.events && a.guard == b.guard && a.effects == b.effects
    };
    let mut found: Vec<Automation> = Vec::new();
    all.retain(|a| a.by.is_anyone() || !a.effects.is_empty());
    for automation in all {
        match found.iter_mut().find(|known| same(known, &automation)) {
            Some(known) => known.by = StartedBy::Anyone,
            None => found.push(automation),
        }
    }
    found
}

/// A constant as a value of the field that it is written to; none where it is none.
fn fitting(kind: Option<Kind>, e: Expr) -> Option<Expr> {
    match (&e.node, kind) {
        (ExprKind::Const(value), Some(kind)) => Some(Expr::constant(typed(kind, value)?, e.span)),
        _ => Some(e),
    }
}

fn all(mut conditions: Vec<Expr>) -> Option<Expr> {
    if conditions.len() <= 1 {
        return conditions.pop();
    }
    let span = conditions.first()?.span;
    Some(Expr {
        node: ExprKind::All(conditions.into()),
        span,
        kind: Some(Kind::Bool),
    })
}

/// The events that start an automation in a phase: those of the automation where the phase has none of its own.
fn of_phase(from: &read::Automation, phase: read::Phase) -> Events {
    let own = from.also.iter().find(|(p, _)| *p == phase);
    let own = own.filter(|_| phase != from.phase).map(|(_, e)| *e);
    own.or(from.events).map_or(Events::Saved, events)
}

const fn phase(phase: read::Phase) -> Phase {
    match phase {
        read::Phase::BeforeSave => Phase::BeforeSave,
        read::Phase::AfterSave => Phase::AfterSave,
        read::Phase::Later => Phase::Later,
        read::Phase::Derived => Phase::Derived,
    }
}

const fn events(events: read::Events) -> Events {
    match events {
        read::Events::Created => Events::Created,
        read::Events::Updated => Events::Updated,
        read::Events::Saved => Events::Saved,
        read::Events::Deleted => Events::Deleted,
    }
}

/// A field of an object by name.
pub(super) fn field(model: &Model, object: ObjectRef, name: &str) -> Option<FieldRef> {
    let system = &model.systems.get(object.system.index())?.name.node;
    let field = model.catalogs.get(system)?.field(object.object, name)?;
    Some(FieldRef { object, field })
}

/// The reference of an object that a path goes through, by the name of the relation: `Account` of `AccountId`.
pub(super) fn relation(model: &Model, object: ObjectRef, name: &str) -> Option<FieldRef> {
    let fields = &model.object(object)?.fields;
    let at = fields.iter().position(|f| {
        let relation = f.relationship.as_deref();
        relation.is_some_and(|r| r.eq_ignore_ascii_case(name))
    })?;
    let field = FieldIdx(at as u32);
    Some(FieldRef { object, field })
}

/// The object that a reference names, where it is one.
pub(super) fn referred(model: &Model, reference: FieldRef) -> Option<ObjectRef> {
    let system = reference.object.system;
    let catalog = model
        .catalogs
        .get(&model.systems.get(system.index())?.name.node)?;
    let name = model.field(reference)?.field.references.first()?;
    Some(ObjectRef {
        system,
        object: catalog.object(name)?,
    })
}

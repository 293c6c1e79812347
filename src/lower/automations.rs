//! What the systems do by themselves to the plan's objects, for tests and replays.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::Cx;
use crate::model::{self, Expr, ExprKind, ObjectRef, Written};
use crate::plan::{Automation, Effect, Expr as Lowered, Object, Reached};
use crate::value::Value;

impl Cx<'_> {
    /// The automations that the plan's objects can start or be written by, in the order of their turns, and the objects with the
    /// fields that only these automations touch. Comes after everything else has been lowered.
    pub fn lower_automations(
        &mut self,
        objects: &BTreeMap<SmolStr, Object>,
    ) -> (Vec<Automation>, BTreeMap<SmolStr, Object>) {
        let model = self.model;
        let own = std::mem::take(&mut self.touched);
        let reached = reached(&model.automations, own.keys().copied().collect());
        let concerned = model.automations.iter().filter(|a| {
            a.object.is_some_and(|o| reached.contains(&o))
                || a.effects.iter().any(|e| own.contains_key(&e.target.object))
        });
        let mut concerned: Vec<_> = concerned.collect();
        concerned.sort_by_cached_key(|a| a.turn());
        let automations = concerned.into_iter().filter_map(|a| self.automation(a));
        let automations = automations.collect();
        let mut reacting = self.lower_objects();
        for (name, object) in &mut reacting {
            if let Some(known) = objects.get(name) {
                object.fields.retain(|f, _| !known.fields.contains_key(f));
            }
        }
        reacting.retain(|name, object| !object.fields.is_empty() || !objects.contains_key(name));
        self.touched = own;
        (automations, reacting)
    }

    fn automation(&mut self, a: &model::Automation) -> Option<Automation> {
        let object = self.object(a.object?);
        let guard = a.guard.as_ref().map(|g| self.condition(g, false));
        let effects = a.effects.iter().map(|e| self.effect(e)).collect();
        Some(Automation {
            name: a.name.clone(),
            kind: a.kind.into(),
            origin: self.origin(a.span),
            object,
            phase: a.phase,
            limit: a.limit(),
            events: a.events,
            changes: a.changes.iter().map(|f| self.field(*f)).collect(),
            entry: a.entry,
            by: a.by,
            guard,
            effects,
            opaque: a.opaque.clone(),
        })
    }

    /// A write, whose value is left out where it is not known.
    fn effect(&mut self, e: &model::Effect) -> Effect {
        Effect {
            object: self.object(e.target.object),
            field: self.field(e.target),
            record: match e.record {
                Written::Itself => Reached::Itself,
                Written::Referenced(f) => Reached::Referenced(self.field(f)),
                Written::Referring(f) => Reached::Referring(self.field(f)),
                Written::Made => Reached::Made,
                Written::Found => Reached::Found,
            },
            when: e.when.as_ref().map(|w| self.condition(w, false)),
            value: (e.value.as_ref().or(e.stamp.as_ref())).and_then(|v| self.expr(v).ok()),
        }
    }

    /// A condition that holds only where it does whatever its unknown parts turn out to be: what they are taken for changes under
    /// a *not*.
    fn condition(&mut self, e: &Expr, unknown: bool) -> Lowered {
        if let Ok(known) = self.expr(e) {
            return known;
        }
        match &e.node {
            ExprKind::Not(inner) => Lowered::Not(Box::new(self.condition(inner, !unknown))),
            ExprKind::All(parts) => Lowered::All(self.conditions(parts, unknown)),
            ExprKind::Any(parts) => Lowered::Any(self.conditions(parts, unknown)),
            _ => Lowered::Const(Value::Bool(unknown)),
        }
    }

    fn conditions(&mut self, parts: &[Expr], unknown: bool) -> Vec<Lowered> {
        parts.iter().map(|p| self.condition(p, unknown)).collect()
    }
}

/// The objects that a change of these can reach over automations, these included.
fn reached(
    automations: &[model::Automation],
    mut objects: BTreeSet<ObjectRef>,
) -> BTreeSet<ObjectRef> {
    loop {
        let before = objects.len();
        let started = automations
            .iter()
            .filter(|a| a.object.is_some_and(|o| objects.contains(&o)));
        let next: Vec<ObjectRef> = started
            .flat_map(|a| a.effects.iter().map(|e| e.target.object))
            .collect();
        objects.extend(next);
        if objects.len() == before {
            return objects;
        }
    }
}

//! Which fields hold the id of another record, as far as the plan says so.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::plan::{Automation, Expr, Found, Lifecycle, Plan, Reached, Row, Sync, Through};
use crate::side::{Side, Sides};

/// By object and field: the objects that the field may refer to.
#[derive(Debug, Default)]
pub(super) struct References(BTreeMap<(SmolStr, SmolStr), BTreeSet<SmolStr>>);

impl References {
    /// Those of a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut found = Self::default();
        for sync in &plan.syncs {
            for side in Side::BOTH {
                if let Some(stamp) = sync.identity.stamp.get(side) {
                    found.add(sync.objects.get(side), stamp, sync.objects.get(!side));
                }
                let identity = &sync.identity;
                let conditions = [
                    identity.admission.get(side),
                    identity.active_while.get(side),
                ];
                conditions
                    .into_iter()
                    .flatten()
                    .for_each(|e| found.paths(&sync.objects, e));
            }
            sync.rows.iter().for_each(|row| found.row(plan, sync, row));
        }
        for life in &plan.lifecycles {
            for column in &life.columns {
                if let Found::Through(through) = &column.found {
                    found.add(&through.object, &through.far, &column.object);
                    found.near(plan, life, through);
                }
            }
        }
        plan.automations.iter().for_each(|a| found.automation(a));
        for (key, object) in &plan.objects {
            let system = plan.systems.get(&object.system);
            let became = system.and_then(|s| s.converted_into.get(&object.name));
            for (target, field) in became.into_iter().flatten() {
                found.add(key, field, &format!("{}.{target}", object.system).into());
            }
        }
        found
    }

    /// The near end of what leads to a column: the records that a sync links with the hub.
    fn near(&mut self, plan: &Plan, life: &Lifecycle, through: &Through) {
        let sync = plan.syncs.iter().find(|s| s.name == through.sync);
        let hub = life.hub().map(|c| &c.object);
        for side in Side::BOTH {
            if let Some(sync) = sync.filter(|s| Some(s.objects.get(!side)) == hub) {
                self.add(&through.object, &through.near, sync.objects.get(side));
            }
        }
    }

    /// The objects that a field refers to.
    pub fn targets(&self, object: &str, field: &str) -> impl Iterator<Item = &SmolStr> {
        self.0
            .get(&(object.into(), field.into()))
            .into_iter()
            .flatten()
    }

    /// The fields of an object that refer to a target.
    pub fn fields_to<'a>(
        &'a self,
        target: &'a str,
    ) -> impl Iterator<Item = (&'a SmolStr, &'a SmolStr)> {
        self.0
            .iter()
            .filter(move |(_, targets)| targets.contains(target))
            .map(|((object, field), _)| (object, field))
    }

    fn add(&mut self, object: &SmolStr, field: &SmolStr, target: &SmolStr) {
        self.0
            .entry((object.clone(), field.clone()))
            .or_default()
            .insert(target.clone());
    }

    fn row(&mut self, plan: &Plan, sync: &Sync, row: &Row) {
        let mut through: BTreeSet<SmolStr> = BTreeSet::new();
        for side in Side::BOTH {
            self.paths(&sync.objects, &row.cells.get(side).read);
            if let Some(lane) = row.lanes.get(side) {
                each(&lane.value, &mut |e| {
                    if let Expr::Linked { syncs, .. } = e {
                        through.extend(syncs.iter().cloned());
                    }
                });
            }
        }
        if let Some(when) = &row.when {
            self.paths(&sync.objects, when);
        }
        let named = |name: &SmolStr| plan.syncs.iter().find(|s| s.name == *name);
        for to in through.iter().filter_map(named) {
            for side in Side::BOTH {
                let cell = row.cells.get(side);
                let read = match &cell.read {
                    Expr::Field { field, .. } => Some(field),
                    _ => None,
                };
                if let Some(field) = cell.field.as_ref().or(read) {
                    self.add(sync.objects.get(side), field, to.objects.get(side));
                }
            }
        }
    }

    /// What an automation reads and writes along.
    fn automation(&mut self, automation: &Automation) {
        let own = Sides::new(automation.object.clone(), automation.object.clone());
        let guard = automation.guard.iter();
        let effects = automation.effects.iter();
        let stated = effects.flat_map(|e| e.when.iter().chain(&e.value));
        guard.chain(stated).for_each(|e| self.paths(&own, e));
        for effect in &automation.effects {
            match &effect.record {
                Reached::Referenced(field) => self.add(&automation.object, field, &effect.object),
                Reached::Referring(field) => self.add(&effect.object, field, &automation.object),
                Reached::Itself | Reached::Made | Reached::Found => {}
            }
        }
    }

    /// The references that an expression goes along.
    fn paths(&mut self, of: &Sides<SmolStr>, expr: &Expr) {
        each(expr, &mut |e| {
            if let Expr::Related {
                side,
                reference,
                object,
                ..
            } = e
            {
                self.add(of.get(*side), reference, object);
            }
        });
    }
}

/// Calls a function on an expression and on what is within it.
fn each(expr: &Expr, f: &mut impl FnMut(&Expr)) {
    expr.clone().visit_mut(&mut |e| f(e));
}

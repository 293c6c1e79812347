//! Names of the environment: the plan is the same everywhere, the ids that differ are put in before it is executed.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::{Expr, Plan, PlanError};
use crate::side::Side;
use crate::value::Value;

/// Puts the values of an environment in the place of its names. The plan keeps the hash that it was sealed with.
///
/// # Errors
/// Where the plan names what the environment does not have.
pub fn bind(plan: &mut Plan, names: &BTreeMap<SmolStr, SmolStr>) -> Result<(), PlanError> {
    let mut missing = None;
    plan.visit_mut(&mut |expr| {
        if let Expr::Env(name) = expr {
            match names.get(name) {
                Some(value) => *expr = Expr::Const(Value::text(value)),
                None => missing = missing.take().or_else(|| Some(name.clone())),
            }
        }
    });
    match missing {
        Some(name) => Err(PlanError::Inconsistent {
            reason: format!("the environment has no name `{name}`"),
        }),
        None => {
            plan.bound.clone_from(names);
            Ok(())
        }
    }
}

/// The names of the environment that a plan has not been given yet.
pub fn env_names(plan: &mut Plan) -> BTreeSet<SmolStr> {
    let mut names = BTreeSet::new();
    plan.visit_mut(&mut |expr| {
        if let Expr::Env(name) = expr {
            names.insert(name.clone());
        }
    });
    names
}

impl Plan {
    /// Calls a function on every expression of the plan, outermost first.
    fn visit_mut(&mut self, f: &mut impl FnMut(&mut Expr)) {
        for sync in &mut self.syncs {
            for side in Side::BOTH {
                let identity = &mut sync.identity;
                let conditions = [
                    identity.admission.get_mut(side),
                    identity.active_while.get_mut(side),
                ];
                conditions
                    .into_iter()
                    .flatten()
                    .for_each(|e| e.visit_mut(f));
                for part in identity.keys.iter_mut().flat_map(|k| &mut k.parts) {
                    part.sides.get_mut(side).visit_mut(f);
                }
                for row in &mut sync.rows {
                    row.cells.get_mut(side).read.visit_mut(f);
                    if let Some(lane) = row.lanes.get_mut(side) {
                        lane.value.visit_mut(f);
                    }
                }
            }
            for row in &mut sync.rows {
                let conditions = [&mut row.normal, &mut row.when];
                conditions
                    .into_iter()
                    .flatten()
                    .for_each(|e| e.visit_mut(f));
            }
        }
        for lifecycle in &mut self.lifecycles {
            let guards = lifecycle.moves.iter_mut().filter_map(|m| m.when.as_mut());
            guards.for_each(|g| g.visit_mut(f));
        }
        for automation in &mut self.automations {
            let effects = automation.effects.iter_mut();
            let parts = effects.flat_map(|e| [&mut e.when, &mut e.value]);
            let parts = parts.chain([&mut automation.guard]);
            parts.flatten().for_each(|e| e.visit_mut(f));
        }
    }
}

impl Expr {
    /// Calls a function on this expression, then on what is within it.
    pub fn visit_mut(&mut self, f: &mut impl FnMut(&mut Self)) {
        f(self);
        match self {
            Self::Input
            | Self::Const(_)
            | Self::Env(_)
            | Self::Field { .. }
            | Self::Related { .. }
            | Self::Changed { .. } => {}
            Self::Map { input, within, .. } => {
                input.visit_mut(f);
                if let Some(within) = within {
                    within.visit_mut(f);
                }
            }
            Self::Each { input, .. }
            | Self::Normalize { input, .. }
            | Self::Linked { input, .. }
            | Self::In { input, .. }
            | Self::IsSet(input)
            | Self::Not(input) => input.visit_mut(f),
            Self::Call {
                arguments: list, ..
            }
            | Self::All(list)
            | Self::Any(list) => list.iter_mut().for_each(|e| e.visit_mut(f)),
            Self::Compare { left, right, .. } | Self::Arithmetic { left, right, .. } => {
                left.visit_mut(f);
                right.visit_mut(f);
            }
            Self::Otherwise { first, second } => {
                first.visit_mut(f);
                second.visit_mut(f);
            }
            Self::If {
                condition,
                then,
                otherwise,
            } => {
                condition.visit_mut(f);
                then.visit_mut(f);
                otherwise.visit_mut(f);
            }
        }
    }
}

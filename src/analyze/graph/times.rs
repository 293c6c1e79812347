//! When stages were entered, as conditions of steps compare fields with it.
//!
//! These instants have no end, and few of them matter. A loop enters its stages again and again: whatever a field holds, the time of
//! such a stage has passed it in the end, or never will. The time of a stage that is not entered again stays, before the field or
//! after it. So a field that is compared with the time of one stage has two values that are told apart, and the time is as good as
//! one [instant](PRESENT) between them. That holds of a line that leaves this very stage: on others it may never have been
//! entered. A field that is compared with several may also lie between them: then nobody knows.

use std::collections::BTreeMap;

use super::place::Place;
use super::steps::Step;
use crate::analyze::StageWrite;
use crate::model::{Expr, ExprKind, Model, StageIdx};
use crate::value::{Kind, Value};

/// Any time at which a stage is entered: the first of February 2026. What stands for the rest of the instants comes after it.
const PRESENT: i64 = 1_769_904_000_000;
/// Before any: the first day of 2000.
const PAST: i64 = 946_684_800_000;
/// After any: the first day of 2100.
const FUTURE: i64 = 4_102_444_800_000;

/// The fields that are compared with the time of one stage.
#[derive(Clone, Debug, Default)]
pub(super) struct Times(BTreeMap<Place, Stage>);

/// A stage, by the positions of its lifecycle and of its row.
type Stage = (usize, StageIdx);

impl Times {
    /// What the conditions of some steps compare with times.
    pub fn of<'m>(model: &Model, steps: impl Iterator<Item = &'m Step>) -> Self {
        let mut found: BTreeMap<Place, Option<Stage>> = BTreeMap::new();
        for write in steps.flat_map(|s| &s.writes) {
            let Some(when) = &write.when else { continue };
            when.visit(&mut |e| {
                if let Some((place, name)) = compared(model, e) {
                    let stage = stage(model, write, name);
                    let known = found.entry(place).or_insert(stage);
                    if *known != stage || stage.is_none() {
                        *known = None;
                    }
                }
            });
        }
        let single = found.into_iter();
        Self(single.filter_map(|(p, s)| Some((p, s?))).collect())
    }

    /// The fields with the values that are told apart.
    pub fn values(&self) -> impl Iterator<Item = (Place, Value)> {
        let places = self.0.keys();
        places.flat_map(|p| [PAST, FUTURE].map(|at| (*p, Value::DateTime(at))))
    }

    /// The condition of a line, with an instant in the place of the times of the stage that it leaves.
    pub fn told(&self, model: &Model, write: &StageWrite, when: &Expr) -> Expr {
        let mut told = when.clone();
        told.rewrite(&mut |e| {
            let Some((place, name)) = compared(model, e) else {
                return;
            };
            let stage = stage(model, write, name);
            let leaves = |s: &Stage| write.from.iter().all(|f| *f == s.1);
            if stage.is_none_or(|s| !leaves(&s)) || self.0.get(&place) != stage.as_ref() {
                return;
            }
            if let ExprKind::Compare { left, right, .. } = &mut e.node {
                for side in [left, right] {
                    if matches!(side.node, ExprKind::Entered(_)) {
                        side.node = ExprKind::Const(Value::DateTime(PRESENT));
                    }
                }
            }
        });
        told
    }
}

/// The field and the stage of a comparison of an instant with the time of a stage.
fn compared<'e>(model: &Model, e: &'e Expr) -> Option<(Place, &'e str)> {
    let ExprKind::Compare { left, right, .. } = &e.node else {
        return None;
    };
    let (field, name) = match (&left.node, &right.node) {
        (ExprKind::Entered(name), _) => (right, name),
        (_, ExprKind::Entered(name)) => (left, name),
        _ => return None,
    };
    let place = Place::of(field)?;
    let instant = place
        .view(model)
        .is_some_and(|v| v.kind() == Kind::DateTime);
    instant.then_some((place, name.as_str()))
}

fn stage(model: &Model, write: &StageWrite, name: &str) -> Option<Stage> {
    let lifecycle = model.lifecycles.get(write.lifecycle)?;
    let mut rows = lifecycle.rows();
    let (at, _) = rows.find(|(_, s)| s.name.node == name)?;
    Some((write.lifecycle, at))
}

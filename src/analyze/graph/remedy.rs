//! What would bring a part to rest that never comes to rest: each change is tried before it is proposed.

use super::build::{Built, Writers};
use super::consequence::replaces;
use super::edge::AutomationId;
use super::proof;
use super::verdict::{Judged, Known};
use crate::analyze::settle::law::rests;
use crate::analyze::settle::network::{Guard, RowId as RowAt, RuleId, Writer as At};
use crate::model::{RowId, StartedBy};
use crate::side::Side;

/// A change after which a part comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Values of the row travel from this side only.
    OneWay(RowId, Side),
    /// The row no longer undoes drift.
    NoEnforce(RowId),
    /// Values that differ in case alone are one to the row.
    IgnoreCase(RowId),
    /// The automation does not run for the user of the sync.
    Guarded(AutomationId),
    /// The automation is gone, or nothing that writes in the loop starts it: the user of the sync is not all that does.
    Without(AutomationId),
}

/// The changes that bring a part to rest, of those that concern who writes in the rounds that repeat.
pub(super) fn remedies(writers: Writers<'_>, judged: &Judged, known: &Known) -> Vec<Remedy> {
    let model = writers.model;
    let built = &judged.built;
    let mut found = Vec::new();
    if judged.witness().is_none() && !judged.is_sampled() {
        return found;
    }
    // what comes to rest with the values that were tried is no way out where nobody would know of the others
    let settles = |changed: &Built| {
        let known_of = |live: &[bool]| proof::automatic(model, changed, live);
        let searched = || {
            judged.witness().is_some()
                && known.settles(&changed.network)
                && !changed.sampled
                && (!changed.tried || proof::is_searched(model, changed))
        };
        rests(&changed.network, &known_of).is_some() || searched()
    };
    for writer in judged.turning() {
        match writer {
            At::Row(at, from) => {
                let Some(id) = built.rows.get(at.index()).copied() else {
                    continue;
                };
                let two_way = model.row(id).is_some_and(|r| r.two_way());
                for side in Side::BOTH.into_iter().filter(|_| two_way) {
                    let one_way = change(built, at, |row| *row.lanes.get_mut(!side) = None);
                    let remedy = Remedy::OneWay(id, side);
                    let agrees = || !is_replaced(writers, id, side);
                    if !found.contains(&remedy) && agrees() && settles(&one_way) {
                        found.push(remedy);
                    }
                }
                let mut enforced = false;
                let tame = change(built, at, |row| {
                    if let Some(lane) = row.lanes.get_mut(from) {
                        enforced = std::mem::take(&mut lane.enforce);
                    }
                });
                if enforced && settles(&tame) {
                    found.push(Remedy::NoEnforce(id));
                }
                if from == Side::Left || !two_way {
                    let folded = fold(built, at);
                    if folded.as_ref().is_some_and(settles) {
                        found.push(Remedy::IgnoreCase(id));
                    }
                }
            }
            At::Rule(at) => {
                let Some(id) = built.automations.get(at.index()).copied().flatten() else {
                    continue;
                };
                if !settles(&gone(built, at)) {
                    continue;
                }
                let guarded = guarded(built, at);
                found.push(match guarded.as_ref().is_some_and(settles) {
                    true => Remedy::Guarded(id),
                    false => Remedy::Without(id),
                });
            }
        }
    }
    found
}

/// Whether what a row writes from this side is replaced by an automation: on a two-way row the value of that travels back, and
/// from one side alone both would never agree.
fn is_replaced(writers: Writers<'_>, row: RowId, from: Side) -> bool {
    let Some(view) = writers.model.row(row) else {
        return false;
    };
    let target = view.row.cells.get(!from).field();
    let mut edges = writers.edges.iter().filter(|e| Some(e.target) == target);
    edges.any(|e| replaces(writers.model, view, from, e))
}

/// The part with another row.
fn change(
    built: &Built,
    at: RowAt,
    f: impl FnOnce(&mut crate::analyze::settle::network::Row),
) -> Built {
    let mut changed = built.clone();
    if let Some(row) = changed.network.rows.get_mut(at.index()) {
        f(row);
    }
    changed
}

/// The part without an automation.
fn gone(built: &Built, at: RuleId) -> Built {
    let mut changed = built.clone();
    if let Some(rule) = changed.network.rules.get_mut(at.index()) {
        rule.guard = Guard::Not(Box::new(Guard::Always));
    }
    if let Some(here) = changed.automations.get_mut(at.index()) {
        *here = None;
    }
    changed
}

/// The part with an automation that does not run for the user of the sync; none where it did not before.
fn guarded(built: &Built, at: RuleId) -> Option<Built> {
    let mut changed = built.clone();
    let rule = changed.network.rules.get_mut(at.index())?;
    let by = std::mem::replace(&mut rule.by, StartedBy::People);
    (by == StartedBy::Anyone).then_some(changed)
}

/// The part with a row that takes values for one which differ in case alone; none where there are no such values.
fn fold(built: &Built, at: RowAt) -> Option<Built> {
    let row = built.network.rows.get(at.index())?;
    let mut changed = false;
    let mut class = row.class.clone();
    for side in Side::BOTH {
        let values = built.values.get(row.cells.get(side).index())?;
        let lower = |v: &crate::value::Value| v.as_text().map(str::to_lowercase);
        let of = class.get_mut(side);
        for i in 0..values.len() {
            let first = values
                .iter()
                .position(|v| lower(v).is_some() && values.get(i).and_then(lower) == lower(v));
            let to = first.and_then(|f| of.get(f).copied());
            if let (Some(to), Some(slot)) = (to, of.get_mut(i))
                && *slot != to
            {
                *slot = to;
                changed = true;
            }
        }
    }
    changed.then(|| change(built, at, |row| row.class = class))
}

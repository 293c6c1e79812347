//! What grows, where updates never come to rest because each round makes another value.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::build::Built;
use super::place::Place;
use super::proof::effects;
use super::verdict::Judged;
use super::writes::Write;
use crate::analyze::settle::Verdict;
use crate::analyze::settle::network::BLANK;
use crate::model::{Expr, ExprKind, Model};
use crate::value::{Kind, Value};

/// What grows without an end, as the first rounds of a witness show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Where.
    pub place: Place,
    /// What is there, one value after the other: numbers and times that only go up, or only down, texts that only become longer.
    pub values: Vec<Value>,
    /// By how much each time, where it is the same: a number, the characters of a text, days, milliseconds.
    pub by: Option<Decimal>,
}

/// What grows in the rounds of a part whose values have no end: the first cell with a measure that only ever rises, or falls, and
/// has passed all that conditions compare with. Before that it may come to an end.
pub(super) fn growth(model: &Model, judged: &Judged) -> Option<Growth> {
    let Verdict::Diverges(witness) = judged.judgement.verdict() else {
        return None;
    };
    let built = &judged.built;
    let cells = built.network.cells.iter().enumerate();
    let mut found = cells.filter(|(_, c)| c.open).filter_map(|(at, cell)| {
        let steps = witness.steps.iter().skip(witness.again.saturating_sub(1));
        let mut held: Vec<u16> = steps.filter_map(|s| s.cells.get(at).copied()).collect();
        held.dedup();
        // the last value stands for others
        held.retain(|v| usize::from(*v) + 1 < cell.size());
        held.drain(..held.iter().take_while(|v| **v == BLANK).count());
        let place = *built.places.get(at)?;
        let domain = built.values.get(at)?;
        let values = held.iter().map(|v| domain.get(usize::from(*v)).cloned());
        let values = values.collect::<Option<Vec<Value>>>()?;
        // what one side raises the other one may lower by less: then it rises from one of its turns to the next
        (1..=2).find_map(|turns| {
            let mut values: Vec<Value> = values.iter().rev().step_by(turns).cloned().collect();
            values.reverse();
            let by = rising(&values)?;
            let (from, to) = (
                values.first().and_then(measure)?,
                values.last().and_then(measure)?,
            );
            let kind = values.first().and_then(Value::kind);
            let bounds = bounds(model, built, place);
            let mut own = bounds.iter().filter(|(k, _)| Some(*k) == kind);
            let passed = |(_, bound): &(Kind, Decimal)| match from < to {
                true => *bound < to,
                false => *bound > to,
            };
            own.all(passed).then_some(Growth { place, values, by })
        })
    });
    found.next()
}

/// What conditions compare with what is there, or what becomes of it: numbers and times, each with the kind of what is compared; of
/// texts what their functions are told.
fn bounds(model: &Model, built: &Built, place: Place) -> Vec<(Kind, Decimal)> {
    let mut writes = Write::of_rows(model, &built.rows);
    let made = effects(model, built, &[]);
    writes.extend(made.map(|(_, e)| Write::of_effect(e, e.value.as_ref())));
    let mut becomes = BTreeSet::from([place]);
    // a way passes each write once
    for _ in &writes {
        let read = |w: &&Write<'_>| w.reads().iter().any(|p| becomes.contains(p));
        let more: Vec<Place> = writes.iter().filter(read).map(|w| w.to).collect();
        becomes.extend(more);
    }
    let rows = built.rows.iter().filter_map(|r| model.row(*r));
    let rows = rows.filter_map(|view| view.row.when.as_deref());
    let effects = effects(model, built, &[]);
    let effects = effects.flat_map(|(a, e)| a.guard.iter().chain(&e.when));
    let made = writes.iter().filter_map(|w| Some((w.made?, w.input)));
    let stated = rows.chain(effects).map(|e| (e, None)).chain(made);
    let mut found = Vec::new();
    for (stated, input) in stated {
        named(stated, &mut |of, kind, at| {
            let passes = input.is_some_and(|p| becomes.contains(&p));
            if passes || Place::read_by(of).iter().any(|p| becomes.contains(p)) {
                found.push((kind, at));
            }
        });
    }
    found
}

/// Names what an expression compares something with, and what functions are told beside it.
pub(super) fn named(e: &Expr, name: &mut dyn FnMut(&Expr, Kind, Decimal)) {
    e.visit(&mut |e| match &e.node {
        ExprKind::Compare { left, right, .. } => {
            for (one, other) in [(left, right), (right, left)] {
                let ExprKind::Const(value) = &other.node else {
                    continue;
                };
                let length =
                    matches!(&one.node, ExprKind::Call { function, .. } if function == "length");
                let kind = if length {
                    Some(Kind::Text)
                } else {
                    value.kind()
                };
                if let Some((kind, at)) = kind.zip(size(value)) {
                    name(one, kind, at);
                }
            }
        }
        ExprKind::In { input, list } => {
            let sizes = list.iter().filter_map(|(v, _)| v.kind().zip(size(v)));
            sizes.for_each(|(kind, at)| name(input, kind, at));
        }
        ExprKind::Call { arguments, .. } => {
            for argument in arguments {
                if let ExprKind::Const(Value::Number(n)) = argument.node {
                    name(e, Kind::Text, n);
                    name(e, Kind::Number, n);
                }
            }
        }
        _ => {}
    });
}

/// The measure of a value that is no text.
fn size(value: &Value) -> Option<Decimal> {
    measure(value).filter(|_| value.as_text().is_none())
}

/// The difference between each two of some values, if there are differences, and their measures only rise or only fall: none
/// within where they differ. Two differences at least, since one is no growth.
fn rising(values: &[Value]) -> Option<Option<Decimal>> {
    let sizes: Option<Vec<Decimal>> = values.iter().map(measure).collect();
    let sizes = sizes?;
    let steps = sizes.windows(2).map(|pair| match pair {
        [from, to] => to.checked_sub(*from),
        _ => None,
    });
    let steps = steps.collect::<Option<Vec<Decimal>>>()?;
    let first = *steps.first().filter(|_| steps.len() > 1)?;
    let same_way = |d: &Decimal| !d.is_zero() && d.is_sign_positive() == first.is_sign_positive();
    let text = matches!(values, [Value::Text(_), ..]);
    let grows = steps.iter().all(same_way) && !(text && first.is_sign_negative());
    grows.then(|| Some(first).filter(|_| steps.iter().all(|d| *d == first)))
}

/// How large a value is: a number itself, a text by its characters, a time by what has passed.
pub(super) fn measure(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(n) => Some(*n),
        Value::Text(text) => Some(text.chars().count().into()),
        Value::Date(day) => {
            let since = day.duration_since(jiff::civil::Date::ZERO);
            Some((since.as_hours() / 24).into())
        }
        Value::DateTime(ms) => Some((*ms).into()),
        _ => None,
    }
}

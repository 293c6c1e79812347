//! Guards that never hold: parts that contradict each other, a value that the entered stage does not have, a stage that
//! cannot have been entered before.

use std::collections::BTreeSet;

use super::Life;
use crate::analyze::disjoint;
use crate::model::{Comparison, Expr, ExprKind, FieldRef, Model, StageIdx, Transition};
use crate::side::Side;
use crate::source::Span;
use crate::value::Value;

/// Why a line is never permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Never {
    /// Two parts of its condition contradict each other.
    Contradiction(Span, Span),
    /// Its condition asks a column for another value than the entered stage shows there.
    NotInStage {
        /// The part that asks.
        part: Span,
        /// The column.
        column: usize,
    },
    /// Its condition compares with the time of a stage that cannot have been entered before.
    NotEntered {
        /// Where the stage is named.
        part: Span,
        /// The stage.
        stage: StageIdx,
    },
    /// Who may take it has no column in which the move would show.
    Invisible,
}

/// The lines that are never permitted.
pub(super) fn never(life: Life<'_>) -> Vec<(usize, Never)> {
    let before = entered_before(life);
    let reason = |t: &Transition| {
        let mut ways = t.from.iter().flat_map(|f| {
            let movers = life.movers(t).into_iter();
            movers.flat_map(move |by| life.ways(t, f.node, by))
        });
        if t.conversion.is_none() && !t.from.is_empty() && ways.next().is_none() {
            return Some(Never::Invisible);
        }
        let guard = t.when.as_ref().filter(|g| !g.is_poisoned())?;
        let parts = parts(guard);
        contradiction(life.model, &parts)
            .or_else(|| not_in_stage(life, t, &parts))
            .or_else(|| not_entered(life, t, &parts, &before))
    };
    let lines = life.lifecycle.transitions.iter().enumerate();
    lines.filter_map(|(n, t)| Some((n, reason(t)?))).collect()
}

/// The conditions that must all hold.
fn parts(guard: &Expr) -> Vec<&Expr> {
    match &guard.node {
        ExprKind::All(list) => list.iter().flat_map(parts).collect(),
        _ => vec![guard],
    }
}

fn contradiction(model: &Model, parts: &[&Expr]) -> Option<Never> {
    let mut pairs = parts
        .iter()
        .enumerate()
        .flat_map(|(n, a)| parts.iter().skip(n + 1).map(move |b| (a, b)));
    pairs
        .find(|(a, b)| disjoint(model, a, b))
        .map(|(a, b)| Never::Contradiction(a.span, b.span))
}

/// A move shows in a column of its mover: where that is the only one, the column has a value of the entered stage.
fn not_in_stage(life: Life<'_>, t: &Transition, parts: &[&Expr]) -> Option<Never> {
    let mut ways = BTreeSet::new();
    for (from, by) in t
        .from
        .iter()
        .flat_map(|f| life.movers(t).into_iter().map(move |by| (f.node, by)))
    {
        ways.extend(life.ways(t, from, by));
    }
    let column = ways
        .pop_first()
        .filter(|_| ways.is_empty() && t.conversion.is_none())?;
    let field = life.field(column)?.id;
    let list = life.lifecycle.cell(t.to.node, column).iter();
    let list: Vec<(Value, Span)> = list.map(|v| (Value::text(&v.value), v.span)).collect();
    let shown = |part: &Expr| {
        let (side, _, _) = part.fields().into_iter().find(|(_, f, _)| *f == field)?;
        Some(among(side, field, list.clone()))
    };
    let part = parts
        .iter()
        .find(|p| shown(p).is_some_and(|shown| disjoint(life.model, p, &shown)))?;
    Some(Never::NotInStage {
        part: part.span,
        column,
    })
}

/// The condition that a field has one of these values.
pub(super) fn among(side: Side, field: FieldRef, list: Vec<(Value, Span)>) -> Expr {
    let expr = |node| Expr {
        node,
        span: Span::default(),
        kind: None,
    };
    expr(ExprKind::In {
        input: Box::new(expr(ExprKind::Field { side, field })),
        list: list.into(),
    })
}

/// A comparison with the time of a stage that was never entered does not hold.
fn not_entered(
    life: Life<'_>,
    t: &Transition,
    parts: &[&Expr],
    before: &[BTreeSet<StageIdx>],
) -> Option<Never> {
    let possible = |stage: StageIdx| {
        let mut from = t.from.iter();
        from.any(|f| {
            before
                .get(f.node.index())
                .is_some_and(|b| b.contains(&stage))
        })
    };
    for part in parts {
        let ExprKind::Compare {
            comparison,
            left,
            right,
        } = &part.node
        else {
            continue;
        };
        if *comparison == Comparison::NotEqual {
            continue;
        }
        for side in [left, right] {
            let ExprKind::Entered(name) = &side.node else {
                continue;
            };
            let mut rows = life.lifecycle.rows();
            let stage = rows.find(|(_, s)| s.name.node == *name).map(|(at, _)| at);
            if let Some(stage) = stage.filter(|s| !possible(*s)) {
                return Some(Never::NotEntered {
                    part: side.span,
                    stage,
                });
            }
        }
    }
    None
}

/// For each stage those that may have been entered on the way to it, itself included. A stage that nothing leads to may be
/// anybody's first one: whoever is met in it.
fn entered_before(life: Life<'_>) -> Vec<BTreeSet<StageIdx>> {
    let mut before: Vec<BTreeSet<StageIdx>> = life
        .lifecycle
        .rows()
        .map(|(at, _)| BTreeSet::from([at]))
        .collect();
    loop {
        let mut grown = false;
        for t in &life.lifecycle.transitions {
            for from in &t.from {
                let known = before.get(from.node.index()).cloned().unwrap_or_default();
                if let Some(target) = before.get_mut(t.to.node.index()) {
                    let size = target.len();
                    target.extend(known);
                    grown |= target.len() > size;
                }
            }
        }
        if !grown {
            return before;
        }
    }
}

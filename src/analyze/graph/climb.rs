//! Counters with an end: numbers and days that automations raise while they lie below a bound, or lower above one.
//!
//! A **step** adds always the same, and only below its bound; a **jump** puts a constant there that is no smaller than its bound;
//! a **stop** puts a constant there that is smaller than no bound, and of which no step, jump or stop asks. Suppose that some
//! of these run for ever. Of the jumps among them take the one with the smallest constant: below it each step raises what
//! is there by at least the smallest of all, each other jump or stop passes it, and nothing leads back; so that jump ends,
//! and no jump is among them. Below the largest bound nothing but steps and stops is left, and they lead beyond it; from there
//! nobody begins a step again, and after one stop nobody begins anything. What runs later may do so once more for each time that
//! it was begun, wherever it finds the value then; that changes none of this.
//!
//! A row that hands on what has changed, and nothing else, changes none of it either: of what it remembered last, the same on
//! both sides, each side makes what lies beyond, and whichever it hands on is remembered then. Where one side rounds, its
//! steps are as large as what it rounds to, so that whoever changes there has passed what was rounded.
//!
//! It is the oldest argument for termination: a ranking, here the distance to the last bound, that each turn makes smaller
//! (Floyd, Assigning meanings to programs, 1967), over thresholds that the conditions name. For active rules whose conditions
//! have such an order it is that of Baralis, Ceri and Widom (Better termination analysis for active databases, 1993).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::build::Built;
use super::growth::measure;
use super::place::{Place, stored};
use super::proof::{added, effects};
use crate::analyze::disjoint;
use crate::analyze::settle::network::CellId;
use crate::model::{
    Automation, Comparison, Effect, Expr, ExprKind, FieldView, Model, Phase, Written,
};
use crate::side::Side;
use crate::source::Span;
use crate::value::{Kind, Value};

/// So far from its last bound a counter begins at most, or with a value that was tried, where its turns are counted.
const FAR: Decimal = Decimal::ONE_THOUSAND;

/// Where a counter is heading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// What an effect does to a counter.
enum Does {
    /// It adds so much.
    Adds(Decimal),
    /// It puts this there.
    Puts(Value),
}

/// An effect on a counter, and when it does that.
struct Turn {
    does: Does,
    /// The condition of the automation, and of the effect.
    when: Vec<Expr>,
    /// How the counter is read where it runs.
    read: Expr,
}

/// A bound beyond which an effect does not run, and whether it runs there.
#[derive(Clone, Copy)]
struct Bound {
    at: Decimal,
    there: bool,
}

/// How often automations change a cell at most, and beside it the other one of its row, where it does not begin [far](FAR) from
/// rest; none where it is no counter with an end. Of the automations only those are looked at that
/// are `live`, by rule.
pub(super) fn climbs(model: &Model, built: &Built, at: usize, live: &[bool]) -> Option<u32> {
    let cells = built.network.exchange(CellId(at as u16))?;
    let places = cells.iter().map(|c| built.places.get(c.index()).copied());
    let fields = places.map(|place| match place? {
        Place::Field(field) => model.field(field),
        Place::Through { .. } | Place::Computed { .. } | Place::Started(_) => None,
    });
    let fields: Vec<FieldView<'_>> = fields.collect::<Option<_>>()?;
    let kind = fields.first()?.kind();
    let counted = matches!(kind, Kind::Number | Kind::Date);
    let alike = fields.iter().all(|f| f.kind() == kind);
    let mut steps = built.steps.keys();
    let by_lifecycle = steps.any(|rule| {
        let rule = built.network.rules.get(rule.index());
        rule.is_some_and(|r| r.effects.iter().any(|e| cells.contains(&e.target)))
    });
    if !counted || !alike || by_lifecycle {
        return None;
    }
    let written = effects(model, built, live);
    let written = written.filter(|(_, e)| fields.iter().any(|f| f.id == e.target));
    let turns = written.map(|(a, e)| turns(&fields, a, e));
    let turns: Vec<Vec<Turn>> = turns.collect::<Option<_>>()?;
    let turns: Vec<Turn> = turns.into_iter().flatten().collect();
    let values = cells.iter().filter_map(|c| built.values.get(c.index()));
    let values: Vec<Decimal> = values.flatten().filter_map(measure).collect();
    let mut ways = [Way::Up, Way::Down].into_iter();
    ways.find_map(|way| way.ends(model, &turns, &values))
}

/// What an effect does, if it counts, and no platform rounds what it adds or puts: one turn, or two where it adds up to a limit and
/// puts that beyond; none where it leaves the counter as it is.
fn turns(fields: &[FieldView<'_>], automation: &Automation, effect: &Effect) -> Option<Vec<Turn>> {
    let own = fields.iter().find(|f| f.id == effect.target)?;
    let conditions = automation.guard.iter().chain(&effect.when);
    let when: Vec<Expr> = conditions.cloned().collect();
    let puts = |value: &Value| {
        let exact = |f: &FieldView<'_>| stored(Some(*f)).normal(value) == *value;
        let counts = value.kind() == Some(own.kind()) && fields.iter().all(exact);
        counts.then(|| Does::Puts(value.clone()))
    };
    let value = effect.value.as_ref()?;
    if automation.phase == Phase::Derived {
        return None;
    }
    let does = match &value.node {
        _ if is_own(value, effect) => return Some(Vec::new()),
        ExprKind::Const(value) => puts(value)?,
        ExprKind::Call {
            function,
            arguments,
        } => {
            let (added, limit) = match arguments.as_slice() {
                [limit, added] if matches!(limit.node, ExprKind::Const(_)) => (added, limit),
                [added, limit] => (added, limit),
                _ => return None,
            };
            let (read, by) = added_to(*own, effect, added)?;
            let (before, beyond) = match (function.as_str(), by.is_sign_positive()) {
                ("min", true) => (Comparison::Less, Comparison::Greater),
                ("max", false) => (Comparison::Greater, Comparison::Less),
                _ => return None,
            };
            let ExprKind::Const(to) = &limit.node else {
                return None;
            };
            let turn = |does: Does, comparison: Comparison| {
                let mut turn = Turn {
                    does,
                    when: when.clone(),
                    read: read.clone(),
                };
                turn.when.push(turn.compared(comparison, to));
                turn
            };
            let (adds, puts) = (Does::Adds(by), puts(to)?);
            return Some(vec![turn(adds, before), turn(puts, beyond)]);
        }
        _ => {
            let (read, by) = added_to(*own, effect, value)?;
            let does = Does::Adds(by);
            return Some(vec![Turn { does, when, read }]);
        }
    };
    let read = reading(*own, effect, &when)?;
    Some(vec![Turn { does, when, read }])
}

/// Whether an expression is the field that an effect writes.
fn is_own(e: &Expr, effect: &Effect) -> bool {
    Place::of(e) == Some(Place::Field(effect.target))
}

/// How the field of an effect is read in a sum, and what is added to it.
fn added_to(own: FieldView<'_>, effect: &Effect, e: &Expr) -> Option<(Expr, Decimal)> {
    let (read, by) = added(e, effect.target)?;
    // a day and a part of one are that day
    let days = own.kind() == Kind::Date;
    let by = if days { by.trunc() } else { by.normalize() };
    let number = Value::Number(by);
    let exact = days || stored(Some(own)).normal(&number) == number;
    (exact && !by.is_zero()).then(|| (read.clone(), by))
}

/// How its own record reads the field of an effect, or else its conditions do.
fn reading(own: FieldView<'_>, effect: &Effect, when: &[Expr]) -> Option<Expr> {
    let field = ExprKind::Field {
        side: Side::Left,
        field: effect.target,
    };
    let mut found = (effect.record == Written::Itself).then(|| unwritten(field, own.kind()));
    for condition in when {
        condition.visit(&mut |e| {
            if found.is_none() && is_own(e, effect) {
                found = Some(e.clone());
            }
        });
    }
    found
}

/// An expression that stands nowhere.
const fn unwritten(node: ExprKind, kind: Kind) -> Expr {
    Expr {
        node,
        span: Span::new(crate::source::FileId(0), 0, 0),
        kind: Some(kind),
    }
}

const fn truth(node: ExprKind) -> Expr {
    unwritten(node, Kind::Bool)
}

impl Way {
    /// A number, larger the farther it lies this way.
    fn along(self, n: Decimal) -> Decimal {
        match self {
            Self::Up => n,
            Self::Down => -n,
        }
    }

    /// How many turns there are at most until a counter that goes this way has passed all bounds, from far, or the first of some
    /// values; none where it need not pass them.
    fn ends(self, model: &Model, turns: &[Turn], values: &[Decimal]) -> Option<u32> {
        let mut last: Option<Decimal> = None;
        let mut least: Option<Decimal> = None;
        let mut stops: Vec<&Value> = Vec::new();
        // nobody leaves a blank there again
        for turn in turns.iter().filter(|t| !t.fills(model)) {
            let bound = turn.bound(model, self);
            let passed = |v: &Value| bound.filter(|b| self.is_passed(*b, v));
            match &turn.does {
                Does::Adds(by) => {
                    let by = self.along(*by);
                    let bound = bound.filter(|_| by.is_sign_positive())?;
                    last = last.max(Some(self.along(bound.at)));
                    least = Some(least.map_or(by, |l| l.min(by)));
                }
                Does::Puts(value) => match passed(value) {
                    Some(bound) => last = last.max(Some(self.along(bound.at))),
                    None => stops.push(value),
                },
            }
        }
        let stays = |value: &&Value| {
            let beyond = measure(value).is_some_and(|n| last.is_none_or(|l| self.along(n) >= l));
            beyond && turns.iter().all(|t| t.leaves(model, value))
        };
        if !stops.iter().all(stays) {
            return None;
        }
        let first = values.iter().map(|v| self.along(*v)).min();
        let way = last.zip(first).and_then(|(l, f)| l.checked_sub(f));
        let way = way.map(|way| way.max(FAR));
        let steps = way.zip(least).and_then(|(w, l)| w.checked_div(l));
        let steps = steps.unwrap_or_default().max(Decimal::ZERO).ceil();
        let turns = u32::try_from(turns.len()).ok()?;
        steps.to_u32()?.checked_add(turns)
    }

    /// Whether a value lies beyond a bound.
    fn is_passed(self, bound: Bound, value: &Value) -> bool {
        let Some(value) = measure(value).map(|v| self.along(v)) else {
            return false;
        };
        let at = self.along(bound.at);
        value > at || value == at && !bound.there
    }
}

impl Turn {
    /// Whether one of its conditions never holds together with another one: what runs later asks the one before the other.
    fn excludes(&self, model: &Model, other: &Expr) -> bool {
        let mut when = self.when.iter();
        when.any(|own| disjoint(model, own, other))
    }

    /// Whether it runs only where there is nothing.
    fn fills(&self, model: &Model) -> bool {
        let filled = truth(ExprKind::IsSet(Box::new(self.read.clone())));
        let blank = truth(ExprKind::Not(Box::new(filled.clone())));
        self.excludes(model, &filled) && !self.excludes(model, &blank)
    }

    /// Whether it does not run where this stands.
    fn leaves(&self, model: &Model, value: &Value) -> bool {
        self.excludes(model, &self.compared(Comparison::Equal, value))
    }

    fn compared(&self, comparison: Comparison, value: &Value) -> Expr {
        truth(ExprKind::Compare {
            comparison,
            left: Box::new(self.read.clone()),
            right: Box::new(Expr::constant(value.clone(), self.read.span)),
        })
    }

    /// The first value on a way that its conditions name and beyond which it does not run.
    fn bound(&self, model: &Model, way: Way) -> Option<Bound> {
        let mut named: Vec<(Decimal, Value)> = Vec::new();
        let mut name = |v: &Value| named.extend(measure(v).map(|n| (n, v.clone())));
        let place = Place::of(&self.read);
        for condition in &self.when {
            condition.visit(&mut |e| match &e.node {
                ExprKind::Compare { left, right, .. } => {
                    for (one, other) in [(left, right), (right, left)] {
                        if let ExprKind::Const(value) = &other.node
                            && Place::of(one) == place
                        {
                            name(value);
                        }
                    }
                }
                ExprKind::In { input, list } if Place::of(input) == place => {
                    list.iter().for_each(|(v, _)| name(v));
                }
                _ => {}
            });
        }
        named.sort_by_key(|(n, _)| way.along(*n));
        let (from, beyond) = match way {
            Way::Up => (Comparison::GreaterOrEqual, Comparison::Greater),
            Way::Down => (Comparison::LessOrEqual, Comparison::Less),
        };
        named.into_iter().find_map(|(at, value)| {
            let there = !self.excludes(model, &self.compared(from, &value));
            let ends = !there || self.excludes(model, &self.compared(beyond, &value));
            ends.then_some(Bound { at, there })
        })
    }
}

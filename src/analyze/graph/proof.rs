//! What holds of a part for all values, not only for those that were tried.
//!
//! In come a part as tables and the model behind it, whose functions say more than their tables do: a
//! [`Shape`](crate::analyze::settle::shape::Shape) holds of every value that a chain of functions can give. Where the shapes
//! say nothing, the part is what its search found, of the values that were searched.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::build::Built;
use super::climb::climbs;
use super::place::{Place, stored};
use super::writes::Write;
use crate::analyze::settle::law::Automatic;
use crate::analyze::settle::shape::{Change, Filled, Shape};
use crate::model::{
    Automation, Effect, Expr, ExprKind, Fallback, FieldRef, FieldView, Model, Operation, Phase,
    Written,
};
use crate::platform::{Case, LineEnds, Stored, Trim};
use crate::side::Side;
use crate::value::{Kind, Value, library};

/// How it is known that a part comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// By a law, whatever its values are, or from every state, whether it can be reached or not: it takes so many rounds at most.
    Law,
    /// By a law, whatever its values are; so many rounds it took with those that were tried.
    Seen,
    /// All that can be was searched: the values that were tried, and others that behave as one of them.
    Search,
    /// Some values were tried. Others may behave otherwise.
    Sample,
}

/// What a writer makes: of a value of a place, by changes one after the other; or one of some constants.
#[derive(Debug)]
struct Term {
    from: Option<Place>,
    changes: Vec<Change>,
}

/// What is known of the automations that write each cell, of those that are `live`, by rule. Computed fields count as what they
/// are computed of.
pub(super) fn automatic(model: &Model, built: &Built, live: &[bool]) -> Vec<Automatic> {
    let of_lifecycle = |at: usize| {
        let mut steps = built
            .steps
            .keys()
            .filter_map(|r| built.network.rules.get(r.index()));
        steps.any(|rule| rule.effects.iter().any(|e| e.target.index() == at))
    };
    let of = |(at, place): (usize, &Place)| {
        let alone = Automatic {
            leaves: true,
            ends: Some(0),
            fills: true,
            one_way: true,
            climbs: None,
        };
        match place.field() {
            _ if of_lifecycle(at) => Automatic::default(),
            None => alone,
            Some(field) => Automatic {
                fills: fills(model, built, field, live),
                one_way: is_one_way(model, built, field, live),
                climbs: climbs(model, built, at, live),
                ..of_field(model, built, field, live).unwrap_or_default()
            },
        }
    };
    built.places.iter().enumerate().map(of).collect()
}

/// How many rounds the counters of a part take at most: each turn writes in one, and what was written is handed on in one more, row
/// by row.
pub(super) fn counted(model: &Model, built: &Built) -> u32 {
    let cells = 0..built.places.len();
    let turns = cells.filter_map(|at| climbs(model, built, at, &[]));
    let most = turns.max().filter(|most| *most > 0);
    let rows = u32::try_from(built.rows.len()).unwrap_or(u32::MAX);
    most.map_or(0, |most| most.saturating_add(1).saturating_mul(rows.max(1)))
}

/// What is known of the automations that write a field, where each makes something of what the field holds.
fn of_field(model: &Model, built: &Built, field: FieldRef, live: &[bool]) -> Option<Automatic> {
    let own: Vec<Vec<Change>> = effects(model, built, live)
        .filter(|(a, e)| e.target == field && a.phase != Phase::Derived)
        .map(|(_, e)| match terms(e.value.as_ref()?, None)?.as_slice() {
            [
                Term {
                    from: Some(from),
                    changes,
                },
            ] if *from == Place::Field(field) => Some(changes.clone()),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let mut changes: Vec<Change> = own.iter().flatten().cloned().collect();
    changes.extend(platform(stored(model.field(field))));
    Some(Automatic {
        leaves: is_left(model, built, field, &own),
        ends: match own.is_empty() {
            true => Some(0),
            false => Ways::new(&changes, Rounds::None).longest(&Shape::default()),
        },
        ..Automatic::default()
    })
}

/// How a sum reads a field, and what it adds to that: always the same.
pub(super) fn added(e: &Expr, field: FieldRef) -> Option<(&Expr, Decimal)> {
    let ExprKind::Arithmetic {
        operation,
        left,
        right,
    } = &e.node
    else {
        return None;
    };
    let (read, by) = match (&left.node, &right.node, operation) {
        (_, ExprKind::Const(Value::Number(n)), Operation::Add) => (left, *n),
        (_, ExprKind::Const(Value::Number(n)), Operation::Subtract) => (left, -*n),
        (ExprKind::Const(Value::Number(n)), _, Operation::Add) => (right, *n),
        _ => return None,
    };
    (Place::of(read) == Some(Place::Field(field))).then_some((&**read, by))
}

/// Whether all automations add to what a field holds, or all take from it: always a number, or days, that is no other one.
fn is_one_way(model: &Model, built: &Built, field: FieldRef, live: &[bool]) -> bool {
    let adds = |e: &Expr| added(e, field).map(|(_, by)| by.is_sign_positive());
    let written = effects(model, built, live).filter(|(_, e)| e.target == field);
    let ways = written.map(|(_, e)| adds(e.value.as_ref()?));
    let ways: Option<BTreeSet<bool>> = ways.collect();
    ways.is_some_and(|w| w.len() <= 1)
}

/// Whether no automation makes a field blank: what is written is a constant, or made of what the field holds by what leaves
/// something. A platform that drops blanks around texts keeps what begins with something else.
fn fills(model: &Model, built: &Built, field: FieldRef, live: &[bool]) -> bool {
    let view = model.field(field);
    let filled = match view.map(FieldView::kind) {
        Some(Kind::Text) if stored(view).trim == Trim::Both => Filled::Begun,
        Some(Kind::Text | Kind::Number | Kind::Bool) => Filled::Some,
        _ => return false,
    };
    let constant =
        |value: &Value| !value.is_blank() && value.as_text().is_none_or(|t| filled.has(t));
    let own = |e: &Expr| Place::of(e) == Some(Place::Field(field));
    let fills = |e: &Expr| match &e.node {
        ExprKind::Const(value) => constant(value),
        ExprKind::Arithmetic { left, right, .. } => {
            let number = |e: &Expr| own(e) || matches!(e.node, ExprKind::Const(Value::Number(_)));
            number(left) && number(right)
        }
        _ => match terms(e, None).as_deref() {
            Some([Term { from, changes }]) => {
                *from == Some(Place::Field(field)) && changes.iter().all(|c| c.fills(filled))
            }
            _ => false,
        },
    };
    let mut values = effects(model, built, live)
        .filter(|(_, e)| e.target == field)
        .map(|(_, e)| &e.value);
    values.all(|v| v.as_ref().is_some_and(fills))
}

/// What a platform makes of what it stores.
fn platform(stored: Stored) -> Vec<Change> {
    let mut changes = Vec::new();
    changes.extend((stored.trim == Trim::Both).then_some(Change::Trim));
    changes.extend((stored.case == Case::Lower).then_some(Change::Lower));
    changes.extend((stored.line_ends == LineEnds::Alike).then_some(Change::Lines));
    changes.extend(stored.scale.map(|scale| Change::Scale(scale.into())));
    changes
}

/// Whether automations that make these changes leave what rows write to a field, and what they have made themselves.
fn is_left(model: &Model, built: &Built, field: FieldRef, own: &[Vec<Change>]) -> bool {
    let gives = |changes: &[Change], of: Shape| changes.iter().fold(of, |s, c| c.shape(s));
    let written = built
        .rows
        .iter()
        .filter_map(|r| model.row(*r))
        .flat_map(|view| {
            let to = Side::BOTH
                .into_iter()
                .filter(move |s| Place::of_row(model, view.id, *s) == Some(Place::Field(field)));
            to.filter_map(move |side| view.lane(!side))
        });
    let mut shapes: Vec<Shape> = own.iter().map(|c| gives(c, Shape::default())).collect();
    shapes.extend(written.map(|lane| {
        let plain = lane.default.is_none() && lane.failure == Fallback::Reject;
        let image = terms(&lane.value, None).filter(|_| plain);
        match image.as_deref() {
            Some([Term { changes, .. }]) => gives(changes, Shape::default()),
            _ => Shape::default(),
        }
    }));
    let leave = |shape: &Shape| own.iter().flatten().all(|c| c.leaves(shape));
    shapes.iter().all(leave)
}

/// The effects of the automations of a part, but for those that are not live, and those that a later one of the
/// same automation overwrites.
pub(super) fn effects<'m>(
    model: &'m Model,
    built: &'m Built,
    live: &'m [bool],
) -> impl Iterator<Item = (&'m Automation, &'m Effect)> {
    let ids = built.automations.iter().enumerate();
    let ids = ids.filter(|(at, _)| live.get(*at) != Some(&false));
    let ids = ids.filter_map(|(_, id)| *id);
    let automations = ids.filter_map(|id| model.automations.get(id.index()));
    automations.flat_map(|automation| {
        let overwrites = |e: &Effect, one: &Effect| {
            let always = e.when.is_none() && e.record == Written::Itself;
            always && e.target == one.target && one.record == Written::Itself
        };
        let last = move |at: usize, one: &Effect| {
            let mut later = automation.effects.iter().skip(at + 1);
            !later.any(|e| overwrites(e, one))
        };
        let effects = automation.effects.iter().enumerate();
        let effects = effects.filter(move |(at, effect)| last(*at, effect));
        effects.map(move |(_, effect)| (automation, effect))
    })
}

/// Whether the values of a part have an end whatever they begin with, and those that were tried are of each sort that a
/// function tells apart: some that it changes, and some that it leaves.
///
/// What is made of a cell that nothing writes here is made once. Of the others, a shape is what is known of a value after some
/// changes, in whatever order the part makes them. Where every way through the shapes ends, with changes that leave the last
/// one as it is, a value is only copied once it came there; where it goes round between letters of one case and of the other,
/// it comes by the same spellings again and again. In both cases it has a course as one of the values that were tried.
pub(super) fn is_searched(model: &Model, built: &Built) -> bool {
    if built.sampled {
        return false;
    }
    let mut writes = Write::of_rows(model, &built.rows);
    writes.extend(effects(model, built, &[]).map(|(_, e)| Write::of_effect(e, e.value.as_ref())));
    let written = |place: &Place| writes.iter().any(|w| w.to == *place);
    let mut turning = Vec::new();
    for write in &writes {
        let Some(made) = write.made else {
            return false;
        };
        if !write.reads().iter().any(written) {
            continue;
        }
        let Some(terms) = terms(made, write.input) else {
            return false;
        };
        turning.extend(
            terms
                .into_iter()
                .filter(|t| t.from.as_ref().is_some_and(written)),
        );
    }
    let changes: Vec<Change> = turning.iter().flat_map(|t| t.changes.clone()).collect();
    let mut ways = Ways::new(&changes, Rounds::OfCase);
    ways.longest(&Shape::default()).is_some() && turning.iter().all(|t| is_sampled(built, t))
}

/// Which ways through the shapes may go round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rounds {
    /// None.
    None,
    /// Those that change the case of letters alone.
    OfCase,
}

/// The ways through the shapes that some changes give, in any order.
struct Ways<'c> {
    changes: &'c [Change],
    rounds: Rounds,
    /// The way to where it looks: each shape with whether a change of case leads on.
    path: Vec<(Shape, bool)>,
    /// Shapes from which all ways end, each with the changes of the longest one.
    done: Vec<(Shape, u32)>,
}

impl<'c> Ways<'c> {
    const fn new(changes: &'c [Change], rounds: Rounds) -> Self {
        Self {
            changes,
            rounds,
            path: Vec::new(),
            done: Vec::new(),
        }
    }

    /// The changes of the longest way from a shape; none where one does not end.
    fn longest(&mut self, shape: &Shape) -> Option<u32> {
        if let Some((_, most)) = self.done.iter().find(|(s, _)| s == shape) {
            return Some(*most);
        }
        if let Some(at) = self.path.iter().position(|(s, _)| s == shape) {
            let cased = self.path.iter().skip(at).all(|(_, cased)| *cased);
            return (cased && self.rounds == Rounds::OfCase).then_some(0);
        }
        let mut most = 0;
        for change in self.changes.iter().filter(|c| !c.leaves(shape)) {
            self.path.push((shape.clone(), change.is_of_case()));
            let further = self.longest(&change.shape(shape.clone()));
            self.path.pop();
            most = most.max(further?.saturating_add(1));
        }
        self.done.push((shape.clone(), most));
        Some(most)
    }
}

/// What an expression can give: a chain of functions of one place, constants, or what a map has for it.
fn terms(e: &Expr, input: Option<Place>) -> Option<Vec<Term>> {
    let constant = || {
        Some(vec![Term {
            from: None,
            changes: Vec::new(),
        }])
    };
    match &e.node {
        ExprKind::Const(_) | ExprKind::Env(_) => constant(),
        ExprKind::Input => Some(vec![Term {
            from: input,
            changes: Vec::new(),
        }]),
        ExprKind::Linked { input: inner, .. } => terms(inner, input),
        ExprKind::Map { input: inner, .. }
        | ExprKind::Each { input: inner, .. }
        | ExprKind::Normalize { input: inner, .. } => {
            // one of its values, or what comes in where it keeps that
            let mut found = constant()?;
            found.extend(terms(inner, input)?);
            Some(found)
        }
        ExprKind::Call {
            function,
            arguments,
        } => {
            let function = library::function(function)?;
            let (first, more) = arguments.split_first()?;
            let more: Option<Vec<Value>> = more
                .iter()
                .map(|a| match &a.node {
                    ExprKind::Const(value) => Some(value.clone()),
                    _ => None,
                })
                .collect();
            let change = Change::Call(function, more?);
            let mut found = terms(first, input)?;
            for term in &mut found {
                term.changes.push(change.clone());
            }
            Some(found)
        }
        _ => Place::of(e).map(|place| {
            vec![Term {
                from: Some(place),
                changes: Vec::new(),
            }]
        }),
    }
}

/// Whether values were tried that a term changes, and others that it does not.
fn is_sampled(built: &Built, term: &Term) -> bool {
    let at = term
        .from
        .and_then(|from| built.places.iter().position(|p| *p == from));
    let Some(values) = at
        .and_then(|i| built.values.get(i))
        .filter(|_| !term.changes.is_empty())
    else {
        return true;
    };
    let made = |value: &Value| {
        let step = |v: Value, change: &Change| change.apply(&v);
        term.changes.iter().try_fold(value.clone(), step)
    };
    let mut filled = values.iter().filter(|v| !v.is_blank());
    filled.clone().any(|v| made(v).as_ref() != Some(v))
        && filled.any(|v| made(v).as_ref() == Some(v))
}

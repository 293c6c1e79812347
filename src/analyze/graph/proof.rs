//! What holds of a part for all values, not only for those that were tried.
//!
//! In come a part as tables and the model behind it, whose functions say more than their tables do: a
//! [`Shape`](crate::analyze::settle::shape::Shape) holds of every value that a chain of functions can give. Where the shapes
//! say nothing, the part is what its search found, of the values that were searched.

use super::build::{Built, simple};
use super::place::Place;
use crate::analyze::settle::shape::{Change, Shape};
use crate::model::{
    Automation, CellKind, Effect, Expr, ExprKind, Fallback, FieldRef, Model, Phase,
};
use crate::side::Side;
use crate::value::{Value, library};

/// How it is known that a part comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// By a law, whatever its values are.
    Law,
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

/// Whether the automations that write a cell leave what rows write there, and what they make themselves, by cell. Computed
/// fields count as what they are computed of.
pub(super) fn leaves(model: &Model, built: &Built) -> Vec<bool> {
    let of_lifecycle = |at: usize| {
        let mut steps = built
            .steps
            .keys()
            .filter_map(|r| built.network.rules.get(r.index()));
        steps.any(|rule| rule.effects.iter().any(|e| e.target.index() == at))
    };
    let of = |(at, place): (usize, &Place)| {
        let alone = place
            .field()
            .is_none_or(|field| is_left(model, built, field));
        alone && !of_lifecycle(at)
    };
    built.places.iter().enumerate().map(of).collect()
}

fn is_left(model: &Model, built: &Built, field: FieldRef) -> bool {
    let own: Option<Vec<Vec<Change>>> = effects(model, built)
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
        .collect();
    let Some(own) = own else { return false };
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
    let leave = |shape: &Shape| own.iter().flatten().all(|c| c.leaves(*shape));
    shapes.iter().all(leave)
}

/// The effects of the automations of a part.
fn effects<'m>(
    model: &'m Model,
    built: &Built,
) -> impl Iterator<Item = (&'m Automation, &'m Effect)> {
    let ids = built.automations.iter().flatten();
    let automations = ids.filter_map(|id| model.automations.get(id.index()));
    automations.flat_map(|a| a.effects.iter().map(move |e| (a, e)))
}

/// Whether the values of a part have an end whatever they begin with, and those that were tried are of each sort that a
/// function tells apart: some that it changes, and some that it leaves.
///
/// What is made of a cell that nothing writes here is made once. Of the others, a shape is what is known of a value after some
/// changes, in whatever order the part makes them. Where every way through the shapes ends, with changes that leave the last
/// one as it is, a value is only copied once it came there; where it goes round between letters of one case and of the other,
/// it comes by the same spellings again and again. In both cases it has a course as one of the values that were tried.
pub(super) fn is_searched(model: &Model, built: &Built) -> bool {
    let writes = writes(model, built);
    let written = |place: &Place| writes.iter().any(|w| w.to == *place);
    let mut turning = Vec::new();
    for write in &writes {
        let Some(made) = &write.made else {
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
    ends(&changes, Shape::default(), &mut Vec::new(), &mut Vec::new())
        && turning.iter().all(|t| is_sampled(built, t))
}

/// Whether every way from a shape ends, or goes round by changes of case alone. `path` is the way to it, each shape with whether
/// a change of case leads on, `done` are shapes from which all ways end.
fn ends(
    changes: &[Change],
    shape: Shape,
    path: &mut Vec<(Shape, bool)>,
    done: &mut Vec<Shape>,
) -> bool {
    if done.contains(&shape) {
        return true;
    }
    if let Some(at) = path.iter().position(|(s, _)| *s == shape) {
        return path.iter().skip(at).all(|(_, cased)| *cased);
    }
    let all = changes.iter().filter(|c| !c.leaves(shape)).all(|change| {
        path.push((shape, change.is_of_case()));
        let ends = ends(changes, change.shape(shape), path, done);
        path.pop();
        ends
    });
    done.push(shape);
    all
}

/// A write of a part.
struct Write {
    to: Place,
    /// What passes through it, on a row.
    input: Option<Place>,
    /// What is written; none where nobody knows.
    made: Option<Expr>,
}

impl Write {
    fn reads(&self) -> Vec<Place> {
        let mut places = self.made.as_ref().map(Place::read_by).unwrap_or_default();
        places.extend(self.input);
        places
    }
}

/// Every write of a part.
fn writes(model: &Model, built: &Built) -> Vec<Write> {
    let mut found = Vec::new();
    for view in built.rows.iter().filter_map(|r| model.row(*r)) {
        for from in Side::BOTH {
            let source = Place::of_row(model, view.id, from);
            let target = Place::of_row(model, view.id, !from);
            let cell = &view.row.cells.get(from).node;
            if let (CellKind::Computed(e), Some(to)) = (cell, source) {
                let made = Some(simple(e));
                found.push(Write {
                    to,
                    input: None,
                    made,
                });
            }
            if let (Some(lane), Some(to)) = (view.lane(from), target) {
                let made = Some(lane.value.clone());
                found.push(Write {
                    to,
                    input: source,
                    made,
                });
            }
        }
    }
    found.extend(effects(model, built).map(|(_, effect)| Write {
        to: Place::Field(effect.target),
        input: None,
        made: effect.value.clone(),
    }));
    found
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

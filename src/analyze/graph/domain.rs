//! The values that a part of the graph is tried with.
//!
//! A field with a list, a box and whatever is only copied and compared has few values that matter: those that the part names,
//! and others that stand for the rest, since no guard and no map tells them apart (data independence: Wolper, Expressing
//! interesting properties of programs in propositional temporal logic, 1986). Where functions change values the seeds are
//! corners of their kind; what the functions and the platforms make of them is added by the [builder](super::build).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::leading::leading;
use super::members::Members;
use super::place::Place;
use super::samples::{Changes, FRESH, samples};
use super::writes::Write;
use crate::formula::ADD_ITEM;
use crate::model::{
    Comparison, Expr, ExprKind, FieldView, MapId, Model, NormalizeTable, PicklistMap,
};
use crate::side::Side;
use crate::value::{Kind, Value, library};

/// Values of a list of a condition that are looked at.
const LISTED: usize = 6;
/// Texts of more characters than these are not looked at.
pub(super) const LONGEST: usize = 4_096;
/// Functions that look for a part in a text.
const PARTED: [&str; 5] = [
    "contains",
    "ends_with",
    "replace",
    "starts_with",
    "strip_prefix",
];
/// Rows of a map that are not one to one and are looked at.
const IRREGULAR: usize = 12;

/// How many values of its kind a cell gets beside those that are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seeds {
    /// One.
    Few,
    /// Those that stand for the rest, where nothing changes values; a few corners, where something does.
    Some,
    /// All corners.
    All,
}

/// Values that a part names, by the place beside which they stand, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Named {
    values: BTreeMap<Place, Vec<Value>>,
    members: Members,
    /// Whether values are left out that conditions tell apart: of sets that are asked for many members.
    pub sampled: bool,
}

impl Named {
    /// Remembers a value of a place.
    pub fn put(&mut self, place: Place, value: &Value) {
        let values = self.values.entry(place).or_default();
        if !value.is_blank() && !values.contains(value) {
            values.push(value.clone());
        }
    }

    /// Remembers what the conditions and values of an expression compare places with.
    pub fn gather(&mut self, model: &Model, e: &Expr) {
        e.visit(&mut |e| match &e.node {
            ExprKind::Compare {
                comparison,
                left,
                right,
            } => {
                for (one, other) in [(left, right), (right, left)] {
                    if let ExprKind::Const(value) = &other.node {
                        self.compared(model, *comparison, one, value);
                    }
                }
            }
            ExprKind::In { input, list } => {
                for place in Place::read_by(input) {
                    let listed = list.iter().take(LISTED);
                    listed.for_each(|(v, _)| self.put(place, v));
                    if input.kind == Some(Kind::Set) {
                        list.iter().for_each(|(v, _)| self.members.ask(place, v));
                    }
                }
            }
            _ if put_to(e).is_some() => {
                for (place, member) in Place::read_by(e).into_iter().zip(put_to(e)) {
                    self.put(place, member);
                    self.members.ask(place, member);
                }
            }
            _ => {
                for place in comes_in(e).map(Place::read_by).unwrap_or_default() {
                    let told = telling(model, e);
                    told.iter().for_each(|v| self.put(place, v));
                }
            }
        });
    }

    /// Remembers a constant that an expression is compared with; beside the length of a text, texts of it and of one more.
    fn compared(&mut self, model: &Model, comparison: Comparison, e: &Expr, value: &Value) {
        let fits = |place: &Place| {
            let kind = place.view(model).map(FieldView::kind);
            kind.is_none_or(|k| value.kind().is_none_or(|v| v == k) || k == Kind::Set)
        };
        for place in Place::read_by(e) {
            if fits(&place) {
                if e.kind == Some(Kind::Set) {
                    self.members.compare(place, value);
                }
                self.put(place, value);
                self.neighbours(place, comparison, value);
            }
        }
        let ExprKind::Call {
            function,
            arguments,
        } = &e.node
        else {
            return;
        };
        let Value::Number(length) = value else { return };
        let length = length.to_usize().filter(|n| *n < LONGEST);
        if let (Some(n), "length") = (length, function.as_str()) {
            for place in arguments.iter().flat_map(Place::read_by) {
                self.put(place, &Value::text("a".repeat(n)));
                self.put(place, &Value::text("a".repeat(n + 1)));
            }
        }
    }

    /// Remembers the sets that conditions tell apart.
    pub fn join_members(&mut self, model: &Model, writes: &[Write<'_>]) {
        self.members.trace_back(model, writes);
        let (sets, all) = self.members.sets(model);
        self.sampled = !all;
        sets.iter().for_each(|(place, set)| self.put(*place, set));
    }

    /// Remembers, of a value beside the place that a write of these goes to, what has to stand where it comes from: what tells
    /// values apart there does so here.
    pub fn trace_back(&mut self, model: &Model, writes: &[Write<'_>]) {
        // a way passes each write once
        for _ in writes {
            let before = self.count();
            for write in writes {
                let Some(made) = write.made else { continue };
                let values = self.values.get(&write.to).cloned().unwrap_or_default();
                for value in &values {
                    for (from, value) in leading(model, made, write.input, value) {
                        self.put(from, &value);
                    }
                }
            }
            if self.count() == before {
                break;
            }
        }
    }

    fn count(&self) -> usize {
        self.values.values().map(Vec::len).sum()
    }

    /// Beside a value that an order compares with, one below and one above.
    fn neighbours(&mut self, place: Place, comparison: Comparison, value: &Value) {
        if matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            return;
        }
        let (below, above) = match value {
            Value::Number(n) => (
                n.checked_sub(Decimal::ONE).map(Value::Number),
                n.checked_add(Decimal::ONE).map(Value::Number),
            ),
            Value::Date(day) => (
                day.yesterday().ok().map(Value::Date),
                day.tomorrow().ok().map(Value::Date),
            ),
            Value::DateTime(ms) => (
                ms.checked_sub(1_000).map(Value::DateTime),
                ms.checked_add(1_000).map(Value::DateTime),
            ),
            _ => return,
        };
        for value in below.iter().chain(&above) {
            self.put(place, value);
        }
    }

    /// The first values of a cell: the blank, those that are named beside it, and those that stand for the rest.
    pub fn seeds(
        &self,
        place: Place,
        view: Option<FieldView<'_>>,
        changes: Changes,
        seeds: Seeds,
    ) -> Vec<Value> {
        let mut values = vec![Value::Blank];
        if view.is_some_and(FieldView::is_box) {
            values.push(Value::Bool(false));
        }
        let named = self
            .values
            .get(&place)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for value in named {
            let value = match (view.map(FieldView::kind), value) {
                (Some(Kind::Set), Value::Text(text)) => Value::set([text]),
                _ => value.clone(),
            };
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if changes == Changes::Some {
            beyond(&mut values);
        }
        let fresh = match view {
            Some(view) => samples(view, changes),
            None => Vec::new(),
        };
        let more = match (seeds, changes) {
            (Seeds::Few, _) => 1,
            (_, Changes::None) => FRESH,
            (Seeds::Some, Changes::Some) => FRESH + 1,
            (Seeds::All, Changes::Some) => fresh.len(),
        };
        let limit = values.len() + more;
        for value in fresh {
            if values.len() < limit && !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }
}

/// Adds numbers above and below all that are named, and puts them first: what counts on from there passes no more of these.
fn beyond(values: &mut Vec<Value>) {
    let number = |v: &Value| match v {
        Value::Number(n) => Some(*n),
        _ => None,
    };
    let numbers: Vec<Decimal> = values.iter().filter_map(number).collect();
    let Some((low, high)) = numbers.iter().min().zip(numbers.iter().max()) else {
        return;
    };
    let at = values.iter().position(|v| number(v).is_some());
    let above = high.checked_add(Decimal::ONE);
    let below = low.checked_sub(Decimal::ONE);
    let outer: Vec<Value> = above.into_iter().chain(below).map(Value::Number).collect();
    let at = at.unwrap_or_default();
    values.splice(at..at, outer);
}

/// The member that an expression puts to a field with several values, where it is a constant.
pub(super) fn put_to(e: &Expr) -> Option<&Value> {
    match &e.node {
        ExprKind::Call {
            function,
            arguments,
        } if function == ADD_ITEM => match arguments.as_slice() {
            [of, member] => match (Place::of(of), &member.node) {
                (Some(_), ExprKind::Const(value)) => Some(value),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What an expression makes something else of.
fn comes_in(e: &Expr) -> Option<&Expr> {
    match &e.node {
        ExprKind::Map { input, .. }
        | ExprKind::Each { input, .. }
        | ExprKind::Normalize { input, .. } => Some(input),
        ExprKind::Call { arguments, .. } => arguments.first(),
        _ => None,
    }
}

/// The values that are worth a look where an expression does something to what comes in: those that its map tells apart,
/// spellings that its table does, a part that is looked for, and a text that a cut leaves with a blank at its end.
pub(super) fn telling(model: &Model, e: &Expr) -> Vec<Value> {
    match &e.node {
        ExprKind::Map { map, from, .. } | ExprKind::Each { map, from, .. } => {
            mapped(model, *map, *from)
        }
        ExprKind::Normalize { table, .. } => model
            .normalizers
            .get(table.index())
            .map(spellings)
            .unwrap_or_default(),
        ExprKind::Call {
            function,
            arguments,
        } if matches!(function.as_str(), "truncate" | "left") => {
            let count = arguments.get(1).and_then(|a| match &a.node {
                ExprKind::Const(Value::Number(n)) => n.to_usize(),
                _ => None,
            });
            let kept = count
                .and_then(|n| n.checked_sub(1))
                .filter(|n| *n < LONGEST);
            let text = kept.map(|n| Value::text(format!("{} b", "a".repeat(n))));
            text.into_iter().collect()
        }
        ExprKind::Call {
            function,
            arguments,
        } if PARTED.contains(&function.as_str()) => {
            let part = arguments.get(1).map(|a| &a.node);
            let part = part.and_then(|part| match part {
                ExprKind::Const(value @ Value::Text(_)) => Some(value.clone()),
                _ => None,
            });
            part.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The values of each row of a map that is not one to one, and of the first that are.
fn mapped(model: &Model, map: MapId, from: Side) -> Vec<Value> {
    let Some(map) = model.maps.get(map.index()) else {
        return Vec::new();
    };
    let (mut regular, mut irregular) = (0, 0);
    let mut found = Vec::new();
    for row in map.rows.iter().filter(|r| r.arrow.goes_from(from)) {
        for value in row.values.get(from) {
            let counted = if comes_back(map, from, &value.value) {
                regular += 1;
                regular <= FRESH
            } else {
                irregular += 1;
                irregular <= IRREGULAR
            };
            let value = Value::text(&value.value);
            if counted && !found.contains(&value) {
                found.push(value);
            }
        }
    }
    found
}

/// A spelling and what it becomes, for the first row of each sort: functions tell texts apart by their letters. The first one
/// in both cases, too.
fn spellings(table: &NormalizeTable) -> Vec<Value> {
    let sort = |text: &str| {
        let titled = library::function("title").and_then(|f| f.call(&[Value::text(text)]).ok());
        (
            text == text.to_lowercase(),
            text == text.to_uppercase(),
            titled == Some(Value::text(text)),
        )
    };
    let mut sorts = Vec::new();
    let mut found: Vec<Value> = Vec::new();
    for row in &table.rows {
        let Some(variant) = row.variants.first() else {
            continue;
        };
        let (variant, output) = (variant.value.as_str(), row.output.value.as_str());
        let sort = (sort(variant), sort(output));
        if sorts.contains(&sort) {
            continue;
        }
        let mut texts = vec![variant.to_owned(), output.to_owned()];
        if sorts.is_empty() {
            texts.extend([variant.to_lowercase(), variant.to_uppercase()]);
        }
        sorts.push(sort);
        for value in texts.iter().map(Value::text) {
            if !found.contains(&value) {
                found.push(value);
            }
        }
        if sorts.len() == IRREGULAR {
            break;
        }
    }
    found
}

/// Whether a value comes back as itself, and nothing else comes to where it goes.
fn comes_back(map: &PicklistMap, from: Side, value: &str) -> bool {
    let Some(image) = map.image(from, value) else {
        return false;
    };
    let back = map.image(!from, &image.value);
    let sources = map.rows.iter().filter(|r| r.arrow.goes_from(from));
    let same = sources
        .filter(|r| {
            let first = r.values.get(!from).first();
            first.is_some_and(|v| v.value == image.value)
        })
        .map(|r| r.values.get(from).len());
    back.is_some_and(|b| b.value == value) && same.sum::<usize>() == 1
}

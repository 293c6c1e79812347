//! The values of a field that are worth trying: enough to tell all cases apart, the most natural ones first.

use jiff::ToSpan as _;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::analyze::eval::{Cell, Known};
use crate::catalog::FieldType;
use crate::model::{FieldView, Model};
use crate::value::{Kind, Value};

use super::formula::{Form, Formula, constants};

/// Members of which all sets are tried.
const MEMBERS: usize = 8;

/// Gives each field of a formula its values. Where only plain questions are asked of it, values that all of them answer
/// alike are one case, and the first stands for it.
pub(super) fn fill(formula: &mut Formula<'_>) {
    for at in 0..formula.cells.len() {
        let Some(cell) = formula.cells.get(at).map(|(c, _)| *c) else {
            continue;
        };
        let about: Vec<_> = formula
            .atoms
            .iter()
            .filter(|a| a.cells.contains(&at))
            .collect();
        let stated = about.iter().flat_map(|a| constants(a.expr)).collect();
        let mut values = values(formula.model, cell, stated);
        if about.iter().all(|a| a.form == Form::Plain) {
            let mut seen = Vec::new();
            values.retain(|value| {
                let cells = |c: Cell| (c == cell).then(|| value.clone());
                let known = Known {
                    model: formula.model,
                    input: None,
                    cells: &cells,
                };
                let answers: Vec<Option<bool>> =
                    about.iter().map(|a| known.holds(a.expr)).collect();
                let first = !seen.contains(&answers);
                if first {
                    seen.push(answers);
                }
                first
            });
        }
        if let Some(slot) = formula.cells.get_mut(at) {
            slot.1 = values;
        }
    }
}

/// Whether all values that a field can have are known.
pub(super) fn is_listed(model: &Model, cell: Cell) -> bool {
    model.field(cell.field).is_some_and(|f| {
        f.kind() == Kind::Bool || (f.kind() == Kind::Text && f.picklist().is_some())
    })
}

/// Whether a value for each range between constants tells all comparisons apart.
pub(super) fn is_ordered(model: &Model, cell: Cell) -> bool {
    let kind = model.field(cell.field).map(FieldView::kind);
    matches!(
        kind,
        Some(Kind::Number | Kind::Date | Kind::DateTime | Kind::Time)
    )
}

/// A blank comes last, before it what is inactive and what only the spec names.
fn values(model: &Model, cell: Cell, stated: Vec<Value>) -> Vec<Value> {
    let Some(field) = model.field(cell.field) else {
        return vec![Value::Blank];
    };
    let mut values = match field.kind() {
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Text if field.picklist().is_some() => {
            let list = field.picklist().map_or(&[][..], |p| &p.values);
            let (active, other): (Vec<_>, Vec<_>) =
                list.iter().partition(|v| v.active && !v.hidden);
            let listed = active.into_iter().chain(other);
            listed
                .map(|v| Value::text(&v.value))
                .chain(stated)
                .collect()
        }
        Kind::Text => with_another(field, stated),
        Kind::Set => {
            let mut members: Vec<SmolStr> = stated.iter().flat_map(Value::members).collect();
            members.push(SmolStr::new_static("something else"));
            members.sort_unstable();
            members.dedup();
            Value::sets(&members, MEMBERS)
        }
        kind => points(kind, field, stated),
    };
    if cell.through.is_some() || !field.never_blank() {
        values.push(Value::Blank);
    }
    values
}

/// The texts that are stated, and one that is not.
fn with_another(field: FieldView<'_>, mut stated: Vec<Value>) -> Vec<Value> {
    let another = match field.field.ty {
        FieldType::Email => "someone@else.example",
        _ if field.name().to_ascii_lowercase().contains("email") => "someone@else.example",
        FieldType::Url => "https://else.example",
        FieldType::Phone => "+1 212 555 0199",
        _ if stated.is_empty() => "any text",
        _ => "something else",
    };
    let mut text = another.to_owned();
    while stated.iter().any(|v| v.as_text() == Some(text.as_str())) {
        text.push_str(", again");
    }
    stated.push(Value::text(text));
    stated
}

/// The constants themselves, a value between each two, one above and one below them all.
fn points(kind: Kind, field: FieldView<'_>, stated: Vec<Value>) -> Vec<Value> {
    let mut stated: Vec<Value> = stated
        .into_iter()
        .filter_map(|v| as_kind(kind, v))
        .collect();
    stated.sort();
    stated.dedup();
    let between = stated.windows(2).filter_map(|pair| match pair {
        [low, high] => between(field, low, high),
        _ => None,
    });
    let between: Vec<Value> = between.collect();
    let (lowest, highest) = (stated.first().cloned(), stated.last().cloned());
    let beyond = match (lowest, highest) {
        (Some(low), Some(high)) => [shifted(&high, 1), shifted(&low, -1)],
        _ => [natural(kind), None],
    };
    stated
        .into_iter()
        .chain(between)
        .chain(beyond.into_iter().flatten())
        .collect()
}

/// A constant as a value of the field's kind; a day beside an instant is its midnight.
fn as_kind(kind: Kind, value: Value) -> Option<Value> {
    match (kind, &value) {
        (Kind::DateTime, Value::Date(day)) => {
            let midnight = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
            Some(Value::DateTime(midnight.timestamp().as_millisecond()))
        }
        _ => (value.kind() == Some(kind)).then_some(value),
    }
}

fn natural(kind: Kind) -> Option<Value> {
    match kind {
        Kind::Number => Some(Value::Number(Decimal::ONE)),
        Kind::Date => Some(Value::Date(jiff::civil::date(2026, 1, 1))),
        Kind::DateTime => Some(Value::DateTime(1_767_225_600_000)),
        Kind::Time => Some(Value::Time(jiff::civil::time(12, 0, 0, 0))),
        Kind::Text | Kind::Bool | Kind::Set => None,
    }
}

const DAY: i64 = 86_400_000;

/// A value one step further: one, a day, a minute.
fn shifted(value: &Value, step: i64) -> Option<Value> {
    match value {
        Value::Number(n) => n.checked_add(Decimal::from(step)).map(Value::Number),
        Value::Date(day) => day.checked_add(step.days()).ok().map(Value::Date),
        Value::DateTime(ms) => ms.checked_add(step * DAY).map(Value::DateTime),
        Value::Time(time) => time.checked_add(step.minutes()).ok().map(Value::Time),
        _ => None,
    }
}

/// A value strictly between two, where the field can hold one.
fn between(field: FieldView<'_>, low: &Value, high: &Value) -> Option<Value> {
    let middle = match (low, high) {
        (Value::Number(a), Value::Number(b)) => {
            let middle = a.checked_add(*b)?.checked_div(Decimal::TWO)?;
            let whole = field.field.ty == FieldType::Integer;
            let places = if whole { Some(0) } else { field.field.scale };
            Value::Number(
                places
                    .map_or(middle, |p| middle.round_dp(u32::from(p)))
                    .normalize(),
            )
        }
        (Value::Date(a), Value::Date(b)) => {
            let days = a.until(*b).ok()?.get_days() / 2;
            Value::Date(a.checked_add(i64::from(days).days()).ok()?)
        }
        (Value::DateTime(a), Value::DateTime(b)) => Value::DateTime(a + (b - a) / 2),
        (Value::Time(a), Value::Time(b)) => {
            let half = a.until(*b).ok()?.total(jiff::Unit::Millisecond).ok()? / 2.0;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "less than a day of milliseconds"
            )]
            let half = half as i64;
            Value::Time(a.checked_add(half.milliseconds()).ok()?)
        }
        _ => return None,
    };
    (*low < middle && middle < *high).then_some(middle)
}

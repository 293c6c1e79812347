//! There and back again: a value of a two-way row that does not come back as it was.
//!
//! A row is a lens if one of its two compositions is the identity (Foster et al., Combinators for Bidirectional Tree
//! Transformations, 2007, ask it of one fixed side; here either may be the finer one). Values of maps and lists are tried
//! one by one; of other fields a few samples, and what the other side sends.

use crate::model::{ExprKind, RowView};
use crate::side::Side;
use crate::value::{Kind, Value};

/// A value, what it becomes, and as what it comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// The value.
    pub value: Value,
    /// What it is on the other side.
    pub image: Value,
    /// What comes back.
    pub back: Value,
}

/// The first value of a side that a two-way row brings back as another one.
pub fn round_trip(row: RowView<'_>, from: Side) -> Option<Round> {
    let model = row.sync.model;
    let there = &row.lane(from)?.value;
    let home = &row.lane(!from)?.value;
    let mut values = domain(row, from);
    let sent = domain(row, !from);
    values.extend(sent.iter().filter_map(|v| super::eval(model, home, v)));
    values.into_iter().find_map(|value| {
        let image = super::eval(model, there, &value).filter(|v| !v.is_blank())?;
        let back = super::eval(model, home, &image)?;
        (back != value).then_some(Round { value, image, back })
    })
}

/// Values that a side can hold: of its map, of its list, else samples of its kind.
fn domain(row: RowView<'_>, side: Side) -> Vec<Value> {
    let lane = row.lane(side);
    if let Some(ExprKind::Map { map, .. }) = lane.map(|l| &l.value.node) {
        let map = row.sync.model.maps.get(map.index());
        let rows = map.into_iter().flat_map(|m| &m.rows);
        let mapped = rows
            .filter(|r| r.arrow.goes_from(side))
            .flat_map(|r| r.values.get(side));
        let mut values: Vec<Value> = mapped.map(|v| Value::text(&v.value)).collect();
        let choices = row.field(side).into_iter().flat_map(|f| f.choices());
        values.extend(choices.map(|c| Value::text(&c.value)));
        return values;
    }
    match row.field(side) {
        Some(field) if field.picklist().is_some() => {
            field.choices().map(|c| Value::text(&c.value)).collect()
        }
        Some(field) => samples(field.kind()),
        None => Vec::new(),
    }
}

fn samples(kind: Kind) -> Vec<Value> {
    let texts = [
        "Ada Lovelace",
        "https://www.acme.example/a",
        "+1 212 555 0100",
        "12.50",
        "1",
        "no",
    ];
    let number = |n: i64, scale| Value::Number(rust_decimal::Decimal::new(n, scale));
    match kind {
        Kind::Text => texts.into_iter().map(Value::text).collect(),
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Number => vec![
            number(0, 0),
            number(7, 0),
            number(-1250, 2),
            number(1_234_567, 1),
        ],
        Kind::Date => vec![Value::Date(jiff::civil::date(2026, 2, 28))],
        Kind::DateTime => vec![Value::DateTime(1_790_000_000_123)],
        Kind::Time => vec![Value::Time(jiff::civil::time(23, 30, 0, 0))],
        Kind::Set => vec![Value::set(["a", "b"])],
    }
}

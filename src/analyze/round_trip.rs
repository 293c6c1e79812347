//! There and back again: a value of a two-way row that does not come back as it was.
//!
//! A row is a lens if one of its two compositions is the identity (Foster et al., Combinators for Bidirectional Tree
//! Transformations, 2007, ask it of one fixed side; here either may be the finer one). Values of maps and lists are tried
//! one by one; of other fields a few samples, and what the other side sends.

use crate::model::{Arrow, ExprKind, MapRow, MapValue, RowView, ViaKind};
use crate::side::{Side, Sides};
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

/// A value of each side of a two-way row that does not come back, where the two losses meet.
///
/// In a map a loss on the left and one on the right are apart as long as they concern different values: every pair of
/// values that can meet is then determined by one of the two. Functions are tried on samples that seldom meet: there one
/// loss on each side is enough.
pub fn round_trip(row: RowView<'_>) -> Option<Sides<Round>> {
    if is_bijection(row) {
        return None;
    }
    let (left, right) = (losses(row, Side::Left), losses(row, Side::Right));
    let Some(ViaKind::Map(map)) = row.row.via.as_ref().map(|v| &v.kind) else {
        return Some(Sides::new(left.first()?.clone(), right.first()?.clone()));
    };
    let map = row.sync.model.maps.get(map.index())?;
    let named = |m: Option<&MapValue>, v: &Value| m.is_some_and(|m| v.as_text() == Some(&m.value));
    // A row whose own first value is taken by an earlier one is a slip of that row alone.
    let slip = |r: &Round| {
        let both = map.rows.iter().filter(|m| m.arrow == Arrow::Both);
        let mut firsts = both.map(|m| (m.values.left.first(), m.values.right.first()));
        firsts.any(|(l, right)| named(l, &r.image) && named(right, &r.value))
    };
    // A one-way row says itself that its value does not come back, unless what it sends goes back by a one-way row, too.
    let meant = |r: &Round, side: Side| {
        let one_way = |from: Side, value: &Value| {
            let takes = |m: &&MapRow| {
                let mut values = m.values.get(from).iter();
                m.arrow.goes_from(from) && values.any(|v| named(Some(v), value))
            };
            let row = map.rows.iter().find(takes);
            row.is_some_and(|m| m.arrow != Arrow::Both)
        };
        one_way(side, &r.value) && !one_way(!side, &r.image)
    };
    right
        .iter()
        .filter(|r| !slip(r) && !meant(r, Side::Right))
        .find_map(|r| {
            let met = left
                .iter()
                .find(|l| l.image == r.back && !meant(l, Side::Left))?;
            Some(Sides::new(met.clone(), r.clone()))
        })
}

/// Whether a row does nothing but apply a map that loses nothing, one way and the other.
fn is_bijection(row: RowView<'_>) -> bool {
    let applied = |from: Side| match &row.lane(from)?.value.node {
        ExprKind::Map {
            map,
            from: side,
            input,
            within: None,
        } if *side == from && input.node == ExprKind::Input => Some(*map),
        _ => None,
    };
    let (Some(there), Some(home)) = (applied(Side::Left), applied(Side::Right)) else {
        return false;
    };
    let map = row.sync.model.maps.get(there.index());
    there == home && map.is_some_and(|m| m.bijective)
}

/// The values of a side that a row brings back as others.
fn losses(row: RowView<'_>, from: Side) -> Vec<Round> {
    let lanes = row.lane(from).zip(row.lane(!from));
    let Some((there, home)) = lanes.map(|(t, h)| (&t.value, &h.value)) else {
        return Vec::new();
    };
    let model = row.sync.model;
    let mut values = domain(row, from);
    let sent = domain(row, !from);
    values.extend(sent.iter().filter_map(|v| super::eval(model, home, v)));
    let lost = |value: Value| {
        let image = super::eval(model, there, &value).filter(|v| !v.is_blank())?;
        let back = super::eval(model, home, &image)?;
        (back != value).then_some(Round { value, image, back })
    };
    values.into_iter().filter_map(lost).collect()
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

//! How long the texts are that an expression can give.

use crate::catalog::FieldType;
use crate::model::{CellKind, Expr, ExprKind, Fallback, FieldView, Model, RowView};
use crate::side::Side;
use crate::value::Value;
use rust_decimal::prelude::ToPrimitive;

/// The longest text that can come, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// At most so many.
    AtMost(u32),
    /// Nothing limits it that we know of.
    Open,
}

/// The longest text that a row brings from a side.
pub fn reach(row: RowView<'_>, from: Side) -> Reach {
    let model = row.sync.model;
    let source = match &row.row.cells.get(from).node {
        CellKind::Field(_) => row.field(from).map_or(Reach::AtMost(0), of_field),
        CellKind::Computed(e) => of(model, e, Reach::Open),
        CellKind::Unknown => Reach::AtMost(0),
    };
    row.lane(from)
        .map_or(Reach::AtMost(0), |lane| of(model, &lane.value, source))
}

/// The longest text of a field. Ids, addresses and numbers of telephones are as long as their systems make them.
fn of_field(field: FieldView<'_>) -> Reach {
    use FieldType as T;
    let longest = |values: &mut dyn Iterator<Item = u32>| values.max().unwrap_or(0);
    match field.field.ty {
        T::Picklist | T::Combobox if field.picklist().is_some() => {
            Reach::AtMost(longest(&mut field.choices().map(|v| chars(&v.value))))
        }
        T::Email | T::Phone | T::Reference | T::Id | T::AutoNumber => Reach::AtMost(0),
        _ => field.field.length.map_or(Reach::Open, Reach::AtMost),
    }
}

fn chars(text: &str) -> u32 {
    text.chars().count() as u32
}

fn of(model: &Model, e: &Expr, input: Reach) -> Reach {
    match &e.node {
        ExprKind::Input => input,
        ExprKind::Const(Value::Text(text)) => Reach::AtMost(chars(text)),
        ExprKind::Field { field, .. } | ExprKind::Related { field, .. } => {
            model.field(*field).map_or(Reach::AtMost(0), of_field)
        }
        ExprKind::Call {
            function,
            arguments,
        } => call(model, function, arguments, input),
        ExprKind::Map {
            map,
            from,
            input: inner,
            ..
        } => model.maps.get(map.index()).map_or(Reach::Open, |map| {
            let rows = map.rows.iter().filter_map(|r| r.values.get(!*from).first());
            let listed = rows.map(|v| chars(&v.value)).max().unwrap_or(0);
            let other = map.otherwise.get(*from).as_ref().map(|o| &o.fallback);
            Reach::AtMost(listed).max(fallback(model, other, inner, input))
        }),
        ExprKind::Normalize {
            table,
            input: inner,
        } => model
            .normalizers
            .get(table.index())
            .map_or(Reach::Open, |t| {
                let outputs = t.rows.iter().map(|r| chars(&r.output.value));
                let other = t.otherwise.as_ref().map(|o| &o.fallback);
                let other = other.unwrap_or(&Fallback::Keep);
                Reach::AtMost(outputs.max().unwrap_or(0)).max(fallback(
                    model,
                    Some(other),
                    inner,
                    input,
                ))
            }),
        _ => Reach::AtMost(0),
    }
}

fn fallback(model: &Model, otherwise: Option<&Fallback>, inner: &Expr, input: Reach) -> Reach {
    match otherwise {
        Some(Fallback::Keep) => of(model, inner, input),
        Some(Fallback::Value(Value::Text(text))) => Reach::AtMost(chars(text)),
        _ => Reach::AtMost(0),
    }
}

fn call(model: &Model, function: &str, arguments: &[Expr], input: Reach) -> Reach {
    let each = || arguments.iter().map(|a| of(model, a, input));
    let first = each().next().unwrap_or(Reach::Open);
    let count = match arguments.get(1).map(|a| &a.node) {
        Some(ExprKind::Const(Value::Number(n))) => n.to_u32(),
        _ => None,
    };
    match function {
        "truncate" | "left" | "right" => count.map_or(first, |n| first.min(Reach::AtMost(n))),
        "concat" | "prefix" => each().fold(Reach::AtMost(0), |a, b| match (a, b) {
            (Reach::AtMost(a), Reach::AtMost(b)) => Reach::AtMost(a.saturating_add(b)),
            _ => Reach::Open,
        }),
        "coalesce" => each().max().unwrap_or(Reach::Open),
        "e164" => first.min(Reach::AtMost(16)),
        "text" => match arguments.first().and_then(|a| a.kind) {
            Some(crate::value::Kind::Text) => first,
            _ => Reach::AtMost(0),
        },
        "replace" => Reach::Open,
        _ => first,
    }
}

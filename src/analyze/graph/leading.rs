//! From a value back to those of which it comes: what tells values apart behind a function or a map does so before it.

use smol_str::SmolStr;

use super::place::Place;
use super::samples::FRESH;
use crate::model::{Expr, ExprKind, Model, NormalizeId, PicklistMap};
use crate::side::Side;
use crate::value::{Value, library};

/// What has to stand where an expression reads for a value to come of it, as far as its functions and tables say that: the value
/// itself, too, which most functions leave alone.
pub(super) fn leading(
    model: &Model,
    e: &Expr,
    input: Option<Place>,
    value: &Value,
) -> Vec<(Place, Value)> {
    let (inner, mut values) = match &e.node {
        ExprKind::Input => return input.map(|p| (p, value.clone())).into_iter().collect(),
        ExprKind::Linked { input: inner, .. } => (&**inner, Vec::new()),
        ExprKind::Map {
            map,
            from,
            input: inner,
            ..
        }
        | ExprKind::Each {
            map,
            from,
            input: inner,
            ..
        } => {
            let map = model.maps.get(map.index());
            let values = map.map(|m| mapped_to(m, *from, value)).unwrap_or_default();
            let each = values.iter().flat_map(|v| leading(model, inner, input, v));
            return each.collect();
        }
        ExprKind::Normalize {
            table,
            input: inner,
        } => (&**inner, spelled(model, *table, value)),
        ExprKind::Call {
            function,
            arguments,
        } => {
            let Some((inner, more)) = arguments.split_first() else {
                return Vec::new();
            };
            (inner, inverse(function, more, value).into_iter().collect())
        }
        _ => {
            let place = Place::of(e);
            return place.map(|p| (p, value.clone())).into_iter().collect();
        }
    };
    values.push(value.clone());
    let each = values.iter().flat_map(|v| leading(model, inner, input, v));
    each.collect()
}

/// The first values that a map takes to a value, and the value itself where it is kept.
fn mapped_to(map: &PicklistMap, from: Side, value: &Value) -> Vec<Value> {
    if let Value::Set(members) = value {
        let first = |m: &SmolStr| {
            mapped_to(map, from, &Value::Text(m.clone()))
                .into_iter()
                .next()
        };
        let sources: Option<Vec<Value>> = members.iter().map(first).collect();
        let set = sources.map(|all| Value::set(all.iter().flat_map(Value::members)));
        return set.into_iter().collect();
    }
    let Some(text) = value.as_text() else {
        return Vec::new();
    };
    let rows = map.rows.iter().filter(|r| {
        let first = r.values.get(!from).first();
        r.arrow.goes_from(from) && first.is_some_and(|v| v.value == text)
    });
    let sources = rows.flat_map(|r| r.values.get(from));
    let sources = sources.map(|v| Value::text(&v.value)).take(FRESH);
    let kept = map.image(from, text).is_none() && map.apply(from, text).as_ref() == Some(value);
    sources.chain(kept.then(|| value.clone())).collect()
}

/// The first variant that a table puts in this spelling.
fn spelled(model: &Model, table: NormalizeId, value: &Value) -> Vec<Value> {
    let rows = model.normalizers.get(table.index()).map(|t| &t.rows);
    let mut rows = rows.into_iter().flatten();
    let row = rows.find(|r| Some(r.output.value.as_str()) == value.as_text());
    let variant = row.and_then(|r| r.variants.first());
    variant.map(|v| Value::text(&v.value)).into_iter().collect()
}

/// What a function makes a value of, if it has an inverse and its further arguments are constants.
fn inverse(function: &str, more: &[Expr], value: &Value) -> Option<Value> {
    let inverse = library::function(library::function(function)?.inverse?)?;
    let more = more.iter().map(|a| match &a.node {
        ExprKind::Const(value) => Some(value.clone()),
        _ => None,
    });
    let arguments: Option<Vec<Value>> = std::iter::once(Some(value.clone())).chain(more).collect();
    inverse.call(&arguments?).ok()
}

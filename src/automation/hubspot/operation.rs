//! What the operations of filters compare a property with: other properties, listed values, days, ranges of numbers.

use serde_json::Value;
use smol_str::SmolStr;

use super::{Body, object, text};
use crate::automation::logic;
use crate::formula::{Expr, Operator};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A property compared with another one.
pub(super) fn beside(field: &Expr, operator: &str, other: &Expr) -> Option<Expr> {
    let operator = match operator {
        "EQ" => Operator::Equal,
        "NEQ" => Operator::Unequal,
        "GT" => Operator::Greater,
        "GTE" => Operator::GreaterOrEqual,
        "LT" => Operator::Less,
        "LTE" => Operator::LessOrEqual,
        _ => return None,
    };
    Some(logic::compare(operator, field.clone(), other.clone()))
}

/// The values of an operation, in whichever form it has them.
pub(super) fn values(operation: &Body) -> Vec<SmolStr> {
    if let Some(list) = operation.get("values").and_then(Value::as_array) {
        return list
            .iter()
            .map(|v| {
                v.as_str()
                    .map_or_else(|| v.to_string().into(), SmolStr::from)
            })
            .collect();
    }
    match operation.get("value") {
        Some(Value::String(value)) => vec![value.as_str().into()],
        Some(value @ (Value::Number(_) | Value::Bool(_))) => vec![value.to_string().into()],
        _ => Vec::new(),
    }
}

/// A comparison with a day of the calendar, if the operation states one.
pub(super) fn on_day(field: &Expr, operator: &str, operation: &Body) -> Option<Expr> {
    let point = object(operation, "timePoint");
    let stated = point.unwrap_or(operation);
    if stated.contains_key("offset") || text(stated, "timeType").is_some_and(|t| t != "DATE") {
        return None;
    }
    let number = |key: &str| stated.get(key)?.as_i64();
    let month = match text(stated, "month") {
        Some(name) => 1 + MONTHS.iter().position(|m| m.eq_ignore_ascii_case(name))? as i64,
        None => number("month")?,
    };
    let day = format!("{:04}-{month:02}-{:02}", number("year")?, number("day")?);
    let inclusive = text(operation, "endpointBehavior") == Some("INCLUSIVE");
    let operator = match (operator, inclusive) {
        ("IS_EQUAL_TO", _) => Operator::Equal,
        ("IS_NOT_EQUAL_TO", _) => Operator::Unequal,
        ("IS_AFTER" | "IS_AFTER_DATE", false) => Operator::Greater,
        ("IS_AFTER" | "IS_AFTER_DATE", true) => Operator::GreaterOrEqual,
        ("IS_BEFORE" | "IS_BEFORE_DATE", false) => Operator::Less,
        ("IS_BEFORE" | "IS_BEFORE_DATE", true) => Operator::LessOrEqual,
        _ => return None,
    };
    let day = logic::call("DATEVALUE", vec![logic::text(&day)]);
    Some(logic::compare(operator, field.clone(), day))
}

/// A range of numbers, if the operation states one.
pub(super) fn bounds(field: &Expr, operator: &str, operation: &Body) -> Option<Expr> {
    let bound = |key: &str| match operation.get(key) {
        Some(value @ Value::Number(_)) => Some(logic::number(&value.to_string())),
        Some(Value::String(value)) => Some(logic::number(value)),
        _ => None,
    };
    let low = logic::compare(
        Operator::GreaterOrEqual,
        field.clone(),
        bound("lowerBound")?,
    );
    let high = logic::compare(Operator::LessOrEqual, field.clone(), bound("upperBound")?);
    let within = logic::all(vec![low, high]);
    match operator {
        "IS_BETWEEN" => Some(within),
        "IS_NOT_BETWEEN" => Some(logic::not(within)),
        _ => None,
    }
}

//! Functions over numbers, and the readings of other kinds as numbers and truth values.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Failure, count_at};
use crate::value::{Kind, Value, read_text};

type Answer = Result<Value, Failure>;

fn number_at(arguments: &[Value], at: usize) -> Result<Decimal, Failure> {
    match arguments.get(at) {
        Some(Value::Number(n)) => Ok(*n),
        Some(other) => Err(Failure::new(format!("`{other}` is not a number"))),
        None => Err(Failure::new("a number is missing")),
    }
}

pub(super) fn abs(arguments: &[Value]) -> Answer {
    Ok(Value::Number(number_at(arguments, 0)?.abs()))
}

pub(super) fn round(arguments: &[Value]) -> Answer {
    let places = count_at(arguments, 1)?.unwrap_or(0);
    let rounded = number_at(arguments, 0)?
        .round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    Ok(Value::Number(rounded.normalize()))
}

/// The best of all numbers; blanks do not count.
fn best(arguments: &[Value], better: fn(Decimal, Decimal) -> Decimal) -> Answer {
    let mut found = number_at(arguments, 0)?;
    for (at, value) in arguments.iter().enumerate().skip(1) {
        if !value.is_blank() {
            found = better(found, number_at(arguments, at)?);
        }
    }
    Ok(Value::Number(found))
}

pub(super) fn max(arguments: &[Value]) -> Answer {
    best(arguments, Decimal::max)
}

pub(super) fn min(arguments: &[Value]) -> Answer {
    best(arguments, Decimal::min)
}

pub(super) fn number(arguments: &[Value]) -> Answer {
    match arguments.first() {
        Some(Value::Number(n)) => Ok(Value::Number(*n)),
        Some(Value::Bool(b)) => Ok(Value::Number(Decimal::from(u8::from(*b)))),
        Some(Value::Text(text)) => {
            let plain: String = text
                .chars()
                .filter(|c| !matches!(c, ',' | ' ' | '_'))
                .collect();
            read_text(Kind::Number, &plain)
                .map_err(|_| Failure::new(format!("`{text}` is not a number")))
        }
        Some(other) => Err(Failure::new(format!("`{other}` is not a number"))),
        None => Ok(Value::Blank),
    }
}

pub(super) fn bool(arguments: &[Value]) -> Answer {
    match arguments.first() {
        Some(Value::Bool(b)) => Ok(Value::Bool(*b)),
        Some(Value::Number(n)) if n.is_zero() => Ok(Value::Bool(false)),
        Some(Value::Number(n)) if *n == Decimal::ONE => Ok(Value::Bool(true)),
        Some(Value::Text(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "n" | "0" => Ok(Value::Bool(false)),
            _ => Err(Failure::new(format!("`{text}` is neither true nor false"))),
        },
        Some(other) => Err(Failure::new(format!("`{other}` is neither true nor false"))),
        None => Ok(Value::Blank),
    }
}

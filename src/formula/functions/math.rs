//! Numbers.

use super::super::evaluate::Outcome;
use super::super::number::{PRECISION, Rounding, SHOWN};
use super::super::{Datum, Fault, Number};
use super::Arguments;

pub(super) fn apply(function: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let float = |f: fn(f64) -> f64| {
        arguments.map_number(|n| Number::from_f64(f(n.to_f64())).ok_or(Fault::NoNumber))
    };
    let whole = |precise: Rounding, positive: Rounding, negative: Rounding| {
        arguments.map_number(|n| {
            // thirds are exact to the shown digits only
            let n = n.at_precision(SHOWN, precise);
            let rounding = if n.is_negative() { negative } else { positive };
            Ok(n.at_scale(0, rounding))
        })
    };
    Some(match function {
        "ABS" => arguments.map_number(|n| Ok(n.clone().abs())),
        // away from zero and towards it; the mathematical ones have an M
        "CEILING" => whole(Rounding::HalfDown, Rounding::Up, Rounding::Up),
        "FLOOR" => whole(Rounding::HalfUp, Rounding::Down, Rounding::Down),
        "MCEILING" => whole(Rounding::HalfDown, Rounding::Ceiling, Rounding::Ceiling),
        "MFLOOR" => whole(Rounding::HalfUp, Rounding::Floor, Rounding::Floor),
        "ROUND" => places(arguments, Rounding::HalfUp),
        "TRUNC" => places(arguments, Rounding::Down),
        "MOD" => two(arguments, |a, b| a.remainder(b).ok_or(Fault::Division)),
        "MAX" => extreme(arguments, |next, best| next > best),
        "MIN" => extreme(arguments, |next, best| next < best),
        "EXP" => float(f64::exp),
        "LN" => float(f64::ln),
        // the quotient of two logarithms, whose last digit differs from the direct one
        "LOG" => float(|x| x.ln() / 10_f64.ln()),
        "SQRT" => float(f64::sqrt),
        "SIN" => float(f64::sin),
        "COS" => float(f64::cos),
        "TAN" => float(f64::tan),
        "ASIN" => float(f64::asin),
        "ACOS" => float(f64::acos),
        "ATAN" => float(f64::atan),
        "ATAN2" => arc(arguments),
        "PI" => Ok(Datum::Number(
            Number::parse("3.14159265358979323846").unwrap_or_default(),
        )),
        "VALUE" => value(arguments),
        "ISNUMBER" => arguments
            .text(0)
            .map(|t| Datum::Bool(t.is_some_and(|t| Number::parse(t).is_some()))),
        _ => return None,
    })
}

fn two(
    arguments: &Arguments<'_>,
    f: impl Fn(&Number, &Number) -> Result<Number, Fault>,
) -> Outcome {
    match (arguments.number(0)?, arguments.number(1)?) {
        (Some(a), Some(b)) => f(a, b).map(Datum::Number),
        _ => Ok(Datum::Blank),
    }
}

fn places(arguments: &Arguments<'_>, rounding: Rounding) -> Outcome {
    if !arguments.has(2) {
        return arguments.map_number(|n| Ok(n.round(0, rounding)));
    }
    two(
        arguments,
        |n, places| Ok(n.round(places.to_i32(), rounding)),
    )
}

/// The largest or the smallest; of equal ones the last. With a blank, blank.
fn extreme(arguments: &Arguments<'_>, better: impl Fn(&Number, &Number) -> bool) -> Outcome {
    let mut best: Option<&Number> = None;
    for at in (0..arguments.0.len()).rev() {
        let Some(next) = arguments.number(at)? else {
            return Ok(Datum::Blank);
        };
        if best.is_none_or(|best| better(next, best)) {
            best = Some(next);
        }
    }
    Ok(best.cloned().map_or(Datum::Blank, Datum::Number))
}

fn arc(arguments: &Arguments<'_>) -> Outcome {
    let (Some(y), Some(x)) = (arguments.number(0)?, arguments.number(1)?) else {
        return Err(Fault::Blank);
    };
    let angle = Number::from_f64(y.to_f64().atan2(x.to_f64()));
    angle.map(Datum::Number).ok_or(Fault::NoNumber)
}

fn value(arguments: &Arguments<'_>) -> Outcome {
    let text = match arguments.get(0) {
        Datum::Text(text) => text,
        Datum::Blank => return Ok(Datum::Blank),
        _ => return Err(Fault::Kind),
    };
    let number = Number::parse(text).ok_or(Fault::NumberText)?;
    Ok(Datum::Number(
        number.at_precision(PRECISION, Rounding::HalfUp),
    ))
}

/// The operator `^`: whole exponents, results below 10^64; what is smaller than 10^-39 is zero.
pub(in super::super) fn power(base: &Number, exponent: &Number) -> Result<Number, Fault> {
    let size = base.clone().abs().to_f64().ln() / 10_f64.ln() * f64::from(exponent.to_i32());
    if size > 64.0 {
        return Err(Fault::Range);
    }
    let exponent = exponent.as_exact_i32().ok_or(Fault::Range)?;
    if size < -64.0 {
        return Ok(Number::ZERO);
    }
    let result = base.power(exponent).ok_or(Fault::Range)?;
    let smallest = Number::from(1).divide(&Number::from(10).power(39).ok_or(Fault::Range)?);
    let vanishes = smallest.is_some_and(|s| result.clone().abs() < s);
    Ok(if vanishes { Number::ZERO } else { result })
}

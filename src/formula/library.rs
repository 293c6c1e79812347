//! The functions of formulas as functions of values, beside those of the library: what an automation computes is an
//! expression of the model, and these are what its calls name.
//!
//! In comes the name of a function or of an operator, out goes a [`Function`] that whoever evaluates expressions calls like
//! any other. Those that ask for more than their arguments (the record before, the clock, other records) are none of
//! them, nor are those over places, which no field holds as one value.

use std::str::FromStr;
use std::sync::LazyLock;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::evaluate::{Outcome, add};
use super::functions::{self, Arguments, LONGEST};
use super::signatures::{SIGNATURES, Signature};
use super::{Datum, Fault, Number, moment};
use crate::value::library::{
    self, Arity, Class, Failure, Function, OnBlank, Param, Range, ResultKind,
};
use crate::value::{Kind, Value};

/// Operators over what the arithmetic of expressions does not take, instants and times of day, and powers.
const OPERATORS: &[(&str, &str, char)] = &[("+", "FA", '='), ("-", "FA", '='), ("^", "NN", 'N')];

/// What flows and workflows do to several values at once: one more is put to them, which changes nothing where it is there.
pub const ADD_ITEM: &str = "ADDITEM";

/// What a write of the present moment stores, where the clock is not asked: a minute more than the moment that stands there, or
/// one to begin with.
pub const LATER: &str = "LATER";

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    let pure = |s: &&Signature| {
        let known = functions::apply(s.name, &Arguments(&[])).is_some();
        known && !s.takes.contains('L') && s.gives != 'L'
    };
    let named = SIGNATURES.iter().filter(pure);
    let named = named.map(|s| (s.name, s.takes, s.gives));
    let operators = OPERATORS.iter().copied();
    let ours = [(ADD_ITEM, "TT", '='), (LATER, "MM", 'M')];
    let all = operators.chain(ours).chain(named);
    all.map(|(name, takes, gives)| made(name, takes, gives))
        .collect()
});

/// The function of this name: of the library, or of formulas, whose names are in upper case.
pub fn function(name: &str) -> Option<&'static Function> {
    library::function(name).or_else(|| own(name))
}

/// The function of formulas of this name.
pub fn own(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

fn made(name: &'static str, takes: &str, gives: char) -> Function {
    let mut arity = Arity::One;
    let mut params: Vec<Param> = Vec::new();
    for letter in takes.chars() {
        match (letter, params.last_mut()) {
            ('?', Some(last)) => {
                arity = Arity::Optional;
                last.arity = arity;
            }
            ('*', Some(last)) => last.arity = Arity::Several,
            _ => params.push(Param {
                name: "value",
                kinds: kinds(letter),
                arity,
                range: Range::Any,
            }),
        }
    }
    Function {
        name,
        // made once, and there as long as the program runs
        params: params.leak(),
        result: match kinds(gives) {
            [kind, ..] => ResultKind::Is(*kind),
            [] => ResultKind::Same,
        },
        class: Class::Lossy,
        inverse: None,
        on_blank: OnBlank::Asked,
        doc: "as in formulas of Salesforce",
        eval: call,
    }
}

/// The kinds that a letter of a signature stands for; all where there are none.
const fn kinds(letter: char) -> &'static [Kind] {
    match letter {
        'T' => &[Kind::Text, Kind::Set],
        'N' => &[Kind::Number],
        'B' => &[Kind::Bool],
        'D' => &[Kind::Date],
        'M' => &[Kind::DateTime],
        'C' => &[Kind::Time],
        'E' => &[Kind::Date, Kind::DateTime],
        'F' => &[Kind::Date, Kind::DateTime, Kind::Time],
        _ => &[],
    }
}

fn call(name: &str, arguments: &[Value]) -> Result<Value, Failure> {
    if name == ADD_ITEM {
        let all = arguments.iter().flat_map(Value::members);
        return Ok(Value::set(all.flat_map(|m| several(&m))));
    }
    if let (LATER, [at, first]) = (name, arguments) {
        let Value::DateTime(at) = at else {
            return Ok(first.clone());
        };
        let later = at.checked_add(MINUTE).map(Value::DateTime);
        return later.ok_or_else(|| Failure::new(format!("{name}: too late")));
    }
    let data: Vec<Datum> = arguments.iter().map(datum).collect();
    let outcome = operator(name, &data).or_else(|| functions::apply(name, &Arguments(&data)));
    let outcome = outcome.unwrap_or_else(|| Err(Fault::Unknown(name.into())));
    outcome
        .and_then(value)
        .map_err(|fault| Failure::new(format!("{name}: {fault}")))
}

/// The members that a text names, as the platforms write several.
fn several(text: &str) -> Vec<SmolStr> {
    text.split(';').map(|m| SmolStr::new(m.trim())).collect()
}

fn operator(name: &str, data: &[Datum]) -> Option<Outcome> {
    let [a, b] = data else { return None };
    Some(match (name, a, b) {
        ("+", ..) => add(a.clone(), b.clone()),
        ("-", ..) => moment::subtract(a.clone(), b.clone()),
        ("^", Datum::Number(a), Datum::Number(b)) => functions::power(a, b).map(Datum::Number),
        ("^", ..) => Ok(Datum::Blank),
        _ => return None,
    })
}

/// A value as formulas see it: several values are one text, as the platform writes them.
fn datum(value: &Value) -> Datum {
    match value {
        Value::Blank => Datum::Blank,
        Value::Bool(b) => Datum::Bool(*b),
        Value::Number(n) => Number::parse(&n.to_string()).map_or(Datum::Blank, Datum::Number),
        Value::Date(day) => Datum::Date(*day),
        Value::DateTime(ms) => Datum::DateTime(*ms),
        Value::Time(time) => Datum::Time(*time),
        Value::Text(text) => Datum::Text(text.to_string()),
        Value::Set(items) => Datum::Text(items.join(";")),
    }
}

fn value(datum: Datum) -> Result<Value, Fault> {
    Ok(match datum {
        Datum::Blank => Value::Blank,
        Datum::Bool(b) => Value::Bool(b),
        Datum::Number(n) => {
            let number = Decimal::from_str(&n.to_string()).map_err(|_| Fault::NoNumber)?;
            Value::Number(number.normalize())
        }
        Datum::Date(day) => Value::Date(day),
        Datum::DateTime(ms) => Value::DateTime(ms),
        Datum::Time(time) => Value::Time(time),
        Datum::Text(text) if text.len() > LONGEST => return Err(Fault::Range),
        Datum::Text(text) => Value::text(text),
        Datum::Place(_) => return Err(Fault::Kind),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &str, arguments: &[Value]) -> Option<Value> {
        let function = function(name).expect(name);
        assert!(function.takes(arguments.len()), "{name}");
        function.call(arguments).ok()
    }

    #[test]
    fn values_go_through_the_functions_of_formulas_and_come_back() {
        let number = |n: i64| Value::Number(Decimal::from(n));
        let day = |y, m, d| Value::Date(jiff::civil::date(y, m, d));
        let cases = [
            (
                "DATE",
                vec![number(2027), number(1), number(1)],
                day(2027, 1, 1),
            ),
            (
                "ADDMONTHS",
                vec![day(2026, 1, 31), number(1)],
                day(2026, 2, 28),
            ),
            ("WEEKDAY", vec![day(2026, 1, 31)], number(7)),
            (
                "FLOOR",
                vec![Value::Number(Decimal::new(-15, 1))],
                number(-1),
            ),
            (
                "MID",
                vec![Value::text("ab-1"), number(2), number(2)],
                Value::text("b-"),
            ),
            (
                "FIND",
                vec![Value::text("-"), Value::text("ab-1")],
                number(3),
            ),
            (
                "ADDITEM",
                vec![Value::set(["a"]), Value::text("b;a")],
                Value::set(["a", "b"]),
            ),
            (
                "ADDITEM",
                vec![Value::Blank, Value::text("b")],
                Value::set(["b"]),
            ),
            ("PICKLISTCOUNT", vec![Value::set(["a", "b"])], number(2)),
            (
                "REGEX",
                vec![Value::text("ab-1"), Value::text("[a-z]+-[0-9]")],
                Value::Bool(true),
            ),
            (
                "+",
                vec![Value::DateTime(0), Value::Number(Decimal::new(5, 1))],
                Value::DateTime(43_200_000),
            ),
            (
                "-",
                vec![Value::DateTime(43_200_000), Value::DateTime(0)],
                Value::Number(Decimal::new(5, 1)),
            ),
            ("^", vec![number(2), number(3)], number(8)),
            ("ADDMONTHS", vec![Value::Blank, number(1)], Value::Blank),
            (
                LATER,
                vec![Value::DateTime(5), Value::DateTime(0)],
                Value::DateTime(60_005),
            ),
            (
                LATER,
                vec![Value::Blank, Value::DateTime(7)],
                Value::DateTime(7),
            ),
        ];
        for (name, arguments, wanted) in cases {
            assert_eq!(given(name, &arguments), Some(wanted), "{name}");
        }
        assert_eq!(given("SQRT", &[number(-1)]), None);
    }

    #[test]
    fn what_asks_for_more_than_its_arguments_is_no_function_of_values() {
        for name in [
            "TODAY",
            "PRIORVALUE",
            "ISNEW",
            "IF",
            "DISTANCE",
            "VLOOKUP",
            "lower_case",
        ] {
            assert_eq!(function(name), None, "{name}");
        }
        let upper = |f: &Function| f.name == f.name.to_uppercase();
        assert!(FUNCTIONS.iter().all(upper) && !library::ALL.iter().any(upper));
    }
}

//! Expressions: typed, total and pure. Every plan terminates, since nothing in here loops.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::side::Side;
use crate::value::Value;

/// An expression over the two records of a pair, or over the one value that passes through a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expr {
    /// The value that passes through the row: the source of a lane, the value of a normal form.
    Input,
    /// A constant.
    Const(Value),
    /// A name of the environment, such as a queue's id: [`bind`](super::bind) puts its value in before execution.
    Env(SmolStr),
    /// A field of the record on one side; blank where there is no record.
    Field {
        /// The record's side.
        side: Side,
        /// The field's API name.
        field: SmolStr,
    },
    /// A field of the record that a reference of the pair's record names: `Account.Tier__c`.
    Related {
        /// The side of the record that holds the reference.
        side: Side,
        /// The reference field.
        reference: SmolStr,
        /// The object referred to, as a key of [`Plan::objects`](super::Plan::objects).
        object: SmolStr,
        /// The field read there.
        field: SmolStr,
    },
    /// A function of the library, by name (`crate::value::library`), over its arguments.
    Call {
        /// The function's name.
        function: SmolStr,
        /// The arguments; the first is the value that it changes.
        arguments: Vec<Expr>,
    },
    /// A picklist map, applied to a value that comes from a side. Fails where no row takes the value.
    Map {
        /// Name of the map.
        map: SmolStr,
        /// The side that the value comes from: left values go through `forward`.
        from: Side,
        /// The value.
        input: Box<Expr>,
        /// The controlling value, for a map with `within`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Box<Expr>>,
    },
    /// A picklist map, applied to each member of a set.
    Each {
        /// Name of the map.
        map: SmolStr,
        /// The side that the set comes from.
        from: Side,
        /// The set.
        input: Box<Expr>,
    },
    /// A normalisation table, applied to a text.
    Normalize {
        /// Name of the table.
        table: SmolStr,
        /// The text.
        input: Box<Expr>,
    },
    /// The id of the record that is linked with the one named by `input`. Fails with R018 where there is none.
    Linked {
        /// The syncs whose links are asked, in this order.
        syncs: Vec<SmolStr>,
        /// The side that the id comes from.
        from: Side,
        /// The id.
        input: Box<Expr>,
    },
    /// The first that does not fail.
    Otherwise {
        /// Tried first.
        first: Box<Expr>,
        /// Taken where the first fails.
        second: Box<Expr>,
    },
    /// Not.
    Not(Box<Expr>),
    /// All hold; an empty list holds.
    All(Vec<Expr>),
    /// One holds; an empty list does not.
    Any(Vec<Expr>),
    /// Two values compared. A blank equals a blank; no order holds with a blank.
    Compare {
        /// How.
        comparison: Comparison,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// Whether a value is one of a list, or a set of which a member is.
    In {
        /// The value.
        input: Box<Expr>,
        /// The list.
        list: Vec<Value>,
    },
    /// Whether a value is not blank.
    IsSet(Box<Expr>),
    /// Whether a field has changed since the shadow.
    Changed {
        /// The record's side.
        side: Side,
        /// The field.
        field: SmolStr,
    },
    /// Two numbers, or a date and a number of days. Blank where an operand is.
    Arithmetic {
        /// Which.
        operation: Operation,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// One of two expressions.
    If {
        /// What decides.
        condition: Box<Expr>,
        /// Where it holds.
        then: Box<Expr>,
        /// Where it does not.
        otherwise: Box<Expr>,
    },
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it holds between two values. A blank equals a blank; no order holds with a blank, or between kinds.
    pub fn holds(self, left: &Value, right: &Value) -> bool {
        let order = left.order(right);
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            _ if left.is_blank() || right.is_blank() => false,
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// Arithmetic on numbers and dates; `add` also joins texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; a division by zero fails.
    Divide,
}

impl Operation {
    /// The result for two values, a blank where one of them is blank.
    ///
    /// # Errors
    /// Says in words what stands against it.
    pub fn apply(self, left: &Value, right: &Value) -> Result<Value, &'static str> {
        let number = |n: Option<Decimal>| match n {
            Some(n) => Ok(Value::Number(n.normalize())),
            None => Err("the number is too large, or divided by zero"),
        };
        let shifted = |day: &jiff::civil::Date, count: Option<i64>| {
            let span = count
                .filter(|n| n.unsigned_abs() < 7_304_484)
                .map(|n| jiff::Span::new().days(n));
            match span.and_then(|s| day.checked_add(s).ok()) {
                Some(day) => Ok(Value::Date(day)),
                None => Err("the day is beyond the calendar"),
            }
        };
        match (self, left, right) {
            (_, Value::Blank, _) | (_, _, Value::Blank) => Ok(Value::Blank),
            (Self::Add, Value::Number(x), Value::Number(y)) => number(x.checked_add(*y)),
            (Self::Subtract, Value::Number(x), Value::Number(y)) => number(x.checked_sub(*y)),
            (Self::Multiply, Value::Number(x), Value::Number(y)) => number(x.checked_mul(*y)),
            (Self::Divide, Value::Number(x), Value::Number(y)) => number(x.checked_div(*y)),
            (Self::Add, Value::Text(x), Value::Text(y)) => Ok(Value::text(format!("{x}{y}"))),
            (Self::Add, Value::Date(day), Value::Number(n)) => shifted(day, n.trunc().to_i64()),
            (Self::Subtract, Value::Date(day), Value::Number(n)) => {
                shifted(day, n.trunc().to_i64().and_then(i64::checked_neg))
            }
            (Self::Subtract, Value::Date(x), Value::Date(y)) => match y.until(*x) {
                Ok(span) => number(Some(Decimal::from(span.get_days()))),
                Err(_) => Err("the days are too far apart"),
            },
            _ => Err("these kinds cannot be calculated with"),
        }
    }
}

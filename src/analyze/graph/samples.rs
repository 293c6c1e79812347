//! Values that nobody names: they stand for all others of their kind, or are corners of it where functions change values.

use jiff::civil::date;
use rust_decimal::Decimal;

use crate::catalog::FieldType as T;
use crate::model::FieldView;
use crate::value::{Kind, Value};

/// Values that stand for the rest, where values are only copied, compared and looked up.
pub(super) const FRESH: usize = 2;
/// Values of a field's list beside those.
const LISTED: usize = 6;

/// Whether functions change the values of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    /// They are copied, compared and looked up.
    None,
    /// Functions, tables or platforms make others of them.
    Some,
}

/// Values of a field that nobody names: of its list, else of its kind; corners where functions change them.
pub(super) fn samples(view: FieldView<'_>, changes: Changes) -> Vec<Value> {
    let choices = |n: usize| -> Vec<Value> {
        view.choices()
            .take(n)
            .map(|c| Value::text(&c.value))
            .collect()
    };
    let number = |n: i64, scale: u32| Value::Number(Decimal::new(n, scale));
    let plain = changes == Changes::None;
    match view.kind() {
        Kind::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Kind::Number if plain => vec![number(1, 0), number(2, 0)],
        Kind::Number => vec![
            number(1, 0),
            number(2, 0),
            number(-15, 1),
            number(12_345, 3),
        ],
        Kind::Date => vec![Value::Date(date(2026, 3, 1)), Value::Date(date(2026, 3, 2))],
        Kind::DateTime if plain => vec![instant(43_200_000), instant(129_600_000)],
        // half past eleven in the evening, UTC, is another day elsewhere
        Kind::DateTime => vec![instant(43_200_000), instant(84_600_000), instant(1_500)],
        Kind::Time => Vec::new(),
        Kind::Set => {
            let all: Vec<Value> = choices(2);
            let both = all.iter().flat_map(Value::members);
            let mut sets: Vec<Value> = all.iter().map(|v| Value::set(v.members())).collect();
            sets.push(Value::set(both));
            sets.retain(|v| !v.is_blank());
            sets
        }
        Kind::Text => {
            let listed = choices(FRESH + LISTED);
            if listed.is_empty() {
                texts(view, changes)
            } else {
                listed
            }
        }
    }
}

/// Noon, or whatever time, of the first of March 2026.
const fn instant(after_midnight: i64) -> Value {
    Value::DateTime(1_772_323_200_000 + after_midnight)
}

fn texts(view: FieldView<'_>, changes: Changes) -> Vec<Value> {
    let texts: &[&str] = match (&view.field.ty, changes) {
        (T::Email, Changes::None) => &["ann@acme.example", "ben@acme.example"],
        (T::Email, Changes::Some) => &["ann@acme.example", "Ann@Acme.example"],
        (T::Phone, Changes::None) => &["+12125550100", "+12125550199"],
        (T::Phone, Changes::Some) => &["+12125550100", "(212) 555-0199"],
        (T::Url, Changes::None) => &["https://acme.example", "https://bolt.example"],
        (T::Url, Changes::Some) => &["https://acme.example", "http://www.Bolt.example/a"],
        (T::Reference | T::Id, _) => &["1", "2"],
        (_, Changes::None) => &["one", "two"],
        (_, Changes::Some) => &["us", "Us", "US", " two  words ", "+12125550100"],
    };
    texts.iter().map(Value::text).collect()
}

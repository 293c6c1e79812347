//! When two values are one: the kernel of what a platform does to a value that it stores.

use std::borrow::Cow;

use smol_str::SmolStr;

use crate::plan::Equality;
use crate::value::Value;

/// The representative of all values that the platform stores alike.
pub fn canonical<'v>(equality: &Equality, value: &'v Value) -> Cow<'v, Value> {
    if equality.is_exact() {
        return Cow::Borrowed(value);
    }
    match value {
        Value::Text(text) => match canonical_text(equality, text) {
            Cow::Borrowed(same) if same.len() == text.len() => Cow::Borrowed(value),
            other => Cow::Owned(Value::text(other)),
        },
        Value::Set(items) => Cow::Owned(Value::set(
            items.iter().map(|i| canonical_text(equality, i)),
        )),
        Value::Number(n) => match equality.scale {
            Some(scale) if n.scale() > u32::from(scale) => {
                let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
                Cow::Owned(Value::Number(
                    n.round_dp_with_strategy(scale.into(), strategy).normalize(),
                ))
            }
            _ => Cow::Borrowed(value),
        },
        Value::DateTime(ms) if equality.whole_seconds => {
            Cow::Owned(Value::DateTime(ms.div_euclid(1000) * 1000))
        }
        _ => Cow::Borrowed(value),
    }
}

fn canonical_text<'t>(equality: &Equality, text: &'t SmolStr) -> Cow<'t, str> {
    let text = if equality.trim {
        text.trim()
    } else {
        text.as_str()
    };
    let text = if equality.line_ends && text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let folded = |c: char| !c.is_uppercase();
    if equality.fold_case && !text.chars().all(folded) {
        Cow::Owned(text.to_lowercase())
    } else {
        text
    }
}

/// Whether the platform stores a value as nothing.
#[inline]
pub fn vanishes(equality: &Equality, value: &Value) -> bool {
    match value {
        Value::Blank => true,
        Value::Text(text) => is_nothing(equality, text),
        Value::Set(items) => are_nothing(equality, items),
        _ => false,
    }
}

fn are_nothing(equality: &Equality, items: &[SmolStr]) -> bool {
    items.iter().all(|item| is_nothing(equality, item))
}

/// Whether the platform stores a text as nothing; its first letter tells.
#[inline]
fn is_nothing(equality: &Equality, text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_graphic();
    text.is_empty() || (equality.trim && !text.bytes().any(letter) && text.trim().is_empty())
}

/// Whether the platform stores both values alike.
pub fn alike(equality: &Equality, x: &Value, y: &Value) -> bool {
    x == y || (!equality.is_exact() && canonical(equality, x) == canonical(equality, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_store_values_alike() {
        let all = Equality {
            trim: true,
            fold_case: true,
            line_ends: true,
            scale: Some(2),
            whole_seconds: true,
        };
        let number = |t: &str| Value::Number(t.parse().expect("number"));
        for (x, y) in [
            (Value::text(" Ann\r\nLee "), Value::text("ann\nlee")),
            (Value::text("  "), Value::Blank),
            (number("1.005"), number("1.01")),
            (Value::DateTime(1999), Value::DateTime(1000)),
            (Value::set(["A", "b "]), Value::set(["a", "B"])),
        ] {
            assert!(alike(&all, &x, &y), "{x:?} {y:?}");
            assert!(!alike(&Equality::default(), &x, &y), "{x:?} {y:?}");
            for equality in [all, Equality::default()] {
                for value in [&x, &y] {
                    let blank = canonical(&equality, value).is_blank();
                    assert_eq!(vanishes(&equality, value), blank, "{value:?}");
                }
            }
        }
    }
}

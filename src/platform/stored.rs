//! What is left of a value once a platform has stored it: the normal form in which two values are compared.

use rust_decimal::RoundingStrategy;
use serde::{Deserialize, Serialize};

use crate::value::Value;

/// What happens to blanks around a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trim {
    /// They stay.
    #[default]
    Kept,
    /// They go; a text of blanks alone becomes blank.
    Both,
}

/// What happens to upper case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// It stays.
    #[default]
    Kept,
    /// It becomes lower case.
    Lower,
}

/// What happens to line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineEnds {
    /// They stay.
    #[default]
    Kept,
    /// CR LF, CR and LF are one.
    Alike,
}

/// The finest part of an instant that is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Milliseconds.
    #[default]
    Millisecond,
    /// Whole seconds; what is finer is cut off.
    Second,
}

/// What a platform keeps of the values of one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
pub struct Stored {
    /// Blanks around a text.
    pub trim: Trim,
    /// Upper case in a text.
    pub case: Case,
    /// Line ends in a text.
    pub line_ends: LineEnds,
    /// Digits after the decimal point, half rounded away from zero; all where it says nothing.
    pub scale: Option<u8>,
    /// The finest part of an instant.
    pub precision: Precision,
}

impl Stored {
    /// The value as it is after a write: idempotent, and equal for values that the platform stores alike.
    pub fn normal(&self, value: &Value) -> Value {
        match value {
            Value::Text(text) => {
                let mut text = text.as_str();
                if self.trim == Trim::Both {
                    text = text.trim();
                }
                let lower = (self.case == Case::Lower).then(|| text.to_lowercase());
                let text = lower.as_deref().unwrap_or(text);
                if self.line_ends == LineEnds::Alike && text.contains('\r') {
                    return Value::text(text.replace("\r\n", "\n").replace('\r', "\n"));
                }
                Value::text(text)
            }
            Value::Number(number) => {
                let rounded = self.scale.map_or(*number, |scale| {
                    number.round_dp_with_strategy(
                        u32::from(scale),
                        RoundingStrategy::MidpointAwayFromZero,
                    )
                });
                Value::Number(rounded.normalize())
            }
            Value::DateTime(at) if self.precision == Precision::Second => {
                Value::DateTime(at - at.rem_euclid(1000))
            }
            Value::Set(items) if self.trim == Trim::Both => {
                Value::set(items.iter().map(|i| i.trim()))
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_form_is_what_is_stored_and_is_idempotent() {
        let stored = Stored {
            trim: Trim::Both,
            case: Case::Lower,
            line_ends: LineEnds::Alike,
            scale: Some(2),
            precision: Precision::Second,
        };
        let number =
            |t: &str| crate::value::read_text(crate::value::Kind::Number, t).expect("a number");
        for (given, kept) in [
            (Value::text("  Ann\r\nLee\r "), Value::text("ann\nlee")),
            (Value::text(" \t "), Value::Blank),
            (number("2.345"), number("2.35")),
            (number("-2.345"), number("-2.35")),
            (Value::DateTime(1_999), Value::DateTime(1_000)),
            (Value::DateTime(-1), Value::DateTime(-1_000)),
            (Value::set([" b", "a"]), Value::set(["a", "b"])),
            (Value::Bool(true), Value::Bool(true)),
        ] {
            assert_eq!(stored.normal(&given), kept, "{given:?}");
            assert_eq!(stored.normal(&kept), kept);
        }
    }
}

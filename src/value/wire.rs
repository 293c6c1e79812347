//! Reading and writing values as JSON and as text.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Kind, Value};

/// How a system writes values in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// Every value is a text or null, as in HubSpot's property bodies; a set is `a;b`, a blank is written as `""`.
    Strings,
    /// Booleans and numbers are JSON booleans and numbers, as in Salesforce's record bodies; a set is `a;b`.
    Typed,
}

/// A value that does not have the form of its field's kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The text found, shortened to 80 characters.
    pub found: String,
    /// The kind that was expected.
    pub expected: Kind,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.found, self.expected.phrase())
    }
}

impl std::error::Error for Misread {}

fn misread(found: &str, expected: Kind) -> Misread {
    Misread {
        found: found.chars().take(80).collect(),
        expected,
    }
}

/// Reads a JSON value as a value of a kind. Null, and an empty text, are blank.
pub fn read_json(kind: Kind, json: &serde_json::Value) -> Result<Value, Misread> {
    use serde_json::Value as Json;
    match json {
        Json::Null => Ok(Value::Blank),
        Json::String(s) => read_text(kind, s),
        Json::Bool(b) if kind == Kind::Bool => Ok(Value::Bool(*b)),
        Json::Bool(b) => read_text(kind, if *b { "true" } else { "false" }),
        Json::Number(n) => read_text(kind, &n.to_string()),
        Json::Array(items) if kind == Kind::Set => items
            .iter()
            .map(|i| i.as_str().ok_or_else(|| misread(&i.to_string(), kind)))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::set),
        other => Err(misread(&other.to_string(), kind)),
    }
}

/// Reads a text as a value of a kind. An empty text is blank.
///
/// Accepted forms: booleans `true false` in any case; numbers in decimal or scientific notation; dates `YYYY-MM-DD` and the
/// date part of an instant at midnight UTC or milliseconds; instants in RFC 3339, Salesforce's `+0000` form, or
/// milliseconds since 1970; sets split at `;`.
pub fn read_text(kind: Kind, text: &str) -> Result<Value, Misread> {
    if text.is_empty() {
        return Ok(Value::Blank);
    }
    let bad = || misread(text, kind);
    Ok(match kind {
        Kind::Text => Value::text(text),
        Kind::Bool => match text.trim() {
            t if t.eq_ignore_ascii_case("true") => Value::Bool(true),
            t if t.eq_ignore_ascii_case("false") => Value::Bool(false),
            _ => return Err(bad()),
        },
        Kind::Number => {
            let text = text.trim();
            let number = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
            Value::Number(number.map_err(|_| bad())?.normalize())
        }
        Kind::Date => Value::Date(read_date(text.trim()).ok_or_else(bad)?),
        Kind::DateTime => Value::DateTime(read_instant(text.trim()).ok_or_else(bad)?),
        Kind::Time => Value::Time(
            text.trim()
                .trim_end_matches('Z')
                .parse::<Time>()
                .map_err(|_| bad())?,
        ),
        Kind::Set => Value::set(text.split(';').map(str::trim)),
    })
}

fn read_date(text: &str) -> Option<Date> {
    if text.len() == 10
        && let Ok(date) = text.parse::<Date>()
    {
        return Some(date);
    }
    let instant = read_instant(text)?;
    (instant.rem_euclid(86_400_000) == 0)
        .then(|| Timestamp::from_millisecond(instant).ok())
        .flatten()
        .map(|t| t.to_zoned_datetime(jiff::tz::TimeZone::UTC).date())
}

fn read_instant(text: &str) -> Option<i64> {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        && text.len() > 10
        && !text.get(1..)?.contains('-')
    {
        return text
            .parse::<i64>()
            .ok()
            .filter(|ms| Timestamp::from_millisecond(*ms).is_ok());
    }
    if let Ok(t) = text.parse::<Timestamp>() {
        return Some(t.as_millisecond());
    }
    // Salesforce writes the offset without a colon: 2026-11-20T10:06:00.000+0000
    let (head, offset) = text.split_at_checked(text.len().checked_sub(5)?)?;
    if offset.starts_with(['+', '-']) && offset.get(1..)?.bytes().all(|b| b.is_ascii_digit()) {
        let (h, m) = offset.split_at_checked(3)?;
        return format!("{head}{h}:{m}")
            .parse::<Timestamp>()
            .ok()
            .map(|t| t.as_millisecond());
    }
    // A day alone is its midnight UTC.
    let date = text.parse::<Date>().ok().filter(|_| text.len() == 10)?;
    Some(
        date.to_zoned_datetime(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

/// Writes a value as JSON.
pub fn write_json(value: &Value, wire: Wire) -> serde_json::Value {
    use serde_json::Value as Json;
    match (value, wire) {
        (Value::Blank, Wire::Typed) => Json::Null,
        (Value::Bool(b), Wire::Typed) => Json::Bool(*b),
        (Value::Number(n), Wire::Typed) => {
            let text = n.normalize().to_string();
            text.parse::<serde_json::Number>()
                .map_or(Json::String(text), Json::Number)
        }
        _ => Json::String(write_text(value)),
    }
}

/// Writes a value as text; a blank is empty.
pub fn write_text(value: &Value) -> String {
    match value {
        Value::Blank => String::new(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.normalize().to_string(),
        Value::Date(d) => d.to_string(),
        Value::DateTime(ms) => {
            Timestamp::from_millisecond(*ms).map_or_else(|_| ms.to_string(), |t| format!("{t:.3}"))
        }
        Value::Time(t) => t.to_string(),
        Value::Text(t) => t.to_string(),
        Value::Set(items) => items.join(";"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_in_all_three_forms() {
        let want = Ok(Value::DateTime(1_795_169_160_000));
        for text in [
            "2026-11-20T10:06:00.000Z",
            "2026-11-20T10:06:00.000+0000",
            "1795169160000",
            "2026-11-20T11:06:00+01:00",
        ] {
            assert_eq!(read_text(Kind::DateTime, text), want, "{text}");
        }
    }

    #[test]
    fn a_day_reads_from_midnight_only() {
        assert_eq!(
            read_text(Kind::Date, "1795132800000"),
            read_text(Kind::Date, "2026-11-20")
        );
        assert!(read_text(Kind::Date, "2026-11-20T10:06:00Z").is_err());
    }

    #[test]
    fn what_is_written_reads_back() {
        for (kind, text) in [
            (Kind::Text, "Acme"),
            (Kind::Bool, "true"),
            (Kind::Number, "12.5"),
            (Kind::Date, "2026-11-20"),
            (Kind::DateTime, "2026-11-20T10:06:00.000Z"),
            (Kind::Set, "a;b"),
        ] {
            let value = read_text(kind, text).expect("reads");
            assert_eq!(write_text(&value), text);
            assert_eq!(
                read_json(kind, &write_json(&value, Wire::Typed)),
                Ok(value.clone())
            );
            let stored = serde_json::to_string(&value).expect("serializes");
            assert_eq!(
                serde_json::from_str::<Value>(&stored).expect("deserializes"),
                value
            );
        }
    }
}

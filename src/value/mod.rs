//! Values of record fields, as the runtime, the plan and the analysis see them: typed, small, totally ordered.
//! How a platform writes a value on the wire is the business of [`read`] and [`write`]; what it stores of a value
//! afterwards is the business of the platform profiles.

pub mod library;
mod wire;

pub use wire::{Misread, Wire, read_json, read_text, write_json, write_text};

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// The scalar kind of a field: what its values are, apart from all that a platform adds to it (lengths, picklists).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text of any form: names, addresses, picklist values, ids.
    Text,
    /// True or false.
    Bool,
    /// A decimal number.
    Number,
    /// A day of the calendar, without a time zone.
    Date,
    /// An instant, with millisecond precision, in UTC.
    DateTime,
    /// A time of day.
    Time,
    /// Several texts whose order does not matter: a multi-select.
    Set,
}

impl Kind {
    /// The kind in words, for messages: `text`, `date and time`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bool => "true or false",
            Self::Number => "number",
            Self::Date => "date",
            Self::DateTime => "date and time",
            Self::Time => "time of day",
            Self::Set => "several values",
        }
    }

    /// One value of the kind, in a sentence: `a text`, `several values`.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Date => "a date",
            Self::DateTime => "a date and time",
            Self::Time => "a time of day",
            Self::Set => "several values",
        }
    }
}

/// One value of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Nothing there. Platforms write it as null, as an absent key or as an empty text.
    #[default]
    Blank,
    /// True or false.
    Bool(bool),
    /// A decimal number; equal numbers of different scale are equal.
    Number(Decimal),
    /// A day.
    Date(jiff::civil::Date),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    DateTime(i64),
    /// A time of day.
    Time(jiff::civil::Time),
    /// Text, never empty.
    Text(SmolStr),
    /// Several texts, sorted, each once, never empty as a whole.
    Set(Box<[SmolStr]>),
}

impl Value {
    /// Text, or blank where the text is empty.
    #[inline]
    pub fn text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        match text.len() {
            0 => Self::Blank,
            // In fewer moves than `new` takes.
            1..=SmolStr::INLINE_CAP => Self::Text(SmolStr::new_inline(text)),
            _ => Self::Text(SmolStr::new(text)),
        }
    }

    /// A set of texts, sorted and each once; blank where none is left.
    pub fn set<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> Self {
        let mut items: Vec<SmolStr> = items
            .into_iter()
            .map(|s| SmolStr::new(s.as_ref()))
            .filter(|s| !s.is_empty())
            .collect();
        items.sort_unstable();
        items.dedup();
        if items.is_empty() {
            Self::Blank
        } else {
            Self::Set(items.into())
        }
    }

    /// Whether nothing is there.
    pub const fn is_blank(&self) -> bool {
        matches!(self, Self::Blank)
    }

    /// The kind of the value; a blank has none.
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Blank => None,
            Self::Bool(_) => Some(Kind::Bool),
            Self::Number(_) => Some(Kind::Number),
            Self::Date(_) => Some(Kind::Date),
            Self::DateTime(_) => Some(Kind::DateTime),
            Self::Time(_) => Some(Kind::Time),
            Self::Text(_) => Some(Kind::Text),
            Self::Set(_) => Some(Kind::Set),
        }
    }

    /// The order of two values of one kind; a day stands beside an instant as its midnight in UTC.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        let midnight = |day: &jiff::civil::Date| {
            let midnight = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
            Some(midnight.timestamp().as_millisecond())
        };
        match (self, other) {
            (Self::Date(day), Self::DateTime(ms)) => Some(midnight(day)?.cmp(ms)),
            (Self::DateTime(ms), Self::Date(day)) => Some(ms.cmp(&midnight(day)?)),
            _ => (self.kind() == other.kind()).then(|| self.cmp(other)),
        }
    }

    /// The texts of a set or a text, none of a blank, and how any other value is written.
    pub fn members(&self) -> Vec<SmolStr> {
        match self {
            Self::Blank => Vec::new(),
            Self::Set(items) => items.to_vec(),
            Self::Text(text) => vec![text.clone()],
            other => vec![write_text(other).into()],
        }
    }

    /// Whether it is one of some listed values, or a set of which a member is.
    pub fn is_among(&self, listed: impl Fn(&Self) -> bool) -> bool {
        match self {
            Self::Set(items) => {
                listed(self) || items.iter().any(|m| listed(&Self::Text(m.clone())))
            }
            _ => listed(self),
        }
    }

    /// The sets that some members make, but for the empty one, the smaller ones first: all where there are no more members than
    /// these; else each member by itself, each two, and all together.
    pub fn sets(members: &[SmolStr], most: usize) -> Vec<Self> {
        let count = members.len();
        let of = |picks: &[usize]| Self::set(picks.iter().filter_map(|at| members.get(*at)));
        let mut picks: Vec<Vec<usize>> = vec![Vec::new()];
        let mut last = picks.clone();
        let longest = if count <= most { count } else { 2 };
        for _ in 0..longest {
            let longer = last.iter().flat_map(|p| {
                let next = p.last().map_or(0, |at| at + 1);
                (next..count).map(|at| p.iter().copied().chain([at]).collect())
            });
            last = longer.collect();
            picks.extend(last.iter().cloned());
        }
        if longest < count {
            picks.push((0..count).collect());
        }
        picks.iter().skip(1).map(|p| of(p)).collect()
    }

    /// The text of a text value.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(t) = self {
            Some(t)
        } else {
            None
        }
    }
}

/// The value as people read it: `Acme`, `12.50`, `2026-11-20`, `a; b`; nothing for a blank.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write_text(self))
    }
}

/// A value in a plan: JSON null, boolean and text stand for themselves, the rest is `{"number": "12.5"}` and the like.
impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let tagged = |serializer: S, key: &str, text: &str| {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(key, text)?;
            map.end()
        };
        match self {
            Self::Blank => serializer.serialize_none(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Text(t) => serializer.serialize_str(t),
            Self::Number(n) => tagged(serializer, "number", &n.to_string()),
            Self::Date(_) => tagged(serializer, "date", &write_text(self)),
            Self::DateTime(_) => tagged(serializer, "date_time", &write_text(self)),
            Self::Time(_) => tagged(serializer, "time", &write_text(self)),
            Self::Set(items) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("set", items)?;
                map.end()
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Bool(bool),
    Text(SmolStr),
    Tagged(Tagged),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tagged {
    Number(SmolStr),
    Date(SmolStr),
    DateTime(SmolStr),
    Time(SmolStr),
    Set(Vec<SmolStr>),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let typed = |kind, text: &str| read_text(kind, text).map_err(D::Error::custom);
        match Option::<Stored>::deserialize(deserializer)? {
            None => Ok(Self::Blank),
            Some(Stored::Bool(b)) => Ok(Self::Bool(b)),
            Some(Stored::Text(t)) => Ok(Self::text(t)),
            Some(Stored::Tagged(Tagged::Number(t))) => typed(Kind::Number, &t),
            Some(Stored::Tagged(Tagged::Date(t))) => typed(Kind::Date, &t),
            Some(Stored::Tagged(Tagged::DateTime(t))) => typed(Kind::DateTime, &t),
            Some(Stored::Tagged(Tagged::Time(t))) => typed(Kind::Time, &t),
            Some(Stored::Tagged(Tagged::Set(items))) => Ok(Self::set(items)),
        }
    }
}

#[cfg(feature = "compiler")]
impl schemars::JsonSchema for Value {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let tagged = |key: &str, inner: serde_json::Value| serde_json::json!({"type": "object", "required": [key], "additionalProperties": false, "properties": {key: inner}});
        let text = || serde_json::json!({"type": "string"});
        let shapes = serde_json::json!([
            {"type": ["null", "boolean", "string"]},
            tagged("number", text()),
            tagged("date", text()),
            tagged("date_time", text()),
            tagged("time", text()),
            tagged("set", serde_json::json!({"type": "array", "items": {"type": "string"}})),
        ]);
        let mut schema = schemars::Schema::default();
        schema.insert("description".into(), "a value: null is blank".into());
        schema.insert("anyOf".into(), shapes);
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn the_sets_of_members_are_all_of_a_few_and_some_of_many() {
        let members = |n: usize| ["a", "b", "c", "d"].map(Into::into).into_iter().take(n);
        let sets = |n| Value::sets(&members(n).collect::<Vec<_>>(), 3);
        assert_eq!(sets(0), []);
        assert_eq!(
            sets(2),
            [vec!["a"], vec!["b"], vec!["a", "b"]].map(Value::set)
        );
        assert_eq!((sets(3).len(), sets(4).len()), (7, 4 + 6 + 1));
    }
}

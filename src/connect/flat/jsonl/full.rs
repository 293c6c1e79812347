//! Any line, read by the full parser of JSON: it says what is wrong with a line, and reads all that is none of the common form.

use std::borrow::Cow;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::Fault;
use super::super::scan::Raw;
use super::{Jsonl, Target, set_member};
use crate::runtime::Record;
use crate::value::{Kind, Value, read_text};

/// Deepest nesting of a member that is passed over.
const DEEPEST: usize = 64;

/// A line as text that cannot be a JSON object too deep.
pub(super) fn checked(raw: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(raw)
        .map_err(|e| Fault::new(format!("byte {} of it is not UTF-8", e.valid_up_to() + 1)))?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Fault::new("it is not a JSON object"));
    }
    if raw.iter().filter(|b| matches!(b, b'{' | b'[')).count() > DEEPEST && is_deep(raw) {
        return Err(Fault::new(format!(
            "it is nested deeper than {DEEPEST} levels"
        )));
    }
    Ok(text)
}

/// Whether brackets outside of texts nest too deep.
fn is_deep(raw: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in raw {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// Reads a line as one JSON object.
pub(super) fn parse<'de, V: Visitor<'de>>(text: &'de str, visitor: V) -> Result<V::Value, Fault> {
    let mut json = serde_json::Deserializer::from_str(text);
    let result = json
        .deserialize_map(visitor)
        .and_then(|value| json.end().map(|()| value));
    result.map_err(|error| {
        let message = error.to_string();
        let reason = message.split(" at line ").next().unwrap_or_default();
        Fault::new(format!(
            "it is not a JSON object: {reason} (column {})",
            error.column()
        ))
    })
}

impl Jsonl {
    /// Reads a line of any form, or says what is wrong with it.
    pub(super) fn read_full(&self, raw: &[u8]) -> Result<Record, Fault> {
        let mut wrong = None;
        let walk = Walk {
            format: self,
            wrong: &mut wrong,
        };
        let record = parse(checked(raw)?, walk)?;
        match wrong {
            Some(reason) => Err(Fault {
                id: Some(record.id).filter(|id| !id.is_empty()),
                reason,
            }),
            None => Ok(record),
        }
    }
}

/// Walks a line once and keeps what the shape names.
struct Walk<'a> {
    format: &'a Jsonl,
    /// Why a member that is not data says nothing, if one does not.
    wrong: &'a mut Option<String>,
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Record;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let Self { format, wrong } = self;
        let mut record = Record {
            values: vec![Value::Blank; format.fields.len()].into(),
            ..Record::default()
        };
        while let Some(target) = map.next_key_seed(Name(format))? {
            if target == Target::default() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw = map.next_value::<&RawValue>()?.get();
            let slot = target.slot.and_then(|slot| {
                let (_, kind) = format.fields.get(slot)?;
                Some((record.values.get_mut(slot)?, *kind))
            });
            if let Some((place, kind)) = slot {
                *place = interpret(kind, raw).map_err(A::Error::custom)?;
            }
            if let Some(member) = target.meta {
                let text = interpret(Kind::Text, raw).map_err(A::Error::custom)?;
                let text = text.as_text().unwrap_or_default();
                if let Err(reason) = set_member(&mut record, member, text) {
                    wrong.get_or_insert(reason);
                }
            }
        }
        Ok(record)
    }
}

/// Reads a member's name as what it is for.
struct Name<'a>(&'a Jsonl);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Target;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Target, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Target;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Target, E> {
        Ok(self.0.target(name))
    }
}

impl Raw<'_> {
    /// The value, read as a kind; blank for a broken escape.
    #[inline]
    pub(super) fn value(self, kind: Kind) -> Value {
        match self {
            Self::Plain(text) if kind == Kind::Text => Value::text(text),
            other => other.read(kind).unwrap_or_default(),
        }
    }

    /// The value, read as a kind; none for a broken escape.
    pub(super) fn read(self, kind: Kind) -> Option<Value> {
        match self {
            Self::Plain(text) => Some(as_kind(kind, text)),
            Self::Escaped(raw) | Self::Bare(raw) => interpret(kind, raw).ok(),
        }
    }
}

/// The value of a text, read as a kind; the text where it does not have the kind's form.
fn as_kind(kind: Kind, text: &str) -> Value {
    read_text(kind, text).unwrap_or_else(|_| Value::text(text))
}

/// The value of a JSON value, read as a kind; its text where it does not have the kind's form.
fn interpret(kind: Kind, raw: &str) -> Result<Value, String> {
    let as_kind = |text: &str| as_kind(kind, text);
    Ok(match raw.as_bytes().first() {
        Some(b'"') => {
            let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
            if inner.contains('\\') {
                let text: String = serde_json::from_str(raw)
                    .map_err(|_| "a text has a broken escape".to_owned())?;
                as_kind(&text)
            } else {
                as_kind(inner)
            }
        }
        Some(b'n') | None => Value::Blank,
        Some(b'[') if kind == Kind::Set => match serde_json::from_str::<Vec<Cow<'_, str>>>(raw) {
            Ok(items) => Value::set(items),
            Err(_) => Value::text(raw),
        },
        Some(b'[' | b'{') => Value::text(raw),
        _ => as_kind(raw),
    })
}

//! JSON lines: a flat JSON object a line, members in any order, unknown ones kept.

use std::borrow::Cow;
use std::iter::repeat_with;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::scan::{Next, Raw, Scan, is_plain};
use super::{Fault, Format, Patch, Quotes};
use crate::runtime::{Record, Shape};
use crate::value::{Kind, Value, Wire, read_text, write_text};

/// Deepest nesting of a member that is passed over.
const DEEPEST: usize = 64;

/// Longest list of members that is remembered from line to line.
const REMEMBERED: usize = 4096;

/// Longest text before a value that is remembered, in bytes.
const LONGEST_LEAD: usize = 256;

/// One line an object.
pub struct Jsonl {
    wire: Wire,
    /// Every name that matters, sorted, with the JSON text of its key.
    names: Vec<(SmolStr, Target)>,
    /// What stands before the values of the last line, in its order: lines of one file are much alike, so that most members are
    /// known by it.
    order: Vec<(SmolStr, Target)>,
    /// The members that the store itself writes.
    id: Key,
    deleted: Option<Key>,
    /// The members of the slots.
    fields: Box<[Key]>,
}

/// A member that is written.
struct Key {
    name: SmolStr,
    /// It is the id, which the store writes itself.
    is_id: bool,
    /// A comma, the JSON text of its name, and a colon.
    text: Box<[u8]>,
}

impl Key {
    fn new(name: &SmolStr, id: &SmolStr) -> Self {
        let mut text = vec![b','];
        quote(name, &mut text);
        text.push(b':');
        Self {
            name: name.clone(),
            is_id: name == id,
            text: text.into(),
        }
    }
}

/// What a member is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Target {
    slot: Option<(usize, Kind)>,
    meta: Option<Member>,
}

/// A member that is not data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    Id,
    Deleted,
    Modified,
    Created,
    MergedInto,
}

/// The members of a shape that are not data, as far as it has them.
pub(super) fn members(shape: &Shape) -> impl Iterator<Item = (&SmolStr, Member)> {
    let meta = &shape.meta;
    let optional = [
        (meta.deleted.as_ref(), Member::Deleted),
        (meta.modified.as_ref(), Member::Modified),
        (meta.created.as_ref(), Member::Created),
        (meta.merged_into.as_ref(), Member::MergedInto),
    ];
    std::iter::once((&meta.id, Member::Id)).chain(
        optional
            .into_iter()
            .filter_map(|(name, member)| Some((name?, member))),
    )
}

/// Puts the text of such a member into a record.
pub(super) fn set_member(record: &mut Record, member: Member, text: &str) {
    let instant = || match read_text(Kind::DateTime, text) {
        Ok(Value::DateTime(at)) => Some(at),
        _ => None,
    };
    match member {
        Member::Id => record.id = SmolStr::new(text),
        Member::Deleted => record.deleted = read_text(Kind::Bool, text) == Ok(Value::Bool(true)),
        Member::Modified => record.modified = instant(),
        Member::Created => record.created = instant(),
        Member::MergedInto => record.merged_into = (!text.is_empty()).then(|| SmolStr::new(text)),
    }
}

impl Format for Jsonl {
    const EXTENSION: &'static str = "jsonl";
    const HEADER: bool = false;

    fn quotes(_: Quotes, _: &[u8]) -> Quotes {
        Quotes::Closed
    }

    fn new(shape: &Shape, wire: Wire, _: Option<&[u8]>) -> Result<Self, (String, String)> {
        let mut names: Vec<(SmolStr, Target)> = Vec::new();
        for (slot, field) in (0..).zip(&shape.fields) {
            names.push((
                field.name.clone(),
                Target {
                    slot: Some((slot, field.kind)),
                    meta: None,
                },
            ));
        }
        for (name, member) in members(shape) {
            match names.iter_mut().find(|(n, _)| n == name) {
                Some((_, target)) => target.meta = Some(member),
                None => names.push((
                    name.clone(),
                    Target {
                        slot: None,
                        meta: Some(member),
                    },
                )),
            }
        }
        names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let key = |name| Key::new(name, &shape.meta.id);
        Ok(Self {
            wire,
            names,
            order: Vec::new(),
            id: key(&shape.meta.id),
            deleted: shape.meta.deleted.as_ref().map(key),
            fields: shape.fields.iter().map(|s| key(&s.name)).collect(),
        })
    }

    fn header(_: &Shape) -> Option<Vec<u8>> {
        None
    }

    fn read(&mut self, raw: &[u8]) -> Result<Record, Fault> {
        let plain = std::str::from_utf8(raw)
            .ok()
            .and_then(|text| self.read_plain(text));
        let record = match plain {
            Some(record) => record,
            None => {
                let text = checked(raw)?;
                let record = self.blank();
                let walk = Walk {
                    format: self,
                    record,
                };
                parse(text, walk)?
            }
        };
        if record.id.is_empty() {
            return Err(Fault::new(format!(
                "it has no id: the member `{}` is missing or empty",
                self.id.name
            )));
        }
        Ok(record)
    }

    fn write(
        &mut self,
        before: Option<&[u8]>,
        patch: &Patch<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let id = patch.id.map(|id| (&self.id, Value::text(id)));
        let archived = patch.archive.and(self.deleted.as_ref());
        let archived = archived.map(|key| (key, Value::Bool(true)));
        let own = id.iter().chain(&archived);
        let own = own.map(|(key, value)| (*key, value));
        let fields = patch.values.iter().filter_map(|(slot, value)| {
            let key = self.fields.get(usize::from(*slot))?;
            (!key.is_id).then_some((key, value))
        });
        let Some(raw) = before else {
            let start = out.len();
            let mut put = |(key, value): (&Key, &Value)| {
                out.extend_from_slice(&key.text);
                put_value(value, self.wire, out);
            };
            own.for_each(&mut put);
            fields.filter(|(_, value)| !value.is_blank()).for_each(put);
            open_object(start, out);
            return Ok(());
        };
        let encoded = |(key, value): (_, &Value)| {
            let mut out = Vec::new();
            put_value(value, self.wire, &mut out);
            (key, out)
        };
        let members: Vec<_> = own.chain(fields).map(encoded).collect();
        splice(checked(raw)?, &members, out)
    }

    fn can_archive(&self) -> bool {
        self.deleted.is_some()
    }
}

impl Jsonl {
    fn blank(&self) -> Record {
        Record {
            values: repeat_with(Value::default)
                .take(self.fields.len())
                .collect(),
            ..Record::default()
        }
    }

    /// Reads a line of the common form in one pass; none where it takes the full parser.
    fn read_plain(&mut self, text: &str) -> Option<Record> {
        let mut record = self.blank();
        let mut scan = Scan::new(text);
        let mut position = 0;
        loop {
            let expected = self.order.get(position);
            let (target, value) = match scan.next(expected.map(|(lead, _)| lead.as_str()))? {
                Next::End => return Some(record),
                Next::Expected(value) => (expected.map(|(_, target)| *target)?, value),
                Next::Member { lead, name, value } => {
                    let target = self.target(name);
                    self.remember(position, lead, target);
                    (target, value)
                }
            };
            position += 1;
            if let Some((slot, kind)) = target.slot {
                value.put(kind, record.values.get_mut(slot)?)?;
            }
            if target.meta.is_some() || matches!(value, Raw::Escaped(_)) {
                let text = value.read(Kind::Text)?;
                if let Some(member) = target.meta {
                    set_member(&mut record, member, text.as_text().unwrap_or_default());
                }
            }
        }
    }

    /// What a member is for.
    fn target(&self, name: &str) -> Target {
        let found = self
            .names
            .binary_search_by(|(known, _)| known.as_str().cmp(name));
        let known = found.ok().and_then(|i| self.names.get(i));
        known.map_or_else(Target::default, |(_, target)| *target)
    }

    /// Expects a member at this position of the next line.
    fn remember(&mut self, position: usize, lead: &str, target: Target) {
        if lead.len() > LONGEST_LEAD {
            self.order.truncate(position);
        } else if let Some(place) = self.order.get_mut(position) {
            *place = (SmolStr::new(lead), target);
        } else if position == self.order.len() && position < REMEMBERED {
            self.order.push((SmolStr::new(lead), target));
        }
    }
}

/// A line as text that cannot be a JSON object too deep.
fn checked(raw: &[u8]) -> Result<&str, Fault> {
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
fn parse<'de, V: Visitor<'de>>(text: &'de str, visitor: V) -> Result<V::Value, Fault> {
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

/// Walks a line once and keeps what the shape names.
struct Walk<'a> {
    format: &'a Jsonl,
    record: Record,
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Record;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Record, A::Error> {
        while let Some(target) = map.next_key_seed(Name(self.format))? {
            if target == Target::default() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw = map.next_value::<&RawValue>()?.get();
            if let Some((slot, kind)) = target.slot {
                let value = interpret(kind, raw).map_err(A::Error::custom)?;
                if let Some(place) = self.record.values.get_mut(slot) {
                    *place = value;
                }
            }
            if let Some(member) = target.meta {
                let text = interpret(Kind::Text, raw).map_err(A::Error::custom)?;
                set_member(&mut self.record, member, text.as_text().unwrap_or_default());
            }
        }
        Ok(self.record)
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
    /// Puts the value, read as a kind, in a place; none for a broken escape. A text is made there: it would take longer to move
    /// it than to make it.
    #[inline]
    fn put(self, kind: Kind, place: &mut Value) -> Option<()> {
        *place = Value::Blank;
        match self {
            Self::Plain("") => {}
            Self::Plain(text) if kind == Kind::Text => *place = Value::Text(SmolStr::new(text)),
            other => *place = other.read(kind)?,
        }
        Some(())
    }

    /// The value, read as a kind; none for a broken escape.
    fn read(self, kind: Kind) -> Option<Value> {
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

/// Writes the JSON text of a value.
fn put_value(value: &Value, wire: Wire, out: &mut Vec<u8>) {
    match (value, wire) {
        (Value::Text(text), _) => quote(text, out),
        (Value::Blank, Wire::Strings) => out.extend_from_slice(b"\"\""),
        (Value::Blank, Wire::Typed) => out.extend_from_slice(b"null"),
        (Value::Bool(_) | Value::Number(_), Wire::Typed) => {
            out.extend_from_slice(write_text(value).as_bytes());
        }
        _ => quote(&write_text(value), out),
    }
}

/// Makes an object of the members that were written from a place on, each after a comma.
fn open_object(start: usize, out: &mut Vec<u8>) {
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

/// Writes a JSON text.
#[inline]
fn quote(text: &str, out: &mut Vec<u8>) {
    if is_plain(text.as_bytes()) {
        out.reserve(text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        escape(text, out);
    }
}

#[cold]
fn escape(text: &str, out: &mut Vec<u8>) {
    // Writing a text into memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// A member that changes, and the JSON text of its value.
type Encoded<'a> = (&'a Key, Vec<u8>);

/// Where the members that change have their values in a line.
struct Ranges<'a> {
    text: &'a str,
    changes: &'a [Encoded<'a>],
}

/// The byte ranges of values by the position of their change, and whether the object has members at all.
type Found = (Vec<(usize, std::ops::Range<usize>)>, bool);

impl<'de> Visitor<'de> for Ranges<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut ranges = Vec::new();
        let mut any = false;
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            any = true;
            match self
                .changes
                .iter()
                .position(|(changed, _)| *changed.name == *name)
            {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(change) => {
                    let raw = map.next_value::<&RawValue>()?.get();
                    let start = (raw.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
                    ranges.push((change, start..start.saturating_add(raw.len())));
                }
            }
        }
        Ok((ranges, any))
    }
}

/// Copies a line with the values of some members replaced, and those that it lacks put at its end.
fn splice(text: &str, changes: &[Encoded<'_>], out: &mut Vec<u8>) -> Result<(), Fault> {
    let (ranges, any) = parse(text, Ranges { text, changes })?;
    let mut from = 0;
    for (change, range) in &ranges {
        out.extend_from_slice(text.get(from..range.start).unwrap_or_default().as_bytes());
        out.extend_from_slice(
            changes
                .get(*change)
                .map(|(_, value)| value.as_slice())
                .unwrap_or_default(),
        );
        from = range.end;
    }
    let missing = (0..)
        .zip(changes)
        .filter(|(i, _)| ranges.iter().all(|(c, _)| c != i));
    let rest = text.get(from..).unwrap_or_default();
    let brace = rest.rfind('}').unwrap_or(rest.len());
    let (head, tail) = rest.split_at(brace);
    out.extend_from_slice(head.as_bytes());
    for (position, (_, (key, value))) in missing.enumerate() {
        let first = !any && position == 0;
        out.extend_from_slice(key.text.get(usize::from(first)..).unwrap_or_default());
        out.extend_from_slice(value);
    }
    out.extend_from_slice(tail.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests;

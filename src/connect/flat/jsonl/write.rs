//! Members as they are written: into a new line, or in the place of what a line has.

use std::borrow::Cow;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::super::Fault;
use super::super::scan::is_plain;
use super::full::parse;
use crate::value::{Value, Wire, write_text};

/// So many bytes are sooner copied than as many as there are.
const HEAD: usize = 32;

/// A member that is written.
pub(super) struct Key {
    pub(super) name: SmolStr,
    /// It is the id, which the store writes itself.
    pub(super) is_id: bool,
    /// A comma, the JSON text of its name, a colon, and the quotation mark that begins a text.
    text: Box<[u8]>,
    /// The first bytes of that, and zeros after its end.
    head: [u8; HEAD],
}

impl Key {
    pub(super) fn new(name: &SmolStr, id: &SmolStr) -> Self {
        let mut text = vec![b','];
        quote(name, &mut text);
        text.extend_from_slice(b":\"");
        let mut head = [0; HEAD];
        head.iter_mut()
            .zip(&text)
            .for_each(|(to, from)| *to = *from);
        Self {
            name: name.clone(),
            is_id: name == id,
            text: text.into(),
            head,
        }
    }

    /// What stands before a value, whatever that is.
    fn lead(&self) -> &[u8] {
        self.text.split_last().map_or(&[], |(_, lead)| lead)
    }

    /// Writes the member with a comma before it.
    #[inline]
    pub(super) fn put(&self, value: &Value, wire: Wire, out: &mut Vec<u8>) {
        if let Value::Text(text) = value
            && is_plain(text.as_bytes())
        {
            out.reserve(self.text.len().max(HEAD) + text.len() + 1);
            let end = out.len() + self.text.len();
            out.extend_from_slice(&self.head);
            out.truncate(end);
            out.extend_from_slice(self.text.get(HEAD..).unwrap_or_default());
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(self.lead());
            put_value(value, wire, out);
        }
    }
}

/// Writes the JSON text of a value.
pub(super) fn put_value(value: &Value, wire: Wire, out: &mut Vec<u8>) {
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
pub(super) type Encoded<'a> = (&'a Key, Vec<u8>);

/// Where the members that change have their values in a line.
struct Ranges<'a> {
    text: &'a str,
    changes: &'a [Encoded<'a>],
}

/// The byte ranges of values by the position of their change, and whether the object has members at all.
type Places = (Vec<(usize, std::ops::Range<usize>)>, bool);

impl<'de> Visitor<'de> for Ranges<'_> {
    type Value = Places;

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
pub(super) fn splice(text: &str, changes: &[Encoded<'_>], out: &mut Vec<u8>) -> Result<(), Fault> {
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
        out.extend_from_slice(key.lead().get(usize::from(first)..).unwrap_or_default());
        out.extend_from_slice(value);
    }
    out.extend_from_slice(tail.as_bytes());
    Ok(())
}

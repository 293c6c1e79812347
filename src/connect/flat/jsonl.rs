//! JSON lines: a flat JSON object a line, members in any order, unknown ones kept.

mod full;
mod write;

use smol_str::SmolStr;

use super::scan::{Next, Raw, Scan, text_after};
use super::{Fault, Format, Patch, Quotes};
use crate::runtime::{Record, Shape};
use crate::value::{Kind, Value, Wire, read_text};
use full::checked;
use write::{Key, put_value, splice};

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
    order: Vec<(String, Target)>,
    /// The members that the store itself writes.
    id: Key,
    deleted: Option<Key>,
    /// The members of the slots, with the kinds of their values.
    fields: Box<[(Key, Kind)]>,
}

/// What a member is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Target {
    slot: Option<usize>,
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

/// Puts the text of such a member into a record. The error is why it cannot be.
pub(super) fn set_member(record: &mut Record, member: Member, text: &str) -> Result<(), String> {
    let instant = |what: &str| match read_text(Kind::DateTime, text) {
        Ok(Value::DateTime(at)) => Ok(Some(at)),
        Ok(_) => Ok(None),
        Err(misread) => Err(format!("{misread}, and does not say when it was {what}")),
    };
    match member {
        Member::Id => record.id = SmolStr::new(text),
        Member::Deleted => {
            let said = read_text(Kind::Bool, text);
            let said = said.map_err(|e| format!("{e}, and does not say whether it is deleted"))?;
            record.deleted = said == Value::Bool(true);
        }
        Member::Modified => record.modified = instant("changed")?,
        Member::Created => record.created = instant("made")?,
        Member::MergedInto => record.merged_into = (!text.is_empty()).then(|| SmolStr::new(text)),
    }
    Ok(())
}

impl Format for Jsonl {
    const EXTENSION: &'static str = "jsonl";
    const HEADER: bool = false;

    fn quotes(_: Quotes, _: &[u8]) -> Quotes {
        Quotes::Closed
    }

    fn new(shape: &Shape, wire: Wire, _: Option<&[u8]>) -> Result<Self, (String, String)> {
        let mut names: Vec<(SmolStr, Target)> = Vec::new();
        for (slot, field) in shape.fields.iter().enumerate() {
            names.push((
                field.name.clone(),
                Target {
                    slot: Some(slot),
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
            fields: shape
                .fields
                .iter()
                .map(|s| (key(&s.name), s.kind))
                .collect(),
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
            None => self.read_full(raw)?,
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
        let archived = patch.archive.and(self.deleted.as_ref());
        let archived = archived.map(|key| (key, Value::Bool(true)));
        let Some(raw) = before else {
            self.begin(patch.id.unwrap_or_default(), out);
            if let Some((key, value)) = &archived {
                key.put(value, self.wire, out);
            }
            for (slot, value) in patch.values {
                self.put(*slot, value, out);
            }
            self.end(out);
            return Ok(());
        };
        let id = patch.id.map(|id| (&self.id, Value::text(id)));
        let own = id.iter().chain(&archived);
        let own = own.map(|(key, value)| (*key, value));
        let fields = patch.values.iter();
        let fields = fields.filter_map(|(slot, value)| Some((self.field(*slot)?, value)));
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
    /// Begins the line of a new record, which has its id then.
    pub fn begin(&self, id: &str, out: &mut Vec<u8>) {
        let start = out.len();
        self.id.put(&Value::text(id), self.wire, out);
        if let Some(comma) = out.get_mut(start) {
            *comma = b'{';
        }
    }

    /// Adds the value of a slot to a line that was begun; nothing where it is blank.
    #[inline]
    pub fn put(&self, slot: u16, value: &Value, out: &mut Vec<u8>) {
        if let Some(key) = self.field(slot).filter(|_| !value.is_blank()) {
            key.put(value, self.wire, out);
        }
    }

    /// Ends a line that was begun.
    pub fn end(&self, out: &mut Vec<u8>) {
        out.push(b'}');
    }

    /// The member of a slot; none for the id, which the store writes itself.
    fn field(&self, slot: u16) -> Option<&Key> {
        let (key, _) = self.fields.get(usize::from(slot))?;
        (!key.is_id).then_some(key)
    }

    /// Reads a line of the common form in one pass; none where it takes the full parser.
    fn read_plain(&mut self, text: &str) -> Option<Record> {
        let mut found = Found {
            record: Record::default(),
            raws: vec![Raw::Plain(""); self.fields.len()],
        };
        let (mut rest, mut position) = (text, 0);
        loop {
            if let Some((lead, target)) = self.order.get(position)
                && let Some((text, after)) = text_after(lead, rest)
            {
                found.take_text(target, text)?;
                rest = after;
            } else if let Some(after) = self.read_other(position, rest, &mut found)? {
                rest = after;
            } else {
                break;
            }
            position += 1;
        }
        let values = found.raws.iter().zip(&self.fields);
        let values = values.map(|(raw, (_, kind))| raw.value(*kind)).collect();
        Some(Record {
            values,
            ..found.record
        })
    }

    /// Reads any member, with which the rest of a line begins, and gives what comes after; within, none at the end of the line.
    #[inline(never)]
    fn read_other<'t>(
        &mut self,
        position: usize,
        rest: &'t str,
        found: &mut Found<'t>,
    ) -> Option<Option<&'t str>> {
        let mut scan = Scan::new(rest, position == 0);
        let expected = self.order.get(position);
        let (target, value) = match scan.next(expected.map(|(lead, _)| lead.as_str()))? {
            Next::End => return Some(None),
            Next::Expected(value) => (expected.map(|(_, target)| *target)?, value),
            Next::Member { lead, name, value } => {
                let target = self.target(name);
                self.remember(position, lead, target);
                (target, value)
            }
        };
        found.take(&target, value)?;
        Some(Some(scan.rest()))
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
        } else if let Some((known, known_target)) = self.order.get_mut(position) {
            lead.clone_into(known);
            *known_target = target;
        } else if position == self.order.len() && position < REMEMBERED {
            self.order.push((lead.to_owned(), target));
        }
    }
}

/// What was found in a line so far.
struct Found<'t> {
    /// With the members that are not data.
    record: Record,
    /// Of each slot what stands there: the last, where there are several.
    raws: Vec<Raw<'t>>,
}

impl<'t> Found<'t> {
    /// Takes the text of a member; none for one that the full parser refuses.
    #[inline]
    fn take_text(&mut self, target: &Target, text: &'t str) -> Option<()> {
        if let Some(slot) = target.slot {
            *self.raws.get_mut(slot)? = Raw::Plain(text);
        }
        if let Some(member) = target.meta {
            set_member(&mut self.record, member, text).ok()?;
        }
        Some(())
    }

    /// Takes the value of a member; none for one that the full parser refuses.
    fn take(&mut self, target: &Target, raw: Raw<'t>) -> Option<()> {
        if let Raw::Plain(text) = raw {
            return self.take_text(target, text);
        }
        if let Some(slot) = target.slot {
            *self.raws.get_mut(slot)? = raw;
        }
        if target.meta.is_some() || matches!(raw, Raw::Escaped(_)) {
            let text = raw.read(Kind::Text)?;
            if let Some(member) = target.meta {
                set_member(&mut self.record, member, text.as_text().unwrap_or_default()).ok()?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;

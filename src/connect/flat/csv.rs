//! Comma-separated values as of RFC 4180: a header row, fields in quotation marks where they need them.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::jsonl::{Member, members, set_member};
use super::{Fault, Format, Patch, Quotes};
use crate::runtime::{Presence, Record, Shape};
use crate::value::{Kind, Value, Wire, read_text, write_text};

/// One row a record.
pub struct Csv {
    columns: Vec<Column>,
    id: SmolStr,
    can_archive: bool,
}

/// What a column is for.
#[derive(Clone, Debug, Default)]
struct Column {
    slot: Option<(u16, Kind)>,
    meta: Option<Member>,
}

/// Where the reader is within a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted,
    /// After a quotation mark within a quoted field: its end, or half of an escaped mark.
    Mark,
}

const fn step(at: At, byte: u8) -> At {
    match (at, byte) {
        (At::Start, b'"') | (At::Mark, b'"') => At::Quoted,
        (At::Quoted, b'"') => At::Mark,
        (At::Quoted, _) => At::Quoted,
        (At::Start | At::Plain | At::Mark, b',' | b'\n') => At::Start,
        (At::Start | At::Plain | At::Mark, _) => At::Plain,
    }
}

/// The fields of a row as they stand there, with their quotation marks.
fn fields(raw: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut from = 0;
    let mut at = At::Start;
    for (i, byte) in raw.bytes().enumerate() {
        let outside = at != At::Quoted;
        at = step(at, byte);
        if outside && byte == b',' {
            fields.push(raw.get(from..i).unwrap_or_default());
            from = i + 1;
        }
    }
    fields.push(raw.get(from..).unwrap_or_default());
    fields
}

/// The value of a field.
fn unquoted(field: &str) -> Cow<'_, str> {
    match field
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"")),
        Some(inner) => Cow::Borrowed(inner),
        None => Cow::Borrowed(field),
    }
}

fn put_field(text: &str, out: &mut Vec<u8>) {
    let plain = !text.contains([',', '"', '\n', '\r']) && text.trim() == text;
    if plain {
        out.extend_from_slice(text.as_bytes());
    } else {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    }
}

fn checked(raw: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(raw)
        .map_err(|e| Fault::new(format!("byte {} of it is not UTF-8", e.valid_up_to() + 1)))
}

impl Format for Csv {
    const EXTENSION: &'static str = "csv";
    const HEADER: bool = true;

    fn quotes(before: Quotes, line: &[u8]) -> Quotes {
        let start = if before == Quotes::Open {
            At::Quoted
        } else {
            At::Start
        };
        match line.iter().fold(start, |at, byte| step(at, *byte)) {
            At::Quoted => Quotes::Open,
            At::Start | At::Plain | At::Mark => Quotes::Closed,
        }
    }

    fn new(shape: &Shape, _: Wire, header: Option<&[u8]>) -> Result<Self, (String, String)> {
        let own = Self::header(shape).unwrap_or_default();
        let sound = |fault: Fault| (fault.reason, "save the file as UTF-8".to_owned());
        let names: Vec<_> = fields(checked(header.unwrap_or(&own)).map_err(sound)?)
            .into_iter()
            .map(unquoted)
            .collect();
        let mut columns = vec![Column::default(); names.len()];
        let place = |name: &SmolStr| {
            let mut found = (0..)
                .zip(&names)
                .filter(|(_, n)| n.trim() == name.as_str())
                .map(|(at, _)| at);
            let first: Option<usize> = found.next();
            match found.next() {
                Some(_) => Err((
                    format!("it has two columns `{name}`"),
                    "rename or remove one of them".to_owned(),
                )),
                None => Ok(first),
            }
        };
        let missing = |name: &SmolStr| {
            let reason = format!("it has no column `{name}`");
            let semicolons = names.len() == 1 && names.iter().any(|n| n.contains(';'));
            let remedy = if semicolons {
                "separate the columns by commas instead of semicolons".to_owned()
            } else {
                format!(
                    "add the column `{name}` to the header row, or correct the name in the spec"
                )
            };
            (reason, remedy)
        };
        let mut can_archive = false;
        for (name, member) in members(shape) {
            match place(name)?.and_then(|at| columns.get_mut(at)) {
                Some(column) => column.meta = Some(member),
                None if member == Member::Id => return Err(missing(name)),
                None => continue,
            }
            can_archive |= member == Member::Deleted;
        }
        for (slot, field) in (0..).zip(&shape.fields) {
            match place(&field.name)?.and_then(|at| columns.get_mut(at)) {
                Some(column) => column.slot = Some((slot, field.kind)),
                None if field.presence == Presence::Optional => {}
                None => return Err(missing(&field.name)),
            }
        }
        Ok(Self {
            columns,
            id: shape.meta.id.clone(),
            can_archive,
        })
    }

    fn header(shape: &Shape) -> Option<Vec<u8>> {
        let mut names: Vec<&SmolStr> = members(shape).map(|(name, _)| name).collect();
        names.extend(
            shape
                .fields
                .iter()
                .map(|slot| &slot.name)
                .filter(|name| **name != shape.meta.id),
        );
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        let mut out = Vec::new();
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            put_field(name, &mut out);
        }
        Some(out)
    }

    fn read(&mut self, raw: &[u8]) -> Result<Record, Fault> {
        let fields = fields(checked(raw)?);
        if fields.len() != self.columns.len() {
            let (has, wants) = (fields.len(), self.columns.len());
            return Err(Fault::new(format!(
                "it has {has} values, and the header has {wants} columns"
            )));
        }
        let slots = self
            .columns
            .iter()
            .filter(|column| column.slot.is_some())
            .count();
        let mut record = Record {
            values: vec![Value::Blank; slots].into(),
            ..Record::default()
        };
        let mut wrong = None;
        for (column, field) in self.columns.iter().zip(fields) {
            let text = unquoted(field);
            if let Some((slot, kind)) = column.slot
                && let Some(place) = record.values.get_mut(usize::from(slot))
            {
                *place = read_text(kind, &text).unwrap_or_else(|_| Value::text(&*text));
            }
            if let Some(member) = column.meta
                && let Err(reason) = set_member(&mut record, member, &text)
            {
                wrong.get_or_insert(reason);
            }
        }
        if record.id.is_empty() {
            return Err(Fault::new(format!(
                "it has no id: the column `{}` is empty",
                self.id
            )));
        }
        if let Some(reason) = wrong {
            let id = Some(record.id);
            return Err(Fault { id, reason });
        }
        Ok(record)
    }

    fn write(
        &mut self,
        before: Option<&[u8]>,
        patch: &Patch<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let old = before
            .map(checked)
            .transpose()?
            .map(fields)
            .unwrap_or_default();
        for (i, column) in self.columns.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let set = column
                .slot
                .and_then(|(slot, _)| patch.values.iter().find(|(s, _)| *s == slot));
            match (column.meta, set) {
                (Some(Member::Id), _) if patch.id.is_some() => {
                    put_field(patch.id.unwrap_or_default(), out)
                }
                (Some(Member::Deleted), _) if patch.archive.is_some() => put_field("true", out),
                (meta, Some((_, value))) if meta != Some(Member::Id) => {
                    put_field(&write_text(value), out)
                }
                _ => out.extend_from_slice(old.get(i).copied().unwrap_or_default().as_bytes()),
            }
        }
        Ok(())
    }

    fn can_archive(&self) -> bool {
        self.can_archive
    }
}

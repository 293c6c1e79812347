//! Records as a table: found by id and by unique values, made and changed; the journal has what is new.

use super::super::index::{Place, Staged, value_hash};
use super::super::journal::{Kind, hash};
use super::super::{Archived, Format, LONGEST, Patch};
use super::{Held, ObjectFile};
use crate::connect::StoreError;
use crate::connect::table::{Change, Table, lookup, refused, with, written};
use crate::runtime::{Outcome, Record, Shape};
use crate::value::Value;

impl<F: Format> ObjectFile<F> {
    /// Puts a record's new form into `self.out`, or says why it has none.
    fn encode(&mut self, before: Option<&[u8]>, patch: &Patch<'_>) -> Option<Outcome> {
        self.out.clear();
        let written = self.format.write(before, patch, &mut self.out);
        let reason = match written {
            Err(fault) => fault.reason,
            Ok(()) if self.out.len() > LONGEST => "the record would be longer than 8 MiB".into(),
            Ok(()) => return None,
        };
        Some(refused(&self.shape, None, &reason))
    }

    /// Writes a record's new form into the journal, from `self.out`.
    fn note(&mut self, id: &str, before: u64) -> Result<(u64, u64), StoreError> {
        let at = self
            .journal
            .add(Kind::Put, id, before, &self.out)
            .map_err(|e| self.journal_error(&e))?;
        Ok((at, self.out.len() as u64))
    }

    /// The refusal of a write to a file in which a value never ends: quotation marks that are written could end it.
    fn unclosed(&mut self) -> Result<Option<Outcome>, StoreError> {
        let Some(pos) = self.unclosed else {
            return Ok(None);
        };
        let place = self.place(pos)?;
        let reason =
            format!("the file is not written before the quotation mark at {place} is closed");
        Ok(Some(refused(&self.shape, None, &reason)))
    }
}

impl<F: Format> Table for ObjectFile<F> {
    type Key = Held;

    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn by_id(&mut self, id: &str) -> Result<Option<(Held, Record)>, StoreError> {
        self.complete()?;
        self.known(id)
    }

    fn by_unique(
        &mut self,
        slot: u16,
        value: &Value,
    ) -> Result<Option<(Held, Record)>, StoreError> {
        self.complete()?;
        let sought = lookup(&self.shape, slot, value);
        let places = self.index.places_with(slot, &sought);
        for place in places.map_err(|e| self.index_error(&e))? {
            let Some((held, record)) = self.at(place)? else {
                continue;
            };
            let now = record
                .values
                .get(usize::from(slot))
                .unwrap_or(&Value::Blank);
            let text = lookup(&self.shape, slot, now);
            if text == sought && !record.deleted {
                return Ok(Some((held, record)));
            }
            if value_hash(slot, &text) != value_hash(slot, &sought) || record.deleted {
                return Err(self.changed());
            }
        }
        Ok(None)
    }

    fn insert(&mut self, values: &[(u16, Value)]) -> Result<Outcome, StoreError> {
        self.complete()?;
        if let Some(refusal) = self.unclosed()? {
            return Ok(refusal);
        }
        let id = self.maker.next_id();
        let patch = Patch {
            id: Some(&id),
            values,
            archive: None,
        };
        if let Some(refusal) = self.encode(None, &patch) {
            return Ok(refusal);
        }
        let content = self.note(&id, 0)?;
        let place = Place {
            pos: self.next,
            len: 0,
        };
        self.next += 1;
        let staged = Staged {
            place,
            content: Some(content),
        };
        let shape = &self.shape;
        let found_by = |(slot, value): &(u16, Value)| {
            let field = shape.fields.get(usize::from(*slot))?;
            Some((*slot, field.found_by(value)?))
        };
        let index = &mut self.index;
        values
            .iter()
            .filter_map(found_by)
            .try_for_each(|(slot, text)| index.add_unique(slot, &text, place))
            .and_then(|()| index.add(&id, place))
            .and_then(|()| index.stage(staged))
            .map_err(|e| StoreError::sql(&self.path, &e))?;
        Ok(Outcome::Written { id, created: true })
    }

    fn change(
        &mut self,
        held: Held,
        before: &Record,
        change: Change<'_>,
    ) -> Result<Outcome, StoreError> {
        if let Some(refusal) = self.unclosed()? {
            return Ok(refusal);
        }
        let old = hash(&held.raw);
        let (patch, after) = match change {
            Change::Remove => {
                self.journal
                    .add(Kind::Remove, &before.id, old, b"")
                    .map_err(|e| self.journal_error(&e))?;
                self.stage(held.place, Some(before), None, None)?;
                return Ok(written(&before.id));
            }
            Change::Archive if !self.format.can_archive() => {
                return Ok(refused(
                    &self.shape,
                    None,
                    "this file has no column that marks a deleted record",
                ));
            }
            Change::Archive => (
                Patch {
                    archive: Some(Archived),
                    ..Patch::default()
                },
                Record {
                    deleted: true,
                    ..before.clone()
                },
            ),
            Change::Set(values) => (
                Patch {
                    values,
                    ..Patch::default()
                },
                Record {
                    values: with(&before.values, values),
                    ..before.clone()
                },
            ),
        };
        if let Some(refusal) = self.encode(Some(&held.raw), &patch) {
            return Ok(refusal);
        }
        let content = self.note(&before.id, old)?;
        self.stage(held.place, Some(before), Some(&after), Some(content))?;
        Ok(written(&before.id))
    }
}

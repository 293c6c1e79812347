//! What the writes of the protocol mean, once for all embedded stores.

use smol_str::SmolStr;

use super::StoreError;
use crate::runtime::{Action, Lookup, Outcome, Record, Shape, Write};
use crate::value::Value;

/// The records of one object, one at a time.
pub(super) trait Table {
    /// How the table finds a record again that it has found.
    type Key;

    fn shape(&self) -> &Shape;

    /// The record of an id, deleted ones included.
    fn by_id(&mut self, id: &str) -> Result<Option<(Self::Key, Record)>, StoreError>;

    /// The first record, not deleted, with this value in this slot.
    fn by_unique(
        &mut self,
        slot: u16,
        value: &Value,
    ) -> Result<Option<(Self::Key, Record)>, StoreError>;

    /// Makes a record.
    fn insert(&mut self, values: &[(u16, Value)]) -> Result<Outcome, StoreError>;

    /// Changes a record.
    fn change(
        &mut self,
        key: Self::Key,
        before: &Record,
        change: Change<'_>,
    ) -> Result<Outcome, StoreError>;
}

/// A change of a record that is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<'a> {
    /// These slots are set.
    Set(&'a [(u16, Value)]),
    /// It is marked as deleted.
    Archive,
    /// It goes.
    Remove,
}

/// Executes one write.
///
/// An upsert that meets a record leaves its on-create slots alone. A write that would give a second record the value of a
/// unique field is refused. A deleted record can neither be updated nor archived again: it is gone.
pub(super) fn apply<T: Table>(table: &mut T, write: &Write) -> Result<Outcome, StoreError> {
    match &write.action {
        Action::Create => create(table, &write.values, None),
        Action::Upsert { slot, on_create } => {
            let key = write
                .values
                .iter()
                .find(|(s, value)| s == slot && !value.is_blank());
            let Some((_, value)) = key else {
                return Ok(refused(
                    table.shape(),
                    Some(*slot),
                    "an upsert needs a value in its key",
                ));
            };
            match table.by_unique(*slot, value)? {
                None => create(table, &write.values, Some(*slot)),
                Some((key, before)) => {
                    let keep = |(s, _): &&(u16, Value)| s != slot && !on_create.contains(s);
                    let values: Vec<_> = write.values.iter().filter(keep).cloned().collect();
                    update(table, key, &before, &values)
                }
            }
        }
        Action::Update(id) => match live(table, id)? {
            Some((key, before)) => update(table, key, &before, &write.values),
            None => Ok(Outcome::Gone),
        },
        Action::Archive(id) => match live(table, id)? {
            Some(_) if table.shape().meta.deleted.is_none() => Ok(refused(
                table.shape(),
                None,
                "this store has no member that marks a deleted record",
            )),
            Some((key, before)) => table.change(key, &before, Change::Archive),
            None => Ok(Outcome::Gone),
        },
        Action::Delete(id) => match table.by_id(id)? {
            Some((key, before)) => table.change(key, &before, Change::Remove),
            None => Ok(Outcome::Gone),
        },
    }
}

fn live<T: Table>(table: &mut T, id: &str) -> Result<Option<(T::Key, Record)>, StoreError> {
    Ok(table.by_id(id)?.filter(|(_, record)| !record.deleted))
}

/// Makes a record; `free` is a slot of which it is known that no record has the value.
fn create<T: Table>(
    table: &mut T,
    values: &[(u16, Value)],
    free: Option<u16>,
) -> Result<Outcome, StoreError> {
    match taken(table, None, values, free)? {
        Some(refusal) => Ok(refusal),
        None => table.insert(values),
    }
}

fn update<T: Table>(
    table: &mut T,
    key: T::Key,
    before: &Record,
    values: &[(u16, Value)],
) -> Result<Outcome, StoreError> {
    let differs =
        |(slot, value): &(u16, Value)| before.values.get(usize::from(*slot)) != Some(value);
    if !values.iter().any(differs) {
        return Ok(written(&before.id));
    }
    match taken(table, Some(before), values, None)? {
        Some(refusal) => Ok(refusal),
        None => table.change(key, before, Change::Set(values)),
    }
}

/// The refusal of a write that gives a unique field a value that another record has.
fn taken<T: Table>(
    table: &mut T,
    before: Option<&Record>,
    values: &[(u16, Value)],
    free: Option<u16>,
) -> Result<Option<Outcome>, StoreError> {
    let asked = |(slot, value): &&(u16, Value)| !value.is_blank() && free != Some(*slot);
    for (slot, value) in values.iter().filter(asked) {
        let unique = table
            .shape()
            .fields
            .get(usize::from(*slot))
            .is_some_and(|s| s.lookup != Lookup::None);
        let same = before.is_some_and(|b| b.values.get(usize::from(*slot)) == Some(value));
        if !unique || same {
            continue;
        }
        if let Some((_, other)) = table.by_unique(*slot, value)?
            && before.is_none_or(|b| b.id != other.id)
        {
            let reason = format!(
                "record `{}` has this value already, and it must be unique",
                other.id
            );
            return Ok(Some(refused(table.shape(), Some(*slot), &reason)));
        }
    }
    Ok(None)
}

pub(super) fn refused(shape: &Shape, slot: Option<u16>, reason: &str) -> Outcome {
    let field = slot
        .and_then(|s| shape.fields.get(usize::from(s)))
        .map(|s| s.name.clone());
    Outcome::Refused {
        field,
        reason: reason.to_owned(),
    }
}

/// The outcome of a write to a record that was there.
pub(super) fn written(id: &SmolStr) -> Outcome {
    Outcome::Written {
        id: id.clone(),
        created: false,
    }
}

/// The slots of unique fields.
pub(super) fn unique(shape: &Shape) -> Box<[u16]> {
    let slots = (0..).zip(&shape.fields);
    let unique = slots.filter(|(_, field)| field.lookup != Lookup::None);
    unique.map(|(slot, _)| slot).collect()
}

/// Of the unique slots those with a value, and the text by which a record is found there; none for a deleted record.
pub(super) fn lookups(
    shape: &Shape,
    unique: &[u16],
    record: &Record,
) -> impl Iterator<Item = (u16, String)> {
    let slots = unique.iter().filter(|_| !record.deleted);
    slots.filter_map(|slot| {
        let field = shape.fields.get(usize::from(*slot))?;
        let value = record.values.get(usize::from(*slot))?;
        Some((*slot, field.found_by(value)?))
    })
}

/// The text by which records are found in a slot that have this value there.
pub(super) fn lookup(shape: &Shape, slot: u16, value: &Value) -> String {
    let field = shape.fields.get(usize::from(slot));
    field.and_then(|f| f.found_by(value)).unwrap_or_default()
}

/// The values of a record after slots were set.
pub(super) fn with(values: &[Value], changes: &[(u16, Value)]) -> Box<[Value]> {
    let mut values: Box<[Value]> = values.into();
    for (slot, value) in changes {
        if let Some(place) = values.get_mut(usize::from(*slot)) {
            *place = value.clone();
        }
    }
    values
}

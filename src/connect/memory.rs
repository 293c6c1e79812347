//! A store in memory: for tests and small simulations.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::table::{Change, Table, apply, lookup, lookups, unique, with, written};
use super::{BATCH, Capabilities, IdStyle, Ids, Lifetime, Store, StoreError, of_object};
use crate::runtime::{Cursor, ObjectId, Outcome, Page, Record, Shape, Write};
use crate::value::Value;

/// A record by the names of its fields, as it is kept between shapes.
#[derive(Clone, Debug, Default)]
struct Row {
    record: Record,
    fields: BTreeMap<SmolStr, Value>,
}

/// Records in maps. What it holds outlives [`Store::close`]; it is as durable as the value itself.
pub struct Memory {
    style: IdStyle,
    rest: BTreeMap<SmolStr, Vec<Row>>,
    tables: Vec<Records>,
}

struct Records {
    shape: Shape,
    /// The slots by whose values records are found.
    unique: Box<[u16]>,
    /// In order of creation; the values by slot.
    rows: BTreeMap<u64, Row>,
    ids: BTreeMap<SmolStr, u64>,
    uniques: BTreeMap<(u16, String, u64), ()>,
    next: u64,
    maker: Ids,
}

impl Memory {
    /// An empty store.
    pub fn new(style: IdStyle) -> Self {
        Self {
            style,
            rest: BTreeMap::new(),
            tables: Vec::new(),
        }
    }

    /// Puts a record into an object before the store is opened. `record.values` is ignored, `fields` counts; a second record
    /// of one id is left out.
    pub fn put(
        &mut self,
        object: &str,
        record: Record,
        fields: impl IntoIterator<Item = (SmolStr, Value)>,
    ) {
        let row = Row {
            record,
            fields: fields.into_iter().collect(),
        };
        self.rest.entry(SmolStr::new(object)).or_default().push(row);
    }

    /// Takes the records of the shapes back into the form that outlives them.
    fn pack(&mut self) {
        for table in self.tables.drain(..) {
            let rows = table.rows.into_values().map(|mut row| {
                let names = table.shape.fields.iter().map(|slot| slot.name.clone());
                row.fields
                    .extend(names.zip(row.record.values.iter().cloned()));
                row
            });
            self.rest.insert(table.shape.object, rows.collect());
        }
    }
}

impl Store for Memory {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            batch: BATCH,
            cursors: Lifetime::Session,
        }
    }

    fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError> {
        self.pack();
        for shape in shapes {
            let mut table = Records {
                shape: shape.clone(),
                unique: unique(shape),
                rows: BTreeMap::new(),
                ids: BTreeMap::new(),
                uniques: BTreeMap::new(),
                next: 0,
                maker: Ids::new(self.style, &shape.object),
            };
            for mut row in self.rest.remove(&shape.object).unwrap_or_default() {
                let value = |name| row.fields.get(name).cloned().unwrap_or_default();
                row.record.values = shape.fields.iter().map(|slot| value(&slot.name)).collect();
                if !table.ids.contains_key(&row.record.id) {
                    table.keep(None, row);
                }
            }
            self.tables.push(table);
        }
        Ok(())
    }

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let table = of_object(&mut self.tables, object)?;
        let mut rest = table.rows.range(from.unwrap_or_default().0..);
        let records = rest
            .by_ref()
            .take(limit)
            .map(|(_, row)| row.record.clone())
            .collect();
        let next = rest.next().map(|(key, _)| Cursor(*key));
        Ok(Page {
            records,
            next,
            ..Page::default()
        })
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        let table = of_object(&mut self.tables, object)?;
        ids.iter()
            .filter_map(|id| table.by_id(id).transpose())
            .map(|found| Ok(found?.1))
            .collect()
    }

    fn find(
        &mut self,
        object: ObjectId,
        slot: u16,
        value: &Value,
    ) -> Result<Option<Record>, StoreError> {
        Ok(of_object(&mut self.tables, object)?
            .by_unique(slot, value)?
            .map(|(_, record)| record))
    }

    fn ids(&mut self, object: ObjectId) -> Result<Ids, StoreError> {
        Ok(of_object(&mut self.tables, object)?.maker.clone())
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let table = of_object(&mut self.tables, object)?;
        writes.iter().map(|write| apply(table, write)).collect()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.pack();
        Ok(())
    }
}

impl Records {
    /// Puts a row in place of another, or at the end.
    fn keep(&mut self, key: Option<u64>, row: Row) {
        let key = key.unwrap_or(self.next);
        self.drop_lookups(key);
        for (slot, text) in lookups(&self.shape, &self.unique, &row.record) {
            self.uniques.insert((slot, text, key), ());
        }
        self.maker.observe(&row.record.id);
        self.ids.insert(row.record.id.clone(), key);
        self.rows.insert(key, row);
        self.next = self.next.max(key.saturating_add(1));
    }

    fn drop_lookups(&mut self, key: u64) {
        let Some(row) = self.rows.get(&key) else {
            return;
        };
        for (slot, text) in lookups(&self.shape, &self.unique, &row.record) {
            self.uniques.remove(&(slot, text, key));
        }
    }
}

impl Table for Records {
    type Key = u64;

    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn by_id(&mut self, id: &str) -> Result<Option<(u64, Record)>, StoreError> {
        let found = self
            .ids
            .get(id)
            .and_then(|key| Some((*key, self.rows.get(key)?.record.clone())));
        Ok(found)
    }

    fn by_unique(&mut self, slot: u16, value: &Value) -> Result<Option<(u64, Record)>, StoreError> {
        let text = lookup(&self.shape, slot, value);
        let range = (slot, text.clone(), 0)..=(slot, text, u64::MAX);
        let key = self
            .uniques
            .range(range)
            .next()
            .map(|((_, _, key), ())| *key);
        Ok(key.and_then(|key| Some((key, self.rows.get(&key)?.record.clone()))))
    }

    fn insert(&mut self, values: &[(u16, Value)]) -> Result<Outcome, StoreError> {
        let id = self.maker.next_id();
        let blank = vec![Value::Blank; self.shape.fields.len()];
        let record = Record {
            id: id.clone(),
            values: with(&blank, values),
            ..Record::default()
        };
        self.keep(
            None,
            Row {
                record,
                fields: BTreeMap::new(),
            },
        );
        Ok(Outcome::Written { id, created: true })
    }

    fn change(
        &mut self,
        key: u64,
        before: &Record,
        change: Change<'_>,
    ) -> Result<Outcome, StoreError> {
        let fields = self
            .rows
            .get(&key)
            .map(|row| row.fields.clone())
            .unwrap_or_default();
        let record = match change {
            Change::Set(values) => Record {
                values: with(&before.values, values),
                ..before.clone()
            },
            Change::Archive => Record {
                deleted: true,
                ..before.clone()
            },
            Change::Remove => {
                self.drop_lookups(key);
                self.ids.remove(&before.id);
                self.rows.remove(&key);
                return Ok(written(&before.id));
            }
        };
        self.keep(Some(key), Row { record, fields });
        Ok(written(&before.id))
    }
}

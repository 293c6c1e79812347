//! A store over a store: reads come through, writes stay here. `preview` runs over it.

use rusqlite::{Connection, OptionalExtension, Result as SqlResult, params};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::table::{Change, Table, apply, lookup, lookups, unique, with, written};
use super::{Capabilities, Ids, Lifetime, Store, StoreError, object_id, of_object};
use crate::runtime::{Cursor, ObjectId, Outcome, Page, Record, Shape, Write};
use crate::value::Value;

/// The cursor of the first record that was made here; the others count down from it. No store below comes near it.
const MADE: u64 = u64::MAX;

/// Keeps all writes to a store in a temporary database. What is below is never written.
pub struct Overlay<S> {
    below: S,
    layers: Vec<Layer>,
}

/// The records of one object that were written.
struct Layer {
    shape: Shape,
    /// The slots by whose values records are found.
    unique: Box<[u16]>,
    db: Connection,
    written: u64,
    made: u64,
    maker: Option<Ids>,
}

/// A record as it is kept; none was removed.
#[derive(Serialize, Deserialize)]
struct Kept {
    values: Vec<Value>,
    modified: Option<i64>,
    created: Option<i64>,
    deleted: bool,
    merged_into: Option<SmolStr>,
}

const SCHEMA: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -8192;
    CREATE TABLE layer (id TEXT PRIMARY KEY, made INTEGER UNIQUE, record TEXT);
    CREATE TABLE uniques (slot INTEGER, value TEXT, id TEXT, PRIMARY KEY (slot, value, id)) WITHOUT ROWID;
    BEGIN;";

impl<S: Store> Overlay<S> {
    /// A layer over a store that is not open yet.
    pub const fn new(below: S) -> Self {
        Self {
            below,
            layers: Vec::new(),
        }
    }

    fn table(&mut self, object: ObjectId) -> Result<Handle<'_, S>, StoreError> {
        let layer = of_object(&mut self.layers, object)?;
        Ok(Handle {
            below: &mut self.below,
            layer,
            object,
        })
    }
}

fn failed(error: rusqlite::Error) -> StoreError {
    StoreError::new(
        "preview",
        format!("its temporary database says: {error}"),
        "make room in the temporary folder",
    )
}

impl<S: Store> Store for Overlay<S> {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            cursors: Lifetime::Session,
            ..self.below.capabilities()
        }
    }

    fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError> {
        self.below.open(shapes)?;
        self.layers = shapes
            .iter()
            .map(Layer::new)
            .collect::<SqlResult<_>>()
            .map_err(failed)?;
        Ok(())
    }

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let limit = limit.max(1);
        let layer = of_object(&mut self.layers, object)?;
        if let Some(from) = from
            .map(|cursor| MADE - cursor.0)
            .filter(|n| *n <= layer.made)
        {
            return layer.made(from, limit).map_err(failed);
        }
        let mut page = self.below.scan(object, from, limit)?;
        layer.cover(&mut page.records).map_err(failed)?;
        if page.next.is_none() && layer.made > 0 {
            page.next = Some(Cursor(MADE));
        }
        Ok(page)
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        let mut table = self.table(object)?;
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
        Ok(self
            .table(object)?
            .by_unique(slot, value)?
            .map(|(_, record)| record))
    }

    fn ids(&mut self, object: ObjectId) -> Result<Ids, StoreError> {
        Ok(self.table(object)?.maker()?.clone())
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let mut table = self.table(object)?;
        writes
            .iter()
            .map(|write| apply(&mut table, write))
            .collect()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Forgets all writes. The store below is left as it is, and not closed: closing may write.
    fn close(&mut self) -> Result<(), StoreError> {
        self.layers.clear();
        Ok(())
    }
}

impl Layer {
    fn new(shape: &Shape) -> SqlResult<Self> {
        let db = Connection::open("")?;
        db.execute_batch(SCHEMA)?;
        Ok(Self {
            shape: shape.clone(),
            unique: unique(shape),
            db,
            written: 0,
            made: 0,
            maker: None,
        })
    }

    /// The record of an id, if it was written here: none within where it was removed.
    fn get(&self, id: &str) -> SqlResult<Option<Option<Record>>> {
        if self.written == 0 {
            return Ok(None);
        }
        let mut find = self
            .db
            .prepare_cached("SELECT record FROM layer WHERE id = ?")?;
        let kept: Option<Option<String>> = find.query_row([id], |row| row.get(0)).optional()?;
        Ok(kept.map(|kept| kept.and_then(|kept| unpacked(id, &kept))))
    }

    /// Puts a record's new form, or its removal, in place.
    fn put(&mut self, before: Option<&Record>, after: Option<&Record>) -> SqlResult<()> {
        for (slot, text) in before
            .into_iter()
            .flat_map(|r| lookups(&self.shape, &self.unique, r))
        {
            let sql = "DELETE FROM uniques WHERE slot = ? AND value = ? AND id = ?";
            self.db.prepare_cached(sql)?.execute(params![
                slot,
                text,
                before.map(|b| b.id.as_str())
            ])?;
        }
        for (slot, text) in after
            .into_iter()
            .flat_map(|r| lookups(&self.shape, &self.unique, r))
        {
            let sql = "INSERT OR REPLACE INTO uniques VALUES (?, ?, ?)";
            self.db.prepare_cached(sql)?.execute(params![
                slot,
                text,
                after.map(|a| a.id.as_str())
            ])?;
        }
        let made = before
            .is_none()
            .then(|| i64::try_from(self.made).unwrap_or(i64::MAX));
        let id = after.or(before).map(|record| record.id.as_str());
        let sql = "INSERT INTO layer VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record";
        self.db
            .prepare_cached(sql)?
            .execute(params![id, made, after.map(packed)])?;
        self.made += u64::from(made.is_some());
        self.written += 1;
        Ok(())
    }

    /// Puts what was written here over records from below.
    fn cover(&self, records: &mut Vec<Record>) -> SqlResult<()> {
        if self.written == 0 {
            return Ok(());
        }
        let mut covered = Vec::with_capacity(records.len());
        for record in records.drain(..) {
            match self.get(&record.id)? {
                None => covered.push(record),
                Some(written) => covered.extend(written),
            }
        }
        *records = covered;
        Ok(())
    }

    /// A page of the records that were made here.
    fn made(&self, from: u64, limit: usize) -> SqlResult<Page> {
        let sql = "SELECT made, id, record FROM layer WHERE made >= ? ORDER BY made LIMIT ?";
        let mut find = self.db.prepare_cached(sql)?;
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let mut rows = find.query([from, i64::try_from(limit).unwrap_or(i64::MAX)])?;
        let mut page = Page::default();
        let (mut last, mut met) = (0, 0);
        while let Some(row) = rows.next()? {
            last = row.get::<_, i64>(0)?;
            met += 1;
            let kept: Option<String> = row.get(2)?;
            page.records
                .extend(kept.and_then(|kept| unpacked(row.get_ref(1).ok()?.as_str().ok()?, &kept)));
        }
        page.next = (met == limit).then(|| Cursor(MADE - last.unsigned_abs() - 1));
        Ok(page)
    }
}

fn packed(record: &Record) -> String {
    let kept = Kept {
        values: record.values.to_vec(),
        modified: record.modified,
        created: record.created,
        deleted: record.deleted,
        merged_into: record.merged_into.clone(),
    };
    serde_json::to_string(&kept).unwrap_or_default()
}

fn unpacked(id: &str, kept: &str) -> Option<Record> {
    let Kept {
        values,
        modified,
        created,
        deleted,
        merged_into,
    } = serde_json::from_str(kept).ok()?;
    Some(Record {
        id: SmolStr::new(id),
        values: values.into(),
        modified,
        created,
        deleted,
        merged_into,
    })
}

/// A layer with what is below.
struct Handle<'a, S> {
    below: &'a mut S,
    layer: &'a mut Layer,
    object: ObjectId,
}

impl<S: Store> Handle<'_, S> {
    fn maker(&mut self) -> Result<&mut Ids, StoreError> {
        if self.layer.maker.is_none() {
            self.layer.maker = Some(self.below.ids(self.object)?);
        }
        self.layer
            .maker
            .as_mut()
            .ok_or_else(|| StoreError::unknown_object(object_id(0)))
    }
}

impl<S: Store> Table for Handle<'_, S> {
    type Key = ();

    fn shape(&self) -> &Shape {
        &self.layer.shape
    }

    fn by_id(&mut self, id: &str) -> Result<Option<((), Record)>, StoreError> {
        let found = match self.layer.get(id).map_err(failed)? {
            Some(written) => written,
            None => self.below.read(self.object, &[SmolStr::new(id)])?.pop(),
        };
        Ok(found.map(|record| ((), record)))
    }

    fn by_unique(&mut self, slot: u16, value: &Value) -> Result<Option<((), Record)>, StoreError> {
        if let Some(record) = self.below.find(self.object, slot, value)?
            && self.layer.get(&record.id).map_err(failed)?.is_none()
        {
            return Ok(Some(((), record)));
        }
        let sql = "SELECT id FROM uniques WHERE slot = ? AND value = ? LIMIT 1";
        let text = lookup(&self.layer.shape, slot, value);
        let find = |db: &Connection| {
            db.prepare_cached(sql)?
                .query_row(params![slot, text], |row| row.get::<_, String>(0))
                .optional()
        };
        match find(&self.layer.db).map_err(failed)? {
            Some(id) => self.by_id(&id),
            None => Ok(None),
        }
    }

    fn insert(&mut self, values: &[(u16, Value)]) -> Result<Outcome, StoreError> {
        let id = self.maker()?.next_id();
        let blank = vec![Value::Blank; self.layer.shape.fields.len()];
        let record = Record {
            id: id.clone(),
            values: with(&blank, values),
            ..Record::default()
        };
        self.layer.put(None, Some(&record)).map_err(failed)?;
        Ok(Outcome::Written { id, created: true })
    }

    fn change(
        &mut self,
        (): (),
        before: &Record,
        change: Change<'_>,
    ) -> Result<Outcome, StoreError> {
        let after = match change {
            Change::Set(values) => Some(Record {
                values: with(&before.values, values),
                ..before.clone()
            }),
            Change::Archive => Some(Record {
                deleted: true,
                ..before.clone()
            }),
            Change::Remove => None,
        };
        self.layer
            .put(Some(before), after.as_ref())
            .map_err(failed)?;
        Ok(written(&before.id))
    }
}

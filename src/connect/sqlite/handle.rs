//! A table with its connection: the statements that read and write its records.

use std::path::Path;

use rusqlite::types::{ToSql, Value as Sql};
use rusqlite::{CachedStatement, Connection, ErrorCode, Row, params_from_iter};
use smol_str::SmolStr;

use super::columns::{Affinity, Columns, Read, bound, interpret, quoted, sought};
use crate::connect::table::{Change, Table, refused, written};
use crate::connect::{IdStyle, Ids, StoreError};
use crate::runtime::{Cursor, ObjectId, Outcome, Page, Record, Shape, Unreadable};
use crate::value::{Kind, Value};

/// What a lookup makes of deleted records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dead {
    Found,
    PassedOver,
}

/// A table with its connection.
pub(super) struct Handle<'a> {
    pub(super) db: &'a Connection,
    pub(super) path: &'a Path,
    pub(super) style: IdStyle,
    pub(super) columns: &'a mut Columns,
}

impl Handle<'_> {
    /// Goes through the next rows; `meet` adds what it reads of one to the page.
    pub(super) fn scan(
        &self,
        from: Option<Cursor>,
        limit: usize,
        meet: impl Fn(&Row<'_>, &mut Page) -> Read<()>,
    ) -> rusqlite::Result<Page> {
        let rowid = self.columns.rowid;
        let sql = format!(
            "{} WHERE {rowid} > ? ORDER BY {rowid} LIMIT ?",
            self.columns.select
        );
        let mut find = self.db.prepare_cached(&sql)?;
        let start = from.map_or(i64::MIN, decoded);
        let limit = limit.max(1);
        let mut rows = find.query([start, i64::try_from(limit).unwrap_or(i64::MAX)])?;
        let mut page = Page::default();
        let (mut last, mut met) = (start, 0);
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            met += 1;
            if let Err((id, reason)) = meet(row, &mut page)? {
                let place = format!(
                    "{}: table {}, row {last}",
                    self.path.display(),
                    self.columns.shape.object
                );
                page.unreadable.push(Unreadable {
                    place,
                    id,
                    reason,
                    duplicate: false,
                });
            }
        }
        page.next = (met == limit && last < i64::MAX).then(|| encoded(last));
        Ok(page)
    }

    /// Reads records by id, under one lock of the file.
    pub(super) fn read(&self, ids: &[SmolStr]) -> rusqlite::Result<Vec<Record>> {
        let locked = self.db.is_autocommit();
        let _lock = locked
            .then(|| self.db.unchecked_transaction())
            .transpose()?;
        let condition = self.columns.by_id();
        let mut find = self.finding(&condition)?;
        let mut records = Vec::with_capacity(ids.len());
        for id in ids {
            let found = self.first_of(&mut find, Dead::Found, id.as_str())?;
            records.extend(found.map(|(_, record)| record));
        }
        Ok(records)
    }

    fn finding(&self, condition: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.db.prepare_cached(&format!(
            "{} WHERE {condition} ORDER BY {}",
            self.columns.select, self.columns.rowid
        ))
    }

    /// The first record for which this condition holds of a value; a deleted one is found by its id alone.
    fn first(
        &self,
        condition: &str,
        dead: Dead,
        value: &Sql,
    ) -> rusqlite::Result<Option<(i64, Record)>> {
        let mut find = self.finding(condition)?;
        self.first_of(&mut find, dead, value)
    }

    fn first_of(
        &self,
        find: &mut CachedStatement<'_>,
        dead: Dead,
        value: impl ToSql,
    ) -> rusqlite::Result<Option<(i64, Record)>> {
        let mut rows = find.query([value])?;
        while let Some(row) = rows.next()? {
            if let Ok(record) = self.columns.record(row)?
                && (!record.deleted || dead == Dead::Found)
            {
                return Ok(Some((row.get(0)?, record)));
            }
        }
        Ok(None)
    }

    /// The maker of ids, which knows all that there are.
    pub(super) fn maker(&mut self) -> Result<&mut Ids, StoreError> {
        if self.columns.maker.is_none() {
            let mut maker = Ids::new(self.style, &self.columns.shape.object);
            self.observe(&mut maker)
                .map_err(|e| StoreError::sql(self.path, &e))?;
            self.columns.maker = Some(maker);
        }
        self.columns
            .maker
            .as_mut()
            .ok_or_else(|| StoreError::unknown_object(ObjectId(0)))
    }

    fn observe(&self, maker: &mut Ids) -> rusqlite::Result<()> {
        let sql = format!(
            "SELECT {} FROM {}",
            quoted(&self.columns.meta.id),
            quoted(&self.columns.shape.object)
        );
        let mut all = self.db.prepare(&sql)?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(Value::Text(id)) = interpret(Kind::Text, row.get_ref(0)?) {
                maker.observe(&id);
            }
        }
        Ok(())
    }

    fn bind(&self, slot: u16, value: &Value) -> Sql {
        bound(
            value,
            self.columns
                .affinities
                .get(usize::from(slot))
                .copied()
                .unwrap_or(Affinity::Other),
        )
    }

    fn name(&self, slot: u16) -> String {
        quoted(
            self.columns
                .shape
                .fields
                .get(usize::from(slot))
                .map_or("", |slot| &slot.name),
        )
    }

    /// Executes a statement that writes one record; a broken constraint is a refusal.
    fn execute(&self, sql: &str, values: Vec<Sql>, done: Outcome) -> Result<Outcome, StoreError> {
        let executed = self
            .db
            .prepare_cached(sql)
            .and_then(|mut write| write.execute(params_from_iter(values)));
        match executed {
            Ok(0) => Ok(Outcome::Gone),
            Ok(_) => Ok(done),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                let reason = match error {
                    rusqlite::Error::SqliteFailure(_, Some(reason)) => reason,
                    other => other.to_string(),
                };
                let column = reason.rsplit('.').next().unwrap_or_default();
                let slot = self
                    .columns
                    .shape
                    .fields
                    .iter()
                    .zip(0_u16..)
                    .find(|(slot, _)| slot.name == column);
                Ok(refused(
                    &self.columns.shape,
                    slot.map(|(_, at)| at),
                    &reason,
                ))
            }
            Err(error) => Err(StoreError::sql(self.path, &error)),
        }
    }
}

/// Row ids of both signs as cursors: small ones of either sign are small numbers.
const fn encoded(rowid: i64) -> Cursor {
    Cursor(((rowid << 1) ^ (rowid >> 63)).cast_unsigned())
}

const fn decoded(cursor: Cursor) -> i64 {
    (cursor.0 >> 1).cast_signed() ^ -((cursor.0 & 1).cast_signed())
}

impl Table for Handle<'_> {
    type Key = i64;

    fn shape(&self) -> &Shape {
        &self.columns.shape
    }

    fn by_id(&mut self, id: &str) -> Result<Option<(i64, Record)>, StoreError> {
        let found = self.first(
            &self.columns.by_id(),
            Dead::Found,
            &Sql::Text(id.to_owned()),
        );
        found.map_err(|e| StoreError::sql(self.path, &e))
    }

    fn by_unique(&mut self, slot: u16, value: &Value) -> Result<Option<(i64, Record)>, StoreError> {
        let field = self.columns.shape.fields.get(usize::from(slot));
        let Some(field) = field else { return Ok(None) };
        let condition = format!(
            "{} = {}",
            sought(field, &quoted(&field.name)),
            sought(field, "?")
        );
        let found = self.first(&condition, Dead::PassedOver, &self.bind(slot, value));
        found.map_err(|e| StoreError::sql(self.path, &e))
    }

    fn insert(&mut self, values: &[(u16, Value)]) -> Result<Outcome, StoreError> {
        let id = self.maker()?.next_id();
        let mut names = vec![quoted(&self.columns.meta.id)];
        let mut bound = vec![Sql::Text(id.to_string())];
        for (slot, value) in values {
            let name = self.name(*slot);
            if !value.is_blank() && !names.contains(&name) {
                names.push(name);
                bound.push(self.bind(*slot, value));
            }
        }
        let marks = vec!["?"; names.len()].join(", ");
        let table = quoted(&self.columns.shape.object);
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({marks})",
            names.join(", ")
        );
        self.execute(&sql, bound, Outcome::Written { id, created: true })
    }

    fn change(
        &mut self,
        key: i64,
        before: &Record,
        change: Change<'_>,
    ) -> Result<Outcome, StoreError> {
        let table = quoted(&self.columns.shape.object);
        let rowid = self.columns.rowid;
        let mut values = Vec::new();
        let sql = match change {
            Change::Remove => format!("DELETE FROM {table} WHERE {rowid} = ?"),
            Change::Archive => {
                let Some(name) = &self.columns.meta.deleted else {
                    let reason = "this table has no column that marks a deleted record";
                    return Ok(refused(&self.columns.shape, None, reason));
                };
                values.push(bound(&Value::Bool(true), self.columns.deleted));
                format!("UPDATE {table} SET {} = ? WHERE {rowid} = ?", quoted(name))
            }
            Change::Set(changes) => {
                let sets: Vec<_> = changes
                    .iter()
                    .map(|(slot, _)| format!("{} = ?", self.name(*slot)))
                    .collect();
                values.extend(changes.iter().map(|(slot, value)| self.bind(*slot, value)));
                format!("UPDATE {table} SET {} WHERE {rowid} = ?", sets.join(", "))
            }
        };
        values.push(Sql::Integer(key));
        self.execute(&sql, values, written(&before.id))
    }
}

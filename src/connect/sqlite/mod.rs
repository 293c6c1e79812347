//! A SQLite database with a table an object and a column a field.

mod columns;
mod handle;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Row};
use smol_str::SmolStr;

use super::table::{Table, apply};
use super::{BATCH, Capabilities, IdStyle, Ids, Lifetime, Store, StoreError, of_object};
use crate::runtime::{Cursor, ObjectId, Outcome, Page, Record, Shape, Write};
use crate::value::Value;
use columns::{Columns, Read};
use handle::Handle;

/// Prepared statements that are kept: the updates of different sets of columns are different statements.
const STATEMENTS: usize = 256;

/// One database. Writes are in one transaction from the first after a commit to the next commit.
pub struct Sqlite {
    path: PathBuf,
    style: IdStyle,
    db: Option<Connection>,
    tables: Vec<Columns>,
}

impl Sqlite {
    /// The store of a database file; `style` says what new ids look like.
    pub fn new(path: &Path, style: IdStyle) -> Self {
        Self {
            path: path.to_owned(),
            style,
            db: None,
            tables: Vec::new(),
        }
    }

    fn table(&mut self, object: ObjectId) -> Result<Handle<'_>, StoreError> {
        let columns = of_object(&mut self.tables, object)?;
        let db = self
            .db
            .as_ref()
            .ok_or_else(|| StoreError::unknown_object(object))?;
        Ok(Handle {
            db,
            path: &self.path,
            style: self.style,
            columns,
        })
    }

    /// The next rows of a table; `meet` adds what it reads of one to the page.
    fn page(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
        meet: impl Fn(&Columns, &Row<'_>, &mut Page) -> Read<()>,
    ) -> Result<Page, StoreError> {
        let table = self.table(object)?;
        let met = table.scan(from, limit, |row, page| meet(table.columns, row, page));
        met.map_err(|e| StoreError::sql(table.path, &e))
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.path, flags)?;
        // Else statements are planned anew for each value that is bound to them.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.busy_timeout(Duration::from_secs(10))?;
        // A checkpoint waits for the disk: there is one for each 32 MiB.
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192;
             PRAGMA cache_size = -16384;",
        )?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(db)
    }
}

impl Store for Sqlite {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            batch: BATCH,
            cursors: Lifetime::Durable,
        }
    }

    fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError> {
        self.tables.clear();
        self.db = None;
        if !self.path.is_file() {
            let remedy = "create the database, or correct its path in the project file";
            return Err(StoreError::at(&self.path, "there is no such file", remedy));
        }
        let db = self
            .connect()
            .map_err(|e| StoreError::sql(&self.path, &e))?;
        for shape in shapes {
            self.tables.push(Columns::of(&db, &self.path, shape)?);
        }
        self.db = Some(db);
        Ok(())
    }

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.page(object, from, limit, |columns, row, page| {
            let record = columns.record(row)?;
            Ok(record.map(|record| page.records.push(record)))
        })
    }

    fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.page(object, from, limit, |columns, row, page| {
            let glance = columns.glance(row)?;
            Ok(glance.map(|glance| page.glances.push(glance)))
        })
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        let table = self.table(object)?;
        table.read(ids).map_err(|e| StoreError::sql(table.path, &e))
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
        if table.db.is_autocommit() {
            table
                .db
                .execute_batch("BEGIN IMMEDIATE")
                .map_err(|e| StoreError::sql(table.path, &e))?;
        }
        writes
            .iter()
            .map(|write| apply(&mut table, write))
            .collect()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        match &self.db {
            Some(db) if !db.is_autocommit() => db
                .execute_batch("COMMIT")
                .map_err(|e| StoreError::sql(&self.path, &e)),
            _ => Ok(()),
        }
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.commit()?;
        self.tables.clear();
        match self.db.take().map(Connection::close) {
            Some(Err((_, error))) => Err(StoreError::sql(&self.path, &error)),
            _ => Ok(()),
        }
    }
}

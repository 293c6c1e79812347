//! Where the records of a file are: a private SQLite database that the system throws away with the process.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, Result, params};
use smol_str::SmolStr;

/// Tables over one object file. Everything happens in one transaction that nobody else ever sees.
pub(super) struct Index {
    db: Connection,
    staged: u64,
    duplicates: u64,
}

/// A place in the data file, or after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Where the record starts.
    pub pos: u64,
    /// Its length in the data file, line end included; nothing for a record of this session.
    pub len: u64,
}

/// A record that was written in this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Staged {
    /// What it stands for.
    pub place: Place,
    /// Where its content is in the journal, and how long that is; none if it was removed.
    pub content: Option<(u64, u64)>,
}

const SCHEMA: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -16384;
    CREATE TABLE ids (id TEXT PRIMARY KEY, pos INTEGER, len INTEGER) WITHOUT ROWID;
    CREATE TABLE uniques (slot INTEGER, value TEXT, pos INTEGER, id TEXT, PRIMARY KEY (slot, value, pos)) WITHOUT ROWID;
    CREATE TABLE duplicates (pos INTEGER PRIMARY KEY);
    CREATE TABLE staged (pos INTEGER PRIMARY KEY, len INTEGER, at INTEGER, size INTEGER);
    BEGIN;";

impl Index {
    pub(super) fn new() -> Result<Self> {
        let db = Connection::open("")?;
        // Else statements are planned anew for each value that is bound to them.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.execute_batch(SCHEMA)?;
        Ok(Self {
            db,
            staged: 0,
            duplicates: 0,
        })
    }

    /// Takes in an id; false if another record has it.
    pub(super) fn add(&mut self, id: &str, place: Place) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO ids VALUES (?, ?, ?)";
        let added = self.db.prepare_cached(sql)?.execute(params![
            id,
            place.pos.cast_signed(),
            place.len.cast_signed()
        ])? > 0;
        if !added {
            self.duplicates += 1;
            self.db
                .prepare_cached("INSERT INTO duplicates VALUES (?)")?
                .execute([place.pos.cast_signed()])?;
        }
        Ok(added)
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM ids WHERE id = ?")?
            .execute([id])
            .map(drop)
    }

    pub(super) fn place(&self, id: &str) -> Result<Option<Place>> {
        let mut find = self
            .db
            .prepare_cached("SELECT pos, len FROM ids WHERE id = ?")?;
        find.query_row([id], |row| {
            Ok(Place {
                pos: row.get::<_, i64>(0)?.cast_unsigned(),
                len: row.get::<_, i64>(1)?.cast_unsigned(),
            })
        })
        .optional()
    }

    pub(super) fn add_unique(&mut self, slot: u16, value: &str, pos: u64, id: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO uniques VALUES (?, ?, ?, ?)";
        self.db
            .prepare_cached(sql)?
            .execute(params![slot, value, pos.cast_signed(), id])
            .map(drop)
    }

    pub(super) fn remove_unique(&mut self, slot: u16, value: &str, pos: u64) -> Result<()> {
        let sql = "DELETE FROM uniques WHERE slot = ? AND value = ? AND pos = ?";
        self.db
            .prepare_cached(sql)?
            .execute(params![slot, value, pos.cast_signed()])
            .map(drop)
    }

    /// The id of the first record with a value in a slot.
    pub(super) fn unique(&self, slot: u16, value: &str) -> Result<Option<SmolStr>> {
        let sql = "SELECT id FROM uniques WHERE slot = ? AND value = ? ORDER BY pos LIMIT 1";
        let mut find = self.db.prepare_cached(sql)?;
        find.query_row(params![slot, value], |row| {
            Ok(SmolStr::new(row.get_ref(0)?.as_str()?))
        })
        .optional()
    }

    /// The positions of records in a range whose ids others had before.
    pub(super) fn duplicates(&self, from: u64, to: u64) -> Result<Vec<u64>> {
        if self.duplicates == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT pos FROM duplicates WHERE pos >= ? AND pos < ? ORDER BY pos";
        let mut find = self.db.prepare_cached(sql)?;
        find.query_map([from.cast_signed(), to.cast_signed()], |row| {
            row.get(0).map(i64::cast_unsigned)
        })?
        .collect()
    }

    /// Says where the content of a record is now.
    pub(super) fn stage(&mut self, staged: Staged) -> Result<()> {
        let Place { pos, len } = staged.place;
        let (at, size) = staged
            .content
            .map(|(at, size)| (at.cast_signed(), size.cast_signed()))
            .unzip();
        let sql = "INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?)";
        self.db.prepare_cached(sql)?.execute(params![
            pos.cast_signed(),
            len.cast_signed(),
            at,
            size
        ])?;
        self.staged += 1;
        Ok(())
    }

    /// The staged record of a position.
    pub(super) fn staged_at(&self, pos: u64) -> Result<Option<Staged>> {
        Ok(self
            .staged(pos, 1)?
            .pop()
            .filter(|staged| staged.place.pos == pos))
    }

    /// Staged records from a position on, in order.
    pub(super) fn staged(&self, from: u64, limit: usize) -> Result<Vec<Staged>> {
        if self.staged == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT pos, len, at, size FROM staged WHERE pos >= ? ORDER BY pos LIMIT ?";
        let mut find = self.db.prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = find.query_map([from.cast_signed(), limit], |row| {
            let place = Place {
                pos: row.get::<_, i64>(0)?.cast_unsigned(),
                len: row.get::<_, i64>(1)?.cast_unsigned(),
            };
            let content: Option<i64> = row.get(2)?;
            let size: Option<i64> = row.get(3)?;
            Ok(Staged {
                place,
                content: content
                    .zip(size)
                    .map(|(at, size)| (at.cast_unsigned(), size.cast_unsigned())),
            })
        })?;
        rows.collect()
    }

    /// Whether nothing was written.
    pub(super) fn is_clean(&self) -> bool {
        self.staged == 0
    }
}

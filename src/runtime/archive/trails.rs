//! What leads to a converted record, and to what it became: gathered anew by each run, gone with it.

use rusqlite::{OptionalExtension, params};
use smol_str::SmolStr;

use super::{Archive, Asked, KeyHash, id_of};

/// What leads to a converted record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail<'t> {
    /// Its id, as a stamp on the other side names it.
    Id(&'t str),
    /// The record of the other side that its own stamp names.
    Stamp(&'t str),
    /// The value of its key of this number.
    Key(usize, &'t KeyHash),
}

impl Trail<'_> {
    fn parts(&self) -> (i64, &[u8]) {
        match self {
            Self::Id(id) => (0, id.as_bytes()),
            Self::Stamp(id) => (1, id.as_bytes()),
            Self::Key(key, hash) => (key_kind(*key), hash.as_slice()),
        }
    }
}

fn key_kind(key: usize) -> i64 {
    i64::try_from(key).unwrap_or(i64::MAX - 2) + 2
}

impl Archive {
    /// Begins anew.
    pub fn gather_trails(&mut self) -> Asked<()> {
        self.begin()?;
        self.connection.execute_batch(
            "DROP TABLE IF EXISTS temp.trails;
             CREATE TEMP TABLE trails (sync INTEGER, kind INTEGER, trail BLOB, became TEXT);
             CREATE INDEX temp.trails_from ON trails (sync, kind, trail);
             CREATE INDEX temp.trails_to ON trails (sync, kind, became);",
        )?;
        Ok(())
    }

    /// Remembers what leads to a converted record of a sync.
    pub fn put_trail(&mut self, sync: i64, trail: Trail<'_>, became: &str) -> Asked<()> {
        self.begin()?;
        let (kind, bytes) = trail.parts();
        self.connection
            .prepare_cached("INSERT INTO temp.trails VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![sync, kind, bytes, became])?;
        Ok(())
    }

    /// What the converted record became to which this leads.
    pub fn trail(&self, sync: i64, trail: Trail<'_>) -> Asked<Option<SmolStr>> {
        let (kind, bytes) = trail.parts();
        let mut statement = self.connection.prepare_cached(
            "SELECT became FROM temp.trails WHERE sync = ?1 AND kind = ?2 AND trail = ?3 ORDER BY became LIMIT 1",
        )?;
        let found = statement.query_row(params![sync, kind, bytes], |r| id_of(r, 0));
        Ok(found.optional()?)
    }

    /// The key of the converted record that became this one.
    pub fn trail_key(&self, sync: i64, key: usize, became: &str) -> Asked<Option<KeyHash>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT trail FROM temp.trails WHERE sync = ?1 AND kind = ?2 AND became = ?3 ORDER BY trail LIMIT 1",
        )?;
        let found = statement.query_row(params![sync, key_kind(key), became], |r| r.get(0));
        Ok(found.optional()?)
    }
}

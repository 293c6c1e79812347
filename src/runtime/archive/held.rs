//! What needs a person, and what was overwritten or found different.

use rusqlite::{OptionalExtension, params};
use smol_str::SmolStr;

use super::{Archive, Asked, id_of, side_number, side_of};
use crate::runtime::Reason;
use crate::side::{Side, Sides};

/// A record, or one row of it, that does not sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The number of its sync.
    pub sync: i64,
    /// The side of the record.
    pub side: Side,
    /// The record's id, or the place where it could not be read.
    pub id: SmolStr,
    /// The row; empty for the record as a whole.
    pub field: SmolStr,
    /// Why.
    pub reason: Reason,
    /// In words.
    pub text: String,
    /// Milliseconds since 1970 at which it was first held for this reason.
    pub since: i64,
    /// Hash of the write that was refused, which is not sent again.
    pub digest: Option<i64>,
}

/// What an entry of the log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKind {
    /// A rule overwrote a value.
    Overwritten,
    /// A side that may not write differs.
    Drift,
    /// A recovered pair differed, and was accepted as it is.
    Accepted,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// What it is about.
    pub kind: LogKind,
    /// The number of the run.
    pub run: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The number of the sync.
    pub sync: i64,
    /// The row.
    pub field: SmolStr,
    /// The pair.
    pub ids: Sides<SmolStr>,
    /// The side that was written, or that differs.
    pub side: Side,
    /// What stood on that side.
    pub old: String,
    /// What stands there now, or on the other side.
    pub new: String,
}

impl Archive {
    /// Holds a record. What was held for the same reason keeps its date.
    pub fn hold(&mut self, run: i64, held: &Held) -> Asked<()> {
        self.begin()?;
        self.some_held.set(Some(true));
        self.connection
            .prepare_cached(
                "INSERT INTO held VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET
                 since = CASE WHEN code = excluded.code THEN since ELSE excluded.since END,
                 code = excluded.code, run = excluded.run, digest = excluded.digest, text = excluded.text",
            )?
            .execute(params![
                held.sync,
                side_number(held.side),
                held.id.as_str(),
                held.field.as_str(),
                held.reason.code(),
                held.since,
                run,
                held.digest,
                held.text
            ])?;
        Ok(())
    }

    /// Says that what is held is held in this run, too.
    pub fn hold_again(
        &mut self,
        run: i64,
        sync: i64,
        side: Side,
        id: &str,
        field: &str,
    ) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached(
                "UPDATE held SET run = ?1 WHERE sync = ?2 AND side = ?3 AND id = ?4 AND field = ?5",
            )?
            .execute(params![run, sync, side_number(side), id, field])?;
        Ok(())
    }

    /// Lets everything of a sync go that was not held again in this run.
    pub fn release(&mut self, run: i64, sync: i64) -> Asked<()> {
        self.begin()?;
        self.some_held.set(None);
        self.connection
            .prepare_cached("DELETE FROM held WHERE sync = ?1 AND run <> ?2")?
            .execute(params![sync, run])?;
        Ok(())
    }

    /// The hash of the write that was refused for a record, if one was.
    pub fn refused_write(&self, sync: i64, side: Side, id: &str) -> Asked<Option<i64>> {
        if !self.has_some("held", &self.some_held)? {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT digest FROM held WHERE sync = ?1 AND side = ?2 AND id = ?3 AND field = ''",
        )?;
        let found = statement.query_row(params![sync, side_number(side), id], |r| {
            r.get::<_, Option<i64>>(0)
        });
        Ok(found.optional()?.flatten())
    }

    /// Whether a record as a whole is held, and therefore may still come.
    pub fn is_held(&self, sync: i64, side: Side, id: &str) -> Asked<bool> {
        if !self.has_some("held", &self.some_held)? {
            return Ok(false);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM held WHERE sync = ?1 AND side = ?2 AND id = ?3 AND field = ''",
        )?;
        Ok(statement.exists(params![sync, side_number(side), id])?)
    }

    /// Why a record as a whole is held, if it is.
    pub fn held_for(&self, sync: i64, side: Side, id: &str) -> Asked<Option<Reason>> {
        if !self.has_some("held", &self.some_held)? {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT code FROM held WHERE sync = ?1 AND side = ?2 AND id = ?3 AND field = ''",
        )?;
        let code = statement.query_row(params![sync, side_number(side), id], |r| {
            r.get::<_, String>(0)
        });
        Ok(code.optional()?.and_then(|code| Reason::of(&code)))
    }

    /// Whether a record as a whole is held for this reason.
    pub fn is_held_for(&self, sync: i64, side: Side, id: &str, reason: Reason) -> Asked<bool> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM held WHERE sync = ?1 AND side = ?2 AND id = ?3 AND field = '' AND code = ?4",
        )?;
        Ok(statement.exists(params![sync, side_number(side), id, reason.code()])?)
    }

    /// Everything held, by sync, code, side and id; sync by name.
    pub fn held(&self) -> Asked<Vec<(SmolStr, Held)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT n.name, h.sync, h.side, h.id, h.field, h.code, h.text, h.since, h.digest
             FROM held h JOIN names n ON n.id = h.sync ORDER BY h.sync, h.code, h.side, h.id, h.field",
        )?;
        let rows = statement.query_map([], |r| {
            let held = Held {
                sync: r.get(1)?,
                side: side_of(r.get(2)?),
                id: id_of(r, 3)?,
                field: id_of(r, 4)?,
                reason: Reason::of(&r.get::<_, String>(5)?).unwrap_or(Reason::StateRefused),
                text: r.get(6)?,
                since: r.get(7)?,
                digest: r.get(8)?,
            };
            Ok((id_of(r, 0)?, held))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many records of a sync are held for each code.
    pub fn count_held(&self, sync: i64) -> Asked<Vec<(Reason, u64)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT code, count(DISTINCT side || id) FROM held WHERE sync = ?1 GROUP BY code ORDER BY code",
        )?;
        let rows = statement.query_map([sync], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        let rows: Vec<(String, u64)> = rows.collect::<Result<_, _>>()?;
        Ok(rows
            .into_iter()
            .filter_map(|(code, n)| Some((Reason::of(&code)?, n)))
            .collect())
    }

    /// Adds to the log.
    pub fn log(&mut self, entry: &LogEntry) -> Asked<()> {
        self.begin()?;
        let kind = match entry.kind {
            LogKind::Overwritten => 0,
            LogKind::Drift => 1,
            LogKind::Accepted => 2,
        };
        self.connection
            .prepare_cached(
                "INSERT INTO log VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                entry.run,
                entry.at,
                kind,
                entry.sync,
                entry.field.as_str(),
                entry.ids.left.as_str(),
                entry.ids.right.as_str(),
                side_number(entry.side),
                entry.old,
                entry.new
            ])?;
        Ok(())
    }

    /// The log of a run, in its order; each entry with the name of its sync.
    pub fn logged(&self, run: i64) -> Asked<Vec<(SmolStr, LogEntry)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT kind, run, at, sync, field, left_id, right_id, side, old, new, name
             FROM log JOIN names ON names.id = sync WHERE run = ?1 ORDER BY seq",
        )?;
        let rows = statement.query_map([run], |r| {
            let kind = match r.get::<_, i64>(0)? {
                0 => LogKind::Overwritten,
                1 => LogKind::Drift,
                _ => LogKind::Accepted,
            };
            let entry = LogEntry {
                kind,
                run: r.get(1)?,
                at: r.get(2)?,
                sync: r.get(3)?,
                field: id_of(r, 4)?,
                ids: Sides::new(id_of(r, 5)?, id_of(r, 6)?),
                side: side_of(r.get(7)?),
                old: r.get(8)?,
                new: r.get(9)?,
            };
            Ok((id_of(r, 10)?, entry))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

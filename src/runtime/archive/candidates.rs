//! The index of records that may be one: filled by the sweeps over both sides, asked key by key, gone with the sync.
//!
//! It lives in the temporary tables of the database, which spill to disk: memory stays bounded. Rows are appended first and
//! indexed once all are there.

use std::ops::RangeInclusive;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{params, params_from_iter};
use smol_str::SmolStr;

use super::{Archive, Asked, id_of, side_number, side_of};
use crate::side::{Side, Sides};

/// A match key's value: 128 bits of hash.
pub type KeyHash = [u8; 16];

/// How a record stands among the candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It starts matches and creates.
    Starts,
    /// It starts matches, but nothing is made from it.
    Joins,
    /// It may be matched by one that starts.
    Matchable,
    /// It is not admitted: nothing is matched with it, and no double of it is made.
    Barred,
    /// It is linked already: it tells duplicates from new records.
    Linked,
}

/// A record in search of its counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its side.
    pub side: Side,
    /// Its id.
    pub id: SmolStr,
    /// How it stands.
    pub standing: Standing,
    /// What it is ordered by among several, packed.
    pub rank: Vec<u8>,
    /// Its keys; none where a part is blank.
    pub keys: Vec<Option<KeyHash>>,
}

/// A candidate as the index gives it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its place in the index.
    pub place: i64,
    /// Its side.
    pub side: Side,
    /// Its id.
    pub id: SmolStr,
    /// How it stands.
    pub standing: Standing,
    /// What it is ordered by.
    pub rank: Vec<u8>,
}

const LINKED: i64 = 3;
const TAKEN: i64 = 4;
const BARRED: i64 = 5;

fn standing_of(number: i64) -> Standing {
    match number {
        0 => Standing::Starts,
        1 => Standing::Joins,
        2 => Standing::Matchable,
        BARRED => Standing::Barred,
        _ => Standing::Linked,
    }
}

impl Archive {
    /// Begins an index with so many keys.
    pub fn gather(&mut self, keys: usize) -> Asked<()> {
        self.begin()?;
        self.taken = Sides::default();
        let columns: String = (0..keys).map(|k| format!(", k{k} BLOB")).collect();
        self.connection.execute_batch(&format!(
            "DROP TABLE IF EXISTS temp.candidates;
             CREATE TEMP TABLE candidates (place INTEGER PRIMARY KEY, side INTEGER, id TEXT, standing INTEGER, rank BLOB{columns});"
        ))?;
        Ok(())
    }

    /// Adds a record.
    pub fn offer(&mut self, candidate: &Candidate) -> Asked<()> {
        self.begin()?;
        let marks = ", ?".repeat(candidate.keys.len());
        let sql = format!("INSERT INTO temp.candidates VALUES (NULL, ?, ?, ?, ?{marks})");
        let standing = match candidate.standing {
            Standing::Starts => 0,
            Standing::Joins => 1,
            Standing::Matchable => 2,
            Standing::Linked => LINKED,
            Standing::Barred => BARRED,
        };
        let head = [
            ValueRef::Integer(side_number(candidate.side)),
            ValueRef::Text(candidate.id.as_bytes()),
            ValueRef::Integer(standing),
            ValueRef::Blob(&candidate.rank),
        ];
        let keys = candidate.keys.iter();
        let keys = keys.map(|k| k.as_ref().map_or(ValueRef::Null, |k| ValueRef::Blob(k)));
        let values = head.into_iter().chain(keys).map(ToSqlOutput::Borrowed);
        self.connection
            .prepare_cached(&sql)?
            .execute(params_from_iter(values))?;
        Ok(())
    }

    /// Gets ready to be asked by one key.
    pub fn index_key(&mut self, key: usize) -> Asked<()> {
        self.begin()?;
        self.connection.execute_batch(&format!(
            "CREATE INDEX IF NOT EXISTS temp.candidates_k{key} ON candidates (k{key}, side) WHERE k{key} IS NOT NULL"
        ))?;
        Ok(())
    }

    /// The next records of a side that have a key, in the order of the sweep, after a place.
    pub fn heads(
        &mut self,
        key: usize,
        side: Side,
        after: i64,
        limit: usize,
    ) -> Asked<Vec<(i64, KeyHash)>> {
        self.write_taken()?;
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT place, k{key} FROM temp.candidates
             WHERE place > ?1 AND side = ?2 AND standing < {LINKED} AND k{key} IS NOT NULL ORDER BY place LIMIT ?3"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((after, side_number(side), limit), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All records with one value of a key that are not taken out.
    pub fn cluster(&self, key: usize, hash: &KeyHash) -> Asked<Vec<Member>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT place, side, id, standing, rank FROM temp.candidates
             WHERE k{key} = ?1 AND standing < {TAKEN} ORDER BY side, place"
        ))?;
        let rows = statement.query_map([hash], member)?;
        let there = |m: &Member| {
            let taken = self.taken.get(m.side).as_ref();
            taken.is_none_or(|taken| !taken.contains(&m.place))
        };
        let members = rows.filter(|m| m.as_ref().map_or(true, there));
        Ok(members.collect::<Result<_, _>>()?)
    }

    /// Whether anything without a link is among the candidates.
    pub fn has_newcomers(&self) -> Asked<bool> {
        let sql = format!("SELECT 1 FROM temp.candidates WHERE standing < {LINKED} LIMIT 1");
        Ok(self.connection.prepare_cached(&sql)?.exists([])?)
    }

    /// Takes a record out: it is linked now, or held.
    pub fn take(&mut self, member: &Member) -> Asked<()> {
        let taken = self.taken.get_mut(member.side);
        if let Some(places) = taken.as_mut().filter(|p| *p.end() + 1 == member.place) {
            *places = *places.start()..=member.place;
            return Ok(());
        }
        let before = taken.replace(member.place..=member.place);
        self.write_taken_out(before)
    }

    /// Writes down who was taken out.
    fn write_taken(&mut self) -> Asked<()> {
        let Sides { left, right } = std::mem::take(&mut self.taken);
        self.write_taken_out(left)?;
        self.write_taken_out(right)
    }

    fn write_taken_out(&mut self, places: Option<RangeInclusive<i64>>) -> Asked<()> {
        let Some(places) = places else {
            return Ok(());
        };
        self.begin()?;
        self.connection
            .prepare_cached(&format!(
                "UPDATE temp.candidates SET standing = {TAKEN} WHERE place BETWEEN ?1 AND ?2"
            ))?
            .execute(params![places.start(), places.end()])?;
        Ok(())
    }

    /// Records of a side that found none and from which one may be made, after a place; each with a record of the other
    /// side that has one of its first `keys` keys and is barred.
    pub fn unmatched(
        &mut self,
        keys: usize,
        side: Side,
        after: i64,
        limit: usize,
    ) -> Asked<Vec<(Member, Option<SmolStr>)>> {
        self.write_taken()?;
        let barred: String = (0..keys)
            .map(|k| {
                format!(
                    "(SELECT b.id FROM temp.candidates b WHERE b.k{k} = c.k{k} AND b.k{k} IS NOT NULL
                      AND b.side = 1 - ?2 AND b.standing = {BARRED} ORDER BY b.place LIMIT 1), "
                )
            })
            .collect();
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT c.place, c.side, c.id, c.standing, c.rank, COALESCE({barred}NULL, NULL) FROM temp.candidates c
             WHERE c.place > ?1 AND c.side = ?2 AND c.standing = 0 ORDER BY c.place LIMIT ?3"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((after, side_number(side), limit), |row| {
            let barred: Option<String> = row.get(5)?;
            Ok((member(row)?, barred.map(SmolStr::from)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn member(row: &rusqlite::Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        place: row.get(0)?,
        side: side_of(row.get(1)?),
        id: id_of(row, 2)?,
        standing: standing_of(row.get(3)?),
        rank: row.get(4)?,
    })
}

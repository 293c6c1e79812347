//! A sorted map of numbers that keeps its memory bounded.
//!
//! What is new stays in memory. Where that is too much, all of it goes, in the order of its keys, to a private SQLite database
//! that the system throws away with the process.

use std::collections::BTreeMap;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Result, Row, params_from_iter};

/// Entries that stay in memory at most.
const IN_MEMORY: usize = if cfg!(test) { 8 } else { 1 << 17 };

/// What entries are sorted by.
pub(super) type Key = (i64, i64);

/// Entries of `N` numbers, by key.
pub(super) struct Sorted<const N: usize> {
    memory: BTreeMap<Key, [i64; N]>,
    /// Older entries, once there were too many: everything happens in one transaction that nobody else ever sees.
    db: Option<Connection>,
}

impl<const N: usize> Sorted<N> {
    pub(super) const fn new() -> Self {
        Self {
            memory: BTreeMap::new(),
            db: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.memory.is_empty() && self.db.is_none()
    }

    /// Puts an entry in, in the place of one with its key.
    pub(super) fn put(&mut self, key: Key, entry: [i64; N]) -> Result<()> {
        self.memory.insert(key, entry);
        if self.memory.len() > IN_MEMORY {
            self.spill()?;
        }
        Ok(())
    }

    /// Takes an entry out, if it is there.
    pub(super) fn remove(&mut self, key: Key) -> Result<()> {
        self.memory.remove(&key);
        match &self.db {
            Some(db) => db
                .prepare_cached("DELETE FROM entries WHERE a = ? AND b = ?")?
                .execute([key.0, key.1])
                .map(drop),
            None => Ok(()),
        }
    }

    /// The first entries from a key to another, both included, in their order.
    pub(super) fn range(&self, from: Key, to: Key, limit: usize) -> Result<Vec<(Key, [i64; N])>> {
        let newer = self.memory.range(from..=to).take(limit);
        let newer = newer.map(|(key, entry)| (*key, *entry));
        let Some(db) = &self.db else {
            return Ok(newer.collect());
        };
        let sql = "SELECT * FROM entries WHERE (a, b) >= (?, ?) AND (a, b) <= (?, ?) ORDER BY a, b LIMIT ?";
        let mut find = db.prepare_cached(sql)?;
        let rows = i64::try_from(limit).unwrap_or(i64::MAX);
        let older = find.query_map([from.0, from.1, to.0, to.1, rows], entry)?;
        let mut all = older.collect::<Result<BTreeMap<_, _>>>()?;
        all.extend(newer);
        Ok(all.into_iter().take(limit).collect())
    }

    fn spill(&mut self) -> Result<()> {
        let db = match &mut self.db {
            Some(db) => db,
            none => none.insert(database(N)?),
        };
        let marks = ", ?".repeat(N);
        let sql = format!("INSERT OR REPLACE INTO entries VALUES (?, ?{marks})");
        let mut insert = db.prepare_cached(&sql)?;
        for (key, entry) in std::mem::take(&mut self.memory) {
            insert.execute(params_from_iter([key.0, key.1].into_iter().chain(entry)))?;
        }
        Ok(())
    }
}

fn database(numbers: usize) -> Result<Connection> {
    let db = Connection::open("")?;
    // Else statements are planned anew for each value that is bound to them.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let columns: String = (0..numbers).map(|n| format!("n{n} INTEGER, ")).collect();
    db.execute_batch(&format!(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;
         CREATE TABLE entries (a INTEGER, b INTEGER, {columns}PRIMARY KEY (a, b)) WITHOUT ROWID;
         BEGIN;"
    ))?;
    Ok(db)
}

fn entry<const N: usize>(row: &Row<'_>) -> Result<(Key, [i64; N])> {
    let mut numbers = [0; N];
    for (at, number) in numbers.iter_mut().enumerate() {
        *number = row.get(at + 2)?;
    }
    Ok(((row.get(0)?, row.get(1)?), numbers))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is put in and taken out, in memory or beyond: it is a sorted map.
        #[test]
        fn it_is_a_sorted_map(steps in prop::collection::vec((0i64..6, -6i64..6, any::<bool>(), any::<i64>()), 0..120)) {
            let (mut sorted, mut plain) = (Sorted::<1>::new(), BTreeMap::new());
            for (a, b, put, number) in steps {
                if put {
                    sorted.put((a, b), [number]).expect("put");
                    plain.insert((a, b), [number]);
                } else {
                    sorted.remove((a, b)).expect("removed");
                    plain.remove(&(a, b));
                }
                for limit in [1, 3, 100] {
                    let to = (4, 2).max((a, b));
                    let wanted = plain.range((a, b)..=to).take(limit).map(|(k, v)| (*k, *v));
                    let wanted: Vec<_> = wanted.collect();
                    prop_assert_eq!(sorted.range((a, b), to, limit).expect("asked"), wanted);
                }
            }
        }
    }
}

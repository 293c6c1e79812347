//! A sorted map of numbers that keeps its memory bounded.
//!
//! What is new stays in memory. Where that is too much, all of it goes, in the order of its keys, to a private SQLite database
//! that the system throws away with the process. There a row is a block of neighbours, filed under the first of them: what
//! comes in the order of its keys costs a fraction of a statement an entry.

use std::collections::BTreeMap;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

/// Entries that stay in memory at most.
const IN_MEMORY: usize = if cfg!(test) { 8 } else { 1 << 17 };

/// Bytes of a block at most: what SQLite keeps within a page.
const BLOCK: usize = if cfg!(test) { 80 } else { 896 };

/// Entries that are moved out of memory at a time.
const AT_ONCE: usize = if cfg!(test) { 3 } else { 1 << 10 };

/// What entries are sorted by.
pub(super) type Key = (i64, i64);

/// Entries of `N` numbers, by key.
pub(super) struct Sorted<const N: usize> {
    memory: BTreeMap<Key, [i64; N]>,
    /// After those in `memory`: what came in the order of its keys, which is most.
    tail: Entries<N>,
    /// Older entries, once there were too many: everything happens in one transaction that nobody else ever sees.
    db: Option<Connection>,
}

impl<const N: usize> Sorted<N> {
    pub(super) const fn new() -> Self {
        Self {
            memory: BTreeMap::new(),
            tail: Vec::new(),
            db: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.memory.is_empty() && self.tail.is_empty() && self.db.is_none()
    }

    /// Puts an entry in, in the place of one with its key.
    pub(super) fn put(&mut self, key: Key, entry: [i64; N]) -> Result<()> {
        let tail = self.tail.last().map(|(last, _)| last);
        let last = tail.or_else(|| self.memory.last_key_value().map(|(last, _)| last));
        if last.is_none_or(|last| *last < key) {
            self.tail.push((key, entry));
        } else {
            self.memory.extend(self.tail.drain(..));
            self.memory.insert(key, entry);
        }
        if self.memory.len() + self.tail.len() > IN_MEMORY {
            self.spill()?;
        }
        Ok(())
    }

    /// Takes an entry out, if it is there.
    pub(super) fn remove(&mut self, key: Key) -> Result<()> {
        self.memory.extend(self.tail.drain(..));
        self.memory.remove(&key);
        let Some(db) = &self.db else { return Ok(()) };
        if let Some((first, mut entries)) = block_of::<N>(db, key)?
            && let Ok(at) = entries.binary_search_by_key(&key, |(key, _)| *key)
        {
            entries.remove(at);
            take_out(db, first)?;
            put_in(db, &entries)?;
        }
        Ok(())
    }

    /// The first entries from a key to another, both included, in their order.
    pub(super) fn range(&self, from: Key, to: Key, limit: usize) -> Result<Entries<N>> {
        let newer = self.memory.range(from..=to);
        let newer = newer.map(|(key, entry)| (*key, *entry));
        let start = self.tail.partition_point(|(key, _)| *key < from);
        let tail = self.tail.get(start..).unwrap_or_default().iter();
        let newer = newer.chain(tail.copied().take_while(|(key, _)| *key <= to));
        let newer = newer.take(limit);
        let Some(db) = &self.db else {
            return Ok(newer.collect());
        };
        let mut all = BTreeMap::new();
        let mut last = from;
        if let Some((_, entries)) = block_of::<N>(db, from)? {
            last = entries.last().map_or(from, |(key, _)| *key);
            let sought = entries.into_iter();
            all.extend(sought.filter(|(key, _)| (from..=to).contains(key)));
        }
        if last <= to && all.len() < limit {
            let sql =
                "SELECT * FROM blocks WHERE (a, b) > (?, ?) AND (a, b) <= (?, ?) ORDER BY a, b";
            let mut find = db.prepare_cached(sql)?;
            let mut blocks = find.query([from.0, from.1, to.0, to.1])?;
            while all.len() < limit
                && let Some(row) = blocks.next()?
            {
                let (_, entries) = block::<N>(row)?;
                all.extend(entries.into_iter().take_while(|(key, _)| *key <= to));
            }
        }
        all.extend(newer);
        Ok(all.into_iter().take(limit).collect())
    }

    /// Moves all that is in memory into the blocks that it belongs to.
    fn spill(&mut self) -> Result<()> {
        let db = match &mut self.db {
            Some(db) => db,
            none => none.insert(database()?),
        };
        let new = std::mem::take(&mut self.memory).into_iter();
        let mut new = new.chain(self.tail.drain(..)).peekable();
        while let Some((key, _)) = new.peek() {
            let block = block_of(db, *key)?;
            let end = next_block(db, *key)?;
            let belongs = |(key, _): &(Key, _)| end.is_none_or(|end| *key < end);
            let moved = std::iter::from_fn(|| new.next_if(belongs)).take(AT_ONCE);
            let mut entries: Entries<N> = moved.collect();
            if let Some((first, older)) = block {
                take_out(db, first)?;
                entries.extend(older);
                // Of two entries with one key the newer stays, which stands before the other.
                entries.sort_by_key(|(key, _)| *key);
                entries.dedup_by_key(|(key, _)| *key);
            }
            put_in(db, &entries)?;
        }
        Ok(())
    }
}

fn database() -> Result<Connection> {
    let db = Connection::open("")?;
    // Else statements are planned anew for each value that is bound to them.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;
         CREATE TABLE blocks (a INTEGER, b INTEGER, entries BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID;
         BEGIN;",
    )?;
    Ok(db)
}

/// Entries in the order of their keys.
type Entries<const N: usize> = Vec<(Key, [i64; N])>;

/// A block: the key that it is filed under, and its entries, of which that is the first or was.
type Block<const N: usize> = (Key, Entries<N>);

fn block<const N: usize>(row: &Row<'_>) -> Result<Block<N>> {
    let (numbers, _) = row.get_ref(2)?.as_blob()?.as_chunks();
    let mut numbers = numbers.iter().map(|n| i64::from_le_bytes(*n));
    let mut entries = Vec::with_capacity(numbers.len() / (N + 2));
    while let (Some(a), Some(b)) = (numbers.next(), numbers.next()) {
        let entry = std::array::from_fn(|_| numbers.next().unwrap_or_default());
        entries.push(((a, b), entry));
    }
    Ok(((row.get(0)?, row.get(1)?), entries))
}

/// The block in which a key is, if it is in one.
fn block_of<const N: usize>(db: &Connection, key: Key) -> Result<Option<Block<N>>> {
    let sql = "SELECT * FROM blocks WHERE (a, b) <= (?, ?) ORDER BY a DESC, b DESC LIMIT 1";
    let mut find = db.prepare_cached(sql)?;
    find.query_row([key.0, key.1], block).optional()
}

/// Where the first block after a key starts.
fn next_block(db: &Connection, key: Key) -> Result<Option<Key>> {
    let sql = "SELECT a, b FROM blocks WHERE (a, b) > (?, ?) ORDER BY a, b LIMIT 1";
    let mut find = db.prepare_cached(sql)?;
    let start = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    find.query_row([key.0, key.1], start).optional()
}

fn take_out(db: &Connection, first: Key) -> Result<()> {
    let sql = "DELETE FROM blocks WHERE a = ? AND b = ?";
    db.prepare_cached(sql)?.execute([first.0, first.1])?;
    Ok(())
}

/// Puts entries in that stand between two blocks.
fn put_in<const N: usize>(db: &Connection, entries: &[(Key, [i64; N])]) -> Result<()> {
    let mut insert = db.prepare_cached("INSERT INTO blocks VALUES (?, ?, ?)")?;
    for block in entries.chunks(BLOCK / (8 * (N + 2))) {
        let Some((first, _)) = block.first() else {
            continue;
        };
        let mut bytes = Vec::with_capacity(BLOCK);
        for ((a, b), entry) in block {
            for number in [a, b].into_iter().chain(entry) {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        insert.execute(params![first.0, first.1, bytes])?;
    }
    Ok(())
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

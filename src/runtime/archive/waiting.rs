//! Who is looked at once more later in the run, and who another sync takes: kept beside the state, gone with the run. There
//! may be as many as there are records, so they are in temporary tables, which spill to disk.

use rusqlite::params;
use smol_str::SmolStr;

use super::{Archive, Asked, id_of};

/// A left record that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the queue.
    pub place: i64,
    /// The position of its sync.
    pub sync: usize,
    /// Its id.
    pub left: SmolStr,
}

impl Archive {
    /// Begins anew: nobody waits, nobody is redirected.
    pub fn gather_waiting(&mut self) -> Asked<()> {
        self.begin()?;
        self.redirected = 0;
        self.connection.execute_batch(
            "DROP TABLE IF EXISTS temp.waiting;
             DROP TABLE IF EXISTS temp.redirected;
             CREATE TEMP TABLE waiting (queue INTEGER, place INTEGER, sync INTEGER, left_id TEXT, PRIMARY KEY (queue, place)) WITHOUT ROWID;
             CREATE TEMP TABLE redirected (sync INTEGER, id TEXT, PRIMARY KEY (sync, id)) WITHOUT ROWID;",
        )?;
        Ok(())
    }

    /// Puts a left record at the end of a queue.
    pub fn wait(&mut self, queue: i64, sync: usize, left: &str) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached(
                "INSERT INTO temp.waiting
                 SELECT ?1, COALESCE(MAX(place), 0) + 1, ?2, ?3 FROM temp.waiting WHERE queue = ?1",
            )?
            .execute(params![queue, number(sync), left])?;
        Ok(())
    }

    /// The first of a queue.
    pub fn waiting(&self, queue: i64, limit: usize) -> Asked<Vec<Waiting>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT place, sync, left_id FROM temp.waiting WHERE queue = ?1 ORDER BY place LIMIT ?2",
        )?;
        let rows = statement.query_map(params![queue, number(limit)], |row| {
            Ok(Waiting {
                place: row.get(0)?,
                sync: usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX),
                left: id_of(row, 2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many wait in a queue.
    pub fn count_waiting(&self, queue: i64) -> Asked<usize> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM temp.waiting WHERE queue = ?1")?;
        let count: i64 = statement.query_row([queue], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Lets everybody of a queue up to a place go.
    pub fn wait_no_more(&mut self, queue: i64, place: i64) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached("DELETE FROM temp.waiting WHERE queue = ?1 AND place <= ?2")?
            .execute(params![queue, place])?;
        Ok(())
    }

    /// Says that a sync takes a left record, which another one gave up.
    pub fn redirect(&mut self, sync: u16, id: &str) -> Asked<()> {
        self.begin()?;
        self.redirected += 1;
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO temp.redirected VALUES (?1, ?2)")?
            .execute(params![sync, id])?;
        Ok(())
    }

    /// Whether a sync takes a left record that another one gave up.
    pub fn is_redirected(&self, sync: u16, id: &str) -> Asked<bool> {
        if self.redirected == 0 {
            return Ok(false);
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM temp.redirected WHERE sync = ?1 AND id = ?2")?;
        Ok(statement.exists(params![sync, id])?)
    }
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_left_in_the_order_in_which_they_were_joined() {
        let mut archive = Archive::memory().expect("opens");
        for round in 0..2 {
            archive.gather_waiting().expect("begins");
            for (queue, sync, left) in [(0, 7, "b"), (1, 8, "x"), (0, 7, "a"), (0, 9, "b")] {
                archive.wait(queue, sync, left).expect("waits");
            }
            let named = |archive: &Archive, queue| -> Vec<(usize, SmolStr)> {
                let all = archive.waiting(queue, 2).expect("asked");
                all.into_iter().map(|w| (w.sync, w.left)).collect()
            };
            assert_eq!(
                named(&archive, 0),
                [(7, "b".into()), (7, "a".into())],
                "{round}"
            );
            let second = archive.waiting(0, 2).expect("asked")[1].place;
            archive.wait_no_more(0, second).expect("leaves");
            assert_eq!(named(&archive, 0), [(9, "b".into())]);
            assert_eq!(named(&archive, 1), [(8, "x".into())]);
        }
    }

    #[test]
    fn a_record_is_redirected_to_one_sync_and_in_one_run() {
        let mut archive = Archive::memory().expect("opens");
        archive.gather_waiting().expect("begins");
        archive.redirect(3, "a").expect("redirects");
        archive.redirect(3, "a").expect("redirects");
        assert_eq!(archive.is_redirected(3, "a"), Ok(true));
        assert_eq!(archive.is_redirected(4, "a"), Ok(false));
        assert_eq!(archive.is_redirected(3, "b"), Ok(false));
        archive.gather_waiting().expect("begins");
        assert_eq!(archive.is_redirected(3, "a"), Ok(false));
    }
}

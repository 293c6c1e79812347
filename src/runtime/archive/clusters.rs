//! What is remembered of the clusters of lifecycles; and, for one run, which records of relations tie what.

use rusqlite::{OptionalExtension, params};
use smol_str::SmolStr;

use super::{Archive, Asked, id_of};

impl Archive {
    /// What is remembered of a cluster, by its hub.
    pub fn memory_of(&self, lifecycle: i64, hub: &str) -> Asked<Option<Vec<u8>>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT memory FROM clusters WHERE lifecycle = ?1 AND hub = ?2")?;
        Ok(statement
            .query_row(params![lifecycle, hub], |r| r.get(0))
            .optional()?)
    }

    /// Remembers a cluster.
    pub fn put_cluster(&mut self, lifecycle: i64, hub: &str, memory: &[u8]) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached(
                "INSERT INTO clusters VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET memory = excluded.memory",
            )?
            .execute(params![lifecycle, hub, memory])?;
        Ok(())
    }

    /// Begins anew: nothing is tied.
    pub fn gather_ties(&mut self) -> Asked<()> {
        self.begin()?;
        self.connection.execute_batch(
            "DROP TABLE IF EXISTS temp.ties;
             CREATE TEMP TABLE ties (sort INTEGER, near TEXT, far TEXT, PRIMARY KEY (sort, near, far)) WITHOUT ROWID;",
        )?;
        Ok(())
    }

    /// Says that a record of a relation ties two records; `sort` tells ties of different columns apart.
    pub fn tie(&mut self, sort: usize, near: &str, far: &str) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO temp.ties VALUES (?1, ?2, ?3)")?
            .execute(params![i64::try_from(sort).unwrap_or(i64::MAX), near, far])?;
        Ok(())
    }

    /// The records that are tied to one, by id.
    pub fn tied(&self, sort: usize, near: &str) -> Asked<Vec<SmolStr>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT far FROM temp.ties WHERE sort = ?1 AND near = ?2 ORDER BY far",
        )?;
        let sort = i64::try_from(sort).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![sort, near], |r| id_of(r, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_remembered_by_its_lifecycle_and_hub() {
        let mut archive = Archive::memory().expect("opens");
        archive.put_cluster(1, "a", b"first").expect("puts");
        archive.put_cluster(2, "a", b"other").expect("puts");
        archive.put_cluster(1, "a", b"second").expect("puts");
        assert_eq!(archive.memory_of(1, "a"), Ok(Some(b"second".to_vec())));
        assert_eq!(archive.memory_of(2, "a"), Ok(Some(b"other".to_vec())));
        assert_eq!(archive.memory_of(1, "b"), Ok(None));
    }

    #[test]
    fn ties_last_for_one_run_and_are_told_once() {
        let mut archive = Archive::memory().expect("opens");
        archive.gather_ties().expect("begins");
        for (near, far) in [("p", "y"), ("p", "x"), ("p", "y"), ("q", "z")] {
            archive.tie(2, near, far).expect("ties");
        }
        assert_eq!(archive.tied(2, "p"), Ok(vec!["x".into(), "y".into()]));
        assert_eq!(archive.tied(1, "p"), Ok(Vec::new()));
        archive.gather_ties().expect("begins");
        assert_eq!(archive.tied(2, "p"), Ok(Vec::new()));
    }
}

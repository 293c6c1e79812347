//! The state of a project between runs, in one SQLite file: links, shadows, tombstones, the journal, what is held.
//!
//! Changes are applied in the open transaction and become durable together with [`Archive::commit`]. A file that is newer,
//! foreign, damaged or in use is refused with the reason (R002). In a rehearsal nothing ever becomes durable.

mod ahead;
mod candidates;
mod clusters;
mod held;
mod journal;
mod links;
mod trails;
mod waiting;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use smol_str::SmolStr;

use crate::side::Sides;
use ahead::Ahead;

pub use candidates::{Candidate, KeyHash, Member, Standing};
pub use held::{Held, LogEntry, LogKind};
pub use journal::{Intent, IntentAction, IntentState, OpenIntent};
pub use links::{Link, LinkState, Rest};
pub use trails::Trail;
pub use waiting::Waiting;

/// Marks a file as ours: `ACCD`.
const APPLICATION: i64 = 0x4143_4344;
/// The version of the file's form.
const VERSION: i64 = 4;
const SCHEMA: &str = include_str!("schema.sql");
/// From version 1 to 2.
const SECOND: &str = "BEGIN EXCLUSIVE;
    ALTER TABLE names ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE links ADD COLUMN rest_left INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE links ADD COLUMN rest_right INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE shadows (
      left_group INTEGER NOT NULL, left_id TEXT NOT NULL, shadow BLOB NOT NULL,
      PRIMARY KEY (left_group, left_id)) WITHOUT ROWID;
    INSERT INTO shadows SELECT left_group, left_id, shadow FROM links WHERE length(shadow) > 0;
    ALTER TABLE links DROP COLUMN shadow;
    PRAGMA user_version = 2;
    COMMIT;";
/// From version 2 to 3.
const THIRD: &str = "BEGIN EXCLUSIVE;
    CREATE TABLE clusters (
      lifecycle INTEGER NOT NULL, hub TEXT NOT NULL, memory BLOB NOT NULL,
      PRIMARY KEY (lifecycle, hub)) WITHOUT ROWID;
    PRAGMA user_version = 3;
    COMMIT;";
/// From version 3 to 4: fingerprints were of another make.
const FOURTH: &str = "BEGIN EXCLUSIVE;
    CREATE TABLE ends (
      side INTEGER NOT NULL, link_group INTEGER NOT NULL, id TEXT NOT NULL,
      other TEXT NOT NULL, sync INTEGER NOT NULL, state INTEGER NOT NULL,
      rest INTEGER NOT NULL,
      PRIMARY KEY (side, link_group, id)) WITHOUT ROWID;
    INSERT INTO ends SELECT 0, left_group, left_id, right_id, sync, state, 0 FROM links ORDER BY left_group, left_id;
    INSERT INTO ends SELECT 1, right_group, right_id, left_id, sync, state, 0 FROM links ORDER BY right_group, right_id;
    DROP TABLE links;
    PRAGMA user_version = 4;
    COMMIT;";
/// What makes of each older version the next one.
const STEPS: [&str; 3] = [SECOND, THIRD, FOURTH];

/// Why the state cannot be used: R002.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveError {
    /// It was written by a newer version.
    Newer {
        /// Its version.
        found: i64,
    },
    /// It is a database of something else.
    Foreign,
    /// It is no database, or a damaged one.
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// Another run holds it.
    InUse,
    /// It cannot be read or written.
    Failed {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { found } => write!(
                f,
                "the state has version {found}, and this program knows {VERSION} and older"
            ),
            Self::Foreign => f.write_str("the state file is a database of another program"),
            Self::Damaged { reason } => write!(f, "the state file is damaged: {reason}"),
            Self::InUse => f.write_str("the state file is in use by another run"),
            Self::Failed { reason } => write!(f, "the state file cannot be used: {reason}"),
        }
    }
}

impl std::error::Error for ArchiveError {}

impl From<rusqlite::Error> for ArchiveError {
    fn from(error: rusqlite::Error) -> Self {
        let reason = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged { reason },
            _ => Self::Failed { reason },
        }
    }
}

/// The result of asking the archive.
pub type Asked<T> = Result<T, ArchiveError>;

/// Whether commits last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasting {
    Durable,
    Rehearsal,
}

/// The state of a project.
#[derive(Debug)]
pub struct Archive {
    connection: Connection,
    lasting: Lasting,
    open: bool,
    /// The syncs of which links have changed, as far as that is not written down yet.
    changed: BTreeSet<i64>,
    /// Intents that follow each other and became the same, as far as that is not written down yet.
    resolved: Option<(RangeInclusive<i64>, IntentState)>,
    /// The places of candidates that follow each other and were taken out, as far as that is not written down yet.
    taken: Sides<Option<RangeInclusive<i64>>>,
    layouts: RefCell<HashMap<u32, Arc<[SmolStr]>>>,
    ahead: Sides<RefCell<Ahead>>,
    /// Whether anything is held, and whether anything is buried, as far as that is known: most often nothing is.
    some_held: Cell<Option<bool>>,
    some_buried: Cell<Option<bool>>,
    /// How many records another sync takes in this run.
    redirected: u64,
}

impl Archive {
    /// Opens a state file, or makes it. The file is locked until the archive is dropped.
    pub fn open(path: &Path) -> Asked<Self> {
        Self::start(Connection::open(path)?)
    }

    /// A state in memory, which is gone when it is dropped.
    pub fn memory() -> Asked<Self> {
        Self::start(Connection::open_in_memory()?)
    }

    fn start(connection: Connection) -> Asked<Self> {
        connection.set_prepared_statement_cache_capacity(64);
        // Else statements are planned anew for each value that is bound to them.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.busy_timeout(std::time::Duration::ZERO)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -16_384)?;
        // A checkpoint waits for the disk: there is one for each 32 MiB.
        connection.pragma_update(None, "wal_autocheckpoint", 8_192)?;
        // The candidates are met in the order of the sweep and asked by their keys: 64 MiB of them stay in memory.
        connection.pragma_update(Some("temp"), "cache_size", -65_536)?;
        let application: i64 =
            connection.pragma_query_value(None, "application_id", |r| r.get(0))?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |r| r.get(0))?;
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
        match (application, version) {
            (0, 0) if tables == 0 => {
                connection.execute_batch(&format!(
                    "BEGIN EXCLUSIVE; {SCHEMA} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
                ))?;
            }
            (APPLICATION, found) if found > VERSION => return Err(ArchiveError::Newer { found }),
            (APPLICATION, found @ 1..=VERSION) => {
                // Takes the lock, which is then kept.
                connection.execute_batch("BEGIN EXCLUSIVE; COMMIT;")?;
                for step in STEPS.iter().skip(usize::try_from(found - 1).unwrap_or(0)) {
                    connection.execute_batch(step)?;
                }
            }
            _ => return Err(ArchiveError::Foreign),
        }
        Ok(Self {
            connection,
            lasting: Lasting::Durable,
            open: false,
            changed: BTreeSet::new(),
            resolved: None,
            taken: Sides::default(),
            layouts: RefCell::default(),
            ahead: Sides::default(),
            some_held: Cell::default(),
            some_buried: Cell::default(),
            redirected: 0,
        })
    }

    /// From now on nothing becomes durable: a dry run.
    pub fn rehearse(&mut self) -> Asked<()> {
        self.begin()?;
        self.lasting = Lasting::Rehearsal;
        Ok(())
    }

    /// Gives up everything since the last commit, as a crash would.
    pub fn abandon(&mut self) -> Asked<()> {
        if self.open {
            self.connection.execute_batch("ROLLBACK")?;
            self.open = false;
            self.changed.clear();
        }
        self.resolved = None;
        self.taken = Sides::default();
        self.ahead = Sides::default();
        self.some_held.set(None);
        self.some_buried.set(None);
        self.connection
            .execute_batch("DROP TABLE IF EXISTS temp.candidates")?;
        Ok(())
    }

    fn begin(&mut self) -> Asked<()> {
        if !self.open {
            self.connection.execute_batch("BEGIN")?;
            self.open = true;
        }
        Ok(())
    }

    /// Makes everything applied so far durable, at once.
    pub fn commit(&mut self) -> Asked<()> {
        self.write_resolved()?;
        if self.open && self.lasting == Lasting::Durable {
            self.write_changes()?;
            self.connection.execute_batch("COMMIT")?;
            self.open = false;
        }
        Ok(())
    }

    /// Whether a table has any row; `known` remembers it.
    fn has_some(&self, table: &str, known: &Cell<Option<bool>>) -> Asked<bool> {
        if let Some(some) = known.get() {
            return Ok(some);
        }
        let sql = format!("SELECT 1 FROM {table} LIMIT 1");
        let some = self.connection.prepare_cached(&sql)?.exists([])?;
        known.set(Some(some));
        Ok(some)
    }

    /// A remembered fact about the project.
    pub fn meta(&self, key: &str) -> Asked<Option<String>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        Ok(statement.query_row([key], |r| r.get(0)).optional()?)
    }

    /// Remembers a fact about the project.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached(
                "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute(params![key, value])?;
        Ok(())
    }

    /// The number of a name; it is given one if it has none.
    pub fn number(&mut self, name: &str) -> Asked<i64> {
        self.begin()?;
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO names (name) VALUES (?1)")?
            .execute([name])?;
        let mut statement = self
            .connection
            .prepare_cached("SELECT id FROM names WHERE name = ?1")?;
        Ok(statement.query_row([name], |r| r.get(0))?)
    }

    /// The number of a layout of shadows; it is given one if it has none.
    pub fn layout(&mut self, digests: &[SmolStr]) -> Asked<u32> {
        self.begin()?;
        let text = digests.join("\n");
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO layouts (digests) VALUES (?1)")?
            .execute([&text])?;
        let mut statement = self
            .connection
            .prepare_cached("SELECT id FROM layouts WHERE digests = ?1")?;
        Ok(statement.query_row([&text], |r| r.get(0))?)
    }

    /// The row digests of a layout; none of a layout that is not known.
    pub fn digests(&self, layout: u32) -> Asked<Arc<[SmolStr]>> {
        if let Some(known) = self.layouts.borrow().get(&layout) {
            return Ok(Arc::clone(known));
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT digests FROM layouts WHERE id = ?1")?;
        let text: Option<String> = statement.query_row([layout], |r| r.get(0)).optional()?;
        let digests: Arc<[SmolStr]> = text
            .iter()
            .flat_map(|t| t.split('\n'))
            .filter(|d| !d.is_empty())
            .map(SmolStr::new)
            .collect();
        self.layouts
            .borrow_mut()
            .insert(layout, Arc::clone(&digests));
        Ok(digests)
    }
}

/// A side as it is stored.
const fn side_number(side: crate::side::Side) -> i64 {
    match side {
        crate::side::Side::Left => 0,
        crate::side::Side::Right => 1,
    }
}

const fn side_of(number: i64) -> crate::side::Side {
    if number == 0 {
        crate::side::Side::Left
    } else {
        crate::side::Side::Right
    }
}

fn id_of(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<SmolStr> {
    row.get_ref(at)?
        .as_str()
        .map(SmolStr::new)
        .map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::Side;

    #[test]
    fn a_second_run_is_refused_while_the_first_goes_on() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("state.db");
        let first = Archive::open(&path).expect("opens");
        assert_eq!(Archive::open(&path).err(), Some(ArchiveError::InUse));
        drop(first);
        assert!(Archive::open(&path).is_ok());
    }

    #[test]
    fn newer_foreign_and_damaged_files_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("state.db");
        drop(Archive::open(&path).expect("opens"));
        let change = |sql: &str| {
            Connection::open(&path)
                .and_then(|c| c.execute_batch(sql))
                .expect("changes")
        };
        change("PRAGMA user_version = 9");
        assert_eq!(
            Archive::open(&path).err(),
            Some(ArchiveError::Newer { found: 9 })
        );
        change("PRAGMA application_id = 7");
        assert_eq!(Archive::open(&path).err(), Some(ArchiveError::Foreign));
        std::fs::write(
            &path,
            "this is no database, and it is long enough to have had a header".repeat(9),
        )
        .expect("writes");
        assert!(matches!(
            Archive::open(&path).err(),
            Some(ArchiveError::Damaged { .. })
        ));
    }

    #[test]
    fn links_of_an_older_version_are_found_from_both_sides() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("state.db");
        drop(Archive::open(&path).expect("opens"));
        let older = "DROP TABLE ends;
            CREATE TABLE links (
              left_group INTEGER NOT NULL, left_id TEXT NOT NULL,
              right_group INTEGER NOT NULL, right_id TEXT NOT NULL,
              sync INTEGER NOT NULL, state INTEGER NOT NULL,
              rest_left INTEGER NOT NULL DEFAULT 0, rest_right INTEGER NOT NULL DEFAULT 0,
              PRIMARY KEY (left_group, left_id)) WITHOUT ROWID;
            CREATE UNIQUE INDEX links_right ON links (right_group, right_id);
            INSERT INTO links VALUES (1, 'a', 2, 'y', 7, 0, 5, 6), (1, 'b', 2, 'x', 7, 1, 0, 0);
            PRAGMA user_version = 3;";
        Connection::open(&path)
            .and_then(|c| c.execute_batch(older))
            .expect("changes");
        let archive = Archive::open(&path).expect("opens");
        for (left, right, state) in [("a", "y", LinkState::Alive), ("b", "x", LinkState::Kept)] {
            let ids = Sides::new(left.into(), right.into());
            let link = Link {
                sync: 7,
                ids,
                state,
                rest: None,
            };
            assert_eq!(archive.link(Side::Left, 1, left), Ok(Some(link.clone())));
            assert_eq!(archive.link(Side::Right, 2, right), Ok(Some(link)));
        }
    }

    #[test]
    fn a_rehearsal_leaves_no_trace() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("state.db");
        let mut archive = Archive::open(&path).expect("opens");
        archive.rehearse().expect("rehearses");
        archive.set_meta("run", "1").expect("sets");
        archive.commit().expect("commits");
        assert_eq!(archive.meta("run"), Ok(Some("1".into())));
        drop(archive);
        assert_eq!(Archive::open(&path).expect("opens").meta("run"), Ok(None));
    }
}

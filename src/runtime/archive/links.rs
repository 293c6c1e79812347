//! Links, their shadows, and tombstones.

use rusqlite::{OptionalExtension, params};
use smol_str::SmolStr;

use super::{Archive, Asked, id_of};
use crate::side::{Side, Sides};

/// Whether both records of a link are alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Both are.
    Alive,
    /// One was deleted; the link stays as a tombstone.
    Dead,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The number of its sync.
    pub sync: i64,
    /// The ids.
    pub ids: Sides<SmolStr>,
    /// Whether both records are alive.
    pub state: LinkState,
    /// The blob of its shadow.
    pub shadow: Vec<u8>,
}

impl Archive {
    /// The link of a record among those of a link group.
    pub fn link(&self, side: Side, group: i64, id: &str) -> Asked<Option<Link>> {
        let mut statement = self.connection.prepare_cached(match side {
            Side::Left => "SELECT left_id, right_id, sync, state, shadow FROM links WHERE left_group = ?1 AND left_id = ?2",
            Side::Right => "SELECT left_id, right_id, sync, state, shadow FROM links WHERE right_group = ?1 AND right_id = ?2",
        })?;
        let row = statement.query_row(params![group, id], |r| {
            let state = if r.get::<_, i64>(3)? == 0 {
                LinkState::Alive
            } else {
                LinkState::Dead
            };
            Ok(Link {
                sync: r.get(2)?,
                ids: Sides::new(id_of(r, 0)?, id_of(r, 1)?),
                state,
                shadow: r.get(4)?,
            })
        });
        Ok(row.optional()?)
    }

    /// Links two records. Both must be without a link in their groups.
    pub fn put_link(&mut self, groups: Sides<i64>, link: &Link) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached("INSERT INTO links VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![
                groups.left,
                link.ids.left.as_str(),
                groups.right,
                link.ids.right.as_str(),
                link.sync,
                i64::from(link.state == LinkState::Dead),
                link.shadow
            ])?;
        Ok(())
    }

    /// Remembers a new shadow of a link, named by its left record.
    pub fn put_shadow(&mut self, group: i64, left: &str, shadow: &[u8]) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached("UPDATE links SET shadow = ?3 WHERE left_group = ?1 AND left_id = ?2")?
            .execute(params![group, left, shadow])?;
        Ok(())
    }

    /// Remembers whether the records of a link are alive.
    pub fn put_link_state(&mut self, group: i64, left: &str, state: LinkState) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached("UPDATE links SET state = ?3 WHERE left_group = ?1 AND left_id = ?2")?
            .execute(params![group, left, i64::from(state == LinkState::Dead)])?;
        Ok(())
    }

    /// Gives a link up.
    pub fn remove_link(&mut self, group: i64, left: &str) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached("DELETE FROM links WHERE left_group = ?1 AND left_id = ?2")?
            .execute(params![group, left])?;
        Ok(())
    }

    /// The number of living links of a sync.
    pub fn count_links(&self, sync: i64) -> Asked<u64> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM links WHERE sync = ?1 AND state = 0")?;
        Ok(statement
            .query_row([sync], |r| r.get::<_, i64>(0))?
            .unsigned_abs())
    }

    /// Whether any sync has a living link.
    pub fn has_links(&self) -> Asked<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT 1 FROM links LIMIT 1")?
            .exists([])?)
    }

    /// Says that nothing is made from a record any more, and what took its place.
    pub fn bury(&mut self, group: i64, id: &str, superseded_by: Option<&str>) -> Asked<()> {
        self.begin()?;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO tombstones VALUES (?1, ?2, ?3)")?
            .execute(params![group, id, superseded_by])?;
        Ok(())
    }

    /// Whether nothing is made from a record any more.
    pub fn is_buried(&self, group: i64, id: &str) -> Asked<bool> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM tombstones WHERE link_group = ?1 AND id = ?2")?;
        Ok(statement.exists(params![group, id])?)
    }
}

//! Links, their shadows, and tombstones.

use rusqlite::{OptionalExtension, params};
use smol_str::SmolStr;

use super::ahead::Ahead;
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
    /// How its records were when it was last found at rest.
    pub rest: Rest,
}

/// The fingerprints of both records of a link as they were when the pair was last merged and nothing was left to do: while
/// both are the same, there is nothing to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rest(pub Option<Sides<i64>>);

impl Rest {
    /// A pair that is not known to be at rest.
    pub const NONE: Self = Self(None);

    /// As it is stored: 0 for none.
    fn numbers(self) -> Sides<i64> {
        self.0.unwrap_or_default()
    }

    fn of(numbers: Sides<i64>) -> Self {
        Self((numbers.left != 0 && numbers.right != 0).then_some(numbers))
    }
}

impl Archive {
    /// The link of a record among those of a link group.
    pub fn link(&self, side: Side, group: i64, id: &str) -> Asked<Option<Link>> {
        let mut ahead = self.ahead.get(side).borrow_mut();
        if let Some(known) = ahead.get(side, group, id) {
            return Ok(known);
        }
        let mut statement = self.connection.prepare_cached(match side {
            Side::Left => "SELECT left_id, right_id, sync, state, rest_left, rest_right FROM links WHERE left_group = ?1 AND left_id >= ?2 ORDER BY left_id LIMIT ?3",
            Side::Right => "SELECT left_id, right_id, sync, state, rest_left, rest_right FROM links WHERE right_group = ?1 AND right_id >= ?2 ORDER BY right_id LIMIT ?3",
        })?;
        let limit = ahead.worth(group, id);
        let rows = i64::try_from(limit).unwrap_or(i64::MAX);
        let links = statement.query_map(params![group, id, rows], |r| {
            let state = if r.get::<_, i64>(3)? == 0 {
                LinkState::Alive
            } else {
                LinkState::Dead
            };
            Ok(Link {
                sync: r.get(2)?,
                ids: Sides::new(id_of(r, 0)?, id_of(r, 1)?),
                state,
                rest: Rest::of(Sides::new(r.get(4)?, r.get(5)?)),
            })
        })?;
        let links = links.collect::<Result<_, _>>()?;
        Ok(ahead.take(side, group, id, limit, links))
    }

    /// The link of a left record is about to change: what was read ahead is as it was. Which right record it has is not known here.
    fn forget_link(&mut self, group: i64, left: &str) {
        self.ahead.left.get_mut().forget(group, left);
        *self.ahead.right.get_mut() = Ahead::default();
    }

    /// What is remembered of the records of a link, named by its left record: the blob of its shadow, empty where there is none.
    pub fn shadow(&self, group: i64, left: &str) -> Asked<Vec<u8>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT shadow FROM shadows WHERE left_group = ?1 AND left_id = ?2")?;
        let found = statement.query_row(params![group, left], |r| r.get(0));
        Ok(found.optional()?.unwrap_or_default())
    }

    /// Links two records, with their shadow. Both must be without a link in their groups.
    pub fn put_link(&mut self, groups: Sides<i64>, link: &Link, shadow: &[u8]) -> Asked<()> {
        self.begin()?;
        for side in Side::BOTH {
            let ahead = self.ahead.get_mut(side).get_mut();
            ahead.put(side, *groups.get(side), link);
        }
        let rest = link.rest.numbers();
        self.connection
            .prepare_cached("INSERT INTO links VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
            .execute(params![
                groups.left,
                link.ids.left.as_str(),
                groups.right,
                link.ids.right.as_str(),
                link.sync,
                i64::from(link.state == LinkState::Dead),
                rest.left,
                rest.right
            ])?;
        if !shadow.is_empty() {
            self.connection
                .prepare_cached("INSERT INTO shadows VALUES (?1, ?2, ?3)")?
                .execute(params![groups.left, link.ids.left.as_str(), shadow])?;
        }
        self.changed.insert(link.sync);
        Ok(())
    }

    /// Remembers a new shadow of a link, named by its left record, and whether its pair is at rest with it.
    pub fn put_shadow(&mut self, group: i64, left: &str, rest: Rest, shadow: &[u8]) -> Asked<()> {
        self.put_rest(group, left, rest)?;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO shadows VALUES (?1, ?2, ?3)")?
            .execute(params![group, left, shadow])?;
        Ok(())
    }

    /// Remembers whether the pair of a link is at rest.
    pub fn put_rest(&mut self, group: i64, left: &str, rest: Rest) -> Asked<()> {
        self.begin()?;
        self.forget_link(group, left);
        let rest = rest.numbers();
        self.connection
            .prepare_cached(
                "UPDATE links SET rest_left = ?3, rest_right = ?4 WHERE left_group = ?1 AND left_id = ?2",
            )?
            .execute(params![group, left, rest.left, rest.right])?;
        Ok(())
    }

    /// Remembers whether the records of a link are alive.
    pub fn put_link_state(&mut self, group: i64, left: &str, state: LinkState) -> Asked<()> {
        self.begin()?;
        self.forget_link(group, left);
        let mut statement = self.connection.prepare_cached(
            "UPDATE links SET state = ?3, rest_left = 0, rest_right = 0
             WHERE left_group = ?1 AND left_id = ?2 RETURNING sync",
        )?;
        let dead = i64::from(state == LinkState::Dead);
        let sync = statement.query_row(params![group, left, dead], |r| r.get::<_, i64>(0));
        self.changed.extend(sync.optional()?);
        Ok(())
    }

    /// Gives a link up.
    pub fn remove_link(&mut self, group: i64, left: &str) -> Asked<()> {
        self.begin()?;
        self.forget_link(group, left);
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM links WHERE left_group = ?1 AND left_id = ?2 RETURNING sync",
        )?;
        let sync = statement.query_row(params![group, left], |r| r.get::<_, i64>(0));
        self.changed.extend(sync.optional()?);
        self.connection
            .prepare_cached("DELETE FROM shadows WHERE left_group = ?1 AND left_id = ?2")?
            .execute(params![group, left])?;
        Ok(())
    }

    /// How often links of these syncs have changed: where that is the same, every reference through them leads where it led.
    pub fn changes(&mut self, syncs: &[i64]) -> Asked<i64> {
        self.write_changes()?;
        let mut statement = self
            .connection
            .prepare_cached("SELECT changes FROM names WHERE id = ?1")?;
        let mut sum = 0;
        for sync in syncs {
            sum += statement.query_row([sync], |r| r.get::<_, i64>(0))?;
        }
        Ok(sum)
    }

    /// Writes down of which syncs links have changed.
    pub(super) fn write_changes(&mut self) -> Asked<()> {
        for sync in std::mem::take(&mut self.changed) {
            self.begin()?;
            self.connection
                .prepare_cached("UPDATE names SET changes = changes + 1 WHERE id = ?1")?
                .execute([sync])?;
        }
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
        self.some_buried.set(Some(true));
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO tombstones VALUES (?1, ?2, ?3)")?
            .execute(params![group, id, superseded_by])?;
        Ok(())
    }

    /// Whether nothing is made from a record any more.
    pub fn is_buried(&self, group: i64, id: &str) -> Asked<bool> {
        if !self.has_some("tombstones", &self.some_buried)? {
            return Ok(false);
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM tombstones WHERE link_group = ?1 AND id = ?2")?;
        Ok(statement.exists(params![group, id])?)
    }
}

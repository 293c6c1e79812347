//! Links, their shadows, and tombstones.

use rusqlite::{OptionalExtension, params};
use smol_str::SmolStr;

use super::{Archive, Asked, id_of, side_number};
use crate::side::{Side, Sides};

/// Whether both records of a link are alive. A link that is not stays as a tombstone, and comes to life when both are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Both are.
    Alive,
    /// One was deleted, and a rule lets the other live alone.
    Kept,
    /// One was deleted, and no rule lets the other live alone: the delete was followed, or an edit beat it.
    Gone,
}

impl LinkState {
    /// As it is stored.
    const fn number(self) -> i64 {
        match self {
            Self::Alive => 0,
            Self::Kept => 1,
            Self::Gone => 2,
        }
    }

    const fn of(number: i64) -> Self {
        match number {
            0 => Self::Alive,
            1 => Self::Kept,
            _ => Self::Gone,
        }
    }
}

/// A link, as it was found from one of its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The number of its sync.
    pub sync: i64,
    /// The ids.
    pub ids: Sides<SmolStr>,
    /// Whether both records are alive.
    pub state: LinkState,
    /// The fingerprint of the record at that end when the pair was last found at rest; none where it is not.
    pub rest: Option<i64>,
}

/// The fingerprints of both records of a link, none of them 0, as they were when the pair was last merged and nothing was left
/// to do: while both are the same, there is nothing to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rest(pub Option<Sides<i64>>);

impl Rest {
    /// A pair that is not known to be at rest.
    pub const NONE: Self = Self(None);

    /// As it is stored: 0 for none.
    fn numbers(self) -> Sides<i64> {
        self.0.unwrap_or_default()
    }
}

impl Archive {
    /// The link of a record among those of a link group.
    pub fn link(&self, side: Side, group: i64, id: &str) -> Asked<Option<Link>> {
        let mut ahead = self.ahead.get(side).borrow_mut();
        if let Some(known) = ahead.get(side, group, id) {
            return Ok(known);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT id, other, sync, state, rest FROM ends
             WHERE side = ?1 AND link_group = ?2 AND id >= ?3 ORDER BY id LIMIT ?4",
        )?;
        let limit = ahead.worth(group, id);
        let rows = i64::try_from(limit).unwrap_or(i64::MAX);
        let links = statement.query_map(params![side_number(side), group, id, rows], |r| {
            Ok(Link {
                ids: Sides::of(side, id_of(r, 0)?, id_of(r, 1)?),
                sync: r.get(2)?,
                state: LinkState::of(r.get(3)?),
                rest: Some(r.get(4)?).filter(|rest| *rest != 0),
            })
        })?;
        let links = links.collect::<Result<_, _>>()?;
        Ok(ahead.take(side, group, id, limit, links))
    }

    /// A link is about to change: what was read ahead is as it was.
    fn forget_link(&mut self, groups: Sides<i64>, ids: &Sides<SmolStr>) {
        for side in Side::BOTH {
            let ahead = self.ahead.get_mut(side).get_mut();
            ahead.forget(*groups.get(side), ids.get(side));
        }
    }

    /// What is remembered of the records of a link, named by its left record: the blob of its shadow, empty where there is none.
    pub fn shadow(&self, group: i64, left: &str) -> Asked<Vec<u8>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT shadow FROM shadows WHERE left_group = ?1 AND left_id = ?2")?;
        let found = statement.query_row(params![group, left], |r| r.get(0));
        Ok(found.optional()?.unwrap_or_default())
    }

    /// Links two records for a sync, with their shadow. Both must be without a link in their groups.
    pub fn put_link(
        &mut self,
        groups: Sides<i64>,
        sync: i64,
        ids: &Sides<SmolStr>,
        rest: Rest,
        shadow: &[u8],
    ) -> Asked<()> {
        self.begin()?;
        let numbers = rest.numbers();
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO ends VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)")?;
        for side in Side::BOTH {
            let (number, group) = (side_number(side), *groups.get(side));
            let (own, other) = (ids.get(side).as_str(), ids.get(!side).as_str());
            statement.execute(params![number, group, own, other, sync, numbers.get(side)])?;
            let link = Link {
                sync,
                ids: ids.clone(),
                state: LinkState::Alive,
                rest: rest.0.map(|r| *r.get(side)),
            };
            self.ahead.get_mut(side).get_mut().put(side, group, link);
        }
        if !shadow.is_empty() {
            self.connection
                .prepare_cached("INSERT INTO shadows VALUES (?1, ?2, ?3)")?
                .execute(params![groups.left, ids.left.as_str(), shadow])?;
        }
        self.changed.insert(sync);
        Ok(())
    }

    /// Remembers a new shadow of a link, and whether its pair is at rest with it.
    pub fn put_shadow(
        &mut self,
        groups: Sides<i64>,
        ids: &Sides<SmolStr>,
        rest: Rest,
        shadow: &[u8],
    ) -> Asked<()> {
        self.put_rest(groups, ids, rest)?;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO shadows VALUES (?1, ?2, ?3)")?
            .execute(params![groups.left, ids.left.as_str(), shadow])?;
        Ok(())
    }

    /// Remembers whether the pair of a link is at rest.
    pub fn put_rest(&mut self, groups: Sides<i64>, ids: &Sides<SmolStr>, rest: Rest) -> Asked<()> {
        let rest = rest.numbers();
        self.change_ends("UPDATE ends SET rest = ?5", groups, ids, Some(rest))
    }

    /// Remembers whether the records of a link are alive.
    pub fn put_link_state(
        &mut self,
        groups: Sides<i64>,
        sync: i64,
        ids: &Sides<SmolStr>,
        state: LinkState,
    ) -> Asked<()> {
        let state = state.number();
        let change = "UPDATE ends SET rest = 0, state = ?5";
        self.changed.insert(sync);
        self.change_ends(change, groups, ids, Some(Sides::new(state, state)))
    }

    /// Gives a link up.
    pub fn remove_link(
        &mut self,
        groups: Sides<i64>,
        sync: i64,
        ids: &Sides<SmolStr>,
    ) -> Asked<()> {
        self.changed.insert(sync);
        self.change_ends("DELETE FROM ends", groups, ids, None)?;
        self.connection
            .prepare_cached("DELETE FROM shadows WHERE left_group = ?1 AND left_id = ?2")?
            .execute(params![groups.left, ids.left.as_str()])?;
        Ok(())
    }

    /// Changes both ends of a link, if it is there; `values` are what the change sets.
    fn change_ends(
        &mut self,
        change: &str,
        groups: Sides<i64>,
        ids: &Sides<SmolStr>,
        values: Option<Sides<i64>>,
    ) -> Asked<()> {
        self.begin()?;
        self.forget_link(groups, ids);
        let mut statement = self.connection.prepare_cached(&format!(
            "{change} WHERE side = ?1 AND link_group = ?2 AND id = ?3 AND other = ?4"
        ))?;
        for side in Side::BOTH {
            let (own, other) = (ids.get(side).as_str(), ids.get(!side).as_str());
            let (number, group) = (side_number(side), *groups.get(side));
            match values {
                Some(values) => {
                    statement.execute(params![number, group, own, other, values.get(side)])?
                }
                None => statement.execute(params![number, group, own, other])?,
            };
        }
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
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*) FROM ends WHERE side = 0 AND sync = ?1 AND state = 0",
        )?;
        Ok(statement
            .query_row([sync], |r| r.get::<_, i64>(0))?
            .unsigned_abs())
    }

    /// Whether any sync has a living link.
    pub fn has_links(&self) -> Asked<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT 1 FROM ends LIMIT 1")?
            .exists([])?)
    }

    /// Whether any record of a side of a link group was ever linked, and is not forgotten.
    pub fn knows_some(&self, side: Side, group: i64) -> Asked<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT 1 FROM ends WHERE side = ?1 AND link_group = ?2 LIMIT 1")?
            .exists(params![side_number(side), group])?)
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

//! Pairs at rest. A merge is a pure function of both records, of what is remembered of them, of the plan, and of the links
//! that references go through. Where it left nothing to do, and all of these are as they were, it would again leave nothing to
//! do: such a pair is passed over, and its records are not even read together.
//!
//! Nothing here decides about a write. A fingerprint that differs, for whatever reason, only means that the pair is merged.

use std::hash::{Hash, Hasher};

use super::batch::{Job, Meeting};
use super::{Machine, Step};
use crate::runtime::archive::{Link, LinkState, Rest};
use crate::runtime::fingerprint::Fingerprint;
use crate::runtime::protocol::Record;
use crate::side::{Side, Sides};

/// How many records with a living link the sweeps of a sync have met: it tells whether a counterpart was not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Census {
    /// By side.
    pub met: Sides<u64>,
    /// Records of a side whose counterpart is known not to be there.
    pub missing: Sides<u64>,
    /// Records of the page under way.
    page: usize,
    /// Those of them that asked for nothing, since they are linked and as they were.
    passed: usize,
}

impl Census {
    /// A page with so many records is met.
    pub const fn begin_page(&mut self, records: usize) {
        self.page = records;
        self.passed = 0;
    }

    /// Whether most records of the page asked for nothing.
    pub const fn mostly_passed(&self) -> bool {
        self.passed * 2 > self.page
    }
}

impl Machine {
    /// Gets ready for the sweeps of a sync.
    pub(super) fn begin_rest(&mut self, at: usize) -> Step<()> {
        self.census = Census::default();
        self.edition = None;
        let Some(sync) = self.program.syncs.get(at) else {
            return Ok(());
        };
        // What is read along a reference may change without the records of the pair.
        if !sync.related.is_empty() || !sync.met_related.is_empty() {
            return Ok(());
        }
        let through: Vec<i64> = sync
            .through
            .iter()
            .map(|s| self.number(usize::from(*s)))
            .collect();
        self.edition = Some((
            self.program.edition,
            self.number(at),
            self.archive.changes(&through)?,
        ));
        Ok(())
    }

    /// How the records of a pair are, of which a merge left nothing to do.
    pub(super) fn rest(&self, records: Sides<&Record>) -> Rest {
        let both = records.map(|r| self.fingerprint(r.digest()));
        match (both.left, both.right) {
            (Some(left), Some(right)) => Rest(Some(Sides::new(left, right))),
            _ => Rest::NONE,
        }
    }

    /// Another number wherever a merge could see a difference; none where it may see what is not in the record.
    fn fingerprint(&self, digest: u64) -> Option<i64> {
        let mut hasher = Fingerprint::default();
        (self.edition?, digest).hash(&mut hasher);
        let hash = hasher.finish().cast_signed();
        Some(if hash == 0 { 1 } else { hash })
    }

    /// What a record with a link asks for; nothing where that is of another sync. The left sweep merges living pairs, and passes
    /// over those at rest; the right one tells what was deleted, and merges what the left one passed over and should not have.
    pub(super) fn meet_linked(
        &mut self,
        at: usize,
        side: Side,
        deleted: bool,
        link: Link,
        digest: impl FnOnce() -> u64,
    ) -> Option<Job> {
        if link.sync != self.number(at) {
            return None;
        }
        let alive = link.state == LinkState::Alive;
        // A left record that was deleted takes its pair out of the count.
        let counts = alive && (side == Side::Right || !deleted);
        *self.census.met.get_mut(side) += u64::from(counts);
        let then = link.rest;
        let as_it_was = !deleted && then.is_some() && then == self.fingerprint(digest());
        let wanted = match side {
            Side::Left if alive && as_it_was => {
                self.count(at, |r| r.same += 1);
                false
            }
            Side::Left => alive || !deleted,
            Side::Right if alive && then.is_some() => {
                if !as_it_was {
                    self.count(at, |r| r.same = r.same.saturating_sub(1));
                }
                !as_it_was
            }
            // One that lives, and is not to live alone, is told.
            Side::Right if deleted => alive,
            Side::Right => link.state == LinkState::Gone,
        };
        self.census.passed += usize::from(!wanted);
        let ids = link.ids.clone();
        wanted.then_some(Job::Pair {
            ids,
            meeting: Meeting::Linked(link),
        })
    }

    /// Whether a linked record of this side has a counterpart that no sweep has met.
    pub(super) fn misses_some(&self, side: Side) -> bool {
        let Census { met, missing, .. } = self.census;
        *met.get(!side) < met.get(side).saturating_sub(*missing.get(side))
    }

    /// Looks for the counterparts of linked records: of left ones those at rest, since the others were read with theirs.
    pub(super) fn look_for_counterparts(
        &mut self,
        at: usize,
        side: Side,
        records: &[Record],
    ) -> Step<Vec<Job>> {
        let group = self.group(at, side);
        let mut jobs = Vec::new();
        for record in records.iter().filter(|r| !r.deleted) {
            let link = self.archive.link(side, group, &record.id)?;
            let looked_for = |l: &Link| {
                l.sync == self.number(at)
                    && l.state == LinkState::Alive
                    && (side == Side::Right || l.rest.is_some())
            };
            jobs.extend(link.filter(looked_for).map(|link| Job::Look {
                ids: link.ids.clone(),
                link,
            }));
        }
        Ok(jobs)
    }
}

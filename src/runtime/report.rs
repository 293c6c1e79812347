//! What a run did, in numbers. Single records that need a person are in the archive.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Cause, Reason};
use crate::side::{Side, Sides};

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The number of the run.
    pub run: i64,
    /// A sync each, in the order of execution.
    pub syncs: Vec<SyncReport>,
    /// A lifecycle each, in the order of execution.
    pub lifecycles: Vec<LifecycleReport>,
    /// Fields written in all.
    pub fields: u64,
    /// Why the run stopped before its end, where a limit of the plan was reached (R014).
    pub brake: Option<String>,
    /// A field was written that pairs which had had their turn read along a reference: the next run passes it on.
    pub passes_on: bool,
    /// The run was interrupted.
    pub stopped: bool,
    /// What the plan declares and this version does not execute: construct, name, reason.
    pub not_executed: Vec<(SmolStr, SmolStr, String)>,
}

impl Report {
    /// Records that need a person.
    pub fn needing_a_person(&self) -> u64 {
        let syncs = self.syncs.iter().flat_map(|s| s.held.values());
        let lifecycles = self.lifecycles.iter().flat_map(|l| l.held.values());
        syncs.chain(lifecycles).sum()
    }

    /// Fields written by syncs and lifecycles.
    pub fn all_fields(&self) -> u64 {
        let lifecycles = self.lifecycles.iter().flat_map(|l| l.writes.values());
        self.syncs.iter().map(SyncReport::fields).sum::<u64>() + lifecycles.sum::<u64>()
    }

    /// Records that were stamped with the id of their counterpart.
    pub fn all_stamped(&self) -> u64 {
        let stamped = self.syncs.iter().map(|s| s.stamped.left + s.stamped.right);
        stamped.sum()
    }

    /// Records of a side that syncs and lifecycles changed; a lifecycle's left is the system of its hub.
    pub fn all_updated(&self, side: Side) -> u64 {
        let syncs = self.syncs.iter().map(|s| s.updated.get(side));
        let lifecycles = self.lifecycles.iter().map(|l| l.updated.get(side));
        syncs.chain(lifecycles).sum()
    }
}

/// What was done in one lifecycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecycleReport {
    /// Its name.
    pub name: SmolStr,
    /// Clusters looked at.
    pub clusters: u64,
    /// Clusters that were met for the first time.
    pub met: u64,
    /// Recovered clusters that were accepted unequal.
    pub accepted: u64,
    /// Clusters that entered another stage, those included of which a record followed the others at the first meeting.
    pub moved: u64,
    /// Records changed; left are those of the hub's system.
    pub updated: Sides<u64>,
    /// Values of moves that another move overwrote; all are in the log.
    pub overwritten: u64,
    /// Fields written, by column and cause.
    pub writes: BTreeMap<(SmolStr, Cause), u64>,
    /// Clusters held at the end, by reason.
    pub held: BTreeMap<Reason, u64>,
}

/// What was done in one sync. What has two sides is about the records of each side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Its name.
    pub name: SmolStr,
    /// Records looked at.
    pub records: Sides<u64>,
    /// Living links at the end.
    pub linked: u64,
    /// Links made in this run, by stamps or keys.
    pub met: u64,
    /// Records made.
    pub created: Sides<u64>,
    /// Records changed.
    pub updated: Sides<u64>,
    /// Records that were there and now bear the id of their counterpart. It is no row's field, and no change that anybody made.
    pub stamped: Sides<u64>,
    /// Pairs, linked before or in this run, to whose rows nothing was written; a stamp that a record lacked is no row.
    /// Records made in this run are not among them.
    pub same: u64,
    /// Records archived or deleted.
    pub deleted: Sides<u64>,
    /// Links given up.
    pub unlinked: u64,
    /// Sides that may not write and were found different for the first time.
    pub drifted: u64,
    /// Rows of recovered pairs that were accepted unequal.
    pub accepted: u64,
    /// Values that a rule overwrote; all are in the log.
    pub overwritten: u64,
    /// Fields written, by row, side written and cause.
    pub writes: BTreeMap<(SmolStr, Side, Cause), u64>,
    /// Records held at the end, by reason.
    pub held: BTreeMap<Reason, u64>,
}

impl SyncReport {
    /// Records held for a decision, and records quarantined since they were refused.
    pub fn held_and_quarantined(&self) -> (u64, u64) {
        let sum = |wanted: bool| {
            self.held
                .iter()
                .filter(|(r, _)| r.quarantines() == wanted)
                .map(|(_, n)| n)
                .sum()
        };
        (sum(false), sum(true))
    }

    /// Fields written.
    pub fn fields(&self) -> u64 {
        self.writes.values().sum()
    }
}

//! The brake: whether writes that are decided on would pass a limit of the plan.

use super::batch::{Meaning, Sending};
use super::{Machine, Step, SyncReport};
use crate::runtime::Report;
use crate::side::{Side, Sides};

/// Writes that are decided on, and not made yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ahead {
    /// Records that will be made.
    pub creates: Sides<u64>,
    /// Records that will change.
    pub changes: Sides<u64>,
    /// Records that will be deleted.
    pub deletes: u64,
}

impl Ahead {
    /// Those of a batch.
    pub(super) fn of(sends: &[Sending]) -> Self {
        let mut ahead = Self::default();
        for sending in sends {
            match sending.meaning {
                Meaning::Make { .. } => *ahead.creates.get_mut(sending.side) += 1,
                Meaning::Merge(_) | Meaning::Stamp => *ahead.changes.get_mut(sending.side) += 1,
                Meaning::Delete => ahead.deletes += 1,
            }
        }
        ahead
    }
}

impl Machine {
    /// Whether these writes would pass a limit of the plan; then none of them is made, and the run ends.
    pub(super) fn passes_brake(&mut self, name: &str, ahead: Ahead) -> Step<bool> {
        let brakes = self.program.brakes;
        let sum = |report: &Report, of: fn(&SyncReport) -> &Sides<u64>, side: Side| -> u64 {
            report.syncs.iter().map(|s| *of(s).get(side)).sum()
        };
        let mut reached = None;
        for side in Side::BOTH {
            let creates = sum(&self.report, |s| &s.created, side) + ahead.creates.get(side);
            let changes = self.report.all_updated(side) + ahead.changes.get(side);
            let over = |limit: Option<u64>, n: u64| limit.is_some_and(|l| n > l);
            if over(brakes.creates, creates) {
                reached = Some(format!(
                    "{creates} records would be made, and the plan allows {}",
                    brakes.creates.unwrap_or(0)
                ));
            } else if over(brakes.changes, changes) {
                reached = Some(format!(
                    "{changes} records would change, and the plan allows {}",
                    brakes.changes.unwrap_or(0)
                ));
            }
        }
        let here = ahead.deletes;
        if here > 0 {
            let before: u64 = Side::BOTH
                .iter()
                .map(|s| sum(&self.report, |r| &r.deleted, *s))
                .sum();
            let mut links = 0;
            for number in &self.numbers.syncs {
                links += self.archive.count_links(*number)?;
            }
            let allowed = brakes
                .deletes_floor
                .max(links.saturating_mul(brakes.deletes_per_mille) / 1000);
            if before + here > allowed {
                reached = Some(format!(
                    "{} records would be deleted, and the plan allows {allowed}",
                    before + here
                ));
            }
        }
        self.report.brake = reached.map(|text| format!("{name}: {text}"));
        Ok(self.report.brake.is_some())
    }
}

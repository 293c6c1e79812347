//! The brake: whether writes that are decided on would pass a limit of the plan.

use super::batch::{Meaning, Sending};
use super::{Machine, Step, SyncReport};
use crate::runtime::Report;
use crate::side::{Side, Sides};

impl Machine {
    /// Whether these writes would pass a limit of the plan; then none of them is made, and the run ends.
    pub(super) fn passes_brake(&mut self, at: usize, sends: &[Sending]) -> Step<bool> {
        let brakes = self.program.brakes;
        let count = |side: Side, wanted: fn(&Meaning) -> bool| {
            sends
                .iter()
                .filter(|s| s.side == side && wanted(&s.meaning))
                .count() as u64
        };
        let sum = |report: &Report, of: fn(&SyncReport) -> &Sides<u64>, side: Side| -> u64 {
            report.syncs.iter().map(|s| *of(s).get(side)).sum()
        };
        let mut reached = None;
        for side in Side::BOTH {
            let creates = sum(&self.report, |s| &s.created, side)
                + count(side, |m| matches!(m, Meaning::Make { .. }));
            let changes = sum(&self.report, |s| &s.updated, side)
                + count(side, |m| matches!(m, Meaning::Merge(_) | Meaning::Stamp));
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
        let here: u64 = Side::BOTH
            .iter()
            .map(|s| count(*s, |m| matches!(m, Meaning::Delete)))
            .sum();
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
        if let (Some(text), Some(sync)) = (reached, self.report.syncs.get(at)) {
            self.report.brake = Some(format!("{}: {text}", sync.name));
            return Ok(true);
        }
        Ok(false)
    }
}

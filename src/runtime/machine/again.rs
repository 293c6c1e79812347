//! Pairs that are looked at once more, at the end of their sync or of the run, since whom they refer to may be linked by then.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use super::batch::{Batch, Job, Meeting, Turn};
use super::{Machine, Step};
use crate::runtime::program::Row;
use crate::side::{Side, Sides};

impl Machine {
    pub(super) fn merge_once_more(&mut self, at: usize, turn: Turn, ids: Sides<SmolStr>) {
        match turn {
            Turn::Sync => self.again.push((at, ids)),
            Turn::Run => self.late.push((at, ids)),
        }
    }

    /// The pair waits for the turn of the record that this row refers to.
    pub(super) fn look_again(&mut self, at: usize, row: &Row, ids: &Sides<SmolStr>) {
        if let Some(turn) = self.turn(at, row) {
            self.merge_once_more(at, turn, ids.clone());
        }
    }

    /// Begins with the next of the pairs that wait for the end of a sync, or of the run. Whether there are any.
    pub(super) fn merge_again(&mut self, turn: Turn) -> Step<bool> {
        loop {
            let waiting = match turn {
                Turn::Sync => &mut self.again,
                Turn::Run => &mut self.late,
            };
            let Some(at) = waiting.first().map(|(at, _)| *at) else {
                return Ok(false);
            };
            let page = waiting.iter().take(self.settings.window);
            let count = page.take_while(|(sync, _)| *sync == at).count();
            let mut seen = HashSet::new();
            let pairs = waiting.drain(..count).map(|(_, ids)| ids);
            let pairs: Vec<_> = pairs.filter(|ids| seen.insert(ids.left.clone())).collect();
            let group = self.group(at, Side::Left);
            let mut jobs = Vec::with_capacity(pairs.len());
            for ids in pairs {
                // The link may have moved, or gone.
                if let Some(link) = self.archive.link(Side::Left, group, &ids.left)? {
                    jobs.push(Job::Pair {
                        ids: link.ids.clone(),
                        meeting: Meeting::Linked(link),
                    });
                }
            }
            if !jobs.is_empty() {
                self.batch = Some(Batch::new(at, jobs, HashMap::new()));
                return Ok(true);
            }
        }
    }
}

//! Pairs that are looked at once more, at the end of their sync or of the run, since whom they refer to may be linked by then.

use std::collections::{HashMap, HashSet};

use super::batch::{Batch, Job, Meeting, Turn};
use super::{Machine, Phase, Step};
use crate::runtime::program::Row;
use crate::side::Side;

/// Rounds in which what is written for others to read is passed on within a run: rows that need more never come to rest, or
/// are told with their bound by the next runs.
const ROUNDS: u32 = 8;

/// Which round of a queue is under way: who joins the queue meanwhile waits for the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Round {
    number: u32,
    /// How many of it still wait.
    left: usize,
}

impl Machine {
    /// Whether a pair that wrote what others read is merged once more in this run.
    pub(super) const fn passes_on(&self) -> bool {
        self.round.number < ROUNDS
    }

    /// The pair of this left record is merged once more.
    pub(super) fn merge_once_more(&mut self, at: usize, turn: Turn, left: &str) -> Step<()> {
        self.archive.wait(queue(turn), at, left)
    }

    /// The next turn of a pair that is to be merged once more whatever others become.
    pub(super) const fn soon(&self) -> Turn {
        match self.phase {
            Phase::Late => Turn::Run,
            _ => Turn::Sync,
        }
    }

    /// The pair waits for the turn of the record that this row refers to.
    pub(super) fn look_again(&mut self, at: usize, row: &Row, left: &str) -> Step<()> {
        match self.turn(at, row) {
            Some(turn) => self.merge_once_more(at, turn, left),
            None => Ok(()),
        }
    }

    /// Begins with the next of the pairs that wait for the end of a sync, or of the run. Whether there are any.
    pub(super) fn merge_again(&mut self, turn: Turn) -> Step<bool> {
        let queue = queue(turn);
        loop {
            if self.round.left == 0 {
                self.round.left = self.archive.count_waiting(queue)?;
                self.round.number += 1;
            }
            let limit = self.settings.window.min(self.round.left);
            let waiting = self.archive.waiting(queue, limit)?;
            let Some(at) = waiting.first().map(|first| first.sync) else {
                self.round = Round::default();
                return Ok(false);
            };
            let waiting = waiting.into_iter().take_while(|w| w.sync == at);
            let mut last = 0;
            let mut seen = HashSet::new();
            let waiting: Vec<_> = waiting.inspect(|w| last = w.place).collect();
            self.round.left = self.round.left.saturating_sub(waiting.len());
            let pairs = waiting.into_iter().map(|w| w.left);
            let pairs: Vec<_> = pairs.filter(|left| seen.insert(left.clone())).collect();
            self.archive.wait_no_more(queue, last)?;
            let group = self.group(at, Side::Left);
            let mut jobs = Vec::with_capacity(pairs.len());
            for left in pairs {
                // The link may have moved, or gone.
                if let Some(link) = self.archive.link(Side::Left, group, &left)? {
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

/// Where those wait whose turn this is.
const fn queue(turn: Turn) -> i64 {
    match turn {
        Turn::Sync => 0,
        Turn::Run => 1,
    }
}

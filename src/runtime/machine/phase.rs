//! The order of a run: its phases, and what each of them asks for.

use std::sync::Arc;

use smol_str::SmolStr;

use super::super::protocol::{Command, Cursor, Progress};
use super::batch::Turn;
use super::clusters::Tour;
use super::{Machine, Step};
use crate::plan::Mode;
use crate::side::Side;

/// Where a run is.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    Idle,
    /// Reading back what a crashed run may have written.
    Recover,
    /// Links of converted records follow, before anything else.
    Convert {
        sync: usize,
        from: Option<Cursor>,
    },
    Sweep {
        sync: usize,
        side: Side,
        pass: Pass,
        from: Option<Cursor>,
    },
    Match {
        sync: usize,
        key: usize,
        side: Side,
        after: i64,
    },
    Make {
        sync: usize,
        side: Side,
        after: i64,
    },
    Again {
        sync: usize,
    },
    /// Every sync had its turn: clusters are moved.
    Lifecycles(Tour),
    /// Every sync had its turn: pairs that refer to a later one are merged once more.
    Late,
    /// Counts are taken, and the run is over.
    Closing,
    Finished,
}

/// What a sweep is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// Pairs are merged, records without a link become candidates.
    Meet,
    /// A counterpart was not met: the pairs at rest are looked through for it.
    Look,
    /// There are newcomers: the keys of linked records tell which of them are duplicates.
    Keys,
}

impl Machine {
    /// Goes on until something has to be asked.
    pub fn advance(&mut self) -> Step<Vec<Command>> {
        let mut commands = Vec::new();
        loop {
            if let Some(command) = self.advance_batch()? {
                commands.push(command);
                return Ok(commands);
            }
            if let Some(command) = self.advance_page()? {
                commands.push(command);
                return Ok(commands);
            }
            if let Some(command) = self.advance_flock()? {
                commands.push(command);
                return Ok(commands);
            }
            if self.batch.is_some() {
                continue;
            }
            if self.report.stopped && self.report.brake.is_none() && self.finish_gathered() {
                continue;
            }
            if (self.report.stopped || self.report.brake.is_some())
                && !matches!(self.phase, Phase::Finished)
            {
                self.phase = Phase::Closing;
            }
            match self.phase.clone() {
                Phase::Idle | Phase::Finished => return Ok(commands),
                Phase::Closing => {
                    self.phase = Phase::Finished;
                    self.finish_counts()?;
                    self.archive.commit()?;
                    commands.push(Command::Finish);
                    return Ok(commands);
                }
                Phase::Recover => {
                    self.phase = Phase::Convert {
                        sync: 0,
                        from: None,
                    }
                }
                Phase::Convert { sync, from } => match self.program.syncs.get(sync) {
                    None => self.enter(0)?,
                    Some(s) if s.converts.is_none() => {
                        self.phase = Phase::Convert {
                            sync: sync + 1,
                            from: None,
                        }
                    }
                    Some(s) => {
                        let object = s.objects.right;
                        commands.push(Command::Scan {
                            object,
                            from,
                            limit: self.settings.window,
                        });
                        return Ok(commands);
                    }
                },
                Phase::Sweep {
                    sync,
                    side,
                    pass,
                    from,
                } => {
                    let Some(s) = self.program.syncs.get(sync) else {
                        return Ok(commands);
                    };
                    commands.push(Command::Progress(self.progress(sync)));
                    commands.push(self.sweep_on(s, side, pass, from));
                    return Ok(commands);
                }
                Phase::Match {
                    sync,
                    key,
                    side,
                    after,
                } => self.find_pairs(sync, key, side, after)?,
                Phase::Make { sync, side, after } => self.find_creates(sync, side, after)?,
                Phase::Again { sync } => {
                    if self.merge_again(Turn::Sync)? {
                        continue;
                    }
                    self.leave(sync)?;
                    self.enter(sync + 1)?;
                }
                Phase::Lifecycles(tour) => {
                    commands.extend(self.tour(tour)?);
                    if !commands.is_empty() {
                        return Ok(commands);
                    }
                }
                Phase::Late => {
                    if !self.merge_again(Turn::Run)? {
                        self.phase = Phase::Closing;
                    }
                }
            }
        }
    }

    fn progress(&self, sync: usize) -> Progress {
        let report = self.report.syncs.get(sync);
        Progress {
            sync: report.map_or_else(SmolStr::default, |r| r.name.clone()),
            records: report.map_or(0, |r| r.records.left + r.records.right),
        }
    }

    /// Begins a sync, or ends the run after the last.
    pub fn enter(&mut self, sync: usize) -> Step<()> {
        let program = Arc::clone(&self.program);
        match program.syncs.get(sync) {
            None => {
                self.phase = Phase::Lifecycles(Tour::of(0));
                Ok(())
            }
            Some(s) => {
                let side = if s.mode == Mode::AppendOnly && *s.create.get(Side::Left) {
                    Side::Right
                } else {
                    Side::Left
                };
                self.phase = Phase::Sweep {
                    sync,
                    side,
                    pass: Pass::Meet,
                    from: None,
                };
                let keys = s.keys.len() + program.converted_keys(sync).count();
                self.archive.gather(keys)?;
                self.begin_rest(sync)
            }
        }
    }

    /// Ends a sync: what was not held again is released.
    fn leave(&mut self, sync: usize) -> Step<()> {
        if let Some(number) = self.numbers.syncs.get(sync) {
            self.archive.release(self.report.run, *number)?;
        }
        self.archive.commit()
    }

    fn finish_counts(&mut self) -> Step<()> {
        for (report, number) in self.report.syncs.iter_mut().zip(&self.numbers.syncs) {
            report.linked = self.archive.count_links(*number)?;
            report.held = self.archive.count_held(*number)?.into_iter().collect();
        }
        self.count_lifecycles()?;
        self.report.fields = self.report.all_fields();
        Ok(())
    }
}

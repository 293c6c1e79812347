//! The machine: a program, its archive and the answers of the stores come in, commands go out.
//!
//! Syncs run in the order of the plan. Each sweeps the left side and then the right: linked pairs are merged page by page,
//! records without a link go into the candidate index. Then keys find pairs, what found none is created, and pairs whose
//! references had to wait are merged once more. What a page asks for, or several pages that ask for little, is one [`Batch`]:
//! fetch, decide, write the intents down, send, settle. One command is under way at a time.

mod again;
mod batch;
mod brake;
mod clusters;
mod decide;
mod gone;
mod identify;
mod make;
mod outcome;
mod page;
mod pair;
mod phase;
mod rest;
mod rows;
mod settle;
mod start;
mod sweep;
mod tell;
mod trail;
mod wanted;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::archive::{Archive, ArchiveError, LinkState, OpenIntent};
use super::program::{Links, Program};
use super::protocol::{Command, Input, Record};
use super::report::{Report, SyncReport};
use crate::side::{Side, Sides};
use again::Round;
use batch::Batch;
use clusters::{Flock, LifecycleNumbers};
use page::Waiting;
use phase::{Pass, Phase};
use rest::Census;
use sweep::Gathered;

/// How a machine works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Records looked at together: what bounds the memory of a run.
    pub window: usize,
    /// Edits closer than this, in milliseconds, cannot be ordered.
    pub tolerance: i64,
}

impl Default for Settings {
    /// Windows of 1,000 records; clocks that differ by at most two seconds.
    fn default() -> Self {
        Self {
            window: 1_000,
            tolerance: 2_000,
        }
    }
}

/// Numbers of the archive for what the program names.
#[derive(Debug, Default)]
struct Numbers {
    syncs: Vec<i64>,
    groups: Vec<Sides<i64>>,
    layouts: Vec<u32>,
    digests: Vec<Arc<[SmolStr]>>,
    lifecycles: Vec<LifecycleNumbers>,
}

/// Executes a program step by step.
#[derive(Debug)]
pub struct Machine {
    program: Arc<Program>,
    archive: Archive,
    settings: Settings,
    numbers: Numbers,
    phase: Phase,
    batch: Option<Batch>,
    /// Of those that are merged once more.
    round: Round,
    /// Clusters under way.
    flock: Option<Flock>,
    gathered: Gathered,
    /// A page that waits for records to which its own refer.
    page: Option<Waiting>,
    report: Report,
    now: i64,
    /// Creates of a crashed run that may have landed on a side without a stamp.
    lost: Vec<OpenIntent>,
    /// What decides, beside their records, what pairs of the sync under way ask for; none where that cannot be told.
    edition: Option<(u64, i64, i64)>,
    /// Whom the sweeps of the sync under way have met.
    census: Census,
    /// Links asked for lately.
    known: RefCell<HashMap<(u16, Side, SmolStr), Option<SmolStr>>>,
    trouble: RefCell<Option<ArchiveError>>,
}

/// A step's result.
type Step<T> = Result<T, ArchiveError>;

impl Machine {
    /// A machine at rest; [`Input::Start`] begins a run.
    pub fn new(program: Arc<Program>, archive: Archive, settings: Settings) -> Self {
        Self {
            program,
            archive,
            settings,
            numbers: Numbers::default(),
            phase: Phase::Idle,
            batch: None,
            round: Round::default(),
            flock: None,
            gathered: Gathered::default(),
            page: None,
            report: Report::default(),
            now: 0,
            lost: Vec::new(),
            edition: None,
            census: Census::default(),
            known: RefCell::default(),
            trouble: RefCell::default(),
        }
    }

    /// What was done so far.
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The archive.
    pub const fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Records, pairs and writes that are in memory now: how many is bounded by the window, however many records there are.
    pub fn in_memory(&self) -> usize {
        self.batch.as_ref().map_or(0, Batch::size)
            + self.gathered.size()
            + self.page.as_ref().map_or(0, Waiting::size)
            + self.flock.as_ref().map_or(0, Flock::size)
            + self.lost.len()
    }

    /// Gives the archive back, for another machine. What was not committed is given up.
    pub fn into_archive(mut self) -> Step<Archive> {
        self.archive.abandon()?;
        Ok(self.archive)
    }

    /// Takes what was asked for, and says what to do next. `now` is in milliseconds since 1970.
    pub fn step(&mut self, input: Input, now: i64) -> Step<Vec<Command>> {
        self.now = now;
        match input {
            Input::Start => self.start()?,
            Input::Stop => {
                self.report.stopped = true;
                return Ok(Vec::new());
            }
            Input::Page(page) => match self.phase.clone() {
                Phase::Lifecycles(tour) => self.take_tour(tour, page)?,
                _ => self.on_page(page)?,
            },
            Input::Records(records) => {
                if let Some(batch) = &mut self.batch {
                    batch.take_records(records);
                } else if let Some(page) = &mut self.page {
                    page.take_records(records);
                } else if let Some(flock) = &mut self.flock {
                    flock.take_records(records);
                }
            }
            Input::Outcomes(outcomes) if self.flock.is_some() => {
                self.on_stage_outcomes(&outcomes)?;
            }
            Input::Outcomes(outcomes) => self.on_outcomes(&outcomes)?,
        }
        let commands = self.advance()?;
        match self.trouble.borrow_mut().take() {
            Some(error) => Err(error),
            None => Ok(commands),
        }
    }

    fn group(&self, sync: usize, side: Side) -> i64 {
        *self.groups(sync).get(side)
    }

    fn groups(&self, sync: usize) -> Sides<i64> {
        self.numbers.groups.get(sync).copied().unwrap_or_default()
    }

    fn number(&self, sync: usize) -> i64 {
        self.numbers.syncs.get(sync).copied().unwrap_or(0)
    }

    /// What runs with a value of the archive that may fail inside an expression.
    fn link_in(&self, sync: u16, from: Side, id: &str) -> Option<SmolStr> {
        let key = (sync, from, SmolStr::new(id));
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let at = usize::from(sync);
        let found = match self.archive.link(from, self.group(at, from), id) {
            Ok(link) => link
                .filter(|l| l.sync == self.number(at) && l.state == LinkState::Alive)
                .map(|l| l.ids.get(!from).clone()),
            Err(error) => {
                *self.trouble.borrow_mut() = Some(error);
                None
            }
        };
        let mut known = self.known.borrow_mut();
        if known.len() > 65_536 {
            known.clear();
        }
        known.insert(key, found.clone());
        found
    }

    /// A link was made or given up.
    fn forget_links(&self) {
        self.known.borrow_mut().clear();
    }
}

impl Links for Machine {
    fn linked(&self, syncs: &[u16], from: Side, id: &str) -> Option<SmolStr> {
        syncs.iter().find_map(|sync| self.link_in(*sync, from, id))
    }
}

/// The record of one side alone.
fn only(side: Side, record: &Record) -> Sides<Option<&Record>> {
    match side {
        Side::Left => Sides::new(Some(record), None),
        Side::Right => Sides::new(None, Some(record)),
    }
}

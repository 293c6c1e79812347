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
mod rest;
mod rows;
mod settle;
mod sweep;
mod tell;
mod trail;
mod wanted;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::archive::{Archive, ArchiveError, IntentState, LinkState, OpenIntent};
use super::program::{Links, Program, Sync};
use super::protocol::{Command, Cursor, Input, Progress, Record};
use super::report::{LifecycleReport, Report, SyncReport};
use crate::plan::Mode;
use crate::side::{Side, Sides};
use again::Round;
use batch::{Batch, Turn};
use clusters::{Flock, LifecycleNumbers, Recovery, Tour};
use page::Waiting;
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

/// Where a run is.
#[derive(Clone, Debug)]
enum Phase {
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
enum Pass {
    /// Pairs are merged, records without a link become candidates.
    Meet,
    /// A counterpart was not met: the pairs at rest are looked through for it.
    Look,
    /// There are newcomers: the keys of linked records tell which of them are duplicates.
    Keys,
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

    fn start(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        self.numbers = Numbers::default();
        for sync in &program.syncs {
            let groups = Sides::new(
                self.archive.number(&sync.group.left)?,
                self.archive.number(&sync.group.right)?,
            );
            let digests: Arc<[SmolStr]> = sync.rows.iter().map(|r| r.digest.clone()).collect();
            self.numbers.syncs.push(self.archive.number(&sync.name)?);
            self.numbers.groups.push(groups);
            self.numbers.layouts.push(self.archive.layout(&digests)?);
            self.numbers.digests.push(digests);
        }
        self.start_lifecycles(&program)?;
        let run = self
            .archive
            .meta("run")?
            .and_then(|r| r.parse::<i64>().ok())
            .unwrap_or(0)
            + 1;
        self.archive.set_meta("run", &run.to_string())?;
        self.archive.set_meta("plan", &program.hash)?;
        let named = |s: &Sync| SyncReport {
            name: s.name.clone(),
            ..SyncReport::default()
        };
        let lifecycles = program.lifecycles.iter().map(|l| LifecycleReport {
            name: l.name.clone(),
            ..LifecycleReport::default()
        });
        let not_executed = program.not_executed.iter();
        self.report = Report {
            run,
            syncs: program.syncs.iter().map(named).collect(),
            lifecycles: lifecycles.collect(),
            not_executed: not_executed
                .map(|n| (n.construct.clone(), n.name.clone(), n.reason.clone()))
                .collect(),
            ..Report::default()
        };
        self.page = None;
        self.round = Round::default();
        self.flock = None;
        self.gathered = Gathered::default();
        self.archive.gather_waiting()?;
        self.archive.gather_trails()?;
        self.phase = Phase::Recover;
        self.recover()
    }

    /// Goes on until something has to be asked.
    fn advance(&mut self) -> Step<Vec<Command>> {
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
    fn enter(&mut self, sync: usize) -> Step<()> {
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

    /// Reads the journal of a run that ended without knowing what became of its writes.
    fn recover(&mut self) -> Step<()> {
        let mut updates = Vec::new();
        let mut stages = Vec::new();
        self.lost.clear();
        for open in self.archive.open_intents()? {
            if let Some((life, column)) = self.stage_of_intent(open.intent.sync) {
                stages.push(Recovery { life, column, open });
                continue;
            }
            let sync = self
                .numbers
                .syncs
                .iter()
                .position(|n| *n == open.intent.sync);
            let s = sync.and_then(|at| Some((at, self.program.syncs.get(at)?)));
            let stamped = s.is_some_and(|(_, s)| s.stamp.get(open.intent.side).is_some());
            match (open.intent.action, s) {
                (super::archive::IntentAction::Update, Some((at, _))) => updates.push((at, open)),
                (super::archive::IntentAction::Create, Some(_)) if !stamped => self.lost.push(open),
                // A create with a stamp is met by it in the sweep; a delete is decided anew.
                _ => self.archive.resolve(open.seq, IntentState::Void)?,
            }
        }
        self.batch = Batch::recovery(&self.program, updates);
        self.flock = Flock::recovery(&self.program, stages);
        Ok(())
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

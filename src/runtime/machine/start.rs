//! How a run begins: the numbers of what the program names, an empty report, and what a crashed run left behind.

use std::sync::Arc;

use smol_str::SmolStr;

use super::super::archive::{IntentAction, IntentState};
use super::super::program::Sync;
use super::super::report::{LifecycleReport, Report, SyncReport};
use super::batch::Batch;
use super::clusters::{Flock, Recovery};
use super::phase::Phase;
use super::sweep::Gathered;
use super::{Machine, Numbers, Round, Step};
use crate::side::Sides;

impl Machine {
    /// Begins a run.
    pub fn start(&mut self) -> Step<()> {
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
                (IntentAction::Update, Some((at, _))) => updates.push((at, open)),
                (IntentAction::Create, Some(_)) if !stamped => self.lost.push(open),
                // A create with a stamp is met by it in the sweep; a delete is decided anew.
                _ => self.archive.resolve(open.seq, IntentState::Void)?,
            }
        }
        self.batch = Batch::recovery(&self.program, updates);
        self.flock = Flock::recovery(&self.program, stages);
        Ok(())
    }
}

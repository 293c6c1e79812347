//! Lifecycles, after all syncs had their turn: what ties records is gathered, then hubs are gone through page by page. Their
//! clusters are fetched, decided about, written, read back where a system may ignore a write, and remembered.

mod flock;
mod recover;
mod send;

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Machine, Phase, Step};
use crate::runtime::Reason;
use crate::runtime::archive::{Held, LinkState};
use crate::runtime::lifecycle::Memory;
use crate::runtime::program::{Found, Lifecycle, Program, Way};
use crate::runtime::protocol::{Command, Cursor, Page, Progress};
use crate::runtime::report::LifecycleReport;
use crate::side::{Side, Sides};

pub(super) use flock::Flock;
pub(super) use recover::Recovery;

/// Numbers of the archive for a lifecycle.
#[derive(Debug, Default)]
pub(super) struct LifecycleNumbers {
    /// Its own: that of its clusters, and of what is held.
    own: i64,
    /// Those of its columns, for the journal.
    columns: Vec<i64>,
}

/// How far the lifecycles are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tour {
    life: usize,
    visit: Visit,
    from: Option<Cursor>,
}

/// What a lifecycle is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visit {
    /// The records that tie those of a column to others.
    Ties { column: usize },
    /// The hubs.
    Hubs,
    /// Nothing more.
    Over,
}

impl Tour {
    /// The beginning of a lifecycle.
    pub(super) const fn of(life: usize) -> Self {
        Self {
            life,
            visit: Visit::Ties { column: 0 },
            from: None,
        }
    }
}

impl Machine {
    /// Gives the lifecycles their numbers, and their places in the report.
    pub(super) fn start_lifecycles(&mut self, program: &Program) -> Step<()> {
        for life in &program.lifecycles {
            let mut numbers = LifecycleNumbers {
                own: self.archive.number(&life.name)?,
                columns: Vec::new(),
            };
            for column in &life.columns {
                let name = format!("{}.{}", life.name, column.name);
                numbers.columns.push(self.archive.number(&name)?);
            }
            self.numbers.lifecycles.push(numbers);
        }
        Ok(())
    }

    /// Goes on with the lifecycles; a command where something has to be read.
    pub(super) fn tour(&mut self, tour: Tour) -> Step<Vec<Command>> {
        let program = Arc::clone(&self.program);
        let Some(life) = program.lifecycles.get(tour.life) else {
            self.phase = Phase::Late;
            return Ok(Vec::new());
        };
        let object = match tour.visit {
            Visit::Ties { column } => {
                if column == 0 && tour.from.is_none() {
                    self.archive.gather_ties()?;
                }
                match life.columns.get(column).map(|c| &c.found) {
                    Some(Found::Through { object, .. }) => *object,
                    next => {
                        let visit = match next {
                            Some(_) => Visit::Ties { column: column + 1 },
                            None => Visit::Hubs,
                        };
                        self.phase = Phase::Lifecycles(Tour { visit, ..tour });
                        return Ok(Vec::new());
                    }
                }
            }
            Visit::Hubs => life.hub_object().unwrap_or_default(),
            Visit::Over => {
                // What was not held again is released.
                let number = self.lifecycle_number(tour.life);
                self.archive.release(self.report.run, number)?;
                self.archive.commit()?;
                self.phase = Phase::Lifecycles(Tour::of(tour.life + 1));
                return Ok(Vec::new());
            }
        };
        let records = self.lifecycle_report(tour.life).map_or(0, |r| r.clusters);
        let progress = Progress {
            sync: life.name.clone(),
            records,
        };
        let scan = Command::Scan {
            object,
            from: tour.from,
            limit: self.settings.window,
        };
        Ok(vec![Command::Progress(progress), scan])
    }

    /// Takes a page that a lifecycle asked for.
    pub(super) fn take_tour(&mut self, tour: Tour, page: Page) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(life) = program.lifecycles.get(tour.life) else {
            return Ok(());
        };
        let next = page.next;
        match tour.visit {
            Visit::Ties { column } => self.tie_all(life, column, &page)?,
            Visit::Hubs => self.flock = self.gather(tour.life, life, page.records)?,
            Visit::Over => {}
        }
        self.phase = Phase::Lifecycles(match (next, tour.visit) {
            (Some(_), _) => Tour { from: next, ..tour },
            (None, Visit::Ties { column }) => Tour {
                visit: Visit::Ties { column: column + 1 },
                from: None,
                ..tour
            },
            (None, Visit::Hubs | Visit::Over) => Tour {
                visit: Visit::Over,
                from: None,
                ..tour
            },
        });
        Ok(())
    }

    fn tie_all(&mut self, life: &Lifecycle, column: usize, page: &Page) -> Step<()> {
        let Some(Found::Through { near, far, .. }) = life.columns.get(column).map(|c| &c.found)
        else {
            return Ok(());
        };
        for record in page.records.iter().filter(|r| !r.deleted) {
            let ends = (
                super::batch::referred(*near, record),
                super::batch::referred(*far, record),
            );
            if let (Some(near), Some(far)) = ends {
                self.archive.tie(column, &near, &far)?;
            }
        }
        Ok(())
    }

    /// What is held of each lifecycle at the end.
    pub(super) fn count_lifecycles(&mut self) -> Step<()> {
        for at in 0..self.numbers.lifecycles.len() {
            let held = self.archive.count_held(self.lifecycle_number(at))?;
            if let Some(report) = self.lifecycle_report(at) {
                report.held = held.into_iter().collect();
            }
        }
        Ok(())
    }

    /// The record that the link of a hub leads to.
    fn way_of(&self, way: Way, hub: &str) -> Step<Option<SmolStr>> {
        let at = usize::from(way.sync);
        let link = self.archive.link(way.hub, self.group(at, way.hub), hub)?;
        let own = link.filter(|l| l.sync == self.number(at) && l.state == LinkState::Alive);
        Ok(own.map(|l| l.ids.get(!way.hub).clone()))
    }

    /// Records that a key brought together, or of which one was made from the other, are to be met by their lifecycles.
    pub(super) fn expect_cluster(&mut self, at: usize, ids: &Sides<SmolStr>) -> Step<()> {
        let program = Arc::clone(&self.program);
        for (number, life) in program.lifecycles.iter().enumerate() {
            let ways = life.ways();
            let own = ways.iter().filter(|w| usize::from(w.sync) == at);
            for hub in own.map(|w| ids.get(w.hub)) {
                let number = self.lifecycle_number(number);
                if self.archive.memory_of(number, hub)?.is_none() {
                    let unmet = Memory::default().encode(life);
                    self.archive.put_cluster(number, hub, &unmet)?;
                }
            }
        }
        Ok(())
    }

    fn lifecycle_number(&self, at: usize) -> i64 {
        self.numbers.lifecycles.get(at).map_or(0, |n| n.own)
    }

    pub(super) fn lifecycle_report(&mut self, at: usize) -> Option<&mut LifecycleReport> {
        self.report.lifecycles.get_mut(at)
    }

    fn hold_cluster(
        &mut self,
        at: usize,
        hub: &SmolStr,
        column: &str,
        (reason, text): (Reason, String),
    ) -> Step<()> {
        let held = Held {
            sync: self.lifecycle_number(at),
            side: Side::Left,
            id: hub.clone(),
            field: column.into(),
            reason,
            text,
            since: self.now,
            digest: None,
        };
        self.archive.hold(self.report.run, &held)
    }
}

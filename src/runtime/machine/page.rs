//! A page of a scan: what has to be known before it is met is read first. That are the records to which its own refer, where
//! admission or a key reads along a reference, and records without a link that the store gave no more than a glance at.

use std::collections::VecDeque;
use std::sync::Arc;

use smol_str::SmolStr;

use super::batch::referred;
use super::wanted::Wanted;
use super::{Machine, Pass, Phase, Step};
use crate::plan::Mode;
use crate::runtime::glance::Glance;
use crate::runtime::program::{Related, Sync};
use crate::runtime::protocol::{Command, Cursor, ObjectId, Page, Record};
use crate::side::Side;

/// A page with the records to which its own refer, as far as they are there.
#[derive(Debug)]
pub(super) struct Waiting {
    page: Page,
    related: Related,
    asks: VecDeque<(Whose, ObjectId, Vec<SmolStr>)>,
    asked: Option<(Whose, ObjectId)>,
}

/// Whose records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Those of the page itself.
    Own,
    /// Those to which they refer.
    Related,
}

impl Waiting {
    /// Records in it.
    pub(super) fn size(&self) -> usize {
        self.page.records.len() + self.page.unreadable.len() + self.related.len()
    }

    pub(super) fn take_records(&mut self, records: Vec<Record>) {
        match self.asked.take() {
            Some((Whose::Own, _)) => self.page.records.extend(records),
            Some((Whose::Related, object)) => {
                let keyed = records.into_iter().map(|r| ((object, r.id.clone()), r));
                self.related.extend(keyed);
            }
            None => {}
        }
    }
}

impl Machine {
    /// The command for the next page of a sweep. Where most records of the page before were passed over, a glance may do; not
    /// where more of a record is looked at than whether it is as it was: what was merged into it, or to whom it refers.
    pub(super) fn sweep_on(
        &self,
        sync: &Sync,
        side: Side,
        pass: Pass,
        from: Option<Cursor>,
    ) -> Command {
        let glance = pass == Pass::Meet && self.census.mostly_passed() && self.edition.is_some();
        let object = *sync.objects.get(side);
        let limit = self.settings.window;
        let refers = sync.met_related.iter().any(|(s, ..)| *s == side);
        let more = refers || sync.swallowed.get(side).is_some();
        if glance && sync.mode != Mode::AppendOnly && !more {
            Command::Skim {
                object,
                from,
                limit,
            }
        } else {
            Command::Scan {
                object,
                from,
                limit,
            }
        }
    }

    /// Takes a page of a scan, and asks for what has to be known before it is met.
    pub(super) fn on_page(&mut self, mut page: Page) -> Step<()> {
        let (at, side) = match self.phase {
            Phase::Convert { sync, .. } => (sync, Side::Right),
            Phase::Sweep { sync, side, .. } => (sync, side),
            _ => return Ok(()),
        };
        let program = Arc::clone(&self.program);
        let Some(sync) = program.syncs.get(at) else {
            return Ok(());
        };
        self.census
            .begin_page(page.records.len() + page.glances.len());
        let mut wanted = Wanted::default();
        for (_, reference, object) in sync.met_related.iter().filter(|(s, ..)| *s == side) {
            let ids = page.records.iter().filter_map(|r| referred(*reference, r));
            wanted.add(*object, ids);
        }
        let related = wanted
            .asks()
            .map(|(object, ids)| (Whose::Related, object, ids));
        let mut asks: VecDeque<_> = related.collect();
        let unknown = self.meet_glances(at, side, std::mem::take(&mut page.glances))?;
        if !unknown.is_empty() {
            asks.push_front((Whose::Own, *sync.objects.get(side), unknown));
        }
        self.page = Some(Waiting {
            page,
            related: Related::new(),
            asks,
            asked: None,
        });
        Ok(())
    }

    /// Meets records that were glanced at: for those with a link that is enough. Gives the others, which have to be read.
    fn meet_glances(&mut self, at: usize, side: Side, glances: Vec<Glance>) -> Step<Vec<SmolStr>> {
        let group = self.group(at, side);
        let mut unknown = Vec::new();
        for glance in glances {
            match self.archive.link(side, group, &glance.id)? {
                None => unknown.push(glance.id),
                Some(link) => {
                    self.count(at, |r| *r.records.get_mut(side) += 1);
                    let job = self.meet_linked(at, side, glance.deleted, link, || glance.digest);
                    self.gathered.jobs.extend(job);
                }
            }
        }
        Ok(unknown)
    }

    /// Goes on with the page; a command where something has to be asked, none where it was met.
    pub(super) fn advance_page(&mut self) -> Step<Option<Command>> {
        let Some(waiting) = &mut self.page else {
            return Ok(None);
        };
        if let Some((whose, object, ids)) = waiting.asks.pop_front() {
            waiting.asked = Some((whose, object));
            return Ok(Some(Command::Read { object, ids }));
        }
        if let Some(Waiting { page, related, .. }) = self.page.take() {
            self.meet_page(page, &related)?;
        }
        Ok(None)
    }
}

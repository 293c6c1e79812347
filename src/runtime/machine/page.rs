//! A page of a scan: where admission or a key reads along a reference, the records referred to are read before it is met.

use std::collections::VecDeque;

use smol_str::SmolStr;

use super::batch::referred;
use super::wanted::Wanted;
use super::{Machine, Phase, Step};
use crate::runtime::program::Related;
use crate::runtime::protocol::{Command, ObjectId, Page, Record};
use crate::side::Side;

/// A page with the records to which its own refer, as far as they are there.
#[derive(Debug)]
pub(super) struct Waiting {
    page: Page,
    related: Related,
    asks: VecDeque<(ObjectId, Vec<SmolStr>)>,
    asked: Option<ObjectId>,
}

impl Waiting {
    /// Records in it.
    pub(super) fn size(&self) -> usize {
        self.page.records.len() + self.page.unreadable.len() + self.related.len()
    }

    pub(super) fn take_records(&mut self, records: Vec<Record>) {
        if let Some(object) = self.asked.take() {
            let keyed = records.into_iter().map(|r| ((object, r.id.clone()), r));
            self.related.extend(keyed);
        }
    }
}

impl Machine {
    /// Takes a page of a scan, and asks for what has to be known before it is met.
    pub(super) fn on_page(&mut self, page: Page) {
        let (sync, side) = match self.phase {
            Phase::Convert { sync, .. } => (sync, Side::Right),
            Phase::Sweep { sync, side, .. } => (sync, side),
            _ => return,
        };
        let related = self.program.syncs.get(sync).map(|s| &s.met_related);
        let mut wanted = Wanted::default();
        for (_, reference, object) in related.into_iter().flatten().filter(|(s, ..)| *s == side) {
            let ids = page.records.iter().filter_map(|r| referred(*reference, r));
            wanted.add(*object, ids);
        }
        self.page = Some(Waiting {
            page,
            related: Related::new(),
            asks: wanted.asks().collect(),
            asked: None,
        });
    }

    /// Goes on with the page; a command where something has to be asked, none where it was met.
    pub(super) fn advance_page(&mut self) -> Step<Option<Command>> {
        let Some(waiting) = &mut self.page else {
            return Ok(None);
        };
        if let Some((object, ids)) = waiting.asks.pop_front() {
            waiting.asked = Some(object);
            return Ok(Some(Command::Read { object, ids }));
        }
        if let Some(Waiting { page, related, .. }) = self.page.take() {
            self.meet_page(page, &related)?;
        }
        Ok(None)
    }
}

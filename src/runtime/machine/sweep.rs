//! The sweeps: every record of a side is looked at once, page by page.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use smol_str::SmolStr;

use super::batch::{Batch, Job, Meeting};
use super::{Machine, Pass, Phase, Step, only};
use crate::plan::Mode;
use crate::runtime::Reason;
use crate::runtime::archive::{Candidate, IntentState, KeyHash, Link, LinkState, Standing};
use crate::runtime::program::{KeyPart, Related, Scene, Sync, alike};
use crate::runtime::protocol::{Page, Record};
use crate::runtime::shadow::put_value;
use crate::side::{Side, Sides};
use crate::value::{Value, write_text};

/// What the pages of a sweep ask for, until it is enough for a batch.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub jobs: Vec<Job>,
    records: Related,
}

impl Gathered {
    /// Records and pairs in it.
    pub(super) fn size(&self) -> usize {
        self.jobs.len() + self.records.len()
    }
}

impl Machine {
    /// Meets the records of a page; `related` are those to which they refer.
    pub(super) fn meet_page(&mut self, page: Page, related: &Related) -> Step<()> {
        let program = Arc::clone(&self.program);
        match self.phase.clone() {
            Phase::Convert { sync, .. } => {
                let Some(s) = program.syncs.get(sync) else {
                    return Ok(());
                };
                for record in &page.records {
                    self.follow_conversion(sync, s, record, related)?;
                }
                self.phase = match page.next {
                    Some(next) => Phase::Convert {
                        sync,
                        from: Some(next),
                    },
                    None => Phase::Convert {
                        sync: sync + 1,
                        from: None,
                    },
                };
                Ok(())
            }
            Phase::Sweep {
                sync, side, pass, ..
            } => {
                let Some(s) = program.syncs.get(sync) else {
                    return Ok(());
                };
                let next = page.next;
                match pass {
                    Pass::Meet => self.sweep(sync, s, side, page, related)?,
                    Pass::Look => {
                        let jobs = self.look_for_counterparts(sync, side, &page.records)?;
                        let object = *s.objects.get(side);
                        let keyed = page
                            .records
                            .into_iter()
                            .map(|r| ((object, r.id.clone()), r));
                        self.batch =
                            (!jobs.is_empty()).then(|| Batch::new(sync, jobs, keyed.collect()));
                    }
                    Pass::Keys => self.offer_linked(sync, s, side, &page.records, related)?,
                }
                self.phase = match (next, side, pass) {
                    (Some(next), ..) => Phase::Sweep {
                        sync,
                        side,
                        pass,
                        from: Some(next),
                    },
                    (None, ..) if s.mode == Mode::AppendOnly => Phase::Again { sync },
                    (None, Side::Right, Pass::Meet) if self.misses_some(Side::Left) => {
                        begin(sync, Side::Left, Pass::Look)
                    }
                    (None, Side::Right, Pass::Meet) | (None, Side::Left, Pass::Look)
                        if self.misses_some(Side::Right) =>
                    {
                        begin(sync, Side::Right, Pass::Look)
                    }
                    (None, Side::Right, Pass::Meet) | (None, _, Pass::Look)
                        if self.needs_keys(s)? =>
                    {
                        begin(sync, Side::Left, Pass::Keys)
                    }
                    (None, Side::Left, Pass::Meet | Pass::Keys) => begin(sync, Side::Right, pass),
                    (None, ..) => Phase::Match {
                        sync,
                        key: 0,
                        side: Side::Left,
                        after: 0,
                    },
                };
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Makes a batch of what was met and not yet decided; whether there is any.
    pub(super) fn finish_gathered(&mut self) -> bool {
        let Gathered { jobs, records } = std::mem::take(&mut self.gathered);
        if let (Phase::Sweep { sync, .. }, false) = (&self.phase, jobs.is_empty()) {
            self.batch = Some(Batch::new(*sync, jobs, records));
        }
        self.batch.is_some()
    }

    /// Whether records may be made from newcomers that are duplicates of linked records.
    fn needs_keys(&self, sync: &Sync) -> Step<bool> {
        let may_create = sync.create.left || sync.create.right;
        Ok(may_create
            && !sync.keys.is_empty()
            && self.archive.has_newcomers()?
            && self.archive.has_links()?)
    }

    /// Offers the keys of linked records.
    fn offer_linked(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        records: &[Record],
        related: &Related,
    ) -> Step<()> {
        for record in records.iter().filter(|r| !r.deleted) {
            if self
                .archive
                .link(side, self.group(at, side), &record.id)?
                .is_some()
            {
                self.offer_as(at, sync, side, record, Standing::Linked, related)?;
            }
        }
        Ok(())
    }

    fn sweep(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        page: Page,
        related: &Related,
    ) -> Step<()> {
        for unreadable in page.unreadable {
            let reason = if unreadable.duplicate {
                Reason::DuplicateId
            } else {
                Reason::Malformed
            };
            let (id, text) = match unreadable.id {
                Some(id) => (id, format!("{}: {}", unreadable.place, unreadable.reason)),
                None => (unreadable.place.into(), unreadable.reason),
            };
            self.hold(at, side, &id, "", reason, text)?;
        }
        let object = *sync.objects.get(side);
        let Gathered {
            mut jobs,
            mut records,
        } = std::mem::take(&mut self.gathered);
        for record in page.records {
            self.count(at, |r| *r.records.get_mut(side) += 1);
            if let Some(job) = self.meet(at, sync, side, &record, related)? {
                jobs.push(job);
                records.insert((object, record.id.clone()), record);
            }
        }
        // Where few records of a page ask for something, several pages are one batch: each batch is made durable.
        if jobs.len() < self.settings.window && page.next.is_some() {
            self.gathered = Gathered { jobs, records };
        } else {
            self.batch = (!jobs.is_empty()).then(|| Batch::new(at, jobs, records));
        }
        Ok(())
    }

    /// What a record of a sweep asks for: its pair, its create, or a place among the candidates.
    fn meet(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
        related: &Related,
    ) -> Step<Option<Job>> {
        self.follow_merges(at, sync, side, record)?;
        let link = self.archive.link(side, self.group(at, side), &record.id)?;
        if let Some(link) = link {
            if sync.mode == Mode::AppendOnly {
                if link.state == LinkState::Alive {
                    self.hold_rows_again(at, sync, side, record, &link, related)?;
                }
                return Ok(None);
            }
            return Ok(self.meet_linked(at, side, record.deleted, link, || record.digest()));
        }
        if record.deleted || self.was_converted(at, sync, side, record)? {
            return Ok(None);
        }
        if sync.mode == Mode::AppendOnly {
            let id = record.id.clone();
            return Ok(self
                .admits(at, sync, side, record, related)?
                .then_some(Job::Make { from: side, id }));
        }
        let became = match side {
            Side::Left => self.became(at, record)?,
            Side::Right => None,
        };
        if became.is_none() && self.awaits_merge(at, side, &record.id)? {
            return Ok(None);
        }
        let stamp = sync
            .stamp
            .get(side)
            .and_then(|s| record.values.get(usize::from(s.slot)));
        // The stamp of a record whose link was given up leads nowhere.
        if let Some(Value::Text(other)) = stamp
            && !self.archive.is_buried(self.group(at, side), &record.id)?
        {
            let ids = Sides::of(side, record.id.clone(), other.clone());
            return Ok(Some(Job::Pair {
                ids,
                meeting: Meeting::Stamp(side),
            }));
        }
        if let Some(became) = became {
            if self
                .archive
                .link(Side::Right, self.group(at, Side::Right), &became)?
                .is_some()
            {
                self.hold_for_merge(at, &record.id, &became)?;
                return Ok(None);
            }
            let ids = Sides::new(record.id.clone(), became);
            return Ok(Some(Job::Pair {
                ids,
                meeting: Meeting::Stamp(side),
            }));
        }
        if let Some(ids) = self.found_lost(at, sync, side, record)? {
            return Ok(Some(Job::Pair {
                ids,
                meeting: Meeting::Key,
            }));
        }
        self.offer(at, sync, side, record, related)?;
        Ok(None)
    }

    /// A record that a crashed run made without a stamp: it holds what was sent.
    fn found_lost(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
    ) -> Step<Option<Sides<SmolStr>>> {
        let number = self.number(at);
        let there = |(slot, sent): &(u16, Value)| {
            let cells = sync.rows.iter().map(|r| r.cells.get(side));
            let equality = cells
                .filter(|c| c.slot == Some(*slot))
                .map(|c| c.equality)
                .next()
                .unwrap_or_default();
            record
                .values
                .get(usize::from(*slot))
                .is_some_and(|now| alike(&equality, now, sent))
        };
        let same = self.lost.iter().position(|open| {
            open.intent.sync == number
                && open.intent.side == side
                && open.intent.sent.iter().all(there)
        });
        let Some(place) = same else { return Ok(None) };
        let open = self.lost.remove(place);
        self.archive.resolve(open.seq, IntentState::Done)?;
        Ok(open
            .intent
            .ids
            .get(!side)
            .as_ref()
            .map(|other| Sides::of(side, record.id.clone(), other.clone())))
    }

    /// Rows without which a record was appended are never written later: they are held as long as their cause stands.
    fn hold_rows_again(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
        link: &Link,
        related: &Related,
    ) -> Step<()> {
        let scene = Scene {
            records: only(side, record),
            changed: &[],
            links: &*self,
            related,
        };
        let rows = sync.rows.iter();
        let failed: Vec<_> = rows.filter(|row| row.fails(&scene, side)).collect();
        for row in failed {
            self.archive.hold_again(
                self.report.run,
                self.number(at),
                Side::Left,
                &link.ids.left,
                &row.name,
            )?;
        }
        Ok(())
    }

    /// Offers a record without a link to the matching, as far as it is admitted.
    pub(super) fn offer(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
        related: &Related,
    ) -> Step<()> {
        let standing = if self.admits(at, sync, side, record, related)? {
            if self.archive.is_buried(self.group(at, side), &record.id)? {
                Standing::Joins
            } else if *sync.originates.get(side) {
                Standing::Starts
            } else {
                Standing::Matchable
            }
        } else if self.joins(at, sync, side, record, related)? {
            Standing::Joins
        } else if *sync.create.get(side) {
            Standing::Barred
        } else {
            return Ok(());
        };
        self.offer_as(at, sync, side, record, standing, related)
    }

    fn offer_as(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
        standing: Standing,
        related: &Related,
    ) -> Step<()> {
        let scene = Scene {
            records: only(side, record),
            changed: &[],
            links: &*self,
            related,
        };
        let own = sync.keys.iter().map(|parts| key(parts, side, &scene));
        let mut keys: Vec<Option<KeyHash>> = own.collect();
        for (converted, number, parts) in self.program.converted_keys(at) {
            keys.push(match side {
                Side::Left => key(parts, side, &scene),
                Side::Right => {
                    let sync = self.number(converted);
                    self.archive.trail_key(sync, number, &record.id)?
                }
            });
        }
        let mut rank = Vec::new();
        for (source, _) in sync.many.get(side).iter().flatten() {
            put_value(
                &mut rank,
                &source
                    .read(record)
                    .map(std::borrow::Cow::into_owned)
                    .unwrap_or_default(),
            );
        }
        self.archive.offer(&Candidate {
            side,
            id: record.id.clone(),
            standing,
            rank,
            keys,
        })
    }

    /// Whether a record is admitted; one whose filter fails is held.
    pub(super) fn admits(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
        related: &Related,
    ) -> Step<bool> {
        if side == Side::Left
            && let Ok(at) = u16::try_from(at)
            && self.archive.is_redirected(at, &record.id)?
        {
            return Ok(true);
        }
        let Some(admission) = sync.admission.get(side) else {
            return Ok(true);
        };
        let scene = Scene {
            records: only(side, record),
            changed: &[],
            links: &*self,
            related,
        };
        match admission.holds(&scene, &Value::Blank) {
            Ok(admitted) => Ok(admitted),
            Err(failed) => {
                self.hold(at, side, &record.id, "", failed.reason, failed.text)?;
                Ok(false)
            }
        }
    }

    /// Whether a sync that yields to this one admits the record: then it may join here.
    pub(super) fn joins(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
        related: &Related,
    ) -> Step<bool> {
        let program = Arc::clone(&self.program);
        for joiner in &sync.joiners {
            let joiner_at = usize::from(*joiner);
            let Some(other) = program.syncs.get(joiner_at) else {
                continue;
            };
            let shares = other.objects.get(side) == sync.objects.get(side)
                && self.group(joiner_at, side) == self.group(at, side);
            if shares && self.admits(joiner_at, other, side, record, related)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The start of a sweep.
const fn begin(sync: usize, side: Side, pass: Pass) -> Phase {
    Phase::Sweep {
        sync,
        side,
        pass,
        from: None,
    }
}

/// The hash of a record's key; none where a part is blank or has no value.
pub(super) fn key(parts: &[KeyPart], side: Side, scene: &Scene<'_>) -> Option<KeyHash> {
    let (mut first, mut second) = (DefaultHasher::new(), DefaultHasher::new());
    second.write_u8(1);
    for part in parts {
        let value = part.sides.get(side).eval(scene, &Value::Blank).ok()?;
        let text = match &*value {
            Value::Blank => return None,
            Value::Text(text) if part.fold => text.trim().to_lowercase().into(),
            Value::Text(text) => text.clone(),
            other => SmolStr::new(write_text(other)),
        };
        if text.is_empty() {
            return None;
        }
        text.hash(&mut first);
        text.hash(&mut second);
    }
    let hash = u128::from(first.finish()) << 64 | u128::from(second.finish());
    Some(hash.to_be_bytes())
}

//! The end of a batch: what was ignored silently is found, links and shadows are remembered, in one commit.

use std::sync::Arc;

use super::batch::{Batch, Keep, Work};
use super::{Machine, Step};
use crate::plan::Mode;
use crate::runtime::Reason;
use crate::runtime::archive::{LogEntry, LogKind, Rest};
use crate::runtime::merge::Sent;
use crate::runtime::program::Sync;
use crate::runtime::shadow::Trace;
use crate::side::{Side, Sides};

impl Machine {
    /// Fields that a system may ignore silently: one that stands as before was refused, and is no edit.
    pub(super) fn verify(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut batch) = self.batch.take() else {
            return Ok(());
        };
        let at = batch.sync;
        let Some(sync) = program.syncs.get(at) else {
            return Ok(());
        };
        for (side, back) in std::mem::take(&mut batch.verify) {
            let record = batch
                .records
                .get(&(*sync.objects.get(side), back.id.clone()));
            let now = record.and_then(|r| r.values.get(usize::from(back.slot)));
            let (Some(now), Some(row), Some(work)) =
                (now, sync.rows.get(back.row), batch.works.get_mut(back.work))
            else {
                continue;
            };
            if crate::runtime::program::alike(&row.cells.get(side).equality, now, &back.sent.value)
            {
                continue;
            }
            set_trace(work, back.row, back.sent.refused);
            let text = format!(
                "`{}` was written, and the system left `{now}`",
                back.sent.value
            );
            let left = work.ids.left.clone().unwrap_or_default();
            self.hold(at, Side::Left, &left, &row.name, Reason::NotWritten, text)?;
        }
        self.batch = Some(batch);
        Ok(())
    }

    /// Ends a batch: links and shadows as they are now.
    pub(super) fn settle(&mut self, batch: Batch) -> Step<()> {
        let at = batch.sync;
        let program = Arc::clone(&self.program);
        let groups = self.groups(at);
        if let Some(sync) = program.syncs.get(at) {
            self.count_writes(sync, &batch);
        }
        for work in &batch.works {
            let (Some(left), Some(right)) = (&work.ids.left, &work.ids.right) else {
                continue;
            };
            let ids = Sides::new(left.clone(), right.clone());
            match work.keep {
                Keep::Nothing => {}
                Keep::Rest => self.archive.put_rest(groups, &ids, work.rest)?,
                Keep::Shadow => {
                    let blob = self.encode(at, &work.traces);
                    self.archive.put_shadow(groups, &ids, work.rest, &blob)?;
                }
                Keep::Link => {
                    if let Some(sync) = program.syncs.get(at) {
                        self.link(at, sync, work)?;
                        self.expect_cluster(at, &ids)?;
                    }
                }
            }
            if let Some(turn) = work.again {
                self.merge_once_more(at, turn, left)?;
            }
        }
        if batch.wrote {
            self.archive.commit()
        } else {
            Ok(())
        }
    }

    /// Links a pair. Found pairs are linked before anything is written to them, so that a crash in between does not make
    /// them look like pairs that were one all the time.
    pub(super) fn link(&mut self, at: usize, sync: &Sync, work: &Work) -> Step<()> {
        let (Some(left), Some(right)) = (&work.ids.left, &work.ids.right) else {
            return Ok(());
        };
        let groups = self.groups(at);
        let shadow = match sync.mode {
            Mode::Merge => self.encode(at, &work.traces),
            Mode::LinkOnly | Mode::AppendOnly => Vec::new(),
        };
        let ids = Sides::new(left.clone(), right.clone());
        let number = self.number(at);
        self.archive
            .put_link(groups, number, &ids, work.rest, &shadow)?;
        self.count(at, |r| r.met += 1);
        self.forget_links();
        Ok(())
    }

    /// Adds the fields that a batch wrote to the report.
    fn count_writes(&mut self, sync: &Sync, batch: &Batch) {
        for ((row, side, cause), count) in &batch.written {
            if let Some(row) = sync.rows.get(*row) {
                let written = row.cells.get(*side).slot;
                let written = written.map(|slot| (*sync.objects.get(*side), slot));
                let mut done = self.program.syncs.iter().take(batch.sync + 1);
                let read = written.is_some_and(|w| done.any(|s| s.along.contains(&w)));
                self.report.passes_on |= read;
                let key = (row.name.clone(), *side, *cause);
                self.count(batch.sync, |r| *r.writes.entry(key).or_default() += count);
            }
        }
    }

    /// A value that a rule overwrote goes to the log.
    pub(super) fn log_lost(
        &mut self,
        at: usize,
        sync: &Sync,
        row: usize,
        work: &Work,
        sent: &Sent,
    ) -> Step<()> {
        let (Some(lost), Some(row)) = (&sent.lost, sync.rows.get(row)) else {
            return Ok(());
        };
        self.count(at, |r| r.overwritten += 1);
        self.archive.log(&LogEntry {
            kind: LogKind::Overwritten,
            run: self.report.run,
            at: self.now,
            sync: self.number(at),
            field: row.name.clone(),
            ids: work.ids.clone().map(Option::unwrap_or_default),
            side: sent.side,
            old: lost.to_string(),
            new: sent.value.to_string(),
        })
    }
}

pub(super) fn set_trace(work: &mut Work, row: usize, trace: Trace) {
    if let Some(slot) = work.traces.get_mut(row) {
        *slot = trace;
    }
    if matches!(work.keep, Keep::Nothing | Keep::Rest) {
        work.keep = Keep::Shadow;
    }
    work.rest = Rest::NONE;
}

//! What became of writes: outcomes, links and shadows, in one commit.

use std::sync::Arc;

use smol_str::SmolStr;

use super::batch::{Batch, Keep, Meaning, ReadBack, Sending, Work};
use super::{Machine, Step};
use crate::plan::Mode;
use crate::runtime::archive::{IntentState, Link, LinkState, LogEntry, LogKind, Rest};
use crate::runtime::merge::{Cause, Sent};
use crate::runtime::program::{StampWrite, Sync};
use crate::runtime::protocol::{Action, Outcome, Write};
use crate::runtime::shadow::Trace;
use crate::runtime::{Reason, SyncReport};
use crate::side::{Side, Sides};
use crate::value::Value;

impl Machine {
    pub(super) fn on_outcome(&mut self, sending: Sending, outcome: &Outcome) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut batch) = self.batch.take() else {
            return Ok(());
        };
        let at = batch.sync;
        let result = match program.syncs.get(at) {
            Some(sync) => self.apply(at, sync, &mut batch, sending, outcome),
            None => Ok(()),
        };
        self.batch = Some(batch);
        result
    }

    fn apply(
        &mut self,
        at: usize,
        sync: &Sync,
        batch: &mut Batch,
        sending: Sending,
        outcome: &Outcome,
    ) -> Step<()> {
        let side = sending.side;
        let state = if matches!(outcome, Outcome::Written { .. }) {
            IntentState::Done
        } else {
            IntentState::Refused
        };
        self.archive.resolve(sending.seq, state)?;
        let Some(work) = batch.works.get_mut(sending.work) else {
            return Ok(());
        };
        match (sending.meaning, outcome) {
            (Meaning::Merge(rows), Outcome::Written { id, .. }) => {
                self.count(at, |r| *r.updated.get_mut(side) += 1);
                for (index, sent) in rows {
                    self.count_write(at, sync, index, side, sent.cause);
                    self.log_lost(at, sync, index, work, &sent)?;
                    set_trace(work, index, sent.done.clone());
                    let slot = sync.rows.get(index).and_then(|r| r.cells.get(side).slot);
                    if let Some(slot) = slot.filter(|s| sync.read_back.get(side).contains(s)) {
                        let back = ReadBack {
                            id: id.clone(),
                            work: sending.work,
                            row: index,
                            sent,
                            slot,
                        };
                        batch.verify.push((side, back));
                    }
                }
            }
            (Meaning::Merge(rows), refused) => {
                let text = refusal(refused);
                let id = work.ids.get(side).clone().unwrap_or_default();
                for (index, sent) in rows {
                    set_trace(work, index, sent.refused);
                    let name = sync.rows.get(index).map_or("", |r| r.name.as_str());
                    let left = work.ids.left.clone().unwrap_or_else(|| id.clone());
                    self.hold(
                        at,
                        Side::Left,
                        &left,
                        name,
                        Reason::WriteRefused,
                        text.clone(),
                    )?;
                }
            }
            (Meaning::Make { causes, held, .. }, Outcome::Written { id, created }) => {
                *work.ids.get_mut(side) = Some(id.clone());
                if self.archive.link(side, self.group(at, side), id)?.is_some() {
                    work.keep = Keep::Nothing;
                    let source = work.ids.get(!side).clone().unwrap_or_default();
                    let text =
                        format!("the record `{id}` that bears its id is linked with another");
                    return self.hold(at, !side, &source, "", Reason::AlreadyLinked, text);
                }
                if *created {
                    self.count(at, |r| *r.created.get_mut(side) += 1);
                }
                let kept: &[u16] = match &sending.write.action {
                    Action::Upsert { on_create, .. } if !created => on_create,
                    _ => &[],
                };
                let mut wrote = false;
                for index in causes {
                    let slot = sync.rows.get(index).and_then(|r| r.cells.get(side).slot);
                    if slot.is_some_and(|s| kept.contains(&s)) {
                        // It met a record, which keeps what it has: the row is recovered.
                        set_trace(work, index, Trace::default());
                    } else {
                        wrote = true;
                        self.count_write(at, sync, index, side, Cause::Created);
                    }
                }
                if wrote && !*created {
                    self.count(at, |r| *r.updated.get_mut(side) += 1);
                }
                let left = work.ids.left.clone().unwrap_or_default();
                for (index, failed) in held {
                    let name = sync.rows.get(index).map_or("", |r| r.name.as_str());
                    self.hold(at, Side::Left, &left, name, failed.reason, failed.text)?;
                }
                self.stamp_source(sync, batch, sending.work, !side, id)?;
            }
            (Meaning::Make { digest, .. }, refused) => {
                work.keep = Keep::Nothing;
                let source = work.ids.get(!side).clone().unwrap_or_default();
                let text = refusal(refused);
                self.hold_with(
                    at,
                    !side,
                    &source,
                    "",
                    Reason::RecordRefused,
                    text,
                    Some(digest),
                )?;
            }
            (Meaning::Stamp, Outcome::Written { .. }) => {}
            (Meaning::Stamp, refused) => {
                let id = work.ids.get(side).clone().unwrap_or_default();
                self.hold(at, side, &id, "", Reason::WriteRefused, refusal(refused))?;
            }
            (Meaning::Delete, Outcome::Written { .. } | Outcome::Gone) => {
                self.count(at, |r| *r.deleted.get_mut(side) += 1);
                if let Some(left) = &work.ids.left {
                    self.archive.put_link_state(
                        self.group(at, Side::Left),
                        left,
                        LinkState::Dead,
                    )?;
                }
            }
            (Meaning::Delete, refused) => {
                let id = work.ids.get(side).clone().unwrap_or_default();
                self.hold(at, side, &id, "", Reason::WriteRefused, refusal(refused))?;
            }
        }
        Ok(())
    }

    /// A record was made: its source is told the new id.
    fn stamp_source(
        &mut self,
        sync: &Sync,
        batch: &mut Batch,
        place: usize,
        side: Side,
        made: &SmolStr,
    ) -> Step<()> {
        let Some(stamp) = sync
            .stamp
            .get(side)
            .filter(|s| s.write == StampWrite::Always)
        else {
            return Ok(());
        };
        let Some(id) = batch.works.get(place).and_then(|w| w.ids.get(side).clone()) else {
            return Ok(());
        };
        let record = batch.records.get(&(*sync.objects.get(side), id.clone()));
        let old = record
            .and_then(|r| r.values.get(usize::from(stamp.slot)))
            .cloned()
            .unwrap_or_default();
        let value = Value::Text(made.clone());
        if old == value {
            return Ok(());
        }
        let write = Write {
            action: Action::Update(id),
            values: vec![(stamp.slot, value)],
        };
        let before = vec![(stamp.slot, old)];
        let mut sends = vec![Sending {
            work: place,
            side,
            write,
            before,
            meaning: Meaning::Stamp,
            seq: 0,
        }];
        self.intend_all(batch.sync, &mut sends, &batch.works)?;
        batch.sends.append(&mut sends);
        Ok(())
    }

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
        let groups = self.numbers.groups.get(at).copied().unwrap_or_default();
        for work in &batch.works {
            let (Some(left), Some(right)) = (&work.ids.left, &work.ids.right) else {
                continue;
            };
            match work.keep {
                Keep::Nothing => {}
                Keep::Rest => self.archive.put_rest(groups.left, left, work.rest)?,
                Keep::Shadow => {
                    let blob = self.encode(at, &work.traces);
                    self.archive
                        .put_shadow(groups.left, left, work.rest, &blob)?;
                }
                Keep::Link => {
                    if let Some(sync) = program.syncs.get(at) {
                        self.link(at, sync, work)?;
                    }
                }
            }
            if work.again {
                self.again.push(Sides::new(left.clone(), right.clone()));
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
        let groups = self.numbers.groups.get(at).copied().unwrap_or_default();
        let shadow = match sync.mode {
            Mode::Merge => self.encode(at, &work.traces),
            Mode::LinkOnly | Mode::AppendOnly => Vec::new(),
        };
        let ids = Sides::new(left.clone(), right.clone());
        let link = Link {
            sync: self.number(at),
            ids,
            state: LinkState::Alive,
            rest: work.rest,
        };
        self.archive.put_link(groups, &link, &shadow)?;
        self.count(at, |r| r.met += 1);
        self.forget_links();
        Ok(())
    }

    fn count_write(&mut self, at: usize, sync: &Sync, row: usize, side: Side, cause: Cause) {
        if let Some(row) = sync.rows.get(row) {
            let key = (row.name.clone(), side, cause);
            self.count(at, |r: &mut SyncReport| {
                *r.writes.entry(key).or_default() += 1
            });
        }
    }

    /// A value that a rule overwrote goes to the log.
    fn log_lost(
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

fn set_trace(work: &mut Work, row: usize, trace: Trace) {
    if let Some(slot) = work.traces.get_mut(row) {
        *slot = trace;
    }
    if matches!(work.keep, Keep::Nothing | Keep::Rest) {
        work.keep = Keep::Shadow;
    }
    work.rest = Rest::NONE;
}

fn refusal(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused {
            field: Some(field),
            reason,
        } => format!("`{field}`: {reason}"),
        Outcome::Refused {
            field: None,
            reason,
        } => reason.clone(),
        Outcome::Gone | Outcome::Written { .. } => "the record is not there any more".into(),
    }
}

//! What became of a write: done as it was sent, or refused, by the system or by the last check before the wire.

use std::sync::Arc;

use smol_str::SmolStr;

use super::batch::{Batch, Keep, Meaning, ReadBack, Sending};
use super::settle::set_trace;
use super::{Machine, Step};
use crate::runtime::Reason;
use crate::runtime::archive::{IntentState, LinkState};
use crate::runtime::merge::Cause;
use crate::runtime::program::{Failed, StampWrite, Sync};
use crate::runtime::protocol::{Action, Outcome, Write};
use crate::runtime::shadow::Trace;
use crate::side::Side;
use crate::value::Value;

/// Who refused a write, and in which words.
enum Refusal {
    /// The system.
    System(String),
    /// The last check: the plan promises never to write this.
    Promise(String),
}

/// A record that was made, or met in its place.
struct Made {
    work: usize,
    side: Side,
    id: SmolStr,
    created: bool,
    /// Slots that a record that was met kept as they are.
    kept: Vec<u16>,
    causes: Vec<usize>,
    held: Vec<(usize, Box<Failed>)>,
}

impl Machine {
    pub(super) fn on_outcome(&mut self, sending: Sending, outcome: &Outcome) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut batch) = self.batch.take() else {
            return Ok(());
        };
        let at = batch.sync;
        let result = match (program.syncs.get(at), outcome) {
            (None, _) => Ok(()),
            (Some(sync), Outcome::Written { id, created }) => {
                self.done(at, sync, &mut batch, sending, id, *created)
            }
            (Some(sync), Outcome::Gone) if matches!(sending.meaning, Meaning::Delete) => {
                let id = SmolStr::default();
                self.done(at, sync, &mut batch, sending, &id, false)
            }
            (Some(sync), Outcome::Gone) => {
                let text = "the record is not there any more".to_owned();
                self.refused(at, sync, &mut batch, sending, Refusal::System(text))
            }
            (Some(sync), Outcome::Refused { field, reason }) => {
                let text = match field {
                    Some(field) => format!("`{field}`: {reason}"),
                    None => reason.clone(),
                };
                self.refused(at, sync, &mut batch, sending, Refusal::System(text))
            }
        };
        self.batch = Some(batch);
        result
    }

    /// The last check before the wire: what the plan promises never to write is not sent, whatever was decided.
    pub(super) fn keep_promises(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut batch) = self.batch.take() else {
            return Ok(());
        };
        let at = batch.sync;
        let mut result = Ok(());
        if let Some(sync) = program.syncs.get(at) {
            let broken = |s: &mut Sending| forbidden(sync, s.side, &s.write).is_some();
            let sends: Vec<Sending> = batch.sends.extract_if(.., broken).collect();
            for sending in sends {
                let slot = forbidden(sync, sending.side, &sending.write).unwrap_or_default();
                let shape = program
                    .shapes
                    .get(usize::from(sync.objects.get(sending.side).0));
                let field = shape.and_then(|s| s.fields.get(usize::from(slot)));
                let name = field.map_or("", |f| f.name.as_str());
                let text = format!("the plan promises that `{name}` is not written");
                result = result.and_then(|()| {
                    self.refused(at, sync, &mut batch, sending, Refusal::Promise(text))
                });
            }
        }
        self.batch = Some(batch);
        result
    }

    /// A write was done: the record of `id` is as it was sent.
    fn done(
        &mut self,
        at: usize,
        sync: &Sync,
        batch: &mut Batch,
        sending: Sending,
        id: &SmolStr,
        created: bool,
    ) -> Step<()> {
        let side = sending.side;
        self.archive.resolve(sending.seq, IntentState::Done)?;
        // The values are with the store; of a record that was there its old ones tell.
        let stamp = sync.stamp.get(side).as_ref().map(|s| s.slot);
        let changed = matches!(sending.meaning, Meaning::Merge(_) | Meaning::Stamp);
        if changed && sending.before.iter().any(|(slot, _)| Some(*slot) == stamp) {
            self.count(at, |r| *r.stamped.get_mut(side) += 1);
        }
        let Some(work) = batch.works.get_mut(sending.work) else {
            return Ok(());
        };
        match sending.meaning {
            Meaning::Merge(rows) => {
                self.count(at, |r| *r.updated.get_mut(side) += 1);
                for (index, sent) in rows {
                    *batch.written.entry((index, side, sent.cause)).or_default() += 1;
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
                Ok(())
            }
            Meaning::Make {
                causes,
                stages,
                held,
                ..
            } => {
                if created {
                    self.count_stages(sync, side, &stages);
                }
                let kept = match sending.write.action {
                    Action::Upsert { on_create, .. } if !created => on_create,
                    _ => Vec::new(),
                };
                let made = Made {
                    work: sending.work,
                    side,
                    id: id.clone(),
                    created,
                    kept,
                    causes,
                    held,
                };
                self.made(at, sync, batch, made)
            }
            Meaning::Stamp => Ok(()),
            Meaning::Delete => {
                self.count(at, |r| *r.deleted.get_mut(side) += 1);
                let ids = work.ids.clone().map(Option::unwrap_or_default);
                let state = match sending.write.action {
                    Action::Archive(_) | Action::Delete(_) => LinkState::Gone,
                    // It bears a flag, and stays.
                    _ => LinkState::Kept,
                };
                self.archive
                    .put_link_state(self.groups(at), self.number(at), &ids, state)
            }
        }
    }

    /// A record was made that shows the stage of its source.
    fn count_stages(&mut self, sync: &Sync, side: Side, stages: &[usize]) {
        let made = sync.stages_made.get(side);
        for made in stages.iter().filter_map(|at| made.get(*at)) {
            if let Some(report) = self.lifecycle_report(made.lifecycle) {
                let key = (made.column.clone(), Cause::Created);
                *report.writes.entry(key).or_default() += 1;
            }
        }
    }

    /// A record was made, or met by the stamp that it was to be made with.
    fn made(&mut self, at: usize, sync: &Sync, batch: &mut Batch, made: Made) -> Step<()> {
        let side = made.side;
        let Some(work) = batch.works.get_mut(made.work) else {
            return Ok(());
        };
        *work.ids.get_mut(side) = Some(made.id.clone());
        if self
            .archive
            .link(side, self.group(at, side), &made.id)?
            .is_some()
        {
            work.keep = Keep::Nothing;
            let source = work.ids.get(!side).clone().unwrap_or_default();
            let text = format!(
                "the record `{}` that bears its id is linked with another",
                made.id
            );
            return self.hold(at, !side, &source, "", Reason::AlreadyLinked, text);
        }
        if made.created {
            self.count(at, |r| *r.created.get_mut(side) += 1);
        }
        let mut wrote = false;
        for index in made.causes {
            let slot = sync.rows.get(index).and_then(|r| r.cells.get(side).slot);
            if slot.is_some_and(|s| made.kept.contains(&s)) {
                // It met a record, which keeps what it has: the row is recovered.
                set_trace(work, index, Trace::default());
            } else {
                wrote = true;
                *batch
                    .written
                    .entry((index, side, Cause::Created))
                    .or_default() += 1;
            }
        }
        if wrote && !made.created {
            self.count(at, |r| *r.updated.get_mut(side) += 1);
        }
        let left = work.ids.left.clone().unwrap_or_default();
        for (index, failed) in made.held {
            let name = sync.rows.get(index).map_or("", |r| r.name.as_str());
            self.hold(at, Side::Left, &left, name, failed.reason, failed.text)?;
        }
        self.stamp_source(sync, batch, made.work, !side, &made.id)
    }

    /// A write was refused: what it was for is held, and the same is not sent again.
    fn refused(
        &mut self,
        at: usize,
        sync: &Sync,
        batch: &mut Batch,
        sending: Sending,
        refusal: Refusal,
    ) -> Step<()> {
        let side = sending.side;
        self.archive.resolve(sending.seq, IntentState::Refused)?;
        let Some(work) = batch.works.get_mut(sending.work) else {
            return Ok(());
        };
        let own = |side: Side| work.ids.get(side).clone().unwrap_or_default();
        let (change, create, text) = match refusal {
            Refusal::System(text) => (Reason::WriteRefused, Reason::RecordRefused, text),
            Refusal::Promise(text) => (Reason::ProtectedRefused, Reason::ProtectedRefused, text),
        };
        match sending.meaning {
            Meaning::Merge(rows) => {
                let left = own(Side::Left);
                for (index, sent) in rows {
                    set_trace(work, index, sent.refused);
                    let name = sync.rows.get(index).map_or("", |r| r.name.as_str());
                    self.hold(at, Side::Left, &left, name, change, text.clone())?;
                }
                Ok(())
            }
            Meaning::Make { digest, .. } => {
                let source = own(!side);
                work.keep = Keep::Nothing;
                self.hold_with(at, !side, &source, "", create, text, Some(digest))
            }
            Meaning::Stamp | Meaning::Delete => self.hold(at, side, &own(side), "", change, text),
        }
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
}

/// The first slot that a write sets against the promises of its plan.
fn forbidden(sync: &Sync, side: Side, write: &Write) -> Option<u16> {
    let allowed = |slot: &u16| {
        let once = sync.write_once.get(side).contains(slot);
        sync.write_set.get(side).contains(slot)
            && match &write.action {
                Action::Create => true,
                Action::Upsert {
                    slot: key,
                    on_create,
                } => !once || slot == key || on_create.contains(slot),
                Action::Update(_) | Action::Archive(_) | Action::Delete(_) => !once,
            }
    };
    let slots = write.values.iter().map(|(slot, _)| *slot);
    slots.into_iter().find(|slot| !allowed(slot))
}

//! The writes of clusters: written down before they are sent, what became of them, and what is remembered in the end.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Flock;
use crate::plan::Mode;
use crate::runtime::Reason;
use crate::runtime::archive::{Intent, IntentAction, IntentState, LogEntry, LogKind};
use crate::runtime::lifecycle::{Event, StageWrite};
use crate::runtime::machine::batch::{SENT_AT_ONCE, Turn};
use crate::runtime::machine::brake::Ahead;
use crate::runtime::machine::{Machine, Step};
use crate::runtime::merge::Cause;
use crate::runtime::program::{Lifecycle, alike};
use crate::runtime::protocol::{Action, Command, ObjectId, Outcome, Write};
use crate::side::{Side, Sides};
use crate::value::Value;

/// A write on its way.
#[derive(Debug)]
pub(in crate::runtime::machine) struct Sending {
    /// Its cluster, by position.
    pub member: usize,
    pub write: StageWrite,
    /// The record.
    pub id: SmolStr,
    /// What stood there.
    pub before: Value,
    pub seq: i64,
}

/// A write that the system may have ignored.
#[derive(Debug)]
pub(in crate::runtime::machine) struct Unsure {
    pub object: ObjectId,
    pub id: SmolStr,
    sending: Sending,
}

impl Machine {
    /// Writes intents down; whether the brake lets them pass.
    pub(super) fn intend_stages(
        &mut self,
        at: usize,
        life: &Lifecycle,
        flock: &mut Flock,
    ) -> Step<bool> {
        let mut ahead = Ahead::default();
        for sending in &flock.sends {
            if let Some(column) = life.columns.get(sending.write.column) {
                *ahead.changes.get_mut(column.side) += 1;
            }
        }
        if !flock.sends.is_empty() && self.passes_brake(&life.name, ahead)? {
            return Ok(false);
        }
        for sending in &mut flock.sends {
            let Some(column) = life.columns.get(sending.write.column) else {
                continue;
            };
            let hub = flock.members.get(sending.member).map(|m| m.hub.clone());
            let numbers = self.numbers.lifecycles.get(at);
            let number = numbers.and_then(|n| n.columns.get(sending.write.column));
            let intent = Intent {
                sync: number.copied().unwrap_or_default(),
                side: column.side,
                ids: Sides::new(hub, Some(sending.id.clone())),
                action: IntentAction::Update,
                sent: vec![(column.slot, sending.write.value.clone())],
                before: vec![(column.slot, sending.before.clone())],
                shadow: None,
            };
            sending.seq = self.archive.intend(self.report.run, self.now, &intent)?;
        }
        if !flock.sends.is_empty() {
            self.archive.commit()?;
        }
        Ok(true)
    }

    pub(super) fn next_stage_write(&mut self) -> Option<Command> {
        let flock = self.flock.as_mut()?;
        let life = self.program.lifecycles.get(flock.life)?;
        let column = |s: &Sending| life.columns.get(s.write.column);
        let object = column(flock.sends.first()?)?.object;
        let same = |s: &&Sending| column(s).is_some_and(|c| c.object == object);
        let first = flock.sends.iter().take(SENT_AT_ONCE).take_while(same);
        let count = first.count();
        flock.in_flight = flock.sends.drain(..count).collect();
        let writes = flock.in_flight.iter().filter_map(|s| {
            Some(Write {
                action: Action::Update(s.id.clone()),
                values: vec![(column(s)?.slot, s.write.value.clone())],
            })
        });
        let writes = writes.collect();
        Some(Command::Write { object, writes })
    }

    pub(in crate::runtime::machine) fn on_stage_outcomes(
        &mut self,
        outcomes: &[Outcome],
    ) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut flock) = self.flock.take() else {
            return Ok(());
        };
        let Some(life) = program.lifecycles.get(flock.life) else {
            return Ok(());
        };
        for (sending, outcome) in std::mem::take(&mut flock.in_flight)
            .into_iter()
            .zip(outcomes)
        {
            match outcome {
                Outcome::Written { .. } => self.stage_written(life, &mut flock, sending)?,
                Outcome::Refused { field, reason } => {
                    let text = match field {
                        Some(field) => format!("`{field}`: {reason}"),
                        None => reason.clone(),
                    };
                    self.archive.resolve(sending.seq, IntentState::Refused)?;
                    self.stage_refused(life, &mut flock, &sending, (Reason::WriteRefused, text))?;
                }
                Outcome::Gone => {
                    let text = "the record is not there any more".to_owned();
                    self.archive.resolve(sending.seq, IntentState::Refused)?;
                    self.stage_refused(life, &mut flock, &sending, (Reason::WriteRefused, text))?;
                }
            }
        }
        self.flock = Some(flock);
        Ok(())
    }

    fn stage_written(&mut self, life: &Lifecycle, flock: &mut Flock, sending: Sending) -> Step<()> {
        self.archive.resolve(sending.seq, IntentState::Done)?;
        let (Some(column), Some(member)) = (
            life.columns.get(sending.write.column),
            flock.members.get(sending.member),
        ) else {
            return Ok(());
        };
        let cause = sending.write.cause;
        if let Some(report) = self.lifecycle_report(flock.life) {
            *report.updated.get_mut(column.side) += 1;
            *report
                .writes
                .entry((column.name.clone(), cause))
                .or_default() += 1;
            report.overwritten += u64::from(sending.write.lost.is_some());
        }
        if let Some(lost) = &sending.write.lost {
            self.archive.log(&LogEntry {
                kind: LogKind::Overwritten,
                run: self.report.run,
                at: self.now,
                sync: self.lifecycle_number(flock.life),
                field: column.name.clone(),
                ids: Sides::new(member.hub.clone(), sending.id.clone()),
                side: column.side,
                old: lost.to_string(),
                new: sending.write.value.to_string(),
            })?;
        }
        self.merge_pairs_of(column.object, &sending.id)?;
        if column.order.is_some() {
            flock.unsure.push(Unsure {
                object: column.object,
                id: sending.id.clone(),
                sending,
            });
        }
        Ok(())
    }

    /// The pairs of a record that a lifecycle wrote are merged once more: rows may carry what was written further.
    fn merge_pairs_of(&mut self, object: ObjectId, id: &SmolStr) -> Step<()> {
        let program = Arc::clone(&self.program);
        for (at, sync) in program.syncs.iter().enumerate() {
            for side in Side::BOTH {
                if sync.mode != Mode::Merge || *sync.objects.get(side) != object {
                    continue;
                }
                let link = self.archive.link(side, self.group(at, side), id)?;
                if let Some(link) = link.filter(|l| l.sync == self.number(at)) {
                    self.merge_once_more(at, Turn::Run, &link.ids.left)?;
                }
            }
        }
        Ok(())
    }

    /// A write that was refused, or ignored: the cluster is remembered with what stands there, and a person is told.
    fn stage_refused(
        &mut self,
        life: &Lifecycle,
        flock: &mut Flock,
        sending: &Sending,
        why: (Reason, String),
    ) -> Step<()> {
        let Some(member) = flock.members.get_mut(sending.member) else {
            return Ok(());
        };
        if let Some(entering) = &mut member.entering {
            entering
                .memory
                .sent(life, sending.write.column, &sending.before);
            entering.memory.refused = true;
        }
        let hub = member.hub.clone();
        let column = life.columns.get(sending.write.column);
        let name = column.map_or("", |c| c.name.as_str());
        self.hold_cluster(flock.life, &hub, name, why)
    }

    /// A field that stands as before was refused, and is no edit.
    pub(super) fn check_stages(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut flock) = self.flock.take() else {
            return Ok(());
        };
        if let Some(life) = program.lifecycles.get(flock.life) {
            for unsure in std::mem::take(&mut flock.unsure) {
                let write = &unsure.sending.write;
                let (Some(column), Some(record)) = (
                    life.columns.get(write.column),
                    flock.records.get(&(unsure.object, unsure.id.clone())),
                ) else {
                    continue;
                };
                let now = record.values.get(usize::from(column.slot));
                let now = now.cloned().unwrap_or_default();
                if alike(&column.cell.equality, &now, &write.value) {
                    continue;
                }
                let text = format!("`{}` was written, and the system left `{now}`", write.value);
                let mut sending = unsure.sending;
                sending.before = now;
                self.stage_refused(life, &mut flock, &sending, (Reason::NotWritten, text))?;
            }
        }
        self.flock = Some(flock);
        Ok(())
    }

    /// Ends a flock: what is remembered becomes durable. Clusters of which a field was cleared are looked at once more.
    pub(super) fn settle_flock(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(flock) = self.flock.take() else {
            return Ok(());
        };
        let Some(life) = program.lifecycles.get(flock.life) else {
            return Ok(());
        };
        let number = self.lifecycle_number(flock.life);
        let mut again = Vec::new();
        let mut dirty = false;
        for member in flock.members {
            let Some(entering) = member.entering else {
                continue;
            };
            dirty = true;
            let blob = entering.memory.encode(life);
            self.archive.put_cluster(number, &member.hub, &blob)?;
            if let Some(report) = self.lifecycle_report(flock.life) {
                let mut writes = entering.writes.iter();
                let followed = writes.any(|w| w.cause == Cause::Won) && !entering.memory.refused;
                match entering.event {
                    Event::Met => {
                        report.met += 1;
                        report.moved += u64::from(followed);
                    }
                    Event::Accepted => report.accepted += 1,
                    Event::Moved => report.moved += 1,
                    Event::Stays | Event::Moving => {}
                }
            }
            if entering.event == Event::Moving && !entering.memory.refused {
                again.push(member.hub);
            }
        }
        if dirty {
            self.archive.commit()?;
        }
        self.look_again_at(flock.life, again)
    }

    pub(super) fn hold_cluster_again(
        &mut self,
        at: usize,
        life: &Lifecycle,
        hub: &SmolStr,
    ) -> Step<()> {
        let (run, number) = (self.report.run, self.lifecycle_number(at));
        for column in &life.columns {
            self.archive
                .hold_again(run, number, Side::Left, hub, &column.name)?;
        }
        Ok(())
    }
}

//! What is written when a stage is entered, and what is remembered then.

use super::{Cluster, Entering, Event, Held, Memory, Seen, StageWrite, Stand, Verdict};
use crate::runtime::merge::Cause;
use crate::runtime::program::{Found, alike};
use crate::runtime::reason::Reason;
use crate::value::Value;

/// Answers in a row: a field is cleared and set, and twice somebody may edit what was just written without being an automation.
const ROUNDS: u8 = 4;

impl<'a> Cluster<'a> {
    /// The records that are to show a stage: those of the hub and of links whose cells say something. A converted record, and one of
    /// several, stays as it is.
    pub(super) fn followers(self, stage: usize) -> impl Iterator<Item = Stand<'a>> {
        self.stands().filter(move |s| {
            !matches!(s.entry.found, Found::Through { .. })
                && !s.is_converted()
                && !self.life.cell(stage, s.column).is_empty()
        })
    }

    /// Enters the last of these stages: a record that does not show it is written, where `why` gives a cause.
    pub(super) fn enter(
        self,
        path: &[usize],
        event: Event,
        why: impl Fn(&Stand<'a>) -> Option<Cause>,
    ) -> Result<Verdict, Held> {
        let Some(stage) = path.last().copied() else {
            return Ok(Verdict::Rest);
        };
        let mut writes = Vec::new();
        for stand in self.followers(stage) {
            let value = self.life.cell(stage, stand.column).first().map(Value::text);
            let (Some(value), false) = (value, stand.shows(self.life, stage)) else {
                continue;
            };
            let Some(cause) = why(&stand) else { continue };
            if let Err(failed) = stand.entry.cell.fits(&value) {
                return Err((failed.reason, failed.text));
            }
            let moved = stand.changed() && !stand.is_blank() && cause == Cause::Won;
            writes.push(StageWrite {
                column: stand.column,
                value,
                cause,
                lost: moved.then(|| stand.value()),
            });
        }
        let clears = self.clears(path, &writes);
        if !clears.is_empty() {
            return Ok(self.clear(clears));
        }
        let mut memory = self.remembered();
        memory.last = writes.first().map(|w| w.column);
        memory.streak = self.streak(&writes)?;
        if event != Event::Stays {
            let at = self.since();
            path.iter().for_each(|stage| memory.enter(*stage, at));
        }
        for write in &writes {
            memory.sent(self.life, write.column, &write.value);
        }
        if writes.is_empty() && self.memory == Some(&memory) {
            return Ok(Verdict::Rest);
        }
        Ok(Verdict::Enter(Box::new(Entering {
            memory,
            event,
            writes,
        })))
    }

    /// The writes that would move a field backwards which the system would leave as it is, where the line says that it is cleared
    /// first.
    fn clears(self, path: &[usize], writes: &[StageWrite]) -> Vec<usize> {
        let from = self.memory.and_then(|m| m.stage);
        let before = path.iter().rev().nth(1).copied().or(from);
        let mut lines = self.life.moves.iter();
        let line =
            lines.find(|m| Some(m.from) == before && path.last() == Some(&m.to) && m.clear_first);
        if line.is_none() {
            return Vec::new();
        }
        let back = |write: &&StageWrite| {
            let stand = self.stands().find(|s| s.column == write.column)?;
            let order = stand.entry.order.as_ref()?;
            let place = |value: &Value| {
                let mut order = order.iter();
                order.position(|o| alike(&stand.entry.cell.equality, value, &Value::text(o)))
            };
            let (to, now) = (place(&write.value)?, place(&stand.value())?);
            (to < now).then_some(write.column)
        };
        writes.iter().filter_map(|w| back(&w)).collect()
    }

    /// Fields are cleared, and the move stays to be made.
    fn clear(self, columns: Vec<usize>) -> Verdict {
        let mut memory = self.memory.cloned().unwrap_or_default();
        let write = |column| StageWrite {
            column,
            value: Value::Blank,
            cause: Cause::ClearedFirst,
            lost: None,
        };
        for column in &columns {
            memory.sent(self.life, *column, &Value::Blank);
        }
        Verdict::Enter(Box::new(Entering {
            memory,
            event: Event::Moving,
            writes: columns.into_iter().map(write).collect(),
        }))
    }

    /// The cluster as it is, in the stage in which it was.
    fn remembered(self) -> Memory {
        let before = self.memory.cloned().unwrap_or_default();
        let mut seen = vec![None; self.life.columns.len()];
        for stand in self.stands() {
            if let Some(slot) = seen.get_mut(stand.column) {
                *slot = Some(Seen {
                    id: stand.record.id.clone(),
                    value: stand.value(),
                    converted: stand.is_converted(),
                });
            }
        }
        let mut entered = before.entered;
        entered.resize(self.life.stages.len(), None);
        Memory {
            stage: before.stage,
            entered,
            seen,
            members: self.watched(),
            refused: false,
            last: None,
            streak: 0,
        }
    }

    /// How often in a row writes answered a change of what was written before. More often than stages need to settle, somebody who is
    /// not declared answers each of them.
    fn streak(self, writes: &[StageWrite]) -> Result<u8, Held> {
        let before = self.memory.map_or((None, 0), |m| (m.last, m.streak));
        let answers = |s: Stand<'a>| Some(s.column) == before.0 && s.changed();
        if writes.is_empty() || !self.stands().any(answers) {
            return Ok(0);
        }
        let streak = before.1.saturating_add(1);
        if streak >= ROUNDS {
            let text = format!(
                "the lifecycle moved it {streak} times in a row because its own writes were changed again: something that is not declared changes them"
            );
            return Err((Reason::Unsettled, text));
        }
        Ok(streak)
    }

    /// When the cluster came to look as it does: the last change of a record that is new to the memory.
    fn since(self) -> i64 {
        let changed = self.stands().filter(|s| s.changed());
        let latest = changed.filter_map(|s| s.record.modified).max();
        latest.map_or(self.now, |at| at.min(self.now))
    }
}

//! What a run that crashed may have written to records of clusters: what is there as it was sent has landed, and is no edit.

use std::sync::Arc;

use super::Flock;
use crate::runtime::archive::{IntentState, OpenIntent};
use crate::runtime::lifecycle::Memory;
use crate::runtime::machine::wanted::Wanted;
use crate::runtime::machine::{Machine, Step};
use crate::runtime::program::{Program, alike};

/// A write of which nobody knows whether it landed.
#[derive(Debug)]
pub(in crate::runtime::machine) struct Recovery {
    pub life: usize,
    pub column: usize,
    pub open: OpenIntent,
}

impl Machine {
    /// The lifecycle and column that an intent is about; none where it is about a sync.
    pub(in crate::runtime::machine) fn stage_of_intent(
        &self,
        number: i64,
    ) -> Option<(usize, usize)> {
        let mut lifecycles = self.numbers.lifecycles.iter().enumerate();
        lifecycles.find_map(|(life, numbers)| {
            let mut columns = numbers.columns.iter();
            Some((life, columns.position(|n| *n == number)?))
        })
    }

    pub(super) fn resolve_clusters(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut flock) = self.flock.take() else {
            return Ok(());
        };
        for Recovery { life, column, open } in std::mem::take(&mut flock.recovery) {
            let known = program.lifecycles.get(life);
            let landed = known.is_some_and(|l| landed(l.columns.get(column), &open, &flock));
            let number = self.lifecycle_number(life);
            let hub = open.intent.ids.left.clone().unwrap_or_default();
            let memory = self.archive.memory_of(number, &hub)?;
            let memory = memory.zip(known);
            if let (true, Some((blob, life)), Some((_, sent))) =
                (landed, memory, open.intent.sent.first())
                && let Some(mut memory) = Memory::decode(life, &blob)
            {
                memory.sent(life, column, sent);
                let blob = memory.encode(life);
                self.archive.put_cluster(number, &hub, &blob)?;
            }
            let state = if landed {
                IntentState::Done
            } else {
                IntentState::Void
            };
            self.archive.resolve(open.seq, state)?;
        }
        self.flock = Some(flock);
        Ok(())
    }
}

fn landed(
    column: Option<&crate::runtime::program::StageColumn>,
    open: &OpenIntent,
    flock: &Flock,
) -> bool {
    let (Some(column), Some(id)) = (column, &open.intent.ids.right) else {
        return false;
    };
    let record = flock.records.get(&(column.object, id.clone()));
    record.is_some_and(|record| {
        open.intent.sent.iter().all(|(slot, sent)| {
            let now = record.values.get(usize::from(*slot));
            now.is_some_and(|now| alike(&column.cell.equality, now, sent))
        })
    })
}

impl Flock {
    /// The flock that reads back what a crashed run may have changed.
    pub(in crate::runtime::machine) fn recovery(
        program: &Program,
        open: Vec<Recovery>,
    ) -> Option<Self> {
        let mut wanted = Wanted::default();
        for recovery in &open {
            let life = program.lifecycles.get(recovery.life);
            let column = life.and_then(|l| l.columns.get(recovery.column));
            if let (Some(column), Some(id)) = (column, &recovery.open.intent.ids.right) {
                wanted.add(column.object, [id.clone()]);
            }
        }
        let mut flock = Self::default();
        flock.asks.extend(wanted.asks());
        flock.recovery = open;
        (!flock.recovery.is_empty()).then_some(flock)
    }
}

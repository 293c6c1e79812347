//! What a person is told of: records and rows that are held, what is reported once, counts.

use smol_str::SmolStr;

use super::{Machine, Step, SyncReport};
use crate::runtime::Reason;
use crate::runtime::archive::{Held, LogEntry, LogKind};
use crate::runtime::program::Sync;
use crate::runtime::protocol::Record;
use crate::side::{Side, Sides};

impl Machine {
    /// Writes down what is reported once.
    pub(super) fn note(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        records: Sides<&Record>,
        notes: &[(usize, Side, LogKind)],
    ) -> Step<()> {
        for (row, side, kind) in notes {
            let Some(row) = sync.rows.get(*row) else {
                continue;
            };
            let value = |side: Side| {
                let slot = row
                    .cells
                    .get(side)
                    .slot
                    .and_then(|s| records.get(side).values.get(usize::from(s)));
                slot.map_or_else(String::new, ToString::to_string)
            };
            let entry = LogEntry {
                kind: *kind,
                run: self.report.run,
                at: self.now,
                sync: self.number(at),
                field: row.name.clone(),
                ids: ids.clone(),
                side: *side,
                old: value(*side),
                new: value(!*side),
            };
            self.archive.log(&entry)?;
            self.count(at, |r| match kind {
                LogKind::Drift => r.drifted += 1,
                _ => r.accepted += 1,
            });
        }
        Ok(())
    }

    pub(super) fn hold(
        &mut self,
        at: usize,
        side: Side,
        id: &str,
        field: &str,
        reason: Reason,
        text: String,
    ) -> Step<()> {
        self.hold_with(at, side, id, field, reason, text, None)
    }

    #[expect(clippy::too_many_arguments, reason = "the members of what is held")]
    pub(super) fn hold_with(
        &mut self,
        at: usize,
        side: Side,
        id: &str,
        field: &str,
        reason: Reason,
        text: String,
        digest: Option<i64>,
    ) -> Step<()> {
        let sync = self.number(at);
        let (id, field, since) = (SmolStr::new(id), SmolStr::new(field), self.now);
        self.archive.hold(
            self.report.run,
            &Held {
                sync,
                side,
                id,
                field,
                reason,
                text,
                since,
                digest,
            },
        )
    }

    pub(super) fn count(&mut self, at: usize, change: impl FnOnce(&mut SyncReport)) {
        if let Some(report) = self.report.syncs.get_mut(at) {
            change(report);
        }
    }
}

//! The rows of a pair: each is merged for itself, and what came out is gathered.

use super::Machine;
use crate::runtime::Reason;
use crate::runtime::archive::LogKind;
use crate::runtime::merge::{Sent, Times, Verdict, merge};
use crate::runtime::program::{Row, Scene, Sync};
use crate::runtime::protocol::Record;
use crate::runtime::shadow::{State, Trace};
use crate::side::{Side, Sides};
use crate::value::Value;

/// What came out of merging one pair.
#[derive(Default)]
pub(super) struct Merged {
    pub traces: Vec<Trace>,
    pub dirty: bool,
    pub sent: Sides<Vec<(usize, Sent)>>,
    pub notes: Vec<(usize, Side, LogKind)>,
    pub holds: Vec<(usize, Reason, String)>,
    pub again: Vec<usize>,
}

impl Machine {
    pub(super) fn merge_rows(
        &self,
        sync: &Sync,
        traces: &[Trace],
        records: Sides<&Record>,
        scene: &Scene<'_>,
    ) -> Merged {
        let mut merged = Merged {
            traces: traces.to_vec(),
            ..Merged::default()
        };
        let times = Times {
            changed: records.map(|r| r.modified),
            tolerance: self.settings.tolerance,
        };
        let changed = if sync.asks_changed {
            changed_cells(sync, traces, scene)
        } else {
            Vec::new()
        };
        let scene = Scene {
            changed: &changed,
            ..*scene
        };
        for (at, row) in sync.rows.iter().enumerate() {
            let Some(trace) = traces.get(at) else {
                continue;
            };
            if row.only_on_create() {
                merged
                    .again
                    .extend(row.went_without(&scene, records).then_some(at));
                continue;
            }
            let blank = Value::Blank;
            let cells = Sides::new(
                row.cells.left.read.eval(&scene, &blank),
                row.cells.right.read.eval(&scene, &blank),
            );
            let (left, right) = match (cells.left, cells.right) {
                (Ok(left), Ok(right)) => (left, right),
                (Err(failed), _) | (_, Err(failed)) => {
                    merged.holds.push((at, failed.reason, failed.text));
                    continue;
                }
            };
            let mut remember = |trace: Trace| {
                merged.dirty = true;
                if let Some(slot) = merged.traces.get_mut(at) {
                    *slot = trace;
                }
            };
            match merge(row, Sides::new(&*left, &*right), trace, &times, &scene) {
                Verdict::Rest if trace.refused || row.went_without(&scene, records) => {
                    merged.again.push(at);
                }
                Verdict::Rest => {}
                Verdict::Remember(trace) => {
                    if trace.refused || row.went_without(&scene, records) {
                        merged.again.push(at);
                    }
                    remember(trace);
                }
                Verdict::Accepted(trace) => {
                    remember(trace);
                    merged.notes.push((at, Side::Right, LogKind::Accepted));
                }
                Verdict::Drifted(trace, side) => {
                    remember(trace);
                    merged.notes.push((at, side, LogKind::Drift));
                }
                Verdict::Hold(reason, text) => merged.holds.push((at, reason, text)),
                Verdict::Write(sent) => merged.sent.get_mut(sent.side).push((at, *sent)),
            }
        }
        merged
    }
}

/// Per row, which cells differ from the shadow.
pub(super) fn changed_cells(sync: &Sync, traces: &[Trace], scene: &Scene<'_>) -> Vec<Sides<bool>> {
    let one = |(row, trace): (&Row, &Trace)| {
        let State::Known { marks, .. } = &trace.state else {
            return Sides::default();
        };
        Sides::new(Side::Left, Side::Right).map(|side| {
            let now = row.cells.get(side).read.eval(scene, &Value::Blank);
            now.is_ok_and(|now| {
                !marks
                    .get(side)
                    .is(&now, |marked| row.same(scene, side, &now, marked))
            })
        })
    };
    sync.rows.iter().zip(traces).map(one).collect()
}

//! The decision about pairs: what is written to which side, what is held, what is remembered.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::batch::{Job, Keep, Meaning, Meeting, Sending, Work};
use super::{Machine, Phase, Step};
use crate::plan::{Leave, Mode};
use crate::runtime::archive::{Held, Intent, IntentAction, Link, LinkState, LogEntry, LogKind};
use crate::runtime::merge::{Sent, Times, Verdict, merge};
use crate::runtime::program::{Deletion, Scene, StampWrite, Sync};
use crate::runtime::protocol::{Action, Record, Write};
use crate::runtime::shadow::{State, Trace, decode, encode, layout_of};
use crate::runtime::{Reason, Report};
use crate::side::{Side, Sides};
use crate::value::Value;

/// What came out of merging one pair.
#[derive(Default)]
struct Merged {
    traces: Vec<Trace>,
    dirty: bool,
    sent: Sides<Vec<(usize, Sent)>>,
    notes: Vec<(usize, Side, LogKind)>,
    holds: Vec<(usize, Reason, String)>,
    again: Vec<usize>,
}

impl Machine {
    /// Decides about all jobs of the batch, and writes the intents down.
    pub(super) fn decide_batch(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut batch) = self.batch.take() else {
            return Ok(());
        };
        let Some(sync) = program.syncs.get(batch.sync) else {
            return Ok(());
        };
        let at = batch.sync;
        for job in std::mem::take(&mut batch.jobs) {
            match job {
                Job::Pair { ids, meeting } => {
                    let records = Side::BOTH.map(|s| {
                        batch
                            .records
                            .get(&(*sync.objects.get(s), ids.get(s).clone()))
                    });
                    let [left, right] = records;
                    match (left, right) {
                        (Some(left), Some(right)) => {
                            let records = Sides::new(left, right);
                            let (mut work, sends) = self.decide_pair(
                                at,
                                sync,
                                &ids,
                                meeting,
                                records,
                                &batch.records,
                                batch.works.len(),
                            )?;
                            if let Some(work) = work.as_mut().filter(|w| w.keep == Keep::Link) {
                                self.link(at, sync, work)?;
                                work.keep = Keep::Nothing;
                            }
                            batch.works.extend(work);
                            batch.sends.extend(sends);
                        }
                        _ => self.without_counterpart(
                            at,
                            sync,
                            &ids,
                            &meeting,
                            Sides::new(left, right),
                        )?,
                    }
                }
                Job::Make { from, id } => {
                    let Some(source) = batch.records.get(&(*sync.objects.get(from), id.clone()))
                    else {
                        continue;
                    };
                    let place = batch.works.len();
                    if let Some((work, send)) =
                        self.decide_create(at, sync, from, source, &batch.records, place)?
                    {
                        batch.works.push(work);
                        batch.sends.push(send);
                    }
                }
            }
        }
        batch.sends.sort_by_key(|s| s.side);
        if self.passes_brake(at, &batch.sends)? {
            return Ok(());
        }
        let mut sends = std::mem::take(&mut batch.sends);
        self.intend_all(at, &mut sends, &batch.works)?;
        batch.sends = sends;
        if !batch.sends.is_empty() {
            self.archive.commit()?;
        }
        self.batch = Some(batch);
        Ok(())
    }

    /// Writes intents down, each with what it means for the shadow.
    pub(super) fn intend_all(
        &mut self,
        at: usize,
        sends: &mut [Sending],
        works: &[Work],
    ) -> Step<()> {
        for sending in sends {
            let Some(work) = works.get(sending.work) else {
                continue;
            };
            let (action, shadow) = match &sending.meaning {
                Meaning::Merge(rows) => {
                    let mut traces = work.traces.clone();
                    for (row, sent) in rows {
                        if let Some(trace) = traces.get_mut(*row) {
                            *trace = sent.done.clone();
                        }
                    }
                    (
                        IntentAction::Update,
                        (work.keep != Keep::Link).then(|| self.encode(at, &traces)),
                    )
                }
                Meaning::Stamp => (IntentAction::Update, None),
                Meaning::Make { .. } => (IntentAction::Create, None),
                Meaning::Delete => (IntentAction::Delete, None),
            };
            let intent = Intent {
                sync: self.number(at),
                side: sending.side,
                ids: work.ids.clone(),
                action,
                sent: sending.write.values.clone(),
                before: sending.before.clone(),
                shadow,
            };
            sending.seq = self.archive.intend(self.report.run, self.now, &intent)?;
        }
        Ok(())
    }

    /// Whether these writes would pass a limit of the plan; then none of them is made, and the run ends.
    fn passes_brake(&mut self, at: usize, sends: &[Sending]) -> Step<bool> {
        let brakes = self.program.brakes;
        let count = |side: Side, wanted: fn(&Meaning) -> bool| {
            sends
                .iter()
                .filter(|s| s.side == side && wanted(&s.meaning))
                .count() as u64
        };
        let sum = |report: &Report, of: fn(&super::SyncReport) -> &Sides<u64>, side: Side| -> u64 {
            report.syncs.iter().map(|s| *of(s).get(side)).sum()
        };
        let mut reached = None;
        for side in Side::BOTH {
            let creates = sum(&self.report, |s| &s.created, side)
                + count(side, |m| matches!(m, Meaning::Make { .. }));
            let changes = sum(&self.report, |s| &s.updated, side)
                + count(side, |m| matches!(m, Meaning::Merge(_) | Meaning::Stamp));
            let over = |limit: Option<u64>, n: u64| limit.is_some_and(|l| n > l);
            if over(brakes.creates, creates) {
                reached = Some(format!(
                    "{creates} records would be made, and the plan allows {}",
                    brakes.creates.unwrap_or(0)
                ));
            } else if over(brakes.changes, changes) {
                reached = Some(format!(
                    "{changes} records would change, and the plan allows {}",
                    brakes.changes.unwrap_or(0)
                ));
            }
        }
        let here: u64 = Side::BOTH
            .iter()
            .map(|s| count(*s, |m| matches!(m, Meaning::Delete)))
            .sum();
        if here > 0 {
            let before: u64 = Side::BOTH
                .iter()
                .map(|s| sum(&self.report, |r| &r.deleted, *s))
                .sum();
            let mut links = 0;
            for number in &self.numbers.syncs {
                links += self.archive.count_links(*number)?;
            }
            let allowed = brakes
                .deletes_floor
                .max(links.saturating_mul(brakes.deletes_per_mille) / 1000);
            if before + here > allowed {
                reached = Some(format!(
                    "{} records would be deleted, and the plan allows {allowed}",
                    before + here
                ));
            }
        }
        if let (Some(text), Some(sync)) = (reached, self.report.syncs.get(at)) {
            self.report.brake = Some(format!("{}: {text}", sync.name));
            return Ok(true);
        }
        Ok(false)
    }

    /// A pair of which one record does not come back. That is no evidence of a delete.
    fn without_counterpart(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        meeting: &Meeting,
        records: Sides<Option<&Record>>,
    ) -> Step<()> {
        let Some((side, record)) = Side::BOTH
            .into_iter()
            .find_map(|s| records.get(s).map(|r| (s, r)))
        else {
            return Ok(());
        };
        match meeting {
            // The stamp leads nowhere: the record is as good as without one.
            Meeting::Stamp(_) => self.offer(at, sync, side, record),
            Meeting::Key => Ok(()),
            Meeting::Linked(_) if record.deleted => Ok(()),
            Meeting::Linked(_) => {
                let text = format!(
                    "its counterpart `{}` does not come back, and nothing says that it was deleted",
                    ids.get(!side)
                );
                self.hold(at, side, &record.id, "", Reason::RecordRefused, text)
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the pair and all that is known of it"
    )]
    fn decide_pair(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        meeting: Meeting,
        records: Sides<&Record>,
        related: &crate::runtime::program::Related,
        place: usize,
    ) -> Step<(Option<Work>, Vec<Sending>)> {
        let nothing = || Ok((None, Vec::new()));
        if let Meeting::Stamp(_) | Meeting::Key = meeting
            && !self.may_link(at, sync, ids, &meeting, records)?
        {
            return nothing();
        }
        let link = match &meeting {
            Meeting::Linked(link) => Some(link),
            _ => None,
        };
        if records.left.deleted || records.right.deleted {
            return self.deleted(at, sync, ids, link, records, place);
        }
        let traces = self.traces(at, sync, &meeting)?;
        let keep = if link.is_some() {
            Keep::Nothing
        } else {
            Keep::Link
        };
        let mut work = Work {
            ids: ids.clone().map(Some),
            traces,
            keep,
            again: false,
        };
        if link.is_some_and(|l| l.state == LinkState::Dead) {
            let group = self.group(at, Side::Left);
            self.archive
                .put_link_state(group, &ids.left, LinkState::Alive)?;
            self.forget_links();
        }
        if sync.mode != Mode::Merge {
            return Ok((Some(work), Vec::new()));
        }
        let known = HashMap::new();
        let scene = Scene {
            records: records.map(Some),
            changed: &[],
            links: &*self,
            related: if related.is_empty() { &known } else { related },
        };
        if link.is_some() {
            match rests(sync, &scene) {
                Rest::Awake => {}
                Rest::Asleep => return nothing(),
                Rest::Left => {
                    let group = self.group(at, Side::Left);
                    self.archive.remove_link(group, &ids.left)?;
                    for side in Side::BOTH {
                        self.archive
                            .bury(self.group(at, side), ids.get(side), None)?;
                    }
                    self.forget_links();
                    self.count(at, |r| r.unlinked += 1);
                    return nothing();
                }
            }
        }
        let merged = self.merge_rows(sync, &work.traces, records, &scene);
        work.traces = merged.traces;
        if merged.dirty && work.keep == Keep::Nothing {
            work.keep = Keep::Shadow;
        }
        self.note(at, sync, ids, records, &merged.notes)?;
        for row in merged.again {
            let name = sync.rows.get(row).map_or("", |r| r.name.as_str());
            self.archive.hold_again(
                self.report.run,
                self.number(at),
                Side::Left,
                &ids.left,
                name,
            )?;
        }
        for (row, mut reason, text) in merged.holds {
            let Some(row) = sync.rows.get(row) else {
                continue;
            };
            if reason == Reason::Unlinked && goes_without(sync, row) {
                if !self.is_coming(row, records.map(Some))? {
                    continue;
                }
                reason = Reason::ParentMissing;
            }
            self.hold(at, Side::Left, &ids.left, &row.name, reason, text)?;
        }
        let mut sends = Vec::new();
        for (side, rows) in [
            (Side::Left, merged.sent.left),
            (Side::Right, merged.sent.right),
        ] {
            let mut stamp = missing_stamp(sync, side, records, ids, work.keep);
            if stamp.is_some() && link.is_some() {
                // A crash may have come before the stamp; one that was refused is not sent again.
                let (number, id) = (self.number(at), ids.get(side));
                if self.archive.is_held(number, side, id)? {
                    self.archive
                        .hold_again(self.report.run, number, side, id, "")?;
                    stamp = None;
                }
            }
            if let Some(sending) = update(sync, side, records.get(side), rows, stamp, place) {
                sends.push(sending);
            }
        }
        if sends.iter().all(|s| matches!(s.meaning, Meaning::Stamp))
            && !matches!(self.phase, Phase::Again { .. })
        {
            self.count(at, |r| r.same += 1);
        }
        if sends.is_empty() && work.keep == Keep::Nothing {
            return nothing();
        }
        Ok((Some(work), sends))
    }

    fn merge_rows(
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

    /// What was remembered of the rows of a pair.
    fn traces(&self, at: usize, sync: &Sync, meeting: &Meeting) -> Step<Vec<Trace>> {
        Ok(match meeting {
            Meeting::Stamp(_) => vec![Trace::default(); sync.rows.len()],
            Meeting::Key => vec![Trace::new(State::FirstMet); sync.rows.len()],
            Meeting::Linked(link) => {
                let stored = match layout_of(&link.shadow) {
                    Some(layout) => self.archive.digests(layout)?,
                    None => Arc::default(),
                };
                match self.numbers.digests.get(at) {
                    Some(wanted) => decode(&link.shadow, &stored, wanted),
                    None => Vec::new(),
                }
            }
        })
    }

    pub(super) fn encode(&self, at: usize, traces: &[Trace]) -> Vec<u8> {
        encode(self.numbers.layouts.get(at).copied().unwrap_or(0), traces)
    }

    /// Whether two records may be linked: neither is, and no stamp contradicts.
    fn may_link(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        meeting: &Meeting,
        records: Sides<&Record>,
    ) -> Step<bool> {
        let claimed = match meeting {
            Meeting::Stamp(side) => *side,
            _ => Side::Left,
        };
        for side in Side::BOTH {
            if let Some(link) = self
                .archive
                .link(side, self.group(at, side), ids.get(side))?
            {
                if link.ids != *ids {
                    let text = format!(
                        "`{}` is linked with `{}` already",
                        ids.get(side),
                        link.ids.get(!side)
                    );
                    let held = if side == claimed { !claimed } else { claimed };
                    self.hold(at, held, ids.get(held), "", Reason::AlreadyLinked, text)?;
                }
                return Ok(false);
            }
            let stamp = sync
                .stamp
                .get(side)
                .and_then(|s| records.get(side).values.get(usize::from(s.slot)));
            if let Some(Value::Text(other)) = stamp
                && other != ids.get(!side)
                && matches!(meeting, Meeting::Stamp(_))
            {
                let text = format!("`{}` bears the stamp of `{other}`", ids.get(side));
                self.hold(at, !side, ids.get(!side), "", Reason::AlreadyLinked, text)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One record of a pair is deleted: what its side says about that is done on the other side.
    fn deleted(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        link: Option<&Link>,
        records: Sides<&Record>,
        place: usize,
    ) -> Step<(Option<Work>, Vec<Sending>)> {
        let nothing = Ok((None, Vec::new()));
        let Some(link) = link.filter(|l| l.state == LinkState::Alive) else {
            return nothing;
        };
        let gone = if records.left.deleted {
            Side::Left
        } else {
            Side::Right
        };
        let group = self.group(at, Side::Left);
        if let Some(winner) = &records.get(gone).merged_into {
            self.merged_away(at, ids, link, gone, winner)?;
            return nothing;
        }
        self.forget_links();
        let survivor = *records.get(!gone);
        if survivor.deleted || sync.mode != Mode::Merge {
            self.archive
                .put_link_state(group, &ids.left, LinkState::Dead)?;
            return nothing;
        }
        let policy = *sync.delete.get(!gone);
        if matches!(
            policy,
            Deletion::Archive | Deletion::Propagate | Deletion::Flag(_)
        ) {
            let traces = self.traces(at, sync, &Meeting::Linked(link.clone()))?;
            let known = HashMap::new();
            let scene = Scene {
                records: records.map(Some),
                changed: &[],
                links: &*self,
                related: &known,
            };
            if changed_cells(sync, &traces, &scene)
                .iter()
                .any(|c| *c.get(!gone))
            {
                self.archive
                    .put_link_state(group, &ids.left, LinkState::Dead)?;
                let text = format!(
                    "it was changed here, and deleted on the other side (`{}`): the edit wins",
                    ids.get(gone)
                );
                self.hold(at, !gone, ids.get(!gone), "", Reason::ConflictHeld, text)?;
                return nothing;
            }
        }
        let id = ids.get(!gone).clone();
        let (action, values) = match policy {
            Deletion::Keep => {
                self.archive
                    .put_link_state(group, &ids.left, LinkState::Dead)?;
                return nothing;
            }
            Deletion::Unlink => {
                self.archive.remove_link(group, &ids.left)?;
                self.archive.bury(self.group(at, !gone), &id, None)?;
                self.count(at, |r| r.unlinked += 1);
                return nothing;
            }
            Deletion::Archive => (Action::Archive(id), Vec::new()),
            Deletion::Propagate => (Action::Delete(id), Vec::new()),
            Deletion::Flag(slot) => (Action::Update(id), vec![(slot, Value::Bool(true))]),
        };
        let work = Work {
            ids: ids.clone().map(Some),
            traces: Vec::new(),
            keep: Keep::Nothing,
            again: false,
        };
        let before = survivor
            .values
            .iter()
            .enumerate()
            .map(|(s, v)| (s as u16, v.clone()))
            .collect();
        let write = Write { action, values };
        let sending = Sending {
            work: place,
            side: !gone,
            write,
            before,
            meaning: Meaning::Delete,
            seq: 0,
        };
        Ok((Some(work), vec![sending]))
    }

    /// A record was merged into another of its side: the link follows, or both wait for a person.
    fn merged_away(
        &mut self,
        at: usize,
        ids: &Sides<SmolStr>,
        link: &Link,
        gone: Side,
        winner: &SmolStr,
    ) -> Step<()> {
        let groups = self.numbers.groups.get(at).copied().unwrap_or_default();
        self.archive.remove_link(groups.left, &ids.left)?;
        self.archive
            .bury(*groups.get(gone), ids.get(gone), Some(winner))?;
        self.forget_links();
        if self
            .archive
            .link(gone, *groups.get(gone), winner)?
            .is_some()
        {
            let other = ids.get(!gone);
            self.archive.bury(*groups.get(!gone), other, None)?;
            let text = format!(
                "its counterpart was merged into `{winner}`, which is linked with another record"
            );
            return self.hold(at, !gone, other, "", Reason::MergeCandidate, text);
        }
        let mut moved = link.clone();
        *moved.ids.get_mut(gone) = winner.clone();
        self.archive.put_link(groups, &moved)
    }

    /// Writes down what is reported once.
    fn note(
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

    pub(super) fn count(&mut self, at: usize, change: impl FnOnce(&mut super::SyncReport)) {
        if let Some(report) = self.report.syncs.get_mut(at) {
            change(report);
        }
    }
}

/// Whether a linked pair is merged.
enum Rest {
    Awake,
    Asleep,
    Left,
}

fn rests(sync: &Sync, scene: &Scene<'_>) -> Rest {
    for side in Side::BOTH {
        let holds = |node: &Option<crate::runtime::program::Node>| {
            node.as_ref()
                .is_none_or(|n| n.holds(scene, &Value::Blank).unwrap_or(true))
        };
        if !holds(sync.active_while.get(side)) {
            return Rest::Asleep;
        }
        if sync.leave != Leave::Continue && !holds(sync.admission.get(side)) {
            return if sync.leave == Leave::Freeze {
                Rest::Asleep
            } else {
                Rest::Left
            };
        }
    }
    Rest::Awake
}

/// Whether a row does without a reference that will never lead anywhere.
fn goes_without(sync: &Sync, row: &crate::runtime::program::Row) -> bool {
    let without = |through: &u16| {
        sync.after
            .iter()
            .any(|(s, wait)| s == through && *wait == crate::runtime::program::Wait::Without)
    };
    row.through.iter().any(without)
}

/// Per row, which cells differ from the shadow.
fn changed_cells(sync: &Sync, traces: &[Trace], scene: &Scene<'_>) -> Vec<Sides<bool>> {
    let one = |(row, trace): (&crate::runtime::program::Row, &Trace)| {
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

/// The stamp that a record lacks.
fn missing_stamp(
    sync: &Sync,
    side: Side,
    records: Sides<&Record>,
    ids: &Sides<SmolStr>,
    keep: Keep,
) -> Option<(u16, Value)> {
    let stamp = sync
        .stamp
        .get(side)
        .filter(|s| s.write == StampWrite::Always)?;
    let now = records.get(side).values.get(usize::from(stamp.slot));
    let wanted = Value::Text(ids.get(!side).clone());
    let missing = if keep == Keep::Link {
        now != Some(&wanted)
    } else {
        now.is_none_or(Value::is_blank)
    };
    missing.then_some((stamp.slot, wanted))
}

/// One update of all fields of a side.
fn update(
    sync: &Sync,
    side: Side,
    record: &Record,
    rows: Vec<(usize, Sent)>,
    stamp: Option<(u16, Value)>,
    place: usize,
) -> Option<Sending> {
    let slot = |(at, sent): &(usize, Sent)| {
        let slot = sync.rows.get(*at)?.cells.get(side).slot?;
        Some((slot, sent.value.clone()))
    };
    let mut values: Vec<(u16, Value)> = rows.iter().filter_map(slot).chain(stamp).collect();
    values.retain(|(slot, _)| sync.write_set.get(side).contains(slot));
    values.sort_unstable_by_key(|(slot, _)| *slot);
    values.dedup_by_key(|(slot, _)| *slot);
    if values.is_empty() {
        return None;
    }
    let old = |slot: u16| {
        record
            .values
            .get(usize::from(slot))
            .cloned()
            .unwrap_or_default()
    };
    let before = values.iter().map(|(slot, _)| (*slot, old(*slot))).collect();
    let meaning = if rows.is_empty() {
        Meaning::Stamp
    } else {
        Meaning::Merge(rows)
    };
    let write = Write {
        action: Action::Update(record.id.clone()),
        values,
    };
    Some(Sending {
        work: place,
        side,
        write,
        before,
        meaning,
        seq: 0,
    })
}

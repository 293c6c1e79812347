//! The decision about a pair: which of its rows are written to which side, which are held, what is remembered.

use std::sync::Arc;

use smol_str::SmolStr;

use super::batch::{Keep, Meaning, Meeting, Sending, Work};
use super::rows::Merged;
use super::{Machine, Phase, Step};
use crate::plan::{Leave, Mode};
use crate::runtime::Reason;
use crate::runtime::archive::{LinkState, Rest};
use crate::runtime::merge::{Cause, Sent};
use crate::runtime::program::{Node, Related, Row, Scene, StampWrite, Sync, Wait, alike};
use crate::runtime::protocol::{Action, Record, Write};
use crate::runtime::shadow::{State, Trace, decode, encode, layout_of};
use crate::side::{Side, Sides};
use crate::value::Value;

impl Machine {
    #[expect(
        clippy::too_many_arguments,
        reason = "the pair and all that is known of it"
    )]
    pub(super) fn decide_pair(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        meeting: Meeting,
        records: Sides<&Record>,
        related: &Related,
        place: usize,
    ) -> Step<(Option<Work>, Vec<Sending>)> {
        let nothing = || Ok((None, Vec::new()));
        if let Meeting::Stamp(_) | Meeting::Key = meeting
            && !self.may_link(at, sync, ids, &meeting, records, related)?
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
            rest: Rest::NONE,
            again: None,
        };
        if link.is_some_and(|l| l.state != LinkState::Alive) {
            self.archive
                .put_link_state(self.groups(at), self.number(at), ids, LinkState::Alive)?;
            self.forget_links();
        }
        if sync.mode != Mode::Merge {
            work.rest = self.rest(records);
            if link.is_some_and(|l| l.rest.is_some() || work.rest != Rest::NONE) {
                work.keep = Keep::Rest;
            }
            return Ok((Some(work), Vec::new()));
        }
        match (self.activity(at, sync, records, related)?, &meeting) {
            (Activity::Active, _) => {}
            (Activity::Suspended, Meeting::Linked(_)) => return nothing(),
            (Activity::Suspended, Meeting::Stamp(_) | Meeting::Key) => {
                return Ok((Some(work), Vec::new()));
            }
            (Activity::Left, Meeting::Linked(_)) => {
                self.give_up(at, ids)?;
                return nothing();
            }
            // Their link was given up, or would be at once.
            (Activity::Left, Meeting::Stamp(_) | Meeting::Key) => return nothing(),
        }
        let scene = Scene {
            records: records.map(Some),
            changed: &[],
            links: &*self,
            related,
        };
        let mut merged = self.merge_rows(sync, &work.traces, records, &scene);
        work.traces = std::mem::take(&mut merged.traces);
        if merged.dirty && work.keep == Keep::Nothing {
            work.keep = Keep::Shadow;
        }
        self.note(at, sync, ids, records, &merged.notes)?;
        self.hold_rows(at, sync, ids, records, related, &merged)?;
        for side in Side::BOTH {
            let calls = |(row, sent): &(usize, Sent)| {
                let slot = sync.rows.get(*row).and_then(|r| r.cells.get(side).slot);
                sent.cause == Cause::ClearedFirst || slot.is_some_and(|s| sync.echoes(side, s))
            };
            if merged.sent.get(side).iter().any(calls) {
                // What was cleared is set, and what others read is passed on, in the same run.
                work.again = self.passes_on().then(|| self.soon());
                self.report.passes_on |= work.again.is_none();
            }
        }
        let mut restless = !merged.holds.is_empty() || !merged.again.is_empty();
        let mut sends = Vec::new();
        for (side, rows) in [
            (Side::Left, merged.sent.left),
            (Side::Right, merged.sent.right),
        ] {
            let mut stamp = missing_stamp(sync, side, records, ids);
            if stamp.is_some()
                && link.is_some()
                && self.stamp_was_refused(at, side, ids.get(side))?
            {
                stamp = None;
                restless = true;
            }
            if let Some(sending) = update(sync, side, records.get(side), rows, stamp, place) {
                sends.push(sending);
            }
        }
        if sends.iter().all(|s| matches!(s.meaning, Meaning::Stamp))
            && !matches!(self.phase, Phase::Again { .. } | Phase::Late)
        {
            self.count(at, |r| r.same += 1);
        }
        if sends.is_empty() && !restless {
            work.rest = self.rest(records);
        }
        if work.keep == Keep::Nothing
            && link.is_some_and(|l| l.rest.is_some() || work.rest != Rest::NONE)
        {
            work.keep = Keep::Rest;
        }
        if sends.is_empty() && work.keep == Keep::Nothing {
            return nothing();
        }
        Ok((Some(work), sends))
    }

    /// Whether the records of a pair are in their sync, and their sync is active for them.
    fn activity(
        &mut self,
        at: usize,
        sync: &Sync,
        records: Sides<&Record>,
        related: &Related,
    ) -> Step<Activity> {
        for side in Side::BOTH {
            let scene = Scene {
                records: records.map(Some),
                changed: &[],
                links: &*self,
                related,
            };
            let holds = |node: &Option<Node>| {
                node.as_ref()
                    .is_none_or(|n| n.holds(&scene, &Value::Blank).unwrap_or(true))
            };
            if !holds(sync.active_while.get(side)) {
                return Ok(Activity::Suspended);
            }
            let left = sync.leave != Leave::Continue && !holds(sync.admission.get(side));
            if left && !self.joins(at, sync, side, records.get(side), related)? {
                return Ok(match sync.leave {
                    Leave::Freeze => Activity::Suspended,
                    Leave::Continue | Leave::Unlink => Activity::Left,
                });
            }
        }
        Ok(Activity::Active)
    }

    /// A linked pair left its sync: neither record starts anything again.
    fn give_up(&mut self, at: usize, ids: &Sides<SmolStr>) -> Step<()> {
        self.archive
            .remove_link(self.groups(at), self.number(at), ids)?;
        for side in Side::BOTH {
            self.archive
                .bury(self.group(at, side), ids.get(side), None)?;
        }
        self.forget_links();
        self.count(at, |r| r.unlinked += 1);
        Ok(())
    }

    /// Holds the rows of a pair that cannot go on: those that were held before for a cause that stands, and new ones.
    fn hold_rows(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        records: Sides<&Record>,
        related: &Related,
        merged: &Merged,
    ) -> Step<()> {
        for row in &merged.again {
            let name = sync.rows.get(*row).map_or("", |r| r.name.as_str());
            self.archive.hold_again(
                self.report.run,
                self.number(at),
                Side::Left,
                &ids.left,
                name,
            )?;
        }
        for (row, reason, text) in &merged.holds {
            let Some(row) = sync.rows.get(*row) else {
                continue;
            };
            let (mut reason, mut text) = (*reason, text.clone());
            if reason == Reason::Unlinked && self.turn(at, row).is_some() {
                // Its turn has not come yet: nothing is wrong.
                self.look_again(at, row, &ids.left)?;
                continue;
            }
            if reason == Reason::Unlinked && goes_without(sync, row) {
                let scene = Scene {
                    records: records.map(Some),
                    changed: &[],
                    links: &*self,
                    related,
                };
                if self.is_coming(row, &scene)?.is_none() {
                    continue;
                }
                reason = Reason::ParentMissing;
                text = self.waits(row, &scene, &text)?;
            }
            self.hold(at, Side::Left, &ids.left, &row.name, reason, text)?;
        }
        Ok(())
    }

    /// Whether the stamp that a linked record lacks was refused: then it is not sent again. Else a crash came before it.
    fn stamp_was_refused(&mut self, at: usize, side: Side, id: &str) -> Step<bool> {
        let number = self.number(at);
        let refused = self.archive.is_held(number, side, id)?;
        if refused {
            self.archive
                .hold_again(self.report.run, number, side, id, "")?;
        }
        Ok(refused)
    }

    /// What was remembered of the rows of a pair.
    pub(super) fn traces(&self, at: usize, sync: &Sync, meeting: &Meeting) -> Step<Vec<Trace>> {
        Ok(match meeting {
            Meeting::Stamp(_) => vec![Trace::default(); sync.rows.len()],
            Meeting::Key => vec![Trace::new(State::FirstMet); sync.rows.len()],
            Meeting::Linked(link) => {
                let group = self.group(at, Side::Left);
                let shadow = self.archive.shadow(group, &link.ids.left)?;
                let stored = match layout_of(&shadow) {
                    Some(layout) => self.archive.digests(layout)?,
                    None => Arc::default(),
                };
                match self.numbers.digests.get(at) {
                    Some(wanted) => decode(&shadow, &stored, wanted),
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
        related: &Related,
    ) -> Step<bool> {
        let stamped = match meeting {
            Meeting::Stamp(side) => Some(*side),
            Meeting::Key | Meeting::Linked(_) => None,
        };
        let claimed = stamped.unwrap_or(Side::Left);
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
                    let record = *records.get(held);
                    if stamped.is_none() || self.claims(at, sync, held, record, related)? {
                        self.hold(at, held, &record.id, "", Reason::AlreadyLinked, text)?;
                    }
                }
                return Ok(false);
            }
            let stamp = sync
                .stamp
                .get(side)
                .and_then(|s| records.get(side).values.get(usize::from(s.slot)));
            if let Some(Value::Text(other)) = stamp
                && other != ids.get(!side)
                && stamped.is_some()
            {
                let text = format!("`{}` bears the stamp of `{other}`", ids.get(side));
                let record = *records.get(!side);
                if self.claims(at, sync, !side, record, related)? {
                    self.hold(at, !side, &record.id, "", Reason::AlreadyLinked, text)?;
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a record that bears a stamp, or is named by one, asks for a counterpart: one that the sync does not admit, or that
    /// nothing is made from any more, goes in peace.
    fn claims(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
        related: &Related,
    ) -> Step<bool> {
        Ok(!self.archive.is_buried(self.group(at, side), &record.id)?
            && self.admits(at, sync, side, record, related)?)
    }
}

/// Whether a pair is merged.
enum Activity {
    /// It is.
    Active,
    /// Not while its filters say so.
    Suspended,
    /// It left its sync.
    Left,
}

/// Whether a row does without a reference that will never lead anywhere.
fn goes_without(sync: &Sync, row: &Row) -> bool {
    let without = |through: &u16| {
        sync.after
            .iter()
            .any(|(s, wait)| s == through && *wait == Wait::Without)
    };
    row.through.iter().any(without)
}

/// The stamp that a record lacks, or that names another since a merge or a conversion moved the link.
fn missing_stamp(
    sync: &Sync,
    side: Side,
    records: Sides<&Record>,
    ids: &Sides<SmolStr>,
) -> Option<(u16, Value)> {
    let stamp = sync
        .stamp
        .get(side)
        .filter(|s| s.write == StampWrite::Always)?;
    let now = records.get(side).values.get(usize::from(stamp.slot));
    let wanted = Value::Text(ids.get(!side).clone());
    let there = now.is_some_and(|now| alike(&stamp.equality, now, &wanted));
    (!there).then_some((stamp.slot, wanted))
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

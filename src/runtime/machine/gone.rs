//! A record of a pair that is gone: deleted, merged into another, or not given back. Only positive evidence counts.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::batch::{Keep, Meaning, Meeting, Sending, Turn, Work};
use super::rows::changed_cells;
use super::{Machine, Phase, Step};
use crate::plan::Mode;
use crate::runtime::Reason;
use crate::runtime::archive::{Link, LinkState, Rest};
use crate::runtime::program::{Deletion, Related, Scene, Sync};
use crate::runtime::protocol::{Action, Record, Write};
use crate::side::{Side, Sides};
use crate::value::{Value, write_text};

impl Machine {
    /// A pair of which one record does not come back. That is no evidence of a delete.
    pub(super) fn without_counterpart(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        meeting: &Meeting,
        records: Sides<Option<&Record>>,
        related: &Related,
    ) -> Step<()> {
        let Some((side, record)) = Side::BOTH
            .into_iter()
            .find_map(|s| records.get(s).map(|r| (s, r)))
        else {
            return Ok(());
        };
        match meeting {
            // The stamp leads nowhere: the record is as good as without one.
            Meeting::Stamp(_) => self.offer(at, sync, side, record, related),
            Meeting::Key => Ok(()),
            Meeting::Linked(_) if record.deleted => Ok(()),
            Meeting::Linked(link) if link.state != LinkState::Alive => {
                self.lives_alone(at, link, side)
            }
            Meeting::Linked(link) => {
                if link.rest.is_some() {
                    self.archive.put_rest(self.groups(at), ids, Rest::NONE)?;
                }
                *self.census.missing.get_mut(side) += 1;
                if self.may_be_swallowed(sync, !side) {
                    return self.merge_once_more(at, Turn::Sync, &link.ids.left);
                }
                let text = format!(
                    "its counterpart `{}` does not come back, and nothing says that it was deleted",
                    ids.get(!side)
                );
                self.hold(at, side, &record.id, "", Reason::RecordRefused, text)
            }
        }
    }

    /// One record of a pair is deleted: what its side says about that is done on the other side.
    pub(super) fn deleted(
        &mut self,
        at: usize,
        sync: &Sync,
        ids: &Sides<SmolStr>,
        link: Option<&Link>,
        records: Sides<&Record>,
        place: usize,
    ) -> Step<(Option<Work>, Vec<Sending>)> {
        let nothing = Ok((None, Vec::new()));
        let Some(link) = link else {
            return nothing;
        };
        let gone = if records.left.deleted {
            Side::Left
        } else {
            Side::Right
        };
        if link.state != LinkState::Alive {
            if !records.get(!gone).deleted {
                self.lives_alone(at, link, !gone)?;
            }
            return nothing;
        }
        let groups = self.groups(at);
        if let Some(winner) = &records.get(gone).merged_into {
            self.merged_away(at, ids, link, gone, winner)?;
            return nothing;
        }
        if self.may_be_swallowed(sync, gone) {
            self.merge_once_more(at, Turn::Sync, &ids.left)?;
            return nothing;
        }
        self.forget_links();
        let survivor = *records.get(!gone);
        if survivor.deleted || sync.mode != Mode::Merge {
            let state = if sync.mode == Mode::Merge {
                LinkState::Gone
            } else {
                LinkState::Kept
            };
            self.archive.put_link_state(groups, link.sync, ids, state)?;
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
                    .put_link_state(groups, link.sync, ids, LinkState::Gone)?;
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
                    .put_link_state(groups, link.sync, ids, LinkState::Kept)?;
                return nothing;
            }
            Deletion::Unlink => {
                self.archive.remove_link(groups, link.sync, ids)?;
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
            rest: Rest::NONE,
            again: None,
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

    /// A record lives whose counterpart is gone. Where no rule lets it live alone, it waits for a person: nothing travels until both
    /// records are there, or neither is.
    fn lives_alone(&mut self, at: usize, link: &Link, side: Side) -> Step<()> {
        if link.state != LinkState::Gone {
            return Ok(());
        }
        let (number, id) = (self.number(at), link.ids.get(side));
        let told = Reason::ConflictHeld;
        if self.archive.is_held_for(number, side, id, told)? {
            return self
                .archive
                .hold_again(self.report.run, number, side, id, "");
        }
        let text = format!(
            "it was deleted and is back, and its counterpart `{}` is deleted: restore that one, or delete this",
            link.ids.get(!side)
        );
        self.hold(at, side, id, "", told, text)
    }

    /// The links of records that were merged into this one follow, where it is the survivor that says so.
    pub(super) fn follow_merges(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
    ) -> Step<()> {
        let Some(source) = sync.swallowed.get(side) else {
            return Ok(());
        };
        let listed = match source.read(record) {
            Ok(value) if !value.is_blank() && !record.deleted => value,
            _ => return Ok(()),
        };
        let ids: Vec<SmolStr> = match &*listed {
            Value::Set(items) => items.to_vec(),
            other => write_text(other).split(';').map(SmolStr::new).collect(),
        };
        for id in ids.iter().filter(|id| **id != record.id) {
            let link = self.archive.link(side, self.group(at, side), id.trim())?;
            let own = |l: &Link| l.sync == self.number(at) && l.state == LinkState::Alive;
            if let Some(link) = link.filter(own) {
                self.merged_away(at, &link.ids, &link, side, &record.id)?;
            }
        }
        Ok(())
    }

    /// Whether a record that is gone may have been merged into one that the sweeps have not met yet: then it is looked at again at
    /// the end of the sync.
    const fn may_be_swallowed(&self, sync: &Sync, side: Side) -> bool {
        sync.swallowed.get(side).is_some()
            && !matches!(self.phase, Phase::Again { .. } | Phase::Late)
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
        let groups = self.groups(at);
        let shadow = self.archive.shadow(groups.left, &ids.left)?;
        self.archive.remove_link(groups, link.sync, ids)?;
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
        let mut moved = ids.clone();
        *moved.get_mut(gone) = winner.clone();
        self.archive
            .put_link(groups, link.sync, &moved, Rest::NONE, &shadow)?;
        // The sweep may be past the survivor.
        self.merge_once_more(at, self.soon(), &moved.left)
    }
}

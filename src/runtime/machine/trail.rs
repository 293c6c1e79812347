//! Converted records: their links follow to what they became, and whatever leads to them leads there.

use std::sync::Arc;

use smol_str::SmolStr;

use super::sweep::key;
use super::{Machine, Step, only};
use crate::runtime::Reason;
use crate::runtime::archive::{LinkState, Rest, Trail};
use crate::runtime::program::{Related, Scene, Sync};
use crate::runtime::protocol::Record;
use crate::runtime::shadow::{State, Trace, decode, encode, layout_of};
use crate::side::{Side, Sides};
use crate::value::{Value, write_text};

impl Machine {
    /// The link of a converted record follows to what it became.
    pub(super) fn follow_conversion(
        &mut self,
        at: usize,
        sync: &Sync,
        record: &Record,
        related: &Related,
    ) -> Step<()> {
        let Some(conversion) = sync.converts else {
            return Ok(());
        };
        let became = match conversion.source.read(record) {
            Ok(value) if !value.is_blank() => SmolStr::new(write_text(&value)),
            _ => return Ok(()),
        };
        self.put_trails(at, sync, record, &became, related)?;
        let groups = self.groups(at);
        let Some(link) = self.archive.link(Side::Right, groups.right, &record.id)? else {
            return Ok(());
        };
        if link.sync != self.number(at) || link.state != LinkState::Alive {
            return Ok(());
        }
        let target = usize::from(conversion.sync);
        let to = self.groups(target);
        let program = Arc::clone(&self.program);
        let Some(into) = program.syncs.get(target) else {
            return Ok(());
        };
        self.forget_links();
        if self.archive.link(Side::Right, to.right, &became)?.is_some() {
            // The earlier link stands; this one is over.
            self.archive.remove_link(groups, link.sync, &link.ids)?;
            self.archive
                .bury(groups.left, &link.ids.left, Some(&became))?;
            return self.hold_for_merge(target, &link.ids.left, &became);
        }
        let shadow = self.archive.shadow(groups.left, &link.ids.left)?;
        let shadow = self.move_shadow(&shadow, sync, into, target)?;
        self.archive.remove_link(groups, link.sync, &link.ids)?;
        self.archive.bury(groups.right, &record.id, Some(&became))?;
        let ids = Sides::new(link.ids.left.clone(), became);
        let number = self.number(target);
        self.archive.put_link(to, number, &ids, Rest::NONE, &shadow)
    }

    /// Shadows of rows that both syncs have move with a link; the others are first-met.
    fn move_shadow(&self, shadow: &[u8], from: &Sync, to: &Sync, target: usize) -> Step<Vec<u8>> {
        let stored = match layout_of(shadow) {
            Some(layout) => self.archive.digests(layout)?,
            None => Arc::default(),
        };
        let own: Vec<SmolStr> = from.rows.iter().map(|r| r.digest.clone()).collect();
        let traces = decode(shadow, &stored, &own);
        let name = |sync: &Sync, side: Side, slot: Option<u16>| {
            let shape = self
                .program
                .shapes
                .get(usize::from(sync.objects.get(side).0))?;
            shape.fields.get(usize::from(slot?)).map(|s| s.name.clone())
        };
        let moved = to.rows.iter().map(|row| {
            let same = from.rows.iter().position(|other| {
                Side::BOTH.iter().all(|side| {
                    let names = (
                        name(from, *side, other.cells.get(*side).slot),
                        name(to, *side, row.cells.get(*side).slot),
                    );
                    names.0.is_some() && names.0 == names.1
                })
            });
            let first_met = Trace::new(State::FirstMet);
            same.and_then(|at| traces.get(at).cloned())
                .unwrap_or(first_met)
        });
        let moved: Vec<_> = moved.collect();
        Ok(encode(
            self.numbers.layouts.get(target).copied().unwrap_or(0),
            &moved,
        ))
    }

    /// A left record whose converted counterpart became one that is linked with another.
    pub(super) fn hold_for_merge(&mut self, at: usize, left: &str, became: &str) -> Step<()> {
        let text = format!(
            "the record was converted into `{became}`, which is linked with another record"
        );
        self.hold(at, Side::Left, left, "", Reason::MergeCandidate, text)
    }

    /// Whether a record without a link still waits for a person to merge it.
    pub(super) fn awaits_merge(&mut self, at: usize, side: Side, id: &str) -> Step<bool> {
        let number = self.number(at);
        let waits = self.archive.is_buried(self.group(at, side), id)?
            && self
                .archive
                .is_held_for(number, side, id, Reason::MergeCandidate)?;
        if waits {
            self.archive
                .hold_again(self.report.run, number, side, id, "")?;
        }
        Ok(waits)
    }

    /// Remembers what leads to a converted record.
    fn put_trails(
        &mut self,
        at: usize,
        sync: &Sync,
        record: &Record,
        became: &str,
        related: &Related,
    ) -> Step<()> {
        let number = self.number(at);
        self.archive
            .put_trail(number, Trail::Id(&record.id), became)?;
        if let Some(left) = stamped(sync, Side::Right, record) {
            self.archive.put_trail(number, Trail::Stamp(left), became)?;
        }
        let scene = Scene {
            records: only(Side::Right, record),
            changed: &[],
            links: &*self,
            related,
        };
        let keys: Vec<_> = sync
            .keys
            .iter()
            .map(|parts| key(parts, Side::Right, &scene))
            .collect();
        for (at, hash) in keys.iter().enumerate() {
            if let Some(hash) = hash {
                self.archive
                    .put_trail(number, Trail::Key(at, hash), became)?;
            }
        }
        Ok(())
    }

    /// Whether a record is past its sync: it was converted, or it is the counterpart of one that was.
    pub(super) fn was_converted(
        &self,
        at: usize,
        sync: &Sync,
        side: Side,
        record: &Record,
    ) -> Step<bool> {
        let Some(conversion) = sync.converts else {
            return Ok(false);
        };
        Ok(match side {
            Side::Left => self.trail_of(at, sync, record)?.is_some(),
            Side::Right => conversion.source.read(record).is_ok_and(|v| !v.is_blank()),
        })
    }

    /// The record that a converted one became to which a left record leads.
    pub(super) fn became(&self, at: usize, record: &Record) -> Step<Option<SmolStr>> {
        let into = self.program.syncs.get(at).map(|s| s.objects.left);
        for (from, sync) in self.program.converting_into(at) {
            if into == Some(sync.objects.left)
                && let Some(became) = self.trail_of(from, sync, record)?
            {
                return Ok(Some(became));
            }
        }
        Ok(None)
    }

    fn trail_of(&self, at: usize, sync: &Sync, record: &Record) -> Step<Option<SmolStr>> {
        let number = self.number(at);
        if let Some(right) = stamped(sync, Side::Left, record)
            && let Some(became) = self.archive.trail(number, Trail::Id(right))?
        {
            return Ok(Some(became));
        }
        self.archive.trail(number, Trail::Stamp(&record.id))
    }
}

/// The id that a record bears as its stamp.
fn stamped<'r>(sync: &Sync, side: Side, record: &'r Record) -> Option<&'r str> {
    let stamp = sync.stamp.get(side).as_ref()?;
    match record.values.get(usize::from(stamp.slot)) {
        Some(Value::Text(id)) => Some(id),
        _ => None,
    }
}

//! The decision about a create: its values, whether its parents are there, whether it was refused as it is before.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use super::batch::{Keep, Meaning, Sending, Turn, Work};
use super::{Machine, Phase, Step, only};
use crate::plan::{Mode, Timing};
use crate::runtime::Reason;
use crate::runtime::archive::Rest;
use crate::runtime::fingerprint::Fingerprint;
use crate::runtime::merge::{compose, created};
use crate::runtime::program::{Failed, Related, Row, Scene, StampWrite, Sync, Wait};
use crate::runtime::protocol::{Action, Record, Write};
use crate::runtime::shadow::{State, Trace};
use crate::side::{Side, Sides};
use crate::value::{Value, write_text};

/// The values of a create, while they are gathered.
#[derive(Default)]
struct Draft {
    values: BTreeMap<u16, Value>,
    on_create: Vec<u16>,
    traces: Vec<Trace>,
    causes: Vec<usize>,
    stages: Vec<usize>,
    failed: Vec<(usize, Box<Failed>)>,
    again: Option<Turn>,
}

/// What a missing parent means for a create.
enum Parent {
    /// The record goes without.
    Without,
    /// It goes without now, and is merged once more when the parents are there.
    Later(Turn),
    /// It waits.
    Waits,
    /// Another sync takes it.
    Taken(u16),
    /// The row is held, and the record goes on.
    RowHeld,
}

impl Machine {
    pub(super) fn decide_create(
        &mut self,
        at: usize,
        sync: &Sync,
        from: Side,
        source: &Record,
        related: &Related,
        place: usize,
    ) -> Step<Option<(Work, Sending)>> {
        let target = !from;
        if self
            .archive
            .link(from, self.group(at, from), &source.id)?
            .is_some()
        {
            // It was linked since it was offered: a merge brought it a link.
            return Ok(None);
        }
        let mut draft = Draft::default();
        for (slot, value) in sync.create_with.get(target) {
            draft.values.insert(*slot, value.clone());
            draft.on_create.push(*slot);
        }
        let scene = Scene {
            records: only(from, source),
            changed: &[],
            links: &*self,
            related,
        };
        for (index, row) in sync.rows.iter().enumerate() {
            draft_row(&mut draft, index, row, from, sync.mode, &scene);
        }
        for (index, made) in sync.stages_made.get(target).iter().enumerate() {
            if let Some(value) = made.of(source) {
                draft.values.insert(made.slot, value);
                draft.on_create.push(made.slot);
                draft.stages.push(index);
            }
        }
        let mut held: Vec<(usize, Box<Failed>)> = Vec::new();
        for (index, failed) in std::mem::take(&mut draft.failed) {
            let Some(row) = sync.rows.get(index) else {
                continue;
            };
            let parent = if failed.reason == Reason::Unlinked {
                self.parent(at, sync, row, &scene)?
            } else {
                Parent::RowHeld
            };
            match parent {
                Parent::Without => {}
                Parent::Later(turn) => draft.again = draft.again.max(Some(turn)),
                Parent::Waits => {
                    let text = self.waits(row, &scene, &failed.text)?;
                    let text = format!("`{}`: {text}", row.name);
                    self.hold(at, from, &source.id, "", Reason::ParentMissing, text)?;
                    return Ok(None);
                }
                Parent::Taken(by) => {
                    self.archive.redirect(by, &source.id)?;
                    return Ok(None);
                }
                Parent::RowHeld => held.push((index, failed)),
            }
        }
        if let Some(slot) = sync
            .required
            .get(target)
            .iter()
            .find(|s| draft.values.get(s).is_none_or(Value::is_blank))
        {
            let shape = self
                .program
                .shapes
                .get(usize::from(sync.objects.get(target).0));
            let field = shape
                .and_then(|s| s.fields.get(usize::from(*slot)))
                .map_or("", |s| s.name.as_str());
            let fills = |index: usize| {
                let cell = sync.rows.get(index).map(|r| r.cells.get(target));
                cell.is_some_and(|c| c.slot == Some(*slot))
            };
            // Where the row that fills it failed, that is the cause.
            let (reason, text) = match held.iter().find(|(index, _)| fills(*index)) {
                Some((_, failed)) => (
                    failed.reason,
                    format!("{}, and `{field}` is required there", failed.text),
                ),
                None => (
                    Reason::RequiredBlank,
                    format!("`{field}` is required there, and nothing fills it"),
                ),
            };
            self.hold(at, from, &source.id, "", reason, text)?;
            return Ok(None);
        }
        let stamp = sync
            .stamp
            .get(target)
            .filter(|s| s.write != StampWrite::Never);
        if let Some(stamp) = stamp {
            draft
                .values
                .insert(stamp.slot, Value::Text(source.id.clone()));
        }
        let values: Vec<(u16, Value)> = draft.values.into_iter().collect();
        if values.iter().any(|(slot, _)| sync.echoes(target, *slot)) {
            draft.again = draft.again.max(Some(self.soon()));
        }
        let digest = digest(&values);
        if self
            .archive
            .refused_write(self.number(at), from, &source.id)?
            == Some(digest)
        {
            self.archive
                .hold_again(self.report.run, self.number(at), from, &source.id, "")?;
            return Ok(None);
        }
        let action = match stamp {
            None => Action::Create,
            Some(stamp) => {
                let mut on_create = draft.on_create;
                if sync.mode == Mode::AppendOnly {
                    on_create = values
                        .iter()
                        .map(|(s, _)| *s)
                        .filter(|s| *s != stamp.slot)
                        .collect();
                }
                on_create.sort_unstable();
                on_create.dedup();
                on_create.retain(|s| *s != stamp.slot);
                Action::Upsert {
                    slot: stamp.slot,
                    on_create,
                }
            }
        };
        let mut ids = Sides::new(None, None);
        *ids.get_mut(from) = Some(source.id.clone());
        let work = Work {
            ids,
            traces: draft.traces,
            keep: Keep::Link,
            rest: Rest::NONE,
            again: draft.again,
        };
        let meaning = Meaning::Make {
            digest,
            causes: draft.causes,
            stages: draft.stages,
            held,
        };
        let sending = Sending {
            work: place,
            side: target,
            write: Write { action, values },
            before: Vec::new(),
            meaning,
            seq: 0,
        };
        Ok(Some((work, sending)))
    }

    /// What it means that a reference of a record to be created leads nowhere.
    fn parent(&self, at: usize, sync: &Sync, row: &Row, scene: &Scene<'_>) -> Step<Parent> {
        let wait = row
            .through
            .iter()
            .find_map(|t| sync.after.iter().find(|(s, _)| s == t).map(|(_, w)| *w));
        let mode = |t: &u16| self.program.syncs.get(usize::from(*t)).map(|s| s.mode);
        if wait.is_none() {
            let turn = self.turn(at, row).filter(|_| sync.mode == Mode::Merge);
            if let Some(turn) = turn {
                return Ok(Parent::Later(turn));
            }
            let recognised = row.through.iter().all(|t| mode(t) == Some(Mode::LinkOnly));
            return Ok(if recognised {
                Parent::RowHeld
            } else {
                Parent::Waits
            });
        }
        let coming = self.is_coming(row, scene)?.is_some();
        Ok(match wait {
            Some(Wait::Without) if !coming => Parent::Without,
            // A sync whose turn is over takes nobody.
            Some(Wait::As(other)) if !coming && usize::from(other) > at => Parent::Taken(other),
            _ => Parent::Waits,
        })
    }

    /// When a record that the row refers to may be linked, where its turn has not come yet.
    pub(super) fn turn(&self, at: usize, row: &Row) -> Option<Turn> {
        let latest = row.through.iter().map(|t| usize::from(*t)).max()?;
        match self.phase {
            Phase::Late => None,
            _ if latest > at => Some(Turn::Run),
            Phase::Again { .. } => None,
            _ => (latest == at).then_some(Turn::Sync),
        }
    }

    /// Why a record that the row refers to is held in its own sync, and so may still come.
    pub(super) fn is_coming(&self, row: &Row, scene: &Scene<'_>) -> Step<Option<Reason>> {
        for side in Side::BOTH {
            if scene.records.get(side).is_none() {
                continue;
            }
            let Ok(reference) = row.cells.get(side).read.eval(scene, &Value::Blank) else {
                continue;
            };
            let id = write_text(&reference);
            for through in &row.through {
                let number = self.number(usize::from(*through));
                let held = self.archive.held_for(number, side, &id)?;
                if held.is_some() {
                    return Ok(held);
                }
            }
        }
        Ok(None)
    }

    /// Why a record waits for one that it refers to: with the reason for which that one is held, if it is.
    pub(super) fn waits(&self, row: &Row, scene: &Scene<'_>, text: &str) -> Step<String> {
        Ok(match self.is_coming(row, scene)? {
            Some(held) => format!(
                "{text}, and is held itself ({} {})",
                held.code(),
                held.slug()
            ),
            None => text.to_owned(),
        })
    }
}

/// One row of a create.
fn draft_row(
    draft: &mut Draft,
    index: usize,
    row: &Row,
    from: Side,
    mode: Mode,
    scene: &Scene<'_>,
) {
    let target = !from;
    let blank = Value::Blank;
    let source = match row.cells.get(from).read.eval(scene, &blank) {
        Ok(value) => value,
        Err(failed) => {
            draft.traces.push(Trace::new(State::FirstMet));
            draft.failed.push((index, failed));
            return;
        }
    };
    let asleep = row
        .when
        .as_ref()
        .is_some_and(|w| w.holds(scene, &blank) == Ok(false));
    let trace = match compose(row, from, &source, scene) {
        Err(failed) => {
            draft.failed.push((index, failed));
            Trace::new(if row.only_on_create() {
                State::default()
            } else {
                State::FirstMet
            })
        }
        Ok(value) if row.only_on_create() => {
            if let Some(value) = value {
                put(draft, index, row, target, value.into_owned());
            }
            Trace::default()
        }
        Ok(_) if asleep => Trace::new(State::FirstMet),
        // Only a merge asks what is remembered.
        Ok(value) if mode != Mode::Merge => {
            if let Some(value) = value {
                put(draft, index, row, target, value.into_owned());
            }
            Trace::default()
        }
        Ok(Some(value)) => {
            let trace = created(row, target, &source, &value, scene);
            put(draft, index, row, target, value.into_owned());
            trace
        }
        Ok(None) if row.cells.get(target).slot.is_some() => {
            created(row, target, &source, &blank, scene)
        }
        Ok(None) => Trace::new(State::FirstMet),
    };
    draft.traces.push(trace);
}

fn put(draft: &mut Draft, index: usize, row: &Row, target: Side, value: Value) {
    let Some(slot) = row.cells.get(target).slot else {
        return;
    };
    if row
        .lanes
        .get(!target)
        .as_ref()
        .is_some_and(|l| l.timing == Timing::OnCreate)
    {
        draft.on_create.push(slot);
    }
    if !value.is_blank() {
        draft.causes.push(index);
        draft.values.insert(slot, value);
    }
}

fn digest(values: &[(u16, Value)]) -> i64 {
    let mut hasher = Fingerprint::default();
    values.hash(&mut hasher);
    hasher.finish().cast_signed()
}

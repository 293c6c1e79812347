//! Syncs of a plan: their rows, identity and policies.

use smol_str::SmolStr;

use super::super::eval::Source;
use super::super::{Cell, Conversion, Deletion, KeyPart, Lane, Row, Stamp, StampWrite, Sync, Wait};
use super::{Compiler, Done, Place, extend, inconsistent, index};
use crate::plan::{self, Absent, Authority, DeletePolicy, Equality, Many, Mode, Timing};
use crate::side::{Side, Sides};
use crate::value::Value;

impl<'p> Compiler<'p> {
    pub(super) fn sync(&mut self, sync: &'p plan::Sync) -> Done<Sync> {
        let place = Place::of_sync(sync, Equality::default());
        let identity = &sync.identity;
        let (left, right) = (
            self.object(&sync.objects.left)?,
            self.object(&sync.objects.right)?,
        );
        let mut rows = Vec::with_capacity(sync.rows.len());
        let mut reads = Vec::with_capacity(sync.rows.len());
        for row in &sync.rows {
            self.reads.clear();
            rows.push(self.row(sync, row)?);
            reads.push(std::mem::take(&mut self.reads));
        }
        let row_related = std::mem::take(&mut self.related);
        let mut through = Vec::new();
        rows.iter().for_each(|r| extend(&mut through, &r.through));
        let keys = identity
            .keys
            .iter()
            .map(|k| self.key(place, k))
            .collect::<Done<_>>()?;
        let admission = self.optional(place, &identity.admission)?;
        let mut met_related = std::mem::take(&mut self.related);
        if sync.mode == Mode::AppendOnly {
            extend(&mut met_related, &row_related);
        }
        let active_while = self.optional(place, &identity.active_while)?;
        let after = identity
            .after
            .iter()
            .map(|a| self.after(a))
            .collect::<Done<_>>()?;
        let sides = Sides::new(Side::Left, Side::Right);
        let mut related = std::mem::take(&mut self.related);
        extend(&mut related, &row_related);
        extend(&mut related, &met_related);
        let mut done = Sync {
            name: sync.name.clone(),
            objects: Sides::new(left.0, right.0),
            mode: sync.mode,
            group: sync.link_group.clone(),
            admission,
            originates: identity.originates,
            active_while,
            leave: identity.leave,
            keys,
            many: each(sides, |s| self.many(sync, s))?,
            stamp: each(sides, |s| self.stamp(sync, s))?,
            create: each(sides, |s| {
                Ok(*identity.create.get(s) && *sync.writes_side.get(s))
            })?,
            create_with: each(sides, |s| self.create_with(sync, s))?,
            stages_made: Sides::default(),
            delete: each(sides, |s| self.deletion(sync, s))?,
            joiners: Vec::new(),
            converts: self.conversion(sync)?,
            swallowed: each(sides, |s| self.swallowed(sync, s))?,
            after,
            echoes: echoes(&rows, &reads),
            rows,
            write_set: each(sides, |s| {
                let key = sync.objects.get(s);
                sync.write_set
                    .get(s)
                    .iter()
                    .map(|f| self.slot(key, f))
                    .collect()
            })?,
            write_once: each(sides, |s| {
                let key = sync.objects.get(s);
                let once = sync.protected.get(s).iter().filter(|p| p.after_create);
                let known = once.filter(|p| sync.write_set.get(s).contains(&p.field));
                known.map(|p| self.slot(key, &p.field)).collect()
            })?,
            required: each(sides, |s| self.slots(sync, s, |f| f.required))?,
            read_back: each(sides, |s| self.slots(sync, s, |f| f.forward_only.is_some()))?,
            related,
            met_related,
            through,
            along: std::mem::take(&mut self.along),
            asks_changed: std::mem::take(&mut self.asks_changed),
        };
        if sync.mode == Mode::AppendOnly {
            let from = if *sync.writes_side.get(Side::Right) {
                Side::Left
            } else {
                Side::Right
            };
            *done.create.get_mut(!from) = true;
        }
        Ok(done)
    }

    fn key(&mut self, place: Place<'_>, key: &'p plan::MatchKey) -> Done<Vec<KeyPart>> {
        let part = |p: &'p plan::MatchPart| -> Done<KeyPart> {
            let sides = Sides::new(
                self.node(place, &p.sides.left)?,
                self.node(place, &p.sides.right)?,
            );
            Ok(KeyPart {
                sides,
                fold: p.fold,
            })
        };
        key.parts.iter().map(part).collect()
    }

    fn after(&self, after: &plan::After) -> Done<(u16, Wait)> {
        let wait = match &after.otherwise {
            Absent::Wait => Wait::Wait,
            Absent::Without => Wait::Without,
            Absent::As(other) => Wait::As(self.sync_index(other)?),
        };
        Ok((self.sync_index(&after.sync)?, wait))
    }

    fn row(&mut self, sync: &'p plan::Sync, row: &'p plan::Row) -> Done<Row> {
        self.through.clear();
        let mut one = |side: Side| self.cell(sync, row.cells.get(side), side);
        let cells = Sides::new(one(Side::Left)?, one(Side::Right)?);
        let mut lanes = Sides::new(None, None);
        for side in Side::BOTH {
            if let Some(lane) = row.lanes.get(side) {
                writable(
                    sync,
                    !side,
                    row.cells.get(!side).field.as_ref(),
                    lane.timing,
                )?;
                let place = Place::of_sync(sync, cells.get(side).equality);
                let value = self.node(place, &lane.value)?;
                let fits = |made: &Value| cells.get(!side).fits(made).is_ok();
                *lanes.get_mut(side) = Some(Lane {
                    fits: value.makes_only(fits)
                        && lane.failure.gives_only(fits)
                        && lane.default.as_ref().is_none_or(fits),
                    value,
                    failure: lane.failure.clone(),
                    blank: lane.blank,
                    timing: lane.timing,
                    default: lane.default.clone(),
                    enforce: lane.enforce,
                });
            }
        }
        let place = Place::of_sync(sync, Equality::default());
        Ok(Row {
            name: row.name.clone(),
            origin: row.origin.clone(),
            digest: row.digest.clone(),
            normal: row
                .normal
                .as_ref()
                .map(|n| self.node(place, n))
                .transpose()?,
            // A one-way row is never asked.
            authority: row.authority.unwrap_or(Authority::Wins(Side::Left)),
            when: row.when.as_ref().map(|w| self.node(place, w)).transpose()?,
            bound: row.bound,
            cells,
            lanes,
            through: std::mem::take(&mut self.through),
        })
    }

    fn cell(&mut self, sync: &'p plan::Sync, cell: &'p plan::Cell, side: Side) -> Done<Cell> {
        let place = Place::of_sync(sync, Equality::default());
        let key = sync.objects.get(side);
        let field = cell.field.as_ref().and_then(|f| self.field(key, f));
        let slot = cell.field.as_ref().map(|f| self.slot(key, f)).transpose()?;
        let mut done = Cell::of(self.node(place, &cell.read)?, slot, field);
        if field.is_none() {
            done.equality = self.equality(place, &cell.read);
        }
        Ok(done)
    }

    fn many(&self, sync: &plan::Sync, side: Side) -> Done<Option<Vec<(Source, plan::Order)>>> {
        match sync.identity.many.get(side) {
            Many::Hold => Ok(None),
            Many::First(keys) => {
                let one = |k: &plan::SortKey| {
                    Ok((self.source(sync.objects.get(side), &k.field)?, k.order))
                };
                keys.iter().map(one).collect::<Done<_>>().map(Some)
            }
        }
    }

    fn stamp(&self, sync: &plan::Sync, side: Side) -> Done<Option<Stamp>> {
        let Some(field) = sync.identity.stamp.get(side) else {
            return Ok(None);
        };
        let slot = self.slot(sync.objects.get(side), field)?;
        let write = if writable(sync, side, Some(field), Timing::Always).is_ok() {
            StampWrite::Always
        } else if writable(sync, side, Some(field), Timing::OnCreate).is_ok() {
            StampWrite::OnCreate
        } else {
            StampWrite::Never
        };
        let (_, object) = self.object(sync.objects.get(side))?;
        let equality = object.fields.get(field).map(|f| f.equality);
        Ok(Some(Stamp {
            slot,
            write,
            equality: equality.unwrap_or_default(),
        }))
    }

    fn create_with(&self, sync: &plan::Sync, side: Side) -> Done<Vec<(u16, Value)>> {
        let mut slots = Vec::new();
        for (field, value) in sync.identity.create_with.get(side) {
            writable(sync, side, Some(field), Timing::OnCreate)?;
            slots.push((self.slot(sync.objects.get(side), field)?, value.clone()));
        }
        Ok(slots)
    }

    fn deletion(&self, sync: &plan::Sync, side: Side) -> Done<Deletion> {
        Ok(match sync.identity.delete.get(side) {
            DeletePolicy::Keep => Deletion::Keep,
            DeletePolicy::Unlink => Deletion::Unlink,
            DeletePolicy::Archive => Deletion::Archive,
            DeletePolicy::Propagate => Deletion::Propagate,
            DeletePolicy::Flag(field) => {
                writable(sync, side, Some(field), Timing::Always)?;
                Deletion::Flag(self.slot(sync.objects.get(side), field)?)
            }
        })
    }

    fn conversion(&self, sync: &plan::Sync) -> Done<Option<Conversion>> {
        let Some(name) = &sync.identity.converts_to else {
            return Ok(None);
        };
        let target = self.sync_index(name)?;
        let to = self
            .plan
            .syncs
            .get(usize::from(target))
            .map(|s| &s.objects.right);
        let (_, from) = self.object(&sync.objects.right)?;
        let to = to
            .and_then(|key| self.plan.objects.get(key))
            .map(|o| &o.name);
        let field = self
            .plan
            .systems
            .get(&from.system)
            .and_then(|s| s.converted_into.get(&from.name))
            .and_then(|into| into.get(to?));
        match field {
            Some(field) => Ok(Some(Conversion {
                sync: target,
                source: self.source(&sync.objects.right, field)?,
            })),
            None => inconsistent(format!(
                "`{}` has no field that names what it was converted into",
                from.name
            )),
        }
    }

    /// The member in which records list what was merged into them.
    fn swallowed(&self, sync: &plan::Sync, side: Side) -> Done<Option<Source>> {
        let key = sync.objects.get(side);
        let (_, object) = self.object(key)?;
        let system = self.plan.systems.get(&object.system);
        let field = system.and_then(|s| s.merged_from.as_ref());
        let known = field.filter(|f| object.fields.contains_key(*f));
        known.map(|f| self.source(key, f)).transpose()
    }

    fn slots(
        &self,
        sync: &plan::Sync,
        side: Side,
        wanted: impl Fn(&plan::Field) -> bool,
    ) -> Done<Vec<u16>> {
        let (_, object) = self.object(sync.objects.get(side))?;
        object
            .fields
            .values()
            .enumerate()
            .filter(|(_, f)| wanted(f))
            .map(|(at, _)| index(at))
            .collect()
    }
}

/// The slots that a row writes and another one reads.
fn echoes(rows: &[Row], reads: &[Vec<(Side, u16)>]) -> Sides<Vec<u16>> {
    Sides::new(Side::Left, Side::Right).map(|side| {
        let written = rows.iter().enumerate().filter_map(|(at, row)| {
            row.lanes.get(!side).as_ref()?;
            Some((at, row.cells.get(side).slot?))
        });
        let read = |(at, slot): &(usize, u16)| {
            let mut others = reads.iter().enumerate().filter(|(other, _)| other != at);
            others.any(|(_, reads)| reads.contains(&(side, *slot)))
        };
        let mut slots: Vec<u16> = written.filter(read).map(|(_, slot)| slot).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    })
}

fn each<T>(sides: Sides<Side>, mut f: impl FnMut(Side) -> Done<T>) -> Done<Sides<T>> {
    Ok(Sides::new(f(sides.left)?, f(sides.right)?))
}

/// Refuses a write that the plan promises not to make.
fn writable(sync: &plan::Sync, side: Side, field: Option<&SmolStr>, timing: Timing) -> Done<()> {
    let Some(field) = field else {
        return inconsistent(format!(
            "a row of `{}` writes what is not a field",
            sync.name
        ));
    };
    let protected = sync.protected.get(side).iter().find(|p| p.field == *field);
    if protected.is_some_and(|p| !p.after_create || timing != Timing::OnCreate) {
        return inconsistent(format!(
            "`{}` writes `{field}`, which is protected",
            sync.name
        ));
    }
    if !sync.writes_side.get(side) || !sync.write_set.get(side).contains(field) {
        return inconsistent(format!(
            "`{}` writes `{field}`, which is not in its write set",
            sync.name
        ));
    }
    Ok(())
}

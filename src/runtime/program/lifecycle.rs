//! Lifecycles compiled: names become positions, fields slots, and guards nodes.

use smol_str::SmolStr;

use super::compile::{Compiler, Done, Place, inconsistent};
use super::{Cell, Member, Node, Source, Sync};
use crate::plan::{self, Found as Named, Pick};
use crate::runtime::{ObjectId, Record};
use crate::side::Side;
use crate::value::Value;

/// A lifecycle ready to be executed. On the left is the system of the hub, on the right the other one.
#[derive(Debug)]
pub struct Lifecycle {
    /// The declared name.
    pub name: SmolStr,
    /// Changes whenever the lifecycle does.
    pub digest: SmolStr,
    /// The position of the hub's column.
    pub hub: usize,
    /// The columns.
    pub columns: Vec<StageColumn>,
    /// The stages, from the first to the last.
    pub stages: Vec<plan::StageRow>,
    /// What conditions read, as the slots of one record.
    pub members: Vec<Member>,
    /// The references that they read along: the column of the record that has one, the reference, the object referred to.
    pub related: Vec<(usize, Source, ObjectId)>,
    /// The permitted moves.
    pub moves: Vec<StageMove>,
    /// The side whose move counts where nothing else decides.
    pub truth: Option<Side>,
}

/// A column of a lifecycle.
#[derive(Debug)]
pub struct StageColumn {
    /// The declared name.
    pub name: SmolStr,
    /// The object.
    pub object: ObjectId,
    /// Whether it stands in the hub's system.
    pub side: Side,
    /// The field.
    pub cell: Cell,
    /// How it is read.
    pub source: Source,
    /// The slot that is written.
    pub slot: u16,
    /// The values in forward order, where the system ignores a move backwards.
    pub order: Option<Vec<SmolStr>>,
    /// How its record is found.
    pub found: Found,
    /// The mark of a converted record.
    pub converted: Option<Source>,
}

/// How the record of a column is found.
#[derive(Debug)]
pub enum Found {
    /// It is the hub.
    Hub,
    /// A link leads to it.
    Linked(Way),
    /// Records of an object between both lead to several.
    Through {
        /// The link to the near record.
        way: Way,
        /// The object between both.
        object: ObjectId,
        /// Its reference to the near record.
        near: Source,
        /// Its reference to the column's record.
        far: Source,
        /// Which of several decides.
        choice: Vec<Pick>,
        /// The values in which a record is closed.
        closed: Vec<SmolStr>,
    },
}

/// The links of a sync, from the hub's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The sync.
    pub sync: u16,
    /// The side of the sync on which the hub stands.
    pub hub: Side,
}

/// A permitted move.
#[derive(Debug)]
pub struct StageMove {
    /// The stage that is left.
    pub from: usize,
    /// The stage that is entered.
    pub to: usize,
    /// Who may make it.
    pub by: Side,
    /// Only by a conversion.
    pub conversion: bool,
    /// When: a condition over the members of the cluster, as one record on the left.
    pub when: Option<Node>,
    /// A field that does not move backwards is cleared, and set then.
    pub clear_first: bool,
}

/// What a record that a sync makes shows of the stage of the record that it is made from.
#[derive(Debug)]
pub struct StageMade {
    /// The position of the lifecycle.
    pub lifecycle: usize,
    /// The name of the column that is shown.
    pub column: SmolStr,
    /// The source's member.
    pub source: Source,
    /// The slot that is set.
    pub slot: u16,
    /// The source's values of each stage, and what is set in it.
    pub stages: Vec<(Vec<SmolStr>, SmolStr)>,
}

impl StageMade {
    /// The value that a record made from this one shows; none where its stage shows nothing there.
    pub fn of(&self, source: &Record) -> Option<Value> {
        let now = self.source.read(source).ok()?;
        let shows = |values: &[SmolStr]| values.iter().any(|v| Value::text(v) == *now);
        let mut stages = self.stages.iter();
        let (_, first) = stages.find(|(values, _)| shows(values))?;
        Some(Value::text(first))
    }
}

impl Lifecycle {
    /// What a stage is called.
    pub fn name(&self, stage: usize) -> &str {
        self.stages.get(stage).map_or("", |s| s.name.as_str())
    }

    /// The values that a column shows in a stage.
    pub fn cell(&self, stage: usize, column: usize) -> &[SmolStr] {
        let cells = self.stages.get(stage).map_or(&[][..], |s| &s.cells);
        cells.get(column).map_or(&[], Vec::as_slice)
    }

    /// The object of the hub.
    pub fn hub_object(&self) -> Option<ObjectId> {
        self.columns.get(self.hub).map(|c| c.object)
    }

    /// The links that lead from the hub, each once.
    pub fn ways(&self) -> Vec<Way> {
        let mut ways = Vec::new();
        for column in &self.columns {
            let way = match &column.found {
                Found::Hub => continue,
                Found::Linked(way) | Found::Through { way, .. } => *way,
            };
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways
    }

    /// Whether moves, one after the other and whoever makes them, lead from one stage to another.
    pub fn leads(&self, from: usize, to: usize) -> bool {
        let mut reached = vec![from];
        let mut next = 0;
        while let Some(at) = reached.get(next).copied() {
            next += 1;
            for m in self.moves.iter().filter(|m| m.from == at) {
                if !reached.contains(&m.to) {
                    reached.push(m.to);
                }
            }
        }
        reached.contains(&to)
    }
}

impl<'p> Compiler<'p> {
    /// Compiles a lifecycle. Refuses one that would write what a sync protects.
    pub(super) fn lifecycle(&mut self, plan: &'p plan::Lifecycle) -> Done<Lifecycle> {
        let Some(hub) = plan.columns.iter().position(|c| c.found == Named::Hub) else {
            return inconsistent(format!("the lifecycle `{}` has no hub", plan.name));
        };
        let home = self.system_of(plan, hub)?;
        let mut columns = Vec::with_capacity(plan.columns.len());
        for (at, column) in plan.columns.iter().enumerate() {
            let side = side(self.system_of(plan, at)? == home);
            columns.push(self.stage_column(plan, hub, column, side)?);
        }
        let members = self.members(plan)?;
        let place = Place::of_cluster(plan);
        let mut moves = Vec::with_capacity(plan.moves.len());
        for m in &plan.moves {
            moves.push(StageMove {
                from: stage(plan, &m.from)?,
                to: stage(plan, &m.to)?,
                by: side(m.by == *home),
                conversion: m.conversion,
                when: m.when.as_ref().map(|w| self.node(place, w)).transpose()?,
                clear_first: m.clear_first,
            });
        }
        Ok(Lifecycle {
            name: plan.name.clone(),
            digest: plan.digest.clone(),
            hub,
            columns,
            stages: plan.stages.clone(),
            related: self.related_members(&members),
            members,
            moves,
            truth: plan.truth.as_ref().map(|t| side(t == home)),
        })
    }

    fn system_of(&self, plan: &'p plan::Lifecycle, column: usize) -> Done<&'p SmolStr> {
        match plan.columns.get(column) {
            Some(c) => Ok(&self.object(&c.object)?.1.system),
            None => inconsistent(format!("the lifecycle `{}` lacks a column", plan.name)),
        }
    }

    fn stage_column(
        &self,
        plan: &plan::Lifecycle,
        hub: usize,
        column: &'p plan::StageColumn,
        side: Side,
    ) -> Done<StageColumn> {
        let (object, entry) = self.object(&column.object)?;
        let Some(field) = entry.fields.get(&column.field) else {
            return inconsistent(format!(
                "`{}` has no field `{}`",
                column.object, column.field
            ));
        };
        if !matches!(column.found, Named::Through(_)) {
            self.unprotected(column)?;
        }
        let source = self.source(&column.object, &column.field)?;
        let slot = self.slot(&column.object, &column.field)?;
        let own = plan.columns.get(hub).map(|c| &c.object);
        let found = match &column.found {
            Named::Hub => Found::Hub,
            Named::Linked(sync) => Found::Linked(self.way(sync, own, Some(&column.object))?),
            Named::Through(through) => Found::Through {
                way: self.way(&through.sync, own, None)?,
                object: self.object(&through.object)?.0,
                near: self.source(&through.object, &through.near)?,
                far: self.source(&through.object, &through.far)?,
                choice: through.choice.clone(),
                closed: through.closed.clone(),
            },
        };
        let converted = column.converted.as_ref();
        Ok(StageColumn {
            name: column.name.clone(),
            object,
            side,
            cell: Cell::of(Node::Field(side, source), Some(slot), Some(field)),
            source,
            slot,
            order: field.forward_only.clone(),
            found,
            converted: converted
                .map(|flag| self.source(&column.object, flag))
                .transpose()?,
        })
    }

    /// Refuses a column that a sync protects.
    fn unprotected(&self, column: &plan::StageColumn) -> Done<()> {
        for sync in &self.plan.syncs {
            for side in Side::BOTH {
                let mut protected = sync.protected.get(side).iter();
                if *sync.objects.get(side) == column.object
                    && protected.any(|p| p.field == column.field)
                {
                    return inconsistent(format!(
                        "a lifecycle writes `{}`, which `{}` protects",
                        column.field, sync.name
                    ));
                }
            }
        }
        Ok(())
    }

    /// The links of a sync, from a hub to records of an object.
    fn way(&self, name: &SmolStr, hub: Option<&SmolStr>, to: Option<&SmolStr>) -> Done<Way> {
        let at = self.sync_index(name)?;
        let sync = self.plan.syncs.get(usize::from(at));
        let leads = |s: &Side| {
            sync.is_some_and(|sync| {
                Some(sync.objects.get(*s)) == hub && to.is_none_or(|to| sync.objects.get(!*s) == to)
            })
        };
        match Side::BOTH.into_iter().find(leads) {
            Some(hub) => Ok(Way { sync: at, hub }),
            None => inconsistent(format!("`{name}` does not link the columns of a lifecycle")),
        }
    }

    /// The references that conditions read along, by the columns that have them.
    fn related_members(&mut self, members: &[Member]) -> Vec<(usize, Source, ObjectId)> {
        let related = self.take_related().into_iter();
        let found = related.filter_map(|(source, object)| match source {
            Source::Slot(slot, _) => match members.get(usize::from(slot))? {
                Member::Field { column, source, .. } => Some((*column, *source, object)),
                Member::Entered(_) => None,
            },
            _ => None,
        });
        found.collect()
    }
}

const fn side(home: bool) -> Side {
    if home { Side::Left } else { Side::Right }
}

pub(super) fn column(plan: &plan::Lifecycle, name: &SmolStr) -> Done<usize> {
    match plan.columns.iter().position(|c| c.name == *name) {
        Some(at) => Ok(at),
        None => inconsistent(format!(
            "the lifecycle `{}` names the column `{name}`, which there is not",
            plan.name
        )),
    }
}

pub(super) fn stage(plan: &plan::Lifecycle, name: &SmolStr) -> Done<usize> {
    match plan.stages.iter().position(|s| s.name == *name) {
        Some(at) => Ok(at),
        None => inconsistent(format!(
            "the lifecycle `{}` names the stage `{name}`, which there is not",
            plan.name
        )),
    }
}

/// Tells the syncs whose records stand in columns what the records that they make show.
pub(super) fn tell_syncs(lifecycles: &[Lifecycle], syncs: &mut [Sync]) {
    for (number, life) in lifecycles.iter().enumerate() {
        for (at, column) in life.columns.iter().enumerate() {
            let Found::Linked(way) = &column.found else {
                continue;
            };
            let (Some(sync), Some(hub)) = (
                syncs.get_mut(usize::from(way.sync)),
                life.columns.get(life.hub),
            ) else {
                continue;
            };
            let made = |from: (usize, &StageColumn), to: (usize, &StageColumn)| {
                let stages = (0..life.stages.len()).filter_map(|stage| {
                    let first = life.cell(stage, to.0).first()?.clone();
                    Some((life.cell(stage, from.0).to_vec(), first))
                });
                StageMade {
                    lifecycle: number,
                    column: to.1.name.clone(),
                    source: from.1.source,
                    slot: to.1.slot,
                    stages: stages.collect(),
                }
            };
            let (own, other) = ((life.hub, hub), (at, column));
            sync.stages_made.get_mut(!way.hub).push(made(own, other));
            sync.stages_made.get_mut(way.hub).push(made(other, own));
        }
    }
}

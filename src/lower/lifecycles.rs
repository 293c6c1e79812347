//! Lifecycles: columns become ways from a hub to records, stages and moves keep their names.
//!
//! A lifecycle is carried out whole, or not at all: what stands against it is told in the plan. What a line makes at a re-entry is
//! apart from that, since the move itself goes without it.

use smol_str::SmolStr;

use super::{Cx, Done, digest};
use crate::analyze::Life;
use crate::model::{self, Arrow, Expr, ExprKind, FieldView, Mode, ObjectRef, SyncView, Transition};
use crate::plan::{
    Expr as Lowered, Found, Guard, Lifecycle, NotExecuted, StageColumn, StageMove, StageRow,
    Through,
};
use crate::side::Side;

/// How the records of the columns hang together.
struct Clusters<'m> {
    /// The column of the hub.
    hub: usize,
    /// How each column is found.
    ways: Vec<Way<'m>>,
}

/// How a column is found.
enum Way<'m> {
    Hub,
    Linked(SyncView<'m>),
    Through {
        object: ObjectRef,
        near: FieldView<'m>,
        far: FieldView<'m>,
        sync: SyncView<'m>,
    },
}

/// How a lifecycle is carried out, or why it is not.
fn clusters(life: Life<'_>) -> Result<Clusters<'_>, String> {
    let columns = &life.lifecycle.columns;
    if columns.iter().any(|c| c.field.is_none()) || columns.is_empty() {
        return Err("a column has no field".into());
    }
    let mut systems: Vec<_> = life.columns().filter_map(|c| life.system(c)).collect();
    systems.sort_unstable();
    systems.dedup();
    if systems.len() > 2 {
        return Err("its columns are of more than two systems".into());
    }
    let mut why = None;
    for hub in life.columns() {
        if columns.get(hub).is_some_and(|c| c.through.is_some()) {
            continue;
        }
        match ways(life, hub) {
            Ok(ways) => {
                let found = Clusters { hub, ways };
                may_write(life, &found)?;
                may_move(life, &found)?;
                return Ok(found);
            }
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    Err(why.unwrap_or_else(|| "all its records are found through others".into()))
}

fn ways(life: Life<'_>, hub: usize) -> Result<Vec<Way<'_>>, String> {
    let way = |column: usize| {
        if column == hub {
            return Ok(Way::Hub);
        }
        match life.lifecycle.columns.get(column).and_then(|c| c.through) {
            None => {
                let object = life.field(column).map(|f| f.id.object);
                the_link(life, hub, object, &[]).map(Way::Linked)
            }
            Some(through) => through_relation(life, hub, column, through.node),
        }
    };
    life.columns().map(way).collect()
}

/// The one sync that links the hub's records with those of an object.
fn the_link<'m>(
    life: Life<'m>,
    hub: usize,
    object: Option<ObjectRef>,
    among: &[model::SyncId],
) -> Result<SyncView<'m>, String> {
    let hub = life.field(hub).map(|f| f.id.object);
    let links = |s: &SyncView<'_>| {
        let on = |side: Side, object| s.sync.ends.get(side).object == object;
        Side::BOTH
            .iter()
            .any(|side| on(*side, hub) && on(!*side, object))
    };
    let mut syncs = life
        .model
        .sync_views()
        .filter(|s| s.sync.mode == Mode::Merge && s.sync.arrow.node == Arrow::Both)
        .filter(|s| (among.is_empty() || among.contains(&s.id)) && links(s));
    let name = object.map_or_else(SmolStr::default, |o| life.model.object_name(o));
    match (syncs.next(), syncs.next()) {
        (Some(found), None) => Ok(found),
        (None, _) => Err(format!("no two-way sync links its columns with `{name}`")),
        _ => Err(format!("several syncs link its columns with `{name}`")),
    }
}

/// The records of a relation that lead to a column, and the link to those that they start at.
fn through_relation(
    life: Life<'_>,
    hub: usize,
    column: usize,
    through: model::Through,
) -> Result<Way<'_>, String> {
    let model = life.model;
    let relation = match through {
        model::Through::Relation(id) => model.relations.get(id.index()),
        _ => None,
    };
    let (Some(relation), Some(far)) = (relation, life.field(column)) else {
        return Err("a column is found through the references of a sync".into());
    };
    let name = &relation.name.node;
    let between: Vec<_> = relation.between.iter().map(|s| s.node).collect();
    let objects = Side::BOTH
        .iter()
        .filter_map(|s| relation.ends.get(*s).object);
    for object in objects.filter(|o| o.system == far.id.object.system) {
        let Some(to_far) = the_reference(life, object, far.object.name.as_str()) else {
            continue;
        };
        for near in model.sync_views().filter(|s| between.contains(&s.id)) {
            let ends = Side::BOTH
                .iter()
                .filter_map(|s| near.sync.ends.get(*s).object);
            let own = ends.into_iter().find(|o| o.system == object.system);
            let (Some(own), Ok(sync)) = (own, the_link(life, hub, own, &between)) else {
                continue;
            };
            let entry = model.object(own).map_or("", |o| o.name.as_str());
            if own != far.id.object
                && let Some(to_near) = the_reference(life, object, entry)
            {
                return Ok(Way::Through {
                    object,
                    near: to_near,
                    far: to_far,
                    sync,
                });
            }
        }
    }
    Err(format!(
        "the records of `{name}` do not lead from one column to another"
    ))
}

/// The one field of an object that refers to an object of this name.
fn the_reference<'m>(life: Life<'m>, object: ObjectRef, to: &str) -> Option<FieldView<'m>> {
    let entry = life.model.object(object)?;
    let mut found = entry
        .fields
        .iter()
        .filter(|f| f.references.iter().any(|r| r.eq_ignore_ascii_case(to)));
    let (field, None) = (found.next()?, found.next()) else {
        return None;
    };
    let field = entry.field(&field.name)?;
    life.model.field(model::FieldRef { object, field })
}

/// Whether the fields of hub and links can be written, by this lifecycle alone.
fn may_write(life: Life<'_>, found: &Clusters<'_>) -> Result<(), String> {
    let model = life.model;
    for (column, way) in found.ways.iter().enumerate() {
        let (Some(field), false) = (life.field(column), matches!(way, Way::Through { .. })) else {
            continue;
        };
        let name = field.full_name();
        if !field.field.updatable {
            return Err(format!("`{name}` cannot be written"));
        }
        let mut protected = model.syncs.iter().flat_map(|s| &s.protect);
        if protected.any(|p| p.field == field.id) {
            return Err(format!("`{name}` is protected"));
        }
        let writes = |side: Side| {
            let mut rows = model.rows();
            rows.any(|r| r.writes(side).is_some_and(|(_, f)| f.id == field.id))
        };
        if Side::BOTH.into_iter().any(writes) {
            return Err(format!("a row writes `{name}`, too"));
        }
        let before = model.life_views().take(life.number);
        let mut others = before.flat_map(|l| l.columns().filter_map(move |c| l.field(c)));
        if others.any(|f| f.id == field.id) {
            return Err(format!("another lifecycle has `{name}`, too"));
        }
    }
    Ok(())
}

/// Whether each line can be carried out.
fn may_move(life: Life<'_>, found: &Clusters<'_>) -> Result<(), String> {
    for t in &life.lifecycle.transitions {
        for (column, way) in found.ways.iter().enumerate() {
            let shows = !life.lifecycle.cell(t.to.node, column).is_empty();
            let own = life.system(column);
            let other = life.movers(t).into_iter().find(|by| Some(*by) != own);
            if let (Way::Through { .. }, true, Some(by)) = (way, shows, other) {
                return Err(format!(
                    "a move by `{}` to `{}` would have to write one of several records of `{}`",
                    life.system_name(by),
                    life.lifecycle.stage_name(t.to.node),
                    column_name(life, column),
                ));
            }
        }
        if let Some(when) = &t.when {
            asked(life, found, when)?;
        }
    }
    for (column, way) in found.ways.iter().enumerate() {
        let asks = life.lifecycle.columns.get(column);
        let mut picks = asks.into_iter().flat_map(|c| &c.choice);
        let closes = life.closing(column).next().is_some();
        if matches!(way, Way::Through { .. }) && picks.any(|p| p.state.is_some()) && !closes {
            let name = column_name(life, column);
            return Err(format!(
                "no catalog says in which stages `{name}` is closed"
            ));
        }
    }
    Ok(())
}

fn column_name(life: Life<'_>, column: usize) -> &str {
    let column = life.lifecycle.columns.get(column);
    column.map_or("", |c| c.name.node.as_str())
}

/// What a guard asks about beside the hub: another column, and when a stage was entered.
fn asked(
    life: Life<'_>,
    found: &Clusters<'_>,
    guard: &Expr,
) -> Result<(Option<usize>, Option<SmolStr>), String> {
    let mut columns: Vec<usize> = Vec::new();
    let mut entered: Vec<SmolStr> = Vec::new();
    let mut beyond = false;
    let other = |object: ObjectRef| {
        let of = |c: &usize| life.field(*c).is_some_and(|f| f.id.object == object);
        life.columns().find(of).filter(|c| *c != found.hub)
    };
    guard.visit(&mut |e| match &e.node {
        ExprKind::Field { field, .. } => columns.extend(other(field.object)),
        ExprKind::Related { reference, .. } => columns.extend(other(reference.object)),
        ExprKind::Entered(stage) => entered.push(stage.clone()),
        ExprKind::Changed { .. } | ExprKind::Linked { .. } => beyond = true,
        _ => {}
    });
    columns.sort_unstable();
    columns.dedup();
    entered.sort_unstable();
    entered.dedup();
    if beyond {
        return Err("a condition asks for more than the records of its columns".into());
    }
    if columns.len() > 1 || entered.len() > 1 {
        return Err("a condition asks about several columns or stages at once".into());
    }
    Ok((columns.first().copied(), entered.pop()))
}

impl Cx<'_> {
    /// The lifecycles that are carried out.
    pub fn lifecycles(&mut self) -> Done<Vec<Lifecycle>> {
        let model = self.model;
        let mut lowered = Vec::new();
        for life in model.life_views() {
            if let Ok(found) = clusters(life) {
                let mut lifecycle = self.lifecycle(life, &found)?;
                lifecycle.digest = digest::of_lifecycle(&lifecycle);
                lowered.push(lifecycle);
            }
        }
        Ok(lowered)
    }

    /// What of the lifecycles is not carried out.
    pub fn lifecycles_not_executed(&self) -> Vec<NotExecuted> {
        let told = |life: Life<'_>| {
            let told = |construct: &str, reason: String| NotExecuted {
                construct: construct.into(),
                name: life.lifecycle.name.node.clone(),
                origin: self.origin(life.lifecycle.span),
                reason,
            };
            if let Err(reason) = clusters(life) {
                let reason =
                    format!("stages are checked and documented, and not moved yet: {reason}");
                return Some(told("lifecycle", reason));
            }
            let mut lines = life.lifecycle.transitions.iter();
            let made = lines.find_map(|t| t.made.as_ref())?;
            let word = made.node.word();
            Some(told(
                "re-entry",
                format!("whoever comes back is moved, and the {word} for it is not made yet"),
            ))
        };
        self.model.life_views().filter_map(told).collect()
    }

    /// The fields that the records which a sync makes on a side show their stage in.
    pub fn stages_made(&mut self, view: SyncView<'_>, side: Side) -> Vec<SmolStr> {
        let model = self.model;
        let end = view.sync.ends.get(side).object;
        let mut fields = Vec::new();
        for life in model.life_views().filter(|_| view.creates(side)) {
            let Ok(found) = clusters(life) else { continue };
            let linked = |way: &Way<'_>| matches!(way, Way::Linked(s) if s.id == view.id);
            if !found.ways.iter().any(linked) {
                continue;
            }
            for (column, way) in found.ways.iter().enumerate() {
                let field = life.field(column).filter(|f| Some(f.id.object) == end);
                if let (true, Some(field)) = (linked(way) || column == found.hub, field) {
                    fields.push(self.field(field.id));
                }
            }
        }
        fields
    }

    fn lifecycle(&mut self, life: Life<'_>, found: &Clusters<'_>) -> Done<Lifecycle> {
        let lifecycle = life.lifecycle;
        let mut columns = Vec::new();
        for (column, way) in found.ways.iter().enumerate() {
            columns.extend(self.stage_column(life, column, way));
        }
        let values = |at, column| {
            let cell = lifecycle.cell(at, column).iter();
            cell.map(|v| v.value.clone()).collect()
        };
        let stages = lifecycle.rows().map(|(at, stage)| StageRow {
            name: stage.name.node.clone(),
            cells: life.columns().map(|column| values(at, column)).collect(),
        });
        let mut moves = Vec::new();
        for t in &lifecycle.transitions {
            self.stage_moves(life, found, t, &mut moves)?;
        }
        Ok(Lifecycle {
            name: lifecycle.name.node.clone(),
            origin: self.origin(lifecycle.span),
            digest: SmolStr::default(),
            columns,
            stages: stages.collect(),
            moves,
            truth: lifecycle.truth.map(|t| life.system_name(t.node).into()),
        })
    }

    fn stage_column(
        &mut self,
        life: Life<'_>,
        column: usize,
        way: &Way<'_>,
    ) -> Option<StageColumn> {
        let entry = life.lifecycle.columns.get(column)?;
        let field = life.field(column)?;
        let conversion = field.system.profile.conversion;
        let flag = conversion
            .filter(|_| life.converts(column))
            .and_then(|c| field.object.field(c.flag));
        let converted = flag.map(|flag| {
            self.field(model::FieldRef {
                object: field.id.object,
                field: flag,
            })
        });
        let found = match way {
            Way::Hub => Found::Hub,
            Way::Linked(sync) => Found::Linked(sync.sync.name.node.clone()),
            Way::Through {
                object,
                near,
                far,
                sync,
            } => Found::Through(Through {
                object: self.object(*object),
                near: self.field(near.id),
                far: self.field(far.id),
                sync: sync.sync.name.node.clone(),
                choice: entry.choice.clone(),
                closed: life.closing(column).collect(),
            }),
        };
        Some(StageColumn {
            name: entry.name.node.clone(),
            object: self.object(field.id.object),
            field: self.field(field.id),
            found,
            converted,
        })
    }

    fn stage_moves(
        &mut self,
        life: Life<'_>,
        found: &Clusters<'_>,
        t: &Transition,
        moves: &mut Vec<StageMove>,
    ) -> Done<()> {
        let when = match &t.when {
            Some(when) => self.stage_guard(life, found, when)?,
            None => None,
        };
        for by in life.movers(t) {
            for from in &t.from {
                moves.push(StageMove {
                    from: life.lifecycle.stage_name(from.node).into(),
                    to: life.lifecycle.stage_name(t.to.node).into(),
                    by: life.system_name(by).into(),
                    conversion: t.conversion.is_some(),
                    when: when.clone(),
                    clear_first: t.clear_first.is_some(),
                });
            }
        }
        Ok(())
    }

    /// A guard: the hub stands on the left, another column on the right, and the instant of entering comes in.
    fn stage_guard(
        &mut self,
        life: Life<'_>,
        found: &Clusters<'_>,
        guard: &Expr,
    ) -> Done<Option<Guard>> {
        let Ok((column, entered)) = asked(life, found, guard) else {
            return Ok(None);
        };
        let hub = life.field(found.hub).map(|f| f.id.object);
        let mut guard = guard.clone();
        guard.visit_mut(&mut |e| match &mut e.node {
            ExprKind::Field { side, field }
            | ExprKind::Related {
                side,
                reference: field,
                ..
            } => {
                *side = if Some(field.object) == hub {
                    Side::Left
                } else {
                    Side::Right
                };
            }
            entered @ ExprKind::Entered(_) => *entered = ExprKind::Input,
            _ => {}
        });
        let condition: Lowered = self.expr(&guard)?;
        Ok(Some(Guard {
            condition,
            column: column.map(|c| column_name(life, c).into()),
            entered,
        }))
    }
}

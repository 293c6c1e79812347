//! How the records of a lifecycle's columns hang together: one of them is the hub, from which links and relations lead to the others.
//!
//! Either that is found for all of them, and every line can be carried out, or what stands against it is told in words.

use smol_str::SmolStr;

use crate::analyze::Life;
use crate::model::{self, Arrow, FieldView, Mode, ObjectRef, SyncView};
use crate::side::Side;

/// How the records of the columns hang together.
pub(super) struct Clusters<'m> {
    /// The column of the hub.
    pub hub: usize,
    /// How each column is found.
    pub ways: Vec<Way<'m>>,
}

/// How a column is found.
pub(super) enum Way<'m> {
    /// It is the hub.
    Hub,
    /// A sync links it.
    Linked(SyncView<'m>),
    /// Records of an object between both name it.
    Through {
        object: ObjectRef,
        near: FieldView<'m>,
        far: FieldView<'m>,
        sync: SyncView<'m>,
    },
}

/// How a lifecycle is carried out, or why it is not.
pub(super) fn clusters(life: Life<'_>) -> Result<Clusters<'_>, String> {
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

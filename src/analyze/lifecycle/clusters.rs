//! How the records of a lifecycle's columns hang together: one of them is the hub, from which links and relations lead to the others.
//!
//! Either that is found for all of them, and every line can be carried out, or there is something that stands against it.

use super::Life;
use crate::model::{self, Arrow, FieldView, Mode, ObjectRef, SyncView, SystemId};
use crate::side::Side;

/// How the records of the columns hang together.
#[derive(Debug)]
pub struct Clusters<'m> {
    /// The column of the hub.
    pub hub: usize,
    /// How each column is found.
    pub ways: Vec<Way<'m>>,
}

/// How a column is found.
#[derive(Clone, Copy, Debug)]
pub enum Way<'m> {
    /// It is the hub.
    Hub,
    /// A sync links it.
    Linked(SyncView<'m>),
    /// Records of an object between both name it.
    Through {
        /// These records.
        object: ObjectRef,
        /// Their reference to what a sync links with the hub.
        near: FieldView<'m>,
        /// Their reference to the column's record.
        far: FieldView<'m>,
        /// The sync.
        sync: SyncView<'m>,
    },
}

/// What stands against carrying a lifecycle out; a column and a line are positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// A column has no field.
    NoField,
    /// The columns are of more than two systems.
    ManySystems,
    /// All records are found through others.
    NoHub,
    /// No two-way sync links a column with the others.
    NotLinked(usize),
    /// Several do.
    LinkedOften(usize),
    /// A column is found through the references of a sync.
    References(usize),
    /// The records of a column's relation do not lead to it.
    LeadsNowhere(usize),
    /// A column cannot be written.
    ReadOnly(usize),
    /// A column is protected.
    Protected(usize),
    /// A row writes a column, too.
    Row(usize),
    /// Another lifecycle has the field of a column, too.
    Shared(usize),
    /// A move would have to write one of several records.
    OneOfMany {
        /// The line that permits it.
        transition: usize,
        /// Who moves.
        by: SystemId,
        /// The column of these records.
        column: usize,
    },
    /// No catalog says in which stages a column is closed.
    ClosedUnknown(usize),
}

/// How a lifecycle is carried out, or what stands against it.
pub fn clusters(life: Life<'_>) -> Result<Clusters<'_>, Hindrance> {
    let columns = &life.lifecycle.columns;
    if columns.iter().any(|c| c.field.is_none()) || columns.is_empty() {
        return Err(Hindrance::NoField);
    }
    let mut systems: Vec<_> = life.columns().filter_map(|c| life.system(c)).collect();
    systems.sort_unstable();
    systems.dedup();
    if systems.len() > 2 {
        return Err(Hindrance::ManySystems);
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
    Err(why.unwrap_or(Hindrance::NoHub))
}

fn ways(life: Life<'_>, hub: usize) -> Result<Vec<Way<'_>>, Hindrance> {
    let way = |column: usize| {
        if column == hub {
            return Ok(Way::Hub);
        }
        match life.lifecycle.columns.get(column).and_then(|c| c.through) {
            None => {
                let object = life.field(column).map(|f| f.id.object);
                match links(life, hub, object, &[]).as_slice() {
                    [sync] => Ok(Way::Linked(*sync)),
                    [] => Err(Hindrance::NotLinked(column)),
                    _ => Err(Hindrance::LinkedOften(column)),
                }
            }
            Some(_) => through_relation(life, hub, column),
        }
    };
    life.columns().map(way).collect()
}

/// The two-way syncs that link the hub's records with those of an object.
fn links<'m>(
    life: Life<'m>,
    hub: usize,
    object: Option<ObjectRef>,
    among: &[model::SyncId],
) -> Vec<SyncView<'m>> {
    let hub = life.field(hub).map(|f| f.id.object);
    let links = |s: &SyncView<'_>| {
        let on = |side: Side, object| s.sync.ends.get(side).object == object;
        Side::BOTH
            .iter()
            .any(|side| on(*side, hub) && on(!*side, object))
    };
    let two_way = |s: &SyncView<'_>| s.sync.mode == Mode::Merge && s.sync.arrow.node == Arrow::Both;
    let syncs = life.model.sync_views().filter(two_way);
    let syncs = syncs.filter(|s| among.is_empty() || among.contains(&s.id));
    syncs.filter(links).collect()
}

/// The records of a relation that lead to a column, and the link to those that they start at.
fn through_relation(life: Life<'_>, hub: usize, column: usize) -> Result<Way<'_>, Hindrance> {
    let model = life.model;
    let (Some(relation), Some(far)) = (life.through(column), life.field(column)) else {
        return Err(Hindrance::References(column));
    };
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
            let Some(own) = own else { continue };
            let linking = links(life, hub, Some(own), &between);
            let [sync] = *linking.as_slice() else {
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
    Err(Hindrance::LeadsNowhere(column))
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
fn may_write(life: Life<'_>, found: &Clusters<'_>) -> Result<(), Hindrance> {
    let model = life.model;
    for (column, way) in found.ways.iter().enumerate() {
        let (Some(field), false) = (life.field(column), matches!(way, Way::Through { .. })) else {
            continue;
        };
        if !field.field.updatable {
            return Err(Hindrance::ReadOnly(column));
        }
        let mut protected = model.syncs.iter().flat_map(|s| &s.protect);
        if protected.any(|p| p.field == field.id) {
            return Err(Hindrance::Protected(column));
        }
        let writes = |side: Side| {
            let mut rows = model.rows();
            rows.any(|r| r.writes(side).is_some_and(|(_, f)| f.id == field.id))
        };
        if Side::BOTH.into_iter().any(writes) {
            return Err(Hindrance::Row(column));
        }
        let before = model.life_views().take(life.number);
        let mut others = before.flat_map(|l| l.columns().filter_map(move |c| l.field(c)));
        if others.any(|f| f.id == field.id) {
            return Err(Hindrance::Shared(column));
        }
    }
    Ok(())
}

/// Whether each line can be carried out.
fn may_move(life: Life<'_>, found: &Clusters<'_>) -> Result<(), Hindrance> {
    for (transition, t) in life.lifecycle.transitions.iter().enumerate() {
        for (column, way) in found.ways.iter().enumerate() {
            let shows = !life.lifecycle.cell(t.to.node, column).is_empty();
            let own = life.system(column);
            let other = life.movers(t).into_iter().find(|by| Some(*by) != own);
            if let (Way::Through { .. }, true, Some(by)) = (way, shows, other) {
                return Err(Hindrance::OneOfMany {
                    transition,
                    by,
                    column,
                });
            }
        }
    }
    for (column, way) in found.ways.iter().enumerate() {
        let asks = life.lifecycle.columns.get(column);
        let mut picks = asks.into_iter().flat_map(|c| &c.choice);
        let closes = life.closing(column).next().is_some();
        if matches!(way, Way::Through { .. }) && picks.any(|p| p.state.is_some()) && !closes {
            return Err(Hindrance::ClosedUnknown(column));
        }
    }
    Ok(())
}

/// The columns in which the records that a sync makes on a side show their stage.
pub fn shown_in_creates<'m>(view: SyncView<'m>, side: Side) -> Vec<(Life<'m>, usize)> {
    let end = view.sync.ends.get(side).object;
    let linked = |way: &Way<'_>| matches!(way, Way::Linked(s) if s.id == view.id);
    let mut shown = Vec::new();
    for life in view.model.life_views().filter(|_| view.creates(side)) {
        let Ok(found) = clusters(life) else { continue };
        if !found.ways.iter().any(linked) {
            continue;
        }
        let ways = found.ways.iter().enumerate();
        let here = ways.filter(|(column, way)| linked(way) || *column == found.hub);
        let of_end = |c: &usize| life.field(*c).is_some_and(|f| Some(f.id.object) == end);
        shown.extend(
            here.map(|(column, _)| column)
                .filter(of_end)
                .map(|c| (life, c)),
        );
    }
    shown
}

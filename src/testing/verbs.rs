//! What people do to records, as the platforms do it.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::Told;
use super::platforms::{keep, untick};
use super::world::{Entry, World};
use crate::runtime::Record;
use crate::value::{Kind, Value, read_text, write_text};

/// A record is there.
pub(super) fn give(
    world: &mut World<'_>,
    object: &SmolStr,
    alias: &SmolStr,
    values: &BTreeMap<SmolStr, Value>,
) -> Told<()> {
    let reserved = world.find(object, alias).cloned();
    if let Some(id) = &reserved
        && world.entry(object, id).is_some()
    {
        return Err(format!("{object} `{alias}` is there already"));
    }
    let id = match reserved {
        Some(id) => id,
        None => world.next_id(object),
    };
    let record = Record {
        id: id.clone(),
        created: Some(world.now),
        modified: Some(world.now),
        ..Record::default()
    };
    world.name(alias, object, &id);
    let mut entry = Entry {
        record,
        fields: BTreeMap::new(),
    };
    set(world, object, &mut entry, values);
    world.add(object, entry);
    if world.has_begun() {
        world.react(object, &id, None)?;
    }
    Ok(())
}

/// A person edits a record. One that was converted is read-only.
pub(super) fn edit(
    world: &mut World<'_>,
    object: &SmolStr,
    alias: &SmolStr,
    values: &BTreeMap<SmolStr, Value>,
) -> Told<()> {
    let before = world.living(object, alias)?.clone();
    let flag = conversion_flag(world, object);
    if flag.is_some_and(|f| before.fields.get(f) == Some(&Value::Bool(true))) {
        return Err(format!(
            "{object} `{alias}` has been converted, and nobody can change it any more: edit what it became"
        ));
    }
    let mut changed = before.clone();
    changed.record.modified = Some(world.now);
    set(world, object, &mut changed, values);
    let id = changed.record.id.clone();
    *world.living(object, alias)? = changed;
    world.react(object, &id, Some(&before))
}

/// A record is deleted.
pub(super) fn delete(world: &mut World<'_>, object: &SmolStr, alias: &SmolStr) -> Told<()> {
    let now = world.now;
    let entry = world.living(object, alias)?;
    entry.record.deleted = true;
    entry.record.modified = Some(now);
    Ok(())
}

/// Two records become the second: it keeps its values, its blanks are filled from the first, and what referred to the first
/// refers to it.
pub(super) fn merge(
    world: &mut World<'_>,
    object: &SmolStr,
    alias: &SmolStr,
    into: &SmolStr,
) -> Told<()> {
    if alias == into {
        return Err(format!("{object} `{alias}` cannot be merged into itself"));
    }
    let stays = world.living(object, into)?.record.id.clone();
    let now = world.now;
    let says = world
        .system(object)
        .is_some_and(|s| s.merged_into.is_some());
    let goes = world.living(object, alias)?;
    goes.record.deleted = true;
    goes.record.modified = Some(now);
    goes.record.merged_into = says.then(|| stays.clone());
    let (gone, values) = (goes.record.id.clone(), goes.fields.clone());
    let lists = world.system(object).and_then(|s| s.merged_from.clone());
    let survivor = world.living(object, into)?;
    survivor.record.modified = Some(now);
    if let Some(field) = lists {
        let listed = survivor.fields.entry(field).or_default();
        let earlier = match &*listed {
            Value::Set(items) => items.to_vec(),
            _ => Vec::new(),
        };
        *listed = Value::set(earlier.into_iter().chain([gone.clone()]));
    }
    for (field, value) in values {
        let held = survivor.fields.entry(field).or_default();
        if held.is_blank() {
            *held = value;
        }
    }
    let bench = world.bench;
    let system = object.split_once('.').map(|(system, _)| system);
    for (holder, field) in bench.references.fields_to(object) {
        if holder.split_once('.').map(|(system, _)| system) != system {
            continue;
        }
        for entry in world.records(holder) {
            let value = entry.fields.get_mut(field);
            if let Some(value) = value.filter(|v| v.as_text() == Some(&gone)) {
                *value = Value::text(&stays);
                entry.record.modified = Some(now);
            }
        }
    }
    Ok(())
}

/// The field that is true once a record of an object has been converted.
fn conversion_flag<'b>(world: &World<'b>, object: &str) -> Option<&'b SmolStr> {
    let (_, name) = object.split_once('.')?;
    world.system(object)?.converted.get(name)
}

/// What whoever converts a record says of its stage: for each lifecycle that follows it, the one to which a conversion leads.
fn stages_of_conversion(
    world: &World<'_>,
    object: &SmolStr,
    record: &Entry,
) -> BTreeMap<SmolStr, Value> {
    let mut found = BTreeMap::new();
    for life in &world.bench.plan.lifecycles {
        let mut columns = life.columns.iter().enumerate();
        let own = columns.find(|(_, c)| c.object == *object && c.converted.is_some());
        let Some((at, column)) = own else { continue };
        let now = record.fields.get(&column.field).and_then(Value::as_text);
        let cell = |stage: &SmolStr| {
            let row = life.stages.iter().find(|s| s.name == *stage);
            row.and_then(|s| s.cells.get(at))
        };
        let shown = |stage| {
            let mut values = cell(stage).into_iter().flatten();
            values.any(|v| Some(v.as_str()) == now)
        };
        let system = object.split_once('.').map(|(system, _)| system);
        let lines = life.moves.iter();
        let mut lines = lines.filter(|m| m.conversion && Some(m.by.as_str()) == system);
        let here = lines.clone().find(|m| shown(&m.from)).or(lines.next());
        let value = here.and_then(|m| cell(&m.to)?.first());
        found.extend(value.map(|v| (column.field.clone(), Value::text(v))));
    }
    found
}

/// A record shows the stage of its conversion, and becomes records of the objects that a sync `converts to`: the ones that its alias names already, else new ones
/// from its fields of the same names.
pub(super) fn convert(world: &mut World<'_>, object: &SmolStr, alias: &SmolStr) -> Told<()> {
    let lead = world.living(object, alias)?.clone();
    let targets = targets(world, object);
    if targets.is_empty() {
        return Err(format!(
            "nothing says what a {object} is converted into: its sync needs `converts to`"
        ));
    }
    let flag = conversion_flag(world, object).cloned();
    let flag = flag.map(|flag| (flag, Value::Bool(true)));
    let mut became: BTreeMap<SmolStr, Value> = stages_of_conversion(world, object, &lead);
    became.extend(flag);
    for (target, field) in targets {
        let there = world
            .find(&target, alias)
            .filter(|id| world.live(&target, id).is_some())
            .cloned();
        let id = match there {
            Some(id) => id,
            None => {
                let id = world.next_id(&target);
                let known = world.bench.plan.objects.get(&target);
                let has = |field: &SmolStr| known.is_some_and(|o| o.fields.contains_key(field));
                let like_named = lead.fields.iter().filter(|(field, _)| has(field));
                let record = Record {
                    id: id.clone(),
                    created: Some(world.now),
                    modified: Some(world.now),
                    ..Record::default()
                };
                let mut fields = like_named.map(|(f, v)| (f.clone(), v.clone())).collect();
                leave_unticked(world, &target, &mut fields);
                world.add(&target, Entry { record, fields });
                id
            }
        };
        world.name(alias, &target, &id);
        became.insert(field, Value::text(&id));
    }
    edit(world, object, alias, &became)
}

/// What a record of an object is converted into: objects, each with the field that names the new record.
fn targets(world: &World<'_>, object: &SmolStr) -> BTreeMap<SmolStr, SmolStr> {
    let plan = &world.bench.plan;
    let Some((system, name)) = object.split_once('.') else {
        return BTreeMap::new();
    };
    let into = world
        .system(object)
        .and_then(|s| s.converted_into.get(name));
    let wanted = plan
        .syncs
        .iter()
        .filter(|s| s.objects.right == *object)
        .filter_map(|s| s.identity.converts_to.as_ref())
        .filter_map(|to| plan.syncs.iter().find(|s| s.name == *to))
        .map(|to| &to.objects.right);
    let wanted: Vec<&SmolStr> = wanted.collect();
    into.into_iter()
        .flatten()
        .map(|(target, field)| (format_smolstr!("{system}.{target}"), field.clone()))
        .filter(|(target, _)| wanted.contains(&target))
        .collect()
}

/// An owner leaves: marked as the platform marks one, else deleted.
pub(super) fn deactivate(world: &mut World<'_>, object: &SmolStr, alias: &SmolStr) -> Told<()> {
    let system = world.system(object);
    let name = object.split_once('.').map_or("", |(_, name)| name);
    if let Some(flag) = system.and_then(|s| s.active.get(name)) {
        let values = BTreeMap::from([(flag.clone(), Value::Bool(false))]);
        return edit(world, object, alias, &values);
    }
    if system.is_some_and(|s| s.deleted.is_some()) {
        return delete(world, object, alias);
    }
    Err(format!(
        "a {object} cannot be deactivated: its system marks neither who has left nor what is deleted"
    ))
}

/// Sets fields, and the members that a record has beside them. Boxes that are not ticked are false.
fn set(world: &World<'_>, object: &SmolStr, entry: &mut Entry, values: &BTreeMap<SmolStr, Value>) {
    let system = world.system(object);
    let own = world.bench.plan.objects.get(object);
    let created = own
        .and_then(|o| o.created.as_ref())
        .or(system.and_then(|s| s.created.as_ref()));
    let modified = own
        .and_then(|o| o.modified.as_ref())
        .or(system.and_then(|s| s.modified.as_ref()));
    for (field, value) in values {
        let value = world.meant(object, field, value);
        if created == Some(field) {
            entry.record.created = instant(&value);
        }
        if modified == Some(field) {
            entry.record.modified = instant(&value);
        }
        if system.is_some_and(|s| s.deleted.as_ref() == Some(field)) {
            entry.record.deleted = value == Value::Bool(true);
        }
        entry.fields.insert(field.clone(), value);
    }
    leave_unticked(world, object, &mut entry.fields);
    // before the first day all is stored already
    let known = own.filter(|_| !world.has_begun());
    for (name, value) in &mut entry.fields {
        if let Some(field) = known.and_then(|o| o.fields.get(name)) {
            keep(field, value);
        }
    }
}

/// Boxes that nobody ticked are false.
fn leave_unticked(world: &World<'_>, object: &SmolStr, fields: &mut BTreeMap<SmolStr, Value>) {
    let own = world.bench.plan.objects.get(object);
    let boxes = own.into_iter().flat_map(|o| &o.fields);
    for (name, _) in boxes.filter(|(_, f)| f.boxed) {
        untick(fields.entry(name.clone()).or_default());
    }
}

/// The milliseconds since 1970 that a value says.
fn instant(value: &Value) -> Option<i64> {
    match read_text(Kind::DateTime, &write_text(value)) {
        Ok(Value::DateTime(instant)) => Some(instant),
        _ => None,
    }
}

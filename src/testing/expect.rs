//! What must hold, and how it is told when it does not.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::world::{Entry, Round, World};
use crate::plan::Expected;
use crate::runtime::program::alike;
use crate::value::Value;

/// Checks an expectation; what does not hold, a sentence each.
pub(super) fn expect(world: &mut World<'_>, expected: &Expected) -> Result<(), Vec<String>> {
    let one = |text: String| Err(vec![text]);
    match expected {
        Expected::Quiet => match world.round() {
            Ok(round) if round.is_quiet() => Ok(()),
            Ok(round) => one(format!(
                "expected quiet, and one more round wrote {}",
                happened(&round)
            )),
            Err(text) => one(text),
        },
        Expected::NoRecord { object, alias } => {
            let id = world.find(object, alias);
            match id.and_then(|id| world.live(object, id)) {
                None => Ok(()),
                Some(found) => one(format!(
                    "expected no {object} `{alias}`, and there is one with the id `{}`",
                    found.record.id
                )),
            }
        }
        Expected::Record {
            object,
            alias,
            values,
        } => {
            let Some(id) = world.find(object, alias) else {
                return one(format!(
                    "expected a {object} `{alias}`, and there is none: none was given, and nothing of `{alias}` is linked with one"
                ));
            };
            match world.live(object, id) {
                None => one(format!("expected a {object} `{alias}`, and it is deleted")),
                Some(entry) => compare(world, object, alias, entry, values),
            }
        }
    }
}

fn compare(
    world: &World<'_>,
    object: &SmolStr,
    alias: &SmolStr,
    entry: &Entry,
    values: &BTreeMap<SmolStr, Value>,
) -> Result<(), Vec<String>> {
    let mut texts = Vec::new();
    for (field, expected) in values {
        let wanted = world.meant(object, field, expected);
        let found = member(world, object, entry, field);
        let equality = world
            .field(object, field)
            .map(|f| f.equality)
            .unwrap_or_default();
        if !alike(&equality, &found, &wanted) {
            let shown = |value: &Value| world.shown(object, field, value);
            texts.push(format!(
                "expected `{field}` of {object} `{alias}` to be {}, and it is {}",
                shown(&wanted),
                shown(&found)
            ));
        }
    }
    if texts.is_empty() { Ok(()) } else { Err(texts) }
}

/// What a record has under a name: a field, or a member beside the fields.
fn member(world: &World<'_>, object: &SmolStr, entry: &Entry, field: &SmolStr) -> Value {
    match world.system(object) {
        Some(system) if system.id == *field => Value::text(&entry.record.id),
        Some(system) if system.deleted.as_ref() == Some(field) => Value::Bool(entry.record.deleted),
        _ => entry.fields.get(field).cloned().unwrap_or_default(),
    }
}

/// What a round wrote, and what the systems made of it, in a sentence.
pub(super) fn happened(round: &Round) -> String {
    match (round.sent.is_empty(), round.reactions.is_empty()) {
        (_, true) => listed(&round.sent),
        (true, false) => format!("nothing, and {}", listed(&round.reactions)),
        (false, false) => format!("{}; {}", listed(&round.sent), listed(&round.reactions)),
    }
}

/// Sentences in one; the first few.
fn listed(writes: &[String]) -> String {
    const SHOWN: usize = 3;
    let first: Vec<&str> = writes.iter().take(SHOWN).map(String::as_str).collect();
    let more = match writes.len().saturating_sub(SHOWN) {
        0 => String::new(),
        n => format!(", and {n} more"),
    };
    format!("{}{more}", first.join("; "))
}

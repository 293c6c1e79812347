//! What automations ask of a save, and what they write then.

use smol_str::SmolStr;

use super::platforms::{Done, Platforms, Written, untick};
use crate::plan::{Entry, Events};
use crate::runtime::Record;
use crate::runtime::program::{Automation, Links, Node, Related, Scene};
use crate::side::Sides;
use crate::value::Value;

/// No record is linked for an automation: it knows nothing of syncs.
struct Alone;

impl Links for Alone {
    fn linked(&self, _: &[u16], _: crate::side::Side, _: &str) -> Option<SmolStr> {
        None
    }
}

impl Platforms<'_> {
    /// Whether a save starts an automation.
    pub fn starts(
        &mut self,
        rule: &Automation,
        before: Option<&Record>,
        now: &Record,
    ) -> Done<bool> {
        let event = match rule.events {
            Events::Created => before.is_none(),
            Events::Updated => before.is_some(),
            Events::Saved => true,
            Events::Deleted => false,
        };
        let changed = |slot: &u16| {
            let value = |r: &Record| r.values.get(usize::from(*slot)).cloned();
            before.is_none_or(|b| value(b) != value(now))
        };
        let touched = rule.changes.is_empty() || rule.changes.iter().any(changed);
        if !event || !touched || !rule.by.includes(self.by) {
            return Ok(false);
        }
        let Some(guard) = &rule.guard else {
            return Ok(true);
        };
        if !self.holds(rule, guard, before, now)? {
            return Ok(false);
        }
        Ok(match before {
            Some(before) if rule.entry != Entry::EveryTime => {
                !self.holds(rule, guard, Some(before), before)?
            }
            _ => true,
        })
    }

    fn holds(
        &mut self,
        rule: &Automation,
        condition: &Node,
        before: Option<&Record>,
        now: &Record,
    ) -> Done<bool> {
        let related = self.related(rule, now)?;
        Ok(scene(before, now, &related, |scene| {
            condition.holds(scene, &Value::Blank).unwrap_or(false)
        }))
    }

    /// What an automation writes: where, which slot, and what.
    pub fn writes(
        &mut self,
        rule: &Automation,
        before: Option<&Record>,
        now: &Record,
    ) -> Done<Vec<Written>> {
        let related = self.related(rule, now)?;
        Ok(scene(before, now, &related, |scene| {
            let active = rule.effects.iter().filter(|e| {
                let when = e.when.as_ref();
                when.is_none_or(|w| w.holds(scene, &Value::Blank).unwrap_or(false))
            });
            let written = active.filter_map(|e| {
                let value = e.value.eval(scene, &Value::Blank).ok()?;
                Some(((e.object, e.record), e.slot, value.into_owned()))
            });
            let mut written: Vec<Written> = written.collect();
            for ((object, _), slot, value) in &mut written {
                if self.field(*object, *slot).is_some_and(|f| f.boxed) {
                    untick(value);
                }
            }
            written
        }))
    }

    /// The records that the expressions of an automation read along references.
    fn related(&mut self, rule: &Automation, now: &Record) -> Done<Related> {
        let mut found = Related::new();
        for (source, object) in &rule.related {
            let id = source
                .read(now)
                .ok()
                .and_then(|v| v.as_text().map(SmolStr::new));
            if let Some(id) = id.filter(|id| !id.is_empty())
                && let Some(record) = self.read_one(*object, &id)?
            {
                found.insert((*object, id), record);
            }
        }
        Ok(found)
    }
}

/// Lets an expression see a record, what of it changed, and what it was; a new one was what it is.
fn scene<T>(
    before: Option<&Record>,
    now: &Record,
    related: &Related,
    see: impl FnOnce(&Scene<'_>) -> T,
) -> T {
    let changed: Vec<Sides<bool>> = now
        .values
        .iter()
        .enumerate()
        .map(|(slot, value)| {
            let changed = before.is_none_or(|b| b.values.get(slot) != Some(value));
            Sides::new(changed, false)
        })
        .collect();
    see(&Scene {
        records: Sides::new(Some(now), before.or(Some(now))),
        changed: &changed,
        links: &Alone,
        related,
    })
}

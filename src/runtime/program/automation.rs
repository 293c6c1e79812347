//! Automations of the systems, compiled for a world in memory that answers a write as they would.

use smol_str::SmolStr;

use super::compile::{Compiler, Done, Functions, Place};
use super::eval::{Node, Source};
use crate::plan::{self, Entry, Events, Origin, Phase, Plan, StartedBy};
use crate::runtime::ObjectId;

/// A compiled automation. In its expressions the record that starts it is the left one, the same record before the change
/// the right one, and [`Node::Changed`] names slots.
#[derive(Debug)]
pub struct Automation {
    /// What it is called in its system.
    pub name: SmolStr,
    /// What it is, in words.
    pub kind: SmolStr,
    /// Where it is written.
    pub origin: Origin,
    /// The object whose records start it.
    pub object: ObjectId,
    /// When in a transaction it runs.
    pub phase: Phase,
    /// How often it runs for a record in one transaction.
    pub limit: u8,
    /// Which events start it.
    pub events: Events,
    /// It runs only if one of these slots has changed; on any change where there are none.
    pub changes: Vec<u16>,
    /// Whose saves start it.
    pub by: StartedBy,
    /// Whether a guard that held before, too, starts it.
    pub entry: Entry,
    /// The condition under which it runs.
    pub guard: Option<Node>,
    /// The writes whose values are known.
    pub effects: Vec<Effect>,
    /// References whose records its expressions read.
    pub related: Vec<(Source, ObjectId)>,
}

/// A compiled write of an automation.
#[derive(Debug)]
pub struct Effect {
    /// The object that is written.
    pub object: ObjectId,
    /// The slot that is written.
    pub slot: u16,
    /// Of which record.
    pub record: Reached,
    /// The condition beyond the automation's own.
    pub when: Option<Node>,
    /// What is written.
    pub value: Node,
}

/// Which record an effect writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The record that started the automation.
    Itself,
    /// The record that this member of it names.
    Referenced(Source),
    /// The records that name it in this slot.
    Referring(u16),
}

/// Compiles the automations of a plan, over the shapes that [`compile`](super::compile) gives the same plan. Writes of unknown values, and
/// writes to records that are made or found by other means, are left out: no world in memory can make them. They may call
/// functions that no row has: whoever knows them gives them.
///
/// # Errors
/// Where the plan contradicts itself.
pub fn automations(plan: &Plan, functions: Functions) -> Done<Vec<Automation>> {
    let mut compiler = Compiler::new(plan, functions)?;
    plan.automations
        .iter()
        .map(|a| automation(&mut compiler, a))
        .collect()
}

fn automation<'p>(
    compiler: &mut Compiler<'p>,
    automation: &'p plan::Automation,
) -> Done<Automation> {
    let place = Place::of_object(&automation.object);
    let (object, _) = compiler.object(&automation.object)?;
    let guard = automation.guard.as_ref();
    let guard = guard.map(|g| compiler.node(place, g)).transpose()?;
    let mut effects = Vec::new();
    for e in &automation.effects {
        let record = match &e.record {
            plan::Reached::Itself => Reached::Itself,
            plan::Reached::Referenced(field) => {
                Reached::Referenced(compiler.source(&automation.object, field)?)
            }
            plan::Reached::Referring(field) => Reached::Referring(compiler.slot(&e.object, field)?),
            plan::Reached::Made | plan::Reached::Found => continue,
        };
        let Some(value) = &e.value else { continue };
        let when = e.when.as_ref();
        effects.push(Effect {
            object: compiler.object(&e.object)?.0,
            slot: compiler.slot(&e.object, &e.field)?,
            record,
            when: when.map(|w| compiler.node(place, w)).transpose()?,
            value: compiler.node(place, value)?,
        });
    }
    let slots = automation
        .changes
        .iter()
        .map(|f| compiler.slot(&automation.object, f));
    Ok(Automation {
        name: automation.name.clone(),
        kind: automation.kind.clone(),
        origin: automation.origin.clone(),
        object,
        phase: automation.phase,
        limit: automation.limit,
        events: automation.events,
        changes: slots.collect::<Done<_>>()?,
        by: automation.by,
        entry: automation.entry,
        guard,
        effects,
        related: compiler.take_related(),
    })
}

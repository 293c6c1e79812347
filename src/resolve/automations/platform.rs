//! What the platforms write by themselves, as automations: of their profiles, as far as the catalogs have the fields and
//! no setting of the system switches it off.

use smol_str::SmolStr;

use super::written;
use crate::model::{
    Automation, Effect, Entry, Events, FieldRef, Model, Phase, StartedBy, System, SystemId,
};
use crate::platform::PlatformWrite;

/// Adds the writes of every system's platform. Their values are the platform's secret.
pub(super) fn writes(model: &mut Model) {
    let mut found = Vec::new();
    for (i, system) in model.systems.iter().enumerate() {
        let id = SystemId(i as u32);
        let writes = system.profile.writes.iter();
        let on = writes.filter(|w| !switched_off(system, w));
        found.extend(on.filter_map(|w| automation(model, id, system, w)));
    }
    model.automations.extend(found);
}

fn switched_off(system: &System, write: &PlatformWrite) -> bool {
    write.setting.is_some_and(|s| system.switches_off(s))
}

fn automation(
    model: &Model,
    id: SystemId,
    system: &System,
    write: &PlatformWrite,
) -> Option<Automation> {
    let field = |object: &str, field: &str| {
        let catalog = model.catalogs.get(&system.name.node)?;
        let object = catalog.object(object)?;
        let field = catalog.field(object, field)?;
        let object = crate::model::ObjectRef { system: id, object };
        Some(FieldRef { object, field })
    };
    let started = field(write.object, write.field)?;
    let span = system.name.span;
    let effects = write.writes.iter().filter_map(|(of, name)| {
        let target = field(of, name)?;
        Some(Effect {
            span,
            target,
            record: written(model, started.object, target.object),
            when: None,
            value: None,
            stamp: None,
        })
    });
    Some(Automation {
        name: SmolStr::new_static(system.kind.title()),
        kind: "platform",
        span,
        system: id,
        object: Some(started.object),
        phase: Phase::BeforeSave,
        order: None,
        events: Events::Saved,
        changes: vec![started],
        by: StartedBy::Anyone,
        entry: Entry::EveryTime,
        guard: None,
        effects: effects.collect(),
        opaque: None,
        asks: Vec::new(),
    })
}

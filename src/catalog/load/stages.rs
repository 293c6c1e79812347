//! Stages, as both platforms hold them apart from the fields that they are values of.

use smol_str::SmolStr;
use thin_vec::{ThinVec, thin_vec};

use crate::catalog::field::{FieldType, PickValue};
use crate::catalog::object::Object;

/// HubSpot's stage fields take the stages of the pipelines, each under its own pipeline. Where the property lists a value
/// that no pipeline has, the pipelines at hand are not all of them, and the property's own list holds.
pub(super) fn fill(object: &mut Object) {
    let (pipeline, stage) = match &*object.name {
        "deal" => ("pipeline", "dealstage"),
        "ticket" => ("hs_pipeline", "hs_pipeline_stage"),
        _ => return,
    };
    let value = |id: &SmolStr, label: &SmolStr, valid_for| PickValue {
        label: label.clone(),
        valid_for,
        ..PickValue::new(id.clone())
    };
    let (mut pipelines, mut stages) = (Vec::new(), Vec::new());
    for p in &object.pipelines {
        pipelines.push(value(&p.id, &p.label, ThinVec::new()));
        stages.extend(
            p.stages
                .iter()
                .map(|s| value(&s.id, &s.label, thin_vec![p.id.clone()])),
        );
    }
    for (name, values, controller) in [
        (pipeline, pipelines, None),
        (stage, stages, Some(SmolStr::new_static(pipeline))),
    ] {
        let Some(field) = object.fields.iter_mut().find(|f| f.name == name) else {
            continue;
        };
        field.ty = FieldType::Picklist;
        let picklist = field.picklist.get_or_insert_default();
        picklist.restricted = true;
        if picklist
            .values
            .iter()
            .all(|own| values.iter().any(|v| v.value == own.value))
        {
            // Without any pipeline there is nothing to check against.
            picklist.external = values.is_empty();
            picklist.values = values;
            picklist.controller = controller;
        } else {
            picklist.external = false;
        }
    }
}

/// A record type's process narrows the stages or statuses.
pub(super) fn narrow(object: &mut Object) {
    let field = match &*object.name {
        "Opportunity" => "StageName",
        "Lead" | "Case" | "Solution" => "Status",
        _ => return,
    };
    for record_type in &mut object.record_types {
        let process = record_type
            .process
            .as_ref()
            .and_then(|p| object.processes.iter().find(|q| q.name == *p));
        if let Some(process) = process {
            record_type
                .picklists
                .entry(SmolStr::new_static(field))
                .or_insert_with(|| process.values.clone());
        }
    }
}

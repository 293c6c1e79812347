//! The part of a field's list that a sync is narrowed to: the values of its record type, the stages of its pipeline.

use smol_str::SmolStr;

use crate::model::{FieldView, Narrowing, SyncView};
use crate::side::Side;

/// A part of a field's list.
#[derive(Clone, Debug)]
pub struct Portion<'m> {
    /// What the part belongs to.
    pub of: PortionOf,
    /// What that is called.
    pub name: &'m str,
    /// Its values.
    pub values: Vec<&'m SmolStr>,
}

/// What has its own part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortionOf {
    /// A record type.
    RecordType,
    /// A pipeline.
    Pipeline,
}

/// The part of a field's list that records of a sync may have, where it is narrowed and the catalog knows the part.
pub fn portion<'m>(sync: SyncView<'m>, side: Side, field: FieldView<'m>) -> Option<Portion<'m>> {
    let narrowed = &sync.sync.narrowed.get(side).as_ref()?.node;
    of_record_type(field, narrowed).or_else(|| of_pipeline(field, narrowed))
}

/// The part of a field's list that a record type allows: its own, or that of its process for the field of the stages.
fn of_record_type<'m>(field: FieldView<'m>, narrowed: &'m Narrowing) -> Option<Portion<'m>> {
    let record_type = field.object.record_type(&narrowed.name)?;
    let process = || {
        let staged = field.object.pipeline(field.name()).is_some();
        let name = record_type.process.as_ref().filter(|_| staged)?;
        field
            .object
            .processes
            .iter()
            .find(|p| p.name == *name)
            .map(|p| &p.values)
    };
    let values = record_type
        .picklists
        .get(&field.field.name)
        .or_else(process)?;
    Some(Portion {
        of: PortionOf::RecordType,
        name: &narrowed.name,
        values: values.iter().collect(),
    })
}

/// The stages of a pipeline, for the field whose list depends on it.
fn of_pipeline<'m>(field: FieldView<'m>, narrowed: &'m Narrowing) -> Option<Portion<'m>> {
    let list = field.picklist()?;
    let controller = field.object.field(list.controller.as_deref()?)?;
    let pipeline = narrowed.value.as_text()?;
    if narrowed.field?.field != controller || field.object.pipeline(pipeline).is_none() {
        return None;
    }
    let valid = list
        .values
        .iter()
        .filter(|v| v.valid_for.iter().any(|p| p == pipeline));
    Some(Portion {
        of: PortionOf::Pipeline,
        name: &narrowed.name,
        values: valid.map(|v| &v.value).collect(),
    })
}

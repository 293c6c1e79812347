//! Picklist coverage: which values of a field no row of a map takes, and where a value stands in a catalog.

use smol_str::SmolStr;

use crate::catalog::PickValue;
use crate::model::{Catalogued, FieldRef, FieldView, MapId, Model, PicklistMap};
use crate::side::Side;

/// What a map leaves out of one field that it is declared for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The map.
    pub map: MapId,
    /// The side that the values come from.
    pub from: Side,
    /// The field on that side.
    pub field: FieldRef,
    /// Choosable values that no row takes and no `else` catches, in the order of the catalog.
    pub missing: Vec<SmolStr>,
    /// Choosable values that only `else` catches.
    pub caught: Vec<SmolStr>,
}

/// The coverage of every map over the fields of its header, for each direction that it serves.
pub(super) fn coverage(model: &Model) -> Vec<Coverage> {
    let mut found = Vec::new();
    for (i, map) in model.maps.iter().enumerate() {
        for from in Side::BOTH.into_iter().filter(|s| map.arrow.goes_from(*s)) {
            for field in &map.ends.get(from).fields {
                let Some(view) = model.field(*field) else {
                    continue;
                };
                found.push(of_field(map, MapId(i as u32), from, view));
            }
        }
    }
    found
}

/// The coverage of one field by a map.
pub fn of_field(map: &PicklistMap, id: MapId, from: Side, field: FieldView<'_>) -> Coverage {
    let unmapped = |v: &&PickValue| map.image(from, &v.value).is_none();
    let mut names: Vec<SmolStr> = Vec::new();
    for value in field.choices().filter(unmapped) {
        if !names.contains(&value.value) {
            names.push(value.value.clone());
        }
    }
    let caught = map.otherwise.get(from).is_some();
    let (missing, caught) = if caught {
        (Vec::new(), names)
    } else {
        (names, Vec::new())
    };
    Coverage {
        map: id,
        from,
        field: field.id,
        missing,
        caught,
    }
}

/// Whether and how a value stands in the list of a field.
pub fn standing<'m>(field: FieldView<'m>, value: &str) -> (Catalogued, Option<&'m PickValue>) {
    let Some(list) = field.picklist() else {
        return (Catalogued::Unlisted, None);
    };
    if let Some(found) = list
        .values
        .iter()
        .find(|v| v.value == value && v.active && !v.hidden)
    {
        return (Catalogued::Active, Some(found));
    }
    if let Some(found) = list.get(value) {
        return (Catalogued::Inactive, Some(found));
    }
    if let Some(found) = list
        .values
        .iter()
        .find(|v| v.value.eq_ignore_ascii_case(value))
    {
        return (Catalogued::OtherCase, Some(found));
    }
    match list.by_label(value) {
        Some(found) => (Catalogued::Label, Some(found)),
        None => (Catalogued::Unknown, None),
    }
}

/// The likeliest counterpart of a value among the choices of another field: by API name, by label, by likeness.
pub fn home<'m>(value: &PickValue, field: FieldView<'m>) -> Option<&'m PickValue> {
    let same = |a: &str, b: &str| {
        let fold = |s: &str| {
            s.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect::<String>()
        };
        !a.is_empty() && fold(a) == fold(b)
    };
    let choices = || field.choices();
    choices()
        .find(|c| same(&c.value, &value.value))
        .or_else(|| choices().find(|c| same(&c.label, &value.label)))
        .or_else(|| {
            choices().find(|c| same(&c.label, &value.value) || same(&c.value, &value.label))
        })
        .or_else(|| {
            let near = crate::text::closest(&value.value, choices().map(|c| c.value.as_str()))?;
            choices().find(|c| c.value == near)
        })
}

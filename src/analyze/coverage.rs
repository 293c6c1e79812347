//! Picklist coverage: which values of a field no row of a map takes, and where a value stands in a catalog.

use rayon::prelude::*;
use smol_str::SmolStr;

use super::applied::ByMap;
use crate::catalog::PickValue;
use crate::model::{Catalogued, Fallback, FieldRef, FieldView, MapId, Model, PicklistMap, RowId};
use crate::side::Side;
use crate::source::Span;

/// What a map leaves out of one field that it is declared for, or that a row applies it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The map.
    pub map: MapId,
    /// The side that the values come from.
    pub from: Side,
    /// The field on that side.
    pub field: FieldRef,
    /// Where the map meets the field.
    pub place: Place,
    /// The field that the values go to, where it is one.
    pub target: Option<FieldRef>,
    /// Choosable values that no row takes and no `else` catches, in the order of the catalog. An `else -> keep` does not
    /// catch a value that the target would refuse.
    pub missing: Vec<SmolStr>,
    /// Choosable values that only `else` catches, and that it does not carry over to the same value.
    pub caught: Vec<SmolStr>,
}

/// Where a map meets a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the header of the map.
    Header,
    /// On a row that applies it, at its `via`.
    Row(RowId, Span),
}

/// What every map leaves out of the fields of its header, for each direction that it serves, then of the fields of the rows
/// that apply it to others. Most maps leave out nothing.
pub(super) fn coverage(model: &Model, applied: &ByMap<'_>) -> Vec<Coverage> {
    let of_map = |(i, map): (usize, &PicklistMap)| {
        let id = MapId(i as u32);
        let mut found = Vec::new();
        for from in Side::BOTH {
            let served = map.arrow.goes_from(from);
            let header = map.ends.get(from).fields.as_slice();
            let header = if served { header } else { &[] };
            let target = map.ends.get(!from).fields.first().copied();
            for field in header {
                found.extend(of_field(model, id, from, *field, target, Place::Header));
            }
            for a in applied.of(id).iter().filter(|a| a.from == from) {
                if let Some(field) = a.source.filter(|f| !header.contains(f)) {
                    let place = Place::Row(a.row, a.span);
                    found.extend(of_field(model, id, from, field, a.target, place));
                }
            }
        }
        found
    };
    let maps = model.maps.par_iter().enumerate();
    maps.flat_map_iter(of_map).collect()
}

/// What a map leaves out of one field; none where it takes all of it.
fn of_field(
    model: &Model,
    map: MapId,
    from: Side,
    field: FieldRef,
    target: Option<FieldRef>,
    place: Place,
) -> Option<Coverage> {
    let rows = model.maps.get(map.index())?;
    let otherwise = rows
        .otherwise
        .get(from)
        .as_ref()
        .map(|o| o.fallback.clone());
    let to = target.and_then(|t| model.field(t));
    let mut coverage = Coverage {
        map,
        from,
        field,
        place,
        target,
        missing: Vec::new(),
        caught: Vec::new(),
    };
    let choices = model.field(field)?.choices();
    for (near, value) in choices.map(|c| &c.value).enumerate() {
        let known = coverage.missing.contains(value) || coverage.caught.contains(value);
        if known || rows.image_near(from, value, near).is_some() {
            continue;
        }
        let there = |t: FieldView<'_>| {
            matches!(
                standing(t, value).0,
                Catalogued::Active | Catalogued::Unlisted
            )
        };
        match (&otherwise, to) {
            (None, _) => coverage.missing.push(value.clone()),
            (Some(Fallback::Keep), Some(t)) if there(t) => {}
            (Some(Fallback::Keep), Some(t)) if t.rejects_unknown() => {
                coverage.missing.push(value.clone())
            }
            (Some(_), _) => coverage.caught.push(value.clone()),
        }
    }
    let whole = coverage.missing.is_empty() && coverage.caught.is_empty();
    (!whole).then_some(coverage)
}

/// Whether and how a value stands in the list of a field.
pub fn standing<'m>(field: FieldView<'m>, value: &str) -> (Catalogued, Option<&'m PickValue>) {
    standing_near(field, value, 0)
}

/// The same, looked for at this position of the list first: most maps have its order.
pub(super) fn standing_near<'m>(
    field: FieldView<'m>,
    value: &str,
    near: usize,
) -> (Catalogued, Option<&'m PickValue>) {
    let Some(list) = field.picklist() else {
        return (Catalogued::Unlisted, None);
    };
    let chosen = |v: &&PickValue| v.value == value && v.active && !v.hidden;
    let near = list.values.get(near).filter(chosen);
    if let Some(found) = near.or_else(|| list.values.iter().find(chosen)) {
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

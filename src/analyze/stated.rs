//! Values that the spec writes out beside fields with a list of values, and how they stand in that list.

use rayon::prelude::*;
use smol_str::SmolStr;

use crate::model::{
    Catalogued, CellKind, Fallback, FieldRef, MapId, MapValue, Model, PicklistMap, Role, RowView,
    SyncView,
};
use crate::side::Side;
use crate::source::Span;
use crate::value::Value;

use super::applied::{Applied, ByMap};
use super::coverage::standing_near;

/// A value written out beside a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedValue {
    /// The value and its place.
    pub value: MapValue,
    /// The field: of several that it is meant for, one that lacks it.
    pub field: FieldRef,
    /// Whether it is written, or only read.
    pub role: Role,
    /// How it stands in the list of the field.
    pub standing: Catalogued,
    /// The value of the field that was most likely meant.
    pub meant: Option<SmolStr>,
    /// The side of a map that it belongs to.
    pub map: Option<(MapId, Side)>,
}

impl super::Facts {
    /// Whether a value that is written out in a place is none of its field. That is told there; what would follow from it is
    /// not known.
    pub fn is_misstated(&self, place: Span) -> bool {
        self.stated.iter().any(|s| {
            let meant = matches!(
                s.standing,
                Catalogued::Unknown | Catalogued::Label | Catalogued::OtherCase
            );
            meant && place.contains(s.value.span)
        })
    }
}

/// Every value that the project states and that is not an active value of its field's list, in the order in which they
/// were met, each place once. The standard library is not looked at: no row of it is the user's mistake.
pub(super) fn stated(model: &Model, applied: &ByMap<'_>) -> Vec<StatedValue> {
    let of_map = |(i, map): (usize, &PicklistMap)| {
        let id = MapId(i as u32);
        let mut found = Vec::new();
        for side in Side::BOTH.into_iter().filter(|_| !map.standard) {
            let fields = Fields::of(map, side, applied.of(id));
            let place = Some((id, side));
            for (near, row) in map.rows.iter().enumerate() {
                for (at, value) in row.values.get(side).iter().enumerate() {
                    let role = if at == 0 && row.arrow.goes_from(!side) {
                        Role::Written
                    } else {
                        Role::Compared
                    };
                    found.extend(fields.judge(model, value, near, role, place));
                }
            }
            if let Some(otherwise) = map.otherwise.get(!side)
                && let Fallback::Value(value) = &otherwise.fallback
            {
                let value = at(value, otherwise.span);
                found.extend(fields.judge(model, &value, 0, Role::Written, place));
            }
        }
        found
    };
    let of_sync = |sync: SyncView<'_>| {
        let mut found = Vec::new();
        for (row, from) in sync.ways() {
            fallbacks(row, from, &mut found);
        }
        found
    };
    let maps = model.maps.par_iter().enumerate();
    let mut found: Vec<StatedValue> = maps.flat_map_iter(of_map).collect();
    for used in &model.values {
        let one = Fields::one(&used.field);
        found.extend(one.judge(model, &used.value, 0, used.role, None));
    }
    found.par_extend(model.par_sync_views().flat_map_iter(of_sync));
    let mut seen = std::collections::HashSet::new();
    found.retain(|s| seen.insert(s.value.span));
    found
}

/// The values that a row itself states: what stands in for a blank, and for a value that has no image.
fn fallbacks(row: RowView<'_>, from: Side, found: &mut Vec<StatedValue>) {
    let Some(lane) = row.lane(from) else { return };
    let CellKind::Field(target) = &row.row.cells.get(!from).node else {
        return;
    };
    let mut written = Vec::new();
    if let Some(default) = &lane.default {
        written.push((&default.node, default.span));
    }
    let otherwise = row.row.via.as_ref().and_then(|v| v.otherwise.as_ref());
    if let (Fallback::Value(value), Some(stated)) = (&lane.failure, otherwise) {
        written.push((value, stated.span));
    }
    if written.is_empty() {
        return;
    }
    let one = Fields::one(target);
    for (value, span) in written.into_iter().filter(|(v, _)| **v != Value::Blank) {
        let members: Vec<MapValue> = match value {
            Value::Set(members) => members
                .iter()
                .map(|m| MapValue {
                    value: m.as_str().into(),
                    span,
                })
                .collect(),
            other => vec![at(other, span)],
        };
        for member in &members {
            found.extend(one.judge(row.sync.model, member, 0, Role::Written, None));
        }
    }
}

fn at(value: &Value, span: Span) -> MapValue {
    MapValue {
        value: value.to_string().into(),
        span,
    }
}

/// The fields that a value is meant for: those of a header, and those of rows. There are many values, so that nothing is
/// copied together.
struct Fields<'a> {
    header: &'a [FieldRef],
    rows: &'a [&'a Applied],
    side: Side,
}

impl<'a> Fields<'a> {
    fn one(field: &'a FieldRef) -> Self {
        Self {
            header: std::slice::from_ref(field),
            rows: &[],
            side: Side::Left,
        }
    }

    /// Those of a map's header, and those that rows read through it; a map without a header is meant for the fields of its
    /// rows. What a row writes beyond the header is judged at the row.
    fn of(map: &'a PicklistMap, side: Side, rows: &'a [&'a Applied]) -> Self {
        let header = map.ends.get(side).fields.as_slice();
        Self { header, rows, side }
    }

    fn read(&self) -> impl Iterator<Item = FieldRef> {
        let rows = self.rows.iter().filter(|a| a.from == self.side);
        let header = self.header.iter().copied();
        header.chain(rows.filter_map(|a| a.source))
    }

    fn written(&self) -> impl Iterator<Item = FieldRef> {
        let headless = self.header.is_empty();
        let rows = self
            .rows
            .iter()
            .filter(move |a| headless && a.from != self.side);
        let header = self.header.iter().copied();
        header.chain(rows.filter_map(|a| a.target))
    }

    /// A value that is written must stand in every list; one that is read must stand in one of them. It is looked for near a position
    /// first.
    fn judge(
        &self,
        model: &Model,
        value: &MapValue,
        near: usize,
        role: Role,
        map: Option<(MapId, Side)>,
    ) -> Option<StatedValue> {
        let stand = |field: FieldRef| {
            let view = model.field(field)?;
            Some((field, standing_near(view, &value.value, near).0))
        };
        let sound = |s: Catalogued| matches!(s, Catalogued::Active | Catalogued::Unlisted);
        let (field, standing) = match role {
            Role::Written => self.written().filter_map(stand).find(|(_, s)| !sound(*s))?,
            Role::Compared => {
                let all = || self.read().filter_map(stand);
                if all().any(|(_, s)| sound(s)) {
                    return None;
                }
                all()
                    .find(|(_, s)| *s == Catalogued::Inactive)
                    .or_else(|| all().next())?
            }
        };
        let view = model.field(field)?;
        let meant = match super::standing(view, &value.value) {
            (Catalogued::Label | Catalogued::OtherCase, Some(entry)) => Some(entry.value.clone()),
            (Catalogued::Unknown, _) => {
                let choices = view.choices().map(|c| c.value.as_str());
                crate::text::closest(&value.value, choices).map(SmolStr::new)
            }
            _ => None,
        };
        Some(StatedValue {
            meant,
            value: value.clone(),
            field,
            role,
            standing,
            map,
        })
    }
}

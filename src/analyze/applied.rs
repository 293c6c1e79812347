//! Which rows apply which maps, and to which fields.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::model::{
    CellKind, Expr, ExprKind, FieldRef, Lane, MapId, Model, PicklistMap, RowId, RowView, SyncView,
};
use crate::side::Side;
use crate::source::Span;

/// A map that a row applies in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The map.
    pub map: MapId,
    /// The row.
    pub row: RowId,
    /// The side that the values come from.
    pub from: Side,
    /// The field that the values come from, where it is one.
    pub source: Option<FieldRef>,
    /// The field that the map's result is written to, where nothing else is done to it.
    pub target: Option<FieldRef>,
    /// Where the map is named.
    pub span: Span,
}

/// Applications sorted by their map, those of a map in the order of the spec.
pub(super) struct ByMap<'a>(Vec<&'a Applied>);

impl<'a> ByMap<'a> {
    pub fn new(applied: &'a [Applied]) -> Self {
        let mut by_map: Vec<&Applied> = applied.iter().collect();
        by_map.sort_by_key(|a| a.map);
        Self(by_map)
    }

    /// The applications of one map.
    pub fn of(&self, map: MapId) -> &[&'a Applied] {
        let first = self.0.partition_point(|a| a.map < map);
        let rest = self.0.get(first..).unwrap_or_default();
        let behind = rest.iter().position(|a| a.map != map);
        rest.get(..behind.unwrap_or(rest.len())).unwrap_or_default()
    }
}

/// Every application of a map by a row, in the order of the spec.
pub(super) fn applied(model: &Model) -> Vec<Applied> {
    let of_sync = |sync: SyncView<'_>| {
        let mut found = Vec::new();
        for (row, from) in sync.ways() {
            if let Some(lane) = row.lane(from) {
                gather(row, from, &lane.value, &mut found);
                if let CellKind::Computed(e) = &row.row.cells.get(from).node {
                    gather(row, from, e, &mut found);
                }
            }
        }
        found
    };
    model.par_sync_views().flat_map_iter(of_sync).collect()
}

fn gather(row: RowView<'_>, from: Side, e: &Expr, found: &mut Vec<Applied>) {
    e.visit(&mut |node| {
        let (ExprKind::Map {
            map,
            from: side,
            input,
            ..
        }
        | ExprKind::Each {
            map,
            from: side,
            input,
        }) = &node.node
        else {
            return;
        };
        let source = match input.node {
            ExprKind::Input => row.row.cells.get(from).field(),
            ExprKind::Field { field, .. } | ExprKind::Related { field, .. } => Some(field),
            _ => None,
        };
        let target = std::ptr::eq(node, e).then(|| row.row.cells.get(!from).field());
        found.push(Applied {
            map: *map,
            row: row.id,
            from: *side,
            source,
            target: target.flatten(),
            span: node.span,
        });
    });
}

/// The first map that is declared for each pair of fields: left, right.
#[derive(Debug, Default)]
pub struct Declared(HashMap<(FieldRef, FieldRef), MapId>);

impl Declared {
    pub(super) fn new(model: &Model) -> Self {
        let mut pairs = HashMap::new();
        for (i, map) in model.maps.iter().enumerate() {
            for left in &map.ends.left.fields {
                for right in &map.ends.right.fields {
                    pairs.entry((*left, *right)).or_insert(MapId(i as u32));
                }
            }
        }
        Self(pairs)
    }
}

/// The map that is declared for the two fields of a row which applies none.
pub fn forgotten_map<'m>(row: RowView<'m>, declared: &Declared) -> Option<&'m PicklistMap> {
    let (left, right) = (row.field(Side::Left)?.id, row.field(Side::Right)?.id);
    let maps = Side::BOTH.into_iter().filter_map(|s| row.lane(s));
    let applies = |lane: &Lane| {
        matches!(
            lane.value.node,
            ExprKind::Map { .. } | ExprKind::Each { .. }
        )
    };
    if maps.into_iter().any(applies) {
        return None;
    }
    let map = declared.0.get(&(left, right))?;
    row.sync.model.maps.get(map.index())
}

//! Rows: cells, lanes, and what a sync may write.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{Cx, Done, impossible};
use crate::model::{CellKind, FieldRef, Mode, RowId, RowView, ViaKind};
use crate::plan::{Cell, DeletePolicy, Expr, Identity, Lane, Protected, Row};
use crate::side::{Side, Sides};

/// Rounds after which a row is quiet that writes what it read.
const PLAIN: u32 = 1;
/// The same where a value changes once more into its normal form.
const NORMALISED: u32 = 2;

/// The sides that a sync ever writes.
pub(super) fn writes_side(sync: &crate::model::Sync) -> Sides<bool> {
    Sides::new(Side::Left, Side::Right)
        .map(|side| sync.mode != Mode::LinkOnly && sync.arrow.node.goes_from(!side))
}

/// All fields of a side that may be written, sorted.
pub(super) fn write_set(
    side: Side,
    writes: bool,
    rows: &[Row],
    identity: &Identity,
    stages: &[SmolStr],
    protected: &[Protected],
) -> Vec<SmolStr> {
    if !writes {
        return Vec::new();
    }
    let lanes = rows.iter().filter(|r| r.lanes.get(!side).is_some());
    let mut set: BTreeSet<SmolStr> = lanes
        .filter_map(|r| r.cells.get(side).field.clone())
        .collect();
    if let DeletePolicy::Flag(field) = identity.delete.get(side) {
        set.insert(field.clone());
    }
    if *identity.create.get(side) {
        set.extend(
            identity
                .create_with
                .get(side)
                .iter()
                .map(|(f, _)| f.clone()),
        );
        set.extend(stages.iter().cloned());
    }
    let open = |f: &SmolStr| {
        protected
            .iter()
            .all(|p| p.field != *f || p.after_create && *identity.create.get(side))
    };
    set.extend(identity.stamp.get(side).clone().filter(open));
    set.into_iter().collect()
}

impl Cx<'_> {
    /// Lowers a row; none where it can write nothing in this sync.
    pub fn row(&mut self, view: RowView<'_>, writes: Sides<bool>) -> Done<Option<Row>> {
        let row = view.row;
        let mut lanes = Sides::new(None, None);
        for from in Side::BOTH {
            let Some(lane) = view.lane(from).filter(|_| *writes.get(!from)) else {
                continue;
            };
            *lanes.get_mut(from) = Some(Lane {
                value: self.lane_value(view, from, &lane.value)?,
                failure: lane.failure.clone(),
                blank: lane.blank,
                timing: lane.timing,
                default: lane.default.as_ref().map(|d| d.node.clone()),
                enforce: lane.enforce,
            });
        }
        if lanes.left.is_none() && lanes.right.is_none() {
            return Ok(None);
        }
        let two_way = lanes.left.is_some() && lanes.right.is_some();
        let normal = match &row.normal {
            Some(form) if two_way => Some(self.expr(form)?),
            _ => None,
        };
        let normalises = matches!(
            row.via.as_ref().map(|v| &v.kind),
            Some(ViaKind::Normalize(_) | ViaKind::Normaliser(_))
        );
        Ok(Some(Row {
            name: row.name.clone(),
            origin: self.origin(row.span),
            digest: SmolStr::default(),
            cells: Sides::new(self.cell(view, Side::Left)?, self.cell(view, Side::Right)?),
            lanes,
            bound: self.bound(view.id, if normalises { NORMALISED } else { PLAIN }),
            normal,
            authority: view.authority().filter(|_| two_way),
            when: row.when.as_ref().map(|w| self.expr(w)).transpose()?,
        }))
    }

    /// Rounds after which a row is quiet: as the cell graph proves where its cells write each other, at least those of the
    /// row alone.
    fn bound(&self, row: RowId, alone: u32) -> u32 {
        self.bounds.get(&row).map_or(alone, |k| alone.max(*k))
    }

    /// How the cell of a row is read.
    pub fn read(&mut self, view: RowView<'_>, side: Side) -> Done<Expr> {
        let cell = view.row.cells.get(side);
        match &cell.node {
            CellKind::Unknown => Err(impossible("an unknown field", cell.span)),
            CellKind::Computed(e) => self.expr(e),
            CellKind::Field(field) => Ok(Expr::Field {
                side,
                field: self.field(*field),
            }),
        }
    }

    fn cell(&mut self, view: RowView<'_>, side: Side) -> Done<Cell> {
        let read = self.read(view, side)?;
        let field = view.row.cells.get(side).field();
        let written = field.filter(|f| !self.is_member(*f));
        Ok(Cell {
            read,
            field: written.map(|f| self.field(f)),
        })
    }

    /// Whether a field is one that the system keeps of every record (id and times): it is read like a field, and is
    /// never written.
    pub fn is_member(&self, field: FieldRef) -> bool {
        let Some(view) = self.model.field(field) else {
            return false;
        };
        let profile = view.system.profile;
        let marks = profile.marks(&view.object.name);
        let is = |name: &str| view.field.name == name;
        is(profile.id) || marks.is_some_and(|m| is(m.created) || is(m.modified))
    }
}

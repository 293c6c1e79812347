//! Blanks: which values can be missing where they are needed.

use super::satisfy::{filled, implies};
use crate::formula;
use crate::model::{Expr, ExprKind, Fallback, FieldRef, Model, RowView};
use crate::side::Side;
use crate::value::library::OnBlank;

/// Whether the value that a row brings from a side can be blank: because the source can be, or because a failed `via`
/// makes it so. A stated default fills it.
pub fn may_be_blank(row: RowView<'_>, from: Side) -> bool {
    let Some(lane) = row.lane(from) else {
        return false;
    };
    if lane.default.is_some() || lane.value.is_poisoned() {
        return false;
    }
    if lane.failure == Fallback::Blank && row.row.via.is_some() {
        return true;
    }
    let source = match &row.row.cells.get(from).node {
        crate::model::CellKind::Field(field) => Filled::of(row, from).field(*field),
        crate::model::CellKind::Computed(e) => Filled::of(row, from).expr(e, false),
        crate::model::CellKind::Unknown => true,
    };
    !Filled::of(row, from).expr(&lane.value, source)
}

/// Whether creates on a side would be refused because the row's value is blank.
pub fn create_may_lack(row: RowView<'_>, to: Side) -> bool {
    let required = row.writes(to).is_some_and(|(_, f)| f.field.required);
    required && row.sync.makes(to) && may_be_blank(row, !to)
}

/// What is known to be filled on the records that a sync admits.
struct Filled<'m> {
    model: &'m Model,
    side: Side,
    admission: Option<&'m Expr>,
}

impl<'m> Filled<'m> {
    fn of(row: RowView<'m>, side: Side) -> Self {
        let filter = row.sync.sync.from.get(side).as_ref();
        Self {
            model: row.sync.model,
            side,
            admission: filter.and_then(|f| f.condition.as_ref()),
        }
    }

    fn field(&self, field: FieldRef) -> bool {
        let catalogued = self.model.field(field).is_none_or(|f| f.never_blank());
        catalogued || self.admission.is_some_and(|a| self.sets(a, field))
    }

    /// Whether a condition can only hold where a field has a value. One that does not read it says nothing of it.
    fn sets(&self, condition: &Expr, field: FieldRef) -> bool {
        condition.fields().iter().any(|(_, f, _)| *f == field)
            && implies(self.model, condition, &filled(self.side, field))
    }

    /// Whether an expression gives a value where its input is filled (`input`).
    fn expr(&self, e: &Expr, input: bool) -> bool {
        match &e.node {
            ExprKind::Unknown | ExprKind::Env(_) => true,
            ExprKind::Input => input,
            ExprKind::Const(value) => !value.is_blank(),
            ExprKind::Field { field, .. } => self.field(*field),
            ExprKind::Related { .. } => false,
            ExprKind::Call {
                function,
                arguments,
            } => match formula::function(function).map(|f| f.on_blank) {
                Some(OnBlank::Asked) => arguments.iter().any(|a| self.expr(a, input)),
                _ => arguments.first().is_none_or(|a| self.expr(a, input)),
            },
            ExprKind::Map {
                map,
                from,
                input: of,
                ..
            } => self.expr(of, input) && !self.blanks(*map, *from),
            ExprKind::Each { input: of, .. }
            | ExprKind::Normalize { input: of, .. }
            | ExprKind::Linked { input: of, .. } => self.expr(of, input),
            ExprKind::Arithmetic { left, right, .. } => {
                self.expr(left, input) && self.expr(right, input)
            }
            _ => true,
        }
    }

    fn blanks(&self, map: crate::model::MapId, from: Side) -> bool {
        let map = self.model.maps.get(map.index());
        let otherwise = map.and_then(|m| m.otherwise.get(from).as_ref());
        otherwise.is_some_and(|o| matches!(o.fallback, Fallback::Blank))
    }
}

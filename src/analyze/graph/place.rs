//! What a cell of a network stands for, and what the platform makes of its values.

use super::edge::AutomationId;
use crate::analyze::Cell;
use crate::model::{CellKind, Expr, ExprKind, FieldRef, FieldView, Model, ObjectRef, RowId};
use crate::platform::{Case, LineEnds, Precision, Stored, Trim, UnknownValue};
use crate::side::Side;
use crate::value::{Kind, Value};

/// What a cell of a network stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A field of a record of the part.
    Field(FieldRef),
    /// A field of the record that a reference names, where that is none of the part.
    Through {
        /// The reference.
        reference: FieldRef,
        /// The field there.
        field: FieldRef,
    },
    /// What the computed cell of a row gives.
    Computed {
        /// The row.
        row: RowId,
        /// The side of the cell.
        side: Side,
    },
    /// Whether a record has started an automation that it starts once: blank until then.
    Started(AutomationId),
}

impl Place {
    /// The place that an expression reads by itself.
    pub(super) fn of(e: &Expr) -> Option<Self> {
        Cell::of(e).map(Self::of_cell)
    }

    /// Fields of another object are those of the one record of it that a part has.
    pub(super) fn of_cell(cell: Cell) -> Self {
        match cell.through {
            Some(reference) if reference.object == cell.field.object => Self::Through {
                reference,
                field: cell.field,
            },
            _ => Self::Field(cell.field),
        }
    }

    /// The cell of a row on a side; none where a name in it is unknown.
    pub(super) fn of_row(model: &Model, row: RowId, side: Side) -> Option<Self> {
        match model.row(row)?.row.cells.get(side).node {
            CellKind::Field(field) => Some(Self::Field(field)),
            CellKind::Computed(_) => Some(Self::Computed { row, side }),
            CellKind::Unknown => None,
        }
    }

    /// Every place that an expression reads.
    pub(super) fn read_by(e: &Expr) -> Vec<Self> {
        let mut found = Vec::new();
        e.visit(&mut |e| {
            if let ExprKind::Changed { field, .. } = e.node {
                found.push(Self::Field(field));
            }
            found.extend(Self::of(e));
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The object of the record that it belongs to.
    pub(super) fn object(self, model: &Model) -> Option<ObjectRef> {
        match self {
            Self::Field(field) => Some(field.object),
            Self::Through { reference, .. } => Some(reference.object),
            Self::Computed { row, side } => model.row(row)?.sync.sync.ends.get(side).object,
            Self::Started(automation) => model.automations.get(automation.index())?.object,
        }
    }

    /// The field whose values it has.
    pub fn field(self) -> Option<FieldRef> {
        match self {
            Self::Field(field) | Self::Through { field, .. } => Some(field),
            Self::Computed { .. } | Self::Started(_) => None,
        }
    }

    /// The entry of that field in its catalog.
    pub(super) fn view(self, model: &Model) -> Option<FieldView<'_>> {
        model.field(self.field()?)
    }
}

/// What the platform keeps of the values of a field; all of it where it is no field.
pub(super) fn stored(view: Option<FieldView<'_>>) -> Stored {
    let Some(view) = view else {
        return Stored::default();
    };
    let stored = view.field.stored(view.system.profile, &view.object.name);
    let text = matches!(view.kind(), Kind::Text | Kind::Set);
    // a rule counts only for values of the kind that it is about
    Stored {
        trim: if text { stored.trim } else { Trim::Kept },
        case: if text { stored.case } else { Case::Kept },
        line_ends: if text {
            stored.line_ends
        } else {
            LineEnds::Kept
        },
        scale: stored.scale.filter(|_| view.kind() == Kind::Number),
        precision: match view.kind() {
            Kind::DateTime => stored.precision,
            _ => Precision::Millisecond,
        },
    }
}

/// What is there after a value was written: a box is never blank, it is not ticked.
pub(super) fn store(view: Option<FieldView<'_>>, value: &Value) -> Value {
    match value {
        Value::Blank if view.is_some_and(FieldView::is_box) => Value::Bool(false),
        value => stored(view).normal(value),
    }
}

/// Whether a platform takes a value of a field.
pub(super) fn takes(view: Option<FieldView<'_>>, value: &Value) -> bool {
    let Some(view) = view else { return true };
    let field = view.field;
    if value.is_blank() {
        return !field.required;
    }
    if value.kind().is_some_and(|k| k != view.kind()) {
        return false;
    }
    let profile = view.system.profile;
    let closed = field.unknown_value(profile) == Some(UnknownValue::Rejects);
    let listed = |text: &str| {
        let mut choices = view.choices().peekable();
        choices.peek().is_none() || choices.any(|c| c.value == text)
    };
    let short = |text: &str| {
        let limit = field.text_limit(profile);
        limit.is_none_or(|n| text.chars().count() <= n as usize)
    };
    match value {
        Value::Text(text) => short(text) && (!closed || listed(text)),
        Value::Set(items) => !closed || items.iter().all(|i| listed(i)),
        _ => true,
    }
}

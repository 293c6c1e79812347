//! The writes of a part: what is made of what, and where it goes.

use super::place::Place;
use crate::model::{CellKind, Effect, Expr, Model, RowId};
use crate::side::Side;

/// A write of a part.
pub(super) struct Write<'m> {
    pub to: Place,
    /// What passes through it, on a row.
    pub input: Option<Place>,
    /// What is written; none where nobody knows.
    pub made: Option<&'m Expr>,
}

impl<'m> Write<'m> {
    /// Those of rows: what their computed cells are made of, and what goes to the other side.
    pub fn of_rows(model: &'m Model, rows: &[RowId]) -> Vec<Self> {
        let mut found = Vec::new();
        for view in rows.iter().filter_map(|r| model.row(*r)) {
            for from in Side::BOTH {
                let input = Place::of_row(model, view.id, from);
                let target = Place::of_row(model, view.id, !from);
                let cell = &view.row.cells.get(from).node;
                if let (CellKind::Computed(e), Some(to)) = (cell, input) {
                    let made = Some(&**e);
                    found.push(Self {
                        to,
                        input: None,
                        made,
                    });
                }
                if let (Some(lane), Some(to)) = (view.lane(from), target) {
                    let made = Some(&lane.value);
                    found.push(Self { to, input, made });
                }
            }
        }
        found
    }

    /// That of an automation.
    pub const fn of_effect(effect: &Effect, made: Option<&'m Expr>) -> Self {
        Self {
            to: Place::Field(effect.target),
            input: None,
            made,
        }
    }

    /// The places that it is made of.
    pub fn reads(&self) -> Vec<Place> {
        let mut places = self.made.map(Place::read_by).unwrap_or_default();
        places.extend(self.input);
        places
    }
}

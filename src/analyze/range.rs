//! What a direction of a row can write: a list of values where the source is one, and whether anything else may come.

use smol_str::SmolStr;

use crate::model::{
    CellKind, Expr, ExprKind, Fallback, FieldView, Lane, NormalizeTable, PicklistMap, RowView,
};
use crate::side::Side;
use crate::value::Value;

/// The values that a direction of a row can write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Values that can be written, each once, in the order in which they were met.
    pub values: Vec<SmolStr>,
    /// Whether there are others that nobody can list.
    pub rest: Rest,
}

/// What there is beside the listed values of a [`Range`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing: the list is complete.
    Closed,
    /// Any other text.
    Open,
}

impl Range {
    const fn open() -> Self {
        Self {
            values: Vec::new(),
            rest: Rest::Open,
        }
    }

    const fn empty() -> Self {
        Self {
            values: Vec::new(),
            rest: Rest::Closed,
        }
    }

    fn put(&mut self, value: &Value) {
        match value {
            Value::Blank => {}
            Value::Set(members) => members.iter().for_each(|m| self.put_text(m)),
            other => self.put_text(&other.to_string()),
        }
    }

    fn put_text(&mut self, text: &str) {
        if !self.values.iter().any(|v| v == text) {
            self.values.push(text.into());
        }
    }

    fn fall_back(&mut self, fallback: &Fallback) {
        match fallback {
            Fallback::Keep => self.rest = Rest::Open,
            Fallback::Value(v) => self.put(v),
            Fallback::Blank | Fallback::Reject => {}
        }
    }
}

/// What a row can write to the side that a lane goes to.
pub fn range(row: RowView<'_>, from: Side) -> Range {
    let Some(lane) = row.lane(from) else {
        return Range::empty();
    };
    let mut range = match &row.row.cells.get(from).node {
        CellKind::Computed(e) => match &e.node {
            ExprKind::Const(value) => {
                let mut one = Range::empty();
                one.put(value);
                return one;
            }
            _ => Range::open(),
        },
        CellKind::Field(_) => through(row, lane, row.field(from)),
        CellKind::Unknown => Range::open(),
    };
    range.fall_back(&lane.failure);
    if let Some(default) = &lane.default {
        range.put(&default.node);
    }
    range
}

fn through(row: RowView<'_>, lane: &Lane, source: Option<FieldView<'_>>) -> Range {
    let model = row.sync.model;
    let choices: Option<Vec<&str>> = source
        .filter(|s| s.picklist().is_some())
        .map(|s| s.choices().map(|c| c.value.as_str()).collect());
    let over_input = |input: &Expr| matches!(input.node, ExprKind::Input | ExprKind::Field { .. });
    match &lane.value.node {
        ExprKind::Input => match choices {
            Some(values) => {
                let mut range = Range::empty();
                values.into_iter().for_each(|v| range.put_text(v));
                range
            }
            None => Range::open(),
        },
        ExprKind::Map {
            map, from, input, ..
        }
        | ExprKind::Each { map, from, input }
            if over_input(input) =>
        {
            match model.maps.get(map.index()) {
                Some(map) => mapped(map, *from, choices.as_deref()),
                None => Range::open(),
            }
        }
        ExprKind::Normalize { table, input } if over_input(input) => {
            match model.normalizers.get(table.index()) {
                Some(table) => normalised(table),
                None => Range::open(),
            }
        }
        _ => Range::open(),
    }
}

fn mapped(map: &PicklistMap, from: Side, choices: Option<&[&str]>) -> Range {
    let mut range = Range::empty();
    match choices {
        Some(values) => {
            for image in values.iter().filter_map(|v| map.apply(from, v)) {
                range.put(&image);
            }
        }
        None => {
            for row in map.rows.iter().filter(|r| r.arrow.goes_from(from)) {
                if let Some(image) = row.values.get(!from).first() {
                    range.put_text(&image.value);
                }
            }
            if let Some(otherwise) = map.otherwise.get(from) {
                range.fall_back(&otherwise.fallback);
            }
        }
    }
    range
}

fn normalised(table: &NormalizeTable) -> Range {
    let mut range = Range::empty();
    for row in &table.rows {
        range.put_text(&row.output.value);
    }
    match &table.otherwise {
        Some(otherwise) => range.fall_back(&otherwise.fallback),
        None => range.rest = Rest::Open,
    }
    range
}

//! One row of a sync in words: what the matrix of the pages and the spreadsheet say of it.

use super::markdown::alternatives;
use super::phrase::{change, label, phrase, value};
use crate::model::{
    Authority, BlankPolicy, CellKind, Fallback, Lane, Mode, RowView, SyncView, Timing,
};
use crate::plan;
use crate::side::{Side, Sides};

/// A row that is executed, as the spec and as the plan has it.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// In the spec.
    pub view: RowView<'a>,
    /// In the plan.
    pub row: &'a plan::Row,
}

/// The rows of a sync that are executed.
pub fn lines<'a>(view: SyncView<'a>, sync: &'a plan::Sync) -> Vec<Line<'a>> {
    let mut model = view.rows();
    let pair = |row: &'a plan::Row| {
        let view = model.find(|v| v.row.name == row.name)?;
        Some(Line { view, row })
    };
    sync.rows.iter().filter_map(pair).collect()
}

impl<'a> Line<'a> {
    /// The lane that starts at a side, where the plan has it.
    pub fn lane(self, from: Side) -> Option<&'a Lane> {
        self.row.lanes.get(from).as_ref()?;
        self.view.lane(from)
    }

    /// `→`, `←`, `↔`.
    pub const fn arrow(self) -> &'static str {
        match (&self.row.lanes.left, &self.row.lanes.right) {
            (Some(_), Some(_)) => "↔",
            (Some(_), None) => "→",
            _ => "←",
        }
    }

    /// What stands on a side, with the type: label, name, type. A computation has no name.
    pub fn cell(self, side: Side) -> (String, String, String) {
        let model = self.view.sync.model;
        match (&self.view.row.cells.get(side).node, self.view.field(side)) {
            (CellKind::Field(id), Some(field)) => (
                label(model, *id),
                field.name().to_owned(),
                field.field.ty.word().to_owned(),
            ),
            (CellKind::Computed(e), _) => {
                let kind = e.kind.map_or("", crate::value::Kind::word).to_owned();
                (phrase(model, e), String::new(), kind)
            }
            _ => Default::default(),
        }
    }

    fn system(self, side: Side) -> &'a str {
        self.view.sync.side_name(side)
    }

    /// Who wins where both sides changed.
    pub fn authority(self) -> String {
        match self.row.authority {
            Some(Authority::Wins(side)) => self.system(side).to_owned(),
            Some(Authority::PreferUnlessBlank(side)) => format!(
                "{}; {} only fills a blank",
                self.system(side),
                self.system(!side)
            ),
            Some(Authority::LatestElse(side)) => {
                format!("the later change, else {}", self.system(side))
            }
            Some(Authority::Ask) => "a person decides".to_owned(),
            None if self.row.lanes.left.is_some() => {
                format!("{}, one way", self.system(Side::Left))
            }
            None => format!("{}, one way", self.system(Side::Right)),
        }
    }

    /// What a blank on a side does to the other one.
    pub fn blank(self, from: Side) -> String {
        let Some(lane) = self.lane(from) else {
            return String::new();
        };
        let other = self.system(!from);
        match (&lane.default, lane.blank) {
            (Some(default), BlankPolicy::Keeps) => {
                let default = value(&default.node);
                format!("{other} keeps its value; a new record gets {default}")
            }
            (Some(default), BlankPolicy::Clears) => {
                format!("{other} gets {}", value(&default.node))
            }
            (None, BlankPolicy::Clears) => format!("{other} is cleared, too"),
            (None, BlankPolicy::Keeps) => format!("{other} keeps its value"),
        }
    }

    /// One text where both directions say the same, else one for each.
    fn both(self, mut of: impl FnMut(Side, &'a Lane) -> String) -> String {
        let mut text = |side| self.lane(side).map(|lane| of(side, lane));
        match (text(Side::Left), text(Side::Right)) {
            (Some(right), Some(left)) if right == left => right,
            (Some(right), Some(left)) => {
                let part =
                    |arrow: &str, text: &str| (!text.is_empty()).then(|| format!("{arrow} {text}"));
                let parts = [part("→", &right), part("←", &left)];
                parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
            }
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }

    /// When the row writes.
    pub fn timing(self) -> String {
        let mode = self.view.sync.sync.mode;
        let mut text = self.both(|_, lane| {
            let when = match lane.timing {
                _ if mode == Mode::AppendOnly => "once",
                Timing::Always => "on every change",
                Timing::OnCreate => "in the create only",
                Timing::FillOnly => "only into a blank",
            };
            if lane.enforce {
                format!("{when}, and put back when changed there")
            } else {
                when.to_owned()
            }
        });
        if let Some(when) = &self.view.row.when {
            text = format!("{text}, if {}", phrase(self.view.sync.model, when));
        }
        text
    }

    /// How a value changes on its way.
    pub fn transform(self) -> String {
        let model = self.view.sync.model;
        self.both(|_, lane| {
            let Some(change) = change(model, &lane.value) else {
                return String::new();
            };
            match &lane.failure {
                Fallback::Reject => change,
                Fallback::Keep => format!("{change}, or as it is where that fails"),
                Fallback::Blank => format!("{change}, or blank where that fails"),
                Fallback::Value(v) => format!("{change}, or {} where that fails", value(v)),
            }
        })
    }

    /// What stands in for a blank, by direction.
    pub fn default(self) -> String {
        self.both(|_, lane| {
            lane.default
                .as_ref()
                .map_or_else(String::new, |d| value(&d.node))
        })
    }

    /// `company.sync:17`.
    pub fn place(self) -> String {
        format!("{}:{}", self.row.origin.file, self.row.origin.line)
    }
}

/// The systems of both sides, as a sentence names them.
pub fn names(view: SyncView<'_>) -> Sides<String> {
    Sides::new(Side::Left, Side::Right).map(|s| view.side_name(s).to_owned())
}

/// Names of syncs as a list.
pub fn sync_names(names: &[smol_str::SmolStr], last: &str) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    alternatives(&names, last)
}

//! The cell graph as a picture that stands by itself: no fonts, scripts or other files.
//!
//! Four columns: the automations of the left system, its fields, the fields of the right system, its automations. Each
//! thing has a line of its own, so that nothing overlaps; rows are curves between the middle columns, automations are
//! tied to their fields from outside.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Automation, Drawing};
use crate::model::{FieldRef, Model, SystemId};
use crate::side::Side;

const LINE: i32 = 22;
const FIELD: i32 = 230;
const PILL: i32 = 210;
const GAP: i32 = 110;
const MIDDLE: i32 = 260;
const MARGIN: i32 = 20;
/// The most letters of a name that are shown.
const LETTERS: usize = 30;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#1c2430}.o{font-weight:600}.k{fill:#5c6675;font-size:10px}\
.f{fill:#fff;stroke:#c5cedb}.p{fill:#f3f6fb;stroke:#8a97a8;stroke-dasharray:4 3}path{fill:none;stroke:#3b6ea8;stroke-width:1.4}\
.w{stroke:#b3541e}.r{stroke:#9aa5b3;stroke-dasharray:3 3}";

/// The drawing as an SVG document.
pub fn svg(model: &Model, drawing: &Drawing) -> String {
    let sides = sides(model);
    let mut picture = Picture::default();
    for side in Side::BOTH {
        picture.objects(drawing, side, &sides);
    }
    let edges = picture.rows(drawing) + &picture.automations(drawing, &sides);
    let width = Column::right_edge();
    let height = picture.bottom + MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"who writes which field\">\n<style>{STYLE}</style>\n"
    );
    for (id, class) in [("a", "#3b6ea8"), ("b", "#b3541e"), ("c", "#9aa5b3")] {
        let _ = writeln!(
            out,
            "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" style=\"fill:{class};stroke:none\"/></marker>"
        );
    }
    out.push_str(&edges);
    out.push_str(&picture.boxes);
    out.push_str("</svg>\n");
    out
}

/// On which side each system is drawn: that of its first sync.
fn sides(model: &Model) -> BTreeMap<SystemId, Side> {
    let mut sides = BTreeMap::new();
    for sync in &model.syncs {
        for side in Side::BOTH {
            if let Some(object) = sync.ends.get(side).object {
                sides.entry(object.system).or_insert(side);
            }
        }
    }
    sides
}

/// Where a column begins.
struct Column;

impl Column {
    const fn fields(side: Side) -> i32 {
        match side {
            Side::Left => MARGIN + PILL + GAP,
            Side::Right => MARGIN + PILL + GAP + FIELD + MIDDLE,
        }
    }

    const fn pills(side: Side) -> i32 {
        match side {
            Side::Left => MARGIN,
            Side::Right => Self::fields(Side::Right) + FIELD + GAP,
        }
    }

    const fn right_edge() -> i32 {
        Self::pills(Side::Right) + PILL + MARGIN
    }
}

#[derive(Default)]
struct Picture {
    boxes: String,
    at: BTreeMap<FieldRef, (Side, i32)>,
    bottom: i32,
}

impl Picture {
    fn objects(&mut self, drawing: &Drawing, side: Side, sides: &BTreeMap<SystemId, Side>) {
        let x = Column::fields(side);
        let mut y = MARGIN;
        let own = |s: &SystemId| sides.get(s).copied().unwrap_or(Side::Right) == side;
        for object in drawing.objects.iter().filter(|o| own(&o.system)) {
            let _ = writeln!(
                self.boxes,
                "<text class=\"o\" x=\"{x}\" y=\"{}\">{}</text>",
                y + 15,
                escaped(&object.name)
            );
            y += LINE;
            for (field, name) in &object.fields {
                let _ = writeln!(
                    self.boxes,
                    "<rect class=\"f\" x=\"{x}\" y=\"{y}\" width=\"{FIELD}\" height=\"{}\" rx=\"3\"/><text x=\"{}\" y=\"{}\">{}</text>",
                    LINE - 4,
                    x + 8,
                    y + 13,
                    escaped(name)
                );
                self.at.insert(*field, (side, y + LINE / 2 - 2));
                y += LINE;
            }
            y += LINE / 2;
        }
        self.bottom = self.bottom.max(y);
    }

    fn rows(&self, drawing: &Drawing) -> String {
        let mut out = String::new();
        for row in &drawing.rows {
            let (Some(from), Some(to)) = (self.at.get(&row.from), self.at.get(&row.to)) else {
                continue;
            };
            let start = if row.both {
                " marker-start=\"url(#a)\""
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "<path d=\"{}\" marker-end=\"url(#a)\"{start}><title>{}</title></path>",
                curve(inner(*from), inner(*to)),
                escaped(&row.name)
            );
        }
        out
    }

    fn automations(&mut self, drawing: &Drawing, sides: &BTreeMap<SystemId, Side>) -> String {
        let mut out = String::new();
        for side in Side::BOTH {
            let own =
                |a: &&Automation| sides.get(&a.system).copied().unwrap_or(Side::Right) == side;
            let mut automations: Vec<&Automation> =
                drawing.automations.iter().filter(own).collect();
            automations.sort_by_key(|a| self.height(a));
            let mut y = MARGIN;
            for automation in automations {
                y = y.max(self.height(automation) - LINE);
                self.pill(automation, side, y);
                out.push_str(&self.ties(automation, side, y + LINE - 4));
                y += 2 * LINE;
            }
            self.bottom = self.bottom.max(y);
        }
        out
    }

    /// The middle of what an automation writes.
    fn height(&self, automation: &Automation) -> i32 {
        let heights: Vec<i32> = automation
            .writes
            .iter()
            .filter_map(|f| self.at.get(f).map(|(_, y)| *y))
            .collect();
        let count = i32::try_from(heights.len()).unwrap_or(1).max(1);
        heights.iter().sum::<i32>() / count
    }

    fn pill(&mut self, automation: &Automation, side: Side, y: i32) {
        let x = Column::pills(side);
        let _ = writeln!(
            self.boxes,
            "<rect class=\"p\" x=\"{x}\" y=\"{y}\" width=\"{PILL}\" height=\"{}\" rx=\"9\"/><text x=\"{}\" y=\"{}\">{}</text><text class=\"k\" x=\"{}\" y=\"{}\">{}</text>",
            2 * LINE - 8,
            x + 10,
            y + 15,
            escaped(&automation.name),
            x + 10,
            y + 29,
            automation.kind
        );
    }

    fn ties(&self, automation: &Automation, side: Side, y: i32) -> String {
        let pill = match side {
            Side::Left => (Column::pills(side) + PILL, y),
            Side::Right => (Column::pills(side), y),
        };
        let mut out = String::new();
        for (fields, class, marker) in [
            (&automation.reads, "r", "c"),
            (&automation.writes, "w", "b"),
        ] {
            for at in fields.iter().filter_map(|f| self.at.get(f)) {
                let field = outer(*at, side);
                let (from, to) = if class == "r" {
                    (field, pill)
                } else {
                    (pill, field)
                };
                let _ = writeln!(
                    out,
                    "<path class=\"{class}\" d=\"{}\" marker-end=\"url(#{marker})\"/>",
                    curve(from, to)
                );
            }
        }
        out
    }
}

/// The end of a field that looks to the other system.
const fn inner((side, y): (Side, i32)) -> (i32, i32) {
    match side {
        Side::Left => (Column::fields(side) + FIELD, y),
        Side::Right => (Column::fields(side), y),
    }
}

/// The end of a field that looks to the automations of a side.
const fn outer((side, y): (Side, i32), of: Side) -> (i32, i32) {
    match of {
        Side::Left => (Column::fields(side), y),
        Side::Right => (Column::fields(side) + FIELD, y),
    }
}

/// A curve that leaves and arrives level; between two fields of one side it bends into the middle.
fn curve((x1, y1): (i32, i32), (x2, y2): (i32, i32)) -> String {
    let bend = match x2 - x1 {
        0 if x1 < Column::fields(Side::Right) => MIDDLE / 4,
        0 => -MIDDLE / 4,
        width => width / 2,
    };
    format!(
        "M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}",
        x1 + bend,
        if x1 == x2 { x2 + bend } else { x2 - bend }
    )
}

/// A text for SVG, cut to what fits a box.
fn escaped(text: &str) -> String {
    let mut short: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(LETTERS)
        .collect();
    if text.chars().count() > LETTERS {
        short.push('…');
    }
    short
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

//! Picklist maps and normalisation tables.

use super::lookup::Cx;
use super::rows::{arrow, docs};
use super::rules::wrong_argument_type;
use crate::model::{
    Arrow, Fallback, MapEnd, MapRow, MapValue, NormalizeRow, NormalizeTable, Otherwise, PicklistMap,
};
use crate::side::{Side, Sides};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Cell, Item, Line, MapRowLine, Name, Outcome};
use crate::value::Value;

/// Resolves every picklist map of the project.
pub(super) fn picklists(cx: &mut Cx<'_>, bodies: Vec<Vec<Line<MapRowLine>>>) {
    cx.model.maps = cx.side_by_side(is_map, bodies, |cx, _, line, p, body| {
        let (ends, direction) = match &p.ends {
            Some(ends) => (
                Sides::new(cx.map_end(&ends.left), cx.map_end(&ends.right)),
                arrow(ends.arrow.node),
            ),
            None => {
                let none = MapEnd {
                    span: p.name.span,
                    fields: Vec::new(),
                };
                (Sides::new(none.clone(), none), Arrow::Both)
            }
        };
        let mut map = PicklistMap {
            name: Spanned::new(p.name.text.clone(), p.name.span),
            docs: docs(line),
            span: line.span,
            end: closing(p.rows.span),
            arrow: direction,
            ends,
            within: None,
            rows: Vec::with_capacity(body.len()),
            otherwise: Sides::default(),
            standard: cx.standard(),
            bijective: false,
        };
        map.within = p.within.as_ref().map(|w| cx.within(w, &map.ends));
        for line in &body {
            if let MapRowLine::Row(row) = &line.node {
                map_row(&mut map, row, line.span);
            }
        }
        map.bijective = map.pairs();
        map
    });
}

const fn is_map(item: &Item) -> Option<&ast::Picklist> {
    match item {
        Item::Picklist(map) => Some(map),
        _ => None,
    }
}

/// The closing brace of a block.
const fn closing(block: Span) -> Span {
    let start = if block.end > block.start {
        block.end - 1
    } else {
        block.start
    };
    Span::new(block.file, start, block.end)
}

fn values<T: FromIterator<MapValue>>(names: &[Name]) -> T {
    let value = |n: &Name| MapValue {
        value: n.text.clone(),
        span: n.span,
    };
    names.iter().map(value).collect()
}

fn fallback(cell: &Cell) -> Option<Fallback> {
    match cell {
        Cell::Outcome(o) => Some(match o.node {
            Outcome::Keep => Fallback::Keep,
            Outcome::Reject => Fallback::Reject,
            Outcome::Blank | Outcome::None => Fallback::Blank,
        }),
        Cell::Value(name) => Some(Fallback::Value(Value::text(&name.text))),
        Cell::Values(_) | Cell::Else(_) => None,
    }
}

fn map_row(map: &mut PicklistMap, row: &ast::MapRow, span: Span) {
    let direction = arrow(row.arrow.node);
    for (from, cell, other) in [
        (Side::Left, &row.left, &row.right),
        (Side::Right, &row.right, &row.left),
    ] {
        if matches!(cell, Cell::Else(_)) && direction.goes_from(from) {
            if let Some(fallback) = fallback(other) {
                *map.otherwise.get_mut(from) = Some(Otherwise { span, fallback });
            }
            return;
        }
    }
    let within = row.within.as_ref().map(|w| {
        let value = MapValue {
            value: w.text.clone(),
            span: w.span,
        };
        Box::new(Sides::new(value.clone(), value))
    });
    map.rows.push(MapRow {
        span,
        arrow: direction,
        values: Sides::new(values(row.left.values()), values(row.right.values())),
        within,
    });
}

/// Resolves every normalisation table of the project.
pub(super) fn normalizers(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| {
        let Item::Normalize(n) = &line.node else {
            return;
        };
        let mut table = NormalizeTable {
            name: Spanned::new(n.name.text.clone(), n.name.span),
            docs: docs(line),
            span: line.span,
            ignore_case: None,
            ignore_punctuation: None,
            ignore_accents: None,
            rows: Vec::new(),
            otherwise: None,
            standard: cx.standard(),
        };
        for what in &n.ignoring {
            match what.as_str() {
                "case" => table.ignore_case = Some(what.span),
                "punctuation" => table.ignore_punctuation = Some(what.span),
                "accents" => table.ignore_accents = Some(what.span),
                _ => cx.sink.push(wrong_argument_type::ignoring(what)),
            }
        }
        for line in &n.rows.lines {
            let MapRowLine::Row(row) = &line.node else {
                continue;
            };
            if let Cell::Else(_) = row.left {
                table.otherwise = fallback(&row.right).map(|fallback| Otherwise {
                    span: line.span,
                    fallback,
                });
            } else if let [output] = values::<Vec<_>>(row.right.values()).as_slice() {
                let variants = values(row.left.values());
                table.rows.push(NormalizeRow {
                    span: line.span,
                    variants,
                    output: output.clone(),
                });
            }
        }
        cx.model.normalizers.push(table);
    });
}

impl Cx<'_> {
    /// An end of a map: the like-named field of every object that the header names.
    fn map_end(&mut self, end: &ast::FieldRef) -> MapEnd {
        let mut fields = Vec::new();
        if let Some(system) = self.system(&end.object.system) {
            for name in &end.object.objects {
                let object = self.object(system, name);
                fields.extend(object.and_then(|o| self.field(o, &end.field)));
            }
        }
        MapEnd {
            span: end.span,
            fields,
        }
    }
}

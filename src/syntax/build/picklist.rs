//! `picklist` and `normalize`.

use super::{Builder, Node, child};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{
    Block, Cell, Item, MapRow, MapRowLine, Name, Normalize, Outcome, Picklist, PicklistEnds,
};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn picklist(&mut self, node: &Node, rows: Block<MapRowLine>) -> Option<Item> {
        let mut fields = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::field_ref);
        let ends = match (fields.next(), child(node, Rule::arrow), fields.next()) {
            (Some(left), Some(arrow), Some(right)) => Some(PicklistEnds {
                left: self.field_ref(&left)?,
                arrow: self.arrow(&arrow),
                right: self.field_ref(&right)?,
            }),
            _ => None,
        };
        let within = self.nth_name(node, 1);
        Some(Item::Picklist(Picklist {
            name: self.first_name(node)?,
            within,
            ends,
            rows,
        }))
    }

    pub fn normalize(&mut self, node: &Node, rows: Block<MapRowLine>) -> Option<Item> {
        let (name, kind) = (self.first_name(node)?, self.nth_name(node, 1)?);
        let ignoring = self.name_list(node).unwrap_or_default();
        Some(Item::Normalize(Normalize {
            name,
            kind,
            ignoring,
            rows,
        }))
    }

    pub fn map_row(&mut self, node: &Node) -> Option<MapRowLine> {
        let mut nodes = node.clone().into_inner();
        let first = self.cell(&nodes.next()?)?;
        let mut next = nodes.next()?;
        let (within, left) = if next.as_rule() == Rule::colon {
            let left = self.cell(&nodes.next()?)?;
            next = nodes.next()?;
            (Some(self.controlling(first)?), left)
        } else {
            (None, first)
        };
        let right = self.cell(&nodes.next()?)?;
        Some(MapRowLine::Row(MapRow {
            within,
            left,
            arrow: self.arrow(&next),
            right,
        }))
    }

    fn cell(&mut self, node: &Node) -> Option<Cell> {
        Some(match node.as_rule() {
            Rule::else_cell => Cell::Else(self.token(node)),
            Rule::outcome => {
                let outcome = match node.as_str() {
                    "keep" => Outcome::Keep,
                    "reject" => Outcome::Reject,
                    "blank" => Outcome::Blank,
                    _ => Outcome::None,
                };
                Cell::Outcome(self.spanned(node, outcome))
            }
            Rule::several => Cell::Values(self.names(node)),
            _ => Cell::Value(self.name(node)),
        })
    }

    /// The one value before the colon.
    fn controlling(&mut self, cell: Cell) -> Option<Name> {
        let span = match cell {
            Cell::Value(name) => return Some(name),
            Cell::Values(names) => names.first()?.span.to(names.last()?.span),
            Cell::Else(span) => span,
            Cell::Outcome(outcome) => outcome.span,
        };
        self.report(
            Diagnostic::new(
                Code::S001,
                "before the `:` stands one value of the controlling field",
            )
            .at(span, "")
            .help("write a row for each, as in\n  \"United States\": AL <-> \"Alabama\""),
        );
        None
    }
}

//! `picklist` and `normalize`.

use super::name::is_name;
use super::{Builder, Node, child};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
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

    pub fn map_row(&mut self, node: Node) -> Option<MapRowLine> {
        let mut nodes = node.into_inner();
        let (mut left, mut next) = self.cell(&mut nodes)?;
        let mut within = None;
        if next.as_ref().is_some_and(|n| n.as_rule() == Rule::colon) {
            within = Some(Box::new(self.controlling(left)?));
            (left, next) = self.cell(&mut nodes)?;
        }
        let (right, _) = self.cell(&mut nodes)?;
        Some(MapRowLine::Row(MapRow {
            within,
            left,
            arrow: self.arrow(&next?),
            right,
        }))
    }

    /// One end of a row, and the node behind it.
    fn cell<'t>(
        &mut self,
        nodes: &mut impl Iterator<Item = Node<'t>>,
    ) -> Option<(Cell, Option<Node<'t>>)> {
        let first = nodes.next()?;
        let next = nodes.next();
        if first.as_rule() == Rule::special {
            return Some((self.special(&first), next));
        }
        let name = self.name(&first);
        let Some(second) = next.as_ref().filter(|n| is_name(n.as_rule())) else {
            return Some((Cell::Value(name), next));
        };
        let mut names = vec![name, self.name(second)];
        for node in nodes {
            if !is_name(node.as_rule()) {
                return Some((Cell::Values(names), Some(node)));
            }
            names.push(self.name(&node));
        }
        Some((Cell::Values(names), None))
    }

    fn special(&self, node: &Node) -> Cell {
        let outcome = match node.as_str() {
            "keep" => Outcome::Keep,
            "reject" => Outcome::Reject,
            "blank" => Outcome::Blank,
            "none" => Outcome::None,
            _ => return Cell::Else(self.token(node)),
        };
        Cell::Outcome(Spanned::new(outcome, self.token(node)))
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

//! `automation`.

use super::{Builder, Node, child};
use crate::syntax::ast::{Automation, AutomationLine, Block, Item, Path, Trigger};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn automation(&mut self, node: &Node, body: Block<AutomationLine>) -> Option<Item> {
        Some(Item::Automation(Automation {
            system: self.first_name(node)?,
            name: self.nth_name(node, 1)?,
            body,
        }))
    }

    pub fn automation_line(&mut self, node: &Node) -> Option<AutomationLine> {
        Some(match node.as_rule() {
            Rule::trigger => AutomationLine::When(match child(node, Rule::changes) {
                Some(changes) => {
                    let condition = match child(&changes, Rule::expr) {
                        Some(condition) => Some(self.expr(&condition)?),
                        None => None,
                    };
                    Trigger::Changes(self.paths(&changes), condition)
                }
                None => Trigger::BecomesTrue(self.first_expr(node)?),
            }),
            Rule::writes => AutomationLine::Writes(self.paths(node)),
            _ => AutomationLine::Sets {
                field: self.path(&child(node, Rule::path)?),
                value: self.first_expr(node)?,
            },
        })
    }

    fn paths(&mut self, node: &Node) -> Vec<Path> {
        node.clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::path)
            .map(|n| self.path(&n))
            .collect()
    }
}

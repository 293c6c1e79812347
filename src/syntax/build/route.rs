//! `route`.

use super::{Builder, Node, child, has};
use crate::syntax::ast::{Block, Item, Route, RouteCondition, RouteLine, RouteRow, RouteTarget};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn route(&mut self, node: &Node, rows: Block<RouteLine>) -> Option<Item> {
        Some(Item::Route(Route {
            object: self.object_ref(&child(node, Rule::object_ref)?)?,
            rows,
        }))
    }

    pub fn route_row(&mut self, node: &Node) -> Option<RouteLine> {
        let condition = match child(node, Rule::expr) {
            Some(expr) => RouteCondition::When(self.expr(&expr)?),
            None => RouteCondition::Else(self.span(&child(node, Rule::k_else)?)),
        };
        let assignee = self.primary(
            &node
                .clone()
                .into_inner()
                .find(|n| matches!(n.as_rule(), Rule::text | Rule::xpath))?,
        )?;
        let target = if has(node, Rule::k_user) {
            RouteTarget::User(assignee)
        } else if has(node, Rule::k_queue) {
            RouteTarget::Queue(assignee)
        } else {
            RouteTarget::RoundRobin(assignee)
        };
        Some(RouteLine::Row(RouteRow { condition, target }))
    }
}

//! `signoff` and `allow`.

use super::{Builder, Node, child};
use crate::syntax::ast::{Allow, Item, Signoff};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn signoff_item(&mut self, node: &Node) -> Option<Item> {
        let (name, before) = (self.first_name(node)?, self.nth_name(node, 1)?);
        Some(Item::Signoff(Signoff {
            name,
            by: self.name_list(node)?,
            before,
        }))
    }

    pub fn allow_item(&mut self, node: &Node) -> Option<Item> {
        Some(Item::Allow(Allow {
            code: self.first_name(node)?,
            path: self.path(&child(node, Rule::path)?),
            because: self.nth_name(node, 1)?,
            by: self.nth_name(node, 2)?,
            until: self.date(&child(node, Rule::date)?),
        }))
    }
}

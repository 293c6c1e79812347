//! `use`, `const` and `fn`.

use super::{Builder, Node, child};
use crate::syntax::ast::{Const, Function, Item, Param, Use};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn use_item(&mut self, node: &Node) -> Option<Item> {
        let path = self.path(&child(node, Rule::path)?);
        let names = child(node, Rule::name_list).map(|list| self.names(&list));
        Some(Item::Use(Use { path, names }))
    }

    pub fn const_item(&mut self, node: &Node) -> Option<Item> {
        Some(Item::Const(Const {
            name: self.first_name(node)?,
            value: self.first_expr(node)?,
        }))
    }

    pub fn fn_item(&mut self, node: &Node) -> Option<Item> {
        let params = child(node, Rule::params)?
            .into_inner()
            .filter(|n| n.as_rule() == Rule::param);
        Some(Item::Function(Function {
            name: self.first_name(node)?,
            params: params.map(|n| self.param(&n)).collect::<Option<_>>()?,
            returns: self.nth_name(node, 1)?,
            body: self.first_expr(node)?,
        }))
    }

    fn param(&mut self, node: &Node) -> Option<Param> {
        Some(Param {
            name: self.first_name(node)?,
            kind: self.nth_name(node, 1)?,
        })
    }
}

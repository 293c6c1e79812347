//! `system`.

use super::{Builder, Node, child};
use crate::syntax::ast::{Block, Item, Setting, SettingLine, System};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn system(&mut self, node: &Node, settings: Block<SettingLine>) -> Option<Item> {
        Some(Item::System(System {
            name: self.first_name(node)?,
            kind: self.nth_name(node, 1)?,
            settings,
        }))
    }

    pub fn setting(&mut self, node: &Node) -> Option<SettingLine> {
        let value = self.only_primary(&child(node, Rule::setting_value)?)?;
        Some(SettingLine::Setting(Setting {
            key: self.first_name(node)?,
            value,
        }))
    }
}

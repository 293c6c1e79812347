//! `budget` and `volume`.

use super::literal::unit_of;
use super::{Builder, Node, child};
use crate::syntax::ast::{
    Amount, Block, Budget, BudgetEntry, Count, Item, Used, Volume, VolumeEntry,
};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn budget(&mut self, node: &Node, entries: Block<BudgetEntry>) -> Option<Item> {
        Some(Item::Budget(Budget {
            system: self.first_name(node)?,
            entries,
        }))
    }

    pub fn budget_entry(&mut self, node: &Node) -> Option<BudgetEntry> {
        let used = match child(node, Rule::used) {
            Some(used) => Some(Used {
                amount: self.amount(&child(&used, Rule::amount)?)?,
                by: self.first_name(&used),
            }),
            None => None,
        };
        let limit = self.amount(&child(node, Rule::amount)?)?;
        Some(BudgetEntry::Limit {
            what: self.first_name(node)?,
            limit,
            used,
        })
    }

    fn amount(&mut self, node: &Node) -> Option<Amount> {
        let (number, unit) = match child(node, Rule::quantity) {
            Some(quantity) => {
                let unit = child(&quantity, Rule::unit)?;
                (
                    child(&quantity, Rule::number)?,
                    Some(self.spanned(&unit, unit_of(unit.as_str()))),
                )
            }
            None => (child(node, Rule::number)?, None),
        };
        Some(Amount {
            number: self.number(&number),
            unit,
            per: self.first_name(node),
            span: self.span(node),
        })
    }

    pub fn volume(&mut self, node: &Node, entries: Block<VolumeEntry>) -> Option<Item> {
        Some(Item::Volume(Volume {
            per: self.first_name(node)?,
            entries,
        }))
    }

    pub fn volume_entry(&mut self, node: &Node) -> Option<VolumeEntry> {
        let object = self.object_ref(&child(node, Rule::object_ref)?)?;
        let counts = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::count);
        let counts = counts.map(|n| self.count(&n)).collect::<Option<_>>()?;
        Some(VolumeEntry::Counts { object, counts })
    }

    fn count(&mut self, node: &Node) -> Option<Count> {
        Some(Count {
            number: self.number(&child(node, Rule::number)?),
            what: self.first_name(node)?,
        })
    }
}

//! `model`.

use super::{Builder, Node, child};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{
    Block, Item, Layout, Model, ModelKind, Partition, PartitionRow, PartitionValues,
};
use crate::syntax::grammar::Rule;
use crate::syntax::report::missing_block;

impl Builder {
    pub fn model(&mut self, node: &Node, rows: Block<PartitionRow>) -> Option<Item> {
        let kind = child(node, Rule::model_kind)?;
        let which = match kind.as_str() {
            "hubspot_centric" => ModelKind::HubspotCentric,
            "salesforce_centric" => ModelKind::SalesforceCentric,
            _ => ModelKind::Hybrid,
        };
        let partition = match child(node, Rule::object_ref) {
            Some(object) if rows.layout == Layout::Absent => {
                let place = self.span(&object).after();
                self.report(missing_block("model", place));
                return None;
            }
            Some(object) => Some(Partition {
                object: self.object_ref(&object)?,
                field: self.first_name(node)?,
                rows,
            }),
            None if rows.layout != Layout::Absent => {
                let message = "only a `partition` has rows";
                let help =
                    "write it as\n  model hybrid partition hubspot.contact by lifecyclestage { … }";
                self.report(
                    Diagnostic::new(Code::S001, message)
                        .at(rows.span, "")
                        .help(help),
                );
                return None;
            }
            None => None,
        };
        Some(Item::Model(Model {
            kind: self.spanned(&kind, which),
            partition,
        }))
    }

    pub fn partition_row(&mut self, node: &Node) -> Option<PartitionRow> {
        let values = match child(node, Rule::values) {
            Some(values) => PartitionValues::Values(self.names(&values)),
            None => PartitionValues::Else(self.span(&child(node, Rule::k_else)?)),
        };
        Some(PartitionRow::Leads {
            values,
            side: self.first_name(node)?,
        })
    }
}

//! Items: their headers, and the lines of their blocks.

use super::Printer;
use super::layout::{Shown, Table};
use super::lines::mode_words;
use crate::syntax::ast::{
    Allow, Function, Item, Layout, Line, Measure, Metric, MetricClause, Model, ModelKind, Picklist,
    Signoff, Sync, Use,
};

/// How the block of an item was written; nothing for those that have none.
pub(super) const fn layout_of(item: &Item) -> Option<Layout> {
    match item {
        Item::System(i) => Some(i.settings.layout),
        Item::Model(Model {
            partition: Some(p), ..
        }) => Some(p.rows.layout),
        Item::Budget(i) => Some(i.entries.layout),
        Item::Volume(i) => Some(i.entries.layout),
        Item::Picklist(i) => Some(i.rows.layout),
        Item::Normalize(i) => Some(i.rows.layout),
        Item::Sync(i) => Some(i.body.layout),
        Item::Fields(i) => Some(i.body.layout),
        Item::Relation(i) => Some(i.body.layout),
        Item::Lifecycle(i) => Some(i.body.layout),
        Item::Route(i) => Some(i.rows.layout),
        Item::Automation(i) => Some(i.body.layout),
        Item::Test(i) => Some(i.body.layout),
        Item::Model(_) | Item::Use(_) | Item::Const(_) | Item::Function(_) | Item::Metric(_) => {
            None
        }
        Item::Signoff(_) | Item::Allow(_) | Item::Broken => None,
    }
}

impl Printer<'_> {
    pub(super) fn item(&self, line: &Line<Item>) -> Shown {
        if !line.trivia.inner().is_empty() {
            return self.verbatim(line);
        }
        let head = |code: String| Shown::table(Table::Alone, vec![code]);
        match &line.node {
            Item::Use(i) => head(self.use_item(i)),
            Item::Const(i) => head(format!(
                "const {} = {}",
                self.name(&i.name),
                self.expr(&i.value)
            )),
            Item::Function(i) => head(self.function(i)),
            Item::Metric(i) => head(self.metric(i)),
            Item::Signoff(i) => head(self.signoff(i)),
            Item::Allow(i) => head(self.allow(i)),
            Item::System(i) => {
                let code = format!("system {}: {}", self.name(&i.name), self.name(&i.kind));
                self.with_block(head(code), &i.settings, ", ", 0, Self::setting)
            }
            Item::Model(i) => self.model(i),
            Item::Budget(i) => {
                let code = format!("budget {}", self.name(&i.system));
                self.with_block(head(code), &i.entries, ", ", 0, Self::budget_entry)
            }
            Item::Volume(i) => {
                let code = format!("volume per {}", self.name(&i.per));
                self.with_block(head(code), &i.entries, "; ", 0, Self::volume_entry)
            }
            Item::Picklist(i) => {
                self.with_block(head(self.picklist_head(i)), &i.rows, "; ", 0, Self::map_row)
            }
            Item::Normalize(i) => {
                let ignoring = self.names(&i.ignoring);
                let ignoring = if ignoring.is_empty() {
                    ignoring
                } else {
                    format!(", ignoring {ignoring}")
                };
                let code = format!(
                    "normalize {}: {}{ignoring}",
                    self.name(&i.name),
                    self.name(&i.kind)
                );
                self.with_block(head(code), &i.rows, "; ", 0, Self::map_row)
            }
            Item::Sync(i) => {
                self.with_block(head(self.sync_head(i)), &i.body, "; ", 0, Self::sync_line)
            }
            Item::Fields(i) => {
                let (left, right) = (self.object(&i.left), self.object(&i.right));
                let code = format!(
                    "fields {}: {left} {} {right}",
                    self.name(&i.name),
                    i.arrow.node.symbol()
                );
                self.with_block(head(code), &i.body, "; ", 0, Self::sync_line)
            }
            Item::Relation(i) => {
                let (left, right) = (self.relation_side(&i.left), self.relation_side(&i.right));
                let code = format!(
                    "relation {}: {left} {} {right}",
                    self.name(&i.name),
                    i.arrow.node.symbol()
                );
                self.with_block(head(code), &i.body, "; ", 0, Self::sync_line)
            }
            Item::Lifecycle(i) => {
                let code = format!("lifecycle {}", self.name(&i.name));
                self.with_block(head(code), &i.body, "; ", 0, Self::lifecycle_line)
            }
            Item::Route(i) => {
                let code = format!("route {} on create", self.object(&i.object));
                self.with_block(head(code), &i.rows, "; ", 0, Self::route_row)
            }
            Item::Automation(i) => {
                let code = format!("automation {} {}", self.name(&i.system), self.name(&i.name));
                self.with_block(head(code), &i.body, "; ", 0, Self::automation_line)
            }
            Item::Test(i) => {
                let code = format!("test {}", self.name(&i.name));
                self.with_block(head(code), &i.body, "; ", 0, Self::test_line)
            }
            Item::Broken => self.verbatim(line),
        }
    }

    fn use_item(&self, item: &Use) -> String {
        let path = self.path(&item.path);
        item.names.as_ref().map_or_else(
            || format!("use {path}"),
            |n| format!("use {path}.{{{}}}", self.names(n)),
        )
    }

    fn function(&self, item: &Function) -> String {
        let param = |p: &crate::syntax::ast::Param| {
            format!("{}: {}", self.name(&p.name), self.name(&p.kind))
        };
        let params = item.params.iter().map(param).collect::<Vec<_>>().join(", ");
        format!(
            "fn {}({params}): {} = {}",
            self.name(&item.name),
            self.name(&item.returns),
            self.expr(&item.body)
        )
    }

    fn model(&self, item: &Model) -> Shown {
        let kind = match item.kind.node {
            ModelKind::HubspotCentric => "hubspot_centric",
            ModelKind::SalesforceCentric => "salesforce_centric",
            ModelKind::Hybrid => "hybrid",
        };
        let Some(partition) = &item.partition else {
            return Shown::table(Table::Alone, vec![format!("model {kind}")]);
        };
        let code = format!(
            "model {kind} partition {} by {}",
            self.object(&partition.object),
            self.name(&partition.field)
        );
        self.with_block(
            Shown::table(Table::Alone, vec![code]),
            &partition.rows,
            "; ",
            0,
            Self::partition_row,
        )
    }

    fn picklist_head(&self, item: &Picklist) -> String {
        let mut out = format!("picklist {}", self.name(&item.name));
        if let Some(within) = &item.within {
            out += &format!(" within {}", self.name(within));
        }
        if let Some(ends) = &item.ends {
            out += &format!(
                ": {} {} {}",
                self.field(&ends.left),
                ends.arrow.node.symbol(),
                self.field(&ends.right)
            );
        }
        out
    }

    fn sync_head(&self, item: &Sync) -> String {
        let (left, right) = (self.object(&item.left), self.object(&item.right));
        let mut out = format!(
            "sync {}: {left} {} {right}",
            self.name(&item.name),
            item.arrow.node.symbol()
        );
        for mode in &item.modes {
            out += &format!(", {}", mode_words(mode.node));
        }
        out
    }

    fn metric(&self, item: &Metric) -> String {
        let mut out = format!(
            "metric {}: {}",
            self.name(&item.name),
            self.measure(&item.measure)
        );
        for clause in &item.clauses {
            out += &match clause {
                MetricClause::Equals(measure) => format!(", equals {}", self.measure(measure)),
                MetricClause::Baseline(quantity) => {
                    format!(", baseline {}", self.quantity(quantity))
                }
                MetricClause::Target(quantity) => format!(", target {}", self.quantity(quantity)),
            };
        }
        out
    }

    fn measure(&self, measure: &Measure) -> String {
        match measure {
            Measure::Count {
                object, condition, ..
            } => {
                let condition = condition
                    .as_ref()
                    .map_or(String::new(), |c| format!(" where {}", self.expr(c)));
                format!("count {}{condition}", self.object(object))
            }
            Measure::Rate {
                from, to, within, ..
            } => {
                let within = within
                    .as_ref()
                    .map_or(String::new(), |w| format!(" within {}", self.quantity(w)));
                format!("rate {} -> {}{within}", self.expr(from), self.expr(to))
            }
        }
    }

    fn signoff(&self, item: &Signoff) -> String {
        format!(
            "signoff {} by {} before {}",
            self.name(&item.name),
            self.names(&item.by),
            self.name(&item.before)
        )
    }

    fn allow(&self, item: &Allow) -> String {
        format!(
            "allow {} in {} because {} by {} until {}",
            self.name(&item.code),
            self.path(&item.path),
            self.name(&item.because),
            self.name(&item.by),
            self.slice(item.until.span)
        )
    }
}

//! The lines of blocks.

mod lifecycle;
mod sync;
mod test;

pub(super) use sync::mode_words;

use super::Printer;
use super::layout::{INDENT, MAX_WIDTH, RAW, Shown, Table, lay_out};
use crate::syntax::ast::{
    AutomationLine, Block, BudgetEntry, Layout, Line, MapRowLine, PartitionRow, PartitionValues,
    RouteCondition, RouteLine, RouteTarget, SettingLine, Trigger, VolumeEntry,
};

impl Printer<'_> {
    /// A line as it was written.
    pub(super) fn verbatim<T>(&self, line: &Line<T>) -> Shown {
        let holds_comment = line
            .trivia
            .trailing()
            .is_some_and(|c| line.span.contains(c.span));
        Shown {
            verbatim: true,
            holds_comment,
            table: Table::Alone,
            ..Shown::free(self.slice(line.span).to_owned())
        }
    }

    /// Lines that hold comments within stay as they were written; others are shown.
    fn unless_commented<T>(&self, line: &Line<T>, show: impl FnOnce() -> Option<Shown>) -> Shown {
        if !line.trivia.inner().is_empty() {
            return self.verbatim(line);
        }
        show().unwrap_or_else(|| self.verbatim(line))
    }

    /// A line whose last cell is followed by a block.
    pub(super) fn with_block<T>(
        &self,
        mut head: Shown,
        block: &Block<T>,
        separator: &str,
        depth: usize,
        show: impl Fn(&Self, &Line<T>) -> Shown,
    ) -> Shown {
        if block.layout == Layout::Absent {
            return head;
        }
        let shown: Vec<Shown> = block.lines.iter().map(|line| show(self, line)).collect();
        let last = head.cells.pop().unwrap_or_default();
        let room = MAX_WIDTH.saturating_sub(depth);
        if block.layout == Layout::Inline || shown.is_empty() && block.tail.is_empty() {
            let entries: Vec<String> = shown.iter().map(Shown::inline).collect();
            let inside = entries.join(separator);
            let code = if inside.is_empty() {
                format!("{last} {{ }}")
            } else {
                format!("{last} {{ {inside} }}")
            };
            let width = code.chars().count()
                + head
                    .cells
                    .iter()
                    .map(|c| c.chars().count() + 1)
                    .sum::<usize>();
            if width <= room || shown.is_empty() {
                head.cells.push(code);
                return head;
            }
        }
        head.cells.push(format!("{last} {{"));
        let around: Vec<_> = block.lines.iter().map(|line| &line.trivia).collect();
        for line in lay_out(&shown, &around, &block.tail, depth + INDENT) {
            let stays = line.is_empty() || line.starts_with(RAW);
            head.body
                .push(if stays { line } else { format!("  {line}") });
        }
        head.body.push("}".to_owned());
        head
    }

    pub(super) fn setting(&self, line: &Line<SettingLine>) -> Shown {
        self.unless_commented(line, || match &line.node {
            SettingLine::Setting(s) => Some(Shown::free(format!(
                "{} {}",
                self.name(&s.key),
                self.expr(&s.value)
            ))),
            SettingLine::Broken => None,
        })
    }

    pub(super) fn partition_row(&self, line: &Line<PartitionRow>) -> Shown {
        self.unless_commented(line, || match &line.node {
            PartitionRow::Leads { values, side } => {
                let values = match values {
                    PartitionValues::Values(values) => self.names(values),
                    PartitionValues::Else(_) => "else".to_owned(),
                };
                Some(Shown::table(
                    Table::Map,
                    vec![values, "->".to_owned(), self.name(side).to_owned()],
                ))
            }
            PartitionRow::Broken => None,
        })
    }

    pub(super) fn budget_entry(&self, line: &Line<BudgetEntry>) -> Shown {
        self.unless_commented(line, || match &line.node {
            BudgetEntry::Limit { what, limit, used } => {
                let mut out = format!("{} {}", self.name(what), self.amount(limit));
                if let Some(used) = used {
                    let by = used
                        .by
                        .as_ref()
                        .map_or(String::new(), |by| format!(" by {}", self.name(by)));
                    out += &format!(" ({} used{by})", self.amount(&used.amount));
                }
                Some(Shown::free(out))
            }
            BudgetEntry::Broken => None,
        })
    }

    pub(super) fn volume_entry(&self, line: &Line<VolumeEntry>) -> Shown {
        self.unless_commented(line, || match &line.node {
            VolumeEntry::Counts { object, counts } => {
                let count = |c: &crate::syntax::ast::Count| {
                    format!("{} {}", self.slice(c.number.span), self.name(&c.what))
                };
                let counts = counts.iter().map(count).collect::<Vec<_>>().join(", ");
                Some(Shown::table(
                    Table::Statement,
                    vec![self.object(object), counts],
                ))
            }
            VolumeEntry::Broken => None,
        })
    }

    pub(super) fn map_row(&self, line: &Line<MapRowLine>) -> Shown {
        self.unless_commented(line, || match &line.node {
            MapRowLine::Row(row) => {
                let mut cells = vec![
                    self.cell(&row.left),
                    row.arrow.node.symbol().to_owned(),
                    self.cell(&row.right),
                ];
                let Some(within) = &row.within else {
                    return Some(Shown::table(Table::Map, cells));
                };
                cells.insert(0, format!("{}:", self.name(within)));
                Some(Shown::table(Table::MapWithin, cells))
            }
            MapRowLine::Broken => None,
        })
    }

    pub(super) fn route_row(&self, line: &Line<RouteLine>) -> Shown {
        self.unless_commented(line, || match &line.node {
            RouteLine::Row(row) => {
                let condition = match &row.condition {
                    RouteCondition::When(condition) => self.expr(condition),
                    RouteCondition::Else(_) => "else".to_owned(),
                };
                let target = match &row.target {
                    RouteTarget::User(who) => format!("user {}", self.expr(who)),
                    RouteTarget::Queue(who) => format!("queue {}", self.expr(who)),
                    RouteTarget::RoundRobin(who) => format!("round robin {}", self.expr(who)),
                };
                Some(Shown::table(
                    Table::Map,
                    vec![condition, "->".to_owned(), target],
                ))
            }
            RouteLine::Broken => None,
        })
    }

    pub(super) fn automation_line(&self, line: &Line<AutomationLine>) -> Shown {
        self.unless_commented(line, || {
            let (word, rest) = match &line.node {
                AutomationLine::When(Trigger::Changes(fields, condition)) => {
                    let condition = condition.as_ref().map(|c| format!(" and {}", self.expr(c)));
                    let fields = self.paths(fields);
                    let condition = condition.unwrap_or_default();
                    ("when", format!("{fields} changes{condition}"))
                }
                AutomationLine::When(Trigger::BecomesTrue(condition)) => {
                    ("when", self.expr(condition))
                }
                AutomationLine::Writes(fields) => ("writes", self.paths(fields)),
                AutomationLine::Sets { field, value } => (
                    "sets",
                    format!("{} = {}", self.path(field), self.expr(value)),
                ),
                AutomationLine::Broken => return None,
            };
            Some(Shown::table(Table::Statement, vec![word.to_owned(), rest]))
        })
    }
}

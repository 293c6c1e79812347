//! The lines of `sync`, `fields` and `relation`.

use super::super::Printer;
use super::super::layout::{Shown, Table};
use super::super::phrase::blank;
use crate::syntax::ast::{
    AfterElse, Delete, DeleteAction, Leave, Line, ManyRule, Mode, Order, Statement, SyncLine,
};

impl Printer<'_> {
    pub(in super::super) fn sync_line(&self, line: &Line<SyncLine>) -> Shown {
        self.unless_commented(line, || match &line.node {
            SyncLine::Row(row) => Some(Shown::table(
                Table::Row,
                vec![
                    self.operand(&row.left),
                    row.arrow.node.symbol().to_owned(),
                    self.operand(&row.right),
                    self.clauses(&row.clauses),
                ],
            )),
            SyncLine::Spread { name, except } => {
                let except = if except.is_empty() {
                    String::new()
                } else {
                    format!(" except {}", self.names(except))
                };
                Some(Shown::free(format!("...{}{except}", self.name(name))))
            }
            SyncLine::Statement(statement) => Some(self.statement(statement)),
            SyncLine::Broken => None,
        })
    }

    fn statement(&self, statement: &Statement) -> Shown {
        let (word, rest) = match statement {
            Statement::Truth(side) => ("truth", self.name(side).to_owned()),
            Statement::Mode(mode) => return Shown::free(mode_words(*mode).to_owned()),
            Statement::Match(pairs) => {
                let pair = |p: &crate::syntax::ast::MatchPair| {
                    format!("{} = {}", self.expr(&p.left), self.expr(&p.right))
                };
                (
                    "match",
                    pairs.iter().map(pair).collect::<Vec<_>>().join(" and "),
                )
            }
            Statement::Many { side, rule } => {
                ("many", format!("{} {}", self.name(side), self.many(rule)))
            }
            Statement::Key(fields) => {
                let field = |f: &crate::syntax::ast::SideField| {
                    format!("{}.{}", self.name(&f.side), self.name(&f.field))
                };
                (
                    "key",
                    fields.iter().map(field).collect::<Vec<_>>().join(", "),
                )
            }
            Statement::Create(sides) => ("create", format!("in {}", self.names(sides))),
            Statement::Delete(rules) => (
                "delete",
                rules
                    .iter()
                    .map(|r| self.delete(r))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            Statement::After { sync, otherwise } => {
                let otherwise = match otherwise {
                    None => String::new(),
                    Some(AfterElse::Without) => " else without".to_owned(),
                    Some(AfterElse::As(other)) => format!(" else as {}", self.name(other)),
                };
                ("after", format!("{}{otherwise}", self.name(sync)))
            }
            Statement::YieldsTo(syncs) => ("yields", format!("to {}", self.names(syncs))),
            Statement::ConvertsTo(sync) => ("converts", format!("to {}", self.name(sync))),
            Statement::From { side, condition } => (
                "from",
                format!("{} where {}", self.name(side), self.expr(condition)),
            ),
            Statement::While { side, condition } => (
                "while",
                format!("{} where {}", self.name(side), self.expr(condition)),
            ),
            Statement::Leave(leave) => ("leave", leave_word(leave.node).to_owned()),
            Statement::Handoff { requires, within } => {
                let within = within
                    .as_ref()
                    .map_or(String::new(), |w| format!(", within {}", self.quantity(w)));
                (
                    "handoff",
                    format!("requires {}{within}", self.paths(requires)),
                )
            }
            Statement::RecordType { system, value } => (
                "record",
                format!("type {} {}", self.name(system), self.name(value)),
            ),
            Statement::Pipeline { system, value } => (
                "pipeline",
                format!("{} {}", self.name(system), self.name(value)),
            ),
            Statement::Protect {
                fields,
                after_create,
            } => {
                let after = if after_create.is_some() {
                    " after create"
                } else {
                    ""
                };
                ("protect", format!("{}{after}", self.side_fields(fields)))
            }
            Statement::Blank { direction, policy } => {
                return Shown::free(format!(
                    "{} blank {}",
                    direction.node.symbol(),
                    blank(*policy)
                ));
            }
            Statement::Ends(syncs) => ("ends", self.names(syncs)),
        };
        Shown::table(Table::Statement, vec![word.to_owned(), rest])
    }

    fn many(&self, rule: &ManyRule) -> String {
        match rule {
            ManyRule::Hold => "hold".to_owned(),
            ManyRule::Keep {
                which: Order::First,
                by,
            } => format!("keep first by {}", self.names(by)),
            ManyRule::Keep {
                which: Order::Last,
                by,
            } => format!("keep last by {}", self.names(by)),
        }
    }

    fn delete(&self, rule: &Delete) -> String {
        let side = rule
            .side
            .as_ref()
            .map_or(String::new(), |s| format!("in {} ", self.name(s)));
        match &rule.action {
            DeleteAction::Keep => format!("{side}keep"),
            DeleteAction::Unlink => format!("{side}unlink"),
            DeleteAction::Archive => format!("{side}archive"),
            DeleteAction::Flag(field) => format!("{side}flag {}", self.name(field)),
            DeleteAction::Propagate => format!("{side}propagate"),
        }
    }
}

pub(in super::super) const fn mode_words(mode: Mode) -> &'static str {
    match mode {
        Mode::LinkOnly => "link only",
        Mode::AppendOnly => "append only",
    }
}

const fn leave_word(leave: Leave) -> &'static str {
    match leave {
        Leave::Continue => "continue",
        Leave::Freeze => "freeze",
        Leave::Unlink => "unlink",
    }
}

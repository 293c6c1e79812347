//! The lines of blocks.

use super::Printer;
use super::layout::{INDENT, MAX_WIDTH, RAW, Shown, Table, lay_out};
use super::phrase::blank;
use crate::syntax::ast::{
    AfterElse, Assign, AutomationLine, Block, BudgetEntry, Choice, Delete, DeleteAction, Expect,
    Layout, Leave, LifecycleLine, Line, ManyRule, MapRowLine, Mode, Order, Owner, PartitionRow,
    PartitionValues, Rank, RouteCondition, RouteLine, RouteTarget, SettingLine, StageCell,
    StageState, Statement, Step, StepKind, SyncLine, TestLine, TransitionClauseKind, Trigger,
    VolumeEntry,
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

    pub(super) fn sync_line(&self, line: &Line<SyncLine>) -> Shown {
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

    pub(super) fn lifecycle_line(&self, line: &Line<LifecycleLine>) -> Shown {
        self.unless_commented(line, || match &line.node {
            LifecycleLine::Column(column) => {
                let mut rest = column
                    .through
                    .as_ref()
                    .map_or(String::new(), |t| format!("through {}", self.name(t)));
                let mut field = self.field(&column.field);
                if let Some(choice) = &column.choice {
                    if rest.is_empty() {
                        field.push(',');
                        rest = choice_words(choice);
                    } else {
                        rest += &format!(", {}", choice_words(choice));
                    }
                }
                let name = self.name(&column.name).to_owned();
                Some(Shown::table(
                    Table::Column,
                    vec!["column".to_owned(), name, field, rest],
                ))
            }
            LifecycleLine::Stage(stage) => {
                let mut cells = vec![format!("{}:", self.name(&stage.name))];
                for (n, cell) in stage.cells.iter().enumerate() {
                    let comma = if n + 1 < stage.cells.len() { "," } else { "" };
                    cells.push(match cell {
                        StageCell::Values(values) => {
                            format!("{}{comma}", self.joined(values, " | "))
                        }
                        StageCell::None(_) => format!("none{comma}"),
                    });
                }
                Some(Shown::table(Table::Stage, cells))
            }
            LifecycleLine::Transition(transition) => {
                let from = self.names(&transition.from);
                let mut cells = vec![from, "->".to_owned(), self.name(&transition.to).to_owned()];
                let mut plain = true;
                for clause in &transition.clauses {
                    let (said, leading) = match &clause.node {
                        TransitionClauseKind::By(side) => (format!("by {}", self.name(side)), true),
                        TransitionClauseKind::ByConversion => ("by conversion".to_owned(), true),
                        TransitionClauseKind::When(condition) => {
                            (format!("when {}", self.expr(condition)), true)
                        }
                        TransitionClauseKind::As(what) => {
                            (format!("as {}", self.name(what)), false)
                        }
                        TransitionClauseKind::ClearFirst => ("clear first".to_owned(), false),
                        TransitionClauseKind::Owner(owner) => {
                            (owner_words(owner.node).to_owned(), false)
                        }
                    };
                    plain &= leading;
                    match cells.last_mut().filter(|_| !plain) {
                        Some(last) => *last += &format!(", {said}"),
                        None => cells.push(said),
                    }
                }
                Some(Shown::table(Table::Transition, cells))
            }
            LifecycleLine::Start(stages) => {
                Some(Shown::free(format!("start {}", self.names(stages))))
            }
            LifecycleLine::Final(stages) => {
                Some(Shown::free(format!("final {}", self.names(stages))))
            }
            LifecycleLine::Truth(side) => Some(Shown::free(format!("truth {}", self.name(side)))),
            LifecycleLine::Broken => None,
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

    pub(super) fn test_line(&self, line: &Line<TestLine>) -> Shown {
        self.unless_commented(line, || match &line.node {
            TestLine::Step(step) => self.step(step),
            TestLine::Broken => None,
        })
    }

    fn step(&self, step: &Step) -> Option<Shown> {
        let at = step.at.map_or(String::new(), |at| {
            format!(
                "{} ",
                self.slice(at.span)
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            )
        });
        let (word, record) = match &step.node {
            StepKind::Given(record) => ("given", record),
            StepKind::Edit(record) => ("", record),
            StepKind::Expect(Expect::Record(record)) => ("expect", record),
            StepKind::Settle => {
                return Some(Shown::table(Table::Alone, vec![format!("{at}settle")]));
            }
            StepKind::Expect(Expect::Quiet) => {
                return Some(Shown::free(format!("{at}expect quiet")));
            }
            StepKind::Expect(Expect::No(record)) => {
                return Some(Shown::free(format!(
                    "{at}expect no {}",
                    self.record(record)
                )));
            }
            StepKind::Merge { record, into } => {
                return Some(Shown::free(format!(
                    "{at}merge {} into {}",
                    self.record(record),
                    self.name(into)
                )));
            }
            StepKind::Convert(record) => {
                return Some(Shown::free(format!("{at}convert {}", self.record(record))));
            }
            StepKind::Delete(record) => {
                return Some(Shown::free(format!("{at}delete {}", self.record(record))));
            }
            StepKind::Deactivate(record) => {
                return Some(Shown::free(format!(
                    "{at}deactivate {}",
                    self.record(record)
                )));
            }
        };
        if record.values.layout == Layout::Unclosed {
            return None;
        }
        let mut cells = vec![
            self.object(&record.record.object),
            self.name(&record.record.alias).to_owned(),
        ];
        let head = format!("{at}{word}").trim().to_owned();
        if !head.is_empty() {
            cells.insert(0, head);
        }
        let shown = Shown::table(Table::Step, cells);
        Some(self.with_block(shown, &record.values, ", ", 2 * INDENT, Self::assign))
    }

    fn assign(&self, line: &Line<Assign>) -> Shown {
        self.unless_commented(line, || match &line.node {
            Assign::Field { field, value } => Some(Shown::free(format!(
                "{} = {}",
                self.name(field),
                self.expr(value)
            ))),
            Assign::Broken => None,
        })
    }
}

pub(super) const fn mode_words(mode: Mode) -> &'static str {
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

const fn owner_words(owner: Owner) -> &'static str {
    match owner {
        Owner::Keep => "keep owner",
        Owner::KeepElseRoute => "keep owner else route",
        Owner::Route => "route",
    }
}

fn choice_words(choice: &Choice) -> String {
    let picks = choice.picks.iter().map(|pick| {
        let rank = match pick.rank {
            Rank::Furthest => "furthest",
            Rank::Latest => "latest",
            Rank::Earliest => "earliest",
        };
        let state = match pick.state {
            None => "",
            Some(StageState::Open) => " open",
            Some(StageState::Closed) => " closed",
        };
        format!("{rank}{state}")
    });
    picks.collect::<Vec<_>>().join(" else ")
}

//! The lines of `lifecycle`.

use super::super::Printer;
use super::super::layout::{Shown, Table};
use crate::syntax::ast::{
    Choice, LifecycleLine, Line, Owner, Rank, StageCell, StageState, TransitionClauseKind,
};

impl Printer<'_> {
    pub(in super::super) fn lifecycle_line(&self, line: &Line<LifecycleLine>) -> Shown {
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

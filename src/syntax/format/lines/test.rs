//! The lines of `test`.

use super::super::Printer;
use super::super::layout::{INDENT, Shown, Table};
use crate::syntax::ast::{Assign, Expect, Layout, Line, Step, StepKind, TestLine};

impl Printer<'_> {
    pub(in super::super) fn test_line(&self, line: &Line<TestLine>) -> Shown {
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

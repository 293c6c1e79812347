//! `test` and its steps.

use super::{Builder, Node, child, has};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{
    Assign, Block, Expect, Item, Layout, Moment, ObjectRef, Record, RecordRef, Step, StepKind,
    Test, TestLine,
};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn test(&mut self, node: &Node, body: Block<TestLine>) -> Option<Item> {
        Some(Item::Test(Test {
            name: self.first_name(node)?,
            body,
        }))
    }

    pub fn assign(&mut self, node: &Node) -> Option<Assign> {
        Some(Assign::Field {
            field: self.first_name(node)?,
            value: self.first_expr(node)?,
        })
    }

    pub fn step(&mut self, node: &Node, values: Block<Assign>) -> Option<TestLine> {
        let at = match child(node, Rule::moment) {
            Some(moment) => Some(self.moment(&moment)?),
            None => None,
        };
        let what = node
            .clone()
            .into_inner()
            .find(|n| !matches!(n.as_rule(), Rule::moment | Rule::EOI))?;
        let record = match what.as_rule() {
            Rule::record_ref => Some(what.clone()),
            _ => child(&what, Rule::record_ref),
        };
        let record = match record {
            Some(record) => Some(self.record_ref(&record)?),
            None => None,
        };
        let takes_values = matches!(what.as_rule(), Rule::given | Rule::record_ref)
            || what.as_rule() == Rule::expect && record.is_some() && !has(&what, Rule::k_no);
        if !takes_values && values.layout != Layout::Absent {
            self.report(
                Diagnostic::new(Code::S001, "this step takes no values")
                    .at(values.span, "")
                    .help("remove the `{ }`"),
            );
            return None;
        }
        let node = match (what.as_rule(), record) {
            (Rule::settle, _) => StepKind::Settle,
            (Rule::given, Some(record)) => StepKind::Given(Record { record, values }),
            (Rule::record_ref, Some(record)) => StepKind::Edit(Record { record, values }),
            (Rule::expect, None) => StepKind::Expect(Expect::Quiet),
            (Rule::expect, Some(record)) if has(&what, Rule::k_no) => {
                StepKind::Expect(Expect::No(record))
            }
            (Rule::expect, Some(record)) => {
                StepKind::Expect(Expect::Record(Record { record, values }))
            }
            (Rule::merge, Some(record)) => StepKind::Merge {
                record,
                into: self.first_name(&what)?,
            },
            (_, Some(record)) if has(&what, Rule::k_convert) => StepKind::Convert(record),
            (_, Some(record)) if has(&what, Rule::k_delete) => StepKind::Delete(record),
            (_, Some(record)) => StepKind::Deactivate(record),
            (_, None) => return None,
        };
        Some(TestLine::Step(Step { at, node }))
    }

    fn moment(&mut self, node: &Node) -> Option<Moment> {
        let day = self.number(&child(node, Rule::number)?);
        let time = self.clock(&child(node, Rule::clock)?);
        Some(Moment {
            day,
            time,
            span: self.span(node),
        })
    }

    fn record_ref(&mut self, node: &Node) -> Option<RecordRef> {
        let (system, object, alias) = (
            self.first_name(node)?,
            self.nth_name(node, 1)?,
            self.nth_name(node, 2)?,
        );
        let span = system.span.to(object.span);
        Some(RecordRef {
            object: ObjectRef {
                system,
                objects: vec![object],
                span,
            },
            alias,
            span: self.span(node),
        })
    }
}

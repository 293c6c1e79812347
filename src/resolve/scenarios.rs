//! `test` blocks.

use smol_str::SmolStr;

use super::lookup::Cx;
use super::rules::unknown_name;
use crate::model::{Expectation, Moment, ObjectRef, Scenario, Step, StepKind, Values};
use crate::source::Spanned;
use crate::syntax::ast::{self, Assign, Expect, Item, TestLine};
use crate::value::Value;

/// Resolves every test of the project.
pub(super) fn scenarios(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| {
        let Item::Test(t) = &line.node else { return };
        strangers(cx, t);
        let mut steps = Vec::new();
        for line in &t.body.lines {
            let TestLine::Step(step) = &line.node else {
                continue;
            };
            let at = step.at.as_ref().map(moment);
            steps.extend(cx.step(&step.node).map(|kind| Step {
                span: line.span,
                at,
                kind,
            }));
        }
        let name = Spanned::new(t.name.text.to_string(), t.name.span);
        cx.model.scenarios.push(Scenario {
            name,
            span: line.span,
            steps,
        });
    });
}

/// Reports records that a test names and never gives; nothing where a line could not be read, which may give them.
fn strangers(cx: &mut Cx<'_>, test: &ast::Test) {
    let mut steps = Vec::new();
    for line in &test.body.lines {
        match &line.node {
            TestLine::Step(step) => steps.push(&step.node),
            TestLine::Broken => return,
        }
    }
    let given: Vec<&str> = steps
        .iter()
        .filter_map(|step| match step {
            ast::StepKind::Given(record) => Some(record.record.alias.as_str()),
            _ => None,
        })
        .collect();
    let named = |step: &ast::StepKind| match step {
        ast::StepKind::Given(_) | ast::StepKind::Settle => Vec::new(),
        ast::StepKind::Expect(Expect::Quiet) => Vec::new(),
        ast::StepKind::Edit(r) | ast::StepKind::Expect(Expect::Record(r)) => {
            vec![r.record.alias.clone()]
        }
        ast::StepKind::Merge { record, into } => vec![record.alias.clone(), into.clone()],
        ast::StepKind::Convert(r)
        | ast::StepKind::Delete(r)
        | ast::StepKind::Deactivate(r)
        | ast::StepKind::Expect(Expect::No(r)) => vec![r.alias.clone()],
    };
    for name in steps.into_iter().flat_map(named) {
        if !given.contains(&name.as_str()) {
            let known = given.iter().copied();
            cx.sink.push(unknown_name::describe(
                "record in this test called",
                &name,
                known,
            ));
        }
    }
}

fn moment(m: &ast::Moment) -> Moment {
    use rust_decimal::prelude::ToPrimitive;
    let minute = m.time.map_or(0, |t| {
        u32::from(t.hour().unsigned_abs()) * 60 + u32::from(t.minute().unsigned_abs())
    });
    Moment {
        day: m.day.value.to_u32().unwrap_or(1).max(1),
        minute,
    }
}

impl Cx<'_> {
    fn step(&mut self, step: &ast::StepKind) -> Option<StepKind> {
        Some(match step {
            ast::StepKind::Given(record) => {
                let (object, alias, values) = self.record(record)?;
                StepKind::Given {
                    object,
                    alias,
                    values,
                }
            }
            ast::StepKind::Edit(record) => {
                let (object, alias, values) = self.record(record)?;
                StepKind::Edit {
                    object,
                    alias,
                    values,
                }
            }
            ast::StepKind::Merge { record, into } => {
                let (object, alias) = self.record_ref(record)?;
                StepKind::Merge {
                    object,
                    alias,
                    into: into.text.clone(),
                }
            }
            ast::StepKind::Convert(record) => {
                let (object, alias) = self.record_ref(record)?;
                StepKind::Convert { object, alias }
            }
            ast::StepKind::Delete(record) => {
                let (object, alias) = self.record_ref(record)?;
                StepKind::Delete { object, alias }
            }
            ast::StepKind::Deactivate(record) => {
                let (object, alias) = self.record_ref(record)?;
                StepKind::Deactivate { object, alias }
            }
            ast::StepKind::Settle => StepKind::Settle,
            ast::StepKind::Expect(Expect::Quiet) => StepKind::Expect(Expectation::Quiet),
            ast::StepKind::Expect(Expect::No(record)) => {
                let (object, alias) = self.record_ref(record)?;
                StepKind::Expect(Expectation::NoRecord { object, alias })
            }
            ast::StepKind::Expect(Expect::Record(record)) => {
                let (object, alias, values) = self.record(record)?;
                StepKind::Expect(Expectation::Record {
                    object,
                    alias,
                    values,
                })
            }
        })
    }

    fn record_ref(&mut self, record: &ast::RecordRef) -> Option<(ObjectRef, SmolStr)> {
        let object = self.object_ref(&record.object)?;
        Some((object, record.alias.text.clone()))
    }

    fn record(&mut self, record: &ast::Record) -> Option<(ObjectRef, SmolStr, Values)> {
        let (object, alias) = self.record_ref(&record.record)?;
        let mut values = Vec::new();
        for line in &record.values.lines {
            let Assign::Field { field, value } = &line.node else {
                continue;
            };
            let Some(id) = self.field(object, field) else {
                continue;
            };
            let kind = self.model.field(id).map(|f| f.kind());
            let blank = matches!(&value.node, ast::ExprKind::Name(n) if n.text == "blank");
            let found = if blank {
                Value::Blank
            } else {
                self.literal(value, kind)
            };
            let listed = self
                .model
                .field(id)
                .is_some_and(|f| f.field.picklist.is_some());
            if let (Value::Text(text), true) = (&found, listed) {
                self.use_value(id, text, value.span);
            }
            values.push((id, found, line.span));
        }
        Some((object, alias, values))
    }
}

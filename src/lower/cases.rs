//! The `test` blocks of a spec, in the names of the plan.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::origin;
use crate::check::Checked;
use crate::model::{Expectation, FieldRef, Model, Scenario, StepKind};
use crate::plan::{Case, CaseAction, CaseStep, Expected, Moment};
use crate::source::{Sources, Span};
use crate::value::Value;

/// Every test of a project, in the order of the spec.
pub fn cases(model: &Checked<Model>, sources: &Sources) -> Vec<Case> {
    model
        .scenarios
        .iter()
        .map(|s| case(model, s, sources))
        .collect()
}

/// One scenario in the names of the plan: a test of the spec, or what an analysis found.
pub fn case(model: &Model, scenario: &Scenario, sources: &Sources) -> Case {
    let steps = scenario.steps.iter().map(|step| CaseStep {
        origin: origin(sources, step.span),
        at: step.at.map(|m| Moment {
            day: m.day,
            minute: m.minute,
        }),
        action: action(model, &step.kind),
    });
    Case {
        name: scenario.name.node.clone(),
        origin: origin(sources, scenario.name.span),
        steps: steps.collect(),
    }
}

fn action(model: &Model, kind: &StepKind) -> CaseAction {
    let name = |object| model.object_name(object);
    match kind {
        StepKind::Given {
            object,
            alias,
            values,
        } => CaseAction::Given {
            object: name(*object),
            alias: alias.clone(),
            values: named(model, values),
        },
        StepKind::Edit {
            object,
            alias,
            values,
        } => CaseAction::Edit {
            object: name(*object),
            alias: alias.clone(),
            values: named(model, values),
        },
        StepKind::Merge {
            object,
            alias,
            into,
        } => CaseAction::Merge {
            object: name(*object),
            alias: alias.clone(),
            into: into.clone(),
        },
        StepKind::Convert { object, alias } => CaseAction::Convert {
            object: name(*object),
            alias: alias.clone(),
        },
        StepKind::Delete { object, alias } => CaseAction::Delete {
            object: name(*object),
            alias: alias.clone(),
        },
        StepKind::Deactivate { object, alias } => CaseAction::Deactivate {
            object: name(*object),
            alias: alias.clone(),
        },
        StepKind::Settle => CaseAction::Settle,
        StepKind::Expect(expectation) => CaseAction::Expect(expected(model, expectation)),
    }
}

fn expected(model: &Model, expectation: &Expectation) -> Expected {
    match expectation {
        Expectation::Quiet => Expected::Quiet,
        Expectation::Record {
            object,
            alias,
            values,
        } => Expected::Record {
            object: model.object_name(*object),
            alias: alias.clone(),
            values: named(model, values),
        },
        Expectation::NoRecord { object, alias } => Expected::NoRecord {
            object: model.object_name(*object),
            alias: alias.clone(),
        },
    }
}

fn named(model: &Model, values: &[(FieldRef, Value, Span)]) -> BTreeMap<SmolStr, Value> {
    let named = values
        .iter()
        .filter_map(|(f, v, _)| Some((model.field(*f)?.field.name.clone(), v.clone())));
    named.collect()
}

//! Workflow rules: their criteria, and the field updates and tasks that they make.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::criteria;
use super::draft::{Document, Draft, Head};
use super::flow::Flows;
use super::names::Names;
use super::started;
use super::{Automation, Effect, Entry, Events, FieldName, Inactive, Kind, Phase, Written, logic};
use crate::catalog::xml::Node;
use crate::formula::Expr;

/// What rules and approvals apply: actions of workflow files, and flows that such actions start.
#[derive(Debug)]
pub(super) struct Workflows<'a> {
    /// The files by object in lower case: field updates belong to rules and to approvals.
    pub files: BTreeMap<String, Vec<&'a Document>>,
    pub flows: &'a Flows<'a>,
}

/// Who applies an action.
#[derive(Debug)]
pub(super) struct Applied<'w, 'a> {
    pub workflows: &'w Workflows<'a>,
    pub object: SmolStr,
    pub phase: Phase,
    pub when: Option<Expr>,
}

/// The rules of a file: those that run, and those that do not.
pub(super) fn read(
    document: &Document,
    workflows: &Workflows<'_>,
    names: Names<'_>,
) -> (Vec<Automation>, Vec<Inactive>) {
    let object = names.object(&document.stem);
    let (mut active, mut inactive) = (Vec::new(), Vec::new());
    for node in document.root.all("rules") {
        let name = node.text_of("fullName").unwrap_or("rule");
        if node.flag("active") != Some(true) {
            inactive.push(Inactive {
                kind: Kind::WorkflowRule,
                name: name.into(),
                span: document.span(node),
            });
            continue;
        }
        active.push(rule(document, workflows, names, &object, node));
    }
    (active, inactive)
}

fn rule(
    document: &Document,
    workflows: &Workflows<'_>,
    names: Names<'_>,
    object: &SmolStr,
    node: &Node,
) -> Automation {
    let name = node.text_of("fullName").unwrap_or("rule");
    let mut head = Head::new(Kind::WorkflowRule, name, document, node);
    head.object = Some(object.clone());
    let (events, entry) = match node.text_of("triggerType") {
        Some("onCreateOnly") => (Events::Created, Entry::EveryTime),
        Some("onAllChanges") => (Events::Saved, Entry::EveryTime),
        _ => (Events::Saved, Entry::BecomesTrue),
    };
    head.events = Some(events);
    head.entry = entry;
    let mut draft = Draft::new(names);
    draft.guard = criteria::condition(&mut draft, object, node);
    let mut applied = Applied {
        workflows,
        object: object.clone(),
        phase: Phase::AfterSave,
        when: None,
    };
    for action in node.all("actions") {
        apply(&mut draft, &applied, action);
    }
    if node.child("actions").is_none() && node.child("workflowTimeTriggers").is_some() {
        head.phase = Phase::Later;
    }
    applied.phase = Phase::Later;
    for trigger in node.all("workflowTimeTriggers") {
        if let Some(field) = trigger.text_of("offsetFromField") {
            dated(&mut draft, object, field);
        }
        for action in trigger.all("actions") {
            apply(&mut draft, &applied, action);
        }
    }
    draft.finish(head)
}

/// Reads the date that something is counted from, unless that is the moment of the trigger.
fn dated(draft: &mut Draft<'_>, object: &str, field: &str) {
    let field = field.rsplit('.').next().unwrap_or(field);
    if !field.contains("Trigger") {
        draft.read_named(object, field);
    }
}

/// Does what an action of a rule or an approval names.
pub(super) fn apply(draft: &mut Draft<'_>, applied: &Applied<'_, '_>, action: &Node) {
    let name = action.text_of("name").unwrap_or_default();
    match action.text_of("type").unwrap_or_default() {
        "FieldUpdate" => match definition(applied, "fieldUpdates", name) {
            Some((document, node)) => field_update(draft, applied, document, node),
            None => draft.reason(format!(
                "the field update `{name}` is not among the metadata"
            )),
        },
        "Task" => match definition(applied, "tasks", name) {
            Some((document, node)) => task(draft, applied, document, node),
            None => draft.reason(format!("the task `{name}` is not among the metadata")),
        },
        "Alert" | "OutboundMessage" | "Send" | "Notification" => {}
        "FlowAction" => match definition(applied, "flowActions", name) {
            Some((_, node)) => started::flow(draft, applied, node),
            None => draft.reason(format!(
                "the flow action `{name}` is not among the metadata"
            )),
        },
        other => draft.reason(format!(
            "the action `{name}` of the kind `{other}` is not read"
        )),
    }
}

/// The definition of an action in the workflow files of the object.
fn definition<'a>(
    applied: &Applied<'_, 'a>,
    list: &'static str,
    name: &str,
) -> Option<(&'a Document, &'a Node)> {
    let documents = applied
        .workflows
        .files
        .get(&applied.object.to_ascii_lowercase())?;
    documents.iter().find_map(|document| {
        let node = document
            .root
            .all(list)
            .find(|n| n.text_of("fullName") == Some(name))?;
        Some((*document, node))
    })
}

fn field_update(
    draft: &mut Draft<'_>,
    applied: &Applied<'_, '_>,
    document: &Document,
    node: &Node,
) {
    let object = applied.object.as_str();
    let Some(field) = node.text_of("field") else {
        return;
    };
    let other = node
        .text_of("targetObject")
        .filter(|t| !t.eq_ignore_ascii_case(object));
    let (target, record) = match other {
        None => (draft.names.field(object, field), Written::Itself),
        Some(named) => {
            let (reference, parent) = draft.names.reference_to(object, named);
            draft.read_field(reference.clone());
            let Some(parent) = parent else {
                draft.reason(format!(
                    "the object behind `{named}` of `{object}` is not known"
                ));
                return;
            };
            let record = Written::Referenced(reference.field);
            (draft.names.field(&parent, field), record)
        }
    };
    let value = value(draft, object, &target, node);
    draft.effects.push(Effect {
        element: node.text_of("fullName").unwrap_or(field).into(),
        span: document.span(node),
        target,
        record,
        phase: applied.phase,
        when: applied.when.clone(),
        value,
    });
}

/// The value that a field update sets.
fn value(draft: &mut Draft<'_>, object: &str, target: &FieldName, node: &Node) -> Option<Expr> {
    match node.text_of("operation") {
        Some("Formula") => {
            let text = node.text_of("formula").unwrap_or_default();
            let value = draft.formula(object, text)?;
            Some(draft.given(target, value))
        }
        Some("Literal") => {
            let value = node.text_of("literalValue").unwrap_or_default();
            Some(match value {
                "" => logic::null(),
                "1" | "0" if is_truth(draft, target) => logic::truth(value == "1"),
                _ => logic::text(value),
            })
        }
        Some("Null") => Some(logic::null()),
        // a user or a queue by name, where records hold its id
        Some("LookupValue") => None,
        Some("NextValue" | "PreviousValue") => {
            draft.read_field(target.clone());
            None
        }
        other => {
            draft.reason(format!(
                "a field update by `{}` is not read",
                other.unwrap_or("nothing")
            ));
            None
        }
    }
}

fn is_truth(draft: &Draft<'_>, target: &FieldName) -> bool {
    draft
        .names
        .known(&target.object, &target.field)
        .is_some_and(|f| f.ty == crate::catalog::FieldType::Boolean)
}

/// A task that a rule makes.
fn task(draft: &mut Draft<'_>, applied: &Applied<'_, '_>, document: &Document, node: &Node) {
    let person = ["Lead", "Contact"].contains(&applied.object.as_str());
    let related = if person { "WhoId" } else { "WhatId" };
    let stated = |tag: &str| node.text_of(tag).map(logic::text);
    if let Some(field) = node.text_of("offsetFromField") {
        dated(draft, &applied.object, field);
    }
    let owner = (node.text_of("assignedToType") == Some("owner")).then(|| {
        let owner = logic::field(&["OwnerId".into()]);
        draft.read_formula(&applied.object, &owner);
        owner
    });
    let fields = [
        ("Subject", stated("subject"), true),
        ("Status", stated("status"), true),
        ("Priority", stated("priority"), true),
        (
            "Description",
            stated("description"),
            node.child("description").is_some(),
        ),
        ("ActivityDate", None, node.child("dueDateOffset").is_some()),
        ("OwnerId", owner, true),
        (related, Some(logic::field(&["Id".into()])), true),
    ];
    for (field, value, _) in fields.into_iter().filter(|(_, _, written)| *written) {
        draft.effects.push(Effect {
            element: node.text_of("fullName").unwrap_or("task").into(),
            span: document.span(node),
            target: draft.names.field("Task", field),
            record: Written::Made,
            phase: applied.phase,
            when: applied.when.clone(),
            value,
        });
    }
}

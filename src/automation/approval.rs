//! Approval processes: what they ask for, what their decisions write, and that they lock the record.

use smol_str::SmolStr;

use super::criteria;
use super::draft::{Document, Draft, Head};
use super::names::Names;
use super::workflow::{Applied, Workflows, apply};
use super::{Automation, Inactive, Kind, Phase, logic};
use crate::catalog::xml::Node;

/// The lists of actions of a process, and what has happened when they are done.
const DECISIONS: &[(&str, &str)] = &[
    ("initialSubmissionActions", "Submitted"),
    ("finalApprovalActions", "Approved"),
    ("finalRejectionActions", "Rejected"),
    ("recallActions", "Recalled"),
];

/// Reads a process; its file is named after object and process.
pub(super) fn read(
    document: &Document,
    workflows: &Workflows<'_>,
    names: Names<'_>,
) -> Result<Automation, Inactive> {
    let (object, name) = document
        .stem
        .split_once('.')
        .unwrap_or(("", document.stem.as_str()));
    let root = &document.root;
    if root.flag("active") != Some(true) {
        return Err(Inactive {
            kind: Kind::ApprovalProcess,
            name: name.into(),
            span: document.span(root),
        });
    }
    let object = names.object(object);
    let mut head = Head::new(Kind::ApprovalProcess, name, document, root);
    head.object = Some(object.clone());
    head.phase = Phase::Later;
    let mut draft = Draft::new(names);
    // the record is locked from its submission to the decision
    draft.locks = true;
    draft.guard = root
        .child("entryCriteria")
        .and_then(|criteria| criteria::condition(&mut draft, &object, criteria));
    for (list, event) in DECISIONS {
        for actions in root.all(list) {
            act(&mut draft, workflows, &object, actions, event);
        }
    }
    for step in root.all("approvalStep") {
        if let Some(criteria) = step.child("entryCriteria") {
            criteria::condition(&mut draft, &object, criteria);
        }
        for (list, event) in [
            ("approvalActions", "Approved"),
            ("rejectionActions", "Rejected"),
        ] {
            for actions in step.all(list) {
                act(&mut draft, workflows, &object, actions, event);
            }
        }
        approvers(&mut draft, &object, step);
    }
    Ok(draft.finish(head))
}

fn act(
    draft: &mut Draft<'_>,
    workflows: &Workflows<'_>,
    object: &SmolStr,
    actions: &Node,
    event: &str,
) {
    let applied = Applied {
        workflows,
        object: object.clone(),
        phase: Phase::Later,
        when: Some(logic::found(&["$Approval", event])),
    };
    for action in actions.all("action") {
        apply(draft, &applied, action);
    }
}

/// Approvers that a field of the record names.
fn approvers(draft: &mut Draft<'_>, object: &str, step: &Node) {
    for assigned in step.all("assignedApprover") {
        for approver in assigned.all("approver") {
            if let (Some("relatedUserField"), Some(field)) =
                (approver.text_of("type"), approver.text_of("name"))
            {
                draft.read_named(object, field);
            }
        }
    }
}

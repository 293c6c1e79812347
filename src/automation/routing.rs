//! Assignment and escalation rules: which condition gives a record to whom. Auto-response rules, which answer by mail and write
//! nothing.

use super::criteria;
use super::draft::{Document, Draft, Head};
use super::names::Names;
use super::{Automation, Effect, Events, Inactive, Kind, Phase, Written, logic};
use crate::catalog::xml::Node;
use crate::formula::Expr;

/// The rules of a file; it is named after the object.
pub(super) fn read(
    document: &Document,
    kind: Kind,
    names: Names<'_>,
) -> (Vec<Automation>, Vec<Inactive>) {
    let list = match kind {
        Kind::EscalationRule => "escalationRule",
        // both spellings are met
        Kind::AutoResponseRule if document.root.child("autoResponseRule").is_some() => {
            "autoResponseRule"
        }
        Kind::AutoResponseRule => "autoresponseRule",
        _ => "assignmentRule",
    };
    let (mut active, mut inactive) = (Vec::new(), Vec::new());
    for node in document.root.all(list) {
        let name = node.text_of("fullName").unwrap_or(list);
        if node.flag("active") == Some(true) {
            active.push(rule(document, kind, names, node));
        } else {
            inactive.push(Inactive {
                kind,
                name: name.into(),
                span: document.span(node),
            });
        }
    }
    (active, inactive)
}

fn rule(document: &Document, kind: Kind, names: Names<'_>, node: &Node) -> Automation {
    let name = node.text_of("fullName").unwrap_or("rule");
    let object = names.object(&document.stem);
    let mut head = Head::new(kind, name, document, node);
    head.object = Some(object.clone());
    head.events = Some(match kind {
        Kind::AutoResponseRule => Events::Created,
        _ => Events::Saved,
    });
    if kind == Kind::EscalationRule {
        head.phase = Phase::Later;
    }
    let mut draft = Draft::new(names);
    let mut earlier: Vec<Expr> = Vec::new();
    for entry in node.all("ruleEntry") {
        let own =
            criteria::condition(&mut draft, &object, entry).unwrap_or_else(|| logic::truth(true));
        let mut parts: Vec<Expr> = earlier.iter().cloned().map(logic::not).collect();
        parts.push(own.clone());
        let when = logic::all(parts);
        earlier.push(own);
        let when = (when != logic::truth(true)).then_some(when);
        // a case may be escalated several times, the longer it waits
        let given: Vec<&Node> = match kind {
            Kind::EscalationRule => entry.all("escalationAction").collect(),
            Kind::AutoResponseRule => Vec::new(),
            _ => vec![entry],
        };
        for to in given.iter().filter_map(|g| g.text_of("assignedTo")) {
            draft.effects.push(Effect {
                element: to.into(),
                span: document.span(entry),
                target: draft.names.field(&object, "OwnerId"),
                record: Written::Itself,
                phase: head.phase,
                when: when.clone(),
                value: None,
            });
        }
    }
    draft.finish(head)
}

//! Workflows of version 3, which enrol contacts: actions in a list, branches within.

use serde_json::Value;
use smol_str::SmolStr;

use super::values::CODE;
use super::{Body, Flow, Part, again, id, objects, text};
use crate::automation::draft::Head;
use crate::automation::{Effect, Entry, Events, FieldName, Phase, Written, logic};
use crate::formula::{Expr, Operator};

/// Branches within branches deeper than any editor makes them.
const DEEPEST: usize = 40;

/// Actions that write no property.
const HARMLESS: &[&str] = &[
    "DELAY",
    "EMAIL",
    "NOTIFICATION",
    "SMS_NOTIFICATION",
    "UPDATE_LIST",
    "WORKFLOW_ENROLLMENT",
    "UPDATE_EMAIL_SUBSCRIPTION",
    "NURTURING_CAMPAIGN",
    "NURTURING_CAMPAIGN_ENROLLMENT",
    "ENROLL_IN_WORKFLOW",
];

pub(super) fn read(flow: &mut Flow<'_>, head: &mut Head, part: Part<'_>, body: &Body) {
    let criteria = flow.groups(body.get("segmentCriteria"));
    flow.groups(body.get("goalCriteria"));
    if criteria.is_some() {
        head.events = Some(Events::Saved);
        head.entry = Entry::BecomesTrue;
    }
    let sets = body.get("reEnrollmentTriggerSets");
    let sets = sets.and_then(Value::as_array).into_iter().flatten();
    let mut triggers = Vec::new();
    for trigger in sets.filter_map(Value::as_array).flatten() {
        if let Some(trigger) = trigger.as_object()
            && text(trigger, "type").is_some_and(|t| t.ends_with("PROPERTY_NAME"))
            && let Some(property) = text(trigger, "id")
        {
            flow.read(property);
            triggers.push(again::changes(&[property.into()]));
        }
    }
    let several = body.get("allowContactToTriggerMultipleTimes");
    let several = several.and_then(Value::as_bool);
    let guard = criteria.map(|c| again::enrolled(head, c, several, &triggers));
    flow.draft.guard = guard;
    flow.list(objects(body, "actions"), part, &[], 0);
}

impl Flow<'_> {
    fn list<'b>(
        &mut self,
        actions: impl Iterator<Item = &'b Body>,
        part: Part<'_>,
        when: &[Expr],
        depth: usize,
    ) {
        for action in actions {
            self.old_action(action, part, when, depth);
        }
    }

    fn old_action(&mut self, action: &Body, part: Part<'_>, when: &[Expr], depth: usize) {
        let kind = text(action, "type").unwrap_or_default();
        match kind {
            "BRANCH" if depth < DEEPEST => {
                let condition = self
                    .groups(action.get("filters"))
                    .unwrap_or_else(|| logic::found(&["$Branch"]));
                let with = |e: Expr| [when, &[e]].concat();
                let accepted = with(condition.clone());
                self.list(objects(action, "acceptActions"), part, &accepted, depth + 1);
                let rejected = with(logic::not(condition));
                self.list(objects(action, "rejectActions"), part, &rejected, depth + 1);
            }
            "SET_PROPERTY"
            | "SET_CONTACT_PROPERTY"
            | "SET_COMPANY_PROPERTY"
            | "SET_DEAL_PROPERTY" => self.set_old(action, part, when, kind),
            _ if kind.starts_with("CLEAR_") && kind.ends_with("PROPERTY") => {
                self.set_old(action, part, when, kind);
            }
            "COPY_PROPERTY" | "COPY_COMPANY_PROPERTY" => self.copy(action, part, when, kind),
            "ADD_SUBTRACT_PROPERTY"
            | "INCREMENT_PROPERTY"
            | "INCREASE_PROPERTY"
            | "DECREASE_PROPERTY" => self.increase(action, part, when),
            "LEAD_ASSIGNMENT" => {
                self.read("hubspot_owner_id");
                self.old_write(action, part, when, ("contact", "hubspot_owner_id"), None);
            }
            "TASK" => {
                for (key, property) in [("subject", "hs_task_subject"), ("body", "hs_task_body")] {
                    if action.contains_key(key) {
                        let value = self.value(action.get(key), property);
                        self.old_write(action, part, when, ("task", property), value);
                    }
                }
            }
            "CUSTOM_CODE" => self.draft.reason(CODE),
            "WEBHOOK" => self.draft.reason("what its webhook does is not read"),
            "DEAL" | "TICKET" => self.draft.reason(format!(
                "which properties a record made by the action `{kind}` gets is not read"
            )),
            _ if HARMLESS.contains(&kind) => {}
            _ => {
                // a property that it names is likely to be written
                if let Some(property) = text(action, "propertyName") {
                    self.old_write(action, part, when, (object_of(kind), property), None);
                }
                self.draft
                    .reason(format!("an action of the kind `{kind}` is not read"));
            }
        }
    }

    /// Sets a property, or clears it where no value is stated.
    fn set_old(&mut self, action: &Body, part: Part<'_>, when: &[Expr], kind: &str) {
        let Some(property) = text(action, "propertyName") else {
            self.draft
                .reason("an action sets a property that it does not name");
            return;
        };
        let stated = ["newValue", "value", "propertyValue"];
        let value = match stated.iter().find_map(|key| action.get(*key)) {
            None => Some(logic::null()),
            stated => self.value(stated, property),
        };
        self.old_write(action, part, when, (object_of(kind), property), value);
    }

    fn copy(&mut self, action: &Body, part: Part<'_>, when: &[Expr], kind: &str) {
        let first = |keys: &[&str]| keys.iter().find_map(|k| text(action, k));
        let source = first(&["sourceProperty", "sourcePropertyName", "fromProperty"]);
        let target = first(&[
            "targetProperty",
            "targetPropertyName",
            "toProperty",
            "propertyName",
        ]);
        let (Some(source), Some(target)) = (source, target) else {
            self.draft.reason("a copy lacks one of its two properties");
            return;
        };
        let model = |key: &str| text(action, key).map(|m| self.object_named(&m.to_lowercase()));
        let to = model("targetModel").unwrap_or_else(|| {
            if kind == "COPY_COMPANY_PROPERTY" {
                "company".into()
            } else {
                "contact".into()
            }
        });
        let from = model("sourceModel").unwrap_or_else(|| "contact".into());
        self.read_of(&from, source);
        let value = if from == self.object {
            logic::field(&[source.into()])
        } else {
            logic::found(&["$Associated", &from, source])
        };
        self.old_write(action, part, when, (&to, target), Some(value));
    }

    fn increase(&mut self, action: &Body, part: Part<'_>, when: &[Expr]) {
        let Some(property) = text(action, "propertyName") else {
            self.draft
                .reason("an action sets a property that it does not name");
            return;
        };
        self.read(property);
        let amount = ["amount", "value", "newValue"]
            .iter()
            .find_map(|key| id(action, key));
        let less = text(action, "operation")
            .is_some_and(|o| o.starts_with("SUB") || o == "DECREASE")
            || text(action, "type") == Some("DECREASE_PROPERTY");
        let operator = if less {
            Operator::Subtract
        } else {
            Operator::Add
        };
        let value = amount.map(|amount| {
            let field = logic::field(&[property.into()]);
            logic::compare(operator, field, logic::number(&amount))
        });
        self.old_write(action, part, when, ("contact", property), value);
    }

    fn old_write(
        &mut self,
        action: &Body,
        part: Part<'_>,
        when: &[Expr],
        (object, property): (&str, &str),
        value: Option<Expr>,
    ) {
        let step = id(action, "actionId").or_else(|| id(action, "stepId"));
        let element: SmolStr = match step {
            Some(step) => format!("action {step}").into(),
            None => text(action, "type").unwrap_or("action").into(),
        };
        let when = logic::all(when.to_vec());
        let record = match object {
            "task" => Written::Made,
            _ if object == self.object => Written::Itself,
            _ => Written::Found,
        };
        self.draft.effects.push(Effect {
            element,
            span: part.span(),
            target: FieldName::new(object, property),
            record,
            phase: Phase::Later,
            when: (when != logic::truth(true)).then_some(when),
            value,
        });
    }
}

/// The object whose property a kind of action is about, by its name.
fn object_of(kind: &str) -> &'static str {
    match kind {
        _ if kind.contains("COMPANY") => "company",
        _ if kind.contains("DEAL") => "deal",
        _ => "contact",
    }
}

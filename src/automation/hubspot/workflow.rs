//! Workflows of version 4: actions by id, joined by connections.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::values::CODE;
use super::{Body, Flow, Part, id, object, objects, text};
use crate::automation::condition::{Condition, Decision};
use crate::automation::draft::Head;
use crate::automation::{Effect, Entry, Events, FieldName, Phase, Written, logic, order};
use crate::formula::{Expr, Node};
use crate::source::Span;

/// Actions that write no property: messages, lists, delays, enrolments.
const HARMLESS: &[&str] = &[
    "0-1",
    "0-4",
    "0-8",
    "0-9",
    "0-13",
    "0-15",
    "0-25",
    "0-29",
    "0-35",
    "0-63809083",
    "0-63863438",
    "0-46510720",
    "0-4702372",
    "0-25085031",
    "0-40900952",
    "0-43347357",
    "0-199186210",
];

/// Actions that change which records belong together.
const ASSOCIATES: &[&str] = &["0-63189541", "0-61139484", "0-61139476"];

/// The properties of a task by the fields of the action that makes it.
const TASK: &[(&str, &str)] = &[
    ("subject", "hs_task_subject"),
    ("body", "hs_task_body"),
    ("priority", "hs_task_priority"),
    ("task_type", "hs_task_type"),
];

/// An action and its place.
struct Action<'a> {
    body: Body,
    span: Span,
    id: &'a str,
}

/// Where and when an action writes.
struct Place<'a> {
    element: SmolStr,
    span: Span,
    when: &'a Option<Expr>,
}

/// The actions of a body with their texts.
#[derive(Deserialize)]
struct Actions<'a> {
    #[serde(borrow)]
    actions: Vec<&'a RawValue>,
}

pub(super) fn read(flow: &mut Flow<'_>, head: &mut Head, part: Part<'_>, body: &Body) {
    if let Some(criteria) = object(body, "enrollmentCriteria") {
        enrolment(flow, head, criteria);
    }
    if let Some(goal) = object(body, "goalFilterBranch") {
        flow.branch(goal, None, 0);
    }
    let raw: Vec<&RawValue> = serde_json::from_str::<Actions<'_>>(part.json)
        .map(|a| a.actions)
        .unwrap_or_default();
    let parsed: Vec<(Span, Body)> = raw
        .into_iter()
        .filter_map(|raw| Some((part.of(raw).span(), serde_json::from_str(raw.get()).ok()?)))
        .collect();
    let ids: Vec<SmolStr> = parsed
        .iter()
        .map(|(_, body)| id(body, "actionId").unwrap_or_default())
        .collect();
    let mut actions: BTreeMap<&str, Action<'_>> = BTreeMap::new();
    for ((span, body), id) in parsed.into_iter().zip(&ids) {
        actions.insert(id.as_str(), Action { body, span, id });
    }
    let start = id(body, "startActionId").or_else(|| ids.first().cloned());
    if let Some(start) = start {
        walk(flow, &actions, &start);
    }
}

/// Who is enrolled, and when.
fn enrolment(flow: &mut Flow<'_>, head: &mut Head, criteria: &Body) {
    for branch in objects(criteria, "reEnrollmentTriggersFilterBranches") {
        flow.branch(branch, None, 0);
    }
    let events: Vec<Expr> = objects(criteria, "eventFilterBranches")
        .map(|branch| flow.branch(branch, None, 0))
        .collect();
    let mut guard = None;
    match text(criteria, "type") {
        Some("EVENT_BASED") => {
            let members: Vec<Expr> = objects(criteria, "listMembershipFilterBranches")
                .map(|branch| flow.branch(branch, None, 0))
                .collect();
            let refined = object(criteria, "refinementCriteria").map(|b| flow.branch(b, None, 0));
            let made = |e: &Expr| e.as_call("ISNEW").is_some();
            head.events = Some(if !events.is_empty() && events.iter().all(made) {
                Events::Created
            } else {
                Events::Saved
            });
            let mut parts = vec![logic::any(events.into_iter().chain(members).collect())];
            parts.extend(refined);
            guard = Some(logic::all(parts));
        }
        Some("MANUAL") => {}
        _ => {
            if let Some(branch) = object(criteria, "listFilterBranch") {
                head.events = Some(Events::Saved);
                head.entry = Entry::BecomesTrue;
                guard = Some(flow.branch(branch, None, 0));
            }
        }
    }
    flow.draft.guard = guard.filter(|g| g.node != Node::Bool(true));
}

/// Walks the actions from the first one, each with the condition under which it is reached.
fn walk(flow: &mut Flow<'_>, actions: &BTreeMap<&str, Action<'_>>, start: &str) {
    let connections: BTreeMap<&str, Vec<SmolStr>> = actions
        .iter()
        .map(|(id, action)| (*id, exits(&action.body)))
        .collect();
    let order = order::of(&[start], |id| {
        let next = connections.get(id).into_iter().flatten();
        next.map(SmolStr::as_str).collect()
    });
    let mut reached: BTreeMap<&str, Condition> = BTreeMap::new();
    reached.insert(start, Condition::always());
    let mut decisions: Vec<Decision> = Vec::new();
    for id in order {
        let Some(action) = actions.get(id) else {
            flow.draft.reason(format!(
                "it leads to the action `{id}`, which its file does not have"
            ));
            continue;
        };
        let Some(here) = reached.get(id).cloned() else {
            continue;
        };
        let when = Some(here.formula(&decisions)).filter(|w| w.node != Node::Bool(true));
        flow.act(action, &when);
        let exits = connections.get(id).map_or(&[][..], Vec::as_slice);
        let outcomes = flow.outcomes(&action.body);
        let branches = outcomes.len() + 1;
        for (i, next) in exits.iter().enumerate() {
            let there = if outcomes.is_empty() {
                here.clone()
            } else {
                here.taking(decisions.len(), i, branches)
            };
            if let Some((next, _)) = connections.get_key_value(next.as_str()) {
                let met = match reached.get(next) {
                    Some(known) => known.or(&there),
                    None => there,
                };
                reached.insert(next, met);
            }
        }
        if !outcomes.is_empty() {
            decisions.push(Decision { outcomes });
        }
    }
}

/// Where an action leads, one for each of its outcomes, the default last; an empty text where an outcome ends it.
fn exits(action: &Body) -> Vec<SmolStr> {
    let next = |connection: Option<&Body>| {
        connection
            .and_then(|c| id(c, "nextActionId"))
            .unwrap_or_default()
    };
    let mut out: Vec<SmolStr> = branches(action)
        .map(|branch| next(object(branch, "connection")))
        .collect();
    if out.is_empty() {
        out.extend(object(action, "connection").map(|c| next(Some(c))));
    } else {
        out.push(next(object(action, "defaultBranch")));
    }
    out.retain(|id| !id.is_empty() || !out_is_single(action));
    out
}

/// Whether an action has one way on.
fn out_is_single(action: &Body) -> bool {
    branches(action).next().is_none()
}

fn branches(action: &Body) -> impl Iterator<Item = &Body> {
    ["listBranches", "staticBranches", "testBranches"]
        .into_iter()
        .flat_map(|key| objects(action, key))
}

impl Flow<'_> {
    /// The conditions of the outcomes of an action, the default left out.
    fn outcomes(&mut self, action: &Body) -> Vec<Expr> {
        let mut out = Vec::new();
        for branch in objects(action, "listBranches") {
            out.push(match object(branch, "filterBranch") {
                Some(filters) => self.branch(filters, None, 0),
                None => logic::found(&["$Branch"]),
            });
        }
        let input = object(action, "inputValue").cloned();
        for branch in objects(action, "staticBranches") {
            let value = logic::text(&id(branch, "branchValue").unwrap_or_default());
            let property = input.as_ref().and_then(|i| text(i, "propertyName"));
            out.push(match property {
                Some(property) => {
                    self.read(property);
                    let field = logic::field(&[property.into()]);
                    logic::compare(crate::formula::Operator::Equal, field, value)
                }
                None => logic::found(&["$Branch", &id(branch, "branchValue").unwrap_or_default()]),
            });
        }
        for (i, _) in objects(action, "testBranches").enumerate() {
            out.push(logic::found(&["$Test", &i.to_string()]));
        }
        out
    }

    /// What an action does.
    fn act(&mut self, action: &Action<'_>, when: &Option<Expr>) {
        let empty = Body::new();
        let body = &action.body;
        let fields = object(body, "fields").unwrap_or(&empty);
        let place = Place {
            element: format!("action {}", action.id).into(),
            span: action.span,
            when,
        };
        let type_id = text(body, "actionTypeId").unwrap_or_default();
        match (text(body, "type").unwrap_or_default(), type_id) {
            ("LIST_BRANCH" | "STATIC_BRANCH" | "AB_TEST_BRANCH", _) => {}
            ("CUSTOM_CODE", _) | (_, "0-32") => {
                self.inputs(body);
                self.draft.reason(CODE);
            }
            ("WEBHOOK", _) => self.draft.reason("what its webhook does is not read"),
            (_, "0-5") => self.set(fields, &place),
            (_, "0-11") => {
                let property = text(fields, "target_property").unwrap_or("hubspot_owner_id");
                if fields.get("overwrite_current_owner") != Some(&Value::Bool(true)) {
                    self.read(property);
                }
                let target = FieldName::new(self.object.clone(), property);
                self.write(&place, target, Written::Itself, None);
            }
            (_, "0-14") => self.create(fields, &place),
            (_, "0-3") => {
                for (field, property) in TASK {
                    if fields.contains_key(*field) {
                        let value = self.value(fields.get(*field), property);
                        self.write(
                            &place,
                            FieldName::new("task", *property),
                            Written::Made,
                            value,
                        );
                    }
                }
            }
            (_, "0-169425243") => {
                let value = self.value(fields.get("note_body"), "hs_note_body");
                self.write(
                    &place,
                    FieldName::new("note", "hs_note_body"),
                    Written::Made,
                    value,
                );
            }
            (_, "0-31") => {
                let target = FieldName::new(self.object.clone(), "hs_marketable_status");
                self.write(&place, target, Written::Itself, None);
            }
            (_, "0-18224765") => drop(self.draft.deletes.insert(self.object.clone())),
            (_, "0-35") => drop(self.value(fields.get("date"), "")),
            (_, id) if HARMLESS.contains(&id) => {
                for value in fields.values().filter_map(Value::as_str) {
                    self.template(value);
                }
            }
            (_, id) if ASSOCIATES.contains(&id) => self
                .draft
                .reason("it changes associations, which no property holds"),
            (kind, "") => self
                .draft
                .reason(format!("an action of the kind `{kind}` is not read")),
            (_, id) => self
                .draft
                .reason(format!("the action of the type `{id}` is not read")),
        }
    }

    /// Sets a property of the enrolled record, or of one that is associated with it.
    fn set(&mut self, fields: &Body, place: &Place<'_>) {
        let property = ["property_name", "property"]
            .iter()
            .find_map(|key| text(fields, key));
        let Some(property) = property else {
            self.draft
                .reason("an action sets a property that it does not name");
            return;
        };
        let stated = fields.get("value").or_else(|| fields.get("newValue"));
        let value = self.value(stated, property);
        let (object, record) = match object(fields, "association") {
            None => (self.object.clone(), Written::Itself),
            Some(association) => {
                let type_id = association.get("associationTypeId").and_then(Value::as_u64);
                match type_id.and_then(|id| self.associated(id)) {
                    Some(object) => (object, Written::Found),
                    None => {
                        self.draft.reason(format!(
                            "it sets `{property}` of an associated record whose object is not known"
                        ));
                        return;
                    }
                }
            }
        };
        self.write(place, FieldName::new(object, property), record, value);
    }

    fn create(&mut self, fields: &Body, place: &Place<'_>) {
        let made = text(fields, "object_type_id").unwrap_or_default();
        let made = self.object_named(made);
        for pair in objects(fields, "properties") {
            if let Some(property) = text(pair, "targetProperty") {
                let value = self.value(pair.get("value"), property);
                let target = FieldName::new(made.clone(), property);
                self.write(place, target, Written::Made, value);
            }
        }
        if let Some(pairs) = object(fields, "properties") {
            for (property, value) in pairs {
                let value = self.value(Some(value), property);
                let target = FieldName::new(made.clone(), property.as_str());
                self.write(place, target, Written::Made, value);
            }
        }
    }

    fn write(
        &mut self,
        place: &Place<'_>,
        target: FieldName,
        record: Written,
        value: Option<Expr>,
    ) {
        self.draft.effects.push(Effect {
            element: place.element.clone(),
            span: place.span,
            target,
            record,
            phase: Phase::Later,
            when: place.when.clone(),
            value,
        });
    }
}

//! What the actions of workflows of version 4 write.

use serde_json::Value;
use smol_str::SmolStr;

use super::values::CODE;
use super::workflow::Action;
use super::{Body, Flow, object, objects, text};
use crate::automation::{Effect, FieldName, Phase, Written};
use crate::formula::Expr;
use crate::source::Span;

/// Actions that write no property: messages, lists, delays, enrolments.
const HARMLESS: &[&str] = &[
    "0-1",
    "0-4",
    "0-8",
    "0-9",
    "0-13",
    "0-15",
    "0-23",
    "0-25",
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

/// Where and when an action writes.
struct Place<'a> {
    element: SmolStr,
    span: Span,
    when: &'a Option<Expr>,
}

impl Flow<'_> {
    /// What an action does.
    pub fn act(&mut self, action: &Action<'_>, when: &Option<Expr>) {
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
                if !is_true(fields.get("overwrite_current_owner")) {
                    self.read(property);
                }
                let target = FieldName::new(self.object.clone(), property);
                self.write(&place, target, Written::Itself, None);
            }
            (_, "0-14") => self.create(fields, &place),
            (_, "0-3") => self.task(fields, &place),
            (_, "0-29") => {
                for event in objects(fields, "event_filter_branches") {
                    self.branch(event, None, 0);
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
            (_, id) => {
                for value in fields.values().filter_map(Value::as_str) {
                    self.template(value);
                }
                // a property that it names as its own is likely to be written
                let named = ["property_name", "target_property"];
                if let Some(property) = named.iter().find_map(|key| text(fields, key)) {
                    let target = FieldName::new(self.object.clone(), property);
                    self.write(&place, target, Written::Itself, None);
                }
                self.draft
                    .reason(format!("the action of the type `{id}` is not read"));
            }
        }
    }

    fn task(&mut self, fields: &Body, place: &Place<'_>) {
        let mut made: Vec<(&str, Option<&Value>)> = TASK
            .iter()
            .filter_map(|(field, property)| Some((*property, Some(fields.get(*field)?))))
            .collect();
        if let Some(owner) = object(fields, "owner_assignment") {
            made.push(("hubspot_owner_id", owner.get("value")));
        }
        // counted from when it runs
        if fields.contains_key("due_time") {
            made.push(("hs_timestamp", None));
        }
        for (property, stated) in made {
            let value = self.value(stated, property);
            self.write(
                place,
                FieldName::new("task", property),
                Written::Made,
                value,
            );
        }
    }

    /// Sets a property of the enrolled record, or of one that is associated with it.
    fn set(&mut self, fields: &Body, place: &Place<'_>) {
        let property = ["property_name", "property"]
            .iter()
            .find_map(|key| text(fields, key));
        let Some(property) = property else {
            let own = self.object.clone();
            if !self.each(fields, place, &own, &Written::Itself) {
                self.draft
                    .reason("an action sets a property that it does not name");
            }
            return;
        };
        let stated = fields.get("value").or_else(|| fields.get("newValue"));
        let value = self.value(stated, property);
        // an empty association is none
        let (object, record) = match object(fields, "association").filter(|a| !a.is_empty()) {
            None => (self.object.clone(), Written::Itself),
            Some(association) => {
                let type_id = association.get("associationTypeId").and_then(Value::as_u64);
                match type_id.and_then(|id| self.associated(id)) {
                    Some(object) => {
                        let record = self.at_other_end(association, &object);
                        if record == Written::Found {
                            self.draft.reason(format!(
                                "which {object} records are associated, no property of theirs says"
                            ));
                        }
                        (object, record)
                    }
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

    /// The records at the other end of an association: those that a reference names, where it is not an association with a label
    /// and one reference alone joins the objects.
    fn at_other_end(&self, association: &Body, object: &str) -> Written {
        let (own, names) = (&self.object, &self.draft.names);
        if text(association, "associationCategory") == Some("USER_DEFINED") || own == object {
            return Written::Found;
        }
        match (
            names.only_reference(own, object),
            names.only_reference(object, own),
        ) {
            (Some(reference), _) => Written::Referenced(reference),
            (None, Some(reference)) => Written::Referring(reference),
            (None, None) => Written::Found,
        }
    }

    fn create(&mut self, fields: &Body, place: &Place<'_>) {
        let made = text(fields, "object_type_id").unwrap_or_default();
        let made = self.object_named(made);
        self.each(fields, place, &made, &Written::Made);
        if let Some(pairs) = object(fields, "properties") {
            for (property, value) in pairs {
                let value = self.value(Some(value), property);
                let target = FieldName::new(made.clone(), property.as_str());
                self.write(place, target, Written::Made, value);
            }
        }
    }

    /// Sets the properties that an action lists with their values. False where it lists none.
    fn each(
        &mut self,
        fields: &Body,
        place: &Place<'_>,
        object: &SmolStr,
        record: &Written,
    ) -> bool {
        let mut any = false;
        for pair in objects(fields, "properties") {
            if let Some(property) = text(pair, "targetProperty") {
                any = true;
                let value = self.value(pair.get("value"), property);
                let target = FieldName::new(object.clone(), property);
                self.write(place, target, record.clone(), value);
            }
        }
        any
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

/// Whether a value says yes, as a truth value or as its text.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

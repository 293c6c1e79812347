//! Quick actions that flows run: they make a record, or change the one that they are run on, with the values that the flow gives
//! and those that the action itself states.

use smol_str::SmolStr;

use super::document::Element;
use super::run::{Frame, Run, named};
use super::state::State;
use super::value::as_plain;
use crate::automation::{Effect, Written, logic};
use crate::catalog::xml::Node;
use crate::formula::Expr;

/// The input that names the record on which an action is run; the others are fields.
const CONTEXT: &str = "contextId";

impl<'a> Run<'a> {
    /// What a quick action writes.
    pub fn quick(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        name: &str,
        state: &State,
    ) -> Vec<Effect> {
        let on = name.split_once('.').map(|(object, _)| object);
        let own = self.flows.quick.get(&name.to_ascii_lowercase());
        let stated = own.map(|document| &document.root);
        let updates = stated.and_then(|r| r.text_of("type")) == Some("Update");
        let target = stated.and_then(|root| match root.text_of("type") {
            Some("Update") => root.text_of("targetObject").or(on),
            Some("LogACall") => Some("Task"),
            _ => root.text_of("targetObject"),
        });
        let (Some(root), Some(target)) = (stated, target) else {
            self.draft
                .reason(format!("it runs the quick action `{name}`"));
            return Vec::new();
        };
        let mut context = logic::null();
        let mut values: Vec<(SmolStr, Expr)> = Vec::new();
        for (field, input) in named(element.node, "inputParameters", "name") {
            let value = as_plain(self.literal(frame, state, input.child("value")));
            match field {
                CONTEXT => context = value,
                _ => values.push((field.into(), value)),
            }
        }
        values.extend(self.overridden(root, on));
        if let Some(field) = root.text_of("targetParentField").filter(|_| !updates) {
            let field = self.by_id(target, field);
            values.push((field.into(), context.clone()));
        }
        if root.child("targetRecordType").is_some() {
            let field = "RecordTypeId";
            values.push((field.into(), logic::found(&[field])));
        }
        let which = match updates {
            true => self.by_filter(target, "Id", &context),
            false => Some(Written::Made),
        };
        let which = which.unwrap_or(Written::Found);
        let mut out = Vec::new();
        for (field, value) in values {
            let target = self.draft.names.field(target, &field);
            out.push(self.written(frame, element, state, (target, &which), value));
        }
        out
    }

    /// The fields that an action fills by itself; what with is known to the run alone. Its formulas are over the record on which it
    /// is run.
    fn overridden(&mut self, root: &Node, on: Option<&str>) -> Vec<(SmolStr, Expr)> {
        let mut out = Vec::new();
        for stated in root.all("fieldOverrides") {
            if let (Some(formula), Some(object)) = (stated.text_of("formula"), on) {
                self.draft.formula(object, formula);
            }
            if let Some(field) = stated.text_of("field") {
                out.push((field.into(), logic::found(&[field])));
            }
        }
        out
    }

    /// The field by which a record refers to its parent: actions name it with or without its end.
    fn by_id(&self, object: &str, field: &str) -> String {
        let whole = field.contains("__") || self.draft.names.known(object, field).is_some();
        match whole || field.ends_with("Id") {
            true => field.to_owned(),
            false => format!("{field}Id"),
        }
    }
}

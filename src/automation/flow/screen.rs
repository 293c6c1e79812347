//! Screens: what they show and ask for.

use super::document::Element;
use super::run::{Frame, Run, Step};
use super::state::{State, Value};
use super::step::go_on;
use super::value::unknown;
use crate::catalog::xml::Node;

impl<'a> Run<'a> {
    pub fn screen(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let mut state = state.clone();
        let mut step = Step::default();
        for action in element.node.all("actions") {
            step.effects
                .extend(self.flow_of(frame, action, element.name, &state));
        }
        for rule in element.node.all("rules") {
            self.rule(frame, &state, rule);
        }
        let mut open: Vec<&Node> = element.node.all("fields").collect();
        while let Some(field) = open.pop() {
            open.extend(field.all("fields"));
            for value in ["defaultValue", "isDisabled", "isReadOnly"] {
                self.literal(frame, &state, field.child(value));
            }
            if let Some(text) = field.text_of("fieldText") {
                self.template(frame, &state, text, 0);
            }
            if let Some(name) = field.text_of("name") {
                self.typed(field, name, &mut state);
            }
            if let Some(rule) = field.child("visibilityRule") {
                self.rule(frame, &state, rule);
            }
            if let Some(rule) = field.child("validationRule") {
                self.checked(frame, &state, rule);
            }
            for input in field.all("inputParameters") {
                self.literal(frame, &state, input.child("value"));
            }
            for choice in field.all("choiceReferences") {
                self.choices(frame, &mut state, choice.text.trim());
            }
            if let Some(to) = field.text_of("objectFieldReference") {
                self.named(frame, &state, to);
                let value = unknown(frame, &[element.name.into(), "$Input".into()]);
                self.assign(frame, &mut state, to, "Assign", Value::Plain(value));
            }
            for output in field.all("outputParameters") {
                if let Some(to) = output.text_of("assignToReference") {
                    let result = field.text_of("name").unwrap_or("result");
                    let value = unknown(frame, &[result.into()]);
                    self.assign(frame, &mut state, to, "Assign", Value::Plain(value));
                }
            }
        }
        step.next = go_on(element.node, state).next;
        step
    }

    /// Reads what the check of an input reads, and what it says where that fails.
    fn checked(&mut self, frame: &Frame<'a>, state: &State, rule: &Node) {
        if let Some(formula) = rule.text_of("formulaExpression") {
            self.template(frame, state, formula, 0);
        }
        if let Some(text) = rule.text_of("errorMessage") {
            self.template(frame, state, text, 0);
        }
    }
}

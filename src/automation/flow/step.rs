//! What one element of a flow does to its variables, and where it leads.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::document::{Element, ElementKind, connector, successors};
use super::run::{Frame, Run, Step};
use super::state::{Base, Record, State, Value};
use super::value::unknown;
use crate::automation::Effect;
use crate::automation::condition::Decision;
use crate::catalog::xml::Node;

impl<'a> Run<'a> {
    pub fn step(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        match element.kind {
            ElementKind::Assignment => self.assignments(frame, element, state),
            ElementKind::Decision => self.decide(frame, element, state),
            ElementKind::Experiment => self.draw(frame, element, state),
            ElementKind::Loop => self.enter_loop(frame, element, state),
            ElementKind::Lookup => self.look_up(frame, element, state),
            ElementKind::Create => self.create(frame, element, state),
            ElementKind::Update => self.update(frame, element, state),
            ElementKind::Delete => self.delete(frame, element, state),
            ElementKind::Subflow => {
                let called = node.text_of("flowName").unwrap_or_default();
                self.subflow(frame, element, called, "inputAssignments", state)
            }
            ElementKind::Action => self.action(frame, element, state),
            ElementKind::Screen => self.screen(frame, element, state),
            ElementKind::CollectionProcessor => self.process(frame, element, state),
            ElementKind::Transform => self.transform(frame, element, state),
            ElementKind::Wait => self.wait(frame, element, state),
            ElementKind::ApexPlugin => {
                let class = node.text_of("apexClass").unwrap_or(element.name);
                self.draft
                    .reason(format!("it calls the Apex plug-in `{class}`"));
                let mut state = state.clone();
                self.given_back(frame, node, element.name, &mut state);
                go_on(node, state)
            }
            ElementKind::OrchestratedStage => self.stage(frame, element, state),
            ElementKind::Unknown => {
                self.draft.reason(format!(
                    "the element `{}` is of the kind `{}`, which is not read",
                    element.name, node.name
                ));
                let next = successors(node).into_iter().map(Some).chain([None]);
                Step {
                    next: next.map(|target| (target, state.clone())).collect(),
                    ..Step::default()
                }
            }
            ElementKind::CustomError => {
                for error in node.all("customErrorMessages") {
                    let text = error.text_of("errorMessage").unwrap_or_default();
                    self.template(frame, state, text, 0);
                }
                go_on(node, state.clone())
            }
            ElementKind::Rollback | ElementKind::Step | ElementKind::End => {
                go_on(node, state.clone())
            }
        }
    }

    fn assignments(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let mut state = state.clone();
        let mut step = Step::default();
        for item in element.node.all("assignmentItems") {
            let Some(to) = item.text_of("assignToReference") else {
                continue;
            };
            let value = self.literal(frame, &state, item.child("value"));
            let operator = item.text_of("operator").unwrap_or("Assign");
            let written = self.assign(frame, &mut state, to, operator, value);
            step.effects
                .extend(written.and_then(|field| self.before_save(frame, element, &state, &field)));
        }
        step.next = go_on(element.node, state).next;
        step
    }

    /// Assigns what an element hands over; the write that this is where it is to the record that is about to be stored.
    pub fn hand(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &mut State,
        to: &str,
        value: Value,
    ) -> Option<Effect> {
        let field = self.assign(frame, state, to, "Assign", value)?;
        self.before_save(frame, element, state, &field)
    }

    fn enter_loop(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        let collection = node.text_of("collectionReference").unwrap_or_default();
        let value = self.named(frame, state, collection);
        let item: SmolStr = node
            .text_of("assignNextValueToReference")
            .unwrap_or(element.name)
            .into();
        let name: Vec<SmolStr> = frame.prefix.iter().cloned().chain([item.clone()]).collect();
        let mut state = state.clone();
        // the records behind a reference become a variable, so that what is assigned to them is found again
        if let (Value::Records(_), true) = (&value, collection.contains('.')) {
            state
                .variables
                .entry(collection.into())
                .or_insert_with(|| value.clone());
        }
        let mut inside = state.clone();
        let one = match value {
            Value::Record(all) | Value::Records(all) => Value::Record(Record {
                base: Base::Found(name),
                fields: BTreeMap::new(),
                item_of: Some(collection.into()),
                ..all
            }),
            _ => match state.variables.get(&item) {
                Some(Value::Record(variable)) => {
                    Value::Record(Record::found(variable.object.clone(), name))
                }
                _ => match self.item(frame, collection, name) {
                    Some(record) => Value::Record(record),
                    None => Value::Plain(unknown(frame, std::slice::from_ref(&item))),
                },
            },
        };
        inside.variables.insert(item, one);
        let some = unknown(frame, &[element.name.into(), "$HasItem".into()]);
        let decision = Decision {
            outcomes: vec![some],
        };
        let id = self.decision(frame, element.name, decision);
        inside.when = state.when.taking(id, 0, 2);
        Step {
            next: vec![
                (connector(node, "nextValueConnector"), inside),
                (connector(node, "noMoreValuesConnector"), state),
            ],
            ..Step::default()
        }
    }
}

pub(super) fn go_on(node: &Node, state: State) -> Step<'_> {
    Step {
        next: vec![(connector(node, "connector"), state)],
        ..Step::default()
    }
}

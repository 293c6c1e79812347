//! The elements of a flow that work on collections, and the choices that screens offer.

use super::document::{Element, Resource, connector};
use super::run::{Frame, Run, Step, named};
use super::state::{Assigned, Base, Record, State, Value};
use super::value::{as_plain, unknown};
use crate::catalog::xml::Node;

impl<'a> Run<'a> {
    pub fn process(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        let mut state = state.clone();
        let collection = node.text_of("collectionReference").unwrap_or_default();
        let value = self.named(frame, &state, collection);
        if let (Some(item), Value::Record(r) | Value::Records(r)) =
            (node.text_of("assignNextValueToReference"), &value)
        {
            let label = frame.prefix.iter().cloned().chain([item.into()]).collect();
            let one = Record {
                base: Base::Found(label),
                ..r.clone()
            };
            state.variables.insert(item.into(), Value::Record(one));
            self.rule(frame, &state, node);
            if let Some(formula) = node.text_of("formula") {
                self.formula(frame, &state, formula);
            }
        }
        match node.text_of("collectionProcessorType") {
            Some("FilterCollectionProcessor") => {
                drop(state.variables.insert(element.name.into(), value));
            }
            Some("SortCollectionProcessor") => {
                if let Value::Record(r) | Value::Records(r) = &value
                    && let Some(object) = r.object.clone()
                {
                    for sort in node.all("sortOptions") {
                        if let Some(field) = sort.text_of("sortField") {
                            self.draft.read_named(&object, field);
                        }
                    }
                }
            }
            other => self.draft.reason(format!(
                "a collection is processed by `{}`, which is not read",
                other.unwrap_or("nothing")
            )),
        }
        Step {
            next: vec![(connector(node, "connector"), state)],
            ..Step::default()
        }
    }

    /// A transform makes a record, or a collection of them, of the fields that it maps.
    pub fn transform(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &State,
    ) -> Step<'a> {
        let node = element.node;
        let object = node
            .text_of("objectType")
            .map(|o| self.draft.names.object(o));
        let mut record = Record::blank(object);
        for action in node
            .all("transformValues")
            .flat_map(|v| v.all("transformValueActions"))
        {
            self.aggregated(frame, state, action);
            let value = match action.child("value") {
                Some(value) => as_plain(self.mapped(frame, state, value)),
                None => unknown(frame, &[element.name.into()]),
            };
            if let Some(field) = action.text_of("outputFieldApiName") {
                record
                    .fields
                    .insert(field.into(), Assigned { value, when: None });
            }
        }
        let mut state = state.clone();
        let value = match (&record.object, node.flag("isCollection")) {
            (None, _) => Value::Plain(unknown(frame, &[element.name.into()])),
            (_, Some(true)) => Value::Records(record),
            _ => Value::Record(record),
        };
        state.variables.insert(element.name.into(), value);
        Step {
            next: vec![(connector(node, "connector"), state)],
            ..Step::default()
        }
    }

    /// Reads the field that a transform sums up or counts over a collection.
    fn aggregated(&mut self, frame: &Frame<'a>, state: &State, action: &Node) {
        let input = |wanted: &str| {
            let (_, input) =
                named(action, "inputParameters", "name").find(|(n, _)| *n == wanted)?;
            input.child("value")
        };
        let values = input("aggregationValues").map(|v| self.mapped(frame, state, v));
        let field = input("aggregationField").and_then(|v| v.text_of("stringValue"));
        if let (Some(Value::Record(r) | Value::Records(r)), Some(field)) = (values, field)
            && let Some(object) = &r.object
        {
            self.draft.read_named(object, field);
        }
    }

    /// The source of a mapping: `Get_Contacts[$EachItem].Email` is a field of each record.
    fn mapped(&mut self, frame: &Frame<'a>, state: &State, value: &Node) -> Value {
        match value.text_of("elementReference") {
            Some(reference) => {
                let plain = reference.replace("[$EachItem]", "");
                self.named(frame, state, &plain)
            }
            None => self.literal(frame, state, Some(value)),
        }
    }

    /// Reads what a set of choices for a screen reads, and assigns what the record that is chosen hands over.
    pub fn choices(&mut self, frame: &Frame<'a>, state: &mut State, name: &str) {
        let node = match frame.flow.resources.get(name) {
            Some(Resource::Choices(node)) => *node,
            Some(Resource::Constant(node)) => {
                let text = node.text_of("choiceText").unwrap_or_default();
                self.template(frame, state, text, 0);
                self.literal(frame, state, node.child("value"));
                return;
            }
            _ => return,
        };
        // the records to choose from are looked up, or the flow has them
        let had = node.text_of("collectionReference");
        let of_those = match had.map(|had| self.named(frame, state, had)) {
            Some(Value::Record(r) | Value::Records(r)) => r.object,
            _ => None,
        };
        let Some(object) = node.text_of("object").or(of_those.as_deref()) else {
            return;
        };
        self.filtered(frame, state, object, node);
        for field in ["displayField", "valueField", "sortField"] {
            if let Some(field) = node.text_of(field) {
                self.draft.read_named(object, field);
            }
        }
        for (field, output) in named(node, "outputAssignments", "field") {
            self.draft.read_named(object, field);
            if let Some(to) = output.text_of("assignToReference") {
                let chosen = unknown(frame, &[name.into(), field.into()]);
                self.assign(frame, state, to, "Assign", Value::Plain(chosen));
            }
        }
    }
}

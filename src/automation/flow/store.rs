//! The elements of a flow that find, make, change and delete records, and those that work on collections.

use smol_str::SmolStr;

use super::document::{Element, connector};
use super::run::{Frame, Run, Step, also, named};
use super::state::{Assigned, Base, Record, State, Value};
use super::value::unknown;
use crate::automation::names::path_of;
use crate::automation::{Effect, FieldName, Phase, Written, logic};
use crate::catalog::xml::Node;
use crate::formula::Expr;

/// Where an element writes, and under which condition beyond that of its point.
struct Writing<'r, 'a> {
    element: Element<'a>,
    frame: &'r Frame<'a>,
    state: &'r State,
}

impl<'a> Run<'a> {
    pub fn look_up(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        let object = node.text_of("object").unwrap_or_default();
        let which = self.filtered(frame, state, object, node);
        let mut carries = Vec::new();
        for field in node.all("queriedFields") {
            let field = self.draft.names.field(object, field.text.trim());
            carries.push(field.field.clone());
            self.draft.read_field(field);
        }
        if let Some(field) = node.text_of("sortField") {
            self.draft.read_named(object, field);
        }
        self.beside(frame, state, node);
        let to = node.text_of("outputReference");
        let name: SmolStr = to.unwrap_or(element.name).into();
        let object_name = self.draft.names.object(object);
        let label: Vec<SmolStr> = frame.prefix.iter().cloned().chain([name.clone()]).collect();
        let record = Record {
            base: self.base(&which, label.clone()),
            which,
            carries,
            // even the starting record is not found where it does not fit another filter
            perhaps: node.all("filters").nth(1).is_some(),
            ..Record::found(Some(object_name), label)
        };
        let mut state = state.clone();
        let mut effects = Vec::new();
        for (field, output) in named(node, "outputAssignments", "field") {
            let value = Value::Plain(self.field(&record, &path_of(field)));
            if let Some(to) = output.text_of("assignToReference") {
                effects.extend(self.hand(frame, element, &mut state, to, value));
            }
        }
        let into_many =
            to.is_some_and(|v| matches!(state.variables.get(v), Some(Value::Records(_))));
        let one = match to {
            Some(_) => !into_many,
            None => node.flag("getFirstRecordOnly") != Some(false),
        };
        let value = if one {
            Value::Record(record)
        } else {
            Value::Records(record)
        };
        state.variables.insert(name, value);
        Step {
            effects,
            next: self.or_fault(frame, element, state),
        }
    }

    /// Reads the records that a lookup fetches beside those that it is about.
    fn beside(&mut self, frame: &Frame<'a>, state: &State, node: &'a Node) {
        for related in node.all("relatedRecords") {
            let object = related.text_of("relatedObject").unwrap_or_default();
            self.filtered(frame, state, object, related);
            for field in related.all("queriedFields") {
                self.draft.read_named(object, &field.text);
            }
            self.beside(frame, state, related);
        }
    }

    /// Where the fields of a found record come from.
    fn base(&self, which: &Written, label: Vec<SmolStr>) -> Base {
        let object = self.object.as_deref().unwrap_or_default();
        match which {
            Written::Itself => Base::Start(Vec::new()),
            Written::Referenced(field) => match self.draft.names.relationship(object, field) {
                Some(name) => Base::Start(vec![name]),
                None => Base::Found(label),
            },
            _ => Base::Found(label),
        }
    }

    pub fn create(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        let writing = Writing {
            element,
            frame,
            state,
        };
        let which = if node.flag("doesUpsert") == Some(true) {
            Written::Found
        } else {
            Written::Made
        };
        let mut step = Step::default();
        if let Some(reference) = node.text_of("inputReference") {
            let value = self.named(frame, state, reference);
            match value {
                Value::Record(record) | Value::Records(record) => {
                    if let Some(object) = &record.object {
                        self.filtered(frame, state, object, node);
                    }
                    let record = self.with_carried(record);
                    if record.whole || !matches!(record.base, Base::Blank) {
                        self.draft.reason(format!(
                            "it makes records from `{reference}`, whose other fields are not known here"
                        ));
                    }
                    step.effects = self.stored(&writing, &record, &which);
                }
                _ => self.unknown_records(reference),
            }
        } else if let Some(object) = node.text_of("object") {
            self.filtered(frame, state, object, node);
            step.effects = self.inputs(&writing, object, &which);
        }
        let mut state = state.clone();
        let id = unknown(frame, &[element.name.into(), "Id".into()]);
        // the record that was made has its id now
        if let Some(Value::Record(made)) = node
            .text_of("inputReference")
            .and_then(|reference| state.variables.get_mut(reference))
        {
            let (value, when) = (id.clone(), None);
            made.fields.insert("Id".into(), Assigned { value, when });
        }
        if let Some(to) = node.text_of("assignRecordIdToReference") {
            let id = Value::Plain(id.clone());
            step.effects
                .extend(self.hand(frame, element, &mut state, to, id));
        }
        state
            .variables
            .insert(element.name.into(), Value::Plain(id));
        step.next = self.or_fault(frame, element, state);
        step
    }

    pub fn update(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        let mut step = Step::default();
        if let Some(reference) = node.text_of("inputReference") {
            let (mut held, passed) = self.if_held(frame, element, state, reference);
            step.effects = self.update_reference(frame, element, &mut held, reference);
            step.next = self.or_fault(frame, element, held);
            // a record that does not fit the filters stays as it is, and the flow goes on
            step.next
                .extend(passed.map(|state| (connector(node, "connector"), state)));
            return step;
        }
        if let Some(object) = node.text_of("object") {
            let which = self.filtered(frame, state, object, node);
            let fitting = self.fitting(frame, element, state, &which);
            let writing = Writing {
                element,
                frame,
                state: &fitting,
            };
            step.effects = self.inputs(&writing, object, &which);
        }
        step.next = self.or_fault(frame, element, state.clone());
        step
    }

    fn update_reference(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &mut State,
        reference: &str,
    ) -> Vec<Effect> {
        let starting = reference == "$Record" && frame.prefix.is_empty();
        let mut effects = Vec::new();
        for (field, input) in named(element.node, "inputAssignments", "field") {
            let value = self.literal(frame, state, input.child("value"));
            let to = format!("{reference}.{field}");
            let written = self.assign(frame, state, &to, "Assign", value);
            let stored = written.and_then(|f| self.before_save(frame, element, state, &f));
            effects.extend(stored);
        }
        if starting && self.before_save {
            return effects;
        }
        let value = self.named(frame, state, reference);
        let (Value::Record(record) | Value::Records(record)) = value else {
            self.unknown_records(reference);
            return effects;
        };
        let record = self.of_stated_object(element, record);
        let relationship = reference.rsplit('.').next().unwrap_or(reference);
        let object = record.object.as_deref();
        if object.is_some_and(|o| self.draft.names.is_guessed(relationship, o)) {
            self.draft.reason(format!(
                "to which object `{reference}` leads is not known without its field"
            ));
        }
        if record.whole && record.fields.is_empty() {
            self.draft.reason(format!(
                "it updates `{reference}`, which it is given, and which fields of it have changed is not known here"
            ));
        }
        let which = match record.fields.get("Id") {
            Some(id) if record.base == Base::Blank => record
                .object
                .as_deref()
                .and_then(|o| self.by_filter(o, "Id", &id.value))
                .unwrap_or(Written::Found),
            _ if record.which == Written::Made => Written::Found,
            _ => record.which.clone(),
        };
        let writing = Writing {
            element,
            frame,
            state,
        };
        effects.extend(self.stored(&writing, &record, &which));
        // what is stored does not wait any more
        if let Some(Value::Record(record) | Value::Records(record)) =
            state.variables.get_mut(reference)
            && record.base != Base::Blank
            && !starting
        {
            record.fields.clear();
        }
        effects
    }

    /// A record to be made: what it was read with, where that is listed, is among what is assigned to it.
    fn with_carried(&mut self, mut record: Record) -> Record {
        if record.carries.is_empty() {
            return record;
        }
        for field in record.carries.clone() {
            if !record.fields.contains_key(&field) {
                let value = self.field(&record, std::slice::from_ref(&field));
                record.fields.insert(field, Assigned { value, when: None });
            }
        }
        Record {
            base: Base::Blank,
            whole: false,
            ..record
        }
    }

    /// A record whose object its element states: that is surer than a guess by the name of a reference.
    fn of_stated_object(&self, element: Element<'a>, record: Record) -> Record {
        match element.node.text_of("object") {
            Some(object) => Record {
                object: Some(self.draft.names.object(object)),
                ..record
            },
            None => record,
        }
    }

    fn unknown_records(&mut self, reference: &str) {
        self.draft.reason(format!(
            "it stores `{reference}`, and which records that holds is not known here"
        ));
    }

    pub fn delete(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        if let Some(reference) = node.text_of("inputReference") {
            self.holding(frame, state, node, reference);
            match self.named(frame, state, reference) {
                Value::Record(r) | Value::Records(r) => self.draft.deletes.extend(r.object),
                _ => self.draft.reason(format!(
                    "it deletes `{reference}`, and which records that holds is not known here"
                )),
            }
        } else if let Some(object) = node.text_of("object") {
            self.filtered(frame, state, object, node);
            let object = self.draft.names.object(object);
            self.draft.deletes.insert(object);
        }
        Step {
            next: self.or_fault(frame, element, state.clone()),
            ..Step::default()
        }
    }

    /// What the input assignments of an element write.
    fn inputs(&mut self, writing: &Writing<'_, 'a>, object: &str, which: &Written) -> Vec<Effect> {
        let mut out = Vec::new();
        for (field, input) in named(writing.element.node, "inputAssignments", "field") {
            let value = self.plain(writing.frame, writing.state, input.child("value"));
            let target = self.draft.names.field(object, field);
            let when = writing.state.condition(&self.decisions);
            out.push(self.effect(writing, target, which, when, value));
        }
        out
    }

    /// What storing a record writes: all that was assigned to it.
    fn stored(
        &mut self,
        writing: &Writing<'_, 'a>,
        record: &Record,
        which: &Written,
    ) -> Vec<Effect> {
        let Some(object) = record.object.clone() else {
            if !record.fields.is_empty() {
                let name = writing.element.name;
                self.draft.reason(format!(
                    "`{name}` stores a record of an object that is not stated"
                ));
            }
            return Vec::new();
        };
        let mut out = Vec::new();
        for (field, assigned) in &record.fields {
            if field.eq_ignore_ascii_case("Id") {
                continue;
            }
            let target = self.draft.names.field(&object, field);
            let when = also(&writing.state.when, assigned.when.as_ref(), &self.decisions);
            out.push(self.effect(writing, target, which, when, assigned.value.clone()));
        }
        out
    }

    /// What an assignment to the starting record writes, if it is stored with it.
    pub fn before_save(
        &self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &State,
        field: &SmolStr,
    ) -> Option<Effect> {
        if !self.before_save || state.phase != Phase::BeforeSave {
            return None;
        }
        let Some(Value::Record(record)) = state.variables.get("$Record") else {
            return None;
        };
        let value = record.fields.get(field)?.value.clone();
        let target = self.draft.names.field(self.object.as_deref()?, field);
        let writing = Writing {
            element,
            frame,
            state,
        };
        let when = state.condition(&self.decisions);
        Some(self.effect(&writing, target, &Written::Itself, when, value))
    }

    /// The write of a field at a point.
    pub fn written(
        &self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &State,
        (target, which): (FieldName, &Written),
        value: Expr,
    ) -> Effect {
        let writing = Writing {
            element,
            frame,
            state,
        };
        let when = state.condition(&self.decisions);
        self.effect(&writing, target, which, when, value)
    }

    fn effect(
        &self,
        writing: &Writing<'_, 'a>,
        target: FieldName,
        which: &Written,
        when: Option<Expr>,
        value: Expr,
    ) -> Effect {
        let document = writing.frame.flow.document;
        Effect {
            element: writing.element.name.into(),
            span: document.span(writing.element.node),
            target,
            record: which.clone(),
            phase: writing.state.phase,
            when,
            value: Some(value).filter(|v| !is_unknown(v)),
        }
    }
}

/// Whether a value is something that only the run of the flow knows, and nothing else.
fn is_unknown(value: &Expr) -> bool {
    value.as_reference().is_some_and(|r| r.merge) || logic::is_large(value)
}

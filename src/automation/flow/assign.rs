//! Assignments: to variables, to fields of records, to collections.

use smol_str::SmolStr;

use super::run::{Frame, Run};
use super::state::{Assigned, Meeting, Record, State, Value};
use super::value::{as_plain, unknown};
use crate::automation::logic;
use crate::formula::{ADD_ITEM, Expr, Node, Operator};

impl<'a> Run<'a> {
    /// Assigns a value; the field of the starting record that got one, if that is what was assigned to.
    pub fn assign(
        &mut self,
        frame: &Frame<'a>,
        state: &mut State,
        to: &str,
        operator: &str,
        value: Value,
    ) -> Option<SmolStr> {
        let path: Vec<SmolStr> = to.split('.').map(|p| SmolStr::new(p.trim())).collect();
        let (field, head) = path.split_last()?;
        if head.is_empty() {
            if !field.starts_with('$') {
                self.assign_variable(frame, state, field, operator, value);
            }
            return None;
        }
        let variable = SmolStr::new(head.join("."));
        if !state.variables.contains_key(&variable) {
            let behind = self.path(frame, state, head, 0);
            state.variables.insert(variable.clone(), behind);
        }
        let current = match state.variables.get(&variable) {
            Some(Value::Record(record) | Value::Records(record)) => record.clone(),
            _ => {
                if variable.contains('.') {
                    self.draft.reason(format!(
                        "it assigns to `{to}`, and where that leads is not known here"
                    ));
                }
                // a field of an Apex type, or of something that was never set: nothing of it is stored
                return None;
            }
        };
        let field = match &current.object {
            Some(object) => self.draft.names.field(object, field).field,
            None => field.clone(),
        };
        let value = match operator {
            "Assign" => as_plain(value),
            _ => {
                let before = self.field(&current, std::slice::from_ref(&field));
                combined(frame, operator, before, as_plain(value), &path)
            }
        };
        let assigned = Assigned { value, when: None };
        if let Some(collection) = current.item_of.clone()
            && let Some(Value::Records(all)) = state.variables.get_mut(&collection)
        {
            let (value, when) = (assigned.value.clone(), Some(state.when.clone()));
            all.fields.insert(field.clone(), Assigned { value, when });
        }
        let starting = variable == "$Record" && frame.prefix.is_empty();
        if let Some(Value::Record(record) | Value::Records(record)) =
            state.variables.get_mut(&variable)
        {
            record.fields.insert(field.clone(), assigned);
        }
        starting.then_some(field)
    }

    fn assign_variable(
        &mut self,
        frame: &Frame<'a>,
        state: &mut State,
        variable: &SmolStr,
        operator: &str,
        value: Value,
    ) {
        let current = state.variables.get(variable).cloned();
        let object = match &current {
            Some(Value::Record(r) | Value::Records(r)) => r.object.clone(),
            _ => None,
        };
        let assigned = match (operator, current, value) {
            ("Assign", Some(Value::Records(_)), Value::Record(r) | Value::Records(r)) => {
                Value::Records(with_object(r, object))
            }
            ("Assign", Some(Value::Record(_)), Value::Record(r)) => {
                Value::Record(with_object(Record { item_of: None, ..r }, object))
            }
            ("Assign", Some(Value::Record(_)), Value::Plain(value)) if value.node == Node::Null => {
                Value::Record(Record::blank(object))
            }
            ("Assign", Some(before @ (Value::Record(_) | Value::Records(_))), Value::Plain(_)) => {
                let given = Record {
                    whole: true,
                    ..Record::found(object, vec![variable.clone()])
                };
                if matches!(before, Value::Records(_)) {
                    Value::Records(given)
                } else {
                    Value::Record(given)
                }
            }
            ("Assign", _, value) => value,
            // adding to a collection
            (_, Some(Value::Records(all)), Value::Record(r) | Value::Records(r)) => {
                if operator.starts_with("Remove") {
                    Value::Records(all)
                } else {
                    let meeting = Meeting {
                        decisions: &self.decisions,
                        widen: true,
                    };
                    let way = &state.when;
                    let mut met = meeting.records(variable, (&all, way), (&r, way));
                    met.item_of = None;
                    // each of the records has what was assigned to it
                    for (field, assigned) in &r.fields {
                        let own = all.fields.get(field);
                        if own.is_none_or(|o| o.value == assigned.value) {
                            met.fields.insert(field.clone(), assigned.clone());
                        }
                    }
                    Value::Records(with_object(met, object))
                }
            }
            // records that nobody here has seen
            (_, Some(Value::Records(all)), _) if !operator.starts_with("Remove") => {
                Value::Records(Record { whole: true, ..all })
            }
            (_, Some(Value::Records(all)), _) => Value::Records(all),
            (_, Some(Value::Plain(before)), value) => Value::Plain(combined(
                frame,
                operator,
                before,
                as_plain(value),
                std::slice::from_ref(variable),
            )),
            (_, current, _) => current
                .unwrap_or_else(|| Value::Plain(unknown(frame, std::slice::from_ref(variable)))),
        };
        state.variables.insert(variable.clone(), assigned);
    }
}

/// A record whose variable says of which object it is.
fn with_object(record: Record, object: Option<SmolStr>) -> Record {
    Record {
        object: record.object.or(object),
        ..record
    }
}

/// Whether a value is text by its form.
const fn is_text(e: &Expr) -> bool {
    matches!(
        e.node,
        Node::Text(_)
            | Node::Binary {
                operator: Operator::Concatenate,
                ..
            }
    )
}

/// What an operator makes of a value and another.
fn combined(
    frame: &Frame<'_>,
    operator: &str,
    before: Expr,
    value: Expr,
    path: &[SmolStr],
) -> Expr {
    let joined = match operator {
        "Add" if is_text(&before) || is_text(&value) => {
            logic::compare(Operator::Concatenate, before, value)
        }
        "Add" => logic::compare(Operator::Add, before, value),
        "AddItem" => logic::call(ADD_ITEM, vec![before, value]),
        "Subtract" => logic::compare(Operator::Subtract, before, value),
        _ => return unknown(frame, path),
    };
    if logic::is_large(&joined) {
        return unknown(frame, path);
    }
    joined
}

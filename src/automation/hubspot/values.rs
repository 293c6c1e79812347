//! Values that actions of workflows set.

use serde_json::Value;
use smol_str::SmolStr;

use super::{Body, Flow, text};
use crate::automation::logic;
use crate::formula::{ADD_ITEM, Expr, Operator};

/// The reason of code.
pub(super) const CODE: &str = "what its custom code does is not read";

impl Flow<'_> {
    /// A value of version 4; none where only the run knows it. `target` is the property that gets it.
    pub fn value(&mut self, value: Option<&Value>, target: &str) -> Option<Expr> {
        let value = match value? {
            Value::Object(value) => value,
            Value::String(value) => return Some(self.template(value)),
            Value::Number(value) => return Some(logic::number(&value.to_string())),
            Value::Bool(value) => return Some(logic::truth(*value)),
            Value::Null => return Some(logic::null()),
            Value::Array(_) => return None,
        };
        match text(value, "type").unwrap_or("STATIC_VALUE") {
            "STATIC_VALUE" => match value.get("staticValue") {
                Some(Value::Object(_)) | None => Some(logic::null()),
                stated => self.value(stated, target),
            },
            "OBJECT_PROPERTY" => {
                let property = SmolStr::new(text(value, "propertyName")?);
                self.read(&property);
                Some(logic::field(&[property]))
            }
            "INCREMENT" => {
                self.read(target);
                let amount = logic::number(&super::id(value, "incrementAmount")?);
                let field = logic::field(&[target.into()]);
                Some(logic::compare(Operator::Add, field, amount))
            }
            "EXECUTION_TIME" | "TIMESTAMP" => Some(logic::call("NOW", Vec::new())),
            "FETCHED_OBJECT_PROPERTY" => {
                let token = text(value, "propertyToken")?;
                Some(self.token(token.trim_matches(['{', '}', ' '])))
            }
            kind => {
                let property = text(value, "propertyName").map(SmolStr::new);
                if let Some(property) = &property {
                    self.read(property);
                }
                if !kind.contains("APPEND") {
                    return None;
                }
                self.read(target);
                let added = match (property, super::id(value, "staticAppendValue")) {
                    (Some(property), _) => logic::field(&[property]),
                    (None, stated) => logic::text(&stated?),
                };
                let field = logic::field(&[target.into()]);
                Some(logic::call(ADD_ITEM, vec![field, added]))
            }
        }
    }

    /// A text in which `{{ enrolled_object.firstname }}` stands for a property; an empty one clears.
    pub fn template(&mut self, written: &str) -> Expr {
        if written.is_empty() {
            return logic::null();
        }
        let mut joined: Option<Expr> = None;
        let mut rest = written;
        while !rest.is_empty() {
            let (part, after) = match rest.split_once("{{") {
                Some(("", tail)) => match tail.split_once("}}") {
                    Some((token, after)) => (self.token(token.trim()), after),
                    None => (logic::text(rest), ""),
                },
                Some((before, _)) => {
                    let after = rest.get(before.len()..).unwrap_or_default();
                    (logic::text(before), after)
                }
                None => (logic::text(rest), ""),
            };
            joined = Some(match joined {
                Some(before) => logic::compare(Operator::Concatenate, before, part),
                None => part,
            });
            rest = after;
            if joined.as_ref().is_some_and(logic::is_large) {
                return logic::found(&["$Text"]);
            }
        }
        joined.unwrap_or_else(logic::null)
    }

    /// What a token stands for.
    fn token(&mut self, token: &str) -> Expr {
        let parts: Vec<&str> = token.split('.').map(str::trim).collect();
        match parts.as_slice() {
            ["enrolled_object", property] => {
                self.read(property);
                logic::field(&[SmolStr::new(property)])
            }
            ["fetched_objects", source, property] => {
                let Some(of) = self.sources.get(*source).cloned() else {
                    return logic::found(&parts);
                };
                self.read_of(&of, property);
                logic::found(&["$Associated", &of, property])
            }
            // `_0_2.name` is of the object with the type id `0-2`
            [object, property] if object.starts_with('_') => {
                let of = self.object_named(&object.trim_start_matches('_').replace('_', "-"));
                self.read_of(&of, property);
                if of == self.object {
                    logic::field(&[SmolStr::new(property)])
                } else {
                    logic::found(&["$Associated", &of, property])
                }
            }
            // `contact.firstname` of version 3
            [object, property] if *object == self.object => {
                self.read(property);
                logic::field(&[SmolStr::new(property)])
            }
            [
                object @ ("contact" | "company" | "deal" | "ticket"),
                property,
            ] => {
                self.read_of(object, property);
                logic::found(&["$Associated", object, property])
            }
            _ => logic::found(&parts),
        }
    }

    /// What code is given.
    pub fn inputs(&mut self, action: &Body) {
        for input in super::objects(action, "inputFields") {
            self.value(input.get("value"), "");
        }
    }
}

//! Events that enrol records: a changed property, a new record, or something that people did.

use super::operation::values;
use super::{Body, Flow, again, object, objects, text};
use crate::automation::logic;
use crate::formula::Expr;

/// The events of a change of a property, and of the making of a record.
const CHANGED: &str = "4-655002";
const CREATED: &str = "4-1463224";

impl Flow<'_> {
    /// An event that enrols: a changed property, a new record, or something that people did.
    pub fn event(&mut self, branch: &Body) -> Expr {
        let event = text(branch, "eventTypeId").unwrap_or_default();
        let mut conditions: Vec<Expr> = Vec::new();
        match event {
            CHANGED => conditions.push(self.changed(branch)),
            CREATED => conditions.push(logic::call("ISNEW", Vec::new())),
            // a test portal and older bodies name the object as the event
            _ if event.starts_with("0-") || event.starts_with("2-") => {
                for filter in objects(branch, "filters") {
                    conditions.push(self.filter(filter, None));
                }
            }
            _ => conditions.push(logic::found(&["$Event", event])),
        }
        logic::all(conditions)
    }

    /// A change of the property that the filters name, to a value that they state.
    pub fn changed(&mut self, branch: &Body) -> Expr {
        let named = objects(branch, "filters")
            .filter(|f| text(f, "property") == Some("hs_name"))
            .find_map(|f| values(object(f, "operation")?).into_iter().next());
        let Some(property) = named else {
            return self.changed_itself(branch);
        };
        self.read(&property);
        let field = logic::field(std::slice::from_ref(&property));
        let mut conditions = vec![logic::call("ISCHANGED", vec![field.clone()])];
        for filter in objects(branch, "filters") {
            if text(filter, "property") == Some("hs_value")
                && let Some(operation) = object(filter, "operation")
            {
                conditions.push(self.operation(None, &property, field.clone(), operation));
            }
        }
        logic::all(conditions)
    }

    /// A change of a property that the filters name as their own, as bodies written by hand do.
    fn changed_itself(&mut self, branch: &Body) -> Expr {
        let mut conditions = Vec::new();
        for filter in objects(branch, "filters") {
            let named = text(filter, "property").filter(|p| !p.starts_with("hs_value"));
            if let Some(property) = named {
                conditions.push(again::changes(&[property.into()]));
                conditions.push(self.filter(filter, None));
            }
        }
        if conditions.is_empty() {
            // any property, or one that is not told
            return logic::found(&["$Event", CHANGED]);
        }
        logic::all(conditions)
    }
}

//! What actions and parts of screens give back, where their elements say of which objects their records are.

use smol_str::SmolStr;

use super::document::Resource;
use super::run::{Frame, Run};
use super::state::{Record, State, Value};
use crate::catalog::xml::Node;

/// What an action names the type of one of its inputs and outputs by: before the name of that.
const OF_ONE: &str = "T__";

impl<'a> Run<'a> {
    /// Keeps, under the name of an element, the objects that it says its records are of.
    pub fn typed(&self, node: &Node, name: &str, state: &mut State) {
        let types: Vec<(SmolStr, SmolStr)> = node
            .all("dataTypeMappings")
            .filter_map(|m| {
                let object = self.draft.names.object(m.text_of("typeValue")?);
                Some((m.text_of("typeName")?.into(), object))
            })
            .collect();
        if !types.is_empty() {
            state.variables.insert(name.into(), Value::Given(types));
        }
    }

    /// An item of a collection of which nothing is known, as a record whose object is told once it is put among others; a plain
    /// value where the flow says that the collection is one of those.
    pub fn item(&self, frame: &Frame<'a>, collection: &str, name: Vec<SmolStr>) -> Option<Record> {
        let plain = match frame.flow.resources.get(collection) {
            Some(Resource::Variable(variable)) => !variable.record,
            _ => false,
        };
        (!plain).then(|| Record::found(None, name))
    }
}

/// The object of the records that an output holds: of the type that is named after it, or else of the only one that there is.
pub(super) fn object_of<'t>(types: &'t [(SmolStr, SmolStr)], output: &str) -> Option<&'t SmolStr> {
    let own = |(name, _): &&(SmolStr, SmolStr)| {
        let named = name.strip_prefix(OF_ONE);
        named.is_some_and(|n| n.eq_ignore_ascii_case(output))
    };
    if let Some((_, object)) = types.iter().find(own) {
        return Some(object);
    }
    let mut any = types.iter().filter(|(name, _)| !name.starts_with(OF_ONE));
    let (_, object) = any.next()?;
    any.all(|(_, other)| other == object).then_some(object)
}

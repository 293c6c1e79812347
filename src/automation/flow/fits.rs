//! Whether a record fits the filters of an element that updates it.

use smol_str::SmolStr;

use super::document::{Element, ElementKind};
use super::run::{Frame, Run};
use super::state::State;
use crate::automation::names::path_of;
use crate::automation::{Written, logic};
use crate::formula::Expr;

impl<'a> Run<'a> {
    /// The state in which a record fits the filters that an element puts on it, and where it has any the state in which it does not.
    pub fn if_held(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &State,
        reference: &str,
    ) -> (State, Option<State>) {
        let Some(condition) = self.holding(frame, state, element.node, reference) else {
            return (state.clone(), None);
        };
        let name = format!("{}/$Filter", element.name);
        let (held, passed) = self.parted(frame, &name, condition, state);
        (held, Some(passed))
    }

    /// The state in which the record that an update finds, where that is the starting one or one that it refers to, fits the filters
    /// that do not say which one it is.
    pub fn fitting(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &State,
        which: &Written,
    ) -> State {
        match self.further(frame, element, state, which) {
            Some(condition) => {
                let name = format!("{}/$Filter", element.name);
                self.parted(frame, &name, condition, state).0
            }
            None => state.clone(),
        }
    }

    fn further(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &State,
        which: &Written,
    ) -> Option<Expr> {
        let node = element.node;
        let object = node.text_of("object")?;
        let way: Vec<SmolStr> = match which {
            Written::Itself => Vec::new(),
            Written::Referenced(field) => {
                let start = self.object.as_deref()?;
                vec![self.draft.names.relationship(start, field)?]
            }
            Written::Referring(_) | Written::Made | Written::Found => return None,
        };
        let mut parts = Vec::new();
        for filter in node.all("filters") {
            let field = filter.text_of("field").unwrap_or_default();
            let operator = filter.text_of("operator").unwrap_or("EqualTo");
            let value = self.plain(frame, state, filter.child("value"));
            let names = operator == "EqualTo"
                && self.by_filter(object, field, &value).as_ref() == Some(which);
            if !names && !is_stored_elsewhere(frame, element, field) {
                let path: Vec<SmolStr> = way.iter().cloned().chain(path_of(field)).collect();
                parts.push(self.compared(logic::field(&path), operator, value));
            }
        }
        (!parts.is_empty()).then(|| logic::all(parts))
    }
}

/// Whether something else in the flow may have stored a field before: then a filter does not speak of what the record was.
fn is_stored_elsewhere(frame: &Frame<'_>, element: Element<'_>, field: &str) -> bool {
    let same = |name: Option<&str>| {
        let last = name.and_then(|n| n.rsplit('.').next());
        last.is_some_and(|n| n.eq_ignore_ascii_case(field))
    };
    let mut others = frame.flow.elements.values();
    !frame.prefix.is_empty()
        || others.any(|other| {
            let called = match other.kind {
                ElementKind::Subflow | ElementKind::ApexPlugin | ElementKind::Unknown => true,
                ElementKind::Action => {
                    matches!(
                        other.node.text_of("actionType"),
                        Some("apex" | "flow" | "quickAction")
                    )
                }
                _ => false,
            };
            let mut inputs = other.node.all("inputAssignments");
            let mut items = other.node.all("assignmentItems");
            called
                || other.name != element.name
                    && (inputs.any(|i| same(i.text_of("field")))
                        || items.any(|i| same(i.text_of("assignToReference"))))
        })
}

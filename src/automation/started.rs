//! Flows that an action of a workflow rule or an approval starts.

use super::draft::Draft;
use super::flow;
use super::workflow::Applied;
use super::{Effect, Written, logic};
use crate::catalog::xml::Node;

/// Does what the flow of an action does. Which of its records is which, and what it makes of the values that it is given, is known
/// to the run alone.
pub(super) fn flow(draft: &mut Draft<'_>, applied: &Applied<'_, '_>, action: &Node) {
    for input in action.all("flowInputs") {
        let given = input.text_of("value").unwrap_or_default();
        if let Some(field) = given.strip_prefix("{!").and_then(|g| g.strip_suffix('}')) {
            draft.read_named(&applied.object, field);
        }
    }
    let named = action.text_of("flow").unwrap_or_default();
    let flows = applied.workflows.flows;
    let Some(called) = flows.named.get(&named.to_ascii_lowercase()) else {
        draft.reason(format!("the flow `{named}` is not among the metadata"));
        return;
    };
    if !called.active {
        return;
    }
    let does = flow::read(called, flows, draft.names);
    for effect in does.effects {
        let parts = [applied.when.clone(), effect.when.clone()];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        draft.effects.push(Effect {
            record: match effect.record {
                Written::Made => Written::Made,
                _ => Written::Found,
            },
            phase: applied.phase,
            when: (!parts.is_empty()).then(|| logic::all(parts)),
            value: None,
            ..effect
        });
    }
    for field in does.reads {
        draft.read_field(field);
    }
    draft.deletes.extend(does.deletes);
    draft.locks |= does.locks;
    for why in does.reasons {
        draft.reason(why);
    }
}

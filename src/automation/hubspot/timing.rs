//! What the clock starts: workflows that enrol on a schedule, and those whose actions are counted from a date.

use serde_json::Value;

use super::{Body, Flow, object, text};

/// What makes a workflow look at its criteria.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Changes do.
    None,
    /// A schedule does: it enrols what meets them then.
    Schedule,
}

/// What makes a workflow look at its criteria.
pub(super) fn clock(body: &Body) -> Clock {
    match object(body, "enrollmentSchedule") {
        Some(schedule) if !schedule.is_empty() => Clock::Schedule,
        _ => Clock::None,
    }
}

/// Reads the property of the date that actions are counted from.
pub(super) fn anchored(flow: &mut Flow<'_>, body: &Body) {
    let Some(anchor) = object(body, "eventAnchor") else {
        return;
    };
    for key in ["contactProperty", "contactPropertyAnchor"] {
        let property = match anchor.get(key) {
            Some(Value::Object(named)) => ["property", "propertyName", "name"]
                .iter()
                .find_map(|key| text(named, key)),
            _ => text(anchor, key),
        };
        if let Some(property) = property {
            flow.read(property);
        }
    }
}

//! Workflows of version 4: actions by id, joined by connections.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::timing::{self, Clock};
use super::{Body, Flow, Part, again, id, object, objects, text};
use crate::automation::condition::{Condition, Decision};
use crate::automation::draft::Head;
use crate::automation::{Entry, Events, logic, order};
use crate::formula::{Expr, Node};
use crate::source::Span;

/// An action and its place.
pub(super) struct Action<'a> {
    pub body: Body,
    pub span: Span,
    pub id: &'a str,
}

/// The actions of a body with their texts.
#[derive(Deserialize)]
struct Actions<'a> {
    #[serde(borrow)]
    actions: Vec<&'a RawValue>,
}

pub(super) fn read(flow: &mut Flow<'_>, head: &mut Head, part: Part<'_>, body: &Body) {
    let clock = timing::clock(body);
    if let Some(criteria) = object(body, "enrollmentCriteria") {
        enrolment(flow, head, criteria, clock);
    }
    if let Some(goal) = object(body, "goalFilterBranch") {
        flow.branch(goal, None, 0);
    }
    let raw: Vec<&RawValue> = serde_json::from_str::<Actions<'_>>(part.json)
        .map(|a| a.actions)
        .unwrap_or_default();
    let parsed: Vec<(Span, Body)> = raw
        .into_iter()
        .filter_map(|raw| Some((part.of(raw).span(), serde_json::from_str(raw.get()).ok()?)))
        .collect();
    let ids: Vec<SmolStr> = parsed
        .iter()
        .map(|(_, body)| id(body, "actionId").unwrap_or_default())
        .collect();
    let mut actions: BTreeMap<&str, Action<'_>> = BTreeMap::new();
    for ((span, body), id) in parsed.into_iter().zip(&ids) {
        actions.insert(id.as_str(), Action { body, span, id });
    }
    let start = id(body, "startActionId").or_else(|| ids.first().cloned());
    if let Some(start) = start {
        walk(flow, &actions, &start);
    }
}

/// Who is enrolled, and when.
fn enrolment(flow: &mut Flow<'_>, head: &mut Head, criteria: &Body, clock: Clock) {
    let mut triggers: Vec<Expr> = objects(criteria, "reEnrollmentTriggersFilterBranches")
        .map(|branch| flow.branch(branch, None, 0))
        .collect();
    if clock == Clock::Schedule {
        // it enrols what meets the criteria, whether a change made it meet them or not
        triggers.clear();
    }
    let events: Vec<Expr> = objects(criteria, "eventFilterBranches")
        .map(|branch| flow.branch(branch, None, 0))
        .collect();
    let guard = match text(criteria, "type") {
        Some("EVENT_BASED") => {
            let members: Vec<Expr> = objects(criteria, "listMembershipFilterBranches")
                .map(|branch| flow.branch(branch, None, 0))
                .collect();
            let refined = object(criteria, "refinementCriteria").map(|b| flow.branch(b, None, 0));
            let made = |e: &Expr| e.as_call("ISNEW").is_some();
            head.events = Some(if !events.is_empty() && events.iter().all(made) {
                Events::Created
            } else {
                Events::Saved
            });
            let mut parts = vec![logic::any(events.into_iter().chain(members).collect())];
            parts.extend(refined);
            Some(logic::all(parts))
        }
        Some("MANUAL") => None,
        _ => object(criteria, "listFilterBranch").map(|branch| {
            head.events = Some(Events::Saved);
            head.entry = match clock {
                Clock::Schedule => Entry::EveryTime,
                Clock::None => Entry::BecomesTrue,
            };
            flow.branch(branch, None, 0)
        }),
    };
    let again = criteria.get("shouldReEnroll").and_then(Value::as_bool);
    let guard = guard.map(|guard| again::enrolled(head, guard, again, &triggers));
    flow.draft.guard = guard.filter(|g| g.node != Node::Bool(true));
}

/// Walks the actions from the first one, each with the condition under which it is reached.
fn walk(flow: &mut Flow<'_>, actions: &BTreeMap<&str, Action<'_>>, start: &str) {
    let connections: BTreeMap<&str, Vec<SmolStr>> = actions
        .iter()
        .map(|(id, action)| (*id, exits(&action.body)))
        .collect();
    let order = order::of(&[start], |id| {
        let next = connections.get(id).into_iter().flatten();
        next.map(SmolStr::as_str)
            .filter(|id| !id.is_empty())
            .collect()
    });
    let mut reached: BTreeMap<&str, Condition> = BTreeMap::new();
    reached.insert(start, Condition::always());
    let mut decisions: Vec<Decision> = Vec::new();
    for id in order {
        let Some(action) = actions.get(id) else {
            flow.draft.reason(format!(
                "it leads to the action `{id}`, which its file does not have"
            ));
            continue;
        };
        let Some(here) = reached.get(id).cloned() else {
            continue;
        };
        let when = Some(here.formula(&decisions)).filter(|w| w.node != Node::Bool(true));
        flow.act(action, &when);
        let exits = connections.get(id).map_or(&[][..], Vec::as_slice);
        let outcomes = flow.outcomes(&action.body);
        let branches = outcomes.len() + 1;
        for (i, next) in exits.iter().enumerate() {
            let there = if outcomes.is_empty() {
                here.clone()
            } else {
                here.taking(decisions.len(), i, branches)
            };
            if let Some((next, _)) = connections.get_key_value(next.as_str()) {
                let met = match reached.get(next) {
                    Some(known) => known.or(&there),
                    None => there,
                };
                reached.insert(next, met);
            }
        }
        if !outcomes.is_empty() {
            decisions.push(Decision { outcomes });
        }
    }
}

/// Where an action leads, one for each of its outcomes, the default last; an empty text where an outcome ends it.
fn exits(action: &Body) -> Vec<SmolStr> {
    let next = |connection: Option<&Body>| {
        connection
            .and_then(|c| id(c, "nextActionId"))
            .unwrap_or_default()
    };
    let mut out: Vec<SmolStr> = branches(action)
        .map(|branch| next(object(branch, "connection")))
        .collect();
    if out.is_empty() {
        let only = object(action, "connection").or_else(|| object(action, "defaultBranch"));
        out.extend(only.map(|c| next(Some(c))));
    } else if !action.contains_key("testBranches") {
        out.push(next(object(action, "defaultBranch")));
    }
    out.retain(|id| !id.is_empty() || !out_is_single(action));
    out
}

/// Whether an action has one way on.
fn out_is_single(action: &Body) -> bool {
    branches(action).next().is_none()
}

fn branches(action: &Body) -> impl Iterator<Item = &Body> {
    ["listBranches", "staticBranches", "testBranches"]
        .into_iter()
        .flat_map(|key| objects(action, key))
}

impl Flow<'_> {
    /// The conditions of the outcomes of an action, the default left out.
    fn outcomes(&mut self, action: &Body) -> Vec<Expr> {
        let mut out = Vec::new();
        for branch in objects(action, "listBranches") {
            out.push(match object(branch, "filterBranch") {
                Some(filters) => self.branch(filters, None, 0),
                None => logic::found(&["$Branch"]),
            });
        }
        let input = object(action, "inputValue").cloned();
        for branch in objects(action, "staticBranches") {
            let value = logic::text(&id(branch, "branchValue").unwrap_or_default());
            let property = input.as_ref().and_then(|i| text(i, "propertyName"));
            out.push(match property {
                Some(property) => {
                    self.read(property);
                    let field = logic::field(&[property.into()]);
                    logic::compare(crate::formula::Operator::Equal, field, value)
                }
                None => logic::found(&["$Branch", &id(branch, "branchValue").unwrap_or_default()]),
            });
        }
        // a test has no default: its last branch is what is left
        let tests = objects(action, "testBranches").count();
        out.extend((1..tests).map(|i| logic::found(&["$Test", &i.to_string()])));
        out
    }
}

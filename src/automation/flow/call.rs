//! The elements of a flow that start something else: flows, actions, the steps of an orchestration.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::document::Element;
use super::run::{Frame, Run, Step, named};
use super::state::{State, Value};
use super::value::unknown;
use crate::automation::condition::Decision;
use crate::automation::{Effect, Phase};
use crate::catalog::xml::Node;

/// Actions that write no field of a record.
const HARMLESS: &[&str] = &[
    "emailAlert",
    "emailSimple",
    "customNotificationAction",
    "chatterPost",
    "component",
    "sendNotification",
    "flowInterviewLog",
    "activateSessionPermSet",
    "deactivateSessionPermSet",
    "publishManagedContentRelease",
    "refreshMetricAction",
    "outboundMessage",
    "slackArchiveChannel",
    "slackCheckUsersAreConnectedToSlack",
    "slackCreateChannel",
    "slackGetConversationInfo",
    "slackInviteUsersToChannel",
    "slackPinMessage",
    "slackPostMessage",
    "slackSendMessageToLaunchFlow",
    "slackUpdateMessage",
];

/// Actions that start a flow.
const FLOWS: &[&str] = &[
    "flow",
    "stepBackground",
    "stepInteractive",
    "stepApproval",
    "evaluationFlow",
    "autoApprovalEvaluationFlow",
];

/// Where a node names what it starts, of which kind that is, and what it gives to it.
type Named = (&'static str, &'static str, &'static str);

/// What a step, or an action of a screen, is there for.
const OWN: Named = ("actionName", "actionType", "inputParameters");

/// What tells when a stage or a step of it begins, when it is done, and whether it needs anybody's approval.
const TELLING: [Named; 3] = [
    (
        "entryActionName",
        "entryActionType",
        "entryActionInputParameters",
    ),
    (
        "exitActionName",
        "exitActionType",
        "exitActionInputParameters",
    ),
    (
        "autoApprovalActionName",
        "autoApprovalActionType",
        "autoApprovalActionInputParameters",
    ),
];

impl<'a> Run<'a> {
    pub fn subflow(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        called: &str,
        list: &str,
        state: &State,
    ) -> Step<'a> {
        let node = element.node;
        let mut inputs = BTreeMap::new();
        for (name, input) in named(node, list, "name") {
            let value = self.literal(frame, state, input.child("value"));
            inputs.insert(SmolStr::new(name), value);
        }
        let mut state = state.clone();
        let mut step = Step::default();
        if let Some((walk, flow)) = self.call(frame, element.name, called, inputs, &state) {
            step.effects = walk.effects;
            let mut results = walk.end.map(|e| e.variables).unwrap_or_default();
            let outputs: BTreeMap<SmolStr, Value> = flow
                .variables()
                .filter(|(_, v)| v.output)
                .filter_map(|(name, _)| results.remove_entry(name))
                .collect();
            for (name, output) in named(node, "outputAssignments", "name") {
                if let (Some(value), Some(to)) =
                    (outputs.get(name), output.text_of("assignToReference"))
                {
                    step.effects
                        .extend(self.hand(frame, element, &mut state, to, value.clone()));
                }
            }
            state
                .variables
                .insert(element.name.into(), Value::Outputs(outputs));
        }
        step.next = self.or_fault(frame, element, state);
        step
    }

    pub fn action(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        let name = node.text_of("actionName").unwrap_or(element.name);
        let kind = node.text_of("actionType").unwrap_or_default();
        if kind == "flow" {
            return self.subflow(frame, element, name, "inputParameters", state);
        }
        for input in node.all("inputParameters") {
            self.literal(frame, state, input.child("value"));
        }
        let mut effects = Vec::new();
        match kind {
            "apex" => self
                .draft
                .reason(format!("it calls the Apex action `{name}`")),
            "quickAction" => effects = self.quick(frame, element, name, state),
            "submit" | "lockRecord" => self.draft.locks = true,
            _ if HARMLESS.contains(&kind) => {}
            _ => self
                .draft
                .reason(format!("it runs the action `{name}` of the kind `{kind}`")),
        }
        let mut state = state.clone();
        self.typed(node, element.name, &mut state);
        self.given_back(frame, node, element.name, &mut state);
        Step {
            effects,
            next: self.or_fault(frame, element, state),
        }
    }

    /// Assigns what an action, or an event that is waited for, gives back.
    pub fn given_back(&mut self, frame: &Frame<'a>, node: &Node, at: &str, state: &mut State) {
        for output in node.all("outputParameters") {
            if let Some(to) = output.text_of("assignToReference") {
                let result = output.text_of("name").unwrap_or("result");
                let value = unknown(frame, &[at.into(), result.into()]);
                self.assign(frame, state, to, "Assign", Value::Plain(value));
            }
        }
    }

    /// A stage starts its steps, each a flow in transactions of its own, and goes on when they are done.
    pub fn stage(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let later = State {
            phase: Phase::Later,
            ..state.clone()
        };
        let (mut step, mut done) = (Step::default(), later.clone());
        for node in element.node.all("stageSteps") {
            let mut here = later.clone();
            if node.child("entryConditions").is_some() {
                let lists = ("entryConditions", "entryConditionLogic");
                let outcomes = vec![self.conditions(frame, &later, node, lists)];
                let key = format!(
                    "{}/{}",
                    element.name,
                    node.text_of("name").unwrap_or("step")
                );
                let id = self.decision(frame, &key, Decision { outcomes });
                here.when = later.when.taking(id, 0, 2);
            }
            self.draft.locks |= node.flag("shouldLock") == Some(true);
            let effects = self.flow_of(frame, node, element.name, &here);
            step.effects.extend(effects);
            for telling in TELLING {
                let effects = self.started(frame, node, telling, element.name, &here);
                step.effects.extend(effects);
            }
            self.given_back(frame, node, element.name, &mut done);
        }
        for telling in TELLING {
            let effects = self.started(frame, element.node, telling, element.name, &later);
            step.effects.extend(effects);
        }
        step.next = self.or_fault(frame, element, done);
        step
    }

    /// What the flow writes that a step of a stage, or an action of a screen, starts.
    pub fn flow_of(
        &mut self,
        frame: &Frame<'a>,
        node: &'a Node,
        element: &'a str,
        state: &State,
    ) -> Vec<Effect> {
        let at = node.text_of("name").unwrap_or(element);
        self.started(frame, node, OWN, at, state)
    }

    /// What the flow writes that a node starts under these names.
    fn started(
        &mut self,
        frame: &Frame<'a>,
        node: &'a Node,
        (action, kind, inputs): Named,
        at: &'a str,
        state: &State,
    ) -> Vec<Effect> {
        let Some(called) = node.text_of(action) else {
            return Vec::new();
        };
        let kind = node.text_of(kind).unwrap_or("flow");
        if !FLOWS.contains(&kind) {
            self.draft.reason(format!(
                "it runs the action `{called}` of the kind `{kind}`"
            ));
            return Vec::new();
        }
        let mut given = BTreeMap::new();
        for (name, input) in named(node, inputs, "name") {
            let value = self.literal(frame, state, input.child("value"));
            let name = name.strip_prefix("ActionInput__").unwrap_or(name);
            given.insert(SmolStr::new(name), value);
        }
        let walk = self.call(frame, at, called, given, state);
        walk.map(|(walk, _)| walk.effects).unwrap_or_default()
    }
}

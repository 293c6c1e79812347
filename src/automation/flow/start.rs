//! How a flow starts: by which record and event, under which condition, and where.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::Flows;
use super::document::{Flow, connector};
use super::run::{Frame, Run, entry, fresh};
use super::state::{Base, Record, State, Value};
use crate::automation::condition::Condition;
use crate::automation::draft::{Draft, Head};
use crate::automation::names::Names;
use crate::automation::{Automation, Entry, Events, Kind, Phase, Written};
use crate::catalog::xml::Node;

/// Reads an active flow.
pub(in crate::automation) fn read(
    flow: &Flow<'_>,
    flows: &Flows<'_>,
    names: Names<'_>,
) -> Automation {
    let document = flow.document;
    let node = flow.start().unwrap_or(&document.root);
    let mut head = Head::new(kind(flow), flow.name(), document, &document.root);
    head.element = "start".into();
    // a process says what starts it beside its elements
    let stated = |tag, key| {
        node.text_of(tag)
            .or_else(|| process_value(&document.root, key))
    };
    head.object = stated("object", "ObjectType").map(|o| names.object(o));
    let trigger = node.text_of("triggerType").unwrap_or_default();
    let mut run = Run::new(Draft::new(names), flows, head.object.clone());
    match head.kind {
        Kind::RecordTriggeredFlow => {
            let (events, phase) = record_trigger(trigger, node.text_of("recordTriggerType"));
            head.events = Some(events);
            head.phase = phase;
            let order = document.root.text_of("triggerOrder");
            head.order = order.and_then(|n| n.trim().parse().ok());
        }
        Kind::ProcessBuilder
            if document.root.text_of("processType") != Some("InvocableProcess") =>
        {
            let created = process_value(&document.root, "TriggerType") == Some("onCreateOnly");
            head.events = head.object.is_some().then_some(if created {
                Events::Created
            } else {
                Events::Saved
            });
        }
        Kind::PlatformEventFlow => {
            head.events = Some(Events::Created);
            head.phase = Phase::Later;
        }
        _ => head.phase = Phase::Later,
    }
    if node.flag("doesRequireRecordChangedToMeetCriteria") == Some(true) {
        head.entry = Entry::BecomesTrue;
    }
    // all that it does, it does by paths that wait
    let at_once = entry(flow).is_some() || node.child("scheduledPaths").is_none();
    if head.phase == Phase::AfterSave && !at_once {
        head.phase = Phase::Later;
    }
    run.before_save = head.phase == Phase::BeforeSave;
    let frame = Frame {
        flow,
        prefix: Vec::new(),
        callers: Vec::new(),
    };
    let state = first_state(&mut run, &frame, &document.root, head.phase);
    run.draft.guard = run.entry(&frame, &state, node);
    let entries = entries(&mut run, &head, flow, node, state);
    let walk = run.walk(&frame, entries);
    run.draft.effects = walk.effects;
    run.draft.finish(head)
}

/// What a flow is, by its type and its trigger.
pub(in crate::automation) fn kind(flow: &Flow<'_>) -> Kind {
    let root = &flow.document.root;
    let trigger = flow.start().and_then(|s| s.text_of("triggerType"));
    let process = root.text_of("processType").unwrap_or_default();
    match (process, trigger.unwrap_or_default()) {
        ("Workflow" | "InvocableProcess", _) => Kind::ProcessBuilder,
        ("CustomEvent", _) => Kind::PlatformEventFlow,
        (_, "RecordBeforeSave" | "RecordAfterSave" | "RecordBeforeDelete") => {
            Kind::RecordTriggeredFlow
        }
        (_, trigger) if EVENTS.contains(&trigger) => Kind::PlatformEventFlow,
        (_, "Scheduled") => Kind::ScheduledFlow,
        ("Flow", _) => Kind::ScreenFlow,
        _ if root.child("screens").is_some() => Kind::ScreenFlow,
        _ => Kind::AutolaunchedFlow,
    }
}

/// Triggers that are events of a platform.
const EVENTS: &[&str] = &[
    "PlatformEvent",
    "AutomationEvent",
    "DataCloudDataChange",
    "DataGraphDataChange",
    "EventDrivenJourney",
    "ExternalSystemChange",
    "FormSubmissionEvent",
];

fn record_trigger(trigger: &str, events: Option<&str>) -> (Events, Phase) {
    if trigger == "RecordBeforeDelete" {
        return (Events::Deleted, Phase::BeforeSave);
    }
    let events = match events {
        Some("Create") => Events::Created,
        Some("Update") => Events::Updated,
        Some("Delete") => Events::Deleted,
        _ => Events::Saved,
    };
    let phase = match trigger {
        "RecordBeforeSave" => Phase::BeforeSave,
        _ => Phase::AfterSave,
    };
    (events, phase)
}

/// A value that Process Builder keeps about a whole process.
fn process_value<'a>(root: &'a Node, name: &str) -> Option<&'a str> {
    let value = root
        .all("processMetadataValues")
        .chain(
            root.child("start")
                .into_iter()
                .flat_map(|s| s.all("processMetadataValues")),
        )
        .find(|v| v.text_of("name") == Some(name))?
        .child("value")?;
    value
        .text_of("stringValue")
        .or_else(|| value.text_of("elementReference"))
}

/// The variables before the first element: the record that starts the flow, what it was before, and the flow's own.
fn first_state<'a>(run: &mut Run<'a>, frame: &Frame<'a>, root: &Node, phase: Phase) -> State {
    let mut state = fresh(phase, Condition::always());
    let Some(object) = run.object.clone() else {
        state.variables = run.initial(frame, &state, false);
        return state;
    };
    let record = |base, which| {
        Value::Record(Record {
            which,
            base,
            ..Record::blank(Some(object.clone()))
        })
    };
    let current = record(Base::Start(Vec::new()), Written::Itself);
    let prior = record(Base::Prior, Written::Itself);
    let mut names: BTreeMap<SmolStr, Value> = BTreeMap::new();
    names.insert("$Record".into(), current.clone());
    names.insert("$Record__Prior".into(), prior.clone());
    if let Some(name) = process_value(root, "ObjectVariable") {
        names.insert(name.into(), current.clone());
    }
    if let Some(name) = process_value(root, "OldObjectVariable") {
        names.insert(name.into(), prior.clone());
    }
    if root.text_of("processType") == Some("Workflow") {
        names.entry("myVariable_current".into()).or_insert(current);
        names.entry("myVariable_old".into()).or_insert(prior);
    }
    // a variable may begin with a field of the record
    state.variables = names;
    let own = run.initial(frame, &state, false);
    for (name, value) in own {
        state.variables.entry(name).or_insert(value);
    }
    state
}

/// Where the flow begins: at once, and by its scheduled paths later.
fn entries<'a>(
    run: &mut Run<'a>,
    head: &Head,
    flow: &Flow<'a>,
    node: &'a Node,
    state: State,
) -> Vec<(&'a str, State)> {
    let mut out = Vec::new();
    for path in node.all("scheduledPaths") {
        if let (Some(object), Some(field)) = (&head.object, path.text_of("recordField")) {
            run.draft.read_named(object, field);
        }
        let later = State {
            phase: Phase::Later,
            ..state.clone()
        };
        out.extend(connector(path, "connector").map(|target| (target, later)));
    }
    out.extend(entry(flow).map(|target| (target, state)));
    out
}

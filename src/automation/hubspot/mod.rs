//! HubSpot workflows: bodies of the Automation API, version 3 and version 4, as they are fetched.
//!
//! A file holds one workflow, a list of them, or an answer with `results`, `workflows` or `flows`. JSON of other kinds is
//! passed by: a folder may hold catalogs beside workflows.

mod actions;
mod again;
mod event;
mod filter;
mod legacy;
mod operation;
mod timing;
mod values;
mod workflow;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::draft::{Draft, Head};
use super::load::unreadable;
use super::names::{Children, Names};
use super::{Automation, Automations, Entry, FieldName, Inactive, Kind, Phase};
use crate::catalog::Catalog;
use crate::diagnostic::Sink;
use crate::source::{FileId, SourceFile, Sources, Span};

/// A JSON object.
type Body = Map<String, Value>;

/// Answers inside answers are followed this deep.
const MAX_WRAPS: usize = 4;

/// A text within a file.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    path: &'a str,
    file: FileId,
    text: &'a str,
    json: &'a str,
}

impl<'a> Part<'a> {
    fn of(self, raw: &'a RawValue) -> Self {
        Self {
            json: raw.get(),
            ..self
        }
    }

    /// Its first line, as a place.
    fn span(self) -> Span {
        let start = (self.json.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let length = self.json.lines().next().map_or(0, str::len);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(start + length))
    }
}

/// A workflow being read.
struct Flow<'a> {
    draft: Draft<'a>,
    /// The object whose records it enrols.
    object: SmolStr,
    /// The objects of the records that it fetches beside the enrolled one, by the names that values know them by.
    sources: BTreeMap<SmolStr, SmolStr>,
}

impl Flow<'_> {
    /// Reads a property of the enrolled record.
    fn read(&mut self, property: &str) {
        let object = self.object.clone();
        self.read_of(&object, property);
    }

    /// Reads a property of a record of an object.
    fn read_of(&mut self, object: &str, property: &str) {
        if !property.is_empty() {
            self.draft.read_field(FieldName::new(object, property));
        }
    }

    /// The name of an object by its type id, its singular or its plural.
    fn object_named(&self, id: &str) -> SmolStr {
        self.draft.names.object(id)
    }

    /// The object at the other end of an association of the enrolled record.
    fn associated(&self, type_id: u64) -> Option<SmolStr> {
        let stated = self
            .draft
            .names
            .associations(&self.object)
            .iter()
            .find(|a| a.type_id.map(u64::from) == Some(type_id));
        // the associations with a primary company have ids of their own
        let primary = matches!(
            (self.object.as_str(), type_id),
            ("contact", 1) | ("deal", 5) | ("ticket", 26)
        );
        stated
            .map(|a| a.to.clone())
            .or_else(|| primary.then(|| SmolStr::new_static("company")))
    }
}

/// Reads the workflows in these files.
pub(super) fn read(
    texts: Vec<(String, String)>,
    catalog: &Catalog,
    children: &Children,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Automations {
    let mut out = Automations::default();
    let names = Names::new(catalog, children);
    for (path, text) in texts {
        // most JSON of a folder is something else, and is not kept
        let told = ["\"actions\"", "\"flowType\"", "\"DRIP_DELAY\""];
        if !told.iter().any(|key| text.contains(key)) {
            continue;
        }
        let file = sources.add(SourceFile::new(path.as_str(), text.as_str()));
        let whole = Part {
            path: &path,
            file,
            text: &text,
            json: &text,
        };
        if let Err(error) = collect(whole, names, &mut out, MAX_WRAPS) {
            let at = offset(&text, error.line(), error.column());
            let message = error.to_string().replace(char::is_control, " ");
            let message = message
                .rsplit_once(" at line ")
                .map_or(message.as_str(), |(m, _)| m);
            let message = format!("not readable as JSON: {message}");
            sink.push(
                unreadable(&path, &message, file, &text, at)
                    .help("fetch the file again, or take it out of the metadata"),
            );
        }
    }
    // a list beside the workflows that it lists says nothing more
    let whole: BTreeSet<SmolStr> = out
        .active
        .iter()
        .filter(|a| !is_listed(a))
        .map(|a| a.element.clone())
        .collect();
    out.active
        .retain(|a| !is_listed(a) || !whole.contains(&a.element));
    out
}

/// The reason of a workflow of which a file has the name alone.
const LISTED: &str = "its file lists it without its actions: fetch each workflow by its id";

fn is_listed(automation: &Automation) -> bool {
    automation.reasons.iter().any(|r| r == LISTED)
}

/// The byte of a line and column, both from one.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    before + column.saturating_sub(1)
}

/// The parts of a body that may hold workflows.
#[derive(Deserialize)]
struct Wrap<'a> {
    #[serde(borrow)]
    results: Option<&'a RawValue>,
    #[serde(borrow)]
    workflows: Option<&'a RawValue>,
    #[serde(borrow)]
    flows: Option<&'a RawValue>,
}

fn collect(
    part: Part<'_>,
    names: Names<'_>,
    out: &mut Automations,
    depth: usize,
) -> Result<(), serde_json::Error> {
    if part.json.trim_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(part.json)?;
        for raw in list.into_iter().filter(|_| depth > 0) {
            collect(part.of(raw), names, out, depth - 1)?;
        }
        return Ok(());
    }
    let Value::Object(body) = serde_json::from_str(part.json)? else {
        return Ok(());
    };
    if is_workflow(&body) {
        one(part, &body, names, out);
        return Ok(());
    }
    let wrap: Wrap<'_> = serde_json::from_str(part.json)?;
    for raw in [wrap.results, wrap.workflows, wrap.flows]
        .into_iter()
        .flatten()
        .filter(|_| depth > 0)
    {
        collect(part.of(raw), names, out, depth - 1)?;
    }
    Ok(())
}

/// Whether a body is a workflow: it has actions, and says who is enrolled or of which type it is. A list has them without
/// their actions.
fn is_workflow(body: &Body) -> bool {
    let typed = text(body, "type")
        .is_some_and(|t| t.ends_with("_FLOW") || t.ends_with("_ANCHOR") || t == "DRIP_DELAY");
    let enrols = ["enrollmentCriteria", "segmentCriteria", "startActionId"]
        .iter()
        .any(|key| body.contains_key(*key));
    match body.get("actions") {
        Some(actions) => actions.is_array() && (typed || enrols),
        None => typed || text(body, "flowType").is_some(),
    }
}

fn one(part: Part<'_>, body: &Body, names: Names<'_>, out: &mut Automations) {
    let name: SmolStr = text(body, "name").unwrap_or("workflow").into();
    let enabled = ["isEnabled", "enabled"]
        .iter()
        .find_map(|key| body.get(*key)?.as_bool());
    if enabled == Some(false) {
        out.inactive.push(Inactive {
            kind: Kind::HubspotWorkflow,
            name,
            span: part.span(),
        });
        return;
    }
    let object = match text(body, "objectTypeId") {
        Some(id) => names.object(id),
        None => SmolStr::new_static("contact"),
    };
    let mut head = Head {
        element: id(body, "id").unwrap_or_else(|| name.clone()),
        name,
        kind: Kind::HubspotWorkflow,
        file: part.path.into(),
        span: part.span(),
        object: Some(object.clone()),
        events: None,
        phase: Phase::Later,
        also: Vec::new(),
        order: None,
        entry: Entry::EveryTime,
        first: None,
    };
    let sources = objects(body, "dataSources").filter_map(|source| {
        let of = names.object(text(source, "objectTypeId")?);
        Some((text(source, "name")?.into(), of))
    });
    let mut flow = Flow {
        draft: Draft::new(names),
        object,
        sources: sources.collect(),
    };
    if !body.contains_key("actions") {
        flow.draft.opaque = true;
        flow.draft.reason(LISTED);
        out.active.push(flow.draft.finish(head));
        return;
    }
    timing::anchored(&mut flow, body);
    if body.contains_key("startActionId") || body.contains_key("enrollmentCriteria") {
        workflow::read(&mut flow, &mut head, part, body);
    } else {
        legacy::read(&mut flow, &mut head, part, body);
    }
    out.active.push(finished(flow, head));
}

/// A workflow of which nothing but code is known is opaque.
fn finished(mut flow: Flow<'_>, head: Head) -> Automation {
    let code = flow.draft.has_reason(values::CODE);
    flow.draft.opaque = code && flow.draft.effects.is_empty();
    flow.draft.finish(head)
}

/// A text of an object.
fn text<'a>(body: &'a Body, key: &str) -> Option<&'a str> {
    body.get(key)?.as_str().filter(|t| !t.is_empty())
}

/// An id, which some versions write as a number.
fn id(body: &Body, key: &str) -> Option<SmolStr> {
    match body.get(key)? {
        Value::String(text) => Some(text.as_str().into()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// An object of an object.
fn object<'a>(body: &'a Body, key: &str) -> Option<&'a Body> {
    body.get(key)?.as_object()
}

/// The objects of a list of an object.
fn objects<'a>(body: &'a Body, key: &str) -> impl Iterator<Item = &'a Body> {
    let list = body.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

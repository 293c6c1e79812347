//! From files to automations.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::apex::{Code as Apex, Words};
use super::draft::Document;
use super::flow;
use super::names::{Children, Names};
use super::topic::{Topic, topic};
use super::workflow::Workflows;
use super::{
    Automation, Automations, Inactive, Kind, approval, conversion, derived, entitlement, hubspot,
    lookup, routing, versions, workflow,
};
use crate::catalog::xml::{self, without_placeholders};
use crate::catalog::{Catalog, SystemSource, Unreadable, read_text};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::platform::SystemKind;
use crate::source::{FileId, Files, SourceFile, Sources, Span, matching};

/// Whether a file describes fields.
fn schema(path: &str) -> bool {
    topic(path).is_some_and(|(topic, _)| topic == Topic::Fields)
}

/// A file of code: its name, and whether it is a trigger.
fn code(path: &str) -> Option<(&str, bool)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.strip_suffix(".trigger") {
        Some(stem) => Some((stem, true)),
        None => Some((name.strip_suffix(".cls")?, false)),
    }
}

/// The path of the code that a file describes.
fn of_code(path: &str) -> Option<&str> {
    let code = path.strip_suffix("-meta.xml")?;
    self::code(code).map(|_| code)
}

/// Under which name something is known: its own, or, where something else has that in another folder, its path, by which
/// nothing calls it.
pub(super) fn key<T>(name: &str, path: &str, known: &BTreeMap<String, T>) -> String {
    let name = name.to_ascii_lowercase();
    if known.contains_key(&name) {
        path.to_ascii_lowercase()
    } else {
        name
    }
}

/// Reads the automations of a system from its metadata; its catalog says where references lead. A file that cannot be
/// read is reported with its place, and the others are used. A pattern that matches nothing is left to whoever loads the
/// catalog from the same patterns.
pub fn load(
    system: &SystemSource,
    catalog: &Catalog,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Automations {
    let (mut seen, mut paths) = (BTreeSet::new(), Vec::new());
    for pattern in &system.metadata {
        let found = matching(files, &pattern.text).unwrap_or_default();
        paths.extend(found.into_iter().filter(|p| seen.insert(p.clone())));
    }
    match system.kind {
        _ if paths.is_empty() => Automations::default(),
        SystemKind::Salesforce => salesforce(&paths, catalog, files, sources, sink),
        SystemKind::HubSpot => {
            let wanted = |path: &str| path.ends_with(".json");
            let texts = texts(&paths, wanted, files, sources, sink);
            hubspot::read(texts, catalog, &Children::new(), sources, sink)
        }
        SystemKind::Sqlite | SystemKind::Jsonl | SystemKind::Csv => Automations::default(),
    }
}

/// The texts of the files that are wanted, in their order.
fn texts(
    paths: &[String],
    wanted: impl Fn(&str) -> bool + Sync,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Vec<(String, String)> {
    let read: Vec<(String, Result<String, Unreadable>)> = paths
        .par_iter()
        .filter(|path| wanted(path))
        .map(|path| (path.clone(), read_text(path, files)))
        .collect();
    let mut out = Vec::new();
    for (path, text) in read {
        match text {
            Ok(text) => out.push((path, text)),
            // a file of the schema is the catalog's to report
            Err(_) if schema(&path) => {}
            Err(why) => {
                let file = sources.add(SourceFile::new(path.as_str(), why.text.as_str()));
                let text = sources.get(file).map_or("", SourceFile::text).to_owned();
                sink.push(unreadable(&path, &why.message, file, &text, why.at).help(why.help));
            }
        }
    }
    out
}

/// A finding about a file that cannot be read.
pub(super) fn unreadable(
    path: &str,
    message: &str,
    file: FileId,
    text: &str,
    at: usize,
) -> Diagnostic {
    let mut start = at.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = text.get(start..).unwrap_or_default();
    let end = start + rest.chars().next().map_or(0, char::len_utf8);
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Diagnostic::new(Code::M008, format!("metadata file `{path}` cannot be read"))
        .at(Span::new(file, offset(start), offset(end)), message)
        .note("what it does by itself is not known, and no check can see it")
}

fn not_xml(path: &str, message: &str, file: FileId, text: &str, at: usize) -> Diagnostic {
    let message = format!("not readable as XML: {message}");
    unreadable(path, &message, file, text, at)
        .help("retrieve the file again, or take it out of the metadata")
}

fn salesforce(
    paths: &[String],
    catalog: &Catalog,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Automations {
    let wanted =
        |path: &str| topic(path).is_some() || code(path).is_some() || of_code(path).is_some();
    let mut documents = Vec::new();
    let (mut triggers, mut classes) = (Vec::new(), BTreeMap::new());
    let (mut entered, mut off) = (Vec::new(), BTreeSet::new());
    for (path, text) in texts(paths, wanted, files, sources, sink) {
        // most fields are not computed, and their files are many
        if schema(&path) && !derived::concerns(&text) {
            continue;
        }
        let file = sources.add(SourceFile::new(path.as_str(), text.as_str()));
        if let Some(code) = of_code(&path) {
            match xml::parse(&text) {
                Ok(root) if root.text_of("status").is_none_or(|s| s == "Active") => {}
                Ok(_) => drop(off.insert(code.to_owned())),
                Err((message, at)) => sink.push(not_xml(&path, &message, file, &text, at)),
            }
        } else if let Some((stem, trigger)) = code(&path) {
            let code = Apex {
                path: path.as_str().into(),
                stem: stem.into(),
                file,
                text,
            };
            if trigger {
                triggers.push(code);
            } else {
                classes.insert(key(stem, &path, &classes), code);
            }
        } else {
            entered.push((path, text, file));
        }
    }
    let parsed: Vec<_> = entered
        .into_par_iter()
        .map(|(path, text, file)| (xml::parse(&text), path, text, file))
        .collect();
    for (read, path, text, file) in parsed {
        match (read, topic(&path)) {
            (Ok(root), Some((topic, _))) if !topic.has(&root) => {
                let (found, wanted) = (&root.name, topic.root());
                let message = format!("its root is `{found}`, where `{wanted}` is expected");
                let help =
                    "give the file the name that its kind has, or take it out of the metadata";
                sink.push(unreadable(&path, &message, file, &text, root.at).help(help));
            }
            (Ok(root), Some((topic, stem))) => documents.push((
                topic,
                Document {
                    stem: without_placeholders(stem).as_ref().into(),
                    path: path.into(),
                    file,
                    root,
                },
            )),
            (Err(_), _) if schema(&path) => {}
            (Err((message, at)), _) => sink.push(not_xml(&path, &message, file, &text, at)),
            (Ok(_), None) => {}
        }
    }
    let mut children = Children::new();
    for (_, document) in documents.iter().filter(|(t, _)| *t == Topic::Fields) {
        children.extend(derived::children(document));
    }
    let names = Names::new(catalog, &children);
    let mut out = of_documents(&documents, names);
    let words = Words::new(catalog, names, &classes);
    for trigger in &triggers {
        match words.trigger(trigger) {
            Some(automation) if off.contains(trigger.path.as_str()) => {
                out.inactive.push(Inactive {
                    kind: automation.kind,
                    name: automation.name,
                    span: automation.span,
                });
            }
            Some(automation) => out.active.push(automation),
            None => sink.push(
                unreadable(
                    &trigger.path,
                    "no header `trigger … on … (…)` starts it",
                    trigger.file,
                    &trigger.text,
                    0,
                )
                .help("retrieve the file again, or take it out of the metadata"),
            ),
        }
    }
    let running = classes.values().filter(|c| !off.contains(c.path.as_str()));
    out.active.extend(running.filter_map(|c| words.class(c)));
    out.active.sort_by_key(|a| (a.file.clone(), a.span.start));
    out.inactive.sort_by_key(|i| i.span);
    out
}

/// What each document tells, given the others.
fn of_documents(documents: &[(Topic, Document)], names: Names<'_>) -> Automations {
    let of = |topic: Topic| documents.iter().filter(move |(t, _)| *t == topic);
    let (flows, inactive) = versions::flows(documents);
    let mut workflows = Workflows {
        files: BTreeMap::new(),
        flows: &flows,
    };
    for (_, document) in of(Topic::Workflow) {
        let object = document.stem.to_ascii_lowercase();
        workflows.files.entry(object).or_default().push(document);
    }
    let mut out = Automations {
        active: flows
            .named
            .values()
            .collect::<Vec<_>>()
            .into_par_iter()
            .filter(|f| f.active)
            .map(|f| flow::read(f, &flows, names))
            .collect(),
        inactive,
    };
    for (topic, document) in documents {
        let (active, inactive): (Vec<Automation>, Vec<Inactive>) = match topic {
            Topic::Workflow => workflow::read(document, &workflows, names),
            Topic::AssignmentRules => routing::read(document, Kind::AssignmentRule, names),
            Topic::EscalationRules => routing::read(document, Kind::EscalationRule, names),
            Topic::AutoResponseRules => routing::read(document, Kind::AutoResponseRule, names),
            Topic::ApprovalProcess => match approval::read(document, &workflows, names) {
                Ok(active) => (vec![active], Vec::new()),
                Err(inactive) => (Vec::new(), vec![inactive]),
            },
            Topic::EntitlementProcess => match entitlement::read(document, &workflows, names) {
                Ok(active) => (vec![active], Vec::new()),
                Err(inactive) => (Vec::new(), vec![inactive]),
            },
            Topic::LookupRollup => match lookup::read(document, names) {
                Ok(active) => (vec![active], Vec::new()),
                Err(inactive) => (Vec::new(), vec![inactive]),
            },
            Topic::LeadConversion => (vec![conversion::read(document, names)], Vec::new()),
            Topic::Fields => (derived::read(document, names), Vec::new()),
            Topic::Flow | Topic::FlowDefinition | Topic::QuickAction => continue,
        };
        out.active.extend(active);
        out.inactive.extend(inactive);
    }
    out
}

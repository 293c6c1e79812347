//! Which flows of a system run: by the status that their files state, by their definitions, and by the version that the names
//! of old files bear.

use std::collections::BTreeMap;

use super::Inactive;
use super::draft::Document;
use super::flow::{self, Flow, Flows};
use super::load::key;
use super::topic::Topic;

/// The flows by name, with those that are switched off told beside. Of two folders that hold a flow of one name each is read, and
/// others call the first.
pub(super) fn flows(documents: &[(Topic, Document)]) -> (Flows<'_>, Vec<Inactive>) {
    let of = |topic: Topic| {
        let found = documents.iter().filter(move |(t, _)| *t == topic);
        found.map(|(_, document)| document)
    };
    let definitions: BTreeMap<String, Option<u32>> = of(Topic::FlowDefinition)
        .map(|d| {
            let active = d.root.number("activeVersionNumber");
            (d.stem.to_ascii_lowercase(), active)
        })
        .collect();
    let newest = newest(of(Topic::Flow));
    let (mut named, mut inactive) = (BTreeMap::<String, Flow<'_>>::new(), Vec::new());
    for document in of(Topic::Flow) {
        let version = flow::versioned(&document.stem).map(|(_, version)| version);
        let flow = Flow::new(document);
        let name = flow.name().to_ascii_lowercase();
        let status = document.root.text_of("status");
        let active = match (definitions.get(&name), version, status) {
            (Some(active), Some(version), _) => *active == Some(version),
            (Some(active), None, status) => {
                active.is_some_and(|v| v > 0) && status.is_none_or(|s| s == "Active")
            }
            // a version without a status is of the time when those that ran were retrieved alone
            (None, Some(version), None) => newest.get(&name) == Some(&version),
            (None, _, status) => status == Some("Active"),
        };
        let flow = Flow { active, ..flow };
        if !active {
            inactive.push(Inactive {
                kind: flow::kind(&flow),
                name: document.stem.clone(),
                span: document.span(&document.root),
            });
        }
        // an active version hides the others
        let hidden = named.get(&name).is_some_and(|known| !known.active);
        if hidden && active {
            named.insert(name, flow);
        } else if active || !named.contains_key(&name) {
            named.insert(key(&name, &document.path, &named), flow);
        }
    }
    let quick = of(Topic::QuickAction).map(|d| (d.stem.to_ascii_lowercase(), d));
    let quick = quick.collect();
    (Flows { named, quick }, inactive)
}

/// The newest versions among files that state no status, by the names of their flows.
fn newest<'a>(documents: impl Iterator<Item = &'a Document>) -> BTreeMap<String, u32> {
    let mut out: BTreeMap<String, u32> = BTreeMap::new();
    for document in documents.filter(|d| d.root.child("status").is_none()) {
        if let Some((name, version)) = flow::versioned(&document.stem) {
            let known = out.entry(name.to_ascii_lowercase()).or_default();
            *known = version.max(*known);
        }
    }
    out
}
